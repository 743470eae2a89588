"""Several fields in one request: each pair, and all, in either order; none is dropped beside another."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

from conformance.checks.support import everything, names_of, new_values, whole_update
from conformance.records import after_create, after_update
from conformance.registry import check

if TYPE_CHECKING:
    from conformance.trial import Customer, Trial


@check("create.stored", "create.fields")
async def creates_with_each_pair(trial: Trial) -> None:
    """A new customer keeps both of any two fields, before and after the reference."""
    whole = everything(trial)
    beside = {"balance": {"currency": whole["currency"]}}
    for turn, pair in enumerate(combinations(whole, 2)):
        fields = {
            name: value for field in pair for name, value in {**beside.get(field, {}), field: whole[field]}.items()
        }
        reference = {"external_reference": trial.names.reference()}
        sent = {**reference, **fields} if turn % 2 else {**fields, **reference}
        created = await trial.create(sent)
        if trial.served(created, f"a create with {' and '.join(pair)}", claim="create.fields"):
            customer = trial.made(created)
            found = await trial.retrieve(customer.id if turn % 2 else customer.reference)
            for answer in (created, found):
                trial.agree(after_create(sent, answer.record) if answer.succeeded else (), created, answer)


@check("update.stored", "update.keeps", "update.fields")
async def updates_each_pair(trial: Trial) -> None:
    """An update sets both of any two fields, and all of them, in either order and by both names."""
    values = dict(new_values(trial))
    for by in range(2):
        for turn, fields in enumerate([*combinations(values, 2), tuple(values)]):
            customer = await trial.customer(**(everything(trial) if (turn + by) % 3 else {}))
            order = fields if (turn + by) % 2 else fields[::-1]
            body: dict[str, Any] = {name: value for field in order for name, value in values[field].items()}
            await _sets(trial, customer, body, by + 2 * (turn % 2), f"an update of {' and '.join(fields)}")


_KINDS = (
    ("name", "email", "phone", "metadata"),
    ("name", "currency", "balance"),
    ("email", "currency"),
    ("phone", "currency", "balance"),
    ("metadata",),
)
"""Customers with some of the fields: for any two of these, one kind has the first and not the second."""


@check("update.keeps", "update.stored", "update.fields")
async def updates_each_kind(trial: Trial) -> None:
    """An update of one field keeps what the customer has, whatever else it has not."""
    whole, turn = everything(trial), 0
    for kind in _KINDS:
        for field, body in new_values(trial):
            customer, turn = await trial.customer(**{name: whole[name] for name in kind}), turn + 1
            await _sets(trial, customer, body, turn, f"an update of {field}")


async def _sets(trial: Trial, customer: Customer, body: dict[str, Any], turn: int, what: str) -> None:
    """An update by one name or the other shows, and nothing else has changed."""
    names = [name for name, _, _ in names_of(customer)]
    updated = await trial.update(names[turn % 2], body)
    if trial.served(updated, what, claim="update.fields"):
        found = await trial.retrieve(names[turn // 2 % 2])
        for answer in (updated, found):
            differences = after_update(customer.record, body, answer.record)
            trial.agree(differences if answer.succeeded else (), updated, answer)


@check("create.stored", "update.stored")
async def keeps_what_stands_beside_the_unknown(trial: Trial) -> None:
    """A body with a property that no page lists is refused, or all else in it is stored."""
    unknown = {"nickname": "Jo"}
    for turn in range(2):
        sent = {**everything(trial), "external_reference": trial.names.reference()}
        created = await trial.create({**unknown, **sent} if turn else {**sent, **unknown})
        customer = trial.made(created) if created.succeeded else await trial.customer(**everything(trial))
        trial.agree(after_create(sent, created.record) if created.succeeded else (), created)
        name, body = list(names_of(customer))[turn][0], whole_update(trial)
        updated = await trial.update(name, {**unknown, **body} if turn else {**body, **unknown})
        found = await trial.retrieve(name)
        for answer in (updated, found) if updated.succeeded else ():
            trial.agree(after_update(customer.record, body, answer.record) if answer.succeeded else (), updated, answer)
