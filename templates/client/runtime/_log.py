"""A line in the log for each attempt, when the environment variable `MOMENT_LOG` asks for it.

A line holds neither the key, nor the query, nor a body: the path is the only thing of the caller's in it.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from moment_billing._errors import MomentError, request_id
from moment_billing._visible import visible

if TYPE_CHECKING:
    import httpx

    from moment_billing._observers import Attempt

__all__ = ["LOGGER", "LogObserver"]

LOGGER = logging.getLogger("moment_billing")

_LEVELS = {"info": logging.INFO, "debug": logging.DEBUG}


class LogObserver:
    """Logs each attempt to the logger `moment_billing`: as a warning when it failed, else as information.

    Where the program has not set up logging, the lines go to standard error.

    Args:
        level: `info` for a line of the essentials; `debug` for a line of all that can be told.

    Raises:
        MomentError: It is neither.
    """

    def __init__(self, level: str) -> None:
        if level.lower() not in _LEVELS:
            raise MomentError(f"MOMENT_LOG must be info or debug, not {level!r}.")
        self._detailed = level.lower() == "debug"
        LOGGER.setLevel(_LEVELS[level.lower()])
        if not LOGGER.hasHandlers():
            handler = logging.StreamHandler()
            handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
            LOGGER.addHandler(handler)

    def begin(self, attempt: Attempt) -> None:
        """Nothing is logged until the attempt has ended."""

    def end(self, attempt: Attempt) -> None:
        """Log an attempt."""
        request, response = attempt.request, attempt.response
        outcome = str(response.status_code) if response is not None else type(attempt.error).__name__
        parts = [
            request.method,
            # As it was sent: an encoded line break stays encoded, and so cannot begin a line of its own.
            request.url.raw_path.partition(b"?")[0].decode("ascii"),
            outcome,
            f"{attempt.seconds * 1000:.0f} ms",
            f"attempt {attempt.number}",
        ]
        named = request_id(response) if response is not None else None
        if named:
            parts.append(f"request {named}")
        if self._detailed:
            parts += _details(attempt, request, response)
        failed = response is None or response.is_error
        LOGGER.log(logging.WARNING if failed else logging.INFO, visible(" ".join(parts)))


def _details(attempt: Attempt, request: httpx.Request, response: httpx.Response | None) -> list[str]:
    details = [f"operation {attempt.operation.id}", f"host {request.url.netloc.decode('ascii')}"]
    details.append(f"sent {request.headers.get('content-length', '0')} bytes")
    if response is not None:
        media_type = response.headers.get("content-type", "no content type")
        details.append(f"received {len(response.content)} bytes of {media_type} over {response.http_version}")
        if retry_after := response.headers.get("retry-after"):
            details.append(f"retry after {retry_after}")
    key = attempt.operation.idempotency
    if key is not None:
        details.append(f"idempotency key {request.headers.get(key.name)}")
    return details
