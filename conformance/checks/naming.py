"""The customer in the path: by id, by reference, and nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.checks.support import everything, is_still, names_of, other_end, unknown_id, whole_update
from conformance.exchange import Request
from conformance.records import after_update, unchanged
from conformance.registry import check
from conformance.texts import FREE_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.exchange import Exchange
    from conformance.trial import Customer, Trial


@check("customer-parameter.by-id")
async def finds_by_id(trial: Trial) -> None:
    """A customer is retrieved and updated by its id."""
    await _works(trial, await trial.customer(**everything(trial)), by="id")


@check("customer-parameter.by-reference")
async def finds_by_reference(trial: Trial) -> None:
    """A customer is retrieved and updated by its reference, and is the one that its id names."""
    await _works(trial, await trial.customer(**everything(trial)), by="reference")


async def _works(trial: Trial, customer: Customer, by: str) -> None:
    name, _, claim = next(entry for entry in names_of(customer) if entry[1] == by)
    found = await trial.retrieve(name)
    if trial.served(found, f"retrieving a customer by its {by}", claim=claim):
        trial.agree(unchanged(customer.record, found.record, claim), customer.exchange, found, claim=claim)
    sent = {"name": f"Updated by {by}"}
    updated = await trial.update(name, sent)
    if trial.served(updated, f"updating a customer by its {by}", claim=claim):
        await _is_one(trial, customer, sent, updated)


async def _is_one(trial: Trial, customer: Customer, sent: dict[str, str], updated: Exchange) -> None:
    """Both names lead to the updated record."""
    found = {kind: await trial.retrieve(name) for name, kind, _ in names_of(customer)}
    for _, kind, claim in names_of(customer):
        trial.served(found[kind], f"retrieving an updated customer by its {kind}", claim=claim)
    if found["id"].succeeded:
        trial.agree(after_update(customer.record, sent, found["id"].record), updated, found["id"])
        if found["reference"].succeeded:
            claim = "customer-parameter.by-reference"
            differences = unchanged(found["id"].record, found["reference"].record, claim)
            trial.agree(differences, found["id"], found["reference"], claim=claim)


@check("customer-parameter")
async def tells_apart(trial: Trial) -> None:
    """Each name in the path gives its own customer, and a path without a name gives none."""
    customers = [await trial.customer(name=f"Customer {number}") for number in range(3)]
    for customer in customers:
        for name, kind, _ in names_of(customer):
            found = await trial.retrieve(name)
            if found.succeeded:
                same = found.record.get("id") == customer.id
                trial.require(same, f"retrieving a customer by its {kind} gave another one", found)
    subject = trial.oracle.subject
    own = customers[-1].exchange.request
    headers = tuple(pair for pair in own.headers if pair[0] in {"Authorization", "Content-Type"})
    before = subject.update.path.partition("{")[0]
    for method, body in ((subject.retrieve.method, None), (subject.update.method, b'{"name":"Nobody"}')):
        for target in (before, before.rstrip("/")):
            exchange = await trial.send(Request("", method, target, headers, body))
            named = exchange.succeeded and isinstance(exchange.record.get("id"), str)
            trial.require(not named, f"{method} {target} names nobody and got a customer", exchange)


@check("customer-parameter.links", "id.stable")
async def follows_answers(trial: Trial) -> None:
    """The id and the reference in every answer lead to the same customer, and stay what they were."""
    customer = await trial.customer(**everything(trial))
    answer = customer.exchange
    for step in range(3):
        for field in ("id", "external_reference"):
            name = answer.record.get(field)
            if not isinstance(name, str) or not name:
                trial.fail(f"an answer has no {field} to follow", answer)
                return
            found = await trial.retrieve(name)
            trial.served(found, f"following the {field} of an answer", claim="customer-parameter.links")
            trial.require(
                not found.succeeded or found.record.get("id") == customer.id,
                "the id of a customer is another on a later reading",
                answer,
                found,
                claim="id.stable",
            )
        answer = await trial.update(customer.id if step % 2 else customer.reference, {"name": f"Step {step}"})
        if not trial.served(answer, "updating a customer", claim="update.success"):
            return
        trial.require(answer.record.get("id") == customer.id, "an update changed the id", answer, claim="id.stable")


@check("retrieve.unknown", "update.unknown")
async def knows_nobody(trial: Trial) -> None:
    """A name that no customer has gets 404 from both endpoints, also one that is nearly a customer's."""
    customer = await trial.customer(name="Nearly")
    lure = trial.made(await trial.create({"external_reference": f"{trial.names.reference()}x1"}))
    asked: list[Exchange] = []
    for name, may_be_taken in _nearly(trial, customer, lure):
        found = await trial.retrieve(name)
        if may_be_taken and name in {found.record.get("id"), found.record.get("external_reference")}:
            continue
        trial.unknown(found, f"retrieving {name!r}, which no customer is named,")
        updated = await trial.update(name, {"name": "Somebody"})
        trial.unknown(updated, f"updating {name!r}, which no customer is named,", claim="update.unknown")
        asked += [found, updated]
    for one in (customer, lure):
        await is_still(trial, one.id, one.record, *[answer for answer in asked if answer.succeeded])


def _nearly(trial: Trial, customer: Customer, lure: Customer) -> Iterator[tuple[str, bool]]:
    """Names that nobody has, most of them because they differ from somebody's in one place.

    Some may be somebody's all the same: where ids are counted, and where others took a short reference.
    """
    prefix, own = trial.oracle.subject.id_prefix, customer.id
    bare = own.removeprefix(prefix)
    mine, theirs = customer.reference, lure.reference
    free = (unknown_id(trial), trial.names.reference(), f"{mine}0", mine[:-1], mine[1:])
    yield from ((name, False) for name in (*free, f"{theirs[:-2]}_1", f"{theirs[:-1]}2"))
    counted = (f"{prefix}0", f"{own}0", own[:-1], other_end(own), f"{prefix}{other_end(bare[::-1])[::-1]}")
    cased = (own.swapcase(), f"{prefix}{bare.swapcase()}", f"{prefix.upper()}{bare}")
    yield from ((name, True) for name in (*counted, *cased, bare, *FREE_NAMES))


@check("update.unknown", "errors.refused-changes-nothing")
async def updates_nobody(trial: Trial) -> None:
    """An update of a customer that does not exist creates nobody, now or later."""
    for name in (unknown_id(trial), trial.names.reference()):
        for body in ({"name": "Somebody"}, whole_update(trial)):
            updated = await trial.update(name, body)
            trial.unknown(updated, "updating a customer that does not exist")
        found = await trial.retrieve(name)
        trial.nobody(found, "an update of nobody created a customer", updated)
    trial.served(await trial.create({"external_reference": name}), "creating a customer that was updated in vain")


@check("retrieve.success", "retrieve.reads-only")
async def reads(trial: Trial) -> None:
    """Reading a customer again and again, by both names, gives the same record and changes nothing."""
    customer = await trial.customer(**everything(trial))
    first = None
    for _ in range(4):
        for name, kind, _claim in names_of(customer):
            found = await trial.retrieve(name)
            if not found.succeeded:
                trial.served(found, f"retrieving a customer by its {kind}", claim="retrieve.success")
                continue
            same = found.record.get("id") == customer.id
            if not trial.require(same, f"the answer by {kind} is not the customer", found, claim="retrieve.success"):
                continue
            first = first or found
            claim = "retrieve.reads-only"
            trial.agree(unchanged(first.record, found.record, claim), first, found, claim=claim)
