"""What several checks send: customers with everything, names that nobody has, and the same request in several forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.records import unchanged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.exchange import Exchange
    from conformance.trial import Customer, Trial

__all__ = ["everything", "names_of", "new_values", "unchanged_by", "unknown_id"]


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


def names_of(customer: Customer) -> Iterator[tuple[str, str, str]]:
    """Both names of a customer: the name, what it is, and the claim that it works."""
    yield customer.id, "id", "customer-parameter.by-id"
    yield customer.reference, "reference", "customer-parameter.by-reference"


def unknown_id(trial: Trial) -> str:
    """An id of the documented form that no server has given."""
    return trial.oracle.subject.id_prefix + trial.names.key().replace("-", "")[:21]


async def unchanged_by(trial: Trial, customer: Customer, *suspects: Exchange, claim: str) -> None:
    """Read a customer again, by its owner: it must be as it was created."""
    found = await trial.retrieve(customer.id)
    if found.succeeded:
        trial.agree(unchanged(customer.record, found.record, claim), *suspects, found, claim=claim)
