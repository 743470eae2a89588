r"""Regular expressions as the contract means them: ECMA-262, never Python's dialect.

The two differ where it matters: Python's `$` also matches before a final newline, its `\d`, `\w` and `\s` reach beyond
ASCII. `compile_ecma` matches by ECMA-262 itself; `to_python` writes an equal pattern for tools that only know `re`.
"""

from __future__ import annotations

import re
from functools import cache

from regress import Regex, RegressError

__all__ = ["PatternError", "compile_ecma", "matches", "to_python"]


class PatternError(ValueError):
    """A pattern that is no regular expression of ECMA-262, or has no equal in Python."""


@cache
def compile_ecma(pattern: str) -> Regex:
    """Compile a pattern as ECMA-262 (2025, section 22.2) with its `u` flag, as JSON Schema advises."""
    try:
        return Regex(pattern, "u")
    except RegressError as error:
        message = f"the pattern {pattern!r} is no regular expression of ECMA-262: {error}"
        raise PatternError(message) from None


def matches(pattern: str, text: str) -> bool:
    """Whether a pattern matches anywhere in a text, as JSON Schema's `pattern` does (validation, section 6.3.3)."""
    return compile_ecma(pattern).find(text) is not None


_WHITESPACE = r"\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_CLASSES = {"d": "0-9", "w": "A-Za-z0-9_", "s": _WHITESPACE}
_SAME = set(r"tnvfr\^$.*+?()[]{}|/-bB0123456789")
_TOKEN = re.compile(
    r"\\(?P<escape>u\{[0-9a-fA-F]+\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|k<\w+>|.)|(?P<open>\(\?<(?![=!]))|(?P<char>.)",
    re.DOTALL,
)


@cache
def to_python(pattern: str) -> str:
    r"""The pattern in Python's dialect, matching the same texts under `re.search`.

    Raises:
        PatternError: The pattern does not compile, or uses what Python cannot say the same way (`\p`, `\c`).
    """
    compile_ecma(pattern)
    parts: list[str] = []
    in_class = False
    for token in _TOKEN.finditer(pattern):
        escape, char = token["escape"], token["char"]
        if escape is not None:
            parts.append(_escape(pattern, escape, in_class=in_class))
        elif token["open"]:
            parts.append("(?<" if in_class else "(?P<")
        else:
            parts.append(_character(char, in_class=in_class))
            in_class = char == "[" or (in_class and char != "]")
    translated = _empty_classes("".join(parts))
    try:
        re.compile(translated)
    except re.error as error:
        message = f"the pattern {pattern!r} has no equal in Python: {error}"
        raise PatternError(message) from None
    return translated


def _character(char: str, *, in_class: bool) -> str:
    if in_class:
        return "\\[" if char == "[" else char  # Python warns of nested sets
    if char == "$":
        return r"\Z"
    return r"[^\n\r\u2028\u2029]" if char == "." else char


def _escape(pattern: str, escape: str, *, in_class: bool) -> str:
    kind = escape[0]
    if kind in _CLASSES:
        return _CLASSES[kind] if in_class else f"[{_CLASSES[kind]}]"
    if kind.lower() in _CLASSES and not in_class:
        return f"[^{_CLASSES[kind.lower()]}]"
    if kind in "ux" and len(escape) > 1:
        return _code_point(int(escape[1:].strip("{}"), 16))
    if kind == "k":
        return f"(?P={escape[2:-1]})"
    if kind in "bB" and not in_class:
        boundary = r"(?:(?<![A-Za-z0-9_])(?=[A-Za-z0-9_])|(?<=[A-Za-z0-9_])(?![A-Za-z0-9_]))"
        return boundary if kind == "b" else f"(?!{boundary})"
    if escape in _SAME:
        return "/" if escape == "/" else f"\\{escape}"
    message = f"the pattern {pattern!r} uses \\{escape}, which Python cannot express the same way"
    raise PatternError(message)


def _code_point(value: int) -> str:
    return re.escape(chr(value)) if value < 0x80 else f"\\U{value:08x}"


def _empty_classes(translated: str) -> str:
    """ECMA's `[]` matches nothing and `[^]` anything; Python would read the bracket as a member."""
    if "[]" in translated.replace("\\[", "") or "[^]" in translated:
        message = "an empty class, [] or [^], has no equal in Python"
        raise PatternError(message)
    return translated
