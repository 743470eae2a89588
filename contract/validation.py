"""Hold an instance against a schema of the contract, all violations at once."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

import jsonschema_rs

from contract.formats import CUSTOM
from contract.pointers import escape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


__all__ = ["Validator", "Violation", "registry"]

_URI = "urn:contract"
_MASK = "the value"
_FORMS_MAX = 5  # of how many forms it is said why a value does not have them

_EMAIL = jsonschema_rs.Draft202012Validator({"format": "email"}, validate_formats=True)


def _is_email(text: str) -> bool:
    """Whether a text is an address by itself; the validator would take one behind a name as well (RFC 5321, 4.1.2)."""
    return not text.endswith(">") and _EMAIL.is_valid(text)


_FORMATS = {**CUSTOM, "email": _is_email}


@dataclass(frozen=True)
class Violation:
    """One way in which an instance breaks its schema.

    Attributes:
        pointer: JSON pointer to the place in the instance.
        schema: JSON pointer to the keyword that refuses it, where it stands in the contract.
        keyword: That keyword, such as `maxLength`.
        message: What is wrong, for a person, without the value itself.
    """

    pointer: str
    schema: str
    keyword: str
    message: str


def registry(document: dict[str, Any]) -> jsonschema_rs.Registry:
    """The document as schemas refer into it, read once: a validator for each schema would read all of it again."""
    return jsonschema_rs.Registry([(_URI, document)], draft=jsonschema_rs.Draft202012)


class Validator:
    """Checks instances by the schema at a JSON pointer: JSON Schema 2020-12, formats asserted, patterns as ECMA-262."""

    def __init__(self, document: jsonschema_rs.Registry, pointer: str, at: Callable[[str], Any]) -> None:
        self.pointer = pointer
        self._at = at
        self._validator = jsonschema_rs.Draft202012Validator(
            {"$ref": f"{_URI}#{_fragment(pointer)}"},
            registry=document,
            formats=_FORMATS,
            validate_formats=True,
            mask=_MASK,
        )

    def is_valid(self, instance: Any) -> bool:
        """Whether the instance keeps the schema."""
        try:
            return self._validator.is_valid(instance)
        except UnicodeEncodeError:
            return self._validator.is_valid(_encodable(instance))

    def violations(self, instance: Any) -> list[Violation]:
        """Every way in which the instance breaks the schema; empty when it keeps it."""
        try:
            errors = list(self._validator.iter_errors(instance))
        except UnicodeEncodeError:
            errors = list(self._validator.iter_errors(_encodable(instance)))
        return [
            Violation(
                pointer=_pointer(error.instance_path),
                schema=_pointer(error.schema_path),
                keyword=str(error.schema_path[-1]) if error.schema_path else "",
                message=self._message(error),
            )
            for error in errors
        ]

    def _message(self, error: jsonschema_rs.ValidationError) -> str:
        """What an error says, in words of our own where the validator's leave open what to do."""
        kind = error.kind.name
        if kind == "required" and error.schema_path[-1] == "dependentRequired":
            return self._beside(error)
        if kind == "not":
            return _forbidden(error)
        if kind in {"anyOf", "oneOf"}:
            return self._no_form(error)
        return error.message

    def _beside(self, error: jsonschema_rs.ValidationError) -> str:
        """Which property is missing, and because of which other one."""
        missing = error.kind.as_dict()["property"]
        needs = self._at(_pointer(error.schema_path))
        given = cast("dict[str, Any]", error.instance)
        present = next(name for name in needs if missing in needs[name] and name in given)
        return f'"{missing}" is required beside "{present}"'

    def _no_form(self, error: jsonschema_rs.ValidationError) -> str:
        """What keeps the value from each of the forms that it could have."""
        by_form = error.kind.as_dict()["context"]
        if not all(by_form):
            return f"{_MASK} has several of the forms that are possible here, and may have one"
        reasons = dict.fromkeys(self._message(errors[0]) for errors in by_form[:_FORMS_MAX])
        return f"{_MASK} has none of the forms that are possible here: {'; or '.join(reasons)}"


def _forbidden(error: jsonschema_rs.ValidationError) -> str:
    schema = error.kind.as_dict()["schema"]
    if schema.keys() == {"pattern"}:
        return f'{_MASK} must not match "{schema["pattern"]}"'
    return f"{_MASK} must not be valid by {json.dumps(schema, ensure_ascii=False)}"


def _encodable(instance: Any) -> Any:
    """The same instance with U+FFFD for surrogates without their pair, with which no name can be checked."""
    text = json.dumps(instance, ensure_ascii=False)
    return json.loads("".join("\ufffd" if unicodedata.category(char) == "Cs" else char for char in text))


def _fragment(pointer: str) -> str:
    """A JSON pointer as the fragment of a URI (RFC 6901, section 6)."""
    return quote(pointer, safe="/~!$&'()*+,;=:@")


def _pointer(path: Iterable[str | int]) -> str:
    return "".join(f"/{escape(str(token))}" for token in path)
