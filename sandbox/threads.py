"""A few threads for work that waits, handed over in batches.

Handing one query to a thread and its result back costs the event loop several times what the query does. What has
gathered while the loop was busy therefore goes over together, and comes back together.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from sandbox.together import together

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["BATCH_MAX", "Threads"]

T = TypeVar("T")

BATCH_MAX = 32
"""How many pieces of work go to a thread at once: the first one's result waits for the last one's."""


class _Work(NamedTuple):
    do: Callable[[], Any]
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop


class Threads:
    """Threads that run as long as this does."""

    def __init__(self, count: int) -> None:
        self._batches: queue.SimpleQueue[list[_Work] | None] = queue.SimpleQueue()
        self._gathered: list[_Work] = []
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    async def run(self, do: Callable[[], T], *, alone: bool) -> T:
        """Do work in a thread; `alone` when it may wait for long, and nothing should have to wait for it."""
        loop = asyncio.get_running_loop()
        work = _Work(do, loop.create_future(), loop)
        if alone:
            self._batches.put([work])
        else:
            if not self._gathered:
                loop.call_soon(self._hand_over)
            self._gathered.append(work)
        result: T = await work.future
        return result

    def close(self) -> None:
        """End the threads, after the work that they have."""
        for _ in self._threads:
            self._batches.put(None)
        for thread in self._threads:
            thread.join()

    def _hand_over(self) -> None:
        gathered, self._gathered = self._gathered, []
        for at in range(0, len(gathered), BATCH_MAX):
            self._batches.put(gathered[at : at + BATCH_MAX])

    def _run(self) -> None:
        while batch := self._batches.get():
            results = together([work.do for work in batch])
            batch[0].loop.call_soon_threadsafe(_deliver, batch, results)


def _deliver(batch: list[_Work], results: list[tuple[Any, Exception | None]]) -> None:
    for work, (result, error) in zip(batch, results, strict=True):
        if work.future.cancelled():
            continue
        if error is None:
            work.future.set_result(result)
        else:
            work.future.set_exception(error)
