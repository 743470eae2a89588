"""Work is handed to threads in batches, and every piece gets its own result."""

from __future__ import annotations

import asyncio
import contextlib
import threading

import pytest

from sandbox.threads import Threads
from sandbox.together import in_turn, together

BATCH_MAX = 32


@pytest.fixture(params=[together, in_turn])
def threads(request):
    """Two threads, which do a batch in either way."""
    threads = Threads(2, request.param, batch_max=BATCH_MAX)
    yield threads
    threads.close()


def test_each_piece_of_work_gets_its_own_result(threads):
    """Results and errors come back to those who asked, whatever the rest of the batch did."""

    def work(number):
        if number % 3 == 0:
            raise ValueError(number)
        return number

    async def run():
        pieces = [threads.run(lambda number=number: work(number)) for number in range(50)]
        return await asyncio.gather(*pieces, return_exceptions=True)

    results = asyncio.run(run())
    assert [result for result in results if isinstance(result, int)] == [n for n in range(50) if n % 3]
    assert [result.args for result in results if isinstance(result, ValueError)] == [(n,) for n in range(0, 50, 3)]


def test_what_gathers_goes_over_together(threads):
    """Pieces of work that are there at once share a thread, at most a batch of them."""

    async def run(count):
        return await asyncio.gather(*(threads.run(threading.get_ident) for _ in range(count)))

    assert len(set(asyncio.run(run(BATCH_MAX)))) == 1


def test_what_gathers_while_all_are_busy_goes_over_together():
    """Work that comes one by one while no thread is free makes one batch."""
    sizes, entered, release = [], threading.Event(), threading.Event()

    def run_batch(works):
        sizes.append(len(works))
        return in_turn(works)

    def work():
        entered.set()
        return release.wait(30)

    async def run(threads):
        first = asyncio.create_task(threads.run(work))
        await asyncio.to_thread(entered.wait, 30)
        others = []
        for _ in range(5):
            others.append(asyncio.create_task(threads.run(bool)))
            for _ in range(5):
                await asyncio.sleep(0)  # a turn of the loop, in which it could be handed over
        release.set()
        await asyncio.gather(first, *others)

    threads = Threads(1, run_batch, batch_max=BATCH_MAX)
    asyncio.run(run(threads))
    assert sizes == [1, 5]
    assert threads.close()


def test_work_that_waits_holds_nobody_up():
    """Others are served while one piece of work waits in a batch of its own."""
    threads, release = Threads(2, in_turn, batch_max=1), threading.Event()

    async def run():
        waiting, *others = [asyncio.create_task(threads.run(work)) for work in [lambda: release.wait(30), *[bool] * 20]]
        await asyncio.wait(others)
        release.set()
        return await waiting

    assert asyncio.run(run()) is True
    assert threads.close()


def test_work_that_never_ends_does_not_keep_the_process(monkeypatch):
    """Closing says so when a thread still waits, and its late result disturbs nobody."""
    monkeypatch.setattr("sandbox.threads._END_SECONDS", 0.01)
    threads, release = Threads(1, in_turn, batch_max=1), threading.Event()

    async def run():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(threads.run(lambda: release.wait(30)), 0.01)

    asyncio.run(run())
    assert not threads.close()
    release.set()
    while not threads.close():
        pass


def test_a_caller_that_has_gone_disturbs_nobody(threads):
    """The result of cancelled work is dropped."""
    entered, release = threading.Event(), threading.Event()

    def work():
        entered.set()
        return release.wait(30)

    async def run():
        gone = asyncio.create_task(threads.run(work))
        kept = asyncio.create_task(threads.run(lambda: "kept"))
        await asyncio.to_thread(entered.wait, 30)
        gone.cancel()
        release.set()
        return await kept

    assert asyncio.run(run()) == "kept"
