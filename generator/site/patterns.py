"""Say in words what a regular expression asks for, where it is simple enough that words help."""

from __future__ import annotations

import re

__all__ = ["pattern_words"]

_ATOM = re.compile(
    r"\[(?P<set>[^\]\\^][^\]\\]*)\]"
    r"|\\(?P<escape>[dw.+*?()\[\]{}|/^$\\-])"
    r"|(?P<char>[^\\\[\](){}*+?.^$|])"
)
_COUNT = re.compile(r"(?P<sign>[*+?])|\{(?P<low>\d+)(?P<range>,(?P<high>\d*))?\}")
_RANGES = {"a-z": "lower-case ASCII letters", "A-Z": "capital ASCII letters", "0-9": "digits"}
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def pattern_words(pattern: str) -> str:
    r"""What a text must be to match, as a phrase: `^bcus_\d+$` is "`bcus_`, then one or more digits".

    Only sequences of characters and sets with counts are put into words; for everything else the phrase is empty, and
    the pattern has to speak for itself.
    """
    starts, ends = pattern.startswith("^"), pattern.endswith("$") and not pattern.endswith("\\$")
    body = pattern[starts : len(pattern) - ends]
    parts = _parts(body)
    if not parts:
        return ""
    sequence = ", then ".join(parts)
    if starts and ends:
        return sequence + (" and nothing else" if len(parts) == 1 else ", and nothing else")
    if starts:
        return f"begins with {sequence}"
    return f"ends with {sequence}" if ends else f"has {sequence} somewhere in it"


def _parts(body: str) -> list[str]:
    """The phrases for the items of a sequence; empty when one of them has no words."""
    parts: list[str] = []
    literal, at = "", 0
    while at < len(body):
        atom = _ATOM.match(body, at)
        if atom is None:
            return []
        count = _COUNT.match(body, atom.end())
        at = count.end() if count else atom.end()
        one = _literal(atom)
        if one and not count:
            literal += one
            continue
        if literal:
            parts.append(f"`{literal}`")
            literal = ""
        phrase = _counted(f"`{one}`" if one else _set(atom), count)
        if not phrase:
            return []
        parts.append(phrase)
    return [*parts, f"`{literal}`"] if literal else parts


def _literal(atom: re.Match[str]) -> str:
    char: str = atom["char"] or (atom["escape"] if atom["escape"] not in {"d", "w", None} else "")
    return "" if char == "`" else char


def _set(atom: re.Match[str]) -> str:
    """The members of a set in the plural; "" when they have no name."""
    if atom["escape"]:
        return {"d": "digits", "w": "ASCII letters, digits or `_`"}.get(atom["escape"], "")
    return _members(atom["set"]) if atom["set"] else ""


def _members(text: str) -> str:
    named: list[str] = []
    rest = text
    if "a-z" in rest and "A-Z" in rest:
        named.append("ASCII letters")
        rest = rest.replace("a-z", "").replace("A-Z", "")
    for span, words in _RANGES.items():
        if span in rest:
            named.append(words)
            rest = rest.replace(span, "")
    if found := re.match(r"([0-9])-([0-9])", rest):
        named.append(f"digits from {found[1]} to {found[2]}")
        rest = rest[found.end() :]
    if "-" in rest[1:-1] or "`" in rest:
        return ""
    named += [f"`{char}`" for char in rest]
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} or {named[-1]}"


def _counted(things: str, count: re.Match[str] | None) -> str:
    if not things:
        return ""
    if count is None:
        return f"one of {things}" if not things.startswith("digits") else things.replace("digits", "a digit", 1)
    if count["sign"]:
        return {"*": f"any number of {things}", "+": f"one or more {things}", "?": f"perhaps one of {things}"}[
            count["sign"]
        ]
    low = int(count["low"])
    if count["range"] is None:
        return f"{_number(low)} {things}"
    if not count["high"]:
        return f"at least {_number(low)} {things}"
    return f"{low} to {count['high']} {things}"


def _number(value: int) -> str:
    return _NUMBERS[value] if value < len(_NUMBERS) else str(value)
