"""Two merchant accounts: neither sees, changes or hinders the customers of the other, one by one and all at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.checks.access import NOT_YOURS, cookies_of, hides_from_head, keeps_each_field, kept_out, own_values
from conformance.checks.idempotency import is_replay
from conformance.checks.support import everything, is_still, names_of, whole_update
from conformance.records import after_create, after_update, unchanged
from conformance.registry import Need, check
from conformance.trial import AUTO

if TYPE_CHECKING:
    from conformance.exchange import Exchange
    from conformance.trial import Customer, Trial

_AT_ONCE, _CONFLICT = 6, 409

READS, CHANGES = "auth.merchant.reads-own", "auth.merchant.changes-own"


@check(READS, needs=(Need.OTHER_KEY,))
async def hides_from_other_merchants(trial: Trial) -> None:
    """A merchant's key retrieves none of another's customers, by neither name, nor is told of one."""
    for owner, stranger in ((AUTO, trial.settings.other_api_key), (trial.settings.other_api_key, AUTO)):
        customer = trial.made(await trial.create(own_values(trial), api_key=owner))
        updated = await trial.update(customer.id, {"phone": "+442071838750"}, api_key=owner)
        for name, kind, _ in names_of(customer):
            # What the owner has just read, a careless cache shows to anybody.
            await trial.retrieve(name, api_key=owner)
            for _ in range(2):
                seen = await trial.retrieve(name, api_key=stranger)
                kept_out(trial, customer, seen, f"retrieving by {kind} with another merchant's key", NOT_YOURS)
            if session := cookies_of(updated, customer.exchange):
                seen = await trial.retrieve(name, api_key=stranger, headers=session)
                kept_out(trial, customer, seen, f"retrieving by {kind} with the owner's cookies alone", NOT_YOURS)
            before = updated.record if updated.succeeded else customer.record
            await is_still(trial, name, before, seen, api_key=owner)
        key = trial.settings.api_key if stranger is AUTO else stranger
        await hides_from_head(trial, customer, "with another merchant's key", key)


@check(CHANGES, READS, needs=(Need.OTHER_KEY,))
async def keeps_from_other_merchants(trial: Trial) -> None:
    """A merchant's key updates none of another's customers, not even one of the same reference."""
    customer, other = await trial.customer(**own_values(trial)), trial.settings.other_api_key
    await keeps_each_field(trial, customer, other, NOT_YOURS, "with another merchant's key", READS)
    theirs = trial.made(await trial.create(own_values(trial), api_key=other))
    for name, kind, _ in names_of(theirs):
        changed = await trial.update(name, {"name": "Intruder", "phone": "+442071838750"})
        kept_out(trial, theirs, changed, f"updating by {kind} with another merchant's key", NOT_YOURS, READS)
        await is_still(trial, name, theirs.record, changed, api_key=other)
    twin = await trial.create({"external_reference": customer.reference}, api_key=other)
    if twin.succeeded:
        changed = await trial.update(customer.reference, {"name": "Intruder"}, api_key=other)
        await is_still(trial, customer.id, customer.record, changed)
        own = await trial.update(customer.reference, {"name": "Owner"})
        if changed.succeeded and own.succeeded:
            await is_still(trial, customer.reference, changed.record, own, api_key=other)


@check("external-reference.per-merchant", "external-reference.unique", needs=(Need.OTHER_KEY,))
async def shares_references_between_merchants(trial: Trial) -> None:
    """Two merchants use one reference for customers of their own, whoever comes first."""
    for first, second in ((AUTO, trial.settings.other_api_key), (trial.settings.other_api_key, AUTO)):
        sent = {**everything(trial), "external_reference": trial.names.reference(), "name": "First"}
        one = trial.made(await trial.create(sent, api_key=first))
        other = await trial.create({**sent, **whole_update(trial), "email": "second@example.com"}, api_key=second)
        if not trial.served(other, "a create under a reference that another merchant uses"):
            continue
        trial.require(other.record.get("id") != one.id, "two merchants got one customer", one.exchange, other)
        for api_key, record in ((first, one.record), (second, other.record)):
            found = await trial.retrieve(one.reference, api_key=api_key)
            if trial.served(found, "retrieving a customer by a reference that two merchants use"):
                trial.agree(unchanged(record, found.record, trial.claim), found, claim=trial.claim)
            body = {"name": "Named by its owner"}
            updated = await trial.update(one.reference, body, api_key=api_key)
            if trial.served(updated, "updating a customer by a reference that two merchants use"):
                trial.agree(after_update(record, body, updated.record), updated, claim=trial.claim)
            again = await trial.create({**sent, "name": "Again"}, api_key=api_key)
            trial.refused(again, "a second create of one merchant", claim="external-reference.unique")


@check("auth.bearer", READS, CHANGES, "create.stored", needs=(Need.OTHER_KEY,))
async def serves_merchants_at_once(trial: Trial) -> None:
    """Requests of two merchants that arrive at once, about the same references, each reach the account of their key."""
    keys = (AUTO, trial.settings.other_api_key) * _AT_ONCE
    references = [reference for _ in range(_AT_ONCE) for reference in [trial.names.reference()] * 2]
    pairs = list(zip(references, keys, strict=True))
    sent = [{"external_reference": reference, "name": f"Number {turn}"} for turn, reference in enumerate(references)]
    created = await trial.at_once(
        *(trial.create(body, api_key=api_key) for body, (_, api_key) in zip(sent, pairs, strict=True))
    )
    for body, answer in zip(sent, created, strict=True):
        if trial.served(answer, "a create among those of two merchants", claim="create.success"):
            trial.agree(after_create(body, answer.record), answer, claim="create.stored")
    customers = [trial.made(answer) for answer in created]
    found = await trial.at_once(*(trial.retrieve(reference, api_key=api_key) for reference, api_key in pairs))
    _each_its_own(trial, customers, found, READS)
    bodies = [{"phone": f"+2711000{turn:04}"} for turn in range(len(pairs))]
    updated = await trial.at_once(
        *(trial.update(name, body, api_key=api_key) for (name, api_key), body in zip(pairs, bodies, strict=True))
    )
    _each_its_own(trial, customers, updated, CHANGES)
    for customer, body, answer, (_, api_key) in zip(customers, bodies, updated, pairs, strict=True):
        if answer.succeeded:
            await is_still(trial, customer.id, {**customer.record, **body}, answer, claim=CHANGES, api_key=api_key)
    for ask, claim in ((trial.retrieve, READS), (trial.update, CHANGES)):
        answers = await trial.at_once(*(ask(references[0], api_key=api_key) for api_key in keys))
        _each_its_own(trial, customers[:2] * _AT_ONCE, answers, claim)


def _each_its_own(trial: Trial, customers: list[Customer], answers: list[Exchange], claim: str) -> None:
    for customer, answer in zip(customers, answers, strict=True):
        if answer.status == _CONFLICT:
            continue  # An update during another of the same customer may be refused (errors.other-statuses).
        if trial.served(answer, "a request among those of two merchants", claim=claim):
            own = answer.record.get("id") == customer.id
            trial.require(own, "a merchant got a customer of another one's", customer.exchange, answer, claim=claim)


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
        trial.require(not trial.oracle.is_replay(second), "merchants share keys", first, second)
        trial.agree(after_create(sent, second.record), first, second, claim=trial.claim)


@check("idempotency.per-merchant", needs=(Need.OTHER_KEY,))
async def keeps_failures_apart(trial: Trial) -> None:
    """A key under which another merchant's create failed is new, and creates."""
    for mine, theirs in ((AUTO, trial.settings.other_api_key), (trial.settings.other_api_key, AUTO)):
        key, body = trial.names.key(), {"external_reference": trial.names.reference(), "name": "Free"}
        trial.made(await trial.create(body, api_key=mine))
        failed = await trial.create(body, key=key, api_key=mine)
        created = await trial.create(body, key=key, api_key=theirs)
        if failed.refused and trial.served(created, "a create with a key that failed for another merchant"):
            trial.agree(after_create(body, created.record), failed, created, claim=trial.claim)


@check("idempotency.per-merchant", needs=(Need.OTHER_KEY,))
async def tells_merchants_apart(trial: Trial) -> None:
    """The very same request of two merchants, key and body, creates a customer for each."""
    key, body = trial.names.key(), {"external_reference": trial.names.reference(), "name": "Twin"}
    mine = await trial.create(body, key=key)
    theirs = await trial.create(body, key=key, api_key=trial.settings.other_api_key)
    if mine.succeeded and trial.served(theirs, "another merchant's request like one of this merchant's"):
        apart = theirs.record.get("id") != mine.record.get("id") and not trial.oracle.is_replay(theirs)
        trial.require(apart, "merchants share keys", mine, theirs)
        is_replay(trial, theirs, await trial.create(body, key=key, api_key=trial.settings.other_api_key))


@check("idempotency.per-merchant", "idempotency.creates-once", needs=(Need.OTHER_KEY,))
async def tells_merchants_apart_at_once(trial: Trial) -> None:
    """The same request of two merchants that arrives at once creates a customer for each."""
    keys = (AUTO, trial.settings.other_api_key)
    for _ in range(_AT_ONCE):
        key, body = trial.names.key(), {"external_reference": trial.names.reference(), "name": "Twin"}
        answers = await trial.at_once(*(trial.create(body, key=key, api_key=api_key) for api_key in keys))
        for answer, api_key in zip(answers, keys, strict=True):
            if trial.served(answer, "a create among those of two merchants with one idempotency key"):
                found = await trial.retrieve(trial.made(answer).id, api_key=api_key)
                trial.served(found, "retrieving what was created at once with another merchant")
                trial.require(not trial.oracle.is_replay(answer), "merchants share keys", *answers)
