"""What several checks send: customers with everything, names that nobody has, and the same request in several forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.records import same
from conformance.trial import AUTO
from conformance.validity import fewest_keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from conformance.exchange import Exchange
    from conformance.subject import Subject
    from conformance.trial import Customer, Trial

__all__ = [
    "everything",
    "is_still",
    "largest",
    "metadata_limits",
    "names_of",
    "new_values",
    "other_end",
    "pairs",
    "unknown_id",
    "whole_update",
]


def everything(trial: Trial) -> dict[str, Any]:
    """Every field that a create may name beside the reference, with its documented example."""
    subject = trial.oracle.subject
    names = (name for name in subject.properties(subject.create) if name != "external_reference")
    return {name: subject.example(subject.create, name) for name in names}


def new_values(trial: Trial) -> Iterator[tuple[str, dict[str, Any]]]:
    """For each field of an update, a body that gives it a value other than the documented example."""
    values: dict[str, Any] = {
        "name": "Jane Roe",
        "phone": "+442071838750",
        "currency": "EUR",
        "balance": -1234,
        "metadata": {"order_id": "ord_1", "note": "new"},
    }
    subject = trial.oracle.subject
    for name in subject.properties(subject.update):
        value = values.get(name, subject.example(subject.update, name))
        yield name, {"currency": "ZAR", name: value} if name == "balance" else {name: value}


def whole_update(trial: Trial) -> dict[str, Any]:
    """An update that gives every field another value than the documented example, all but the currency."""
    fields = {name: value for _, body in new_values(trial) for name, value in body.items()}
    return {**fields, "currency": everything(trial)["currency"]}


def metadata_limits(subject: Subject) -> tuple[int, int, int]:
    """How many pairs the metadata of a new customer may have, and how long their keys and values may be."""
    schema, _ = subject.property_schema(subject.create, "metadata")
    lengths = (schema["propertyNames"]["maxLength"], schema["additionalProperties"]["maxLength"])
    return (schema["maxProperties"], *lengths)


def pairs(count: int) -> dict[str, str]:
    """Metadata of so many pairs."""
    return {f"k{number}": "v" for number in range(count)}


def largest(trial: Trial, char: str) -> dict[str, Any]:
    """Every field that takes any text, as long as every reading of the pages allows."""
    subject = trial.oracle.subject
    _, key, value = metadata_limits(subject)
    keys = (f"{number:02}{char * (key - 2)}" for number in range(fewest_keys(subject)))
    name, _ = subject.property_schema(subject.create, "name")
    return {"name": char * name["maxLength"], "metadata": dict.fromkeys(keys, char * value)}


def names_of(customer: Customer) -> Iterator[tuple[str, str, str]]:
    """Both names of a customer: the name, what it is, and the claim that it works."""
    yield customer.id, "id", "customer-parameter.by-id"
    yield customer.reference, "reference", "customer-parameter.by-reference"


def unknown_id(trial: Trial) -> str:
    """An id of the documented form that no server has given."""
    return trial.oracle.subject.id_prefix + trial.names.key().replace("-", "")[:21]


def other_end(text: str) -> str:
    """A text with another last character."""
    return text[:-1] + ("0" if text[-1:] != "0" else "1")


async def is_still(
    trial: Trial, name: str, record: Mapping[str, Any], *suspects: Exchange, claim: str = "", api_key: str = AUTO
) -> Exchange:
    """Read a customer again, by its owner: it must be there, and as it was.

    Where customers are never read as they were made or changed, nobody is to blame here; that is judged elsewhere.
    """
    found, claim = await trial.retrieve(name, api_key=api_key), claim or trial.claim
    differences = list(same(record, found.record, claim)) if found.succeeded else []
    if found.succeeded and not differences:
        return found
    if await _are_read_as_made(trial, name, {**found.record, **record}, api_key):
        trial.agree(differences, *suspects, found, claim=claim)
        if not found.succeeded:
            trial.fail(f"a customer that was there got {found.status or 'no answer'}", *suspects, found, claim=claim)
    return found


async def _are_read_as_made(trial: Trial, name: str, record: Mapping[str, Any], api_key: str) -> bool:
    """Whether another customer, made with what the first had or has, is read by that kind of name as it was left."""
    sent = {
        field: record[field]
        for field in trial.oracle.subject.properties(trial.oracle.subject.create)
        if field in record
    }
    twin = await trial.create({**sent, "external_reference": trial.names.reference()}, api_key=api_key)
    own = "id" if name.startswith(trial.oracle.subject.id_prefix) else "external_reference"
    if not isinstance(twin.record.get(own), str):
        return True
    if not await _is_read_as_left(trial, twin, twin.record[own], api_key):
        return False
    updated = await trial.update(twin.record[own], api_key=api_key)
    return await _is_read_as_left(trial, updated, twin.record[own], api_key)


async def _is_read_as_left(trial: Trial, left: Exchange, name: str, api_key: str) -> bool:
    found = await trial.retrieve(name, api_key=api_key)
    return found.succeeded and not (left.succeeded and list(same(left.record, found.record, trial.claim)))
