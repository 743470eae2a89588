"""What a test makes the server in memory do wrong."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import httpx

from moment_billing._errors import MomentError
from moment_billing.testing._answers import Answer, encode, problem
from moment_billing.testing._plans import PLANS
from moment_billing.testing._reading import path_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Fault", "Faults"]

Effect: TypeAlias = "Callable[[httpx.Request], Answer]"


@dataclass
class Fault:
    """Something that goes wrong with the next requests.

    Attributes:
        effect: Answers in place of the server, or raises; None when only time goes by.
        times: How many requests it still meets.
        operation: The id of the operation that it meets; None for all.
        after: Whether the request is carried out before.
        seconds: How late the answer comes.
    """

    effect: Effect | None
    times: int
    operation: str | None
    after: bool = False
    seconds: float = 0.0


class Faults:
    """Faults wait in the order in which they were asked for; each request meets the first that is meant for it."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def fail(
        self,
        status: int,
        *,
        times: int = 1,
        retry_after: int | str | None = None,
        detail: str = "The test asked for this failure.",
        operation: str | None = None,
        after: bool = False,
    ) -> None:
        """Answer the next requests with an error.

        Args:
            status: The status of the answer, from 400 to 599.
            times: How many requests.
            retry_after: What `Retry-After` says: seconds, or a date (RFC 9110, section 10.2.3).
            detail: What the problem says.
            operation: Only requests for the operation of this id, such as `updateCustomer`.
            after: Carry the request out before; only its answer is an error.

        Raises:
            MomentError: There is no such operation, or an argument is not what it must be.
        """
        _check_status(status, 400)
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}

        def effect(request: httpx.Request) -> Answer:
            return problem(status, detail, path_of(request), headers=headers)

        self._wait(Fault(effect, times, operation, after))

    def drop(self, *, times: int = 1, operation: str | None = None, after: bool = False) -> None:
        """Break the connection of the next requests.

        Args:
            times: How many requests.
            operation: Only requests for the operation of this id.
            after: Carry the request out before, and lose its answer. Otherwise the connection is refused.

        Raises:
            MomentError: There is no such operation, or an argument is not what it must be.
        """

        def effect(request: httpx.Request) -> Answer:
            if after:
                raise httpx.ReadError("the server in memory dropped the connection", request=request)
            raise httpx.ConnectError("the server in memory refused the connection", request=request)

        self._wait(Fault(effect, times, operation, after))

    def delay(self, seconds: float, *, times: int = 1, operation: str | None = None) -> None:
        """Carry out the next requests, but answer late.

        An answer that would come after the client's own time-out is lost at once: no test waits for it.

        Args:
            seconds: How late, 0 or more.
            times: How many requests.
            operation: Only requests for the operation of this id.

        Raises:
            MomentError: There is no such operation, or an argument is not what it must be.
        """
        is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
        if not is_number or not 0 <= seconds < math.inf:
            raise MomentError("seconds must be a number, 0 or more")
        self._wait(Fault(None, times, operation, after=True, seconds=seconds))

    def respond(
        self,
        status: int = 200,
        *,
        json: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        times: int = 1,
        operation: str | None = None,
    ) -> None:
        """Give the next requests this answer, and do nothing else.

        Args:
            status: The status of the answer, from 200 to 599.
            json: Its body, as plain values.
            content: Its body, as bytes; give its `Content-Type` in `headers`.
            headers: Its headers.
            times: How many requests.
            operation: Only requests for the operation of this id.

        Raises:
            MomentError: There is no such operation, or an argument is not what it must be.
        """
        _check_status(status, 200)
        body = content if content is not None else b"" if json is None else encode(json)
        answer = Answer(status, body, headers=headers or {})
        self._wait(Fault(lambda _: answer, times, operation))

    def _wait(self, fault: Fault) -> None:
        known = [plan.operation.id for plan in PLANS]
        if fault.operation is not None and fault.operation not in known:
            raise MomentError(f"there is no operation {fault.operation!r}; there are {', '.join(known)}")
        if not isinstance(fault.times, int) or fault.times < 1:
            raise MomentError("times must be 1 or more")
        with self._lock:
            self._faults.append(fault)

    def _take(self, operation: str) -> Fault | None:
        """The fault that meets a request for this operation."""
        with self._lock:
            for fault in self._faults:
                if fault.operation in (None, operation):
                    fault.times -= 1
                    if fault.times == 0:
                        self._faults.remove(fault)
                    return fault
        return None


def _check_status(status: int, least: int) -> None:
    if not isinstance(status, int) or not least <= status <= 599:
        raise MomentError(f"status must be an integer from {least} to 599")
