"""A few threads for work that waits, handed over in batches.

Handing one query to a thread and its result back costs the event loop several times what the query does. What gathers
while the threads or the loop are busy therefore goes over together, and comes back together.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sandbox.together import Outcome

__all__ = ["Threads"]

T = TypeVar("T")

_END_SECONDS = 3.0


class _Work(NamedTuple):
    do: Callable[[], Any]
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop


class Threads:
    """Threads that begin with the first work, so that processes may fork before it.

    `run` does a batch of work in one of them. At most `batch_max` pieces make a batch: the first one's result waits for
    the last one's.
    """

    def __init__(
        self, count: int, run: Callable[[Sequence[Callable[[], Any]]], Sequence[Outcome]], *, batch_max: int
    ) -> None:
        self._count = count
        self._run_batch = run
        self._batch_max = batch_max
        self._batches: queue.SimpleQueue[list[_Work] | None] = queue.SimpleQueue()
        self._gathered: list[_Work] = []
        self._idle = count
        self._threads: list[threading.Thread] = []

    async def run(self, do: Callable[[], T]) -> T:
        """Do work in a thread."""
        if not self._threads:
            self._start()
        loop = asyncio.get_running_loop()
        work = _Work(do, loop.create_future(), loop)
        if not self._gathered:
            loop.call_soon(self._hand_over, 0)
        self._gathered.append(work)
        result: T = await work.future
        return result

    def close(self) -> bool:
        """End the threads, after the work that they have; False when one still waits for the database."""
        for _ in self._threads:
            self._batches.put(None)
        deadline = time.monotonic() + _END_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _start(self) -> None:
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(self._count)]
        for thread in self._threads:
            thread.start()

    def _hand_over(self, seen: int) -> None:
        """Give the threads that are idle what has gathered, once a turn of the loop brings no more to it."""
        if seen < len(self._gathered) < self._batch_max:
            asyncio.get_running_loop().call_soon(self._hand_over, len(self._gathered))
            return
        while self._idle and self._gathered:
            batch, self._gathered = self._gathered[: self._batch_max], self._gathered[self._batch_max :]
            self._idle -= 1
            self._batches.put(batch)

    def _run(self) -> None:
        while gathered := self._batches.get():
            batch = [work for work in gathered if not work.future.cancelled()]  # nobody waits for the others any more
            results = self._run_batch([work.do for work in batch])
            with suppress(RuntimeError):  # the loop has been closed: nobody waits any more
                gathered[0].loop.call_soon_threadsafe(self._deliver, batch, results)

    def _deliver(self, batch: list[_Work], results: Sequence[Outcome]) -> None:
        self._idle += 1
        self._hand_over(0)
        for work, (result, error) in zip(batch, results, strict=True):
            if work.future.cancelled():
                continue
            if error is None:
                work.future.set_result(result)
            else:
                work.future.set_exception(error)
