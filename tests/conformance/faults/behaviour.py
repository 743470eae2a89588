"""Faults of behaviour: look-ups, creates and updates that do something else than they say."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from tests.conformance.faults.corpus import (
    changes,
    creates,
    everything,
    fault,
    refuses,
    retrieves,
    sends,
    updates,
)
from tests.conformance.faults.server import Answer, Call, Memory, problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conformance.faults.server import Forward


def _by_reference(call: Call) -> bool:
    return call.by_reference


def _by_id(call: Call) -> bool:
    return call.name.startswith("bcus_")


def _without(*names: str) -> Callable[[Answer], Answer]:
    return lambda answer: answer.having(**dict.fromkeys(names, ...))


def _remember(memory: Memory, answer: Answer) -> None:
    if answer.succeeded and "id" in answer.json:
        record = answer.json
        memory.records[record["id"]] = memory.records[record["external_reference"]] = record


# ── Naming a customer

fault("customer-parameter.by-id", "ids are not found", refuses(lambda call: call.retrieves and _by_id(call), 404))
fault("customer-parameter.by-id", "updates by id are not found", refuses(lambda c: c.updates and _by_id(c), 404))
fault("customer-parameter.by-reference", "references are not found", refuses(_by_reference, 404))
fault(
    "customer-parameter.by-reference",
    "updates by reference are not found",
    refuses(lambda c: c.updates and c.by_reference, 404),
)
fault(
    "customer-parameter.by-reference",
    "references of digits are not found",
    refuses(lambda c: c.by_reference and c.name.isdecimal(), 404),
)
fault(
    "customer-parameter.by-reference",
    "long references are not found",
    refuses(lambda c: c.by_reference and len(c.name) > 200, 404),
)
fault(
    "customer-parameter.by-reference",
    "references that begin with a hyphen are not found",
    refuses(lambda c: c.name.startswith("-"), 404),
)
fault(
    "customer-parameter.by-reference",
    "references that begin with bcus are taken for ids",
    refuses(lambda c: c.by_reference and c.name.startswith("bcus"), 404),
)


@fault("customer-parameter.by-reference", "a customer is not found by its reference after an update")
async def _lost_reference(call: Call, forward: Forward, memory: Memory) -> Answer:
    if call.by_reference and call.name in memory.seen:
        return problem(404)
    answer = await forward(call)
    if call.updates and answer.succeeded:
        memory.seen[answer.json["external_reference"]] = True
    return answer


@fault("customer-parameter.by-reference", "look-ups by reference give the record of the create")
async def _stale_reference(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    if call.creates and answer.succeeded:
        memory.records.setdefault(answer.json["external_reference"], answer.json)
    if call.retrieves and call.by_reference and call.name in memory.records:
        return answer.holding(memory.records[call.name])
    return answer


@fault("customer-parameter", "look-ups give the customer that was created last")
async def _last(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    if call.creates and answer.succeeded:
        memory.seen["last"] = answer.json["id"]
    if call.retrieves and answer.succeeded and "last" in memory.seen:
        return await forward(call.renamed(memory.seen["last"]))
    return answer


@fault("customer-parameter", "a path without a name gives the customer that was created last")
async def _nameless(call: Call, forward: Forward, memory: Memory) -> Answer:
    if call.method in {"GET", "PATCH"} and not call.name and "last" in memory.seen:
        return await forward(call.renamed(memory.seen["last"]))
    answer = await forward(call)
    if call.creates and answer.succeeded:
        memory.seen["last"] = answer.json["id"]
    return answer


@fault("customer-parameter.links", "the answer to a create has an id in another case")
async def _other_case(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    if call.creates and answer.succeeded:
        return answer.having(id="bcus_" + answer.json["id"][5:].swapcase())
    return answer


fault(
    "customer-parameter.links",
    "the answer to an update has another id",
    changes(updates, lambda answer: answer.having(id=answer.json["id"] + "0")),
)


def _nearly(change: Callable[[str], str], when: Callable[[Call], bool] = retrieves) -> Any:
    """Find a customer also under a name that is nearly its own."""

    async def switch(call: Call, forward: Forward, memory: Memory) -> Answer:
        answer = await forward(call)
        _remember(memory, answer)
        if when(call) and answer.status == 404:
            wanted = change(call.name)
            found = next((r for name, r in memory.records.items() if change(name) == wanted or name == wanted), None)
            return await forward(call.renamed(found["id"])) if found else answer
        return answer

    return switch


fault("retrieve.unknown", "ids are found in any case", _nearly(str.lower, lambda c: c.retrieves and _by_id(c)))
fault("retrieve.unknown", "underscores match any character", _nearly(lambda name: name.replace("_1", "x1")))
fault("retrieve.unknown", "names are found by all but their last character", _nearly(lambda name: name[:-1]))
fault("retrieve.unknown", "ids are found without their prefix", _nearly(lambda name: name.removeprefix("bcus_")))
fault(
    "retrieve.unknown",
    "nobody is 400",
    changes(retrieves, lambda a: problem(400) if a.status == 404 else a, failed=True),
)
fault(
    "retrieve.unknown",
    "nobody is 410",
    changes(retrieves, lambda a: problem(410) if a.status == 404 else a, failed=True),
)
fault(
    "retrieve.unknown",
    "nobody is 204",
    changes(retrieves, lambda a: Answer(204, {}, b"") if a.status == 404 else a, failed=True),
)
fault(
    "retrieve.unknown",
    "an unknown id is 500",
    refuses(lambda call: call.retrieves and call.name == "bcus_0", 500),
)


@fault("retrieve.unknown", "an unknown reference is made up")
async def _made_up(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    if call.retrieves and call.by_reference and answer.status == 404 and call.name.isascii() and len(call.name) < 200:
        record = {"id": "bcus_madeup", "external_reference": call.name}
        return Answer(200, {"content-type": "application/json"}, json.dumps(record).encode())
    return answer


@fault("update.unknown", "an update of nobody creates a customer")
async def _upsert(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    if call.updates and answer.status == 404 and call.by_reference:
        memory.count += 1
        key = f"00000000-0000-4000-8000-{memory.count:012}"
        body = {"external_reference": call.name, **call.json}
        created = Call(
            "POST", "/billing/customers", {**call.headers, "idempotency-key": key}, json.dumps(body).encode()
        )
        made = await forward(created)
        return Answer(200, made.headers, made.body) if made.succeeded else answer
    return answer


@fault("update.unknown", "an update of nobody silently creates a customer")
async def _silent_upsert(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await _upsert(call, forward, memory)
    return problem(404) if call.updates and answer.succeeded and call.name not in memory.records else answer


fault(
    "update.unknown", "nobody is 400", changes(updates, lambda a: problem(400) if a.status == 404 else a, failed=True)
)
fault(
    "update.unknown",
    "an update of nobody answers 204",
    changes(updates, lambda a: Answer(204, {}, b"") if a.status == 404 else a, failed=True),
)


# ── Reading

fault("retrieve.success", "look-ups answer 203", changes(retrieves, lambda a: Answer(203, a.headers, a.body)))
fault(
    "retrieve.success", "look-ups answer text/plain", changes(retrieves, lambda a: a.headed(content_type="text/plain"))
)
fault("retrieve.success", "look-ups wrap the customer", changes(retrieves, lambda a: a.holding({"data": a.json})))
fault("retrieve.success", "look-ups answer a list", changes(retrieves, lambda a: a.holding([a.json])))
fault("retrieve.success", "answers are cut short", changes(retrieves, lambda a: Answer(200, a.headers, a.body[:-1])))


@fault("retrieve.success", "every third look-up fails")
async def _third(call: Call, forward: Forward, memory: Memory) -> Answer:
    memory.count += call.retrieves
    return problem(500) if call.retrieves and memory.count % 3 == 0 else await forward(call)


@fault("retrieve.reads-only", "a second reading gives the name in capitals")
async def _second_reading(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    if call.retrieves and answer.succeeded and "name" in answer.json:
        seen = memory.seen[call.name] = memory.seen.get(call.name, 0) + 1
        return answer.having(name=answer.json["name"].upper()) if seen > 1 else answer
    return answer


@fault("retrieve.reads-only", "a reading adds a unit to the balance")
async def _reading_adds(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    if call.retrieves and answer.succeeded and "balance" in answer.json and "currency" in answer.json:
        body = {"currency": answer.json["currency"], "balance": answer.json["balance"] + 1}
        await forward(
            Call("PATCH", call.path, {**call.headers, "content-type": "application/json"}, json.dumps(body).encode())
        )
    return answer


fault("customer.object", "answers to updates are lists", changes(updates, lambda answer: answer.holding([answer.json])))
fault(
    "customer.object", "answers to creates are ids", changes(creates, lambda answer: answer.holding(answer.json["id"]))
)
fault("customer.required", "look-ups leave the reference out", changes(retrieves, _without("external_reference")))
fault("customer.required", "updates leave the id out", changes(updates, _without("id")))
fault("id.type", "ids are numbers", changes(everything, lambda answer: answer.having(id=42)))
fault("id.type", "ids are numbers in answers to updates", changes(updates, lambda answer: answer.having(id=42)))
fault(
    "id.pattern",
    "ids in look-ups hold a hyphen",
    changes(retrieves, lambda a: a.having(id="bcus_a-" + a.json["id"][5:])),
)
fault("id.pattern", "ids have another prefix", changes(everything, lambda a: a.having(id="cus_" + a.json["id"][5:])))
fault("id.pattern", "ids end in a newline", changes(everything, lambda a: a.having(id=a.json["id"] + "\n")))


@fault("id.unique", "every third new customer gets the id of the one before")
async def _same_id(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    if call.creates and answer.succeeded and answer.headers.get("idempotent-replayed") != "true":
        memory.count += 1
        before, memory.seen["last"] = memory.seen.get("last"), answer.json["id"]
        return answer.having(id=before) if memory.count % 3 == 0 else answer
    return answer


@fault("id.unique", "customers that are created at once share an id")
async def _shared_id(call: Call, forward: Forward, memory: Memory) -> Answer:
    if not call.creates:
        return await forward(call)
    memory.count += 1
    await asyncio.sleep(0.002)
    crowded, answer = memory.count > 3, await forward(call)
    memory.count -= 1
    if answer.succeeded and crowded:
        return answer.having(id=memory.seen.setdefault("id", answer.json["id"]))
    return answer


@fault("id.stable", "an update gives a new id")
async def _new_id(call: Call, forward: Forward, memory: Memory) -> Answer:
    known = memory.seen.get(call.name)
    answer = await forward(call.renamed(known) if known else call)
    if answer.succeeded and "id" in answer.json:
        real = answer.json["id"]
        if call.updates:
            memory.shown[real] = {"id": f"bcus_{len(memory.seen)}N{real[5:]}"}
            memory.seen[memory.shown[real]["id"]] = real
        return answer.having(**memory.shown.get(real, {}))
    return answer


fault(
    "id.stable",
    "look-ups by reference show another id",
    changes(lambda c: c.retrieves and c.by_reference, lambda a: a.having(id=a.json["id"] + "R")),
)


# ── Creating

fault("create.success", "creates answer 200", changes(creates, lambda answer: Answer(200, answer.headers, answer.body)))
fault(
    "create.success",
    "creates answer 202 with nothing",
    changes(creates, lambda answer: Answer(202, answer.headers, b"{}")),
)
fault(
    "create.success",
    "creates answer text/html",
    changes(creates, lambda answer: answer.headed(content_type="text/html")),
)
fault(
    "create.external-reference.required",
    "a reference is made up",
    sends(
        lambda c: c.creates and bool(c.json) and "external_reference" not in c.json,
        lambda c: c.holding({**c.json, "external_reference": f"made-up-{abs(hash(c.key))}"}),
    ),
)
fault(
    "create.external-reference.required", "a name is needed too", refuses(lambda c: c.creates and "name" not in c.json)
)
fault(
    "create.stored",
    "the e-mail address is not stored",
    sends(creates, lambda c: c.without("email") if "email" in c.json else c),
)
fault("create.stored", "look-ups show no phone number", changes(retrieves, _without("phone")))
fault("create.stored", "metadata is in the answer to a create only", changes(retrieves, _without("metadata")))
fault("create.fields", "customers with a phone number are refused", refuses(lambda c: c.creates and "phone" in c.json))
fault(
    "create.fields",
    "a balance needs a name",
    refuses(lambda c: c.creates and "balance" in c.json and "name" not in c.json),
)
fault(
    "create.fields",
    "a currency needs a balance",
    refuses(lambda c: c.creates and "currency" in c.json and "balance" not in c.json),
)
fault(
    "create.balance.needs-currency",
    "the currency is made up",
    sends(
        lambda c: c.creates and "balance" in c.json and "currency" not in c.json,
        lambda c: c.holding({**c.json, "currency": "ZAR"}),
    ),
)
fault(
    "create.balance.needs-currency",
    "a balance of 0 needs no currency",
    sends(
        lambda c: c.creates and c.json.get("balance") == 0 and "currency" not in c.json, lambda c: c.without("balance")
    ),
)
fault(
    "create.balance.needs-currency",
    "a balance without currency is dropped",
    sends(lambda c: c.creates and "balance" in c.json and "currency" not in c.json, lambda c: c.without("balance")),
)


@fault("create.body", "a list of one customer is accepted")
async def _list(call: Call, forward: Forward, memory: Memory) -> Answer:
    try:
        value = json.loads(call.body or b"null")
    except (ValueError, RecursionError):
        value = None
    listed = call.creates and isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict)
    return await forward(call.holding(value[0]) if listed and isinstance(value, list) else call)


@fault("create.body", "a body that is no JSON creates somebody")
async def _anything(call: Call, forward: Forward, memory: Memory) -> Answer:
    if call.creates and call.body == b"not json":
        memory.count += 1
        return await forward(call.holding({"external_reference": f"nobody-{memory.count}-{call.key}"}))
    return await forward(call)


@fault("external-reference.unique", "a reference can be taken twice")
async def twice(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    if call.creates and answer.status == 409 and answer.headers.get("idempotent-replayed") != "true":
        memory.count += 1
        key = f"00000000-0000-4000-8000-{memory.count:012}"
        reference = call.json["external_reference"]
        second = call.holding({**call.json, "external_reference": f"{reference[:200]}-{memory.count}"})
        made = await forward(second.headed(idempotency_key=key))
        return made.having(external_reference=reference) if made.succeeded else made
    return answer


@fault("external-reference.unique", "a second create gives the first customer")
async def _get_or_create(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    if call.creates and answer.status == 409:
        found = await forward(Call("GET", f"{call.path}/{call.json['external_reference']}", call.headers, b""))
        return Answer(201, found.headers, found.body)
    return answer


@fault("errors.refused-changes-nothing", "a second create updates the first customer and is refused")
async def _takeover(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    if call.creates and answer.status == 409 and "name" in call.json:
        target = f"{call.path}/{call.json['external_reference']}"
        await forward(Call("PATCH", target, call.headers, json.dumps({"name": call.json["name"]}).encode()))
        return answer
    return answer


@fault("external-reference.unique", "creates that arrive at once all succeed")
async def _race(call: Call, forward: Forward, memory: Memory) -> Answer:
    reference = call.json.get("external_reference") if call.creates else None
    if not isinstance(reference, str):
        return await forward(call)
    busy = memory.seen.setdefault(("busy", reference), 0)
    memory.seen["busy", reference] = busy + 1
    await asyncio.sleep(0.002)
    answer = await (twice(call, forward, memory) if busy else forward(call))
    memory.seen["busy", reference] -= 1
    return answer


@fault("external-reference.per-merchant", "references are unique among all merchants")
async def _global_reference(call: Call, forward: Forward, memory: Memory) -> Answer:
    caller, reference = call.headers.get("authorization"), call.json.get("external_reference")
    owner = memory.seen.get(("owner", reference))
    if call.creates and isinstance(reference, str) and owner not in {None, caller}:
        return problem(409)
    answer = await forward(call)
    if call.creates and answer.succeeded:
        memory.seen["owner", reference] = caller
    return answer


@fault("external-reference.stable", "an update can change the reference")
async def _rename(call: Call, forward: Forward, memory: Memory) -> Answer:
    new = call.json.get("external_reference") if call.updates else None
    real = memory.seen.get(call.name)
    answer = await forward(call.renamed(real) if real else call.without("external_reference") if new else call)
    if answer.succeeded and "id" in answer.json:
        if isinstance(new, str):
            memory.shown[answer.json["id"]] = {"external_reference": new}
            memory.seen[new] = answer.json["id"]
        return answer.having(**memory.shown.get(answer.json["id"], {}))
    return answer


@fault("create.stored", "only the last fifty customers are kept")
async def _forgets(call: Call, forward: Forward, memory: Memory) -> Answer:
    kept: list[str] = memory.seen.setdefault("kept", [])
    answer = await forward(call)
    if answer.succeeded and "id" in answer.json:
        record = answer.json
        if call.creates and record["id"] not in kept:
            kept.append(record["id"])
            del kept[:-50]
        elif record["id"] not in kept:
            return problem(404, instance=call.path)
    return answer


fault("create.fields", "bodies of 16 kB are refused", refuses(lambda call: call.creates and len(call.body) > 16_384))
fault("update.fields", "bodies of 16 kB are refused", refuses(lambda call: call.updates and len(call.body) > 16_384))


# ── Updating

fault("update.success", "updates answer 204", changes(updates, lambda _: Answer(204, {}, b"")))
fault("update.success", "updates answer 201", changes(updates, lambda answer: Answer(201, answer.headers, answer.body)))
fault("update.success", "updates answer 202", changes(updates, lambda answer: Answer(202, answer.headers, answer.body)))


@fault("update.success", "updates answer only what was sent")
async def _only_sent(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    if call.updates and answer.succeeded:
        kept = {"id", "external_reference", *call.json}
        return answer.holding({name: value for name, value in answer.json.items() if name in kept})
    return answer


fault("update.method", "updates are PUT", refuses(updates, 405))
fault(
    "update.method",
    "updates are read as merge patches only",
    refuses(lambda c: c.updates and "merge-patch" not in c.headers.get("content-type", ""), 415),
)


def _ignoring(field: str) -> None:
    """Two faults: an update of a field is refused, or has no effect."""
    fault("update.fields", f"an update of {field} is refused", refuses(lambda c: c.updates and field in c.json))
    dropped = sends(updates, lambda c: c.without(field) if field in c.json else c)
    fault("update.stored", f"{field} is not stored by an update", dropped)


for _field in ("name", "phone", "currency", "balance", "metadata"):
    _ignoring(_field)
fault("update.fields", "an update takes one field at a time", refuses(lambda c: c.updates and len(c.json) > 2))


@fault("update.stored", "the answer shows the update, and later readings do not")
async def _shown_only(call: Call, forward: Forward, memory: Memory) -> Answer:
    if call.updates and "name" in call.json:
        answer = await forward(call.without("name"))
        return answer.having(name=call.json["name"]) if answer.succeeded else answer
    return await forward(call)


@fault("update.stored", "an update by reference is not stored")
async def _by_reference_lost(call: Call, forward: Forward, memory: Memory) -> Answer:
    if call.updates and call.by_reference:
        answer = await forward(call.holding({}))
        return answer.having(**call.json) if answer.succeeded else answer
    return await forward(call)


@fault("update.stored", "the answer to an update shows the old record")
async def _old_answer(call: Call, forward: Forward, memory: Memory) -> Answer:
    before = await forward(Call("GET", call.path, call.headers, b"")) if call.updates else None
    answer = await forward(call)
    return answer.holding(before.json) if before and before.succeeded and answer.succeeded else answer


@fault("update.stored", "a second update is not stored")
async def _second_update(call: Call, forward: Forward, memory: Memory) -> Answer:
    if call.updates:
        answer = await forward(call.holding({}))
        if answer.succeeded:
            done = memory.seen[answer.json["id"]] = memory.seen.get(answer.json["id"], 0) + 1
            return await forward(call) if done < 2 else answer.having(**call.json)
    return await forward(call)


@fault("update.keeps", "an update clears the phone number")
async def _clears(call: Call, forward: Forward, memory: Memory) -> Answer:
    return await _hiding("phone", call, forward, memory)


@fault("update.keeps", "an update clears the e-mail address")
async def _clears_email(call: Call, forward: Forward, memory: Memory) -> Answer:
    return await _hiding("email", call, forward, memory)


@fault("update.keeps", "an update clears the metadata")
async def _clears_metadata(call: Call, forward: Forward, memory: Memory) -> Answer:
    return await _hiding("metadata", call, forward, memory)


async def _hiding(field: str, call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    if answer.succeeded and "id" in answer.json:
        shown = memory.shown.setdefault(answer.json["id"], {})
        if call.updates and field not in call.json:
            shown[field] = ...
        elif field in call.json:
            shown.pop(field, None)
        return answer.having(**shown)
    return answer


@fault("update.keeps", "an update without a balance sets it to 0")
async def _zeroes(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    if call.updates and answer.succeeded and "balance" in answer.json and "balance" not in call.json:
        return await forward(call.holding({"currency": answer.json["currency"], "balance": 0}))
    return answer


@fault("update.keeps", "updates that arrive at once undo each other")
async def _lost_update(call: Call, forward: Forward, memory: Memory) -> Answer:
    if not call.updates:
        return await forward(call)
    before = await forward(Call("GET", call.path, call.headers, b""))
    await asyncio.sleep(0.002)
    if not before.succeeded:
        return await forward(call)
    whole = {name: before.json[name] for name in ("name", "phone", "currency", "balance") if name in before.json}
    proper = await forward(call)
    return await forward(call.holding({**whole, **call.json})) if proper.succeeded else proper


@fault("update.replaces", "a new balance is added to the old one")
async def _adds(call: Call, forward: Forward, memory: Memory) -> Answer:
    balance = call.json.get("balance") if call.updates else None
    if type(balance) is int:
        before = await forward(Call("GET", call.path, call.headers, b""))
        if before.succeeded:
            return await forward(call.holding({**call.json, "balance": balance + before.json.get("balance", 0)}))
    return await forward(call)


@fault("update.replaces", "an update with the stored balance doubles it")
async def _doubles(call: Call, forward: Forward, memory: Memory) -> Answer:
    balance = call.json.get("balance") if call.updates else None
    if type(balance) is int and balance:
        before = await forward(Call("GET", call.path, call.headers, b""))
        if before.succeeded and before.json.get("balance") == balance:
            return await forward(call.holding({**call.json, "balance": 2 * balance}))
    return await forward(call)


@fault("update.only-this", "an update also changes the customer that was created last")
async def _also_last(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    if call.creates and answer.succeeded:
        memory.seen[call.headers.get("authorization")] = answer.json["id"]
    last = memory.seen.get(call.headers.get("authorization"))
    if call.updates and answer.succeeded and last and last != answer.json["id"]:
        await forward(call.renamed(last))
    return answer


@fault("update.only-this", "an update by reference changes all that begin with it")
async def _prefix(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    _remember(memory, answer)
    if call.updates and call.by_reference and answer.succeeded:
        for name in list(memory.records):
            if name.startswith(call.name) and name != call.name:
                await forward(call.renamed(name))
    return answer


@fault("update.only-this", "an update of a name changes all that have the old one")
async def _same_name(call: Call, forward: Forward, memory: Memory) -> Answer:
    before = await forward(Call("GET", call.path, call.headers, b"")) if call.updates and "name" in call.json else None
    answer = await forward(call)
    if before and before.succeeded and answer.succeeded:
        for other in list(memory.records.values()):
            if other.get("name") == before.json.get("name") and other["id"] != answer.json["id"]:
                await forward(call.renamed(other["id"]).holding({"name": call.json["name"]}))
    _remember(memory, answer)
    return answer


@fault("update.body", "an update with a list takes its first item")
async def _list_update(call: Call, forward: Forward, memory: Memory) -> Answer:
    listed = call.updates and call.body.startswith(b"[") and call.body != b"[]" and len(call.body) < 1000
    return await forward(call.holding((json.loads(call.body) or [{}])[0]) if listed else call)


@fault("update.body", "an update with null changes nothing and answers 200")
async def _null_update(call: Call, forward: Forward, memory: Memory) -> Answer:
    return await forward(call.holding({}) if call.updates and call.body == b"null" else call)


@fault("update.body", "an update with half a body is read as an empty one")
async def _half_update(call: Call, forward: Forward, memory: Memory) -> Answer:
    return await forward(call.holding({}) if call.updates and call.body == b"{" else call)


def _needs_none(call: Call) -> bool:
    return call.updates and "balance" in call.json and "currency" not in call.json


fault(
    "update.balance.needs-currency",
    "the currency is made up",
    sends(_needs_none, lambda c: c.holding({**c.json, "currency": "ZAR"})),
)
fault("update.balance.needs-currency", "the balance is dropped", sends(_needs_none, lambda c: c.without("balance")))
fault(
    "update.balance.needs-currency",
    "a balance of 0 needs no currency",
    sends(lambda c: _needs_none(c) and c.json["balance"] == 0, lambda c: c.without("balance")),
)
fault(
    "update.balance.needs-currency",
    "updates by reference need no currency",
    sends(lambda c: _needs_none(c) and c.by_reference, lambda c: c.holding({**c.json, "currency": "ZAR"})),
)


# ── Payment rules


def _rules(**rules: Any) -> Any:
    return changes(everything, lambda answer: answer.having(payment_rules=rules) if "id" in answer.json else answer)


fault("payment-rules.type", "the rules are a list", changes(everything, lambda answer: answer.having(payment_rules=[])))
fault(
    "payment-rules.type", "the rules are null in look-ups", changes(retrieves, lambda a: a.having(payment_rules=None))
)
fault("payment-rules.amounts", "an amount is a string", _rules(min_amount="100"))
fault("payment-rules.amounts", "the greatest amount is null", _rules(max_amount=None))
fault("payment-rules.amounts", "an amount has a fraction", _rules(min_amount=1.5))
fault("payment-rules.flags", "a flag is a string", _rules(underpayment_allowed="true"))
fault("payment-rules.flags", "a flag is a number", _rules(overpayment_allowed=0))
