"""Faults that show only after something else or beside it: what came between, what a customer has, what was sent."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.conformance.faults.corpus import accepts, creates, everything, fault, sends, updates, writes
from tests.conformance.faults.server import Answer, Call, Memory, problem

if TYPE_CHECKING:
    from tests.conformance.faults.server import Forward

_MANY = 100
_KNOWN = {"external_reference", "name", "email", "phone", "currency", "balance", "metadata"}


async def _now(call: Call, forward: Forward) -> dict[str, object]:
    """The customer that a request names, as it is."""
    found = await forward(replace(call, method="GET", body=b""))
    return dict(found.json) if found.succeeded else {}


@fault("create.stored", "customers are forgotten after 100 others")
async def _few_customers(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    if call.creates and answer.status == 201:
        memory.count += 1
        memory.seen.setdefault(answer.json["id"], memory.count)
    elif call.retrieves and answer.succeeded and memory.count - memory.seen[answer.json["id"]] > _MANY:
        return problem(404, instance=call.path)
    return answer


@fault("idempotency.same-answer", "answers are forgotten after 100 other keys")
async def _few_answers(call: Call, forward: Forward, memory: Memory) -> Answer:
    if not call.creates or not call.key:
        return await forward(call)
    memory.seen.setdefault(call.key, len(memory.seen))
    if len(memory.seen) - memory.seen[call.key] > _MANY:
        return await forward(call.headed(idempotency_key=f"{call.key[:200]}-again"))
    return await forward(call)


@fault("errors.refused-changes-nothing", "after a request without a key the customer is not found by that name")
async def _lost_to_strangers(call: Call, forward: Forward, memory: Memory) -> Answer:
    if call.name in memory.seen:
        return problem(404, instance=call.path)
    answer = await forward(call)
    if call.name and answer.status == 401 and "authorization" not in call.headers:
        memory.seen[call.name] = True
    return answer


@fault("errors.refused-changes-nothing", "an update that is refused for its metadata sets its currency")
async def _currency_first(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    if call.updates and answer.status in {400, 422} and {"currency", "metadata"} <= call.json.keys():
        await forward(call.holding({"currency": call.json["currency"]}))
    return answer


@fault("errors.refused-changes-nothing", "a create that is refused for its metadata takes its reference")
async def _reference_first(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    if call.creates and answer.status in {400, 422} and "metadata" in call.json and "external_reference" in call.json:
        alone = call.holding({"external_reference": call.json["external_reference"]})
        await forward(alone.headed(idempotency_key=f"{call.key[:200]}-again"))
    return answer


@fault("update.fields", "a currency cannot be changed once it is set")
async def _first_currency(call: Call, forward: Forward, memory: Memory) -> Answer:
    if call.updates and "currency" in call.json:
        before = (await _now(call, forward)).get("currency")
        if before not in {None, call.json["currency"]}:
            return problem(422, instance=call.path)
    return await forward(call)


@fault("update.stored", "metadata are not stored for who has no currency")
async def _only_with_currency(call: Call, forward: Forward, memory: Memory) -> Answer:
    if call.updates and "metadata" in call.json and "currency" not in {**await _now(call, forward), **call.json}:
        return await forward(call.without("metadata"))
    return await forward(call)


@fault("update.stored", "an update that changes nothing but the case of a name is none")
async def _same_in_any_case(call: Call, forward: Forward, memory: Memory) -> Answer:
    before = (await _now(call, forward)).get("name") if call.updates and "name" in call.json else None
    after = call.json.get("name")
    if isinstance(before, str) and isinstance(after, str) and before.lower() == after.lower():
        return await forward(call.without("name"))
    return await forward(call)


fault(
    "update.stored",
    "beside a property that nobody lists the name is not stored",
    sends(lambda c: c.updates and bool(c.json.keys() - _KNOWN), lambda c: c.without("name")),
)
fault(
    "create.stored",
    "beside a property that nobody lists the phone number is not stored",
    sends(lambda c: c.creates and bool(c.json.keys() - _KNOWN), lambda c: c.without("phone")),
)
fault(
    "update.keeps",
    "an update of nothing clears the metadata",
    sends(lambda c: c.updates and c.body == b"{}", lambda c: c.holding({"metadata": {}})),
)
fault(
    "update.keeps",
    "an update of unknown properties alone clears the name",
    sends(lambda c: c.updates and not c.json.keys() & _KNOWN, lambda c: c.holding({**c.json, "name": ""})),
)


@fault("update.keeps", "an update of all fields but the phone number changes that")
async def _clears_the_fifth(call: Call, forward: Forward, memory: Memory) -> Answer:
    if call.updates and {"name", "currency", "balance", "metadata"} == call.json.keys():
        return await forward(call.holding({**call.json, "phone": "+10"}))
    return await forward(call)


fault(
    "auth.malformed-key",
    "what follows the key is read over",
    sends(
        lambda c: c.headers.get("authorization", "").count(" ") > 1,
        lambda c: c.headed(authorization=" ".join(c.headers["authorization"].split(" ")[:2])),
    ),
)
fault(
    "auth.malformed-key",
    "quotes around the key are read over",
    sends(everything, lambda c: c.headed(authorization=c.headers.get("authorization", "").replace('"', "") or None)),
)
fault(
    "email.format", "digits are an address", accepts("email", lambda value: isinstance(value, str) and value.isdigit())
)


def _is_text_of_json(call: Call) -> bool:
    try:
        return isinstance(json.loads(call.body), str)
    except (ValueError, RecursionError):
        return False


fault(
    "create.body",
    "a text that holds the JSON is read",
    sends(lambda c: creates(c) and _is_text_of_json(c), lambda c: replace(c, body=json.loads(c.body).encode())),
)
fault(
    "update.body",
    "a text that holds the JSON is read",
    sends(lambda c: updates(c) and _is_text_of_json(c), lambda c: replace(c, body=json.loads(c.body).encode())),
)


def _with_its_balance(call: Call) -> Call:
    return call.holding({"currency": "ZAR", **call.json, "balance": int(call.json["metadata"]["balance"])})


def _owes(call: Call) -> bool:
    metadata = call.json.get("metadata")
    owed = metadata.get("balance") if isinstance(metadata, dict) else None
    return writes(call) and isinstance(owed, str) and owed.isascii() and owed.isdigit()


fault("metadata.inert", "a balance in the metadata is the customer's", sends(_owes, _with_its_balance))
