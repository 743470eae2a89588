"""Create Customer: what it takes, what it keeps, and what it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.checks.support import everything, is_still, names_of, unknown_id
from conformance.records import after_create, unchanged
from conformance.registry import check

if TYPE_CHECKING:
    from conformance.trial import Trial

AT_ONCE = 20


@check("create.success", "create.external-reference.required", "balance.untracked")
async def needs_only_a_reference(trial: Trial) -> None:
    """A reference is enough for a new customer, and nothing is enough without one."""
    customer = trial.made(await trial.create(), "create.external-reference.required")
    sent = customer.exchange.request.json
    trial.agree(after_create(sent, customer.record), customer.exchange)
    rest = everything(trial)
    for body in ({}, rest, {"name": "No reference"}, {"external_reference": None}, {"externalReference": "x", **rest}):
        refused = await trial.create(body)
        trial.refused(refused, "a create without a reference", claim="create.external-reference.required")


@check("create.stored")
async def keeps_what_was_sent(trial: Trial) -> None:
    """A new customer has what was sent, in the answer and by both names, time after time."""
    amounts = ({"balance": 0}, {"balance": -5})
    for extra in ({}, {"name": "Zoë"}, *amounts, {"metadata": {"a": "1"}}, {"email": "j.van.doe+a@gmail.com"}):
        sent = {"external_reference": trial.names.reference(), **everything(trial), **extra}
        created = trial.made(await trial.create(sent))
        trial.agree(after_create(sent, created.record), created.exchange)
        for name, kind, _ in names_of(created):
            found = await trial.retrieve(name)
            if trial.served(found, f"retrieving a new customer by its {kind}"):
                trial.agree(after_create(sent, found.record), created.exchange, found)
                trial.agree(unchanged(created.record, found.record, "create.stored"), created.exchange, found)


@check("create.fields")
async def takes_each_field(trial: Trial) -> None:
    """Each documented field is taken by itself, and all of them together."""
    whole = everything(trial)
    bodies = [{name: value} for name, value in whole.items() if name != "balance"]
    for body in [*bodies, {"currency": whole["currency"], "balance": whole["balance"]}, whole]:
        sent = {"external_reference": trial.names.reference(), **body}
        created = await trial.create(sent)
        if trial.served(created, f"a create with {', '.join(body)}"):
            trial.agree(after_create(sent, created.record), created)
    for example in trial.oracle.subject.create.body[0].node.get("examples", {}).values():
        value = trial.oracle.subject.contract.resolve(example)[0]["value"]
        created = await trial.create({**value, "external_reference": trial.names.reference()})
        trial.served(created, "the documented example of a create")


@check("create.balance.needs-currency", "balance.needs-currency")
async def needs_a_currency(trial: Trial) -> None:
    """A new customer with a balance and no currency is refused, whatever the balance."""
    beside = {name: value for name, value in everything(trial).items() if name != "currency"}
    for balance, fields in ((2000, {}), (0, {}), (-1, {}), (2000, beside), (0, {"name": "Beside"})):
        reference = trial.names.reference()
        refused = await trial.create({"external_reference": reference, **fields, "balance": balance})
        trial.refused(refused, f"a create with the balance {balance} and no currency")
        if refused.refused:
            found = await trial.retrieve(reference)
            trial.nobody(found, "a refused create made a customer", refused)


@check("external-reference.unique", "errors.refused-changes-nothing", "idempotency.failures-kept")
async def takes_a_reference_once_at_once(trial: Trial) -> None:
    """Of twenty creates under one reference that arrive at once, one succeeds, and nothing is left of the others."""
    for _ in range(2):
        reference, keys = trial.names.reference(), [trial.names.key() for _ in range(AT_ONCE)]
        bodies = [{"external_reference": reference, "name": f"Number {turn}"} for turn in range(AT_ONCE)]
        sent = list(zip(bodies, keys, strict=True))
        answers = await trial.at_once(*(trial.create(body, key=key) for body, key in sent))
        winners = [answer for answer in answers if answer.succeeded]
        what = f"{len(winners)} creates at once under one reference succeeded"
        trial.require(len(winners) < 2, what, *winners[:2])
        trial.require(bool(winners), "of twenty creates at once under a free reference none succeeded", answers[0])
        if len(winners) == 1:
            await is_still(trial, reference, winners[0].record, winners[0], claim="errors.refused-changes-nothing")
        lost = [(answer, *pair) for answer, pair in zip(answers, sent, strict=True) if answer.refused]
        for answer, body, key in lost[:2]:
            again = await trial.create(body, key=key)
            same = again.status == answer.status
            trial.require(
                same, "a repeated failure got another answer", answer, again, claim="idempotency.failures-kept"
            )


@check("id.unique", "create.stored")
async def gives_each_an_id(trial: Trial) -> None:
    """Customers that are created one after the other and at once have ids of their own, and all are there."""
    customers = [await trial.customer() for _ in range(3)]
    bodies = [{"external_reference": trial.names.reference(), "name": f"Number {n}"} for n in range(AT_ONCE)]
    answers = await trial.at_once(*map(trial.create, bodies))
    customers += map(trial.made, answers)
    seen: dict[str, str] = {}
    for sent, answer in zip(bodies, answers, strict=True):
        if answer.succeeded:
            trial.agree(after_create(sent, answer.record), answer, claim="create.stored")
    for customer in customers:
        taken = customer.id in seen
        trial.require(not taken, "two customers have one id", customer.exchange)
        seen[customer.id] = customer.reference
    found_all = await trial.at_once(*(trial.retrieve(customer.id) for customer in customers))
    for customer, found in zip(customers, found_all, strict=True):
        if trial.served(found, "retrieving one of twenty customers created at once", claim="create.stored"):
            right = found.record.get("external_reference") == customer.reference
            trial.require(right, "an id leads to another customer", customer.exchange, found)


@check("id.unique", "customer-parameter.by-id")
async def gives_ids_itself(trial: Trial) -> None:
    """An id in the body of a create is refused or ignored: the server gives ids, and gives none twice."""
    customer = await trial.customer(name="First")
    for wanted in (customer.id, unknown_id(trial)):
        created = await trial.create({"id": wanted, "external_reference": trial.names.reference(), "name": "Second"})
        if created.succeeded:
            own = created.record.get("id") != wanted
            trial.require(own, "a new customer got the id that its create asked for", customer.exchange, created)
        found = await trial.retrieve(customer.id)
        if trial.served(found, "retrieving a customer whose id a create asked for", claim="customer-parameter.by-id"):
            trial.agree(unchanged(customer.record, found.record, trial.claim), created, found, claim=trial.claim)
