"""Customers at all their limits at once, in every currency and script, and bodies in every form that HTTP has."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from conformance.checks.support import everything, is_still, largest
from conformance.records import after_create, after_update
from conformance.registry import check
from conformance.strings import CURRENCIES
from conformance.texts import SCRIPTS

if TYPE_CHECKING:
    from conformance.trial import Customer, Trial


@check("create.fields", "update.fields", "text.characters")
async def takes_everything_at_its_limits(trial: Trial) -> None:
    """A customer whose every field is as long as it may be is created, updated and read back, in any script."""
    for char in SCRIPTS:
        sent = {**everything(trial), **largest(trial, char)}
        created = await trial.create({"external_reference": trial.names.reference(), **sent})
        if trial.served(created, "a create with every field at its limit", claim="create.fields"):
            found = await trial.retrieve(trial.made(created).id)
            trial.agree(after_create(sent, found.record) if found.succeeded else (), created, found)
        customer = await trial.customer()
        body = largest(trial, char)
        updated = await trial.update(customer.id, body)
        if trial.served(updated, "an update with every field at its limit", claim="update.fields"):
            trial.agree(after_update(customer.record, body, updated.record), updated)


@check("text.characters")
async def reads_escaped_json(trial: Trial) -> None:
    """JSON whose texts are escaped, and JSON with space around it, means the same as any other."""
    name = 'Zo\u00eb \u8a9e \U0001f600 / \\ " end'
    sent = {"external_reference": trial.names.reference(), "name": name, "metadata": {"\U0001f511": "\u00e9"}}
    escaped = json.dumps(sent).replace("/", "\\/").encode()
    created = await trial.create(raw=escaped)
    if trial.served(created, "a create with escaped texts"):
        trial.agree(after_create(sent, created.record), created, claim=trial.claim)
        spaced = json.dumps({"name": name}, indent=4).encode() + b"\r\n\t "
        updated = await trial.update(trial.made(created).id, raw=spaced)
        if trial.served(updated, "an update with space around its JSON"):
            trial.agree(after_update(created.record, {"name": name}, updated.record), updated, claim=trial.claim)


@check("balance.minor-unit")
async def reads_numbers_as_json(trial: Trial) -> None:
    """A whole number in another notation of JSON (RFC 8259, section 6) is the same number, where it is taken."""
    amount, customer = 2000, await trial.customer(currency="ZAR", balance=1)
    for text in ("2e3", "2E+3", "20.0e2", "20000e-1", "2000.0"):
        balance = b'"currency":"ZAR","balance":%s}' % text.encode()
        reference = trial.names.reference().encode()
        created = await trial.create(raw=b'{"external_reference":"%s",%s' % (reference, balance))
        updated = await trial.update(customer.id, raw=b"{" + balance)
        for answer in (created, updated):
            same = not answer.succeeded or answer.record.get("balance") == amount
            trial.require(same, f"the balance {text} became {answer.record.get('balance')}", answer)


@check("balance.minor-unit")
async def counts_in_every_currency(trial: Trial) -> None:
    """The balance of a new customer is the number that was sent, whatever the decimals of its currency."""
    for currency in CURRENCIES:
        sent = {"currency": currency, "balance": 12347}
        created = await trial.create({"external_reference": trial.names.reference(), **sent})
        if created.succeeded:
            found = await trial.retrieve(trial.made(created).reference)
            for answer in (created, found):
                trial.agree(after_create(sent, answer.record), created, answer)


@check("balance.minor-unit", "update.keeps")
async def keeps_the_number_in_every_currency(trial: Trial) -> None:
    """A balance is the number that was sent in an update, and stays it when the currency alone is another one."""
    customer = await trial.customer(**everything(trial))
    before: Any = customer.record
    for currency in CURRENCIES:
        before = await _goes_on(trial, customer, before, {"currency": currency})
        before = await _goes_on(trial, customer, before, {"currency": currency, "balance": -54321})
    await is_still(trial, customer.reference, before, claim="update.stored")


async def _goes_on(trial: Trial, customer: Customer, before: Any, body: dict[str, Any]) -> Any:
    """Update a customer; gives its record as it should be from then on."""
    updated = await trial.update(customer.id, body)
    if not updated.succeeded:
        return before
    trial.agree(after_update(before, body, updated.record), updated)
    return updated.record


@check("create.body")
async def reads_the_media_type(trial: Trial) -> None:
    """A media type with parameters (RFC 9110, section 8.3.1) is the same one, where it is not refused."""
    for media_type in ("application/json; charset=utf-8", "application/json;charset=UTF-8"):
        sent, header = {**everything(trial), "name": "Zo\u00eb"}, {"Content-Type": media_type}
        created = await trial.create({"external_reference": trial.names.reference(), **sent}, headers=header)
        if trial.served(created, f"a create with the media type {media_type}"):
            trial.agree(after_create(sent, created.record), created, claim=trial.claim)


@check("create.body", "update.body")
async def reads_chunked_bodies(trial: Trial) -> None:
    """A body that is sent in chunks is the same body (RFC 9112, section 7.1), where the server takes it."""
    # A server that cannot read chunks would take them for the next request on the connection.
    chunked = {"Transfer-Encoding": "chunked", "Connection": "close"}
    sent = {"external_reference": trial.names.reference(), "name": "Chunks"}
    created = await trial.create(sent, headers=chunked)
    if created.succeeded:
        trial.agree(after_create(sent, created.record), created, claim=trial.claim)
    customer, body = await trial.customer(), {"name": "More chunks", "metadata": {"sent": "in chunks"}}
    updated = await trial.update(customer.id, body, headers=chunked)
    # Where bodies have no length they are empty to many frameworks (WSGI), and an empty update changes nothing.
    if updated.succeeded and updated.record != customer.record:
        trial.agree(after_update(customer.record, body, updated.record), updated, claim="update.body")
