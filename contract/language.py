"""The language that contracts are written in: which objects stand where, and the keywords of a schema.

What is listed is a part of OpenAPI 3.1 and of JSON Schema 2020-12. What is not listed here is refused by name, because
a keyword that no tool acts on is a promise nobody keeps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from contract.pointers import escape

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ANNOTATIONS", "ASSERTIONS", "GRAMMAR", "METHODS", "Place", "children", "is_extension", "walk"]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
"""The fields of a path item that are operations (OpenAPI 3.1.1, Path Item Object)."""

ANNOTATIONS = frozenset(
    {"title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "$comment"}
)
"""Schema keywords that describe and never refuse (JSON Schema validation, section 9)."""

ASSERTIONS = frozenset(
    {
        *("type", "enum", "const", "format"),
        *("multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum"),
        *("maxLength", "minLength", "pattern"),
        *("maxItems", "minItems", "uniqueItems", "minContains", "maxContains"),
        *("maxProperties", "minProperties", "required", "dependentRequired"),
    }
)
"""Schema keywords that refuse an instance by themselves (JSON Schema validation, sections 6 and 7)."""

# What stands at a field: "x" one object, ["x"] a list of them, {"*": "x"} a map of them.
Shape: TypeAlias = str | list[str] | dict[str, str]

_MANY_SCHEMAS: Shape = {"*": "schema"}
_CARRIER: dict[str, Shape] = {"schema": "schema", "examples": {"*": "example"}, "content": {"*": "media-type"}}

GRAMMAR: dict[str, dict[str, Shape]] = {
    "document": {
        "info": "info",
        "servers": ["server"],
        "tags": ["tag"],
        "paths": {"*": "path-item"},
        "webhooks": {"*": "path-item"},
        "components": "components",
    },
    "components": {
        "schemas": _MANY_SCHEMAS,
        "responses": {"*": "response"},
        "parameters": {"*": "parameter"},
        "examples": {"*": "example"},
        "requestBodies": {"*": "request-body"},
        "headers": {"*": "header"},
        "securitySchemes": {"*": "security-scheme"},
        "links": {"*": "link"},
        "pathItems": {"*": "path-item"},
        "callbacks": {"*": "callback"},
    },
    "path-item": {
        **dict.fromkeys(METHODS, "operation"),
        "parameters": ["parameter"],
        "servers": ["server"],
    },
    "operation": {
        "parameters": ["parameter"],
        "requestBody": "request-body",
        "responses": {"*": "response"},
        "callbacks": {"*": "callback"},
        "servers": ["server"],
    },
    "callback": {"*": "path-item"},
    "parameter": _CARRIER,
    "header": _CARRIER,
    "request-body": {"content": {"*": "media-type"}},
    "response": {"headers": {"*": "header"}, "content": {"*": "media-type"}, "links": {"*": "link"}},
    "media-type": {"schema": "schema", "examples": {"*": "example"}},
    "schema": {
        **dict.fromkeys(("properties", "patternProperties", "dependentSchemas"), _MANY_SCHEMAS),
        **{name: ["schema"] for name in ("allOf", "anyOf", "oneOf", "prefixItems")},
        **dict.fromkeys(("not", "if", "then", "else", "items", "contains", "propertyNames"), "schema"),
        **dict.fromkeys(("additionalProperties", "unevaluatedProperties"), "schema"),
    },
    **{kind: {} for kind in ("info", "server", "tag", "example", "security-scheme", "link")},
}
"""For each kind of object, the fields that hold further objects; `*` stands for every field but extensions."""

_EXTENSIBLE = {("document", "paths"), ("operation", "responses")}
"""The maps that can hold extensions beside their objects (OpenAPI 3.1.1, Paths Object and Responses Object)."""


@dataclass(frozen=True)
class Place:
    """An object of the document: what it is, where it stands, and itself (perhaps a reference)."""

    kind: str
    pointer: str
    value: Any

    @property
    def is_reference(self) -> bool:
        """Whether only a reference stands here, to an object of this kind."""
        return isinstance(self.value, dict) and "$ref" in self.value


def walk(place: Place) -> Iterator[Place]:
    """An object and every object within it, parents first, in the document's order. References are not followed."""
    stack = [place]
    while stack:
        here = stack.pop()
        yield here
        stack.extend(reversed(list(children(here))))


def children(place: Place) -> Iterator[Place]:
    """The objects directly within an object, in the document's order."""
    if not isinstance(place.value, dict):
        return
    shapes = GRAMMAR[place.kind]
    for name, value in place.value.items():
        shape = shapes.get(name) or ("" if is_extension(name) else shapes.get("*", ""))
        if not shape:
            continue
        pointer = f"{place.pointer}/{escape(name)}"
        if isinstance(shape, str):
            yield Place(shape, pointer, value)
        elif isinstance(shape, list):
            yield from (Place(shape[0], f"{pointer}/{i}", item) for i, item in enumerate(_list(value)))
        else:
            extensible = (place.kind, name) in _EXTENSIBLE
            for key, item in _map(value):
                if not (extensible and is_extension(key)):
                    yield Place(shape["*"], f"{pointer}/{escape(key)}", item)


def is_extension(name: str) -> bool:
    """Whether a field is one of the contract's own (OpenAPI 3.1.1, Specification Extensions)."""
    return name.startswith("x-")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _map(value: Any) -> list[tuple[str, Any]]:
    return list(value.items()) if isinstance(value, dict) else []
