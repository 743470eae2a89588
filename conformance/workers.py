"""How many checks run at once: one on a near server, so that a seed repeats a run, and many where time is short."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

    from conformance.settings import Settings

__all__ = ["Workers"]

_NEAR = 0.012
"""Seconds to an answer from a near server."""

_MOST = 48
_SEEN_ENOUGH = 0.2
"""Part of the time after which it shows whether one check at a time will do."""


class Workers:
    """A place to run a check in: `async with workers` waits for one.

    Args:
        settings: How many are asked for, and how much time there is.
        latency: Seconds that the server takes to answer.
        checks: How many checks there are to run.
    """

    def __init__(self, settings: Settings, latency: float, checks: int) -> None:
        near = latency < _NEAR
        self._places = asyncio.Semaphore(settings.workers or (1 if near else _MOST))
        self._may_hurry = near and not settings.workers
        self._checks, self._done = checks, 0
        self._started, self._time = time.monotonic(), settings.max_time

    async def __aenter__(self) -> None:
        await self._places.acquire()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done += 1
        self._places.release()
        spent = (time.monotonic() - self._started) / self._time
        if self._may_hurry and spent > _SEEN_ENOUGH and self._done / self._checks < spent:
            # The server is slower than it seemed: better in no order than not at all.
            self._may_hurry = False
            for _ in range(_MOST - 1):
                self._places.release()
