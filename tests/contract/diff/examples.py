"""An example pair for each rule on schemas: the old schema and the new one, between which that change lies."""

from __future__ import annotations

from typing import Any

__all__ = ["EXAMPLES"]


def _thing(**keywords: Any) -> dict[str, Any]:
    return {"type": "object", **keywords}


def _with_a(schema: Any, **keywords: Any) -> dict[str, Any]:
    return _thing(properties={"a": schema}, **keywords)


_TEXT = {"type": "string"}
_SHORT = _TEXT | {"maxLength": 9}
_LONG = _TEXT | {"minLength": 2}
_NUMBER = {"type": "number"}
_LIST = {"type": "array"}
_CAT = _thing(required=["kind"], properties={"kind": {"const": "cat"}})
_DOG = _thing(required=["kind"], properties={"kind": {"const": "dog"}})
_FISH = _thing(required=["kind"], properties={"kind": {"const": "fish"}})
_WHEN = {"if": _thing(required=["a"]), "then": {"minProperties": 2}, "else": {"maxProperties": 9}}

# One of two changes that undo each other is written here; the other is the same pair in reverse.
EXAMPLES: dict[str, tuple[Any, Any]] = {
    "max-length-added": (_TEXT, _TEXT | {"maxLength": 5}),
    "max-length-increased": (_TEXT | {"maxLength": 5}, _TEXT | {"maxLength": 6}),
    "min-length-added": (_TEXT, _TEXT | {"minLength": 5}),
    "min-length-increased": (_TEXT | {"minLength": 5}, _TEXT | {"minLength": 6}),
    "max-items-added": (_LIST, _LIST | {"maxItems": 5}),
    "max-items-increased": (_LIST | {"maxItems": 5}, _LIST | {"maxItems": 6}),
    "min-items-added": (_LIST, _LIST | {"minItems": 5}),
    "min-items-increased": (_LIST | {"minItems": 5}, _LIST | {"minItems": 6}),
    "max-properties-added": (_thing(), _thing(maxProperties=5)),
    "max-properties-increased": (_thing(maxProperties=5), _thing(maxProperties=6)),
    "min-properties-added": (_thing(), _thing(minProperties=5)),
    "min-properties-increased": (_thing(minProperties=5), _thing(minProperties=6)),
    "max-contains-added": (_LIST | {"contains": _TEXT}, _LIST | {"contains": _TEXT, "maxContains": 5}),
    "max-contains-increased": (
        _LIST | {"contains": _TEXT, "maxContains": 5},
        _LIST | {"contains": _TEXT, "maxContains": 6},
    ),
    "min-contains-added": (
        _LIST | {"contains": _TEXT, "minContains": 0, "maxContains": 9},
        _LIST | {"contains": _TEXT, "minContains": 2, "maxContains": 9},
    ),
    "min-contains-increased": (
        _LIST | {"contains": _TEXT, "minContains": 2},
        _LIST | {"contains": _TEXT, "minContains": 3},
    ),
    "minimum-added": (_NUMBER, _NUMBER | {"minimum": 1}),
    "minimum-increased": (_NUMBER | {"minimum": 1}, _NUMBER | {"minimum": 2}),
    "maximum-added": (_NUMBER, _NUMBER | {"maximum": 1}),
    "maximum-increased": (_NUMBER | {"maximum": 1}, _NUMBER | {"maximum": 2}),
    "exclusive-minimum-added": (_NUMBER, _NUMBER | {"exclusiveMinimum": 1}),
    "exclusive-minimum-increased": (_NUMBER | {"exclusiveMinimum": 1}, _NUMBER | {"exclusiveMinimum": 2}),
    "exclusive-maximum-added": (_NUMBER, _NUMBER | {"exclusiveMaximum": 1}),
    "exclusive-maximum-increased": (_NUMBER | {"exclusiveMaximum": 1}, _NUMBER | {"exclusiveMaximum": 2}),
    "minimum-became-exclusive": (_NUMBER | {"minimum": 1}, _NUMBER | {"exclusiveMinimum": 1}),
    "maximum-became-exclusive": (_NUMBER | {"maximum": 1}, _NUMBER | {"exclusiveMaximum": 1}),
    "multiple-of-added": (_NUMBER, _NUMBER | {"multipleOf": 2}),
    "multiple-of-narrowed": (_NUMBER | {"multipleOf": 0.5}, _NUMBER | {"multipleOf": 2}),
    "multiple-of-changed": (_NUMBER | {"multipleOf": 2}, _NUMBER | {"multipleOf": 3}),
    "type-narrowed": (_NUMBER, {"type": "integer"}),
    "type-changed": (_TEXT, {"type": "integer"}),
    "became-nullable": (_TEXT, {"type": ["string", "null"]}),
    "enum-added": (_TEXT, _TEXT | {"enum": ["a", "b"]}),
    "enum-value-added": (_TEXT | {"enum": ["a"]}, _TEXT | {"enum": ["b", "a"]}),
    "const-added": (_TEXT, _TEXT | {"const": "a"}),
    "const-changed": ({"const": "a"}, {"const": "b"}),
    "pattern-added": (_TEXT, _TEXT | {"pattern": "^a"}),
    "pattern-changed": (_TEXT | {"pattern": "^a"}, _TEXT | {"pattern": "^ab"}),
    "format-added": (_TEXT, _TEXT | {"format": "email"}),
    "format-narrowed": (_TEXT | {"format": "uri-reference"}, _TEXT | {"format": "uri"}),
    "format-changed": (_TEXT | {"format": "email"}, _TEXT | {"format": "uri"}),
    "unique-items-added": (_LIST, _LIST | {"uniqueItems": True}),
    "items-added": (_LIST, _LIST | {"items": _TEXT}),
    "prefix-items-added": (_LIST, _LIST | {"prefixItems": [_TEXT]}),
    "contains-added": (_LIST, _LIST | {"contains": _TEXT}),
    "contains-changed": (
        _LIST | {"contains": _TEXT, "maxContains": 2},
        _LIST | {"contains": _NUMBER, "maxContains": 2},
    ),
    "property-names-added": (_thing(), _thing(propertyNames={"maxLength": 5})),
    "pattern-properties-added": (_thing(), _thing(patternProperties={"^a": _TEXT})),
    "additional-properties-restricted": (_thing(), _thing(additionalProperties=False)),
    "additional-properties-changed": (
        _thing(patternProperties={"^a": True}, additionalProperties=False),
        _thing(patternProperties={"^b": True}, additionalProperties=False),
    ),
    "unevaluated-properties-restricted": (_thing(), _thing(unevaluatedProperties=False)),
    "unevaluated-properties-changed": (
        _thing(patternProperties={"^a": True}, unevaluatedProperties=False),
        _thing(patternProperties={"^b": True}, unevaluatedProperties=False),
    ),
    "dependent-schemas-added": (_thing(), _thing(dependentSchemas={"a": {"minProperties": 2}})),
    "dependent-required-added": (_thing(), _thing(dependentRequired={"a": ["b"]})),
    "any-of-added": (_thing(), _thing(anyOf=[_CAT, _DOG])),
    "any-of-branch-added": ({"anyOf": [_CAT, _DOG]}, {"anyOf": [_FISH, _CAT, _DOG]}),
    "one-of-added": (_thing(), _thing(oneOf=[_CAT, _DOG])),
    "one-of-branch-added": ({"oneOf": [_CAT, _DOG]}, {"oneOf": [_CAT, _DOG, _FISH]}),
    "any-of-became-one-of": ({"anyOf": [_SHORT, _LONG]}, {"oneOf": [_LONG, _SHORT]}),
    "one-of-changed": (
        {"oneOf": [_TEXT, {"minLength": 2, "maxLength": 9}]},
        {"oneOf": [_TEXT, {"minLength": 2, "maxLength": 8}]},
    ),
    "not-added": (_TEXT, _TEXT | {"not": {"pattern": "^a"}}),
    "if-added": (_thing(), _thing(**_WHEN)),
    "if-changed": (_thing(**_WHEN), _thing(**_WHEN | {"if": _thing(required=["b"])})),
    "then-added": (_thing(**{"if": _WHEN["if"], "else": _WHEN["else"]}), _thing(**_WHEN)),
    "else-added": (_thing(**{"if": _WHEN["if"], "then": _WHEN["then"]}), _thing(**_WHEN)),
    "optional-property-added": (_thing(), _with_a(_TEXT)),
    "required-property-added": (_thing(), _with_a(_TEXT, required=["a"])),
    "property-forbidden": (_thing(), _with_a(False)),
    "property-became-required": (_with_a(_TEXT), _with_a(_TEXT, required=["a"])),
    "property-constraint-added": (
        _with_a(_TEXT, dependentSchemas={"b": {"required": ["c"]}}),
        _with_a(_TEXT, dependentSchemas={"b": {"required": ["c"], "properties": {"a": {"maxLength": 5}}}}),
    ),
    "default-added": (_TEXT, _TEXT | {"default": "a"}),
    "default-changed": (_TEXT | {"default": "b"}, _TEXT | {"default": "a"}),
    "became-read-only": (_TEXT, _TEXT | {"readOnly": True}),
    "became-write-only": (_TEXT, _TEXT | {"writeOnly": True}),
    "deprecated": (_TEXT, _TEXT | {"deprecated": True}),
    "title-changed": (_TEXT | {"title": "A"}, _TEXT | {"title": "B"}),
    "description-changed": (_TEXT | {"description": "A"}, _TEXT | {"description": "B"}),
    "examples-changed": (_TEXT | {"examples": ["a"]}, _TEXT | {"examples": ["b"]}),
    "comment-changed": (_TEXT | {"$comment": "a"}, _TEXT | {"$comment": "b"}),
    "extension-changed": (_TEXT | {"x-a": 1}, _TEXT | {"x-a": 2}),
}

"""By the name of the change. The change that undoes it is shown by the same pair in reverse."""
