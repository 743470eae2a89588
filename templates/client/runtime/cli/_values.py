"""Read texts of the command line, and cells of a file, as the values that the contract asks for.

A text that cannot be read so stays a text: the contract's own check then says what it must be.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["read_option", "read_text"]

_INTEGER = re.compile(r"[+-]?[0-9]{1,400}\Z")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?\Z")
_FLAGS = {"true": True, "false": False}


def read_text(kind: str, text: str) -> Any:
    """One text as a value."""
    if kind == "integer":
        return int(text) if _INTEGER.match(text) else text
    if kind == "number":
        return float(text) if _NUMBER.match(text) else text
    if kind == "flag":
        return _FLAGS.get(text.lower(), text)
    if kind == "text":
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def read_option(kind: str, texts: Sequence[str]) -> Any:
    """What an option was given, once or more often.

    Raises:
        ValueError: A pair has no `=`.
    """
    outer, _, inner = kind.partition(":")
    if outer == "list":
        return [read_text(inner, text) for text in texts]
    if outer == "pairs":
        return dict(_pair(inner, text) for text in texts)
    return read_text(kind, texts[-1])


def _pair(kind: str, text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ValueError(f"must be KEY=VALUE, not {text!r}")
    return name, read_text(kind, value)
