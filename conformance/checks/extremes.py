"""Customers at all their limits at once, in every currency and script, and long after they were created."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from conformance.checks.support import everything, names_of
from conformance.records import after_create, after_update, unchanged
from conformance.registry import check
from conformance.samples import CURRENCIES, SCRIPTS
from conformance.validity import fewest_keys

if TYPE_CHECKING:
    from conformance.exchange import Exchange
    from conformance.trial import Trial

_LATER = 120
_AT_ONCE = 10


def _largest(trial: Trial, char: str) -> dict[str, Any]:
    """Every field that takes any text, as long as every reading of the pages allows."""
    subject = trial.oracle.subject
    metadata, _ = subject.property_schema(subject.create, "metadata")
    key, value = metadata["propertyNames"]["maxLength"], metadata["additionalProperties"]["maxLength"]
    keys = (f"{number:02}{char * (key - 2)}" for number in range(fewest_keys(subject)))
    name, _ = subject.property_schema(subject.create, "name")
    return {"name": char * name["maxLength"], "metadata": dict.fromkeys(keys, char * value)}


@check("create.fields", "update.fields", "text.characters")
async def takes_everything_at_its_limits(trial: Trial) -> None:
    """A customer whose every field is as long as it may be is created, updated and read back, in any script."""
    for char in SCRIPTS:
        sent = {**everything(trial), **_largest(trial, char)}
        created = await trial.create({"external_reference": trial.names.reference(), **sent})
        if trial.served(created, "a create with every field at its limit", claim="create.fields"):
            found = await trial.retrieve(trial.made(created).id)
            trial.agree(after_create(sent, found.record) if found.succeeded else (), created, found)
        customer = await trial.customer()
        body = _largest(trial, char)
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


@check("balance.minor-unit", "update.keeps")
async def counts_in_every_currency(trial: Trial) -> None:
    """A balance is the number that was sent, whatever the decimals of its currency, and stays it under another one."""
    customer = await trial.customer(**everything(trial))
    before = customer.record
    for currency in CURRENCIES:
        sent = {"currency": currency, "balance": 12345}
        created = await trial.create({"external_reference": trial.names.reference(), **sent})
        if created.succeeded:
            trial.agree(after_create(sent, created.record), created)
        for body in ({"currency": currency}, {"currency": currency, "balance": -54321}):
            updated = await trial.update(customer.id, body)
            if updated.succeeded:
                trial.agree(after_update(before, body, updated.record), updated)
                before = updated.record
    found = await trial.retrieve(customer.reference)
    if found.succeeded:
        trial.agree(unchanged(before, found.record, "update.stored"), found)


@check("create.stored", "idempotency.same-answer", "external-reference.unique", "id.unique")
async def remembers_for_long(trial: Trial) -> None:
    """A customer, its reference and the answer of its create are still there after 120 other customers."""
    key, sent = trial.names.key(), {"external_reference": trial.names.reference(), **everything(trial)}
    first = trial.made(await trial.create(sent, key=key))
    others: list[Exchange] = []
    for _ in range(_LATER // _AT_ONCE):
        others += await asyncio.gather(*(trial.create() for _ in range(_AT_ONCE)))
    ids = [other.record["id"] for other in others if "id" in other.record]
    trial.require(len({*ids, first.id}) == len(ids) + 1, "of many customers two have one id", claim="id.unique")
    for name, kind, _ in names_of(first):
        found = await trial.retrieve(name)
        if trial.served(found, f"retrieving a customer by its {kind} after others were created", claim="create.stored"):
            trial.agree(unchanged(first.record, found.record, "create.stored"), first.exchange, found)
    again = await trial.create(sent, key=key)
    same = again.status == first.exchange.status and again.json == first.exchange.json
    what = "a create that was repeated after others got another answer"
    trial.require(same, what, first.exchange, again, claim="idempotency.same-answer")
    second = await trial.create({"external_reference": first.reference})
    trial.refused(second, "a second create under a reference, after others,", claim="external-reference.unique")


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
