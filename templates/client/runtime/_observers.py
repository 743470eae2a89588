"""Watch each attempt to send a request: the one place where logging and tracing are attached."""

from __future__ import annotations

import os
from functools import cache
from importlib.util import find_spec
from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import httpx

    from moment_billing._operations import Operation

__all__ = ["Attempt", "Observer", "default_observers"]


class Attempt:
    """One sending of a request.

    Attributes:
        operation: What is called; its id, method and path template.
        request: What is sent. An observer may add headers to it.
        number: 1 for the first attempt.
        started: When it began, in seconds of `time.perf_counter`.
        seconds: How long it took, once it ended.
        response: The answer with its body read, or None.
        error: Why there is no answer, or None.
        notes: For observers, to keep something from beginning to end.
    """

    operation: Operation[Any]
    request: httpx.Request
    number: int
    started: float
    seconds: float
    response: httpx.Response | None
    error: BaseException | None
    notes: dict[Any, Any]

    def __init__(self, operation: Operation[Any], request: httpx.Request, number: int) -> None:
        self.operation = operation
        self.request = request
        self.number = number
        self.started = perf_counter()
        self.seconds = 0.0
        self.response = None
        self.error = None
        self.notes = {}


class Observer(Protocol):
    """What is told of each attempt. It must neither block nor raise; threads and tasks may call it at the same time."""

    def begin(self, attempt: Attempt) -> None:
        """An attempt is about to be sent."""

    def end(self, attempt: Attempt) -> None:
        """An attempt was answered or failed: `response` or `error` is set, and `seconds`."""


def default_observers() -> tuple[Observer, ...]:
    """The observers that every client begins with: a log if `MOMENT_LOG` asks for it, and traces with OpenTelemetry.

    Raises:
        MomentError: `MOMENT_LOG` is neither `info` nor `debug`.
    """
    observers: list[Observer] = []
    if level := os.environ.get("MOMENT_LOG"):
        from moment_billing._log import LogObserver  # noqa: PLC0415 - only those who ask for it pay for it

        observers.append(LogObserver(level))
    if _has_opentelemetry():
        from moment_billing._traces import TraceObserver, is_wanted  # noqa: PLC0415 - as above

        if is_wanted():
            observers.append(TraceObserver())
    return tuple(observers)


@cache
def _has_opentelemetry() -> bool:
    return find_spec("opentelemetry") is not None
