"""Faults of requests that overlap: what is right one after the other, and wrong at once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tests.conformance.faults.corpus import changes, fault
from tests.conformance.faults.server import Answer, Call, Memory, problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conformance.faults.server import Forward, Switch

_A_MOMENT = 0.005


def _caller(call: Call) -> str:
    return call.headers.get("authorization", "")


def _shared_flight(when: Callable[[Call], bool], name: Callable[[Call], Any], **headers: str) -> Switch:
    """Give what arrives while another one of its name is under way that one's answer."""

    async def switch(call: Call, forward: Forward, memory: Memory) -> Answer:
        if not when(call):
            return await forward(call)
        flight = memory.seen.get(name(call))
        if flight is not None:
            return (await asyncio.shield(flight)).headed(**headers)  # type: ignore[no-any-return]
        flight = memory.seen[name(call)] = asyncio.get_running_loop().create_future()
        await asyncio.sleep(_A_MOMENT)
        answer = await forward(call)
        del memory.seen[name(call)]
        flight.set_result(answer)
        return answer

    return switch


fault(
    "idempotency.per-merchant",
    "creates under way are shared by their key alone",
    _shared_flight(lambda call: call.creates and bool(call.key), lambda call: call.key, idempotent_replayed="true"),
)
fault(
    "auth.merchant.reads-own",
    "look-ups under way are shared by their name alone",
    _shared_flight(lambda call: call.retrieves, lambda call: call.path),
)
fault(
    "auth.merchant.changes-own",
    "updates under way are shared by their name alone",
    _shared_flight(lambda call: call.updates, lambda call: (call.path, call.body)),
)
fault(
    "external-reference.unique",
    "creates of one reference that arrive at once all succeed",
    _shared_flight(
        lambda call: call.creates,
        lambda call: f"{_caller(call)} {call.json.get('external_reference')}",
    ),
)
fault(
    "idempotency.replayed-header",
    "no answer to creates with one key that arrive at once is a replay",
    _shared_flight(lambda call: call.creates and bool(call.key), lambda call: f"{_caller(call)} {call.key}"),
)


@fault("retrieve.success", "a customer is away while it is updated")
async def _away(call: Call, forward: Forward, memory: Memory) -> Answer:
    if call.retrieves and memory.seen.get(call.name):
        return problem(404, instance=call.path)
    if not call.updates:
        return await forward(call)
    memory.seen[call.name] = True
    await asyncio.sleep(_A_MOMENT)
    memory.seen[call.name] = False
    return await forward(call)


# ── Replays


def _clamped(answer: Answer) -> Answer:
    replayed = "idempotent-replayed" in answer.headers and answer.json.get("balance", 0) > 2**31
    return answer.having(balance=2**31 - 1) if replayed else answer


fault("idempotency.same-answer", "a replay cuts large balances", changes(lambda call: call.creates, _clamped))


@fault("retrieve.success", "a look-up with a used idempotency key gets the answer of that key")
async def _by_any_method(call: Call, forward: Forward, memory: Memory) -> Answer:
    kept = (_caller(call), call.key)
    if call.retrieves and call.key and kept in memory.seen:
        return memory.seen[kept].headed(idempotent_replayed="true")  # type: ignore[no-any-return]
    answer = await forward(call)
    if call.creates and answer.succeeded:
        memory.seen.setdefault(kept, answer)
    return answer
