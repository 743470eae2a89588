"""Hold an instance against a schema of the contract, all violations at once."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import jsonschema_rs

from contract.formats import CUSTOM
from contract.pointers import escape

if TYPE_CHECKING:
    from collections.abc import Iterable


__all__ = ["Validator", "Violation", "registry"]

_URI = "urn:contract"

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

    def __init__(self, document: jsonschema_rs.Registry, pointer: str) -> None:
        self.pointer = pointer
        self._validator = jsonschema_rs.Draft202012Validator(
            {"$ref": f"{_URI}#{_fragment(pointer)}"},
            registry=document,
            formats=_FORMATS,
            validate_formats=True,
            mask="the value",
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
                message=error.message,
            )
            for error in errors
        ]


def _encodable(instance: Any) -> Any:
    """The same instance with U+FFFD for surrogates without their pair, with which no name can be checked."""
    text = json.dumps(instance, ensure_ascii=False)
    return json.loads("".join("\ufffd" if unicodedata.category(char) == "Cs" else char for char in text))


def _fragment(pointer: str) -> str:
    """A JSON pointer as the fragment of a URI (RFC 6901, section 6)."""
    return quote(pointer, safe="/~!$&'()*+,;=:@")


def _pointer(path: Iterable[str | int]) -> str:
    return "".join(f"/{escape(str(token))}" for token in path)
