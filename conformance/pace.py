"""How fast requests follow each other: as fast as was asked for, and slower where the server asks for fewer (429)."""

from __future__ import annotations

import asyncio
from collections import deque

__all__ = ["Pace"]

_LATELY = 64
"""So many requests tell how fast they were sent."""

_SLOWEST = 1.0
"""Seconds between two requests, at most."""


class Pace:
    """Gives each request its moment: `await pace.turn()`.

    Args:
        rate: Requests for each second; 0 for as many as are asked for.

    Attributes:
        interval: Seconds between two requests.
    """

    def __init__(self, rate: float) -> None:
        self.interval = 1 / rate if rate else 0.0
        self._next = 0.0
        self._sent: deque[float] = deque(maxlen=_LATELY)

    async def turn(self) -> None:
        """Wait until a request may be sent."""
        clock = asyncio.get_running_loop().time
        now = clock()
        moment = max(now, self._next)
        self._next = moment + self.interval
        if moment > now:
            await asyncio.sleep(moment - now)
        self._sent.append(clock())

    def slow_down(self, seconds: float) -> None:
        """Send nothing for so long, and half as fast as lately from then on; without a pause, as before."""
        if seconds:
            lately = (self._sent[-1] - self._sent[0]) / len(self._sent) if self._sent else 0.0
            self.interval = min(_SLOWEST, max(self.interval, 2 * lately))
        self._next = max(self._next, asyncio.get_running_loop().time() + seconds)
