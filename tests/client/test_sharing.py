"""One client may be shared: by threads, by tasks, and over its life by one process after another."""

from __future__ import annotations

import asyncio
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx
import pytest

from moment_billing import AsyncMoment, Moment, NotFoundError
from moment_billing._bounds import Bounded
from tests.client.rows import Row, shows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.client.conftest import Sandbox


def _state(documentation: str | None) -> str:
    return documentation or ""


@shows(Row.SHARING)
def test_sharing_is_stated() -> None:
    """The documentation of each client says by whom it may be shared."""
    assert "shared by many threads" in _state(Moment.__doc__)
    assert "shared by many tasks" in _state(AsyncMoment.__doc__)


@shows(Row.SHARING)
def test_threads_share_a_client_without_mixing_answers(moment: Moment, reference: str) -> None:
    """16 threads create and update customers through one client; each gets its own, and all values hold."""
    start = threading.Barrier(16)
    interval = sys.getswitchinterval()

    def work(number: int) -> None:
        start.wait()
        for turn in range(5):
            name = f"{reference}-{number}-{turn}"
            created = moment.customers.create(external_reference=name)
            updated = moment.customers.update(name, currency="ZAR", balance=number * 100 + turn)
            assert (updated.id, updated.external_reference) == (created.id, name)
            assert moment.customers.retrieve(created.id).balance == number * 100 + turn

    sys.setswitchinterval(1e-5)  # threads change places as often as they can
    try:
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(work, range(16)))
    finally:
        sys.setswitchinterval(interval)


@shows(Row.SHARING)
def test_tasks_share_a_client_without_mixing_answers(sandbox: Sandbox, reference: str) -> None:
    """64 tasks create and update customers through one client; each gets its own."""

    async def work(moment: AsyncMoment, number: int) -> None:
        name = f"{reference}-{number}"
        created = await moment.customers.create(external_reference=name)
        updated = await moment.customers.update(name, currency="ZAR", balance=number)
        assert (updated.id, updated.external_reference, updated.balance) == (created.id, name, number)

    async def main() -> None:
        async with AsyncMoment(sandbox.api_key, base_url=sandbox.base_url) as moment:
            await asyncio.gather(*(work(moment, number) for number in range(64)))

    asyncio.run(main())


def test_a_cancelled_call_leaves_the_client_usable(sandbox: Sandbox) -> None:
    """A task that is cancelled in the middle gives its connection back."""

    async def main() -> None:
        http = httpx.AsyncClient(limits=httpx.Limits(max_connections=1), timeout=5)
        async with http, AsyncMoment(sandbox.api_key, base_url=sandbox.base_url, http_client=http) as moment:
            for _ in range(5):
                call = asyncio.ensure_future(moment.customers.with_raw_response.retrieve("x"))
                await asyncio.sleep(0)
                call.cancel()
                await asyncio.gather(call, return_exceptions=True)
            results = await asyncio.gather(moment.customers.retrieve("x"), return_exceptions=True)
            assert type(results[0]).__name__ == "NotFoundError"

    asyncio.run(main())


def test_an_interrupt_leaves_the_client_usable(moment: Moment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while a body is read closes that connection, and the next call works."""

    def interrupted(self: Bounded) -> Iterator[bytes]:
        raise KeyboardInterrupt
        yield b""

    with monkeypatch.context() as patch:
        patch.setattr(Bounded, "__iter__", interrupted)
        with pytest.raises(KeyboardInterrupt):
            moment.customers.retrieve("x")
    with pytest.raises(NotFoundError):
        moment.customers.retrieve("x")
