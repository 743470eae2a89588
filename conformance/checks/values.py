"""Each field on both sides of each of its limits, in a create and in an update: taken, refused, and read back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from conformance.checks.support import everything, names_of
from conformance.exchange import Exchange
from conformance.records import after_create, after_update, unchanged
from conformance.registry import Check, Need
from conformance.samples import Sample, samples
from conformance.trial import BlockedError, Customer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping

    from conformance.finding import Breach
    from conformance.subject import Subject
    from conformance.trial import Trial
    from contract import Operation

__all__ = ["value_checks"]

_MANY = 30
"""Cases for one check; it takes two or three requests for each."""

_EACH = 3
"""One value about a pattern in so many is also tried by reference."""


def value_checks(subject: Subject) -> tuple[Check, ...]:
    """For each claim behind a constraint of a body: a check of creates, and one of updates by each kind of name."""
    by_claim: dict[str, dict[str, list[Sample]]] = {}
    for operation in (subject.create, subject.update):
        for sample in samples(subject, operation):
            for claim in _claims(subject, operation, sample):
                by_claim.setdefault(claim, {}).setdefault(operation.id, []).append(sample)
    return tuple(
        one for claim, cases in by_claim.items() if claim in subject.claims for one in _checks(subject, claim, cases)
    )


def _claims(subject: Subject, operation: Operation, sample: Sample) -> Iterable[str]:
    own, more = subject.claim_at(sample.about), _more(subject, operation, sample)
    if more and subject.body(operation).is_valid({"external_reference": "x", **sample.body}):
        may_be_misread = isinstance(sample.value, str) and sample.value.isdecimal()
        return [more, own] if own and may_be_misread else [more]
    return [own] if own else []


def _more(subject: Subject, operation: Operation, sample: Sample) -> str | None:
    """The claim without a constraint of its own that a value about a place exercises."""
    at = {field: subject.property_schema(operation, field)[1] for field in ("balance", "name")}
    metadata = subject.property_schema(subject.create, "metadata")[1]
    owed = isinstance(sample.value, int) and sample.value > 0
    return {
        f"{at['balance']}/type": "balance.minor-unit" if owed else "balance.sign",
        f"{at['name']}/type": "text.characters",
        f"{metadata}/additionalProperties": "metadata.inert",
    }.get(sample.about)


def _checks(subject: Subject, claim: str, cases: Mapping[str, list[Sample]]) -> Iterator[Check]:
    creates, updates = cases.get(subject.create.id, []), cases.get(subject.update.id, [])
    for start in range(0, len(creates), _MANY):
        yield _check(claim, f"create_{start // _MANY + 1}", creates[start : start + _MANY], _create)
    if updates:
        yield _check(claim, "update", updates, _update)
        yield _check(claim, "update_by_reference", _fewer(updates), partial(_update, by_reference=True))


def _check(claim: str, way: str, cases: list[Sample], work: Callable[[Trial, list[Sample]], Awaitable[None]]) -> Check:
    purpose = f"Values on both sides of the limit are taken or refused as they should be ({len(cases)} cases)."
    return Check(f"values.{claim}.{way}", (claim,), purpose, lambda trial: work(trial, cases), (Need.WRITES,))


def _fewer(cases: list[Sample]) -> list[Sample]:
    """All but many of those about one pattern: that the reference leads to the same rules takes no more."""
    return [sample for turn, sample in enumerate(cases) if turn % _EACH == 0 or not sample.about.endswith("/pattern")]


async def _create(trial: Trial, cases: list[Sample]) -> None:
    for sample in cases:
        await _create_with(trial, sample)


async def _create_with(trial: Trial, sample: Sample) -> None:
    body = {"external_reference": trial.names.reference(), **sample.body}
    if sample.field == "external_reference":
        body["external_reference"] = _unique(trial, sample.value, sample.about)
    created = await trial.create(body)
    judged = trial.oracle.validity(created)
    reference = body["external_reference"]
    if created.succeeded:
        if judged.kind == "invalid":
            trial.fail(f"a create was accepted, although {judged.reason}", created)
        elif _as_sent(trial, sample, after_create(_sent(sample, body), created.record), created):
            await _read_back(trial, created)
    elif judged.kind == "valid" and not (len(str(reference)) <= 1 and (await trial.retrieve(reference)).succeeded):
        trial.served(created, f"a create with a valid {sample.field}")
    elif judged.kind == "invalid":
        trial.refused(created, f"a create with an invalid {sample.field}")
        if isinstance(reference, str) and reference.startswith(trial.names.prefix) and not created.succeeded:
            found = await trial.retrieve(reference)
            what = "a create was refused, and the customer is there"
            trial.nobody(found, what, created, claim="errors.refused-changes-nothing")


def _unique(trial: Trial, value: Any, about: str) -> Any:
    """A valid reference, made one that is not taken without losing what it is about; the shortest stay as they are."""
    validator = trial.oracle.subject.contract.validator(about.rpartition("/")[0])
    if not isinstance(value, str) or len(value) <= 1 or not validator.is_valid(value):
        return value
    fresh = trial.names.reference()
    return fresh + value[len(fresh) :] if about.endswith("/maxLength") else f"{value}-{fresh}"


def _sent(sample: Sample, body: dict[str, Any]) -> dict[str, Any]:
    return body if sample.field == "external_reference" else sample.body


def _as_sent(trial: Trial, sample: Sample, differences: Iterable[Breach], exchange: Exchange) -> bool:
    """Lay a changed value to the claim that its sample is about, and all to texts in metadata that nothing may heed.

    For a balance, the difference tells which claim it is.
    """
    found = list(differences)
    for one in found:
        of_field = one.field == sample.field != "balance"
        own = of_field or trial.claim == "metadata.inert"
        trial.agree([one], exchange, claim=trial.claim if own else "")
    return not found


async def _read_back(trial: Trial, created: Exchange) -> None:
    customer = trial.made(created)
    name, kind, claim = list(names_of(customer))[len(trial.seen) // 2 % 2]
    found = await trial.retrieve(name)
    if trial.served(found, f"retrieving a new customer by its {kind}", claim=claim):
        trial.agree(unchanged(customer.record, found.record, trial.claim), created, found)


async def _update(trial: Trial, cases: list[Sample], *, by_reference: bool = False) -> None:
    customer = await _target(trial, by_reference=by_reference)
    before, refused = dict(customer.record), list[Exchange]()
    for sample in cases:
        if sample.field == "metadata" and before.get("metadata"):
            # Where metadata is merged, one customer would soon hold too much of it.
            customer = await _target(trial, by_reference=by_reference)
            before, refused = dict(customer.record), []
        name = customer.reference if by_reference else customer.id
        updated = await trial.update(name, sample.body)
        judged = trial.oracle.validity(updated)
        if updated.succeeded:
            if judged.kind == "invalid":
                trial.fail(f"an update was accepted, although {judged.reason}", updated)
            else:
                _as_sent(trial, sample, after_update(before, sample.body, updated.record), updated)
            before = updated.record if by_reference else await _record(trial, customer, updated)
        elif judged.kind == "valid":
            plain = await trial.update(name)
            if trial.served(plain, "a plain update", claim="update.success"):
                trial.served(updated, f"an update with a valid {sample.field}")
                before |= plain.record
        elif judged.kind == "invalid" and trial.refused(updated, f"an update with an invalid {sample.field}"):
            refused.append(updated)
    await _still(trial, customer, before, refused)


async def _target(trial: Trial, *, by_reference: bool) -> Customer:
    """Whom to update: by id a bare customer, by reference a whole one whose reference is as long as it may be."""
    if not by_reference:
        return await trial.customer()
    limit = trial.oracle.subject.property_schema(trial.oracle.subject.create, "external_reference")[0]["maxLength"]
    fields = {field: value for field, value in everything(trial).items() if field != "metadata"}
    created = await trial.create({"external_reference": f"{trial.names.reference()}-{'x' * limit}"[:limit], **fields})
    return trial.made(created, "external-reference.max-length")


async def _still(trial: Trial, customer: Customer, before: dict[str, Any], refused: list[Exchange]) -> None:
    found = await trial.retrieve(customer.id)
    if refused and found.succeeded:
        claim = "errors.refused-changes-nothing"
        trial.agree(unchanged(before, found.record, claim), refused[-1], found)


async def _record(trial: Trial, customer: Customer, updated: Exchange) -> dict[str, Any]:
    """The record after an update, which must be the one that the update answered with."""
    found = await trial.retrieve(customer.id)
    if not trial.served(found, "retrieving an updated customer by its id", claim="customer-parameter.by-id"):
        raise BlockedError("customer-parameter.by-id")
    trial.agree(unchanged(updated.record, found.record, "update.stored"), updated, found)
    return found.record if trial.oracle.tells_of_a_customer(found) else updated.record
