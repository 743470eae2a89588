"""Work is handed to threads in batches, and every piece gets its own result."""

from __future__ import annotations

import asyncio
import threading

import pytest

from sandbox.threads import BATCH_MAX, Threads


@pytest.fixture
def threads():
    """Two threads."""
    threads = Threads(2)
    yield threads
    threads.close()


def test_each_piece_of_work_gets_its_own_result(threads):
    """Results and errors come back to those who asked, whatever the rest of the batch did."""

    def work(number):
        if number % 3 == 0:
            raise ValueError(number)
        return number

    async def run():
        pieces = [threads.run(lambda number=number: work(number), alone=False) for number in range(50)]
        return await asyncio.gather(*pieces, return_exceptions=True)

    results = asyncio.run(run())
    assert [result for result in results if isinstance(result, int)] == [n for n in range(50) if n % 3]
    assert [result.args for result in results if isinstance(result, ValueError)] == [(n,) for n in range(0, 50, 3)]


def test_what_gathers_goes_over_together(threads):
    """Pieces of work that are there at once share a thread, at most a batch of them."""

    async def run(count, *, alone):
        return await asyncio.gather(*(threads.run(threading.get_ident, alone=alone) for _ in range(count)))

    assert len(set(asyncio.run(run(BATCH_MAX, alone=False)))) == 1


def test_work_that_waits_holds_nobody_up(threads):
    """Others are served while one piece of work waits alone."""
    release = threading.Event()

    async def run():
        waiting = asyncio.create_task(threads.run(lambda: release.wait(30), alone=True))
        await asyncio.sleep(0)
        others = await asyncio.gather(*(threads.run(lambda: True, alone=False) for _ in range(20)))
        release.set()
        return others, await waiting

    assert asyncio.run(run()) == ([True] * 20, True)


def test_a_caller_that_has_gone_disturbs_nobody(threads):
    """The result of cancelled work is dropped."""
    entered, release = threading.Event(), threading.Event()

    def work():
        entered.set()
        return release.wait(30)

    async def run():
        gone = asyncio.create_task(threads.run(work, alone=False))
        kept = asyncio.create_task(threads.run(lambda: "kept", alone=False))
        await asyncio.to_thread(entered.wait, 30)
        gone.cancel()
        release.set()
        return await kept

    assert asyncio.run(run()) == "kept"
