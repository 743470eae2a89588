"""What is there at the start is there in the end, as it was, whatever else the server was asked in between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.checks.support import everything, is_still, largest, names_of, whole_update
from conformance.registry import check
from conformance.texts import SCRIPTS
from conformance.trial import AUTO

if TYPE_CHECKING:
    from conformance.exchange import Exchange
    from conformance.trial import Customer, Trial

_LATER = 120
"""So many customers must come after the first ones before they are looked at again."""


@dataclass(frozen=True)
class _Bystander:
    """A customer whom nobody names but in the end: how it was created, and how it was left."""

    customer: Customer
    sent: dict[str, Any]
    key: str
    api_key: str
    left: Exchange


@check("create.stored", "update.stored", "idempotency.same-answer", "external-reference.unique", "id.unique")
async def remembers_to_the_end(trial: Trial) -> None:
    """A customer, its reference and the answer of its create outlive all other requests of the run."""
    whole = everything(trial)
    length = trial.oracle.subject.property_schema(trial.oracle.subject.create, "external_reference")[0]["maxLength"]
    bodies: list[dict[str, Any]] = [{}, whole, {**whole, **largest(trial, SCRIPTS[1])}, whole, {}]
    bystanders: list[_Bystander] = []
    for turn, body in enumerate(bodies):
        reference = trial.names.reference()
        reference = f"{reference}-{'x' * length}"[:length] if turn == 2 else reference
        updates = turn >= len(bodies) - 2
        bystanders.append(await _leave(trial, {"external_reference": reference, **body}, AUTO, updates=updates))
    if other := trial.settings.other_api_key:
        sent = {"external_reference": bystanders[1].customer.reference, **whole, "name": "Zoë \U0001f600"}
        bystanders.append(await _leave(trial, sent, other, updates=False))
    trial.endings.append(lambda: _look_again(trial, bystanders))


async def _leave(trial: Trial, sent: dict[str, Any], api_key: str, *, updates: bool) -> _Bystander:
    key = trial.names.key()
    customer = trial.made(await trial.create(sent, key=key, api_key=api_key))
    left = customer.exchange
    if updates:
        updated = await trial.update(customer.reference, whole_update(trial), api_key=api_key)
        left = updated if updated.succeeded else left
    return _Bystander(customer, sent, key, api_key, left)


async def _look_again(trial: Trial, bystanders: list[_Bystander]) -> None:
    create = trial.oracle.subject.create.id
    made = {one.record.get("id") for one in trial.target.log if one.succeeded and one.request.operation == create}
    await trial.at_once(*(trial.create() for _ in range(_LATER - len(made))))
    for one in bystanders:
        customer, own, claim = one.customer, one.api_key, "create.stored"
        claim = claim if one.left is customer.exchange else "update.stored"
        for name, _, _ in names_of(customer):
            await is_still(trial, name, one.left.record, one.left, claim=claim, api_key=own)
        again = await trial.create(one.sent, key=one.key, api_key=own)
        same = again.status == customer.exchange.status and again.json == customer.exchange.json
        what = "a create that was repeated after others got another answer"
        trial.require(same, what, customer.exchange, again, claim="idempotency.same-answer")
        second = await trial.create({"external_reference": customer.reference}, api_key=own)
        trial.refused(second, "a second create under a reference, after others,", claim="external-reference.unique")
    _ids_are_unique(trial)


def _ids_are_unique(trial: Trial) -> None:
    """No id was given to two customers in the whole run, as far as secret keys show: whose others are is not said."""
    secret = {f"Bearer {key}" for key in (trial.settings.api_key, trial.settings.other_api_key)}
    owners: dict[str, tuple[tuple[str, str | None], Exchange]] = {}
    for one in trial.target.log:
        identifier, reference = one.record.get("id"), one.record.get("external_reference")
        told = one.succeeded and one.request.header("Authorization") in secret
        if told and isinstance(identifier, str) and isinstance(reference, str):
            owner = (reference, one.request.header("Authorization"))
            first, shown = owners.setdefault(identifier, (owner, one))
            trial.require(first == owner, "two customers have one id", shown, one, claim="id.unique")
