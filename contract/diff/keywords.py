"""What keywords of a schema speak of: the types of instances, and values that are equal however they are written."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from contract.formats import CUSTOM, NUMERIC, STANDARD

__all__ = [
    "ALL_TYPES",
    "IDLE",
    "PROSE",
    "TYPED_KEYWORDS",
    "Found",
    "canonical",
    "format_types",
    "type_of",
    "types_named",
]

ALL_TYPES = frozenset({"null", "boolean", "object", "array", "string", "integer", "fraction"})
"""The types of instances, with numbers cut in two: `number` is `integer` and `fraction`."""

TYPED_KEYWORDS = {
    **dict.fromkeys(("maxLength", "minLength", "pattern"), frozenset({"string"})),
    "format": frozenset({"string", "integer", "fraction"}),
    **dict.fromkeys(
        ("multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum"), frozenset({"integer", "fraction"})
    ),
    **dict.fromkeys(
        ("maxItems", "minItems", "uniqueItems", "prefixItems", "items", "contains", "minContains", "maxContains"),
        frozenset({"array"}),
    ),
    **dict.fromkeys(
        (
            *("maxProperties", "minProperties", "required", "dependentRequired", "dependentSchemas", "propertyNames"),
            *("properties", "patternProperties", "additionalProperties"),
        ),
        frozenset({"object"}),
    ),
}
"""The keywords that only ever refuse instances of certain types (JSON Schema validation, sections 6.2 to 6.5)."""


def format_types(name: str) -> frozenset[str]:
    """The types of instances that a format can refuse; strings and numbers when it is not known."""
    if name in NUMERIC:
        return TYPED_KEYWORDS["minimum"]
    return frozenset({"string"}) if name in STANDARD or name in CUSTOM else TYPED_KEYWORDS["format"]


PROSE = frozenset({"title", "description", "examples", "$comment"})
"""The keywords that only speak to people."""

IDLE: dict[str, Any] = {"minLength": 0, "minItems": 0, "minProperties": 0, "uniqueItems": False, "required": []}
"""Values of keywords that refuse nothing."""


@dataclass(frozen=True)
class Found:
    """A keyword's value where it stands."""

    pointer: str
    value: Any


def canonical(value: Any) -> str:
    """A text that is the same for equal JSON values: the order of keys and `1.0` for `1` make no difference."""
    return json.dumps(_plain(value), sort_keys=True)


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def types_named(names: str | list[str] | None) -> frozenset[str]:
    """The types that a value of `type` names; all of them where there is none."""
    if names is None:
        return ALL_TYPES
    listed = [names] if isinstance(names, str) else names
    expanded = (("integer", "fraction") if name == "number" else (name,) for name in listed)
    return frozenset(name for group in expanded for name in group)


def type_of(value: Any) -> frozenset[str]:
    """The type of an instance, as a set of one."""
    match value:
        case None:
            name = "null"
        case bool():
            name = "boolean"
        case int():
            name = "integer"
        case float():
            name = "integer" if value.is_integer() else "fraction"
        case str():
            name = "string"
        case list():
            name = "array"
        case _:
            name = "object"
    return frozenset({name})
