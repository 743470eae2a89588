"""Faults between neighbours: what one caller is told of another's, or changes there, by a way that few look at."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.conformance.faults.corpus import fault
from tests.conformance.faults.server import Answer, Call, Memory, problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conformance.faults.server import Forward, Switch


def _caller(call: Call) -> str:
    return call.headers.get("authorization", "")


def _is_secret(call: Call) -> bool:
    return _caller(call).startswith("Bearer sk_")


def _is_public(call: Call) -> bool:
    return _caller(call).startswith("Bearer pk_")


# ── HEAD and cookies


def _head(when: Callable[[Call], bool]) -> Switch:
    """Answer HEAD as the owner would get it, to some who are not."""

    async def switch(call: Call, forward: Forward, memory: Memory) -> Answer:
        if call.method == "HEAD" and when(call) and "owner" in memory.seen:
            found = await forward(replace(call, method="GET").headed(authorization=memory.seen["owner"]))
            return replace(found, body=b"")
        answer = await forward(call)
        if call.creates and answer.succeeded and _is_secret(call):
            memory.seen["owner"] = _caller(call)
        return answer

    return switch


fault("auth.missing-key", "HEAD needs no key", _head(lambda call: not _caller(call)))
fault(
    "auth.public-key.reads-nothing",
    "HEAD takes a public key",
    _head(_is_public),
)
fault("auth.merchant.reads-own", "HEAD takes any merchant's key", _head(_is_secret))


@fault("auth.merchant.reads-own", "a cookie of an earlier answer goes before the key")
async def _session(call: Call, forward: Forward, memory: Memory) -> Answer:
    session = call.headers.get("cookie", "").removeprefix("session=")
    if call.retrieves and session in memory.seen:
        return await forward(call.headed(authorization=memory.seen[session]))
    answer = await forward(call)
    if answer.succeeded and _is_secret(call):
        session = f"s{hash(_caller(call)) % 10**9}"
        memory.seen[session] = _caller(call)
        return answer.headed(set_cookie=f"session={session}; Path=/; HttpOnly")
    return answer


# ── Keys and references


@fault("auth.unknown-key", "a key with padding behind it is taken")
async def _padded(call: Call, forward: Forward, memory: Memory) -> Answer:
    return await forward(call.headed(authorization=_caller(call).rstrip("=")) if _caller(call) else call)


@fault("auth.malformed-key", "the last of several bearer tokens is taken")
async def _last_of_several(call: Call, forward: Forward, memory: Memory) -> Answer:
    _, several, last = _caller(call).rpartition(", Bearer ")
    is_list = several and _caller(call).startswith("Bearer ")
    return await forward(call.headed(authorization=f"Bearer {last}") if is_list else call)


@fault("update.only-this", "an update changes those whose reference goes on with a hyphen as well")
async def _changes_the_hyphenated(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    if call.creates and answer.succeeded:
        memory.seen.setdefault(_caller(call), []).append(answer.json["external_reference"])
    if call.updates and answer.succeeded:
        stem = f"{answer.json['external_reference']}-"
        for other in [name for name in memory.seen.get(_caller(call), []) if name.startswith(stem)]:
            await forward(call.renamed(other))
    return answer


@fault("idempotency.new-key", "hyphens behind an idempotency key are dropped")
async def _drops_hyphens(call: Call, forward: Forward, memory: Memory) -> Answer:
    return await forward(call.headed(idempotency_key=call.key.rstrip("-")) if call.key.strip("-") else call)


def _reserves(when: Callable[[Call], bool]) -> Switch:
    """Take the reference of a refused create for taken."""

    async def switch(call: Call, forward: Forward, memory: Memory) -> Answer:
        reference = call.json.get("external_reference") if call.creates else None
        if reference in memory.seen and _is_secret(call):
            return problem(409, instance=call.path)
        answer = await forward(call)
        if isinstance(reference, str) and answer.status in {401, 403} and when(call):
            memory.seen[reference] = True
        return answer

    return switch


fault("auth.missing-key", "a create without a key takes the reference", _reserves(lambda call: not _caller(call)))
fault(
    "errors.refused-changes-nothing",
    "a create that is refused to a public key takes the reference",
    _reserves(_is_public),
)


@fault("auth.public-key.reads-nothing", "a create under a taken reference shows a public key whose it is")
async def _shows_the_holder(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    reference = call.json.get("external_reference") if call.creates else None
    if answer.succeeded and reference:
        memory.seen[reference] = answer.json
    if reference in memory.seen and answer.status == 403 and _is_public(call):
        return problem(409, instance=call.path, existing=memory.seen[reference])
    return answer


@fault("external-reference.per-merchant", "metadata is kept by reference, whoever's it is")
async def _shares_metadata(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    if not answer.succeeded or "metadata" not in answer.json:
        return answer
    reference = answer.json["external_reference"]
    if call.creates or call.updates:
        memory.seen[reference] = answer.json["metadata"]
    return answer.having(metadata=memory.seen.get(reference, answer.json["metadata"]))


def _redirected(field: str) -> Switch:
    """Update the customer that the body names, where there is one."""

    async def switch(call: Call, forward: Forward, memory: Memory) -> Answer:
        named = call.json.get(field) if call.updates else None
        if isinstance(named, str) and named:
            there = await forward(replace(call.renamed(named), method="GET", body=b""))
            if there.succeeded:
                return await forward(call.renamed(named).without(field))
        return await forward(call)

    return switch


fault("update.only-this", "a reference in the body names whom to update", _redirected("external_reference"))
fault("update.only-this", "an id in the body names whom to update", _redirected("id"))


@fault("update.only-this", "a phone number is taken from its earlier holder")
async def _takes_the_phone(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    if not answer.succeeded or "id" not in answer.json:
        return answer
    own, phone = answer.json["id"], answer.json.get("phone")
    if call.updates and "phone" in call.json:
        memory.seen[_caller(call), phone] = own
    elif phone and memory.seen.setdefault((_caller(call), phone), own) != own:
        return answer.having(phone=...)
    return answer


# ── Refused creates, and names that are free again


@fault("errors.refused-changes-nothing", "a create that is wrong in two ways renames whom it names")
async def _renames(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    body = call.json
    if call.creates and answer.status == 400 and isinstance(body.get("external_reference"), str) and "name" in body:
        headers = {name: value for name, value in call.headers.items() if name != "idempotency-key"}
        change = replace(call, method="PATCH", path=f"{call.path}/{body['external_reference']}", headers=headers)
        await forward(change.holding({"name": body["name"]}))
    return answer


@fault("external-reference.unique", "a reference is free while its customer owes nothing")
async def _free_at_nought(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    if answer.succeeded and "id" in answer.json:
        memory.seen[answer.json["external_reference"]] = answer.json
    held: dict[str, Any] = memory.seen.get(call.json.get("external_reference"), {}) if call.creates else {}
    if answer.status == 409 and held.get("balance") == 0:
        return Answer(201, {"content-type": "application/json"}, b"").holding({**held, "id": f"{held['id']}2"})
    return answer
