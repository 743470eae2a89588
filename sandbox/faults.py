"""Failures on request, so that an integrator can see their own code meet them: the `Sandbox-Fail` header, in test mode.

Sandbox-Fail: 429;retry-after=2      answer 429 with Retry-After, and do nothing
Sandbox-Fail: 500;rate=0.5           answer 500 to about half of the requests
Sandbox-Fail: 504;after              do the work, then answer 504: the case that Idempotency-Key is for
Sandbox-Fail: reset                  reset the connection, and do nothing
Sandbox-Fail: reset;after            do the work, then reset the connection
Sandbox-Fail: delay=3                wait 3 seconds, then answer as usual
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from sandbox.answers import Refusal, Wrong

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DELAY_SECONDS_MAX", "HEADER", "Fault", "ResetRequested", "parse"]

HEADER = "Sandbox-Fail"
DELAY_SECONDS_MAX = 60.0

_STATUSES = [status.value for status in HTTPStatus if status >= HTTPStatus.BAD_REQUEST]

_FORM = re.compile(
    r"(?P<kind>[45]\d\d|reset|delay=(?P<delay>\d{1,3}(\.\d{1,3})?|\.\d{1,3}))"
    r"(;retry-after=(?P<retry_after>\d{1,5})|;rate=(?P<rate>0?\.\d{1,6}|[01](\.0{1,6})?)|(?P<after>;after))*",
    re.ASCII,
)


class ResetRequested(Exception):  # noqa: N818 - asked for, no fault
    """The connection is to be reset instead of an answer."""


@dataclass(frozen=True)
class Fault:
    """A failure that a request asked for.

    Attributes:
        status: The status to answer with; 0 for none.
        reset: Whether to reset the connection.
        delay: Seconds to wait first.
        after: Whether the work is done before the failure.
        rate: The share of requests that fail.
        headers: Headers of the failing answer.
    """

    status: int = 0
    reset: bool = False
    delay: float = 0.0
    after: bool = False
    rate: float = 1.0
    headers: Mapping[str, str] | None = None

    @property
    def strikes(self) -> bool:
        """Whether it happens this time."""
        return self.rate >= 1 or random.random() < self.rate  # noqa: S311 - no secret

    def strike(self) -> None:
        """Fail, unless only a delay was asked for.

        Raises:
            Refusal: With the status that was asked for.
            ResetRequested: A reset was asked for.
        """
        if self.reset:
            raise ResetRequested
        if self.status:
            raise Refusal(self.status, f"This failure was asked for with {HEADER}.", headers=self.headers)


def parse(text: str) -> Fault:
    """Read the header's value. Raises Refusal, 400, when it says nothing known."""
    found = _FORM.fullmatch(text.replace(" ", "").lower())
    delay = float(found["delay"] or 0) if found else 0.0
    if not found or delay > DELAY_SECONDS_MAX or (found["kind"][0] in "45" and int(found["kind"]) not in _STATUSES):
        statuses = ", ".join(map(str, _STATUSES))
        forms = f"one of the statuses {statuses}, or 'reset', or 'delay=3' (seconds, up to {DELAY_SECONDS_MAX:g})"
        more = "then ';retry-after=2', ';rate=0.5' or ';after'"
        raise Refusal(400, f"{HEADER} is not understood.", [Wrong("", f"it takes {forms}, {more}", f"header {HEADER}")])
    return Fault(
        status=int(found["kind"]) if found["kind"].isdecimal() else 0,
        reset=found["kind"] == "reset",
        delay=delay,
        after=bool(found["after"]),
        rate=float(found["rate"] or 1) if found["rate"] is not None else 1.0,
        headers={"Retry-After": found["retry_after"]} if found["retry_after"] else None,
    )
