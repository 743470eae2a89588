"""How long an answer is waited for, by a clock that stands still while anything is done."""

from __future__ import annotations

import asyncio

import pytest

from conformance.patience import Patience
from tests.conformance.hurry import in_no_time


async def _waits(patience: Patience, seconds: float, operation: str = "a") -> float:
    """Wait for an answer that takes so long; how long it took, or was waited for in vain as a negative number."""
    clock = asyncio.get_running_loop().time
    started = clock()
    try:
        async with patience.wait(operation):
            await asyncio.sleep(seconds)
    except TimeoutError:
        return started - clock()
    return clock() - started


def test_a_queue_is_nobodys_fault() -> None:
    """Where a server serves one request at a time, each has all its time when its turn comes."""

    async def serve() -> list[float]:
        patience = Patience(10)
        return await asyncio.gather(*(_waits(patience, 4 * turn) for turn in range(1, 21)))

    assert in_no_time(serve()) == pytest.approx([4 * turn for turn in range(1, 21)])


def test_who_is_overtaken_waits_no_longer() -> None:
    """A request that gets no answer has its time and no more, whatever is answered of those behind it."""

    async def serve() -> list[float]:
        patience = Patience(10)
        return await asyncio.gather(_waits(patience, 100), *(_waits(patience, turn) for turn in range(1, 9)))

    assert in_no_time(serve())[0] == pytest.approx(-10)


def test_silence_is_waited_for_less_and_less() -> None:
    """Each silence of an operation halves its time, down to a second; another operation keeps its own."""

    async def ask() -> list[float]:
        patience = Patience(10)
        return [await _waits(patience, 100) for _ in range(6)] + [await _waits(patience, 100, "b")]

    assert in_no_time(ask()) == pytest.approx([-10, -5, -2.5, -1.25, -1, -1, -10])


def test_a_slow_server_is_waited_for() -> None:
    """After any number of silences there is time for twice the slowest answer so far."""

    async def ask() -> list[float]:
        patience = Patience(10)
        return [await _waits(patience, seconds) for seconds in (2, 100, 100, 100, 3)]

    assert in_no_time(ask()) == pytest.approx([2, -10, -5, -4, 3])
