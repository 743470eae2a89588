"""A refused request changes nothing: not the customer that it names, and not who can be created later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.checks.support import (
    everything,
    is_still,
    metadata_limits,
    names_of,
    new_values,
    pairs,
    whole_update,
)
from conformance.records import after_update
from conformance.registry import check
from conformance.validity import fewest_keys

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from conformance.exchange import Exchange
    from conformance.trial import Customer, Trial

REFUSED = "errors.refused-changes-nothing"


def _wrong(trial: Trial) -> list[dict[str, Any]]:
    """For each field what it may not hold, in the first, a middle or the last place of it."""
    fields, subject = [field for field, _ in new_values(trial)], trial.oracle.subject
    most, key, value = metadata_limits(subject)
    wrong: list[dict[str, Any]] = [{"phone": "12345"}, {"currency": "ZZZ"}, {"name": 5}, {"balance": "5"}]
    wrong += [{"metadata": {"good": "1", "bad": "v" * (value + 1)}}, {"metadata": {"bad": 5, "good": "1"}}]
    wrong += [{"metadata": {"good": "1", "k" * (key + 1): "bad", "better": "2"}}]
    wrong += [{"metadata": pairs(most + 1)}]
    return wrong + [{field: None} for field in fields]


@check(REFUSED)
async def updates_all_or_nothing(trial: Trial) -> None:
    """An update with one wrong field changes nothing, wherever that stands and by whichever name."""
    customer = await trial.customer(**everything(trial))
    good = {**whole_update(trial), **dict(new_values(trial))["currency"]}
    for turn, bad in enumerate(_wrong(trial)):
        rest = {field: value for field, value in good.items() if field not in bad}
        for order, body in enumerate(({**rest, **bad}, {**bad, **rest})):
            name, _, _ = list(names_of(customer))[(turn + order) % 2]
            refused = await trial.update(name, body)
            if refused.succeeded:
                # Accepting it is the matter of the field's own claim; what it changed is not.
                customer = await trial.customer(**everything(trial))
            else:
                await is_still(trial, customer.id, customer.record, refused)
    typed = await trial.update(customer.id, good, headers={"Content-Type": "text/plain"})
    if typed.refused:
        await is_still(trial, customer.id, customer.record, typed)


@check(REFUSED)
async def creates_all_or_nothing(trial: Trial) -> None:
    """A refused create leaves its reference free."""
    name, _ = trial.oracle.subject.property_schema(trial.oracle.subject.create, "name")
    wrong = [*_wrong(trial), {"email": "nobody"}, {"name": "x" * (name["maxLength"] + 1)}]
    whole = everything(trial)
    bodies = [{**{field: value for field, value in whole.items() if field not in bad}, **bad} for bad in wrong]
    bodies.append({"balance": 5, "name": "No currency"})
    ways: list[dict[str, Any]] = [{"body": body} for body in bodies]
    ways += [{"key": None}, {"key": "no_key"}, {"headers": {"Content-Type": "text/plain"}}]
    for way in ways:
        reference = trial.names.reference()
        refused = await trial.create(**{**way, "body": {"external_reference": reference, **way.get("body", {})}})
        if not refused.succeeded:
            again = await trial.create({"external_reference": reference})
            trial.served(again, "a create under the reference of a refused one")


@check("external-reference.unique", REFUSED)
async def takes_a_reference_once(trial: Trial) -> None:
    """A second create under a reference is refused, and the first customer stays as it was."""
    whole = everything(trial)
    other = {**whole_update(trial), "email": "second@example.com"}
    nought = {"currency": whole["currency"], "balance": 0}
    for turn, fields in enumerate(({}, whole, nought, {**whole, "balance": -1})):
        customer = await trial.customer(**fields)
        for body in ({}, other, whole, nought, {**other, "phone": "12345"}, {**other, "metadata": {"bad": 5}}):
            second = await trial.create({"external_reference": customer.reference, **body})
            trial.refused(second, "a second create under one reference", claim="external-reference.unique")
            await is_still(trial, customer.id, customer.record, second, claim=REFUSED)
        names = [name for name, _, _ in names_of(customer)]
        updated = await trial.update(names[turn % 2], {"name": "Renamed"})
        third = await trial.create({**other, "external_reference": customer.reference})
        trial.refused(third, "a create under the reference of an updated customer", claim="external-reference.unique")
        for name in names:
            await is_still(
                trial,
                name,
                {**customer.record, **(updated.record if updated.succeeded else {})},
                second,
                third,
                claim=REFUSED,
            )


@check(REFUSED, "update.stored", "external-reference.unique")
async def stays_whole_whatever_comes(trial: Trial) -> None:
    """After any request that changes nothing a customer is found by both names, taken once, and updated as ever."""
    for turn, event in enumerate(_EVENTS):
        key, sent = trial.names.key(), {**everything(trial), "external_reference": trial.names.reference()}
        customer = trial.made(await trial.create(sent, key=key))
        names = [name for name, _, _ in names_of(customer)][:: 1 if turn % 2 else -1]
        happened = await event(trial, customer, names[0], key)
        second = await trial.create({"external_reference": customer.reference})
        trial.refused(second, "a second create under one reference", claim="external-reference.unique")
        for name in names:
            await is_still(trial, name, customer.record, happened)
        body = {"name": "As ever", "metadata": {"as": "ever"}}
        updated = await trial.update(names[1], body)
        if trial.served(updated, "an update after a request that changed nothing", claim="update.success"):
            found = await trial.retrieve(names[0])
            for answer in (updated, found) if found.succeeded else (updated,):
                trial.agree(after_update(customer.record, body, answer.record), happened, answer)


_EVENTS: tuple[Callable[[Trial, Customer, str, str], Awaitable[Exchange]], ...] = (
    lambda trial, customer, _name, key: trial.create(customer.exchange.request.json, key=key),
    lambda trial, customer, _name, _key: trial.create({**customer.exchange.request.json, "name": "Second"}),
    lambda trial, _customer, name, _key: trial.update(name, {"name": "Wrong", "phone": "0"}),
    lambda trial, _customer, name, _key: trial.update(name, raw=b'{"name":'),
    lambda trial, customer, name, _key: trial.update(name, {"name": customer.record.get("name", "John Doe")}),
    lambda trial, _customer, name, _key: trial.update(name, {"metadata": pairs(fewest_keys(trial.oracle.subject) + 1)}),
    lambda trial, _customer, name, _key: trial.update(name, {"name": "Stranger"}, api_key=None),
    lambda trial, _customer, name, _key: trial.retrieve(name, api_key=None),
    lambda trial, _customer, name, _key: trial.retrieve(name, api_key=trial.settings.other_api_key or None),
    lambda trial, _customer, name, _key: trial.update(name, api_key=trial.settings.other_api_key or None),
    lambda trial, _customer, name, _key: trial.retrieve(name, api_key=trial.settings.public_api_key or None),
)
"""Requests about a customer, by one of its names, that change nothing: a replay, a refused one, one of no effect."""
