"""Errors: the caller's are 4xx and change nothing, and every one is a problem detail. And what every answer shows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from conformance.checks.support import everything, unknown_id
from conformance.exchange import Request, encode
from conformance.oracle import INVALID_IS_4XX
from conformance.records import unchanged
from conformance.registry import Need, check
from conformance.trial import BlockedError

if TYPE_CHECKING:
    from conformance.trial import Customer, Trial

_DEEP = 20_000
_LARGE = 1_500_000


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


@check(INVALID_IS_4XX)
async def survives_bad_bodies(trial: Trial) -> None:
    """Malformed, deep, large and mistyped bodies get a 4xx."""
    customer = await trial.customer()
    for what, body in _bad_bodies(trial).items():
        trial.refused(await trial.create(raw=body), f"a create with {what}")
        for name in (customer.id, customer.reference):
            trial.refused(await trial.update(name, raw=body), f"an update with {what}")
    for media_type, body in _OTHER_MEDIA.items():
        headers = {"Content-Type": media_type}
        trial.refused(await trial.create(raw=body, headers=headers), f"a create with a body of {media_type}")
        trial.refused(await trial.update(customer.id, raw=body, headers=headers), f"an update of {media_type}")


def _bad_bodies(trial: Trial) -> dict[str, bytes]:
    reference = trial.names.reference().encode()
    return {
        "half a JSON body": b'{"external_reference":"%s","name":' % reference,
        "single quotes": b"{'external_reference':'%s'}" % reference,
        "two bodies": b"{}{}",
        "a list": b"[]",
        "a text": b'"text"',
        "null": b"null",
        "a list for a name": b'{"external_reference":"%s","name":[]}' % reference,
        "an object for a name": b'{"external_reference":"%s","name":{}}' % reference,
        "a list for metadata": b'{"external_reference":"%s","metadata":[]}' % reference,
        "an object for a balance": b'{"external_reference":"%s","currency":"ZAR","balance":{}}' % reference,
        "NaN": b'{"external_reference":"%s","currency":"ZAR","balance":NaN}' % reference,
        "a deeply nested list": b"[" * _DEEP + b"]" * _DEEP,
        "a deeply nested object": b'{"metadata":' * _DEEP + b"{}" + b"}" * _DEEP,
        "deeply nested metadata": b'{"external_reference":"%s","metadata":' % reference
        + b'{"a":' * _DEEP
        + b"1"
        + b"}" * (_DEEP + 1),
        "thousands of metadata": encode(
            {"external_reference": reference.decode(), "metadata": {f"k{n}": "v" for n in range(5_000)}}
        ),
        "a name of 1.5 MB": encode({"external_reference": reference.decode(), "name": "x" * _LARGE}),
    }


_OTHER_MEDIA = {
    "application/xml": b"<customer><name>Jane</name></customer>",
    "application/x-www-form-urlencoded": b"external_reference=form&name=Jane",
    "text/plain": b"name: Jane",
    "multipart/form-data; boundary=b": b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nJane\r\n--b--\r\n',
}


@check(INVALID_IS_4XX)
async def survives_bodies_that_may_pass(trial: Trial) -> None:
    """Unbounded numbers, almost JSON, and JSON under no media type or a wrong one get any answer but a failure."""
    customer = await trial.customer()
    for number in ("1e999", "-1e999", "1e400", "9" * 5_000):
        body = b'"currency":"ZAR","balance":%s}' % number.encode()
        await _gets_an_answer(trial, customer, body, "application/json", f"the balance {number[:10]}")
    for media_type in (None, "", "application", "Application/JSON", "application/json; charset=nonsense"):
        what = "no media type" if media_type is None else f"the media type {media_type!r}"
        await _gets_an_answer(trial, customer, b'"name":"Jane"}', media_type, what)
    # Many JSON readers are generous with these, and what they mean is plain.
    for what, name in (("bytes that are no UTF-8", b"\xff\xfe"), ("a bare control character", b"a\x01b")):
        await _gets_an_answer(trial, customer, b'"name":"%s"}' % name, "application/json", what)
    await _gets_an_answer(trial, customer, b'"name":"Jane","name":"John"}', "application/json", "a name twice")
    marked = {"external_reference": trial.names.reference()}
    for encoding in ("utf-8-sig", "utf-16", "utf-32"):
        headers = {"Content-Type": f"application/json; charset={encoding.removesuffix('-sig')}"}
        exchange = await trial.create(raw=json.dumps(marked).encode(encoding), headers=headers)
        trial.require(0 < exchange.status < 500, f"a body in {encoding} got {exchange.status}", exchange)


async def _gets_an_answer(trial: Trial, customer: Customer, rest: bytes, media_type: str | None, what: str) -> None:
    """Send a create and an update whose bodies end in `rest`; whether they are taken is not judged."""
    subject = trial.oracle.subject
    create = b'{"external_reference":"%s",%s' % (trial.names.reference().encode(), rest)
    key = subject.header(subject.create)
    headers = [("Authorization", f"Bearer {trial.settings.api_key}")]
    headers += [] if media_type is None else [("Content-Type", media_type)]
    keyed = headers if key is None else [*headers, (key.name, trial.names.key())]
    # No operation: a server that takes such a number may answer with one that few JSON readers can read.
    requests = (
        Request("", subject.create.method, subject.target(subject.create), tuple(keyed), create),
        Request("", subject.update.method, subject.target(subject.update, customer.id), tuple(headers), b"{" + rest),
    )
    for exchange in await trial.at_once(*map(trial.send, requests)):
        trial.require(0 < exchange.status < 500, f"a body with {what} got {exchange.status or 'no answer'}", exchange)


@check(INVALID_IS_4XX, reads_only=True)
async def survives_odd_requests(trial: Trial) -> None:
    """Names that no customer can have, and methods that no page lists, get a 4xx."""
    operation = trial.oracle.subject.retrieve
    authorization = (("Authorization", f"Bearer {trial.settings.api_key}"),)
    prefix = trial.oracle.subject.id_prefix
    names = ["a%20b", "%00", "%FF", "%C3%A9", "a%2Fb", "%25", "a.b", "'--", "x" * 256, "x" * 4000]
    names += [prefix, f"{prefix}%20"]
    stem = operation.path.partition("{")[0]
    for name in names:
        # No operation: many servers refuse such a path before the API sees it, in a form of their own.
        exchange = await trial.send(Request("", operation.method, stem + name, authorization))
        trial.require(not exchange.succeeded, f"a customer was found under {name[:40]!r}", exchange)
        trial.require(exchange.status < 500, f"looking up {name[:40]!r} got {exchange.status}", exchange)
    if Need.WRITES.is_met(trial.settings):
        await _odd_methods(trial, stem, authorization)


async def _odd_methods(trial: Trial, stem: str, authorization: tuple[tuple[str, str], ...]) -> None:
    name = trial.names.reference()
    for method in ("PUT", "DELETE", "POST", "PROPFIND"):
        headers = (*authorization, ("Content-Type", "application/json"))
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


@check("errors.refused-changes-nothing")
async def applies_all_or_nothing(trial: Trial) -> None:
    """An update with one wrong field changes nothing, wherever that stands; a refused create leaves no trace."""
    customer = await trial.customer(**everything(trial))
    good = {"name": "Half done", "phone": "+442071838750", "metadata": {"half": "done"}}
    wrong: list[dict[str, object]] = [{"phone": "12345"}, {"currency": "ZZZ"}, {"metadata": {"k": 1}}, {"name": 5}]
    wrong += [{"currency": "EUR", "balance": "5"}, {"metadata": {"good": "1", "bad": "v" * 501}}]
    wrong += [{"metadata": {"bad": 5, "good": "1"}}, {"metadata": {"good": "1", "k" * 41: "bad", "better": "2"}}]
    for bad in wrong:
        rest = {field: value for field, value in good.items() if field not in bad}
        for body in ({**rest, **bad}, {**bad, **rest}):
            await _changes_nothing(trial, customer, body)
    second = await trial.create({"external_reference": customer.reference, **good})
    found = await trial.retrieve(customer.id)
    if second.refused and found.succeeded:
        trial.agree(unchanged(customer.record, found.record, trial.claim), second, found, claim=trial.claim)
    for bad in wrong:
        reference = trial.names.reference()
        refused = await trial.create({"external_reference": reference, **bad})
        if not refused.succeeded:
            again = await trial.create({"external_reference": reference})
            trial.served(again, "a create under the reference of a refused one")


async def _changes_nothing(trial: Trial, customer: Customer, body: dict[str, object]) -> None:
    refused = await trial.update(customer.id, body)
    if refused.succeeded:
        # Accepting it is the matter of the field's own claim; what it changed is not.
        raise BlockedError("the server accepts what it must refuse")
    found = await trial.retrieve(customer.id)
    if found.succeeded:
        trial.agree(unchanged(customer.record, found.record, trial.claim), refused, found, claim=trial.claim)
