"""Values on both sides of every limit, derived from the contract: what a field may hold, and what it may just not.

A sample does not say whether it is valid: `validity` does, by the contract. It only says which constraint it is about.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from iso4217 import Currency

from conformance.validity import EXACT_INTEGERS
from contract.formats import ISO_4217
from contract.patterns import matches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from conformance.subject import Subject
    from contract import Operation

__all__ = ["CURRENCIES", "SCRIPTS", "TEXTS", "Sample", "of_string", "samples"]

_COMMON = sorted((one for one in Currency if one.exponent == 2), key=lambda one: -len(one.country_names))
CURRENCIES = tuple(one.code for one in (*_COMMON[:3], *(one for one in Currency if one.exponent in {0, 3})))
"""Currencies worth trying: the most common ones, and all whose smallest unit is not a hundredth."""

SCRIPTS = ("a", "é", "語", "\U0001f600")
"""Characters of 1, 2, 3 and 4 bytes in UTF-8, the last of two units in UTF-16: a limit counts each as one."""

TEXTS = (
    "Zoë Ångström",
    "山田 太郎",
    "\u05e9\u05dc\u05d5\u05dd \u200f\u05e2\u05d5\u05dc\u05dd 12",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467 & Söhne \u2764\ufe0f",
    "e\u0301clair",
    "\u00e9clair",
    "\ufb01\uff21\u00b2 \u1e9e \u0130\u0131",
    'O\'Brien \\ "Smith" <b>&amp;</b> %s {0} $1;--',
    "https://example.com/?a=1&b=2#c+d%20e",
    "  two  spaces  ",
    "\u00a0no-break\u2028line\u200b\u3000",
    "0",
    "0012",
    "false",
    "null",
    "McDONALD van der BERG",
)
"""Texts that careless servers change: by script, normal form, markup, or because a language takes them for nothing."""

_ODD_TEXTS = ("nul\x00l", "tab\tand\nline\r\n", "\ud83d", "")
_WRONG: dict[str, tuple[Any, ...]] = {
    "string": (12345, True, 1.5, ["text"], {"text": "text"}, None),
    "integer": ("2000", "", 20.5, True, [2000], {"amount": 2000}, None),
    "object": ("text", 7, True, ["text"], [], None),
}
_LONGEST_TRIED = 400


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
        yield from of_string(schema, pointer)
    elif kind == "integer":
        yield from _of_integer(pointer)
    if kind == "object" or "maxProperties" in schema:
        yield from _of_object(schema, pointer)


# ── Strings


def of_string(schema: Mapping[str, Any], pointer: str) -> Iterator[tuple[str, str]]:
    """Values about each constraint of a string."""
    example = schema.get("examples", ["a"])[0]
    if "maxLength" in schema:
        limit = schema["maxLength"]
        for text in _of_length(schema, example, limit):
            yield text, f"{pointer}/maxLength"
    if "pattern" in schema:
        yield from ((text, f"{pointer}/pattern") for text in _about_pattern(schema, example))
    if "not" in schema:
        yield from ((text, f"{pointer}/not") for text in _about_prefix(schema, example))
    if schema.get("format") in _FORMATS:
        yield from ((text, f"{pointer}/format") for text in _FORMATS[schema["format"]](example))
    if "pattern" not in schema and "format" not in schema:
        yield from ((text, f"{pointer}/type") for text in (*TEXTS, *_ODD_TEXTS))


def _of_length(schema: Mapping[str, Any], example: str, limit: int) -> Iterator[str]:
    if schema.get("format") == "email":
        yield from (_email(length) for length in (limit - 1, limit + 1, 2 * limit))
        return
    for length in (limit, limit + 1):
        if "pattern" in schema:
            yield example + "x" * (length - len(example))
        else:
            yield from (char * length for char in SCRIPTS)
    yield example * limit


def _email(length: int) -> str:
    """An address of so many characters, within what RFC 5321 (4.5.3.1) allows for its parts where it can be."""
    domain, rest = "example.com", length - 64 - len("@example.com")
    while rest > 0:
        label = min(62, rest - 1) or 1
        domain, rest = f"{'d' * label}.{domain}", rest - label - 1
    return f"{'j' * 64}@{domain}"


def _about_pattern(schema: Mapping[str, Any], example: str) -> Iterator[str]:
    limit = schema.get("maxLength", _LONGEST_TRIED)
    longest = _grow(example, lambda text: len(text) <= limit and matches(schema["pattern"], text))
    shortest = _shrink(example, lambda text: matches(schema["pattern"], text))
    yield from (example, shortest, shortest[:-1], shortest.swapcase())
    if len(longest) < limit:
        yield from (longest, longest + longest[-1])
    yield from (example[1:], f" {example}", f"{example} ", f"{example}\n", f"\n{example}", f"{example}\u0660")
    middle = len(example) // 2
    yield from (
        example[:middle] + char + example[middle:] for char in ("_", "-", " ", ".", "/", "(", "é", "\u0663", "\x00")
    )
    yield from (example[:1] + "0" + example[1:], example.replace(example[0], example[0] * 2, 1))


def _grow(text: str, fits: Callable[[str], bool]) -> str:
    while len(text) < _LONGEST_TRIED and fits(text + text[-1]):
        text += text[-1]
    return text


def _shrink(text: str, fits: Callable[[str], bool]) -> str:
    while len(text) > 1 and fits(text[:-1]):
        text = text[:-1]
    return text


def _about_prefix(schema: Mapping[str, Any], example: str) -> Iterator[str]:
    prefix = schema["not"].get("pattern", "").removeprefix("^")
    yield from (f"{prefix}{example}", f"{prefix}1", prefix)
    yield from (f"x{prefix}{example}", f"{prefix.upper()}{example}", f"{prefix[:-1]}{example}", f"{prefix[:-1]}-1")


def _currencies(example: str) -> Iterator[str]:
    yield from (example, *CURRENCIES[:3])
    yield from (example.lower(), example[:2], f"{example}X", example * 2, "", "\u0417AR", "R", "710")
    yield from (f"{example} ", f" {example}", f"{example}\n")
    yield from [code for code in ("AAA", "QQQ", "ZZZ", "ABC") if code not in ISO_4217]


def _emails(example: str) -> Iterator[str]:
    yield from (example, "a@b.co", "first.last+tag@sub.example.com", "UPPER.Case@Example.COM")
    yield from ("no-at-sign.example.com", "@example.com", "john.doe@", "plain", "", "@")
    yield from ("a b@example.com", "a@exa mple.com", "a@b@example.com", f"{example}\nx")


_FORMATS: dict[str, Callable[[str], Iterator[str]]] = {"iso-4217": _currencies, "email": _emails}


# ── Numbers and objects


def _of_integer(pointer: str) -> Iterator[tuple[int, str]]:
    steps = (0, 1, 99, 2**31 - 1, 2**31, EXACT_INTEGERS, EXACT_INTEGERS + 2, 2**63 - 1, 2**63, 10**30)
    yield from ((value, f"{pointer}/type") for step in steps for value in dict.fromkeys((step, -step)))


def _of_object(schema: Mapping[str, Any], pointer: str) -> Iterator[tuple[dict[str, Any], str]]:
    if "maxProperties" in schema:
        limit = schema["maxProperties"]
        for count in (limit // 2, limit, limit + 1, 3 * limit):
            yield {f"key_{number}": f"value {number}" for number in range(count)}, f"{pointer}/maxProperties"
    if "propertyNames" in schema:
        limit = schema["propertyNames"]["maxLength"]
        for length in (limit, limit + 1):
            yield from (({char * length: "value"}, f"{pointer}/propertyNames/maxLength") for char in SCRIPTS)
    value = schema.get("additionalProperties", {})
    yield from (({"key": wrong}, f"{pointer}/additionalProperties/type") for wrong in _WRONG.get(value.get("type"), ()))
    if "maxLength" in value:
        for length in (value["maxLength"], value["maxLength"] + 1):
            yield from (({"key": char * length}, f"{pointer}/additionalProperties/maxLength") for char in SCRIPTS)
    if value:
        yield from ((pairs, f"{pointer}/additionalProperties") for pairs in _pairs())
        yield from _spoilt(schema, pointer)


_KEYS = (
    *("ключ", "\U0001f511", "with space", " padded ", "a.b$c", "$set", "__proto__", "constructor", "UPPER", "upper"),
    *("e\u0301", "\u00e9", "0", "a[b]", "a/b~1%20", "<k>", "null", "metadata", "balance", "name", "id"),
)
_ODD_PAIRS = {"line": "tab\tand\nline\r\n"}
_AT_ONCE = 7


def _pairs() -> Iterator[dict[str, str]]:
    """Every odd key with some odd text, few at once, as every reading of the pages allows."""
    pairs = {key: TEXTS[index % len(TEXTS)] for index, key in enumerate(_KEYS)}
    for start in range(0, len(_KEYS), _AT_ONCE):
        yield {key: pairs[key] for key in _KEYS[start : start + _AT_ONCE]}
    yield dict(_ODD_PAIRS)


def _spoilt(schema: Mapping[str, Any], pointer: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Good pairs with a wrong one before, among or after them."""
    value, key = schema["additionalProperties"]["maxLength"], schema["propertyNames"]["maxLength"]
    wrong = (
        ({"w": "v" * (value + 1)}, f"{pointer}/additionalProperties/maxLength"),
        ({"w" * (key + 1): "v"}, f"{pointer}/propertyNames/maxLength"),
        ({"w": 5}, f"{pointer}/additionalProperties/type"),
    )
    for bad, about in wrong:
        yield {"a": "1", "b": "2", **bad}, about
        yield {**bad, "a": "1", "b": "2"}, about
