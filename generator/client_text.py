"""Texts of a contract in Python code: whatever they hold, they stay texts."""

from __future__ import annotations

import json
import re
import textwrap
import unicodedata
from typing import Any

__all__ = ["docstring", "inside_docstring", "literal", "one_line", "reflow", "sentence", "visible"]


def docstring(text: str, indent: int = 0) -> str:
    """A text as a docstring: quotes and backslashes kept from meaning anything, long lines wrapped."""
    lines = [line for paragraph in text.strip().split("\n") for line in _wrapped(paragraph, 112 - indent)]
    body = inside_docstring("\n".join(lines))
    body = f"{body} " if body.endswith('"') else body
    closing = "\n" if len(lines) > 1 else ""
    return textwrap.indent(f'"""{body}{closing}"""', " " * indent, lambda line: bool(line.strip())).lstrip()


def inside_docstring(text: str) -> str:
    """A text among others in a docstring, where it stands neither first nor last."""
    return visible(text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"'))


def _wrapped(line: str, width: int) -> list[str]:
    """A line in lines of that width; what follows an indented line keeps its indentation."""
    if len(line) <= width or line.lstrip().startswith((">>>", "...")):
        return [line]
    indent = line[: len(line) - len(line.lstrip())]
    hanging = f"{indent}    " if indent else ""
    return textwrap.wrap(
        line, width, initial_indent="", subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False
    )


def reflow(text: str) -> str:
    """The same paragraphs, each on one line; items of a list keep their own."""
    paragraphs = re.split(r"\n\s*\n|\n(?=\s*[-*] )", text.strip())
    separators = re.findall(r"\n\s*\n|\n(?=\s*[-*] )", text.strip())
    lines = [" ".join(paragraph.split()) for paragraph in paragraphs]
    ends = ["\n\n" if separator.count("\n") > 1 else "\n" for separator in separators]
    return "".join(line + end for line, end in zip(lines, [*ends, ""], strict=True))


def sentence(text: Any) -> str:
    """A text on one line, ending in a full stop."""
    line = one_line(text)
    return line if not line or line.endswith((".", "!", "?", ":")) else f"{line}."


def one_line(text: Any) -> str:
    """A text on one line."""
    return " ".join(str(text).split())


def literal(value: Any) -> str:
    """A plain value as it is written in Python, strings in double quotes as everywhere in this project."""
    if isinstance(value, str):
        return visible(json.dumps(value, ensure_ascii=False))
    if isinstance(value, dict):
        return "{" + ", ".join(f"{literal(name)}: {literal(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    return repr(value)


_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""The categories of characters that show nothing, or turn about what stands beside them."""


def visible(text: str) -> str:
    """A text within a string of Python or TOML, with each character that nobody would see written as an escape."""
    if text.replace("\n", "").isprintable():
        return text  # most are, and looking at each character took a tenth of the time of a large contract
    return "".join(_escape(char) if _is_unseen(char) else char for char in text)


def _is_unseen(char: str) -> bool:
    return char not in "\n\t" and unicodedata.category(char) in _UNSEEN


def _escape(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"
