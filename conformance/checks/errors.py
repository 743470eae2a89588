"""Errors: the caller's are 4xx and change nothing, and every one is a problem detail. And what every answer shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.checks.support import everything, unknown_id
from conformance.exchange import Request
from conformance.oracle import INVALID_IS_4XX
from conformance.registry import Need, check
from conformance.trial import BlockedError

if TYPE_CHECKING:
    from conformance.trial import Trial


@check(
    *("errors.problem-details", "errors.type", "errors.title", "errors.status", "errors.detail", "errors.instance"),
    *("errors.instance.path", "errors.members", "customer.object", "customer.required", "id.type", "id.pattern"),
    *("external-reference.type", "name.type", "email.type", "phone.type", "currency.type", "balance.type"),
    *("metadata.type", "metadata.max-keys", "metadata.value-type", "balance.needs-currency"),
)
async def shows_every_kind_of_answer(trial: Trial) -> None:
    """Each endpoint answers in each way that it has, and each answer is held against the contract."""
    customer = await trial.customer(**everything(trial))
    await trial.retrieve(customer.id)
    await trial.update(customer.reference)
    await trial.retrieve(unknown_id(trial))
    await trial.update(trial.names.reference())
    await trial.retrieve(customer.id, api_key=None)
    await trial.update(customer.id, api_key="sk_test_unknown")
    await trial.create(api_key=None)
    for invalid in ({}, {"external_reference": "no spaces"}, {"external_reference": customer.reference}):
        await trial.create(invalid)
    await trial.create(raw=b"{")
    await trial.create(key=None)
    await trial.update(customer.id, {"phone": "0"})
    await trial.update(customer.id, raw=b"[]")
    for api_key in filter(None, (trial.settings.public_api_key, trial.settings.other_api_key)):
        await trial.retrieve(customer.id, api_key=api_key)


@check("payment-rules.type", "payment-rules.amounts", "payment-rules.flags")
async def shows_payment_rules(trial: Trial) -> None:
    """Payment rules, where a customer has some, are as documented."""
    customer = await trial.customer(**everything(trial))
    answers = [customer.exchange, await trial.update(customer.id), await trial.retrieve(customer.id)]
    if trial.settings.customer:
        answers.append(await trial.retrieve(trial.settings.customer))
    if not any(answer.record.get("payment_rules") for answer in answers):
        raise BlockedError("no customer had payment rules; give --customer the name of one that has")


@check(INVALID_IS_4XX, reads_only=True)
async def survives_odd_requests(trial: Trial) -> None:
    """Names that no customer can have, and methods that no page lists, get a 4xx."""
    subject, prefix = trial.oracle.subject, trial.oracle.subject.id_prefix
    limit = subject.property_schema(subject.create, "external_reference")[0]["maxLength"]
    authorization = (("Authorization", f"Bearer {trial.settings.api_key}"),)
    named = (*authorization, ("Content-Type", subject.media_type(subject.update)))
    names = ["a%20b", "%00", "%FF", "%C3%A9", "%F0%9F%98%80", "a%2Fb", "%25", "a.b", "a@b", "a%3Bb", "a%0Ab", "'--"]
    names += [prefix, f"{prefix}%20", f"{prefix}-_", "x" * (limit + 1), prefix + "x" * 300, "x" * 4000]
    stem = subject.retrieve.path.partition("{")[0]
    for name in names:
        # No operation: many servers refuse such a path before the API sees it, in a form of their own.
        requests = [Request("", subject.retrieve.method, stem + name, authorization)]
        if Need.WRITES.is_met(trial.settings):
            requests.append(Request("", subject.update.method, stem + name, named, b'{"name":"Odd"}'))
        for request in requests:
            exchange = await trial.send(request)
            what = f"{request.method} {name[:40]!r}, which names nobody,"
            trial.require(not exchange.succeeded, f"{what} found a customer", exchange)
            trial.require(0 < exchange.status < 500, f"{what} got {exchange.status or 'no answer'}", exchange)
    if Need.WRITES.is_met(trial.settings):
        await _odd_methods(trial, stem, named)


async def _odd_methods(trial: Trial, stem: str, headers: tuple[tuple[str, str], ...]) -> None:
    name = trial.names.reference()
    for method in ("PUT", "DELETE", "POST", "PROPFIND"):
        exchange = await trial.send(Request("", method, stem + name, headers, b'{"name":"Odd"}'))
        trial.require(exchange.status not in {500, 0}, f"{method} on a customer got {exchange.status}", exchange)


@check("payment-rules.type", "payment-rules.amounts", "payment-rules.flags", INVALID_IS_4XX)
async def shows_no_wrong_payment_rules(trial: Trial) -> None:
    """Payment rules that a body holds although none lists them are refused or ignored; none is shown unchecked."""
    shown = False
    values: tuple[object, ...] = (
        "text",
        [],
        {"min_amount": "100"},
        {"underpayment_allowed": "yes"},
        {"max_amount": 1.5},
    )
    for value in values:
        created = await trial.create({"external_reference": trial.names.reference(), "payment_rules": value})
        customer = trial.made(created) if created.succeeded else await trial.customer()
        updated = await trial.update(customer.reference, {"payment_rules": value})
        found = await trial.retrieve(customer.id)
        shown = shown or any("payment_rules" in answer.record for answer in (created, updated, found))
    if not shown:
        raise BlockedError("no customer had payment rules; give --customer the name of one that has")
