"""How long to wait for an answer: no server is blamed for a queue that the requests of this suite have made."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

__all__ = ["PATIENCE", "Patience"]

PATIENCE = 10.0
"""Seconds to wait for an answer. How fast answers come is nobody's claim, so this is long."""

_LEAST = 1.0
"""Seconds to wait for an operation that has not answered for some time."""


class Patience:
    """Gives each request its time, counted from the last answer to a request that was sent before it.

    So a server that serves one request at a time has the whole time for each, however many wait.

    Args:
        most: Seconds for a request, as long as its operation answers; half of them after each silence.
    """

    def __init__(self, most: float) -> None:
        self._most = most
        self._silences: dict[str, int] = {}
        self._slowest = 0.0
        self._queue: dict[asyncio.Timeout, float] = {}

    @asynccontextmanager
    async def wait(self, operation: str) -> AsyncIterator[None]:
        """Wait for one answer. Raises TimeoutError when it does not come in time."""
        clock = asyncio.get_running_loop().time
        started, silences = clock(), self._silences.get(operation, 0)
        seconds = max(self._most / 2**silences, min(self._most, max(_LEAST, 2 * self._slowest)))
        try:
            async with asyncio.timeout(seconds) as time_out:
                self._queue[time_out] = seconds
                try:
                    yield
                finally:
                    behind = self._leave(time_out)
        except TimeoutError:
            self._silences[operation] = silences + 1
            raise
        self._silences[operation] = 0
        self._slowest = max(self._slowest, clock() - started)
        for other, its_seconds in behind:
            if not other.expired():
                other.reschedule(clock() + its_seconds)

    def _leave(self, time_out: asyncio.Timeout) -> list[tuple[asyncio.Timeout, float]]:
        """Leave the queue; gives those that were behind."""
        waiting = list(self._queue.items())
        behind = waiting[list(self._queue).index(time_out) + 1 :]
        del self._queue[time_out]
        return behind
