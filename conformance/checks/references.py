"""References of every shape: each names one customer, whole, and no other."""

from __future__ import annotations

import string
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.checks.support import everything, is_still, names_of, unknown_id
from conformance.exchange import Request, encode
from conformance.records import after_create, after_update, unchanged
from conformance.registry import check
from conformance.texts import TAKEN_NAMES
from conformance.trial import BlockedError, Customer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.trial import Trial

_LENGTHS = (64, 65, 128, 129)
"""Where columns and keys of databases often end."""


@check("customer-parameter.by-reference", "create.stored", "update.stored", "external-reference.unique")
async def finds_every_shape(trial: Trial) -> None:
    """A customer is whole, found and updated by its reference whatever its shape, and is the one that its id names."""
    await _find(trial, _words(trial))


@check("customer-parameter.by-reference", "create.stored", "update.stored", "external-reference.unique")
async def finds_numbers_and_lengths(trial: Trial) -> None:
    """A customer is whole, found and updated by its reference when that reads like a number, and at every length."""
    await _find(trial, [*_numbers(trial), *_long(trial)])


async def _find(trial: Trial, shapes: Iterable[str]) -> None:
    for shape in shapes:
        sent = {"external_reference": shape, **everything(trial)}
        created = await trial.create(sent)
        customer = trial.made(created, "external-reference.pattern")
        trial.agree(after_create(sent, customer.record), created)
        found = await trial.retrieve(shape)
        if trial.served(found, "retrieving a customer by its reference"):
            trial.agree(unchanged(customer.record, found.record, trial.claim), created, found, claim=trial.claim)
        body = {"name": "By reference", "phone": "+442071838750", "metadata": {"by": "reference"}}
        updated = await trial.update(shape, body)
        if trial.served(updated, "updating a customer by its reference"):
            for name in (customer.id, shape):
                now = await trial.retrieve(name)
                if trial.served(now, "retrieving a customer that was updated by its reference"):
                    trial.agree(after_update(customer.record, body, now.record), updated, now)
        second = await trial.create({"external_reference": shape})
        trial.refused(second, "a second create under a reference", claim="external-reference.unique")


def _words(trial: Trial) -> list[str]:
    fresh, prefix = trial.names.reference, trial.oracle.subject.id_prefix
    shapes = [fresh(), f"-{fresh()}-", f"_{fresh()}_", f"--{fresh()}", f"UPPER-{fresh()}", f"{fresh()}-null"]
    shapes += [f"{prefix[:-1]}-{fresh()}", f"{prefix.upper()}{fresh()}", f"{prefix[1:]}{fresh()}"]
    return [*shapes, f"{fresh()}{string.ascii_letters}{string.digits}"]


def _numbers(trial: Trial) -> list[str]:
    draw, prefix = trial.names.random.getrandbits, trial.oracle.subject.id_prefix
    shapes = [f"{draw(60)}", f"00{draw(60)}", f"-{draw(60)}", f"{draw(60)}e5", f"0x{draw(60):x}", f"{draw(40)}" * 9]
    shapes += [f"{draw(16)}e{turn}" for turn in (1, 2)] + [f"{draw(30)}_000"]
    shapes += [str(uuid.UUID(int=draw(128), version=4)), unknown_id(trial).removeprefix(prefix)]
    return [*shapes, f"{prefix[:-1]}{draw(60)}", f"{draw(40):b}".translate({48: "-", 49: "_"})]


def _long(trial: Trial) -> list[str]:
    schema, _ = trial.oracle.subject.property_schema(trial.oracle.subject.create, "external_reference")
    limits = (*_LENGTHS, schema["maxLength"])
    return [f"{trial.names.reference()}-{'x' * limit}"[:limit] for limit in limits]


@check("customer-parameter.by-reference", "external-reference.pattern")
async def takes_words_for_references(trial: Trial) -> None:
    """A reference that reads like nothing or like a number is taken, or was before, and is found."""
    for word in TAKEN_NAMES:
        created = await trial.create({"external_reference": word, "name": "A word"})
        found = await trial.retrieve(word)
        if not created.succeeded and found.succeeded:
            continue  # Another customer has it, and is not ours to change.
        trial.served(created, f"a create with the reference {word!r}", claim="external-reference.pattern")
        if created.succeeded and trial.served(found, f"retrieving a customer by its reference {word!r}"):
            trial.agree(unchanged(created.record, found.record, trial.claim), created, found, claim=trial.claim)
            updated = await trial.update(word, {"name": "A known word"})
            trial.served(updated, f"updating a customer by its reference {word!r}")


@check("customer-parameter.by-reference", "external-reference.unique")
async def tells_similar_ones_apart(trial: Trial) -> None:
    """Two references that differ in one place are two customers, each found, updated and kept by its own."""
    fresh, number = trial.names.reference(), trial.names.random.getrandbits(50)
    schema, _ = trial.oracle.subject.property_schema(trial.oracle.subject.create, "external_reference")
    long = f"{fresh}-{'x' * schema['maxLength']}"[: schema["maxLength"] - 1]
    cased = f"{fresh}-Case"
    pairs = [(f"{number}", f"0{number}"), (f"{number}0", f"{number}e1"), (f"{long}a", f"{long}b")]
    pairs += [(f"{fresh}-y", f"{fresh}_y"), (fresh, f"{fresh}-")]
    for pair in [*pairs, (cased, cased.swapcase())]:
        made: list[Customer] = []
        for reference in pair:
            created = await trial.create({"external_reference": reference, "name": reference})
            if created.refused and reference == cased.swapcase():
                break  # Whether case tells references apart is not said.
            made.append(trial.made(created, "external-reference.unique"))
        if len(made) == len(pair):
            await _are_two(trial, made)


async def _are_two(trial: Trial, pair: list[Customer]) -> None:
    for turn, customer in enumerate(pair):
        body = {"name": f"Changed {turn}"}
        changed = await trial.update(customer.reference, body)
        what = f"updating {customer.reference[-20:]!r}, which differs from another in one place,"
        if trial.served(changed, what):
            pair[turn] = replace(customer, record=changed.record)
            trial.agree(after_update(customer.record, body, changed.record), changed, claim=trial.claim)
    for one in pair:
        for name, _, _ in names_of(one):
            await is_still(trial, name, one.record, changed)


@check("customer-parameter")
async def reads_encoded_names(trial: Trial) -> None:
    """A name whose characters are percent-encoded is the same name (RFC 3986, section 6.2.2.2)."""
    customer = await trial.customer(**everything(trial))
    subject = trial.oracle.subject
    headers = tuple((name, value) for name, value in customer.exchange.request.headers if name != "Idempotency-Key")
    before = customer.record
    for name, kind, _ in names_of(customer):
        stem = subject.target(subject.retrieve, name).removesuffix(name)
        target = stem + "".join(f"%{ord(char):02X}" for char in name)
        found = await trial.send(Request(subject.retrieve.id, subject.retrieve.method, target, headers))
        if not trial.served(found, f"retrieving a customer by its {kind}, percent-encoded,"):
            raise BlockedError(trial.claim)
        trial.agree(unchanged(before, found.record, trial.claim), found, claim=trial.claim)
        body = {"name": f"Encoded {kind}"}
        request = Request(subject.update.id, subject.update.method, target, headers, encode(body))
        updated = await trial.send(request)
        if trial.served(updated, f"updating a customer by its {kind}, percent-encoded,"):
            trial.agree(after_update(before, body, updated.record), updated, claim=trial.claim)
            before = updated.record
