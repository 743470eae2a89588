"""Two ways of writing the same contract are no change, and a change is told of where it shows."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from contract import Contract
from contract.diff import Level, compare
from contract.loading import parse

_TEXT = {"type": "string", "maxLength": 5}
_ITEM: dict[str, Any] = {
    "type": "object",
    "required": ["a"],
    "properties": {"a": _TEXT, "b": {"type": "integer", "minimum": 1}},
}
_REF = {"$ref": "#/components/schemas/Item"}
_REF_TO_DEEP = {"$ref": "#/components/schemas/Deep"}


def _deep(*names: str) -> dict[str, Any]:
    """A schema whose inner one requires some properties, with no constant by which it is known."""
    return {"type": "object", "required": ["at"], "properties": {"at": {"type": "object", "required": [*names]}}}


def _parts(schema: dict[str, Any]) -> list[dict[str, Any]]:
    return [{keyword: value} for keyword, value in schema.items()]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(_ITEM, _REF, id="behind-a-reference"),
        pytest.param(_ITEM, {"allOf": [_REF]}, id="behind-allOf"),
        pytest.param(_ITEM, {"anyOf": [_REF]}, id="an-anyOf-of-one-branch"),
        pytest.param(
            _ITEM,
            {"allOf": [{"type": "object", "required": ["a"]}, {"properties": _ITEM["properties"]}]},
            id="in-parts",
        ),
        pytest.param(
            _ITEM,
            dict(reversed([*_ITEM.items(), ("properties", dict(reversed(_ITEM["properties"].items())))])),
            id="order",
        ),
        pytest.param(
            {"type": ["string", "null"]}, {"anyOf": [{"type": "null"}, {"type": "string"}]}, id="a-union-of-types"
        ),
        pytest.param({"type": ["string", "null"]}, {"oneOf": [{"type": "null"}, {"type": "string"}]}, id="oneOf-types"),
        pytest.param({"enum": ["a", "b"]}, {"type": "string", "enum": ["b", "a"]}, id="a-type-that-enum-implies"),
        pytest.param({"const": 1}, {"enum": [1.0]}, id="const-and-enum"),
        pytest.param(
            {"type": "integer", "minimum": 1}, {"type": "integer", "exclusiveMinimum": 0}, id="bounds-of-integers"
        ),
        pytest.param(
            {"maxLength": 5, "type": "string"}, {"allOf": [_TEXT, {"maxLength": 9}]}, id="a-wider-limit-beside"
        ),
        pytest.param({"type": "integer"}, {"type": "integer", "maxLength": 5}, id="a-limit-on-another-type"),
        pytest.param(
            {"type": "array"}, {"type": "array", "minItems": 0, "uniqueItems": False}, id="limits-that-say-nothing"
        ),
        pytest.param({"type": "object"}, {"type": "object", "additionalProperties": True}, id="open-by-default"),
        pytest.param(
            {"type": "array", "items": _TEXT}, {"type": "array", "prefixItems": [_TEXT], "items": _TEXT}, id="prefix"
        ),
        pytest.param(
            {"type": "string", "pattern": r"^\d{1,}[a-zA-Z]$"},
            {"type": "string", "pattern": "^[0-9]+[A-Za-z]$"},
            id="a-pattern-of-the-same-meaning",
        ),
        pytest.param(
            {"anyOf": [_TEXT, _ITEM, {"const": 1}]}, {"anyOf": [{"const": 1}, _REF, _TEXT]}, id="branches-in-order"
        ),
        pytest.param(
            {"type": "object", "dependentRequired": {"a": ["b"]}, "required": ["b"]},
            {"type": "object", "required": ["b"]},
            id="a-dependency-that-required-implies",
        ),
        pytest.param(
            {"type": ["string", "null"], "enum": ["a", None]},
            {"anyOf": [{"type": "string", "enum": ["a"]}, {"type": "null"}]},
            id="an-enum-beside-null",
        ),
        pytest.param(
            {"type": ["integer", "null"], "format": "int32"},
            {"anyOf": [{"type": "integer", "format": "int32"}, {"type": "null"}]},
            id="a-format-beside-null",
        ),
        pytest.param({"type": "integer"}, {"type": "integer", "format": "email"}, id="a-format-of-another-type"),
        pytest.param(
            {"anyOf": [{"type": "integer", "format": "email"}, {"type": "string"}]},
            {"type": ["string", "integer"]},
            id="a-format-of-another-branch",
        ),
        pytest.param({"type": "integer", "minimum": 0}, {"type": "integer", "minimum": -0.5}, id="between-integers"),
        pytest.param({"type": "integer"}, {"type": "integer", "multipleOf": 1}, id="a-multiple-that-all-are"),
        pytest.param(
            {"type": "integer", "multipleOf": 1.5}, {"type": "integer", "multipleOf": 3}, id="multiples-of-integers"
        ),
        pytest.param({"type": "boolean"}, {"type": "boolean", "enum": [True, False]}, id="every-boolean"),
        pytest.param({"type": "null"}, {"type": "null", "const": None}, id="the-only-null"),
        pytest.param(
            {"type": "object"}, {"type": "object", "propertyNames": {"type": "string"}}, id="names-are-strings"
        ),
        pytest.param(
            {"type": "object", "dependentRequired": {"a": ["b"]}},
            {"type": "object", "dependentSchemas": {"a": {"required": ["b", "a"]}}},
            id="what-a-property-requires",
        ),
        *(
            pytest.param(
                {"type": "object", "patternProperties": {"^[0-9]+$": schema}} | closed,
                {"type": "object", "patternProperties": {r"^\d+$": schema}} | closed,
                id=f"names-of-the-same-pattern-{'-'.join(closed) or 'open'}",
            )
            for closed in ({}, {"additionalProperties": False}, {"unevaluatedProperties": False})
            for schema in [_TEXT]
        ),
        pytest.param(
            {"anyOf": [{"patternProperties": {"^[0-9]": _TEXT}}, _ITEM], "unevaluatedProperties": False},
            {"anyOf": [_ITEM, {"patternProperties": {r"^\d": _TEXT}}], "unevaluatedProperties": False},
            id="branches-of-the-same-pattern",
        ),
        pytest.param(
            {"type": "object", "propertyNames": {"maxLength": 40}},
            {"type": "object", "propertyNames": {"type": ["string", "null"], "maxLength": 40, "minimum": 1}},
            id="names-are-strings-beside-a-limit",
        ),
        pytest.param(
            {"enum": ["a", "bc"], "maxLength": 2}, {"enum": ["a", "bc"], "maxLength": 3}, id="a-limit-beside-values"
        ),
        pytest.param({"enum": ["a", "bc"], "maxLength": 1}, {"const": "a"}, id="a-limit-that-refuses-a-value"),
        pytest.param({"type": "string"}, {"type": "string", "format": "int32"}, id="a-format-of-numbers"),
        pytest.param({"enum": ["a", "b"]}, {"oneOf": [{"const": "b"}, {"const": "a"}]}, id="values-as-branches"),
        pytest.param({"maxLength": 5}, {"maxLength": 5, "not": False}, id="a-not-that-excludes-nothing"),
        pytest.param(
            {"type": "object", "patternProperties": {"^a": True}},
            {"type": "object", "patternProperties": {"^a": {"minLength": 0}}},
            id="a-schema-that-refuses-nothing",
        ),
        pytest.param(
            {"allOf": [{"additionalProperties": False}, {"additionalProperties": _ITEM}]},
            {"allOf": [{"additionalProperties": _REF}, {"additionalProperties": False}]},
            id="parts-in-order",
        ),
        pytest.param(
            {"allOf": [{"contains": _TEXT}, {"contains": {"const": 1}}]},
            {"allOf": [{"contains": {"const": 1}}, {"contains": _TEXT}]},
            id="what-a-list-contains-in-order",
        ),
        pytest.param(
            {"anyOf": [_deep("a", "b"), _deep("c", "d")], "unevaluatedProperties": False},
            {"anyOf": [_REF_TO_DEEP, {"allOf": [*_parts(_deep("b", "a"))]}], "unevaluatedProperties": False},
            id="branches-moved-split-and-reordered",
        ),
    ],
)
def test_another_way_of_writing_is_no_change(one: Any, other: Any, changes_between: Any) -> None:
    """The same schema written otherwise shows nothing, either way round."""
    components = {"Item": _ITEM, "Deep": _deep("d", "c")}
    assert changes_between(one, other, components) == ()
    assert changes_between(other, one, components) == ()


@pytest.mark.parametrize("keyword", ["anyOf", "oneOf"])
@pytest.mark.parametrize(
    ("old", "new", "levels"),
    [
        ("int64", "int32", [("format-narrowed", Level.BREAKING), ("format-narrowed", Level.NOTE)]),
        ("int32", "int64", [("format-widened", Level.BREAKING), ("format-widened", Level.NOTE)]),
        ("double", "float", [("format-narrowed", Level.BREAKING), ("format-narrowed", Level.NOTE)]),
        (None, "int32", [("format-added", Level.BREAKING), ("format-added", Level.NOTE)]),
        ("int32", "double", [("format-changed", Level.BREAKING)] * 2),
        (None, "decimal", [("format-added", Level.BREAKING), ("format-added", Level.NOTE)]),
    ],
)
def test_the_range_of_a_number_is_seen_beside_null(
    keyword: str, old: str | None, new: str, levels: Any, changes_between: Any
) -> None:
    """A format that names a range of numbers narrows or widens, also where the number may be null as well."""
    sides = ({"type": "number"} | ({"format": name} if name else {}) for name in (old, new))
    found = changes_between(*({keyword: [side, {"type": "null"}]} for side in sides))
    assert [(change.rule.split("-", 2)[2], change.level) for change in found] == levels


def test_recursive_schemas_end(changes_between: Any) -> None:
    """A change deep in schemas that lead back to themselves and each other is found once for each direction."""

    def parts(limit: int) -> dict[str, Any]:
        tree = {
            "type": "object",
            "properties": {"left": _ref("Tree"), "right": _ref("Forest"), "name": {"maxLength": limit}},
        }
        return {"Tree": tree, "Forest": {"type": "array", "items": {"anyOf": [_ref("Tree"), _ref("Forest")]}}}

    changes = changes_between(_ref("Tree"), _ref("Tree"), parts(5), new_components=parts(4))
    assert [(change.rule, change.level) for change in changes] == [
        ("request-property-max-length-decreased", Level.BREAKING),
        ("response-property-max-length-decreased", Level.NOTE),
    ]


def test_a_recursive_schema_is_told_of_where_it_is_shallowest(changes_between: Any) -> None:
    """A reader looks for the change at the first level, not at the one below it."""

    def parts(limit: int) -> dict[str, Any]:
        return {"Tree": {"type": "object", "properties": {"above": _ref("Tree"), "name": {"maxLength": limit}}}}

    described = {"description": "The root.", **_ref("Tree")}
    changes = changes_between(described, described, parts(5), new_components=parts(4))
    assert {change.place.partition(" body ")[2] for change in changes} == {"/name"}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def test_renaming_a_component_is_no_change(changes_between: Any) -> None:
    """What a shared schema is called is not part of any exchange."""
    recursive = {"type": "object", "properties": {"next": _ref("A")}}
    renamed = {"type": "object", "properties": {"next": _ref("B")}}
    assert changes_between(_ref("A"), _ref("B"), {"A": recursive}, new_components={"B": renamed}) == ()


@pytest.mark.parametrize(
    ("old", "new", "rules"),
    [
        pytest.param(
            _ref("Item"),
            {"anyOf": [_ref("Item"), {"type": "object", "required": ["z"]}]},
            {"any-of-branch-added"},
            id="lifted",
        ),
        pytest.param(
            {"anyOf": [_ref("Item"), _ref("Other")]},
            {"anyOf": [_ref("Item")]},
            {"any-of-branch-removed"},
            id="one-left",
        ),
        pytest.param(
            {"type": "string"}, {"anyOf": [{"type": "string"}, {"type": "null"}]}, {"became-nullable"}, id="nullable"
        ),
        pytest.param({}, {"type": "string"}, {"type-narrowed"}, id="a-type-where-there-was-none"),
        pytest.param(
            {"type": "object", "properties": {"a": True}, "additionalProperties": False},
            {"type": "object", "properties": {"a": True, "b": True}, "additionalProperties": False},
            {"optional-property-added"},
            id="property-of-a-closed-object",
        ),
        pytest.param(
            {"type": "integer", "minimum": 2},
            {"type": "integer", "exclusiveMinimum": 2},
            {"minimum-became-exclusive"},
            id="bound-became-exclusive",
        ),
    ],
)
def test_a_change_is_told_of_in_the_plainest_way(old: Any, new: Any, rules: set[str], changes_between: Any) -> None:
    """One edit gives one rule, also where a schema becomes one branch among several."""
    found = changes_between(old, new, {"Item": _ITEM, "Other": {"type": "object", "required": ["y"]}})
    assert {change.rule.split("-", 2)[2] for change in found if "property-added" not in change.rule} | {
        change.rule.split("-", 1)[1] for change in found if "property-added" in change.rule
    } == rules


@pytest.mark.parametrize(
    ("union", "name"),
    [
        ({"anyOf": [_ref("Item"), {"type": "object", "required": ["z"]}]}, "any-of"),
        ({"oneOf": [{"minLength": 2}, _ITEM]}, "one-of"),
    ],
)
def test_no_schema_is_no_branch_of_a_union(union: Any, name: str, changes_between: Any) -> None:
    """A union where anything was accepted narrows, and anything where a union was widens."""
    parts = {"Item": _ITEM}
    added, removed = changes_between({}, union, parts), changes_between(union, {}, parts)
    assert {(change.rule, change.level) for change in added} == {
        (f"request-body-{name}-added", Level.BREAKING),
        (f"response-body-{name}-added", Level.NOTE),
    }
    assert {(change.rule, change.level) for change in removed} == {
        (f"request-body-{name}-removed", Level.NOTE),
        (f"response-body-{name}-removed", Level.BREAKING),
    }


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ({"maxLength": 5}, {"anyOf": [{"maxLength": 5}, {"pattern": "^x"}]}, "any-of-branch-added"),
        ({"type": "object"}, {"maxLength": 5}, "type-widened"),
        ({"minimum": 5}, {"maxLength": 5}, "property-names-added"),
    ],
)
def test_names_are_compared_as_strings(old: Any, new: Any, rule: str, changes_between: Any) -> None:
    """What refuses names is told of where it stands in a contract."""
    found = changes_between(*({"type": "object", "propertyNames": side} for side in (old, new)))
    assert f"request-{'body' if rule == 'property-names-added' else 'property'}-{rule}" in {it.rule for it in found}
    assert all("/propertyNames" in change.pointer for change in found)


@pytest.mark.parametrize("before", [{}, {"properties": {"a": _TEXT}}, {"additionalProperties": {"minLength": 2}}])
def test_a_property_that_is_forbidden_breaks_its_senders(before: Any, changes_between: Any) -> None:
    """`a: false` refuses whoever sends `a`, whether it was named before or not; where it was refused, it is nothing."""
    forbidden = before | {"properties": {"a": False}}
    found = changes_between(before, forbidden)
    assert [(change.rule, change.level) for change in found] == [
        ("request-property-forbidden", Level.BREAKING),
        ("response-property-forbidden", Level.NOTE),
    ]
    allowed = changes_between(forbidden, before)
    assert {(change.rule, change.level) for change in allowed} == {
        ("request-property-allowed", Level.NOTE),
        ("response-property-allowed", Level.BREAKING),
    }
    assert all(change.pointer.endswith("/properties/a") for change in (*found, *allowed))
    closed = {"additionalProperties": False}
    assert changes_between(closed, closed | {"properties": {"a": False}}) == ()


def test_a_limit_that_refuses_a_listed_value_is_told(changes_between: Any) -> None:
    """A limit beside values matters when one of them does not keep it, whatever types the others have."""
    (found, _) = changes_between({"enum": ["a", 5]}, {"enum": ["a", 5], "minimum": 10})
    assert (found.rule, found.level) == ("request-body-minimum-added", Level.BREAKING)


@pytest.mark.parametrize(
    ("old", "new", "sentence", "levels"),
    [
        (
            {"minimum": 5},
            {"exclusiveMinimum": 5},
            "The request body must be more than 5 now; before, 5 or more.",
            [Level.BREAKING, Level.NOTE],
        ),
        (
            {"minimum": 5},
            {"exclusiveMinimum": 0},
            "The request body must be more than 0 now; before, 5 or more.",
            [Level.NOTE, Level.BREAKING],
        ),
        (
            {"exclusiveMaximum": 5},
            {"maximum": 0},
            "The request body must be 0 or less now; before, less than 5.",
            [Level.BREAKING, Level.NOTE],
        ),
    ],
)
def test_bounds_of_two_kinds_are_told_with_numbers(
    old: Any, new: Any, sentence: str, levels: Any, changes_between: Any
) -> None:
    """A bound that leaves out its own value now is told in the words of both kinds."""
    found = sorted(changes_between(*({"type": "number"} | side for side in (old, new))), key=lambda it: it.direction)
    assert [change.level for change in found] == levels
    assert found[0].message.startswith(sentence)
    assert all(isinstance(value, int) for change in found for value in (change.old, change.new))


def _closed(keyword: str, **patterns: Any) -> dict[str, Any]:
    return {"type": "object", keyword: False, "patternProperties": patterns}


@pytest.mark.parametrize("keyword", ["additionalProperties", "unevaluatedProperties"])
@pytest.mark.parametrize("schema", [True, _TEXT], ids=["anything", "a-text"])
def test_a_pattern_more_beside_a_closed_rest_accepts_more(keyword: str, schema: Any, changes_between: Any) -> None:
    """Members that were refused are accepted by their names, and the reverse; none is accepted otherwise."""
    fewer, more = _closed(keyword, **{"^x-": _TEXT}), _closed(keyword, **{"^x-": _TEXT, "^y-": schema})
    name = keyword.replace("Properties", "-properties")
    assert {(change.rule, change.level) for change in changes_between(fewer, more)} == {
        (f"request-body-{name}-opened", Level.NOTE),
        (f"response-body-{name}-opened", Level.BREAKING),
    }
    assert {(change.rule, change.level) for change in changes_between(more, fewer)} == {
        (f"request-body-{name}-restricted", Level.BREAKING),
        (f"response-body-{name}-restricted", Level.NOTE),
    }


def test_a_pattern_that_others_may_match_as_well_constrains_them(changes_between: Any) -> None:
    """A name that two patterns match must keep both schemas: the new one can refuse what the old one accepted."""
    old = _closed("additionalProperties", **{"^x": _TEXT})
    new = _closed("additionalProperties", **{"^x": _TEXT, "y$": {"minLength": 2}})
    found = changes_between(old, new)
    assert ("request-property-pattern-properties-added", Level.BREAKING) in {
        (change.rule.replace("-body-", "-property-"), change.level) for change in found
    }


@pytest.mark.parametrize(
    ("old", "new", "rules"),
    [
        ({"c": _TEXT}, {"c": {"type": "string", "maxLength": 9}}, {"request-property-max-length-increased"}),
        (
            {"c": _TEXT},
            {"c": _TEXT, "d": True},
            {"request-optional-property-added", "request-body-unevaluated-properties-opened"},
        ),
    ],
)
def test_a_property_beside_a_choice_is_compared_by_itself(
    old: Any, new: Any, rules: set[str], changes_between: Any
) -> None:
    """What always stands in an object that is closed beside branches changes nothing of what they leave."""
    sides = (_CHOICE | {"properties": side, "unevaluatedProperties": False} for side in (old, new))
    found = [change for change in changes_between(*sides) if change.direction == "request"]
    assert {change.rule for change in found} == rules
    assert all(change.level is not Level.BREAKING for change in found)


def test_a_closed_choice_sees_only_what_stands_beside_it(changes_between: Any) -> None:
    """A property that moves next to `unevaluatedProperties` is evaluated there, and was refused before."""
    apart = {"allOf": [_CHOICE | {"unevaluatedProperties": False}, {"properties": {"c": _TEXT}}]}
    beside = {"allOf": [_CHOICE | {"properties": {"c": _TEXT}, "unevaluatedProperties": False}]}
    found = changes_between(apart, beside)
    assert "response-body-unevaluated-properties-opened" in {change.rule for change in found}


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        ({}, {"dependentSchemas": {"a": {"required": ["b"]}}}, "dependent-required-added"),
        (
            {"dependentSchemas": {"a": {"required": ["b"]}}},
            {"dependentRequired": {"a": ["c", "b"]}},
            "dependent-required-added",
        ),
        (
            {"dependentRequired": {"a": ["b"]}},
            {"dependentSchemas": {"a": {"required": ["b"], "minProperties": 3}}},
            "dependent-schemas-added",
        ),
    ],
)
def test_what_a_property_requires_is_told_once(old: Any, new: Any, change: str, changes_between: Any) -> None:
    """Whether a keyword of its own or a schema says what is needed beside a property makes no difference."""
    sides = ({"type": "object"} | side for side in (old, new))
    assert {(it.rule.partition(change)[1], it.level) for it in changes_between(*sides)} == {
        (change, Level.BREAKING),
        (change, Level.NOTE),
    }


_CHOICE = {"anyOf": [{"required": ["z"]}, {"properties": {"description": True, "b": _TEXT}}]}


def test_closing_an_object_that_leaves_a_choice_narrows_it(changes_between: Any) -> None:
    """`unevaluatedProperties` that is new beside branches refuses more, and never less."""
    found = changes_between(_CHOICE, _CHOICE | {"unevaluatedProperties": False})
    assert [(change.rule, change.level, change.new) for change in found] == [
        ("request-body-unevaluated-properties-restricted", Level.BREAKING, False),
        ("response-body-unevaluated-properties-restricted", Level.NOTE, False),
    ]


def test_a_property_that_a_branch_no_longer_names_is_refused(changes_between: Any) -> None:
    """In a closed object a branch that names fewer properties refuses them, whatever they are called."""
    fewer = {"anyOf": [{"required": ["z"]}, {"properties": {"b": _TEXT}}]}
    found = changes_between(*(schema | {"unevaluatedProperties": False} for schema in (_CHOICE, fewer)))
    assert "request-body-unevaluated-properties-changed" in {
        change.rule for change in found if change.level is Level.BREAKING
    }
    assert {change.old for change in found if change.rule.endswith("property-removed")} == {True}


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ({}, {"type": ["string", "null"]}, "The type of the request body is null or string now; before, any."),
        (
            {"properties": {"a": _TEXT}},
            {"properties": {"a": _TEXT}, "required": ["a"]},
            "`a` of the request body is required now. Callers that leave it out are refused: send it.",
        ),
        (
            {},
            {"dependentSchemas": {"a": {"minProperties": 2}}},
            "A schema for the request body when it holds `a` was added.",
        ),
        (
            {},
            {"patternProperties": {"^a": _TEXT}},
            "A schema for the members of the request body whose names match `^a` was added.",
        ),
    ],
)
def test_sentences_name_what_they_are_about(old: Any, new: Any, sentence: str, changes_between: Any) -> None:
    """A reader learns from the sentence alone what to look at."""
    (message,) = (change.message for change in changes_between(old, new) if change.direction == "request")
    assert message.startswith(sentence)


def test_a_property_of_a_closed_object_breaks_readers_only(changes_between: Any) -> None:
    """Where the old contract allowed no other members, a new one is refused by strict readers, harmless in requests."""
    old = {"type": "object", "additionalProperties": False}
    new = {"type": "object", "properties": {"a": True}, "additionalProperties": False}
    levels = {change.direction: change.level for change in changes_between(old, new)}
    assert levels == {"request": Level.NOTE, "response": Level.BREAKING}


def test_reformatting_this_contract_is_no_change(contract: Contract) -> None:
    """The project's own contract as JSON with its keys sorted is the same contract."""
    text = json.dumps(yaml.safe_load(contract.data), sort_keys=True)
    assert compare(contract, parse(text.encode(), "sorted.json")).changes == ()


def test_prose_alone_is_a_note(contract: Contract) -> None:
    """Rewriting every description gives notes, and nothing more severe."""
    text = json.dumps(_retold(contract.document))
    report = compare(contract, parse(text.encode(), "prose.json"))
    assert report.level is Level.NOTE
    assert {change.rule.rpartition("-")[0].rpartition("-")[2] for change in report.changes} <= {
        "description",
        "information",
    }


_WORDS = [{"type": "string", "minLength": 2, "description": text} for text in ("A", "B")]


@pytest.mark.parametrize(
    "around",
    [
        pytest.param(lambda schema: {"anyOf": [schema, {"type": "null"}]}, id="beside-null"),
        pytest.param(lambda schema: {"oneOf": [schema, {"maxLength": 5}]}, id="in-an-exclusive-branch"),
        pytest.param(lambda schema: {"if": schema, "then": {"maxLength": 5}}, id="in-a-condition"),
        pytest.param(lambda schema: {"type": "array", "contains": schema, "maxContains": 2}, id="counted"),
        pytest.param(lambda schema: {"type": "object", "propertyNames": schema}, id="of-names"),
        pytest.param(lambda schema: {"description": "Outer.", "allOf": [schema]}, id="under-another-description"),
    ],
)
def test_prose_is_a_note_wherever_it_stands(around: Any, changes_between: Any) -> None:
    """A new text is told of, and as no more than that, also where what it describes is compared as a whole."""
    changes = changes_between(*map(around, _WORDS))
    assert {(change.level, change.prose, change.old, change.new) for change in changes} == {
        (Level.NOTE, True, "A", "B")
    }


def _retold(value: Any) -> Any:
    """A document with every description written anew."""
    if isinstance(value, list):
        return [_retold(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: f"Anew: {item}" if key == "description" and isinstance(item, str) else _retold(item)
        for key, item in value.items()
    }


def test_a_shared_component_shows_in_each_direction_and_operation(contract: Contract) -> None:
    """A limit of the customer's name concerns two requests and three answers, with opposite levels."""
    text = contract.data.decode()
    at = text.index("maxLength: 255", text.index("    CustomerName:\n"))
    changed = text[:at] + "maxLength: 200" + text[at + len("maxLength: 255") :]
    report = compare(contract, parse(changed.encode(), "changed.yaml"))
    found = [(change.level, change.direction, change.operation) for change in report.changes]
    assert found == [
        (Level.BREAKING, "request", "createCustomer"),
        (Level.BREAKING, "request", "updateCustomer"),
        (Level.NOTE, "response", "createCustomer"),
        (Level.NOTE, "response", "retrieveCustomer"),
        (Level.NOTE, "response", "updateCustomer"),
    ]
    assert {change.pointer for change in report.changes} == {"/components/schemas/CustomerName/maxLength"}


def test_a_branch_of_the_path_parameter_is_seen(contract: Contract) -> None:
    """Callers that name a customer by one of two documented ways are told when that way is gone."""
    text = contract.data.decode().replace("          - $ref: '#/components/schemas/CustomerId'\n", "", 1)
    report = compare(contract, parse(text.encode(), "changed.yaml"))
    assert {change.rule for change in report.at(Level.BREAKING)} == {"request-parameter-any-of-branch-removed"}
    assert {change.operation for change in report.changes} == {"retrieveCustomer", "updateCustomer"}
