"""Values on both sides of every limit, derived from the contract: what a field may hold, and what it may just not.

A sample does not say whether it is valid: `validity` does, by the contract. It only says which constraint it is about.
"""

from __future__ import annotations

import string
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.strings import nearly_short, of_string
from conformance.texts import AS_FIELDS, AS_MARKS, KEYS, ODD_TEXTS, SCRIPTS, TEXTS, WORDS
from conformance.validity import EXACT_INTEGERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from conformance.subject import Subject
    from contract import Operation

__all__ = ["Sample", "samples"]

_WRONG: dict[str, tuple[Any, ...]] = {
    "string": (12345, True, 1.5, ["text"], {"text": "text"}, None, 0, False, [], {}),
    "integer": ("2000", "2000.00", " 2000", "-2000", "2e3", "", True, [2000], {"amount": 2000}, None, False, [], {}),
    "object": ("text", '{"key": "text"}', 7, 1.5, True, ["text"], [["key", "text"]], None, "", 0, False, []),
}

_FRACTIONS = (20.5, -20.5, 0.5, -0.01, 1999.999999, 2000.0000001)
"""Numbers that are no integers, on both sides of nought, some of them nearly integers."""


@dataclass(frozen=True)
class Sample:
    """A value for a property of a body, and the constraint (a JSON pointer) that it is about."""

    field: str
    value: Any
    about: str

    @property
    def body(self) -> dict[str, Any]:
        """The property, with what it needs beside it."""
        beside = {"currency": "ZAR"} if self.field == "balance" else {}
        return {**beside, self.field: self.value}


def samples(subject: Subject, operation: Operation) -> Iterator[Sample]:
    """Every sample for every property of an operation's body."""
    for name in subject.properties(operation):
        schema, pointer = subject.property_schema(operation, name)
        for value, keyword in _values(subject, schema, pointer):
            yield Sample(name, value, keyword)


def _values(subject: Subject, schema: Mapping[str, Any], pointer: str) -> Iterator[tuple[Any, str]]:
    if "allOf" in schema:
        for index, part in enumerate(schema["allOf"]):
            yield from _values(subject, *subject.contract.resolve(part, f"{pointer}/allOf/{index}"))
    kind = schema.get("type")
    if kind is not None:
        yield from ((wrong, f"{pointer}/type") for wrong in _WRONG[kind])
    if kind == "string":
        yield from (([example], f"{pointer}/type") for example in schema.get("examples", ())[:1])
        yield from of_string(schema, pointer)
    elif kind == "integer":
        yield from ((number, f"{pointer}/type") for number in _FRACTIONS)
        yield from _of_integer(pointer)
    if kind == "object" or "maxProperties" in schema:
        yield from _of_object(schema, pointer)


def _of_integer(pointer: str) -> Iterator[tuple[int, str]]:
    # Some hundredths of 29 and 113 are not exact: who counts in fractions of the currency loses a unit.
    steps = (0, 1, 29, 99, 113, 2**31 - 1, 2**31, EXACT_INTEGERS, EXACT_INTEGERS + 2, 2**63 - 1, 2**63, 10**30)
    yield from ((value, f"{pointer}/type") for step in steps for value in dict.fromkeys((step, -step)))


def _of_object(schema: Mapping[str, Any], pointer: str) -> Iterator[tuple[dict[str, Any], str]]:
    yield {str(number): "item" for number in range(3)}, f"{pointer}/type"
    if "maxProperties" in schema:
        limit = schema["maxProperties"]
        for count in (0, limit // 2, limit, limit + 1, 3 * limit):
            yield {f"key_{number}": f"value {number}" for number in range(count)}, f"{pointer}/maxProperties"
        cased = [letter for pair in zip(string.ascii_lowercase, string.ascii_uppercase, strict=True) for letter in pair]
        yield dict.fromkeys(cased[: limit + 1], "value"), f"{pointer}/maxProperties"
    if "propertyNames" in schema:
        limit = schema["propertyNames"]["maxLength"]
        for length in (limit, limit + 1):
            yield from (({char * length: "value"}, f"{pointer}/propertyNames/maxLength") for char in SCRIPTS)
        yield from (({text: "value"}, f"{pointer}/propertyNames/maxLength") for text in nearly_short(limit))
    value = schema.get("additionalProperties", {})
    yield from (({"key": wrong}, f"{pointer}/additionalProperties/type") for wrong in _WRONG.get(value.get("type"), ()))
    if "maxLength" in value:
        for length in (value["maxLength"], value["maxLength"] + 1):
            yield from (({"key": char * length}, f"{pointer}/additionalProperties/maxLength") for char in SCRIPTS)
        texts = nearly_short(value["maxLength"])
        yield from (({"key": text}, f"{pointer}/additionalProperties/maxLength") for text in texts)
    if value:
        yield from ((pairs, f"{pointer}/additionalProperties") for pairs in _pairs())
        yield from _spoilt(schema, pointer)


_AT_ONCE = 10


def _pairs() -> Iterator[dict[str, str]]:
    """Every odd key with some odd text, few at once, as every reading of the pages allows."""
    keys, values = (*KEYS, *TEXTS), (*TEXTS, *WORDS)
    pairs = {key: values[index % len(values)] for index, key in enumerate(keys)}
    for start in range(0, len(keys), _AT_ONCE):
        yield {key: pairs[key] for key in keys[start : start + _AT_ONCE]}
    yield {key: key for key in WORDS[: _AT_ONCE - 1]}
    yield from (dict(AS_FIELDS), dict.fromkeys(AS_MARKS, "mark"))
    yield from ({text or "empty": text for text in texts} for texts in ODD_TEXTS)


def _spoilt(schema: Mapping[str, Any], pointer: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Good pairs with a wrong one before, among or after them."""
    value, key = schema["additionalProperties"]["maxLength"], schema["propertyNames"]["maxLength"]
    wrong = (
        ({"w": "v" * (value + 1)}, f"{pointer}/additionalProperties/maxLength"),
        ({"w" * (key + 1): "v"}, f"{pointer}/propertyNames/maxLength"),
        ({"w": 5}, f"{pointer}/additionalProperties/type"),
    )
    good = {letter: letter for letter in string.ascii_lowercase[: _AT_ONCE - 1]}
    for bad, about in wrong:
        yield {**good, **bad}, about
        yield {**bad, **good}, about
