"""Several fields in one request: each pair, and all, in either order; none is dropped beside another."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

from conformance.checks.support import everything, names_of, new_values
from conformance.records import after_create, after_update
from conformance.registry import check

if TYPE_CHECKING:
    from conformance.trial import Trial


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
    several = [*combinations(values, 2), tuple(values)]
    for by in range(2):
        for turn, fields in enumerate(several):
            customer = await trial.customer(**(everything(trial) if (turn + by) % 3 else {}))
            order = fields if (turn + by) % 2 else fields[::-1]
            body: dict[str, Any] = {name: value for field in order for name, value in values[field].items()}
            names = [name for name, _, _ in names_of(customer)]
            updated = await trial.update(names[by], body)
            if trial.served(updated, f"an update of {' and '.join(fields)}", claim="update.fields"):
                found = await trial.retrieve(names[turn % 2])
                for answer in (updated, found):
                    before = customer.record
                    trial.agree(after_update(before, body, answer.record) if answer.succeeded else (), updated, answer)
