"""How much goes on at once: fewer requests where a server loses some, more checks where the time is short."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx
import pytest

from conformance.crowd import Crowd
from conformance.exchange import Request
from conformance.pace import Pace
from conformance.settings import Settings
from conformance.target import Target
from conformance.workers import Workers
from tests.conformance.hurry import in_no_time

if TYPE_CHECKING:
    from collections.abc import Sequence

NEAR, FAR = 0.001, 0.1
_BURST = 20


def test_fewer_are_under_way_where_some_are_lost() -> None:
    """A server that loses connections gets few at a time, and at last no more than the smallest keep waiting."""

    async def crowd_in(losses: int) -> int:
        crowd, under_way, most = Crowd(), 0, 0

        async def one() -> None:
            nonlocal under_way, most
            async with crowd:
                under_way += 1
                most = max(most, under_way)
                await asyncio.sleep(0)
                under_way -= 1

        for _ in range(losses):
            crowd.thin()
        await asyncio.gather(*(one() for _ in range(100)))
        return most

    counts = [asyncio.run(crowd_in(losses)) for losses in (0, 1, 2, 50)]
    assert counts == [64, 32, 16, 4]


def _at_once(settings: Settings, latency: float, done_first: int = 0) -> int:
    """How many of sixty checks run at once, after some are done."""

    async def run() -> int:
        workers, running = Workers(settings, latency, 60), 0
        for _ in range(done_first):
            async with workers:
                await asyncio.sleep(0.02)

        async def one() -> None:
            nonlocal running
            async with workers:
                running += 1
                await asyncio.Event().wait()

        tasks = [asyncio.create_task(one()) for _ in range(60)]
        await asyncio.sleep(0.01)
        for task in tasks:
            task.cancel()
        return running

    return asyncio.run(run())


def test_near_servers_are_judged_in_order() -> None:
    """One check at a time on a near server, many on another, and as many as were asked for on both."""
    settings = Settings("http://server.example", "sk_test_example")
    assert [_at_once(settings, latency) for latency in (NEAR, FAR)] == [1, 48]
    asked = Settings("http://server.example", "sk_test_example", workers=3)
    assert [_at_once(asked, latency) for latency in (NEAR, FAR)] == [3, 3]


def test_order_gives_way_where_time_is_short() -> None:
    """Where one check at a time would not end in time, many run at once; not where their number was asked for."""
    short = Settings("http://server.example", "sk_test_example", max_time=0.05)
    assert _at_once(short, NEAR, done_first=2) == 48
    asked = Settings("http://server.example", "sk_test_example", max_time=0.05, workers=1)
    assert _at_once(asked, NEAR, done_first=2) == 1


def test_what_was_one_too_many_is_sent_again() -> None:
    """A request that a limiter refused is sent again, and nobody sees the refusal."""

    async def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(429 if len(asked) == _BURST else 200, headers={"Retry-After": "0"})

    async def ask() -> list[int]:
        settings = Settings("http://server.example", "sk_test_example")
        async with Target(settings, httpx.MockTransport(handle)) as target:
            return [(await target.send(Request("", "GET", "/"))).status for _ in range(2 * _BURST)]

    asked: list[str] = []
    assert asyncio.run(ask()) == [200] * (2 * _BURST)
    assert len(asked) == 2 * _BURST + 1


async def _moments(pauses: Sequence[float], count: int = 3) -> list[float]:
    """When requests are sent after so many of them, ten a second, and then these wishes for a pause."""
    clock, pace = asyncio.get_running_loop().time, Pace(10)
    for _ in range(_BURST):
        await pace.turn()
    for seconds in pauses:
        pace.slow_down(seconds)
    asked, sent = clock(), []
    for _ in range(count):
        await pace.turn()
        sent.append(clock() - asked)
    return sent


def test_a_limited_server_is_asked_after_a_pause_and_half_as_fast() -> None:
    """The pause is the longest that was asked for; many wishes for one at once halve the pace once."""
    expected = pytest.approx([5, 5.2, 5.4], abs=0.05)
    assert in_no_time(_moments([5])) == expected
    assert in_no_time(_moments([5] * 20 + [3])) == expected


def test_who_asks_for_no_pause_is_asked_as_before() -> None:
    """A refusal that may be repeated at once says nothing about how fast is too fast."""
    assert in_no_time(_moments([0])) == pytest.approx([0.1, 0.2, 0.3], abs=0.02)
