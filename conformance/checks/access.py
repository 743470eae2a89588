"""API keys: which are served, which are refused, and what nobody but the owner sees or changes."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from conformance.checks.support import everything, names_of, new_values, unchanged_by
from conformance.records import unchanged
from conformance.registry import Need, check

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.exchange import Exchange
    from conformance.trial import Customer, Trial

NO_KEY = {401}
"""What a request without a key gets."""

MALFORMED_OR_UNKNOWN = {400, 401, 403}
"""What a request with a key that is none can get: the pages settle no one status."""

NOT_YOURS = {401, 403, 404}
"""What a valid key can get for somebody else's customer."""

_NOT_BY_CHANCE = 16
"""A value of so many characters stands in an answer only when the server put the customer's own there."""


@check("auth.bearer")
async def serves_valid_keys(trial: Trial) -> None:
    """A valid key is served on every endpoint, each merchant's own."""
    keys = [key for key in (trial.settings.api_key, trial.settings.other_api_key) if key]
    for api_key in keys:
        created = await trial.create(api_key=api_key)
        if not trial.served(created, "a create with a valid key", claim=_behind(created)):
            continue
        name = created.record.get("external_reference", "")
        for answer in (await trial.retrieve(name, api_key=api_key), await trial.update(name, api_key=api_key)):
            trial.served(answer, "a request with a valid key", claim=_behind(answer))


def _behind(answer: Exchange) -> str:
    return "auth.bearer" if answer.status in MALFORMED_OR_UNKNOWN - {400} else ""


@check("auth.missing-key")
async def refuses_no_key(trial: Trial) -> None:
    """Without a key every endpoint answers 401, shows nothing and changes nothing, whichever field is named."""
    key = trial.settings.api_key
    await _shut_out(trial, None, {}, NO_KEY, "without a key")
    for elsewhere in ({"X-Api-Key": key}, {"Cookie": f"api_key={key}"}, {"Proxy-Authorization": f"Bearer {key}"}):
        await _shut_out(trial, None, elsewhere, NO_KEY, f"with the key in {next(iter(elsewhere))} alone")
    await _keeps_each_field(trial, await trial.customer(**_own_values(trial)), None, NO_KEY, "without a key")


@check("auth.malformed-key")
async def refuses_malformed_keys(trial: Trial) -> None:
    """An Authorization header that is no bearer token is refused, though the key in it is valid."""
    key = trial.settings.api_key
    basic = base64.b64encode(f"{key}:".encode()).decode()
    values = (key, f"Basic {key}", f"Basic {basic}", f"Token {key}", "Bearer", f"Bearer{key}", f"Bearer:{key}", "null")
    for value in values:
        await _shut_out(
            trial, None, {"Authorization": value}, MALFORMED_OR_UNKNOWN, f"with {value.replace(key, 'KEY')!r}"
        )


@check("auth.unknown-key")
async def refuses_unknown_keys(trial: Trial) -> None:
    """A key that was never issued is refused, also one that is nearly a valid key."""
    key = trial.settings.api_key
    invented = "sk_test_" + trial.names.key().replace("-", "")
    other_end = next(end for end in "abcd" if key[:-1] + end not in trial.settings.keys)
    nearly = {"an invented key": invented, "a key with one character more": f"{key}0", "a key cut short": key[:-1]}
    nearly |= {"a key with another end": key[:-1] + other_end, "a prefix": "sk_test_", "a wild card": "%"}
    if key.swapcase() != key:
        nearly["a key in the other case"] = key.swapcase()
    for what, api_key in nearly.items():
        if api_key not in trial.settings.keys:
            await _shut_out(trial, api_key, {}, MALFORMED_OR_UNKNOWN, f"with {what}")


async def _shut_out(
    trial: Trial, api_key: str | None, headers: Mapping[str, str], statuses: set[int], how: str
) -> None:
    """No endpoint serves the caller or tells of the customer, and what the caller tried did not happen."""
    key, sent = trial.names.key(), _own_values(trial)
    customer = trial.made(await trial.create(sent, key=key))
    for name, kind, _ in names_of(customer):
        seen = await trial.retrieve(name, api_key=api_key, headers=headers)
        _kept_out(trial, customer, seen, f"retrieving by {kind} {how}", statuses)
        changed = await trial.update(name, {"name": "Intruder"}, api_key=api_key, headers=headers)
        _kept_out(trial, customer, changed, f"updating by {kind} {how}", statuses)
        await unchanged_by(trial, customer, changed, claim=trial.claim)
    nobody = await trial.retrieve(trial.names.reference(), api_key=api_key, headers=headers)
    trial.denied(nobody, f"retrieving nobody {how}", statuses)
    nobody = await trial.update(trial.names.reference(), api_key=api_key, headers=headers)
    trial.denied(nobody, f"updating nobody {how}", statuses)
    repeated = await trial.create(sent, key=key, api_key=api_key, headers=headers)
    _kept_out(trial, customer, repeated, f"repeating the owner's create {how}", statuses)
    reference = trial.names.reference()
    created = await trial.create({"external_reference": reference}, api_key=api_key, headers=headers)
    trial.denied(created, f"creating {how}", statuses)
    found = await trial.retrieve(reference)
    trial.require(not found.succeeded, f"a customer was created {how}", created, found)


def _own_values(trial: Trial) -> dict[str, Any]:
    """Every field that a create may name, with values that no other customer has where text allows it."""
    name, email, note = (trial.names.key().replace("-", "") for _ in range(3))
    return {
        **everything(trial),
        "external_reference": f"{trial.names.reference()}-{trial.names.key()}",
        "name": f"Keeper-{name}",
        "email": f"{email}@example.com",
        "metadata": {"note": note},
    }


def _kept_out(
    trial: Trial, customer: Customer, answer: Exchange, what: str, statuses: set[int], claim: str = ""
) -> None:
    """The answer is one of these refusals, and tells nothing of the customer; `claim` stands behind the latter."""
    if trial.denied(answer, what, statuses):
        _tells_nothing(trial, customer, answer, what, claim)


def _tells_nothing(trial: Trial, customer: Customer, answer: Exchange, what: str, claim: str = "") -> None:
    if answer.response is None:
        return
    told = b"\n".join([answer.response.body, *(value.encode() for _, value in answer.response.headers)]).lower()
    # What the caller has sent itself may be repeated: it gives nothing away.
    asked = answer.request.target.encode().lower() + (answer.request.body or b"").lower()
    record, metadata = customer.record, customer.record.get("metadata")
    values = {field: record.get(field) for field in ("id", "external_reference", "name", "email")}
    values |= {"metadata": metadata.get("note")} if isinstance(metadata, dict) else {}
    for field, value in values.items():
        if isinstance(value, str) and len(value) >= _NOT_BY_CHANCE:
            own = value.lower().encode()
            trial.require(own in asked or own not in told, f"{what} shows the {field}", answer, claim=claim)


async def _keeps_each_field(
    trial: Trial, customer: Customer, api_key: str | None, statuses: set[int], how: str, seeing: str = ""
) -> None:
    """The caller changes no field, each tried by itself and by both names; `seeing` stands behind what is told."""
    fields = dict(new_values(trial))
    # In the currency that is tried by itself, so that no attempt undoes another.
    fields["balance"] |= fields["currency"]
    attempts = [
        (name, f"the {field} by {kind}", body) for name, kind, _ in names_of(customer) for field, body in fields.items()
    ]
    answers = await trial.at_once(*(trial.update(name, body, api_key=api_key) for name, _, body in attempts))
    for (_, what, _), answer in zip(attempts, answers, strict=True):
        _kept_out(trial, customer, answer, f"updating {what} {how}", statuses, seeing)
    await unchanged_by(trial, customer, *answers, claim=trial.claim)


@check("auth.public-key.reads-nothing", needs=(Need.PUBLIC_KEY,))
async def hides_from_public_keys(trial: Trial) -> None:
    """A public key retrieves no customer, by neither name, and no refusal tells of one."""
    key, sent = trial.names.key(), _own_values(trial)
    customer = trial.made(await trial.create(sent, key=key))
    public, statuses = trial.settings.public_api_key, MALFORMED_OR_UNKNOWN | NOT_YOURS
    for name, kind, _ in names_of(customer):
        seen = await trial.retrieve(name, api_key=public)
        _kept_out(trial, customer, seen, f"retrieving by {kind} with a public key", statuses)
    fresh = await trial.create(api_key=public)
    if fresh.status in statuses:
        # Where a public key may create (auth.public-key.creates), a replay may show what it sent itself.
        repeated = await trial.create(sent, key=key, api_key=public)
        what = "repeating the owner's create with a public key"
        if trial.require(not repeated.succeeded, f"{what} got {repeated.status}", fresh, repeated):
            _tells_nothing(trial, customer, repeated, what)


@check("auth.public-key.changes-nothing", needs=(Need.PUBLIC_KEY,))
async def keeps_from_public_keys(trial: Trial) -> None:
    """A public key updates no field of a customer, by neither name."""
    customer = await trial.customer(**_own_values(trial))
    statuses = MALFORMED_OR_UNKNOWN | NOT_YOURS
    await _keeps_each_field(trial, customer, trial.settings.public_api_key, statuses, "with a public key")


@check("auth.merchant.reads-own", needs=(Need.OTHER_KEY,))
async def hides_from_other_merchants(trial: Trial) -> None:
    """Another merchant's key retrieves none of this merchant's customers, by neither name, nor is told of one."""
    other = trial.settings.other_api_key
    customer = await trial.customer(**_own_values(trial))
    await trial.update(customer.id, {"phone": "+442071838750"})
    for name, kind, _ in names_of(customer):
        await trial.retrieve(name)  # What the owner has just read, a careless cache shows to anybody.
        seen = await trial.retrieve(name, api_key=other)
        _kept_out(trial, customer, seen, f"retrieving by {kind} with another merchant's key", NOT_YOURS)
    theirs = trial.made(await trial.create(_own_values(trial), api_key=other))
    for name, kind, _ in names_of(theirs):
        seen = await trial.retrieve(name)
        _kept_out(trial, theirs, seen, f"retrieving another merchant's customer by {kind}", NOT_YOURS)


@check("auth.merchant.changes-own", "auth.merchant.reads-own", needs=(Need.OTHER_KEY,))
async def keeps_from_other_merchants(trial: Trial) -> None:
    """Another merchant's key updates none of this merchant's customers, not even one of the same reference."""
    customer = await trial.customer(**_own_values(trial))
    other, seeing = trial.settings.other_api_key, "auth.merchant.reads-own"
    await _keeps_each_field(trial, customer, other, NOT_YOURS, "with another merchant's key", seeing)
    twin = await trial.create({"external_reference": customer.reference}, api_key=other)
    if twin.succeeded:
        changed = await trial.update(customer.reference, {"name": "Intruder"}, api_key=other)
        await unchanged_by(trial, customer, changed, claim=trial.claim)
        own = await trial.update(customer.reference, {"name": "Owner"})
        theirs = await trial.retrieve(customer.reference, api_key=other)
        if changed.succeeded and own.succeeded and theirs.succeeded:
            trial.agree(unchanged(changed.record, theirs.record, trial.claim), own, theirs, claim=trial.claim)
