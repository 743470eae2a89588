"""Send updates to the sandbox, 32 at a time, in turn through this client and through bare httpx; print the samples.

Runs as the sandbox's command, in the benchmark's own environment.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from time import perf_counter
from typing import TYPE_CHECKING

import httpx
import msgspec

from moment_billing import AsyncMoment

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

UPDATES, CONCURRENCY, SHARE = int(sys.argv[1]), 32, 500
REFERENCES = [f"load-{number}" for number in range(CONCURRENCY)]


async def together(call: Callable[[str, int], Awaitable[object]]) -> float:
    """Updates a second, of one share of them."""

    async def worker(reference: str, balances: range) -> None:
        for balance in balances:
            await call(reference, balance)

    started = perf_counter()
    await asyncio.gather(*(worker(reference, range(at, SHARE, CONCURRENCY)) for at, reference in enumerate(REFERENCES)))
    return SHARE / (perf_counter() - started)


async def main() -> None:
    """Shares in turn, so that a slow moment of the machine falls on both."""
    base_url, key = os.environ["MOMENT_BASE_URL"], os.environ["MOMENT_API_KEY"]
    encode, decode, as_json = msgspec.json.encode, msgspec.json.decode, {"Content-Type": "application/json"}
    bare = httpx.AsyncClient(base_url=base_url, headers={"Authorization": f"Bearer {key}"}, timeout=30)
    async with bare, AsyncMoment() as moment:
        for reference in REFERENCES:
            await moment.customers.create(external_reference=reference)

        async def ours(reference: str, balance: int) -> None:
            customer = await moment.customers.update(reference, currency="ZAR", balance=balance)
            assert customer.balance == balance

        async def by_hand(reference: str, balance: int) -> None:
            body = encode({"currency": "ZAR", "balance": balance})
            path = f"/billing/customers/{reference}"
            try:
                answer = await bare.patch(path, content=body, headers=as_json)
            except httpx.ReadError:  # the server had just closed a connection that lay idle
                answer = await bare.patch(path, content=body, headers=as_json)
            answer.raise_for_status()
            assert decode(answer.content)["balance"] == balance

        timed = {"load, bare httpx": by_hand, "load, moment-billing": ours}
        samples: dict[str, list[float]] = {name: [] for name in timed}
        for call in timed.values():
            await together(call)  # opens the connections
        for _ in range(UPDATES // SHARE):
            for name, call in timed.items():
                samples[name].append(await together(call))
    json.dump(samples, sys.stdout)


asyncio.run(main())
