"""The formats that requests are checked for (JSON Schema validation, section 7.3), and those of this contract alone."""

from __future__ import annotations

import re
from datetime import date, time
from functools import cache
from typing import TYPE_CHECKING

from moment_billing._codes import CODES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["FORMATS", "compiled"]

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
# A mailbox by RFC 5321, section 4.1.2: a dot-string or a quoted string, then a domain or an address in brackets.
_EMAIL = (
    rf"(?:{_ATOM}(?:\.{_ATOM})*|\"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\[\x20-\x7e])*\")"
    rf"@(?:{_LABEL}(?:\.{_LABEL})*|\[[\x21-\x5a\x5e-\x7e]+\])\Z"
)
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z"
_UUID = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\Z"
_DATE_TIME = (
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]+)?(?:[Zz]|[+-]([0-9]{2}:[0-9]{2}))\Z"
)
_SCHEME = r"[A-Za-z][A-Za-z0-9+.-]*:"
_REFERENCE = r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*\Z"


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Compiled on first use, so that importing costs nothing."""
    return re.compile(pattern)


def is_email(text: str) -> bool:
    """Whether a text is a mailbox (RFC 5321, section 4.1.2)."""
    return compiled(_EMAIL).match(text) is not None


def is_date(text: str) -> bool:
    """Whether a text is a full date (RFC 3339, section 5.6)."""
    try:
        return compiled(_DATE).match(text) is not None and date.fromisoformat(text) is not None
    except ValueError:
        return False


def is_date_time(text: str) -> bool:
    """Whether a text is a date and time with an offset (RFC 3339, section 5.6)."""
    match = compiled(_DATE_TIME).match(text)
    if match is None:
        return False
    day, clock, offset = match.groups()
    # A leap second is written as 60, which Python's own types do not know.
    return (
        is_date(day)
        and _is_time(clock.removesuffix(":60") + ":59" if clock.endswith(":60") else clock)
        and (offset is None or _is_time(offset))
    )


def _is_time(text: str) -> bool:
    try:
        return time.fromisoformat(text) is not None
    except ValueError:
        return False


def is_uuid(text: str) -> bool:
    """Whether a text is a UUID (RFC 9562, section 4)."""
    return compiled(_UUID).match(text) is not None


def is_uri_reference(text: str) -> bool:
    """Whether a text has only the characters of a URI or relative reference (RFC 3986, section 4.1)."""
    return compiled(_REFERENCE).match(text) is not None


def is_uri(text: str) -> bool:
    """Whether a text is a reference that begins with a scheme (RFC 3986, section 4.3)."""
    return compiled(_SCHEME).match(text) is not None and is_uri_reference(text)


FORMATS: Mapping[str, Callable[[str], bool]] = {
    "date": is_date,
    "date-time": is_date_time,
    "email": is_email,
    "uri": is_uri,
    "uri-reference": is_uri_reference,
    "uuid": is_uuid,
    **{name: codes.__contains__ for name, codes in CODES.items()},
}
