"""Whatever one version of a schema accepts and another refuses, the report says so, in the right direction."""

from __future__ import annotations

import copy
import json
from typing import Any

import jsonschema_rs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.diff import Change, Level, compare
from contract.formats import CUSTOM

NAMES = ["a", "b", "ab", "x1"]
PATTERNS = ["^a", "b$", "^[ab]+$", r"^\d+$", "^x"]
SCALARS: list[Any] = [None, True, False, 0, 1, 2, 3, 1.5, -1, 6, "", "a", "b", "ab", "aab", "7", "EUR"]
TYPES = ["null", "boolean", "object", "array", "string", "integer", "number"]
COUNTS = st.integers(0, 3)

keywords: dict[str, st.SearchStrategy[Any]] = {
    "type": st.sampled_from(TYPES) | st.lists(st.sampled_from(TYPES), min_size=1, max_size=3, unique=True),
    "enum": st.lists(st.sampled_from(SCALARS[3:]), min_size=1, max_size=3, unique=True),
    "const": st.sampled_from(SCALARS),
    "maxLength": COUNTS,
    "minLength": COUNTS,
    "pattern": st.sampled_from(PATTERNS),
    "format": st.sampled_from(["iso-4217", "uri", "email"]),
    "maximum": COUNTS,
    "minimum": COUNTS,
    "exclusiveMaximum": COUNTS,
    "exclusiveMinimum": COUNTS,
    "multipleOf": st.sampled_from([1, 2, 3, 0.5]),
    "maxItems": COUNTS,
    "minItems": COUNTS,
    "uniqueItems": st.booleans(),
    "maxProperties": COUNTS,
    "minProperties": COUNTS,
    "required": st.lists(st.sampled_from(NAMES), max_size=2, unique=True),
    "dependentRequired": st.dictionaries(
        st.sampled_from(NAMES), st.lists(st.sampled_from(NAMES), max_size=2, unique=True), max_size=2
    ),
    "default": st.sampled_from(SCALARS),
    "description": st.sampled_from(["one", "two"]),
}


def objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Schema objects of up to four keywords, with schemas of another strategy within."""
    branches = st.lists(inner, min_size=1, max_size=3)
    nested: dict[str, st.SearchStrategy[Any]] = {
        **dict.fromkeys(("properties", "dependentSchemas"), st.dictionaries(st.sampled_from(NAMES), inner, max_size=3)),
        "patternProperties": st.dictionaries(st.sampled_from(PATTERNS), inner, max_size=2),
        **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), branches),
        **dict.fromkeys(("not", "if", "then", "else", "items", "contains", "propertyNames"), inner),
        **dict.fromkeys(("additionalProperties", "unevaluatedProperties"), inner),
        **dict.fromkeys(("minContains", "maxContains"), COUNTS),
        "$ref": st.sampled_from(["#/components/schemas/One", "#/components/schemas/Two"]),
    }
    every = {**keywords, **nested}
    names = st.lists(st.sampled_from(sorted(every)), max_size=4, unique=True)
    return names.flatmap(lambda chosen: st.fixed_dictionaries({name: every[name] for name in chosen}))


def nullable(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Schemas that may be null as well, by a union: the usual way to say it of a reference."""
    return st.builds(
        lambda keyword, schema: {keyword: [schema, {"type": "null"}]}, st.sampled_from(["anyOf", "oneOf"]), inner
    )


plain = st.sampled_from(sorted(keywords)).flatmap(lambda name: keywords[name].map(lambda value: {name: value}))
schemas = st.recursive(st.booleans() | plain, lambda inner: objects(inner) | nullable(objects(inner)), max_leaves=6)
components = st.fixed_dictionaries({"One": objects(plain), "Two": objects(plain)})

instances = st.recursive(
    st.sampled_from(SCALARS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=5,
)


@st.composite
def mutated(draw: st.DrawFn, schema: Any) -> Any:
    """A schema with one or two of its parts replaced, added or removed."""
    changed = {"schema": copy.deepcopy(schema)}
    for _ in range(draw(st.integers(1, 2))):
        holder, key = draw(st.sampled_from(list(places(changed))))
        value = holder[key]
        if isinstance(value, dict) and key not in MAPS and draw(st.booleans()):
            extra = draw(objects(plain))
            holder[key] = {**value, **extra}
        elif isinstance(holder, dict) and holder is not changed and draw(st.booleans()):
            del holder[key]
        elif key in keywords:
            holder[key] = draw(keywords[key])
        elif isinstance(value, bool | dict) and key not in MAPS:
            holder[key] = draw(schemas)
    return changed["schema"]


MAPS = {"properties", "dependentSchemas", "patternProperties", "dependentRequired"}


def places(holder: Any) -> Any:
    """Every place within, as what holds it and its key there."""
    for key, value in list(holder.items() if isinstance(holder, dict) else enumerate(holder)):
        yield holder, key
        if isinstance(value, dict | list) and key not in keywords:
            yield from places(value)


def accepts(schema: Any, parts: Any) -> Any:
    """A function that tells whether an instance keeps a schema."""
    document = {"$ref": "#/at", "at": schema, "components": {"schemas": parts}}
    return jsonschema_rs.Draft202012Validator(document, formats=CUSTOM, validate_formats=True).is_valid


@given(data=st.data())
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_one_version_refuses_is_reported(data: st.DataObject, contract_around: Any) -> None:
    """A request that only the old version accepts, and a response that only the new one does, is a breaking change."""
    old = data.draw(schemas, "old")
    parts = data.draw(components, "components")
    new = data.draw(mutated(old) | schemas, "new")
    new_parts = data.draw(st.just(parts) | components, "new components")
    changes = compare(contract_around(old, parts), contract_around(new, new_parts)).changes
    before, now = accepts(old, parts), accepts(new, new_parts)
    for instance in (*SCALARS, *data.draw(st.lists(instances, min_size=10, max_size=30), "instances")):
        if before(instance) and not now(instance):
            assert any(narrows_request(change) for change in changes), json.dumps(instance)
        if now(instance) and not before(instance):
            assert any(change.direction == "response" and change.level is Level.BREAKING for change in changes), (
                json.dumps(instance)
            )


def narrows_request(change: Change) -> bool:
    """Whether a change refuses some requests; a new optional property does so only for those who knew it already."""
    return change.direction == "request" and (
        change.level is Level.BREAKING or change.rule == "request-optional-property-added"
    )
