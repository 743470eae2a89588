"""Faults of keys, idempotency and errors."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.conformance.faults.corpus import changes, creates, everything, fault, refuses, sends, updates
from tests.conformance.faults.server import Answer, Call, Memory, problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conformance.faults.server import Forward, Switch

# ── API keys


def _lets_in(when: Callable[[Call], bool]) -> Switch:
    """Serve some requests of strangers as if the last caller with a valid key had sent them."""

    async def switch(call: Call, forward: Forward, memory: Memory) -> Answer:
        answer = await forward(call)
        if answer.status not in {401, 403} and call.headers.get("authorization"):
            memory.seen.setdefault("caller", call.headers["authorization"])
        if answer.status in {400, 401, 403} and when(call) and "caller" in memory.seen:
            return await forward(call.headed(authorization=memory.seen["caller"]))
        return answer

    return switch


def _no_key(call: Call) -> bool:
    return "authorization" not in call.headers


def _malformed(call: Call) -> bool:
    return not _no_key(call) and not call.headers["authorization"].startswith("Bearer ")


def _unknown(call: Call) -> bool:
    return call.headers.get("authorization", "").startswith("Bearer sk_")


def _public(call: Call) -> bool:
    return call.headers.get("authorization", "").startswith("Bearer pk_")


fault("auth.bearer", "keys are not taken for updates", refuses(updates, 403))
fault("auth.bearer", "keys are unknown for updates by reference", refuses(lambda c: c.updates and c.by_reference, 401))


def _enough(kind: Callable[[Call], bool], claim: str, what: str) -> None:
    """Four faults: what is no valid key is enough for each operation, or for one name only."""
    fault(claim, f"{what} is enough to retrieve", _lets_in(lambda c: kind(c) and c.retrieves))
    by_reference = _lets_in(lambda c: kind(c) and c.retrieves and c.by_reference)
    fault(claim, f"{what} is enough to retrieve by reference", by_reference)
    fault(claim, f"{what} is enough to update", _lets_in(lambda c: kind(c) and c.updates))
    fault(claim, f"{what} is enough to create", _lets_in(lambda c: kind(c) and c.creates))


_enough(_no_key, "auth.missing-key", "no key")
_enough(_malformed, "auth.malformed-key", "a malformed key")
_enough(_unknown, "auth.unknown-key", "an unknown key")
fault("auth.missing-key", "no key is 403", changes(_no_key, lambda _: problem(403), failed=True))
fault("auth.missing-key", "no key is 404", changes(_no_key, lambda _: problem(404), failed=True))


def _does_it_anyway(when: Callable[[Call], bool]) -> Switch:
    """Do what was asked, and refuse afterwards."""
    opened = _lets_in(when)

    async def switch(call: Call, forward: Forward, memory: Memory) -> Answer:
        proper = await forward(call)
        if proper.status in {401, 403} and when(call):
            await opened(call, forward, memory)
            return proper
        return await opened(call, forward, memory)

    return switch


fault(
    "auth.missing-key",
    "an update without a key is done and then refused",
    _does_it_anyway(lambda c: _no_key(c) and c.updates),
)
fault(
    "auth.unknown-key",
    "a create with an unknown key is done and then refused",
    _does_it_anyway(lambda c: _unknown(c) and c.creates),
)
fault(
    "auth.malformed-key",
    "a key under another scheme is taken",
    sends(_malformed, lambda c: c.headed(authorization="Bearer " + c.headers["authorization"].split(" ")[-1])),
)


@fault("auth.unknown-key", "keys count by all but their last character")
async def _prefix_key(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    key = call.headers.get("authorization", "")
    if answer.status not in {401, 403}:
        memory.seen[key[:-1]] = key
    if answer.status in {401, 403} and key[:-1] in memory.seen:
        return await forward(call.headed(authorization=memory.seen[key[:-1]]))
    return answer


@fault("auth.unknown-key", "keys count in any case")
async def _any_case_key(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    key = call.headers.get("authorization", "")
    if answer.status not in {401, 403}:
        memory.seen[key.lower()] = key
    if answer.status in {401, 403} and key.lower() in memory.seen:
        return await forward(call.headed(authorization=memory.seen[key.lower()]))
    return answer


fault("auth.public-key.reads-nothing", "a public key retrieves", _lets_in(lambda c: _public(c) and c.retrieves))
fault(
    "auth.public-key.reads-nothing",
    "a public key retrieves by reference",
    _lets_in(lambda c: _public(c) and c.retrieves and c.by_reference),
)
fault("auth.public-key.changes-nothing", "a public key updates", _lets_in(lambda c: _public(c) and c.updates))
fault(
    "auth.public-key.changes-nothing",
    "a public key updates and is refused",
    _does_it_anyway(lambda c: _public(c) and c.updates),
)


def _crossing(when: Callable[[Call], bool]) -> Switch:
    """Find other merchants' customers."""

    async def switch(call: Call, forward: Forward, memory: Memory) -> Answer:
        answer = await forward(call)
        caller = call.headers.get("authorization")
        if answer.succeeded and "id" in answer.json:
            for name in (answer.json["id"], answer.json["external_reference"]):
                memory.seen.setdefault(name, caller)
        owner = memory.seen.get(call.name)
        if answer.status == 404 and when(call) and owner and owner != caller:
            return await forward(call.headed(authorization=owner))
        return answer

    return switch


fault(
    "auth.merchant.reads-own",
    "ids of other merchants are found",
    _crossing(lambda c: c.retrieves and not c.by_reference),
)
fault(
    "auth.merchant.reads-own",
    "references of other merchants are found",
    _crossing(lambda c: c.retrieves and c.by_reference),
)
fault(
    "auth.merchant.changes-own",
    "customers of other merchants are updated by id",
    _crossing(lambda c: c.updates and not c.by_reference),
)
fault(
    "auth.merchant.changes-own",
    "customers of other merchants are updated by reference",
    _crossing(lambda c: c.updates and c.by_reference),
)


@fault("auth.merchant.changes-own", "an update by reference changes every merchant's customer of that reference")
async def _all_merchants(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    caller = call.headers.get("authorization")
    if call.creates and answer.succeeded:
        memory.seen.setdefault(answer.json["external_reference"], set()).add(caller)
    if call.updates and call.by_reference and answer.succeeded:
        for owner in memory.seen.get(call.name, set()) - {caller}:
            await forward(call.headed(authorization=owner))
    return answer


# ── What refusals tell, and what is answered before the key is looked at


def _telling(when: Callable[[Call], bool], tell: Callable[[Answer, dict[str, Any]], Answer]) -> Switch:
    """Let refusals tell of the customer that was asked for."""

    async def switch(call: Call, forward: Forward, memory: Memory) -> Answer:
        answer = await forward(call)
        if answer.succeeded and "id" in answer.json:
            for name in (answer.json["id"], answer.json["external_reference"]):
                memory.records[name] = answer.json
        known = memory.records.get(call.name)
        return tell(answer, known) if known and not answer.succeeded and when(call) else answer

    return switch


def _stranger(call: Call) -> bool:
    return call.retrieves and call.headers.get("authorization", "").startswith("Bearer sk_")


for _claim, _kind in (
    ("auth.missing-key", _no_key),
    ("auth.malformed-key", _malformed),
    ("auth.unknown-key", _unknown),
    ("auth.public-key.reads-nothing", _public),
    ("auth.merchant.reads-own", _stranger),
):
    fault(_claim, "refusals hold the record", _telling(_kind, lambda a, known: a.having(customer=known)))
    fault(_claim, "the detail names the customer", _telling(_kind, lambda a, k: a.having(detail=k.get("name", ""))))
    fault(
        _claim,
        "a header of refusals names the owner of the metadata",
        _telling(_kind, lambda a, known: a.headed(x_note=known.get("metadata", {}).get("note"))),
    )
fault(
    "auth.merchant.reads-own",
    "a refusal by reference tells the id",
    _telling(lambda c: _stranger(c) and c.by_reference, lambda a, known: a.having(id=known["id"])),
)
fault(
    "auth.merchant.reads-own",
    "refused updates hold the record",
    _telling(lambda c: c.updates and "phone" in c.json, lambda a, known: a.having(customer=known)),
)


def _replays_first(when: Callable[[Call], bool]) -> Switch:
    """Look the idempotency key up before the API key."""

    async def switch(call: Call, forward: Forward, memory: Memory) -> Answer:
        if call.creates and when(call) and (call.key, call.body) in memory.seen:
            kept: Answer = memory.seen[call.key, call.body]
            return kept
        answer = await forward(call)
        if call.creates and answer.succeeded:
            memory.seen[call.key, call.body] = answer
        return answer

    return switch


fault("auth.missing-key", "creates are replayed without a key", _replays_first(_no_key))
fault("auth.malformed-key", "creates are replayed with a malformed key", _replays_first(_malformed))
fault("auth.unknown-key", "creates are replayed with an unknown key", _replays_first(_unknown))
fault("auth.public-key.reads-nothing", "creates are replayed with a public key", _replays_first(_public))


def _updates_of(field: str, kind: Callable[[Call], bool] = everything) -> Callable[[Call], bool]:
    """Meant for updates that name a field."""
    return lambda call: call.updates and field in call.json and kind(call)


for _field in ("phone", "balance", "metadata"):
    fault(
        "auth.missing-key",
        f"{_field} is updated without a key, and refused",
        _does_it_anyway(_updates_of(_field, _no_key)),
    )
    fault(
        "auth.public-key.changes-nothing",
        f"{_field} is updated by reference with a public key, and refused",
        _does_it_anyway(_updates_of(_field, lambda c: _public(c) and c.by_reference)),
    )
    fault(
        "auth.merchant.changes-own",
        f"{_field} of other merchants' customers is updated",
        _crossing(_updates_of(_field)),
    )


# ── Idempotency


def _fresh(call: Call, memory: Memory) -> Call:
    memory.count += 1
    return call.headed(idempotency_key=f"00000000-0000-4000-8000-{memory.count:012}")


@fault("idempotency.creates-once", "a used key with another body creates")
async def _key_and_body(call: Call, forward: Forward, memory: Memory) -> Answer:
    if call.creates and memory.seen.setdefault(call.key, call.body) != call.body:
        return await forward(_fresh(call, memory))
    return await forward(call)


@fault("idempotency.creates-once", "creates with one key that arrive at once all create")
async def _key_race(call: Call, forward: Forward, memory: Memory) -> Answer:
    if not call.creates or not call.key:
        return await forward(call)
    busy = memory.seen.get(call.key, 0)
    memory.seen[call.key] = busy + 1
    await asyncio.sleep(0.002)
    answer = await forward(_fresh(call, memory) if busy else call)
    memory.seen[call.key] -= 1
    return answer


@fault("idempotency.same-answer", "keys are not kept")
async def _no_keys(call: Call, forward: Forward, memory: Memory) -> Answer:
    known = call.creates and call.key in memory.seen
    memory.seen[call.key] = True
    return await forward(_fresh(call, memory) if known else call)


@fault("idempotency.same-answer", "a replay shows the customer as it is now")
async def _current(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    if answer.headers.get("idempotent-replayed") == "true" and answer.succeeded:
        now = await forward(Call("GET", f"{call.path}/{answer.json['id']}", call.headers, b""))
        return answer.holding(now.json)
    return answer


def _replays(change: Callable[[Answer], Answer], *, failed: bool = False) -> Switch:
    def when_replayed(answer: Answer) -> Answer:
        return change(answer) if answer.headers.get("idempotent-replayed") == "true" else answer

    return changes(creates, when_replayed, failed=failed)


fault("idempotency.same-answer", "a replay answers 200", _replays(lambda answer: replace(answer, status=200)))
fault(
    "idempotency.same-answer",
    "a replay answers only the id",
    _replays(lambda a: a.holding({"id": a.json["id"], "external_reference": a.json["external_reference"]})),
)


@fault("idempotency.same-answer", "a third request with a key is refused")
async def _third(call: Call, forward: Forward, memory: Memory) -> Answer:
    if call.creates and call.key:
        memory.seen[call.key] = memory.seen.get(call.key, 0) + 1
        if memory.seen[call.key] > 2:
            return problem(409)
    return await forward(call)


@fault("idempotency.same-answer", "only the last forty keys are kept")
async def _forgets_keys(call: Call, forward: Forward, memory: Memory) -> Answer:
    kept: list[str] = memory.seen.setdefault("kept", [])
    if call.creates and call.key:
        known = call.key in kept
        kept.append(call.key)
        del kept[:-40]
        used = memory.seen.setdefault("used", set())
        if call.key in used and not known:
            return await forward(_fresh(call, memory))
        used.add(call.key)
    return await forward(call)


@fault("idempotency.failures-kept", "failures are not kept")
async def _failures(call: Call, forward: Forward, memory: Memory) -> Answer:
    key = memory.seen.get(call.key, call.key)
    answer = await forward(call.headed(idempotency_key=key) if call.creates and key else call)
    if call.creates and not answer.succeeded and call.key:
        memory.seen[call.key] = _fresh(call, memory).key
        return answer.headed(idempotent_replayed=None)
    return answer


fault(
    "idempotency.failures-kept",
    "a kept failure is 400",
    _replays(lambda a: replace(a, status=400).having(status=400), failed=True),
)
fault(
    "idempotency.replayed-header",
    "replays do not say so",
    _replays(lambda answer: answer.headed(idempotent_replayed=None)),
)
fault(
    "idempotency.replayed-header",
    "replays say false",
    _replays(lambda answer: answer.headed(idempotent_replayed="false")),
)
fault(
    "idempotency.replayed-header",
    "first answers say that they are replays",
    changes(creates, lambda a: a.headed(idempotent_replayed="true")),
)
fault(
    "idempotency.new-key",
    "keys count by their first 32 characters",
    sends(creates, lambda c: c.headed(idempotency_key=c.key[:32]) if len(c.key) == 36 else c),
)
fault(
    "idempotency.new-key",
    "keys count by their last 32 characters",
    sends(creates, lambda c: c.headed(idempotency_key=c.key[4:]) if len(c.key) == 36 else c),
)


@fault("idempotency.new-key", "a body that was sent before is a replay")
async def _by_body(call: Call, forward: Forward, memory: Memory) -> Answer:
    if call.creates and call.key and call.json:
        return await forward(call.headed(idempotency_key=memory.seen.setdefault(call.body, call.key)))
    return await forward(call)


@fault("idempotency.per-merchant", "merchants share keys")
async def _shared(call: Call, forward: Forward, memory: Memory) -> Answer:
    caller = call.headers.get("authorization")
    owner = memory.seen.get(call.key)
    if call.creates and call.key and owner not in {None, caller}:
        return await forward(call.headed(authorization=owner))
    answer = await forward(call)
    if call.creates and call.key and answer.succeeded:
        memory.seen.setdefault(call.key, caller)
    return answer


@fault("idempotency.per-merchant", "a key that another merchant used is refused")
async def _shared_refused(call: Call, forward: Forward, memory: Memory) -> Answer:
    caller = call.headers.get("authorization")
    if call.creates and call.key and memory.seen.setdefault(call.key, caller) != caller:
        return problem(409)
    return await forward(call)


def _with_key(wrong: Callable[[str | None], bool]) -> Switch:
    """Take creates with a wrong idempotency key."""

    async def switch(call: Call, forward: Forward, memory: Memory) -> Answer:
        return await forward(
            _fresh(call, memory) if call.creates and wrong(call.headers.get("idempotency-key")) else call
        )

    return switch


fault("idempotency-key.required", "a create needs no key", _with_key(lambda key: key is None))
fault("idempotency-key.min-length", "an empty key is taken", _with_key(lambda key: key == ""))
fault("idempotency-key.max-length", "256 characters are taken", _with_key(lambda key: len(key or "") == 256))
fault("idempotency-key.max-length", "any length is taken", _with_key(lambda key: len(key or "") > 255))
fault("idempotency-key.pattern", "underscores are taken", _with_key(lambda key: bool(key) and "_" in (key or "")))
fault(
    "idempotency-key.pattern",
    "any printable key is taken",
    _with_key(
        lambda key: bool(key and key.strip()) and not (key or "").replace("-", "").isalnum() and len(key or "") < 256
    ),
)
fault("idempotency-key.pattern", "spaces are taken", _with_key(lambda key: " " in (key or "").strip()))


# ── Errors


def _problems(change: Callable[[Answer], Answer]) -> Switch:
    return changes(
        everything,
        lambda a: change(a) if a.headers.get("content-type", "").startswith("application/problem") else a,
        failed=True,
    )


def _on(status: int, change: Callable[[Answer], Answer]) -> Switch:
    return _problems(lambda answer: change(answer) if answer.status == status else answer)


fault(
    "errors.problem-details",
    "errors are application/json",
    _problems(lambda a: a.headed(content_type="application/json")),
)
fault(
    "errors.problem-details",
    "404 is text/html",
    _on(404, lambda a: replace(a.headed(content_type="text/html"), body=b"<p>No")),
)
fault("errors.problem-details", "401 has no body", _on(401, lambda _: Answer(401, {}, b"")))
fault(
    "errors.problem-details", "409 is application/json", _on(409, lambda a: a.headed(content_type="application/json"))
)
fault("errors.problem-details", "errors are lists", _problems(lambda a: a.holding([a.json])))
fault("errors.problem-details", "errors are no JSON", _problems(lambda a: replace(a, body=a.body[:-1])))
fault("errors.type", "the type is a number", _problems(lambda a: a.having(type=404)))
fault("errors.type", "the type is no URI", _problems(lambda a: a.having(type="not a uri <>")))
fault("errors.title", "the title is a list", _problems(lambda a: a.having(title=["Error"])))
fault("errors.title", "the title is null", _on(401, lambda a: a.having(title=None)))
fault("errors.status", "the status is a string", _problems(lambda a: a.having(status=str(a.status))))
fault("errors.status", "the status is always 400", _problems(lambda a: a.having(status=400)))
fault("errors.status", "the status of 404 is 400", _on(404, lambda a: a.having(status=400)))
fault("errors.status", "the status of 401 is 403", _on(401, lambda a: a.having(status=403)))
fault("errors.detail", "the detail is an object", _problems(lambda a: a.having(detail={"message": "No."})))
fault("errors.detail", "the detail is null", _on(404, lambda a: a.having(detail=None)))
fault("errors.instance", "the instance is no URI", _problems(lambda a: a.having(instance="a b <c>")))
fault("errors.instance", "the instance is a number", _problems(lambda a: a.having(instance=7)))
fault("errors.instance.path", "the instance is another path", _problems(lambda a: a.having(instance="/elsewhere")))
fault("errors.members", "problems have no title", _problems(lambda a: a.having(title=...)))
fault("errors.members", "problems are empty", _problems(lambda a: a.holding({})))


def _broken(when: Callable[[Call], bool]) -> Switch:
    return refuses(when, 500)


def _no_json(call: Call) -> bool:
    try:
        json.loads(call.body)
    except (ValueError, RecursionError):
        return True
    return False


fault(
    "errors.invalid-is-4xx",
    "malformed JSON is 500",
    _broken(lambda c: (c.creates or c.updates) and bool(c.body) and _no_json(c)),
)
fault(
    "errors.invalid-is-4xx",
    "deep nesting is 500",
    _broken(lambda c: c.body.count(b"[") > 1000 or c.body.count(b"{") > 1000),
)
fault("errors.invalid-is-4xx", "large bodies are 500", _broken(lambda c: len(c.body) > 1_000_000))
fault(
    "errors.invalid-is-4xx",
    "other media types are 500",
    _broken(lambda c: bool(c.body) and "json" not in c.headers.get("content-type", "")),
)
fault("errors.invalid-is-4xx", "bytes that are no UTF-8 are 500", _broken(lambda c: b"\xff" in c.body))
fault("errors.invalid-is-4xx", "lists are 500", _broken(lambda c: c.body.startswith(b"[") and len(c.body) < 1000))
fault("errors.invalid-is-4xx", "long names in the path are 500", _broken(lambda c: len(c.name) > 255))
fault("errors.invalid-is-4xx", "a NUL in the path is 500", _broken(lambda c: "\x00" in c.name))
fault("errors.invalid-is-4xx", "wrong kinds are 500", _broken(lambda c: isinstance(c.json.get("name"), list | dict)))
fault(
    "errors.invalid-is-4xx",
    "a form is read",
    sends(
        lambda c: c.updates and "form" in c.headers.get("content-type", ""),
        lambda c: c.holding({"name": "Jane"}).headed(content_type="application/json"),
    ),
)
fault("errors.invalid-is-4xx", "wrong metadata is 500", _broken(lambda c: isinstance(c.json.get("metadata"), list)))
fault("errors.invalid-is-4xx", "numbers that overflow are 500", _broken(lambda c: b"1e999" in c.body))
fault("errors.invalid-is-4xx", "negative numbers that overflow are 500", _broken(lambda c: b":-1e999" in c.body))
fault("errors.invalid-is-4xx", "an integer of 401 digits is 500", _broken(lambda c: b"1e400" in c.body))
fault("errors.invalid-is-4xx", "integers of 5,000 digits are 500", _broken(lambda c: b"9" * 5_000 in c.body))


def _of_type(media_type: str | None) -> Callable[[Call], bool]:
    """Meant for requests with a body of this media type."""
    return lambda call: bool(call.body) and call.headers.get("content-type") == media_type


for _media_type in (None, "", "application"):
    fault("errors.invalid-is-4xx", f"the media type {_media_type!r} is 500", _broken(_of_type(_media_type)))
fault(
    "errors.invalid-is-4xx",
    "unknown charsets are 500",
    _broken(lambda c: "charset=nonsense" in c.headers.get("content-type", "")),
)
fault("errors.invalid-is-4xx", "unknown methods are 500", _broken(lambda c: c.method in {"PUT", "DELETE"}))


@fault("errors.refused-changes-nothing", "the good fields of a refused update are stored")
async def _partly(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    if call.updates and answer.status in {400, 422} and call.json:
        for field, value in call.json.items():
            await forward(call.holding({field: value}))
    return answer


@fault("errors.refused-changes-nothing", "the fields before the wrong one are stored")
async def _until(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    if call.updates and answer.status in {400, 422}:
        for field, value in call.json.items():
            if not (await forward(call.holding({field: value}))).succeeded:
                break
    return answer


@fault("errors.refused-changes-nothing", "a refused create leaves a bare customer")
async def _leftover(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    reference: Any = call.json.get("external_reference")
    if call.creates and answer.status in {400, 422} and isinstance(reference, str) and call.key:
        await forward(_fresh(call, memory).holding({"external_reference": reference}))
    return answer


@fault("errors.refused-changes-nothing", "a refused update clears the metadata")
async def _cleared(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    if call.updates and answer.status in {400, 422}:
        memory.shown[call.name] = {"metadata": ...}
    if call.retrieves and answer.succeeded:
        return answer.having(**memory.shown.get(answer.json["id"], {}))
    return answer
