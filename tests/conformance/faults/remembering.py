"""Faults of what a server remembers: answers shown to others, keys held against the next caller, counts of tries."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.conformance.faults.corpus import fault
from tests.conformance.faults.server import Answer, Call, Memory, problem

if TYPE_CHECKING:
    from tests.conformance.faults.server import Forward

_TRIES = 3


async def _shown_to_all(call: Call, forward: Forward, memory: Memory, *, by_reference: bool, secret: bool) -> Answer:
    """Answer with what the owner has just read, to whoever sends a key, or to who sends none."""
    authorization = call.headers.get("authorization")
    cached = memory.seen.get(call.path)
    if call.retrieves and call.by_reference is by_reference and cached and (authorization is not None) is secret:
        return cached  # type: ignore[no-any-return]
    answer = await forward(call)
    memory.seen[call.path] = answer if call.retrieves and answer.succeeded else None
    return answer


@fault("auth.missing-key", "what was read by reference just before is shown without a key")
async def _cached_by_reference(call: Call, forward: Forward, memory: Memory) -> Answer:
    return await _shown_to_all(call, forward, memory, by_reference=True, secret=False)


@fault("auth.unknown-key", "what was read by id just before is shown to any key")
async def _cached_by_id(call: Call, forward: Forward, memory: Memory) -> Answer:
    return await _shown_to_all(call, forward, memory, by_reference=False, secret=True)


@fault("auth.bearer", "after an unknown key the next one is unknown as well")
async def _holds_it_against_the_next(call: Call, forward: Forward, memory: Memory) -> Answer:
    if memory.count and "authorization" in call.headers:
        memory.count = 0
        return problem(401, instance=call.path)
    answer = await forward(call)
    memory.count = int(answer.status == 401)
    return answer


@fault("auth.public-key.reads-nothing", "a public key that asks twice is shown the customer")
async def _shown_at_the_second_try(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    if not call.retrieves:
        return answer
    if answer.succeeded:
        memory.seen[call.name] = answer
    public = answer.status == 403 and "pk_" in call.headers.get("authorization", "")
    if public and ("denied", call.name) in memory.seen:
        return memory.seen.get(call.name, answer)  # type: ignore[no-any-return]
    if public:
        memory.seen["denied", call.name] = True
    return answer


@fault("retrieve.unknown", "a reference that is asked for three times is created")
async def _created_by_asking(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    if call.retrieves and call.by_reference and answer.status == 404:
        tries = memory.seen[call.name] = memory.seen.get(call.name, 0) + 1
        if tries == _TRIES:
            headers = {
                **call.headers,
                "idempotency-key": f"asked-{call.name[:100]}",
                "content-type": "application/json",
            }
            asked = replace(call, method="POST", path="/billing/customers", headers=headers)
            await forward(asked.holding({"external_reference": call.name}))
    return answer


@fault("idempotency.per-merchant", "a failure is kept for every merchant")
async def _failures_for_all(call: Call, forward: Forward, memory: Memory) -> Answer:
    if call.creates and call.key in memory.seen and memory.seen[call.key][0] != call.headers.get("authorization"):
        return memory.seen[call.key][1].headed(idempotent_replayed="true")  # type: ignore[no-any-return]
    answer = await forward(call)
    if call.creates and call.key and answer.status == 409:
        memory.seen[call.key] = (call.headers.get("authorization"), answer)
    return answer


@fault("idempotency.same-answer", "a replay leaves out a balance of 0")
async def _no_balance_of_nought(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    if answer.succeeded and "idempotent-replayed" in answer.headers and answer.json.get("balance") == 0:
        return answer.having(balance=...)
    return answer
