"""Faults that one request does not show: what came before, what stands beside it, or what arrives at once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tests.conformance.faults.behaviour import twice
from tests.conformance.faults.corpus import changes, creates, fault, retrieves, sends, updates
from tests.conformance.faults.server import Answer, Call, Memory, problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conformance.faults.server import Forward, Switch


def _by_id(call: Call) -> bool:
    return bool(call.name) and not call.by_reference


async def _now(call: Call, forward: Forward) -> Answer:
    """The record that a request names, as it is."""
    return await forward(Call("GET", call.path, call.headers, b""))


# ── What came before


@fault("customer-parameter.by-reference", "that a reference is nobody's is remembered")
async def _remembers_absence(call: Call, forward: Forward, memory: Memory) -> Answer:
    if call.retrieves and call.name in memory.seen:
        return problem(404, instance=call.path)
    answer = await forward(call)
    if call.retrieves and answer.status == 404:
        memory.seen[call.name] = True
    return answer


@fault("external-reference.unique", "a reference is free again after 100 creates")
async def _forgets_references(call: Call, forward: Forward, memory: Memory) -> Answer:
    reference = call.json.get("external_reference") if call.creates else None
    memory.count += call.creates
    if isinstance(reference, str) and memory.count - memory.seen.get(reference, memory.count) > 100:
        return await twice(call, forward, memory)
    answer = await forward(call)
    if call.creates and answer.status == 201:
        memory.seen.setdefault(reference, memory.count)
    return answer


@fault("create.stored", "a customer is gone after 100 creates")
async def _forgets_customers(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    if call.creates and answer.status == 201 and "idempotent-replayed" not in answer.headers:
        memory.count += 1
        for name in (answer.json["id"], answer.json["external_reference"]):
            memory.seen[name] = memory.count
    old = memory.count - memory.seen.get(call.name, memory.count) > 100
    return problem(404, instance=call.path) if call.retrieves and old else answer


@fault("id.unique", "an id is taken from the body of a create")
async def _given_id(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    wanted = call.json.get("id") if call.creates else None
    return answer.having(id=wanted) if answer.succeeded and isinstance(wanted, str) else answer


@fault("errors.refused-changes-nothing", "a balance alone is stored and refused")
async def _stores_and_refuses(call: Call, forward: Forward, memory: Memory) -> Answer:
    if not (call.updates and "balance" in call.json and "currency" not in call.json):
        return await forward(call)
    record = (await _now(call, forward)).json
    if "currency" in record:
        await forward(call.holding({**call.json, "currency": record["currency"]}))
    return problem(422, instance=call.path)


def _converts(rate: Callable[[int], int]) -> Switch:
    async def switch(call: Call, forward: Forward, memory: Memory) -> Answer:
        if call.updates and "currency" in call.json and "balance" not in call.json:
            record = (await _now(call, forward)).json
            if "balance" in record and record["currency"] != call.json["currency"]:
                call = call.holding({**call.json, "balance": rate(record["balance"])})
        return await forward(call)

    return switch


fault("update.keeps", "a new currency converts the balance", _converts(lambda balance: balance * 18))
fault("update.keeps", "a new currency rescales the balance", _converts(lambda balance: balance // 100))


def _loses(when: Callable[[Call, int], bool]) -> Switch:
    """Show an update in its answer and do not store it; `when` is told how many updates that name has had."""

    async def switch(call: Call, forward: Forward, memory: Memory) -> Answer:
        if not call.updates:
            return await forward(call)
        count = memory.seen[call.name] = memory.seen.get(call.name, 0) + 1
        if not when(call, count):
            return await forward(call)
        found = await _now(call, forward)
        return found.having(**call.json) if found.succeeded else found

    return switch


fault("update.stored", "every second update by reference is lost", _loses(lambda c, n: c.by_reference and n % 2 == 0))
fault("update.stored", "the third update by id is lost", _loses(lambda c, n: _by_id(c) and n == 3))
fault("update.stored", "updates after the sixth are lost", _loses(lambda _, n: n > 6))


@fault("update.stored", "an update to a value of before is lost")
async def _loses_what_was(call: Call, forward: Forward, memory: Memory) -> Answer:
    if not call.updates:
        return await forward(call)
    found = await _now(call, forward)
    if not found.succeeded:
        return await forward(call)
    before = memory.records.setdefault(found.json["id"], {})
    if "name" in call.json and call.json["name"] == before.get("name"):
        return found.having(**call.json)
    before["name"] = found.json.get("name")
    return await forward(call)


def _cached(read: Callable[[Call], bool], written: Callable[[Call], bool]) -> Switch:
    """Keep look-ups until an update by the right name."""

    async def switch(call: Call, forward: Forward, memory: Memory) -> Answer:
        if call.retrieves and read(call) and call.name in memory.seen:
            kept: Answer = memory.seen[call.name]
            return kept
        answer = await forward(call)
        if call.retrieves and read(call) and answer.succeeded:
            memory.seen[call.name] = answer
        if call.updates and written(call) and answer.succeeded:
            memory.seen.pop(answer.json["id"], None)
            memory.seen.pop(answer.json["external_reference"], None)
        return answer

    return switch


fault("update.stored", "look-ups by id are kept until an update by id", _cached(_by_id, _by_id))
fault(
    "update.stored",
    "look-ups by reference are kept until an update by reference",
    _cached(lambda c: c.by_reference, lambda c: c.by_reference),
)


def _merges(
    combine: Callable[[dict[str, str], dict[str, str]], dict[str, str]], when: Callable[[Call], bool]
) -> Switch:
    """Merge metadata in some updates, beside what the sandbox stores."""

    async def switch(call: Call, forward: Forward, memory: Memory) -> Answer:
        answer = await forward(call)
        if not answer.succeeded or "id" not in answer.json:
            return answer
        shown = memory.shown.setdefault(answer.json["id"], dict(answer.json.get("metadata", {})))
        sent = call.json.get("metadata")
        if call.updates and isinstance(sent, dict):
            shown = memory.shown[answer.json["id"]] = combine(shown, sent) if when(call) else sent
        return answer if call.creates or not shown else answer.having(metadata=shown)

    return switch


fault(
    "metadata.max-keys", "metadata is merged beyond 20 keys", _merges(lambda old, new: {**old, **new}, lambda _: True)
)
fault(
    "metadata.inert",
    "merged metadata loses its oldest keys",
    _merges(lambda old, new: dict([*old.items(), *new.items()][-20:]), lambda _: True),
)
fault(
    "metadata.inert",
    "merged metadata takes no new keys beyond 20",
    _merges(lambda old, new: dict([*old.items(), *new.items()][:20]), lambda _: True),
)
fault(
    "metadata.inert",
    "metadata is merged by reference and replaced by id",
    _merges(lambda old, new: {**old, **new}, lambda c: c.by_reference),
)
fault(
    "metadata.inert",
    "merged metadata keeps the old value of a key",
    _merges(lambda old, new: {**new, **old}, lambda _: True),
)


@fault("update.keeps", "an update of the name cuts metadata to 10 keys")
async def _cuts_metadata(call: Call, forward: Forward, memory: Memory) -> Answer:
    if call.updates and "name" in call.json and "metadata" not in call.json:
        kept = (await _now(call, forward)).json.get("metadata") or {}
        if len(kept) > 10:
            call = call.holding({**call.json, "metadata": dict(list(kept.items())[:10])})
    return await forward(call)


fault(
    "update.keeps",
    "an update of the name sets a phone number where there is none",
    changes(updates, lambda a: a if "phone" in a.json else a.having(phone="+27123456789")),
)


# ── What stands beside it


def _beside(field: str, other: str, when: Callable[[Call], bool] = updates) -> Switch:
    """Drop a field beside another."""
    return sends(lambda c: when(c) and {field, other} <= c.json.keys(), lambda c: c.without(field))


for dropped, other in (("metadata", "name"), ("phone", "metadata"), ("name", "phone"), ("name", "balance")):
    fault("update.stored", f"{dropped} is dropped beside {other}", _beside(dropped, other))
for dropped, other in (("email", "phone"), ("metadata", "email"), ("name", "metadata"), ("phone", "currency")):
    fault("create.stored", f"{dropped} is dropped beside {other}", _beside(dropped, other, creates))
fault(
    "update.stored",
    "the phone number is dropped when everything is sent",
    sends(lambda c: c.updates and len(c.json) > 4, lambda c: c.without("phone")),
)
fault(
    "update.stored",
    "only the first of several fields is stored",
    sends(
        lambda c: c.updates and len(c.json) == 2 and "balance" not in c.json,
        lambda c: c.holding(dict(list(c.json.items())[:1])),
    ),
)
fault(
    "update.keeps",
    "metadata is cleared beside a phone number and a name",
    sends(lambda c: c.updates and c.json.keys() == {"name", "phone"}, lambda c: c.holding({**c.json, "metadata": {}})),
)
fault(
    "create.fields",
    "an e-mail address and a balance are refused together",
    changes(
        lambda c: c.creates and {"email", "balance"} == c.json.keys() - {"external_reference", "currency"},
        lambda _: problem(422),
    ),
)
fault(
    "update.stored",
    "names are not stored on a customer without metadata",
    changes(lambda c: c.retrieves or c.updates, lambda a: a if "metadata" in a.json else a.having(name=...)),
)


# ── What arrives at once


def _crowd(when: Callable[[Call], bool], mix: Callable[[Call, Call], Call]) -> Switch:
    """Let a request that arrives while another is under way mix with that."""

    async def switch(call: Call, forward: Forward, memory: Memory) -> Answer:
        if not when(call):
            return await forward(call)
        other = memory.seen.get("under way")
        memory.seen["under way"] = call
        await asyncio.sleep(0.002)
        answer = await forward(mix(call, other) if isinstance(other, Call) else call)
        if memory.seen.get("under way") == call:
            del memory.seen["under way"]
        return answer

    return switch


def _named_like(call: Call, other: Call) -> Call:
    return (
        call.holding({**call.json, "name": other.json["name"]})
        if "name" in call.json and "name" in other.json
        else call
    )


fault("create.stored", "creates that arrive at once get each other's names", _crowd(creates, _named_like))
fault(
    "update.only-this",
    "updates that arrive at once go to one customer",
    _crowd(updates, lambda call, other: call.renamed(other.name)),
)
fault(
    "update.only-this",
    "look-ups that arrive at once give one customer",
    _crowd(retrieves, lambda call, other: call.renamed(other.name)),
)


@fault("update.keeps", "updates by both names that arrive at once undo each other")
async def _undo(call: Call, forward: Forward, memory: Memory) -> Answer:
    if not call.updates:
        return await forward(call)
    before = (await _now(call, forward)).json
    await asyncio.sleep(0.002)
    fields = {"name", "phone", "currency", "balance", "metadata"}
    whole = {field: value for field, value in before.items() if field in fields}
    return await forward(call.holding({**whole, **call.json}) if call.by_reference and call.json else call)


@fault("external-reference.per-merchant", "an update by reference goes to the merchant who created it first")
async def _first_merchant(call: Call, forward: Forward, memory: Memory) -> Answer:
    caller, reference = call.headers.get("authorization"), call.json.get("external_reference")
    first = memory.seen.get(call.name, caller)
    answer = await forward(call.headed(authorization=first) if call.updates else call)
    if call.creates and answer.succeeded:
        memory.seen.setdefault(reference, caller)
    return answer


@fault("auth.merchant.reads-own", "look-ups are kept for everybody")
async def _kept_for_all(call: Call, forward: Forward, memory: Memory) -> Answer:
    kept = memory.seen.get(call.path)
    if call.retrieves and kept and call.headers.get("authorization") not in {None, kept[0]}:
        answer: Answer = kept[1]
        return answer
    answer = await forward(call)
    if call.retrieves and answer.succeeded:
        memory.seen[call.path] = (call.headers.get("authorization"), answer)
    return answer


@fault("idempotency.per-merchant", "the same request of two merchants is one")
async def _one_request(call: Call, forward: Forward, memory: Memory) -> Answer:
    same = (call.key, call.body)
    if call.creates and same in memory.seen:
        kept: Answer = memory.seen[same]
        return kept.headed(idempotent_replayed="true")
    answer = await forward(call)
    if call.creates and answer.status == 201:
        memory.seen.setdefault(same, answer)
    return answer


fault(
    "idempotency.new-key",
    "keys count in any case",
    sends(creates, lambda c: c.headed(idempotency_key=c.key.lower() or None)),
)
fault(
    "idempotency.new-key",
    "keys count by their first 250 characters",
    sends(creates, lambda c: c.headed(idempotency_key=c.key[:250]) if len(c.key) == 255 else c),
)
fault(
    "idempotency.replayed-header",
    "updates say that they are replays",
    changes(updates, lambda answer: answer.headed(idempotent_replayed="true")),
)
fault(
    "idempotency.replayed-header",
    "look-ups say that they are replays",
    changes(retrieves, lambda answer: answer.headed(idempotent_replayed="true")),
)

fault(
    "create.body",
    "of a create whose body comes in chunks only the reference is read",
    sends(
        lambda c: c.creates and "transfer-encoding" in c.headers,
        lambda c: c.holding({"external_reference": c.json["external_reference"]}),
    ),
)
fault(
    "create.body",
    "of a create whose media type has a charset only the reference is read",
    sends(
        lambda c: c.creates and "charset=utf-8" in c.headers["content-type"],
        lambda c: c.holding({"external_reference": c.json["external_reference"]}),
    ),
)
fault(
    "update.body",
    "of an update whose body comes in chunks only the name is read",
    sends(
        lambda c: c.updates and "transfer-encoding" in c.headers,
        lambda c: c.holding({"name": c.json["name"]}),
    ),
)
