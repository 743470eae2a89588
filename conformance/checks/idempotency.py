"""Idempotency keys: one key, one customer, one answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.checks.support import everything, is_still, largest, names_of, whole_update
from conformance.exchange import NO_JSON
from conformance.records import after_update
from conformance.registry import check
from conformance.strings import CURRENCIES
from conformance.texts import SCRIPTS
from conformance.validity import EXACT_INTEGERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.exchange import Exchange
    from conformance.trial import Customer, Trial

_AT_ONCE = 20


@check("idempotency.same-answer", "idempotency.creates-once", "retrieve.success")
async def repeats_the_answer(trial: Trial) -> None:
    """A repeated create gets the first answer, time after time, whatever came between, and undoes no update."""
    whole = everything(trial)
    bodies: list[dict[str, Any]] = [{}, whole, {**whole, **largest(trial, SCRIPTS[-1])}]
    amounts = (-7, 0, 3_000_000_000, -EXACT_INTEGERS)
    bodies += [{**whole, "currency": CURRENCIES[0], "balance": balance} for balance in amounts]
    for turn, body in enumerate(bodies):
        key, sent = trial.names.key(), {"external_reference": trial.names.reference(), **body}
        created = await trial.create(sent, key=key)
        if not trial.served(created, "a create", claim="create.success"):
            continue
        first = trial.made(created)
        is_replay(trial, first.exchange, await trial.create(sent, key=key))
        updated = await _meanwhile(trial, first, turn)
        header = trial.oracle.subject.header(trial.oracle.subject.create)
        for case in (str.lower, str.upper):
            headers = {case(header.name): key} if header else {}
            again = await trial.create(sent, key=None, headers=headers)
            is_replay(trial, first.exchange, again)
        if updated.succeeded:
            await _is_not_undone(trial, first, updated, {header.name: key} if header else {})


async def _meanwhile(trial: Trial, first: Customer, turn: int) -> Exchange:
    """What may come between a create and its replay; gives an update of every field."""
    name, _, _ = list(names_of(first))[turn % 2]
    await trial.retrieve(name)
    for refused in ({"external_reference": first.reference}, {}):
        await trial.create(refused)
    return await trial.update(name, whole_update(trial))


async def _is_not_undone(trial: Trial, first: Customer, updated: Exchange, used: Mapping[str, str]) -> None:
    """A replay has changed nothing, and the used key means nothing to a look-up or an update."""
    for name, _, _ in names_of(first):
        await is_still(trial, name, updated.record, updated, claim="idempotency.creates-once")
    body = {"name": "With a key"}
    found = await trial.retrieve(first.id, headers=used)
    trial.served(found, "retrieving a customer with a used key", claim="retrieve.success")
    marked = await trial.update(first.id, body, headers=used)
    if marked.succeeded:
        trial.agree(after_update(updated.record, body, marked.record), marked, claim="update.stored")


def is_replay(trial: Trial, first: Exchange, again: Exchange) -> None:
    """A repeated create has the first answer, and says so."""
    same_customer = not again.succeeded or again.record.get("id") == first.record.get("id")
    what = "a repeated create made a second customer"
    trial.require(same_customer, what, first, again, claim="idempotency.creates-once")
    same = again.status == first.status and content(again) == content(first)
    what = f"a repeated create got {again.status} and another body"
    if trial.require(same, what, first, again, claim="idempotency.same-answer"):
        _says_so(trial, first, again)


def _says_so(trial: Trial, first: Exchange, again: Exchange, claim: str = "idempotency.replayed-header") -> None:
    """The header of a replay has the documented value, to the letter."""
    value = again.response.header(trial.oracle.subject.replayed_header) if again.response else None
    trial.require(value == "true", "a replay does not say that it is one", first, again, claim=claim)


def content(exchange: Exchange) -> Any:
    """What an answer holds, whatever the order of its fields."""
    body = exchange.response.body if exchange.response else b""
    return body if exchange.json is NO_JSON else exchange.json


@check("idempotency.replayed-header")
async def tells_replays(trial: Trial) -> None:
    """A replay says that it is one, and a first answer does not, served or refused."""
    for body in ({}, everything(trial)):
        key, sent = trial.names.key(), {"external_reference": trial.names.reference(), **body}
        first = trial.made(trial.first(await trial.create(sent, key=key))).exchange
        for _ in range(2):
            again = await trial.create(sent, key=key)
            if again.succeeded:
                _says_so(trial, first, again)
        name = first.record["id"]
        for wrong in ({"name": 5}, {"external_reference": first.record["external_reference"]}):
            await trial.create({"external_reference": trial.names.reference(), **wrong})
        await trial.retrieve(name)
        await trial.update(name)


@check("idempotency.failures-kept")
async def keeps_failures(trial: Trial) -> None:
    """A create that failed over a conflict is kept with its key like one that succeeded."""
    taken = await trial.customer()
    for extra in ({}, everything(trial)):
        key, body = trial.names.key(), {"external_reference": taken.reference, **extra}
        first = trial.first(await trial.create(body, key=key))
        if not first.refused:
            return
        for _ in range(2):
            again = await trial.create(body, key=key)
            same = again.status == first.status and content(again) == content(first)
            trial.require(same, "a repeated failure got another answer", first, again)
            _says_so(trial, first, again, trial.claim)
        free = trial.names.reference()
        other = await trial.create({"external_reference": free}, key=key)
        trial.require(not other.succeeded, "the key of a failure created a customer", first, other)


@check("idempotency.creates-once", "idempotency.same-answer", "errors.refused-changes-nothing")
async def creates_nobody_else(trial: Trial) -> None:
    """A used key with another body gets the first answer or a refusal, creates nobody and changes nobody."""
    key, other = trial.names.key(), trial.names.reference()
    sent = {"external_reference": trial.names.reference(), **everything(trial)}
    first = trial.made(await trial.create(sent, key=key))
    for reference in (other, first.reference):
        again = await trial.create({**whole_update(trial), "external_reference": reference}, key=key)
        if again.succeeded:
            is_replay(trial, first.exchange, again)
        claim = trial.claim if again.succeeded else "errors.refused-changes-nothing"
        for name, _, _ in names_of(first):
            await is_still(trial, name, first.record, again, claim=claim)
    found = await trial.retrieve(other)
    trial.nobody(found, "a used key created a second customer", again)
    is_replay(trial, first.exchange, await trial.create(sent, key=key))


@check("idempotency.creates-once")
async def creates_once_at_once(trial: Trial) -> None:
    """Of twenty creates with one key that arrive at once, one makes a customer."""
    for _ in range(2):
        key, references = trial.names.key(), [trial.names.reference() for _ in range(_AT_ONCE)]
        answers = await trial.at_once(*(trial.create({"external_reference": name}, key=key) for name in references))
        found = await trial.at_once(*(trial.retrieve(name) for name in references))
        there = [exchange for exchange in found if exchange.succeeded]
        trial.require(len(there) < 2, f"{len(there)} customers were created at once with one key", *there[:2])
        trial.require(bool(there), "of twenty creates at once with one key none made a customer", answers[0], found[0])


@check("idempotency.creates-once", "idempotency.same-answer", "idempotency.replayed-header")
async def answers_alike_at_once(trial: Trial) -> None:
    """Twenty times the same create at once gives one customer, and afterwards its answer."""
    key, body = trial.names.key(), {"external_reference": trial.names.reference(), "name": "At once"}
    answers = await trial.at_once(*(trial.create(body, key=key) for _ in range(_AT_ONCE)))
    winners = [answer for answer in answers if answer.succeeded]
    ids = {answer.record.get("id") for answer in winners}
    trial.require(len(ids) == 1, f"{len(ids)} customers came of one create sent at once", *answers[:2])
    firsts = [answer for answer in winners if not trial.oracle.is_replay(answer)]
    what = f"{len(firsts)} answers to one create sent at once say that they are the first"
    trial.require(len(firsts) < 2, what, *firsts[:2], claim="idempotency.replayed-header")
    afterwards = await trial.create(body, key=key)
    if winners:
        is_replay(trial, winners[0], afterwards)
