"""When to send a request again, and after how long."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

__all__ = ["RETRIED_STATUSES", "delay_before", "retry_after"]

RETRIED_STATUSES = frozenset({408, 429, 500, 502, 503, 504})
"""Answers after which the same request may well succeed."""

FIRST_DELAY = 0.5
"""The longest pause before the second attempt, in seconds; it doubles with each further attempt."""

LONGEST_DELAY = 8.0
"""The longest pause of the client's own choosing, in seconds."""

LONGEST_RETRY_AFTER = 60.0
"""The longest pause that the client takes on the API's word, in seconds; for a longer one, the error is raised at
once."""


def delay_before(attempt: int, response: httpx.Response | None = None) -> float | None:
    """How many seconds to wait before an attempt (the second is 2); None when the API asks for too long a pause.

    Without a word from the API, the pause is drawn evenly between zero and a limit that doubles ("full jitter"), so
    that clients that failed together do not come back together.
    """
    asked = retry_after(response) if response is not None else None
    if asked is not None:
        return asked if asked <= LONGEST_RETRY_AFTER else None
    limit = min(LONGEST_DELAY, FIRST_DELAY * 2 ** min(attempt - 2, 16))
    return random.uniform(0, limit)  # noqa: S311 - spreads load, guards nothing


def retry_after(response: httpx.Response) -> float | None:
    """The pause that `Retry-After` asks for, in seconds (RFC 9110, section 10.2.3); None when it asks for none."""
    value = response.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    from email.utils import mktime_tz, parsedate_tz  # noqa: PLC0415 - seldom needed

    date = parsedate_tz(value)  # a date without an offset is in GMT
    try:
        return None if date is None else max(0.0, mktime_tz(date) - time.time())
    except (ValueError, OverflowError):
        return None
