"""Values on both sides of every limit, derived from the contract: what a field may hold, and what it may just not.

A sample does not say whether it is valid: `validity` does, by the contract. It only says which constraint it is about.
"""

from __future__ import annotations

import string
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
_ODD_UNITS = (one for one in Currency if one.exponent in {0, 3} or one.code in {"CHF", "GBP", "SEK"})
CURRENCIES = tuple(one.code for one in (*_COMMON[:3], *_ODD_UNITS))
"""Currencies worth trying: the most common ones, and those whose smallest unit or smallest coin is not a hundredth."""

SCRIPTS = ("a", "é", "語", "\U0001f600")
"""Characters of 1, 2, 3 and 4 bytes in UTF-8, the last of two units in UTF-16: a limit counts each as one."""

TEXTS = (
    "Zo\u00eb \u00c5ngstr\u00f6m stra\u00dfe \u1e9e \u03c2\u0130\u0131",
    "\u5c71\u7530 \u592a\u90ce \ud55c\uae00 \uff76\uff9e",
    "\u05e9\u05dc\u05d5\u05dd \u200f\u05e2\u05d5\u05dc\u05dd 12 \u200e!",
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \u06f1\u06f2\u0663",
    "\u0e19\u0e49\u0e33 \u0915\u094d\u0937\u093f \u0b95\u0bca",
    "\U0001f469\u200d\U0001f467 \U0001f44d\U0001f3fd \u2764\ufe0f \U00020bb7",
    "e\u0301clair \u00e9clair q\u0307\u0323",
    "\ufb01\uff21\u00b2\u2460 \u212b\u212a\u017f",
    "'O\\Brien\\\\' \"S\" `x` \u201cy\u201d \u2018z\u2019",
    "<b>&amp;</b> &lt;x&#39; A & B <br/>",
    "%s %% {0} {{x}} ${y} $1;-- \u00a7",
    "//example.com/?a=1&b=2#c+d%20e%C3%A9",
    "\\n \\t \\u0041 \\x41 \\0 /\\/",
    "\u2013 \u2014 \u2026 \u2010\u2011\u2212 \u00b7\u2022",
    "\u00a0no-break\u2009\u202f\u2028line\u2029\u200b\u3000",
    "x,y; z: w = v | u # t [1] (a) *b* @c.",
)
"""Texts that careless servers change: by script, normal form, case, markup, quoting, or kind of space."""

WORDS = (
    *(
        "  two  spaces  ",
        "\u2028\u00a0no-break\u3000",
        "McDONALD van der BERG",
        "=SUM(A1)",
        "0",
        "0012",
        "1e3",
        "false",
    ),
    *("null", '{"a": 1}', "2024-01-31", "1.50", "+27", "true", "None", "undefined", "NaN", "[]", '"text"'),
)
"""Texts that careless servers take for something else when they stand alone."""

_MOST_WORDS = 11
"""So many of them are also tried one by one."""

_ODD_TEXTS = (
    ("tab\tand\nline\r\n", "cr\ronly", "esc\x1b[0m\x7f\x85\x9b"),
    ("nul\x00l",),
    ("\ufeffmark\ufeff", "so\u00adft \u034f\u2060\u2061", "\U0001f3f4\U000e0067\U000e007f"),
    ("\u202a\u202b\u202d\u202eover\u202c\u2066\u2067\u2068\u2069",),
    ("\ue000 \U000f0000", "\ufdd0 \uffff"),
    ("\ud83d",),
    ("",),
)
"""Texts that a server may refuse, because some databases cannot hold them, but may not change; by who refuses what."""

_WRONG: dict[str, tuple[Any, ...]] = {
    "string": (12345, True, 1.5, ["text"], {"text": "text"}, None, 0, False, [], {}),
    "integer": ("2000", "", 20.5, True, [2000], {"amount": 2000}, None, False, [], {}),
    "object": ("text", 7, 1.5, True, ["text"], [["key", "text"]], None, "", 0, False, []),
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
        yield from ((text, f"{pointer}/type") for text in _texts(schema))


def _texts(schema: Mapping[str, Any]) -> Iterator[str]:
    yield from _joined(schema)
    yield from WORDS[:_MOST_WORDS]
    yield from ("".join(texts) for texts in _ODD_TEXTS)


def _joined(schema: Mapping[str, Any]) -> Iterator[str]:
    """All texts, as many in one as the field can hold: what changes one of them changes the whole."""
    whole = ""
    for text in TEXTS:
        longer = f"{whole} {text}".strip(" ")
        if len(longer) > schema["maxLength"]:
            yield whole
            longer = text
        whole = longer
    yield whole


def _of_length(schema: Mapping[str, Any], example: str, limit: int) -> Iterator[str]:
    if schema.get("format") == "email":
        yield from (_email(length) for length in (limit - 1, limit + 1, 2 * limit))
        return
    for length in (limit, limit + 1):
        if "pattern" in schema:
            yield example + "x" * (length - len(example))
        else:
            yield from (char * length for char in SCRIPTS)
    yield from (example * limit, *([] if "pattern" in schema else _nearly_short(limit)))


def _nearly_short(limit: int) -> Iterator[str]:
    """Texts one character too long, but not for who trims or composes them before counting."""
    yield from ("a" * limit + " ", ("e\u0301" * limit)[: limit + 1])


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
    if "maxLength" not in schema:
        yield from _of_form(example, shortest, longest)
    yield from ("", example[1:], f" {example}", f"{example} ", f"{example}\n", f"\n{example}", f"{example}\u0660")
    middle = len(example) // 2
    foreign = _FOREIGN if "maxLength" in schema else _FOREIGN_AMONG_DIGITS
    yield from (example[:middle] + char + example[middle:] for char in foreign)
    yield from (example[:1] + "0" + example[1:], example.replace(example[0], example[0] * 2, 1))


def _of_form(example: str, shortest: str, longest: str) -> Iterator[str]:
    """Values about a pattern that says how long they may be: each length, each beginning, and more at either end."""
    for length in range(len(shortest), len(longest) + 1):
        yield (example[:1] + str(1 + length % 9) + longest[2:])[:length]
    yield from (longest + longest[-1], longest + longest[-5:], example[:1], f"{example}x12", f"tel:{example}")
    yield from (example[:1] + "0" + example[2:], *(begin + example[1:] for begin in "0-a\uff0b"))


_FOREIGN = (*string.punctuation, *"aZ é\u0663\u017f\uff21\U0001f600\x00\t")
_FOREIGN_AMONG_DIGITS = (*"-_ ./()+,;#xA é\u0663\uff11\x00\t",)
"""Characters that a careless pattern lets in: `.`, `[A-z]`, `[+-_]`, `\\w`, or letters without regard to case."""


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
    yield from (f"{prefix}{example}", f"{prefix}1", prefix, f"{prefix}_", f"{prefix}{_ID_LIKE}")
    yield from (f"x{prefix}{example}", f"{prefix.upper()}{example}", f"{prefix[:-1]}{example}", f"{prefix[:-1]}-1")


_ID_LIKE = "0aB1cD2eF3gH4iJ5kL6mN"


def _currencies(example: str) -> Iterator[str]:
    yield from (example, *CURRENCIES[:3])
    yield from (
        example.lower(),
        example[:2],
        f"{example}X",
        example * 2,
        "",
        "\u0417AR",
        "R",
        "710",
        "Zar",
        "\uff3a\uff21\uff32",
    )
    yield from (f"{example} ", f" {example}", f"{example}\n")
    yield from [code for code in ("AAA", "QQQ", "ZZZ", "ABC") if code not in ISO_4217]


def _emails(example: str) -> Iterator[str]:
    yield from (example, "a@b.co", "first.last+tag@sub.example.com", "UPPER.Case@Example.COM")
    yield from ("a-b_c.d9@my-mail.co.example", "user@example.technology", f"{example},{example}")
    yield from ("no-at-sign.example.com", "@example.com", "john.doe@", "plain", "12345", "", "@")
    yield from ("a b@example.com", "a@exa mple.com", "a@b@example.com", f"{example}\nx")


_FORMATS: dict[str, Callable[[str], Iterator[str]]] = {"iso-4217": _currencies, "email": _emails}


# ── Numbers and objects


def _of_integer(pointer: str) -> Iterator[tuple[int, str]]:
    steps = (0, 1, 99, 2**31 - 1, 2**31, EXACT_INTEGERS, EXACT_INTEGERS + 2, 2**63 - 1, 2**63, 10**30)
    yield from ((value, f"{pointer}/type") for step in steps for value in dict.fromkeys((step, -step)))


def _of_object(schema: Mapping[str, Any], pointer: str) -> Iterator[tuple[dict[str, Any], str]]:
    if "maxProperties" in schema:
        limit = schema["maxProperties"]
        for count in (0, limit // 2, limit, limit + 1, 3 * limit):
            yield {f"key_{number}": f"value {number}" for number in range(count)}, f"{pointer}/maxProperties"
    if "propertyNames" in schema:
        limit = schema["propertyNames"]["maxLength"]
        for length in (limit, limit + 1):
            yield from (({char * length: "value"}, f"{pointer}/propertyNames/maxLength") for char in SCRIPTS)
        yield from (({text: "value"}, f"{pointer}/propertyNames/maxLength") for text in _nearly_short(limit))
    value = schema.get("additionalProperties", {})
    yield from (({"key": wrong}, f"{pointer}/additionalProperties/type") for wrong in _WRONG.get(value.get("type"), ()))
    if "maxLength" in value:
        for length in (value["maxLength"], value["maxLength"] + 1):
            yield from (({"key": char * length}, f"{pointer}/additionalProperties/maxLength") for char in SCRIPTS)
        texts = _nearly_short(value["maxLength"])
        yield from (({"key": text}, f"{pointer}/additionalProperties/maxLength") for text in texts)
    if value:
        yield from ((pairs, f"{pointer}/additionalProperties") for pairs in _pairs())
        yield from _spoilt(schema, pointer)


_KEYS = (
    *("\u043a\u043b\u044e\u0447", "\U0001f511", "with space", " padded ", "a.b$c", "$set", "__proto__", "constructor"),
    *("UPPER", "upper", "e\u0301", "\u00e9", "0", "00", "a[b]", "a/b~1%20", "snake_case", "camelCase", "_x", "x"),
    *(
        "customer_type",
        "status",
        "deleted",
        "metadata",
        "balance",
        "name",
        "email",
        "currency",
        "external_reference",
        "id",
    ),
)
_AS_FIELDS = {
    "name": "Somebody Else",
    "email": "else@example.com",
    "phone": "+442071838759",
    "currency": "EUR",
    "balance": "77",
    "id": "bcus_1",
    "external_reference": "else",
    "metadata": "{}",
}
"""Metadata that a careless server takes for fields of the customer."""
_AT_ONCE = 10


def _pairs() -> Iterator[dict[str, str]]:
    """Every odd key with some odd text, few at once, as every reading of the pages allows."""
    keys, values = (*_KEYS, *TEXTS), (*TEXTS, *WORDS)
    pairs = {key: values[index % len(values)] for index, key in enumerate(keys)}
    for start in range(0, len(keys), _AT_ONCE):
        yield {key: pairs[key] for key in keys[start : start + _AT_ONCE]}
    yield {key: key for key in WORDS[: _AT_ONCE - 1]}
    yield dict(_AS_FIELDS)
    yield from ({text or "empty": text for text in texts} for texts in _ODD_TEXTS)


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
