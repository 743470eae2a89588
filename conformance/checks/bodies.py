"""Bodies that are no JSON, no object, or more than a server can take; and those of which a page says nothing."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from conformance.checks.support import everything, is_still
from conformance.exchange import Request, encode
from conformance.oracle import INVALID_IS_4XX
from conformance.registry import check

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.trial import Customer, Trial

_DEEP = 20_000
_LARGE = 1_500_000

_SPOILT: dict[str, Callable[[bytes], bytes]] = {
    "that is not closed": lambda fields: b"{" + fields,
    "that breaks off": lambda fields: b"{" + fields[:-1],
    "with a comma at its end": lambda fields: b"{" + fields + b",}",
    "with a comment": lambda fields: b"{" + fields + b"/* so */}",
    "with text behind it": lambda fields: b"{" + fields + b"} so",
    "with text before it": lambda fields: b"so {" + fields + b"}",
    "that is there twice": lambda fields: (b"{" + fields + b"}") * 2,
    "in single quotes": lambda fields: (b"{" + fields + b"}").replace(b'"', b"'"),
    "whose names have no quotes": lambda fields: b"{" + re.sub(rb'"(\w+)":', rb"\1:", fields) + b"}",
    "with NaN": lambda fields: b"{" + fields + b',"currency":"ZAR","balance":NaN}',
    "with Infinity": lambda fields: b"{" + fields + b',"currency":"ZAR","balance":-Infinity}',
    "with None": lambda fields: b"{" + fields + b',"more":None}',
    "in a list": lambda fields: b"[{" + fields + b"}]",
    "in a text": lambda fields: encode((b"{" + fields + b"}").decode()),
    "as a list of pairs": lambda fields: encode([list(pair) for pair in json.loads(b"{" + fields + b"}").items()]),
}
"""Ways to spoil an object of which only its fields are given; a generous reader would still find them."""

_NO_OBJECTS = (b"null", b"true", b"false", b"0", b"1", b'""', b'"text"', b"[]", b"[{}]", b"not json", b"{")


@check("create.body", "update.body", INVALID_IS_4XX, "errors.refused-changes-nothing")
async def needs_an_object(trial: Trial) -> None:
    """A body that is no JSON or no object is refused by each operation, and changes nothing."""
    customer, free = await trial.customer(**everything(trial)), trial.names.reference()
    fields = b'"name":"Jane"'
    named = b'"external_reference":"%s",%s' % (free.encode(), fields)
    names = [customer.id, customer.reference]
    bodies = [(body, body, names, f"the body {body.decode()!r}") for body in _NO_OBJECTS]
    bodies += [
        (spoil(named), spoil(fields), names[turn % 2 :][:1], f"an object {how}")
        for turn, (how, spoil) in enumerate(_SPOILT.items())
    ]
    for create, update, by, what in bodies:
        trial.refused(await trial.create(raw=create), f"a create with {what}", claim="create.body")
        for name in by:
            trial.refused(await trial.update(name, raw=update), f"an update with {what}", claim="update.body")
    for nothing in (b"", b" "):
        trial.refused(await trial.create(raw=nothing), "a create without a body", claim="create.body")
    await is_still(trial, customer.id, customer.record, claim="errors.refused-changes-nothing")
    found = await trial.retrieve(free)
    trial.nobody(found, "a refused create made a customer", claim="errors.refused-changes-nothing")


@check(INVALID_IS_4XX)
async def survives_bad_bodies(trial: Trial) -> None:
    """Deep, large and mistyped bodies get a 4xx."""
    customer = await trial.customer()
    for what, create, update in _bad_bodies(trial):
        trial.refused(await trial.create(raw=create), f"a create with {what}")
        for name in (customer.id, customer.reference):
            trial.refused(await trial.update(name, raw=update), f"an update with {what}")
    for media_type, body in _OTHER_MEDIA.items():
        headers = {"Content-Type": media_type}
        trial.refused(await trial.create(raw=body, headers=headers), f"a create with a body of {media_type}")
        for name in (customer.id, customer.reference):
            trial.refused(await trial.update(name, raw=body, headers=headers), f"an update of {media_type}")
    await is_still(trial, customer.id, customer.record)


def _bad_bodies(trial: Trial) -> Iterator[tuple[str, bytes, bytes]]:
    """What is wrong, and the bodies of a create and of an update."""
    reference = {"external_reference": trial.names.reference()}
    wrong: dict[str, dict[str, object]] = {
        "a list for a name": {"name": []},
        "an object for a name": {"name": {}},
        "a list for metadata": {"metadata": []},
        "an object for a balance": {"currency": "ZAR", "balance": {}},
        "thousands of metadata": {"metadata": {f"k{number}": "v" for number in range(5_000)}},
        "a name of 1.5 MB": {"name": "x" * _LARGE},
    }
    for what, body in wrong.items():
        yield what, encode({**reference, **body}), encode(body)
    deep = {
        "a deeply nested list": b"[" * _DEEP + b"]" * _DEEP,
        "a deeply nested object": b'{"metadata":' * _DEEP + b"{}" + b"}" * _DEEP,
    }
    for what, raw in deep.items():
        yield what, raw, raw
    nested = b'"metadata":' + b'{"a":' * _DEEP + b"1" + b"}" * (_DEEP + 1)
    yield "deeply nested metadata", encode(reference)[:-1] + b"," + nested, b"{" + nested


_OTHER_MEDIA = {
    "application/xml": b"<customer><name>Jane</name></customer>",
    "application/x-www-form-urlencoded": b"external_reference=form&name=Jane",
    "text/plain": b"name: Jane",
    "multipart/form-data; boundary=b": b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nJane\r\n--b--\r\n',
}


@check(INVALID_IS_4XX)
async def survives_bodies_that_may_pass(trial: Trial) -> None:
    """Unbounded numbers, empty bodies, almost JSON, and JSON under a wrong media type get any answer but a failure."""
    customer, json_type = await trial.customer(), "application/json"
    for number in ("1e999", "-1e999", "1e400", "9" * 5_000):
        body = b'"currency":"ZAR","balance":%s}' % number.encode()
        await _gets_an_answer(trial, customer, body, json_type, f"the balance {number[:10]}")
    charsets = (f"{json_type}; charset=nonsense", f"{json_type}; charset=iso-8859-1")
    for media_type in (None, "", "application", "Application/JSON", *charsets):
        what = "no media type" if media_type is None else f"the media type {media_type!r}"
        await _gets_an_answer(trial, customer, b'"name":"Jane"}', media_type, what)
    for rest in (b'"name":"Jane","name":"John"}', b'"nickname":"Jane"}', b'"payment_rules":{}}'):
        await _gets_an_answer(trial, customer, rest, json_type, rest.decode())
    # Many JSON readers are generous with these, and what they mean is plain.
    for what, text in (("no UTF-8", b"\xff\xfe"), ("a control character", b"a\x01b"), ("a raw line break", b"a\nb")):
        await _gets_an_answer(trial, customer, b'"name":"%s"}' % text, json_type, what)
    await _gets_an_answer(trial, customer, b'"currency":"ZAR","balance":01}', json_type, "the balance 01")
    for raw in (b"", b" ", b"{}"):
        for name in (customer.id, customer.reference):
            exchange = await trial.update(name, raw=raw)
            trial.require(0 < exchange.status < 500, f"an update with the body {raw.decode()!r} failed", exchange)
    for encoding in ("utf-8-sig", "utf-16", "utf-32"):
        charset = f"{json_type}; charset={encoding.removesuffix('-sig')}"
        await _gets_an_answer(trial, customer, b'"name":"Jane"}', charset, encoding, encoding)


async def _gets_an_answer(
    trial: Trial, customer: Customer, rest: bytes, media_type: str | None, what: str, encoding: str = ""
) -> None:
    """Send a create and updates whose bodies end in `rest`; whether they are taken is not judged."""
    subject = trial.oracle.subject
    create, update = b'{"external_reference":"%s",%s' % (trial.names.reference().encode(), rest), b"{" + rest
    if encoding:
        create, update = (raw.decode().encode(encoding) for raw in (create, update))
    key = subject.header(subject.create)
    headers = [("Authorization", f"Bearer {trial.settings.api_key}")]
    headers += [] if media_type is None else [("Content-Type", media_type)]
    keyed = headers if key is None else [*headers, (key.name, trial.names.key())]
    # No operation: a server that takes such a number may answer with one that few JSON readers can read.
    requests = [Request("", subject.create.method, subject.target(subject.create), tuple(keyed), create)]
    for name in (customer.id, customer.reference):
        target = subject.target(subject.update, name)
        requests.append(Request("", subject.update.method, target, tuple(headers), update))
    for exchange in await trial.at_once(*map(trial.send, requests)):
        trial.require(0 < exchange.status < 500, f"a body with {what} got {exchange.status or 'no answer'}", exchange)
