"""Idempotency keys: one key, one customer, one answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from conformance.checks.support import everything
from conformance.exchange import NO_JSON
from conformance.records import after_create
from conformance.registry import Need, check
from conformance.samples import of_string
from conformance.trial import AUTO

if TYPE_CHECKING:
    from conformance.exchange import Exchange
    from conformance.trial import Trial

_AT_ONCE = 20
_LONGEST_HEADER = 3_000
"""Many servers and gateways refuse headers from 4 KiB on before the API sees them, in a form of their own."""


@check("idempotency.same-answer", "idempotency.creates-once")
async def repeats_the_answer(trial: Trial) -> None:
    """A repeated create gets the first answer, time after time, also when the customer has changed since."""
    for body in ({}, everything(trial), {"name": "Zoë", "metadata": {"é": "語"}}):
        key, sent = trial.names.key(), {"external_reference": trial.names.reference(), **body}
        first = trial.made(await trial.create(sent, key=key)).exchange
        for _ in range(2):
            _is_replay(trial, first, await trial.create(sent, key=key))
        await trial.update(first.record["id"], {"name": "Changed since"})
        header = trial.oracle.subject.header(trial.oracle.subject.create)
        for case in (str.lower, str.upper):
            headers = {case(header.name): key} if header else {}
            _is_replay(trial, first, await trial.create(sent, key=None, headers=headers))
        found = await trial.retrieve(first.record["id"])
        if found.succeeded:
            kept = found.record.get("name") == "Changed since"
            trial.require(kept, "a replay undid an update", first, found, claim="idempotency.creates-once")


def _is_replay(trial: Trial, first: Exchange, again: Exchange) -> None:
    same_customer = not again.succeeded or again.record.get("id") == first.record.get("id")
    what = "a repeated create made a second customer"
    trial.require(same_customer, what, first, again, claim="idempotency.creates-once")
    same = again.status == first.status and _content(again) == _content(first)
    trial.require(same, f"a repeated create got {again.status} and another body", first, again)


def _content(exchange: Exchange) -> Any:
    body = exchange.response.body if exchange.response else b""
    return body if exchange.json is NO_JSON else exchange.json


@check("idempotency.replayed-header")
async def tells_replays(trial: Trial) -> None:
    """A replay says that it is one, and a first answer does not."""
    key, body = trial.names.key(), {"external_reference": trial.names.reference()}
    first = trial.made(await trial.create(body, key=key)).exchange
    trial.require(not _says_replayed(trial, first), "a first answer says that it is a replay", first)
    for _ in range(2):
        again = await trial.create(body, key=key)
        if again.succeeded:
            trial.require(_says_replayed(trial, again), "a replay does not say that it is one", first, again)
    name = first.record["id"]
    for answer in (await trial.create(), await trial.retrieve(name), await trial.update(name)):
        trial.require(not _says_replayed(trial, answer), "a first answer says that it is a replay", answer)


def _says_replayed(trial: Trial, exchange: Exchange) -> bool:
    value = exchange.response.header(trial.oracle.subject.replayed_header) if exchange.response else None
    return (value or "").strip().lower() == "true"


@check("idempotency.failures-kept")
async def keeps_failures(trial: Trial) -> None:
    """A create that failed over a conflict is kept with its key like one that succeeded."""
    taken = await trial.customer()
    key, body = trial.names.key(), {"external_reference": taken.reference}
    first = await trial.create(body, key=key)
    if not first.refused:
        return
    again = await trial.create(body, key=key)
    same = again.status == first.status and _content(again) == _content(first)
    trial.require(same, "a repeated failure got another answer", first, again)
    trial.require(_says_replayed(trial, again), "a repeated failure is no replay", first, again)
    free = trial.names.reference()
    other = await trial.create({"external_reference": free}, key=key)
    trial.require(not other.succeeded, "the key of a failure created a customer", first, other)


@check("idempotency.creates-once")
async def creates_nobody_else(trial: Trial) -> None:
    """A used key creates no second customer, not even with another body."""
    key, other = trial.names.key(), trial.names.reference()
    first = trial.made(await trial.create(key=key))
    again = await trial.create({"external_reference": other, "name": "Second"}, key=key)
    if again.succeeded:
        same = again.record.get("id") == first.id
        trial.require(same, "a used key created a second customer", first.exchange, again)
    found = await trial.retrieve(other)
    trial.require(not found.succeeded, "a used key created a second customer", again, found)


@check("idempotency.creates-once")
async def creates_once_at_once(trial: Trial) -> None:
    """Of twenty creates with one key that arrive at once, one makes a customer."""
    for _ in range(2):
        key, references = trial.names.key(), [trial.names.reference() for _ in range(_AT_ONCE)]
        answers = await asyncio.gather(*(trial.create({"external_reference": name}, key=key) for name in references))
        found = await asyncio.gather(*(trial.retrieve(name) for name in references))
        there = [exchange for exchange in found if exchange.succeeded]
        trial.require(len(there) < 2, f"{len(there)} customers were created at once with one key", *there[:2])
        trial.require(bool(there), "of twenty creates at once with one key none made a customer", answers[0])


@check("idempotency.creates-once", "idempotency.same-answer")
async def answers_alike_at_once(trial: Trial) -> None:
    """Twenty times the same create at once gives one customer, and afterwards its answer."""
    key, body = trial.names.key(), {"external_reference": trial.names.reference(), "name": "At once"}
    answers = await asyncio.gather(*(trial.create(body, key=key) for _ in range(_AT_ONCE)))
    winners = [answer for answer in answers if answer.succeeded]
    ids = {answer.record.get("id") for answer in winners}
    trial.require(len(ids) == 1, f"{len(ids)} customers came of one create sent at once", *answers[:2])
    afterwards = await trial.create(body, key=key)
    if winners:
        _is_replay(trial, winners[0], afterwards)


@check("idempotency.new-key")
async def takes_new_keys(trial: Trial) -> None:
    """Another key is another operation, also one that differs in a single character."""
    key = trial.names.key()
    first = trial.made(await trial.create(key=key))
    last = "0" if key[-1] != "0" else "1"
    for other in (trial.names.key(), key[:-1] + last, ("0" if key[0] != "0" else "1") + key[1:]):
        sent = {"external_reference": trial.names.reference(), "name": "Another"}
        created = await trial.create(sent, key=other)
        if trial.served(created, "a create with a new key"):
            trial.require(created.record.get("id") != first.id, "a new key gave a replay", first.exchange, created)
            trial.require(not _says_replayed(trial, created), "a new key gave a replay", first.exchange, created)
            trial.agree(after_create(sent, created.record), created)
    repeated = await trial.create({"external_reference": first.reference}, key=trial.names.key())
    told = _says_replayed(trial, repeated) or repeated.record.get("id") == first.id
    trial.require(not told, "a new key with an old body gave a replay", first.exchange, repeated)


@check("idempotency.new-key", "idempotency.same-answer")
async def tells_long_keys_apart(trial: Trial) -> None:
    """Keys as long as they may be, and keys that differ only in case, are keys of their own, where they are taken."""
    header = trial.oracle.subject.header(trial.oracle.subject.create)
    limit = trial.oracle.subject.contract.at(header.schema)["maxLength"] if header else 0
    stem = f"{trial.names.key()}-{'k' * limit}"[: limit - 1]
    word = f"Key-{trial.names.key()}-word"
    for one, other in ((f"{stem}a", f"{stem}b"), (word, word.swapcase())):
        bodies = [{"external_reference": trial.names.reference()} for _ in range(2)]
        first, second = await trial.create(bodies[0], key=one), await trial.create(bodies[1], key=other)
        for body, exchange, key in ((bodies[0], first, one), (bodies[1], second, other)):
            if trial.served(exchange, f"a create with the key …{key[-10:]}"):
                trial.agree(after_create(body, exchange.record), first, exchange, claim=trial.claim)
                again = await trial.create(body, key=key)
                same = again.status == exchange.status and _content(again) == _content(exchange)
                what = "a repeated create under a long key got another answer"
                trial.require(same, what, exchange, again, claim="idempotency.same-answer")


@check("idempotency.per-merchant", needs=(Need.OTHER_KEY,))
async def keeps_merchants_apart(trial: Trial) -> None:
    """A key that another merchant has used is new, and creates."""
    for mine, theirs in ((AUTO, trial.settings.other_api_key), (trial.settings.other_api_key, AUTO)):
        key = trial.names.key()
        first = await trial.create(key=key, api_key=mine)
        sent = {"external_reference": trial.names.reference(), "name": "Another merchant's"}
        second = await trial.create(sent, key=key, api_key=theirs)
        if not first.succeeded or not trial.served(second, "a create with a key that another merchant used"):
            continue
        trial.require(second.record.get("id") != first.record.get("id"), "merchants share keys", first, second)
        trial.require(not _says_replayed(trial, second), "merchants share keys", first, second)
        trial.agree(after_create(sent, second.record), first, second, claim=trial.claim)


@check("idempotency.per-merchant", needs=(Need.OTHER_KEY,))
async def tells_merchants_apart(trial: Trial) -> None:
    """The very same request of two merchants, key and body, creates a customer for each."""
    key, body = trial.names.key(), {"external_reference": trial.names.reference(), "name": "Twin"}
    mine = await trial.create(body, key=key)
    theirs = await trial.create(body, key=key, api_key=trial.settings.other_api_key)
    if mine.succeeded and trial.served(theirs, "another merchant's request like one of this merchant's"):
        apart = theirs.record.get("id") != mine.record.get("id") and not _says_replayed(trial, theirs)
        trial.require(apart, "merchants share keys", mine, theirs)
        _is_replay(trial, theirs, await trial.create(body, key=key, api_key=trial.settings.other_api_key))


@check("idempotency-key.required")
async def needs_a_key(trial: Trial) -> None:
    """A create without an Idempotency-Key is refused, and creates nobody."""
    for body in ({}, everything(trial)):
        reference = trial.names.reference()
        refused = await trial.create({"external_reference": reference, **body}, key=None)
        trial.refused(refused, "a create without an Idempotency-Key")
        found = await trial.retrieve(reference)
        trial.require(not found.succeeded, "a customer was created without an Idempotency-Key", refused, found)


@check("idempotency-key.min-length", "idempotency-key.max-length", "idempotency-key.pattern")
async def takes_documented_keys(trial: Trial) -> None:
    """Keys on both sides of each limit are taken or refused as they should be."""
    parameter = trial.oracle.subject.header(trial.oracle.subject.create)
    if parameter is None:
        return
    schema = {**trial.oracle.subject.contract.at(parameter.schema), "examples": [parameter.node.get("example", "a")]}
    values = [value for value, _ in of_string(schema, parameter.schema)] + ["", " ", "_", '"quoted"', "a" * 256]
    for value in dict.fromkeys((*values, "a" * _LONGEST_HEADER)):
        if not value.isascii() or not (value.isprintable() or value == "") or value != value.strip():
            continue  # Such a header never reaches the API as it was sent (RFC 9110, section 5.5).
        if len(value) > _LONGEST_HEADER:
            continue
        reference = trial.names.reference()
        answer = await trial.create({"external_reference": reference}, key=value)
        judged = trial.oracle.validity(answer)
        if judged.kind == "invalid":
            for claim in judged.claims:
                trial.refused(answer, f"a create with the key {value[:40]!r}", claim=claim)
