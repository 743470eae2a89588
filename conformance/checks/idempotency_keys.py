"""The Idempotency-Key itself: needed, of the documented form, and told from others that are nearly the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.checks.idempotency import content
from conformance.checks.support import everything
from conformance.exchange import Request, encode
from conformance.records import after_create
from conformance.registry import check
from conformance.strings import of_string
from conformance.trial import AUTO

if TYPE_CHECKING:
    from conformance.trial import Trial

_LONGEST_HEADER = 3_000
"""Many servers and gateways refuse headers from 4 KiB on before the API sees them, in a form of their own."""


@check("idempotency.new-key")
async def takes_new_keys(trial: Trial) -> None:
    """Another key is another operation, also one that differs in a single character."""
    key = trial.names.key()
    first = trial.made(await trial.create(key=key))
    last = "0" if key[-1] != "0" else "1"
    for other in (trial.names.key(), key[:-1] + last, ("0" if key[0] != "0" else "1") + key[1:]):
        sent = {"external_reference": trial.names.reference(), "name": "Another"}
        created = await trial.create(sent, key=other)
        if trial.served(created, "a create with a new key"):
            trial.require(created.record.get("id") != first.id, "a new key gave a replay", first.exchange, created)
            trial.require(not trial.oracle.is_replay(created), "a new key gave a replay", first.exchange, created)
            trial.agree(after_create(sent, created.record), created)
    repeated = await trial.create({"external_reference": first.reference}, key=trial.names.key())
    told = trial.oracle.is_replay(repeated) or repeated.record.get("id") == first.id
    trial.require(not told, "a new key with an old body gave a replay", first.exchange, repeated)


@check("idempotency.new-key", "idempotency.same-answer")
async def tells_long_keys_apart(trial: Trial) -> None:
    """Keys as long as they may be, or that differ in case or hyphens alone, are keys of their own, where taken."""
    header = trial.oracle.subject.header(trial.oracle.subject.create)
    limit = trial.oracle.subject.contract.at(header.schema)["maxLength"] if header else 0
    stem = f"{trial.names.key()}-{'k' * limit}"[: limit - 1]
    word = f"Key-{trial.names.key()}-word"
    pairs = [(f"{stem}a", f"{stem}b"), (word, word.swapcase()), (f"{word}s", f"{word}s-"), (f"{word}p", f"-{word}p")]
    for one, other in [*pairs, (f"{word}h", f"{word}h".replace("-", "--"))]:
        bodies = [{"external_reference": trial.names.reference()} for _ in range(2)]
        first, second = await trial.create(bodies[0], key=one), await trial.create(bodies[1], key=other)
        for body, exchange, key in ((bodies[0], first, one), (bodies[1], second, other)):
            if trial.served(exchange, f"a create with the key …{key[-10:]}"):
                trial.agree(after_create(body, exchange.record), first, exchange, claim=trial.claim)
                again = await trial.create(body, key=key)
                same = again.status == exchange.status and content(again) == content(exchange)
                what = "a repeated create under a long key got another answer"
                trial.require(same, what, exchange, again, claim="idempotency.same-answer")


@check("idempotency-key.required")
async def needs_a_key(trial: Trial) -> None:
    """A create without an Idempotency-Key is refused, and creates nobody."""
    other = [trial.settings.other_api_key] if trial.settings.other_api_key else []
    for api_key in (AUTO, *other):
        for body, headers in (({}, {}), (everything(trial), {}), ({}, {"X-Idempotency-Key": trial.names.key()})):
            reference = trial.names.reference()
            sent = {"external_reference": reference, **body}
            refused = await trial.create(sent, key=None, api_key=api_key, headers=headers)
            trial.refused(refused, "a create without an Idempotency-Key")
            found = await trial.retrieve(reference, api_key=api_key)
            trial.nobody(found, "a customer was created without an Idempotency-Key", refused)


@check("idempotency-key.min-length", "idempotency-key.max-length", "idempotency-key.pattern")
async def takes_documented_keys(trial: Trial) -> None:
    """Keys on both sides of each limit are taken or refused as they should be."""
    parameter = trial.oracle.subject.header(trial.oracle.subject.create)
    if parameter is None:
        return
    schema = {**trial.oracle.subject.contract.at(parameter.schema), "examples": [parameter.node.get("example", "a")]}
    values = [value for value, _ in of_string(schema, parameter.schema)]
    values += ["", " ", "_", '"quoted"', "{braced}", "a" * _LONGEST_HEADER]
    for value in dict.fromkeys(values):
        if _reaches_the_api(value):
            answer = await trial.create({"external_reference": trial.names.reference()}, key=value)
            judged = trial.oracle.validity(answer)
            for claim in judged.claims if judged.kind == "invalid" else ():
                trial.refused(answer, f"a create with the key {value[:40]!r}", claim=claim)
    for odd in ("\t", "é"):
        await _refuses_odd_key(trial, f"{trial.names.key()}{odd}{trial.names.key()}", parameter.name)


def _reaches_the_api(value: str) -> bool:
    """Whether such a header comes to the API as it was sent (RFC 9110, section 5.5), and passes any gateway."""
    visible = value.isascii() and (value.isprintable() or value == "") and value == value.strip()
    return visible and len(value) <= _LONGEST_HEADER


async def _refuses_odd_key(trial: Trial, key: str, name: str) -> None:
    """A key that a server of HTTP may refuse in a form of its own, before the API sees it (RFC 9110, section 5.5)."""
    usual = (await trial.create()).request
    headers = tuple((header, key if header == name else value) for header, value in usual.headers)
    body = encode({"external_reference": trial.names.reference()})
    answer = await trial.send(Request("", usual.method, usual.target, headers, body))
    taken = f"a create with the key {key!r} got {answer.status}"
    trial.require(not answer.succeeded, taken, answer, claim="idempotency-key.pattern")
