"""Strings about each constraint of a schema: what just keeps it, and what just does not."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any

from iso4217 import Currency

from conformance.texts import ODD_TEXTS, SCRIPTS, TEXTS, WORDS
from contract.formats import ISO_4217
from contract.patterns import matches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["CURRENCIES", "nearly_short", "of_string"]

_COMMON = sorted((one for one in Currency if one.exponent == 2), key=lambda one: -len(one.country_names))
_ODD_UNITS = (one for one in Currency if one.exponent in {0, 3} or one.code in {"CHF", "GBP", "SEK"})
CURRENCIES = tuple(one.code for one in (*_COMMON[:3], *_ODD_UNITS))
"""Currencies worth trying: the most common ones, and those whose smallest unit or smallest coin is not a hundredth."""

_MOST_WORDS = 12
"""So many of them are also tried one by one."""

_LONGEST_TRIED = 400


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
    yield from ("".join(texts) for texts in ODD_TEXTS)


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
    yield from (example * limit, *([] if "pattern" in schema else nearly_short(limit)))


def nearly_short(limit: int) -> Iterator[str]:
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
    yield from (example, shortest, shortest[:-1], _in_other_case(shortest))
    if "maxLength" not in schema:
        yield from _of_form(example, shortest, longest)
    yield from ("", example[1:], f" {example}", f"{example} ", f"{example}\n", f"\n{example}", f"{example}\u0660")
    middle = len(example) // 2
    foreign = _FOREIGN if "maxLength" in schema else _FOREIGN_AMONG_DIGITS
    yield from (example[:middle] + char + example[middle:] for char in foreign)
    yield from (example[:1] + "0" + example[1:], example.replace(example[0], example[0] * 2, 1))


def _in_other_case(text: str) -> str:
    """A text in the other case, and of other letters: a server may keep texts apart by more than their case."""
    letters = string.ascii_letters
    return "".join(letters[(letters.index(char) + 27) % 52] if char in letters else char for char in text)


def _of_form(example: str, shortest: str, longest: str) -> Iterator[str]:
    """Values about a pattern that says how long they may be: each length, each beginning, and more at either end."""
    for length in range(len(shortest), len(longest) + 1):
        yield (example[:1] + str(1 + length % 9) + longest[2:])[:length]
    yield from (longest + longest[-1], longest + longest[-5:], example[:1], f"{example}x12", f"tel:{example}")
    yield from (begin + example[1:] for begin in ("0", "00", "-", "a", "\uff0b"))
    yield from (
        example[:1] + "0" + example[2:],
        f"{example[:3]}0{example[3:]}",
        f"{example[:3]}({example[3:5]}){example[5:]}",
        f"{example}x",
    )


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
    yield from (example.lower(), example.title(), example[:2], f"{example}X", example * 2, "")
    yield from ("\u0417AR", "R", "710", "\uff3a\uff21\uff32", Currency(example).currency_name)
    yield from (f"{example} ", f" {example}", f"{example}\n")
    yield from [code for code in ("AAA", "QQQ", "ZZZ", "ABC") if code not in ISO_4217]


def _emails(example: str) -> Iterator[str]:
    yield from (example, "a@b.co", "first.last+tag@sub.example.com", "UPPER.Case@Example.COM")
    yield from ("john.van.doe@gmail.com", "john.doe+tag@gmail.com", "john@googlemail.com")
    yield from ("a-b_c.d9@my-mail.co.example", "user@example.technology", f"{example},{example}")
    yield from ("no-at-sign.example.com", "@example.com", "john.doe@", "plain", "12345", "", "@")
    yield from (f" {example}", f"{example} ", f"{example}\n")
    yield from ("a b@example.com", "a@exa mple.com", "a@b@example.com", "a@.example.com", f"{example}\nx")
    yield f"John Doe <{example}>"


_FORMATS: dict[str, Callable[[str], Iterator[str]]] = {"iso-4217": _currencies, "email": _emails}
