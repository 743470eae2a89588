"""Update Customer: it sets what it names, keeps the rest, and touches nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.checks.support import everything, is_still, names_of, new_values, unknown_id, whole_update
from conformance.records import after_update, unchanged
from conformance.registry import check
from conformance.strings import CURRENCIES
from conformance.trial import BlockedError

AT_ONCE = 12

if TYPE_CHECKING:
    from conformance.exchange import Exchange
    from conformance.trial import Customer, Trial


@check("update.success", "update.method", "update.fields")
async def takes_each_field(trial: Trial) -> None:
    """Each documented field is taken by itself and all together, and the answer is the whole record."""
    customer = await trial.customer(**everything(trial))
    bodies = dict(new_values(trial))
    bodies["all"] = {name: value for body in bodies.values() for name, value in body.items()}
    before = customer.record
    for what, body in bodies.items():
        updated = await trial.update(customer.id, body)
        if not trial.served(updated, f"an update of {what}", claim=_behind(updated)):
            continue
        missing = {"id", *before} - set(updated.record)
        trial.require(not missing, f"the answer to an update lacks {', '.join(sorted(missing))}", updated)
        before = updated.record
    typed = await trial.update(customer.id, headers={"Content-Type": "application/json; charset=utf-8"})
    trial.served(typed, "an update with a charset in its Content-Type", claim="update.method")
    for example in trial.oracle.subject.update.body[0].node.get("examples", {}).values():
        value = trial.oracle.subject.contract.resolve(example)[0]["value"]
        trial.served(await trial.update(customer.id, value), "a documented example of an update", claim="update.fields")


def _behind(exchange: Exchange) -> str:
    """A method or a media type that is not known has a claim of its own."""
    return "update.method" if exchange.status in {404, 405, 415, 501} else "update.fields"


@check("update.stored", "update.keeps")
async def sets_and_keeps(trial: Trial) -> None:
    """Each update sets what it names and keeps the rest, in the answer and by both names, time after time."""
    for by in ("id", "reference"):
        customer = await trial.customer(**everything(trial))
        before: Any = customer.record
        for _, body in new_values(trial):
            updated = await trial.update(next(name for name, kind, _ in names_of(customer) if kind == by), body)
            if not updated.succeeded:
                continue
            trial.agree(after_update(before, body, updated.record), updated)
            for name, _, _ in names_of(customer):
                found = await trial.retrieve(name)
                if found.succeeded:
                    trial.agree(after_update(before, body, found.record), updated, found)
                    trial.agree(unchanged(updated.record, found.record, "update.stored"), updated, found)
            before = updated.record


@check("update.keeps", "update.stored")
async def keeps_the_one_left_out(trial: Trial) -> None:
    """An update of all fields but one keeps that one, as a customer has it that has everything."""
    customer = await trial.customer(**everything(trial))
    before: Any = customer.record
    for turn, (left_out, _) in enumerate(new_values(trial)):
        body = {field: value for field, value in whole_update(trial).items() if field != left_out}
        name, other = [name for name, _, _ in names_of(customer)][:: 1 if turn % 2 else -1]
        updated = await trial.update(name, body)
        if updated.succeeded:
            found = await trial.retrieve(other)
            for answer in (updated, found) if found.succeeded else (updated,):
                trial.agree(after_update(before, body, answer.record), updated, answer)
            before = updated.record


@check("update.keeps")
async def keeps_all_where_nothing_is_named(trial: Trial) -> None:
    """An update that names no field, or none that is documented, changes nothing, where it is taken."""
    customer = await trial.customer(**everything(trial))
    for body in ({}, {"nickname": ""}):
        for name, _, _ in names_of(customer):
            updated = await trial.update(name, body)
            if updated.succeeded:
                await is_still(trial, name, customer.record, updated)


@check("update.stored", "update.keeps")
async def sets_on_a_bare_customer(trial: Trial) -> None:
    """A customer with nothing but a reference takes each field in turn, and gets no other with it."""
    customer = await trial.customer()
    before: Any = customer.record
    for _, body in new_values(trial):
        updated = await trial.update(customer.id, body)
        if updated.succeeded:
            trial.agree(after_update(before, body, updated.record), updated)
            found = await trial.retrieve(customer.reference)
            trial.agree(after_update(before, body, found.record) if found.succeeded else (), updated, found)
            before = updated.record


@check("update.fields", "update.stored")
async def changes_the_currency(trial: Trial) -> None:
    """A customer with a currency takes another one, the documented example, which every server knows."""
    example = {"currency": everything(trial)["currency"]}
    for other in CURRENCIES[:3]:
        created = await trial.create({"external_reference": trial.names.reference(), "currency": other})
        if not created.succeeded:
            continue  # Which currencies there are is not said (currency.which-codes).
        customer = trial.made(created)
        updated = await trial.update(customer.reference, example)
        if trial.served(updated, f"an update of the currency {other}"):
            trial.agree(after_update(customer.record, example, updated.record), updated)


@check("update.keeps", "retrieve.success")
async def loses_nothing_at_once(trial: Trial) -> None:
    """Updates of different fields that arrive at once are all there in the end, whichever is written last."""
    bodies = [body for name, body in new_values(trial) if name != "currency"]
    bursts = [bodies[turn:] + bodies[:turn] for turn in range(len(bodies))]
    for burst in (*bursts, bodies * 3):
        customer = await trial.customer(**everything(trial))
        names = [customer.id, customer.reference] * len(burst)
        readings = map(trial.retrieve, names[: len(burst)])
        answers = await trial.at_once(*map(trial.update, names, burst), *readings)
        updated, seen = answers[: len(burst)], answers[len(burst) :]
        for answer in seen:
            trial.served(answer, "retrieving a customer while it is updated", claim="retrieve.success")
        done = [(body, answer) for body, answer in zip(burst, updated, strict=True) if answer.succeeded]
        found = await trial.retrieve(customer.id)
        if found.succeeded and done:
            sent = {field: value for body, _ in done for field, value in body.items()}
            trial.agree(after_update(customer.record, sent, found.record), done[0][1], found, claim="update.keeps")


@check("update.replaces")
async def replaces_the_balance(trial: Trial) -> None:
    """A new balance replaces the old one, so sending it again changes nothing."""
    customer = await trial.customer(currency="ZAR", balance=1000)
    for balance in (500, 500, 0, -250, -250, 7_000_000_000, 1):
        updated = await trial.update(customer.reference, {"currency": "ZAR", "balance": balance})
        if not updated.succeeded:
            trial.served(updated, f"updating the balance to {balance}", claim="update.success")
            continue
        found = await trial.retrieve(customer.id)
        for answer in (updated, found):
            now = answer.record.get("balance")
            trial.require(now == balance, f"the balance was set to {balance}, and is {now}", updated, answer)
    again = [await trial.update(customer.id, {"name": "Twice", "phone": "+4412345"}) for _ in range(3)]
    if again[0].succeeded and all(trial.served(answer, "the same update again") for answer in again):
        trial.agree(unchanged(again[0].record, again[2].record, trial.claim), again[0], again[2], claim=trial.claim)


@check("update.only-this")
async def touches_nobody_else(trial: Trial) -> None:
    """An update changes no other customer, not even one with a similar name or the same values."""
    fields, stem = everything(trial), trial.names.reference()
    customer = trial.made(await trial.create({"external_reference": f"{stem}_", **fields}))
    others = [await trial.customer(), await trial.customer(**whole_update(trial), email="held@example.com")]
    for reference in (stem, f"{stem}0", f"{stem}_0", f"{stem}_-0", f"x{stem}_", f"{stem.swapcase()}_"):
        answer = await trial.create({"external_reference": reference, **fields})
        # Whether references that differ only in case can both be taken is not ours to judge here.
        others += [trial.made(answer)] if answer.succeeded else []
    for name, _, _ in names_of(customer):
        updated = [await trial.update(name, body) for _, body in new_values(trial)]
        for other in others:
            await is_still(trial, other.id, other.record, *updated, claim="update.only-this")


@check("update.balance.needs-currency", "balance.needs-currency")
async def needs_a_currency(trial: Trial) -> None:
    """A customer without a currency gets no balance, whatever the balance."""
    customer = await trial.customer(name="No currency")
    if "currency" in customer.record:
        # The merchant's own stands in, and *Common Operations* lets a balance follow it.
        raise BlockedError("every new customer has a currency")
    beside = {name: value for name, value in whole_update(trial).items() if name != "currency"}
    for name, kind, _ in names_of(customer):
        for balance, fields in ((2000, {}), (0, {}), (-1, {}), (2000, beside), (0, {"name": "Beside"})):
            refused = await trial.update(name, {**fields, "balance": balance})
            trial.refused(refused, f"an update by {kind} with the balance {balance} and no currency at all")
            if refused.refused:
                found = await trial.retrieve(customer.id)
                trial.agree(
                    unchanged(customer.record, found.record, trial.claim) if found.succeeded else (), refused, found
                )


@check("external-reference.stable", "id.stable", "update.only-this")
async def keeps_the_identity(trial: Trial) -> None:
    """No update changes an id or a reference, not even one that tries."""
    customer = await trial.customer(name="Same")
    other, bystander = trial.names.reference(), await trial.customer(name="Bystander")
    bodies = [{"external_reference": other}, {"id": unknown_id(trial)}, {"name": "New", "external_reference": other}]
    bodies += [{"name": "New", "external_reference": bystander.reference}, {"name": "New", "id": bystander.id}]
    for body in (*bodies, {"name": "Plain"}):
        for by, _, _ in names_of(customer):
            updated = await trial.update(by, body)
            if updated.succeeded:
                trial.agree(unchanged(_identity(customer), updated.record, trial.claim), updated)
            for name, kind, _ in names_of(customer):
                found = await trial.retrieve(name)
                if trial.served(found, f"retrieving an updated customer by its {kind}"):
                    trial.agree(unchanged(_identity(customer), found.record, trial.claim), updated, found)
    taken = await trial.retrieve(other)
    trial.nobody(taken, "an update gave a customer another reference")
    await is_still(trial, bystander.id, bystander.record, claim="update.only-this")


def _identity(customer: Customer) -> dict[str, Any]:
    return {"id": customer.id, "external_reference": customer.reference}


@check("update.only-this", "update.stored")
async def keeps_requests_apart(trial: Trial) -> None:
    """Updates and look-ups of different customers that arrive at once each get their own."""
    customers = [await trial.customer(name=f"Before {number}") for number in range(AT_ONCE)]
    bodies = [{"name": f"After {number}"} for number in range(AT_ONCE)]
    updates = [trial.update(customer.id, body) for customer, body in zip(customers, bodies, strict=True)]
    updated = await trial.at_once(*updates, *(trial.retrieve(customer.reference) for customer in customers))
    found = await trial.at_once(*(trial.retrieve(customer.reference) for customer in customers))
    for customer, body, answer, meanwhile, now in zip(
        customers, bodies, updated[:AT_ONCE], updated[AT_ONCE:], found, strict=True
    ):
        if answer.succeeded:
            trial.agree(after_update(customer.record, body, answer.record), answer, claim=trial.claim)
            trial.agree(after_update(customer.record, body, now.record) if now.succeeded else (), answer, now)
        if meanwhile.succeeded:
            same = meanwhile.record.get("id") == customer.id
            trial.require(same, "a look-up among others gave another customer", customer.exchange, meanwhile)
