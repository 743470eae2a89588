"""Hold an instance against a schema of the contract, all violations at once."""

from __future__ import annotations

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
            formats=CUSTOM,
            validate_formats=True,
            mask="the value",
        )

    def is_valid(self, instance: Any) -> bool:
        """Whether the instance keeps the schema."""
        return self._validator.is_valid(instance)

    def violations(self, instance: Any) -> list[Violation]:
        """Every way in which the instance breaks the schema; empty when it keeps it."""
        return [
            Violation(
                pointer=_pointer(error.instance_path),
                schema=_pointer(error.schema_path),
                keyword=str(error.schema_path[-1]) if error.schema_path else "",
                message=error.message,
            )
            for error in self._validator.iter_errors(instance)
        ]


def _fragment(pointer: str) -> str:
    """A JSON pointer as the fragment of a URI (RFC 6901, section 6)."""
    return quote(pointer, safe="/~!$&'()*+,;=:@")


def _pointer(path: Iterable[str | int]) -> str:
    return "".join(f"/{escape(str(token))}" for token in path)
