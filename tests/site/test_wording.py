"""Every keyword of the contract language has words, and says with them what it means."""

from __future__ import annotations

from typing import Any

import pytest

from contract.formats import CUSTOM, STANDARD
from contract.language import ASSERTIONS, GRAMMAR
from generator.site.markdown import inline_html
from generator.site.patterns import pattern_words
from generator.site.terms import FORMATS
from generator.site.wording import SILENT, WORDS, rules, with_ranges

SENTENCES: list[tuple[str, Any, list[str]]] = [
    ("type", {"type": "string"}, ["Is a string."]),
    ("type", {"type": ["integer", "null"]}, ["Is an integer or null."]),
    ("enum", {"enum": ["paid", 3, None]}, ["Is one of `paid`, `3` or `null`."]),
    ("enum", {"enum": ["3", "null"]}, ['Is one of `"3"` or `"null"`.']),
    ("const", {"const": ""}, ['Is `""`.']),
    ("format", {"format": "iso-4217"}, ["Is a currency code of ISO 4217 (format `iso-4217`)."]),
    ("multipleOf", {"multipleOf": 5}, ["Is a multiple of 5."]),
    ("maximum", {"maximum": 1000000}, ["Is at most 1,000,000."]),
    ("exclusiveMaximum", {"exclusiveMaximum": 10}, ["Is less than 10."]),
    ("minimum", {"minimum": -1.5}, ["Is at least -1.5."]),
    ("exclusiveMinimum", {"exclusiveMinimum": 0}, ["Is greater than 0."]),
    ("maxLength", {"maxLength": 1000}, ["Has at most 1,000 characters."]),
    ("minLength", {"minLength": 1}, ["Has at least 1 character."]),
    ("pattern", {"pattern": "^a|b$"}, ["Matches `^a|b$`."]),
    ("maxItems", {"maxItems": 2}, ["Has at most 2 items."]),
    ("minItems", {"minItems": 1}, ["Has at least 1 item."]),
    ("uniqueItems", {"uniqueItems": True}, ["Has no item twice."]),
    ("uniqueItems", {"uniqueItems": False}, []),
    (
        "minContains",
        {"contains": {"const": 1}, "minContains": 2},
        ["Has at least 2 items of this kind: it is `1`."],
    ),
    (
        "maxContains",
        {"contains": {"const": 1}, "maxContains": 3},
        ["Has 1 to 3 items of this kind: it is `1`."],
    ),
    ("maxContains", {"contains": {"const": 1}, "maxContains": 1}, ["Has exactly 1 item of this kind: it is `1`."]),
    (
        "maxContains",
        {"contains": {"const": 1}, "minContains": 0, "maxContains": 1},
        ["Has at most 1 item of this kind: it is `1`."],
    ),
    ("minContains", {"contains": {"const": 1}, "minContains": 0}, []),
    ("contains", {"contains": True}, ["Has at least 1 item of this kind: it may be anything."]),
    ("maxProperties", {"maxProperties": 20}, ["Has at most 20 keys."]),
    ("minProperties", {"minProperties": 1}, ["Has at least 1 key."]),
    ("required", {"required": ["a", "b"]}, ["`a` and `b` are required."]),
    ("required", {"required": []}, []),
    ("dependentRequired", {"dependentRequired": {"a": ["b", "c"]}}, ["`a` needs `b` and `c` beside it."]),
    ("$ref", {"$ref": "#/components/schemas/X"}, ["Is a valid /components/schemas/X."]),
    (
        "allOf",
        {"allOf": [{"minLength": 1}, {"maxLength": 2}]},
        ["Has at least 1 character and has at most 2 characters."],
    ),
    (
        "anyOf",
        {"anyOf": [{"type": "null"}, {"type": "string", "maxLength": 2}]},
        ["Meets at least one of these: it is null; or it is a string and has at most 2 characters."],
    ),
    ("oneOf", {"oneOf": [{"const": 1}, {"const": 2}]}, ["Meets exactly one of these: it is `1`; or it is `2`."]),
    (
        "oneOf",
        {"oneOf": [{"anyOf": [{"const": 1}, {"const": 2}]}, {"const": 3}]},
        ["Meets exactly one of these: it meets at least one of these (it is `1`; or it is `2`); or it is `3`."],
    ),
    ("not", {"not": {"pattern": "^x"}}, ["Is refused when it matches `^x` (begins with `x`)."]),
    (
        "if",
        {"if": {"required": ["a"]}, "then": {"required": ["b"]}, "else": {"maxProperties": 1}},
        ["When it has `a`, it has `b`; otherwise it has at most 1 key."],
    ),
    ("else", {"if": {"const": 1}, "else": {"const": 2}}, ["Unless it is `1`, it is `2`."]),
    ("items", {"items": {"type": "string"}}, ["Each item is a string."]),
    ("items", {"items": False}, ["Has no items."]),
    (
        "items",
        {"prefixItems": [{"const": 1}], "items": False},
        ["Is a sequence in which item 1 is `1`.", "Has no items after the first."],
    ),
    (
        "items",
        {"items": {"items": {"type": "string"}, "minItems": 2, "maxItems": 2}},
        ["Each item has only items of which each is a string and has exactly 2 items."],
    ),
    (
        "prefixItems",
        {"prefixItems": [{"const": 1}, {"const": 2}]},
        ["Is a sequence in which item 1 is `1` and item 2 is `2`."],
    ),
    ("propertyNames", {"propertyNames": {"maxLength": 40}}, ["Each key has at most 40 characters."]),
    ("additionalProperties", {"additionalProperties": {"type": "string"}}, ["Each value is a string."]),
    (
        "additionalProperties",
        {"properties": {"a": {}}, "additionalProperties": False},
        ["Has no keys beyond those listed."],
    ),
    ("unevaluatedProperties", {"unevaluatedProperties": False}, ["Has no keys."]),
    (
        "unevaluatedProperties",
        {"allOf": [{"$ref": "#/x"}], "unevaluatedProperties": False},
        ["Is a valid /x.", "Has no keys beyond those listed."],
    ),
    (
        "patternProperties",
        {"patternProperties": {"^x": {"type": "string"}}},
        ["Has under each name that matches `^x` a value that is a string."],
    ),
    ("dependentSchemas", {"dependentSchemas": {"a": {"required": ["b"]}}}, ["When it has `a`, it has `b`."]),
    (
        "properties",
        {"not": {"properties": {"a": {"const": 1}}}},
        ["Is refused when it has no `a`, or one that is `1`."],
    ),
    (
        "properties",
        {"not": {"properties": {"a": {"const": 1}, "b": {}, "c": False}, "required": ["a", "b"]}},
        ["Is refused when it has `b`, has `a` (which is `1`) and has no `c`."],
    ),
]


@pytest.mark.parametrize(("keyword", "schema", "sentences"), SENTENCES, ids=[row[0] for row in SENTENCES])
def test_a_keyword_is_put_into_words(keyword: str, schema: Any, sentences: list[str]) -> None:
    """A keyword says what it asks for, and nothing where its value asks for nothing."""
    assert [rule.sentence for rule in rules(schema, "/x", lambda pointer: pointer)] == sentences


@pytest.mark.parametrize(
    ("schema", "sentences"),
    [
        ({"minLength": 1, "pattern": "^a|b$", "maxLength": 2000}, ["Has 1 to 2,000 characters.", "Matches `^a|b$`."]),
        ({"minItems": 2, "maxItems": 2}, ["Has exactly 2 items."]),
        ({"minProperties": 1, "maxProperties": 2}, ["Has 1 to 2 keys."]),
        ({"minimum": -5, "maximum": 5}, ["Is -5 to 5."]),
        ({"minimum": 5, "maximum": 5}, ["Is 5."]),
        ({"minimum": 0, "exclusiveMaximum": 5}, ["Is at least 0.", "Is less than 5."]),
    ],
)
def test_two_limits_are_a_range(schema: dict[str, Any], sentences: list[str]) -> None:
    """A lower and an upper limit of the same thing are one sentence, which covers both."""
    found = with_ranges(rules(schema, "/s", str))
    assert [rule.sentence for rule in found] == sentences
    assert {pointer for rule in found for pointer in rule.covers} == {f"/s/{keyword}" for keyword in schema}


def test_no_keyword_is_without_words() -> None:
    """Every keyword that can refuse a value has words, and every one of them is tried above."""
    refusing = ASSERTIONS | GRAMMAR["schema"].keys() | {"$ref"}
    assert WORDS.keys() | SILENT >= refusing
    assert {row[0] for row in SENTENCES} | {"then"} >= refusing


def test_every_format_has_words() -> None:
    """Every format that contracts may name is explained."""
    assert FORMATS.keys() == CUSTOM.keys() | STANDARD


def test_a_rule_covers_what_stands_within_it() -> None:
    """A rule says which constraints it states: its own keyword and those of the schemas in it."""
    (rule,) = rules({"additionalProperties": {"type": "string", "maxLength": 5}}, "/s", str)
    assert rule.covers == (
        "/s/additionalProperties",
        "/s/additionalProperties/type",
        "/s/additionalProperties/maxLength",
    )


def test_code_in_a_value_stays_code() -> None:
    """A value with backticks, line breaks and markup in it cannot leave its code span."""
    (rule,) = rules({"const": "``\n</code><script>alert(1)</script>"}, "/s", str)
    html = inline_html(rule.sentence)
    assert html == "Is <code>`` &lt;/code&gt;&lt;script&gt;alert(1)&lt;/script&gt;</code>."


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (r"^\+[1-9]\d{1,14}$", "`+`, then a digit from 1 to 9, then 1 to 14 digits, and nothing else"),
        ("^[a-zA-Z0-9_-]+$", "one or more ASCII letters, digits, `_` or `-` and nothing else"),
        ("^bcus_", "begins with `bcus_`"),
        (r"\.json$", "ends with `.json`"),
        ("[A-Z]{3}", "has three capital ASCII letters somewhere in it"),
        ("^[a-z]*x?$", "any number of lower-case ASCII letters, then perhaps one of `x`, and nothing else"),
        ("a{2,}", "has at least two `a` somewhere in it"),
    ],
)
def test_a_simple_pattern_is_put_into_words(pattern: str, words: str) -> None:
    """A pattern that is a sequence of characters and sets is said in words."""
    assert pattern_words(pattern) == words


@pytest.mark.parametrize(
    "pattern", ["a|b", "(ab)+", r"\p{L}", "[^a]", r"\bx", "^", "", "[a-f]", "a+?", "[`]", "[[]]", "x^"]
)
def test_a_pattern_beyond_words_has_none(pattern: str) -> None:
    """A pattern that words could only get wrong speaks for itself."""
    assert pattern_words(pattern) == ""
