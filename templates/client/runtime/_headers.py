"""Which headers can be sent (RFC 9110, section 5.5), so that one that cannot is named before anything is sent."""

from __future__ import annotations

import re
from functools import cache

__all__ = ["wrong_header"]

_FRAMING = frozenset({"content-length", "transfer-encoding"})
"""What tells where the body ends (RFC 9112, section 6); only who writes the body knows."""


@cache
def _forms() -> tuple[re.Pattern[str], re.Pattern[str]]:
    name = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
    return name, re.compile(r"(?:[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?)?\Z")


def wrong_header(name: object, value: object) -> str:
    """What is wrong with a header, without its value, which may be secret; "" when nothing is."""
    names, values = _forms()
    if not isinstance(name, str) or not names.match(name):
        return f"{name!r} is no name of a header"
    if name.lower() in _FRAMING:
        return f"{name} must not be given: it follows from the body"
    if not isinstance(value, str) or not values.match(value):
        return f"{name} must be text in ASCII, without line breaks and without spaces at its ends"
    return ""
