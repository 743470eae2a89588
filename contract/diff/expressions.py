r"""Whether two regular expressions plainly mean the same, however they are written.

`[0-9]` is `\d`, `[a-zA-Z]` is `[A-Za-z]`, `x{1,}` is `x+`, and a group that nobody refers to is no difference. What is
not shown to be the same here is taken to differ: whether two expressions differ at all has no cheap answer.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from itertools import takewhile
from typing import Any

from contract.patterns import PatternError, to_python

__all__ = ["never_both", "plain", "same_meaning"]

_parse: Any = import_module("re._parser").parse  # the only parser at hand, and no public one


def same_meaning(one: str, other: str) -> bool:
    """Whether two patterns of ECMA-262 have the same parse, up to how character classes and groups are written."""
    return one == other or plain(one) == plain(other)


@cache
def plain(pattern: str) -> str:
    """A pattern in one way of writing it, the same for all that plainly mean the same; no pattern itself."""
    try:
        parsed = _parse(to_python(pattern))
    except PatternError:
        return pattern
    return repr(_plain(list(parsed), keep_groups="\\" in pattern and bool(re.search(r"\\[1-9k]", pattern))))


def never_both(one: str, other: str) -> bool:
    """Whether no text can match two patterns, because all that match them begin otherwise."""
    heads = _head(one), _head(other)
    return not any(head.startswith(begin) for head, begin in (heads, reversed(heads)))


@cache
def _head(pattern: str) -> str:
    """What every text begins with that matches a pattern, as far as that shows at once."""
    items = iter(_parse(to_python(pattern)))
    if [str(part) for part in next(items, ())] != ["AT", "AT_BEGINNING"]:
        return ""
    return "".join(chr(code) for _, code in takewhile(lambda item: str(item[0]) == "LITERAL", items))


def _plain(items: Any, *, keep_groups: bool) -> tuple[Any, ...]:
    plain: list[Any] = []
    for operator, argument in items:
        name = str(operator)
        if name == "IN":
            plain.append(_characters(argument))
        elif name == "LITERAL":
            plain.append(_characters([(operator, argument)]))
        elif name == "NOT_LITERAL":
            plain.append((*_characters([("LITERAL", argument)]), "negated"))
        elif name == "SUBPATTERN" and not keep_groups:
            inner = _plain(argument[-1], keep_groups=False)
            plain.extend(inner if len(inner) == 1 or not _alternates(inner) else [("group", inner)])
        elif name in {"MAX_REPEAT", "MIN_REPEAT"}:
            least, most, inner = argument
            plain.append((name, least, str(most), _plain(inner, keep_groups=keep_groups)))
        elif name == "BRANCH":
            plain.append((name, tuple(_plain(branch, keep_groups=keep_groups) for branch in argument[1])))
        elif name in {"ASSERT", "ASSERT_NOT"}:
            plain.append((name, argument[0], _plain(argument[1], keep_groups=keep_groups)))
        else:
            plain.append((name, _deep(argument)))
    return tuple(plain)


def _alternates(items: tuple[Any, ...]) -> bool:
    return any(item[0] == "BRANCH" for item in items)


def _characters(members: Any) -> tuple[Any, ...]:
    """A class of characters as the ranges that it covers, in order and joined."""
    negated = any(str(operator) == "NEGATE" for operator, _ in members)
    spans = sorted(
        (argument, argument) if str(operator) == "LITERAL" else tuple(argument)
        for operator, argument in members
        if str(operator) != "NEGATE"
    )
    joined: list[tuple[int, int]] = []
    for low, high in spans:
        if joined and low <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return ("class", tuple(joined), "negated") if negated else ("class", tuple(joined))


def _deep(argument: Any) -> Any:
    return tuple(map(_deep, argument)) if isinstance(argument, (list, tuple)) else str(argument)
