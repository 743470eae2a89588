"""How many requests are under way at once: as many as the checks ask for, and fewer where a server loses some."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["Crowd"]

_MOST = 64
_FEW = 4
"""A small server keeps five connections waiting (`socketserver`), and loses more than that."""


class Crowd:
    """A place for a request under way: `async with crowd` waits for one."""

    def __init__(self) -> None:
        self._most, self._under_way = _MOST, 0
        self._changed = asyncio.Condition()

    def thin(self) -> None:
        """Let half as many be under way from now on."""
        self._most = max(_FEW, self._most // 2)

    async def __aenter__(self) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: self._under_way < self._most)
            self._under_way += 1

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._under_way -= 1
        async with self._changed:
            self._changed.notify()
