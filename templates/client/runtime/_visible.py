"""Write what cannot be printed so that it can: no text from outside steers a terminal, or makes printing fail."""

from __future__ import annotations

import re

__all__ = ["visible"]

_UNPRINTABLE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""The control characters C0 and C1 but the newline, and halves of surrogate pairs."""


def visible(text: str) -> str:
    r"""The text with each control character but the newline, and each half of a surrogate pair, as `\u001b`.

    In JSON, which escapes the characters below the space of itself, this changes nothing of what the text means.
    """
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
