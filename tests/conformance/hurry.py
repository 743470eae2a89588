"""A clock for tests: what waits is not waited for, and the time that it would have taken is added up."""

from __future__ import annotations

import asyncio
import selectors
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Coroutine

__all__ = ["in_no_time"]


class _Hurry(selectors.DefaultSelector):
    """Lets no time pass, and adds up what would have passed."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready now."""
        self.now += timeout or 0.0
        return super().select(0)


def in_no_time(work: Coroutine[Any, Any, list[float]]) -> list[float]:
    """What the work gives, by a clock that stands still while anything is done."""
    selector = _Hurry()
    loop = asyncio.SelectorEventLoop(selector)
    loop.time = lambda: selector.now  # type: ignore[method-assign]
    try:
        return loop.run_until_complete(work)
    finally:
        loop.close()
