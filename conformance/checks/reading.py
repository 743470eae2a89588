"""What can be judged with GETs alone, on a customer that exists already (--customer)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.checks.access import MALFORMED_OR_UNKNOWN, NO_KEY, NOT_YOURS
from conformance.checks.support import unknown_id
from conformance.records import unchanged
from conformance.registry import Need, check
from conformance.trial import BlockedError

if TYPE_CHECKING:
    from conformance.exchange import Exchange
    from conformance.trial import Trial


@check(
    *("retrieve.success", "retrieve.reads-only", "customer-parameter.by-id", "customer-parameter.by-reference"),
    *("customer.object", "customer.required", "id.type", "id.pattern", "id.stable", "external-reference.type"),
    needs=(Need.CUSTOMER,),
    reads_only=True,
)
async def reads_the_customer(trial: Trial) -> None:
    """The customer is found by both its names, again and again, and is always the same."""
    first = await _customer(trial)
    names = {"customer-parameter.by-id": "id", "customer-parameter.by-reference": "external_reference"}
    for _ in range(2):
        for claim, field in names.items():
            name = first.record.get(field)
            if not isinstance(name, str) or not name:
                continue
            found = await trial.retrieve(name)
            if trial.served(found, f"retrieving a customer by its {field}", claim=claim):
                differences = unchanged(first.record, found.record, "retrieve.reads-only")
                trial.agree(differences, first, found)


@check("retrieve.unknown", "errors.problem-details", "errors.status", needs=(Need.CUSTOMER,), reads_only=True)
async def knows_nobody_else(trial: Trial) -> None:
    """Names that are nearly the customer's are nobody's."""
    first = await _customer(trial)
    identifier = str(first.record.get("id", ""))
    for name in (unknown_id(trial), trial.names.reference(), f"{identifier}0", identifier[:-1]):
        found = await trial.retrieve(name)
        if not (name in {f"{identifier}0", identifier[:-1]} and found.record.get("id") == name):  # ids may be counted
            trial.unknown(found, f"retrieving {name!r}, which no customer is named,")


@check("auth.missing-key", needs=(Need.CUSTOMER,), reads_only=True)
async def hides_without_a_key(trial: Trial) -> None:
    """Without a key the customer is not shown."""
    seen = await trial.retrieve(trial.settings.customer, api_key=None)
    trial.denied(seen, "retrieving without a key", NO_KEY)


@check("auth.malformed-key", needs=(Need.CUSTOMER,), reads_only=True)
async def hides_from_malformed_keys(trial: Trial) -> None:
    """With an Authorization header that is no bearer token the customer is not shown."""
    for value in (trial.settings.api_key, f"Basic {trial.settings.api_key}"):
        seen = await trial.retrieve(trial.settings.customer, api_key=None, headers={"Authorization": value})
        trial.denied(seen, "retrieving with a malformed key", MALFORMED_OR_UNKNOWN)


@check("auth.unknown-key", needs=(Need.CUSTOMER,), reads_only=True)
async def hides_from_unknown_keys(trial: Trial) -> None:
    """With a key that was never issued the customer is not shown."""
    nearly = {f"sk_test_{trial.names.key()}", f"{trial.settings.api_key}0", trial.settings.api_key[:-1]}
    for api_key in sorted(nearly - trial.settings.keys.keys()):
        seen = await trial.retrieve(trial.settings.customer, api_key=api_key)
        trial.denied(seen, "retrieving with an unknown key", MALFORMED_OR_UNKNOWN)


@check("auth.merchant.reads-own", needs=(Need.CUSTOMER, Need.OTHER_KEY), reads_only=True)
async def hides_from_another_merchant(trial: Trial) -> None:
    """Another merchant's key does not see the customer."""
    seen = await trial.retrieve(trial.settings.customer, api_key=trial.settings.other_api_key)
    first = await _customer(trial)
    # The other merchant may have a customer of the same reference.
    if not seen.succeeded or seen.record.get("id") == first.record.get("id"):
        trial.denied(seen, "retrieving with another merchant's key", NOT_YOURS)


@check("auth.public-key.reads-nothing", needs=(Need.CUSTOMER, Need.PUBLIC_KEY), reads_only=True)
async def hides_from_a_public_key(trial: Trial) -> None:
    """A public key does not see the customer."""
    seen = await trial.retrieve(trial.settings.customer, api_key=trial.settings.public_api_key)
    trial.denied(seen, "retrieving with a public key", MALFORMED_OR_UNKNOWN | NOT_YOURS)


async def _customer(trial: Trial) -> Exchange:
    found = await trial.retrieve(trial.settings.customer)
    if not found.succeeded:
        raise BlockedError(f"no customer {trial.settings.customer!r}")
    return found
