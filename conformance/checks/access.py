"""API keys: which are served, which are refused, and what nobody without one sees or changes."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from conformance.checks.support import everything, is_still, names_of, new_values, other_end, unknown_id
from conformance.exchange import Request
from conformance.registry import Need, check
from conformance.trial import KEY_REFUSED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conformance.exchange import Exchange
    from conformance.trial import Customer, Trial

NO_KEY = {401}
"""What a request without a key gets."""

MALFORMED_OR_UNKNOWN = {400, *KEY_REFUSED}
"""What a request with a key that is none can get: the pages settle no one status."""

NOT_YOURS = {401, 403, 404}
"""What a valid key can get for somebody else's customer."""

_NOT_BY_CHANCE = 16
"""A value of so many characters stands in an answer only when the server put the customer's own there."""


@check("auth.bearer")
async def serves_valid_keys(trial: Trial) -> None:
    """A valid key is served on every endpoint, each merchant's own, also right after a wrong one."""
    keys = [key for key in (trial.settings.api_key, trial.settings.other_api_key) if key]
    for api_key in keys:
        created = await trial.create(api_key=api_key)
        if not trial.served(created, "a create with a valid key", claim=_behind(created)):
            continue
        name = created.request.json["external_reference"]
        for ask in (trial.retrieve, trial.update, trial.retrieve):
            answer = await ask(name, api_key=api_key)
            trial.served(answer, "a request with a valid key", claim=_behind(answer))
            await trial.retrieve(name, api_key=other_end(api_key))


def _behind(answer: Exchange) -> str:
    return "auth.bearer" if answer.status in KEY_REFUSED else ""


@dataclass(frozen=True)
class _Intruder:
    """Somebody who is not served: with which key or headers, and as a person reads it."""

    how: str
    api_key: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def sends(self) -> dict[str, Any]:
        """What makes a request theirs."""
        return {"api_key": self.api_key, "headers": self.headers}

    def statuses(self, usual: set[int]) -> set[int]:
        """How they are refused: a server may look at the kind of a key before it looks for the key."""
        return usual | NOT_YOURS if (self.api_key or "").startswith("pk_") else usual


@check("auth.missing-key")
async def refuses_no_key(trial: Trial) -> None:
    """Without a key every endpoint answers 401, shows nothing and changes nothing, whichever field is named."""
    key = trial.settings.api_key
    elsewhere = ({"X-Api-Key": key}, {"Cookie": f"api_key={key}"}, {"Proxy-Authorization": f"Bearer {key}"})
    without = [_Intruder(f"with the key in {next(iter(headers))} alone", headers=headers) for headers in elsewhere]
    await _shut_out(trial, [_Intruder("without a key"), *without], NO_KEY)
    await keeps_each_field(trial, await trial.customer(**own_values(trial)), None, NO_KEY, "without a key")


@check("auth.malformed-key")
async def refuses_malformed_keys(trial: Trial) -> None:
    """An Authorization header that is no bearer token is refused, though the key in it is valid."""
    key = trial.settings.api_key
    user, password = (base64.b64encode(pair.encode()).decode() for pair in (f"{key}:", f":{key}"))
    values = [key, f"Basic {key}", f"Basic {user}", f"Basic {password}", f"Token {key}", "", "null", "Bearer"]
    values += [f"Bearer{key}", f"Bearer:{key}", f"Bearer: {key}", f"Bearer={key}", f"Bearers {key}"]
    values += [f'Bearer "{key}"', f"Bearer {key} {key}", f"Basic {user}, Bearer {key}", f"Bearer none, Bearer {key}"]
    intruders = [_Intruder(f"with {value.replace(key, 'KEY')!r}", headers={"Authorization": value}) for value in values]
    await _shut_out(trial, intruders, MALFORMED_OR_UNKNOWN)


@check("auth.unknown-key")
async def refuses_unknown_keys(trial: Trial) -> None:
    """A key that was never issued is refused, also one that is nearly a valid key."""
    key, random = trial.settings.api_key, trial.names.key().replace("-", "")
    kinds = ("sk_test_", "sk_", "pk_test_")
    nearly = {f"an invented key {kind}…": f"{kind}{random}" for kind in kinds}
    nearly |= {"a key with one character more": f"{key}0", "a key cut short": key[:-1]}
    nearly |= {"a key with another end": other_end(key), "a long key": f"{key}{random * 80}"}
    nearly |= {f"a key with {char!r} behind it": f"{key}{char}" for char in "=.;"}
    nearly |= {"a prefix": kinds[0], "a wild card": "%", "a key in the other case": key.swapcase()}
    own = next((kind for kind in kinds if key.startswith(kind)), "")
    nearly |= {f"the key as {kind}…": f"{kind}{key.removeprefix(own)}" for kind in kinds}
    intruders = [_Intruder(f"with {what}", api_key) for what, api_key in nearly.items()]
    intruders = [one for one in intruders if one.api_key not in trial.settings.keys]
    await _shut_out(trial, intruders, MALFORMED_OR_UNKNOWN)


async def _shut_out(trial: Trial, intruders: Sequence[_Intruder], statuses: set[int]) -> None:
    """No endpoint serves them or tells them of the customer, and what they tried did not happen."""
    key, sent, free = trial.names.key(), own_values(trial), trial.names.reference()
    customer = trial.made(await trial.create(sent, key=key))
    tried: list[Exchange] = []
    names = [(name, kind) for name, kind, _ in names_of(customer)]
    for turn, one in enumerate(intruders):
        refusals = one.statuses(statuses)
        for name, kind in names if turn == 0 else names[turn % 2 :][:1]:
            # What the owner has just read, a careless cache shows to anybody.
            await trial.retrieve(name)
            seen = await trial.retrieve(name, **one.sends)
            kept_out(trial, customer, seen, f"retrieving by {kind} {one.how}", refusals)
        for name, kind in names if turn == 0 else names[(turn + 1) % 2 :][:1]:
            tried.append(await trial.update(name, {"name": f"Intruder {one.how} by {kind}"}, **one.sends))
            kept_out(trial, customer, tried[-1], f"updating by {kind} {one.how}", refusals)
        repeated = await trial.create(sent, key=key, **one.sends)
        kept_out(trial, customer, repeated, f"repeating the owner's create {one.how}", refusals)
        tried.append(await trial.create({"external_reference": free, "name": f"Intruder {one.how}"}, **one.sends))
        trial.denied(tried[-1], f"creating {one.how}", refusals)
    nobody, one = trial.names.reference(), intruders[0]
    for answer in (await trial.retrieve(nobody, **one.sends), await trial.update(nobody, **one.sends)):
        trial.denied(answer, f"asking for nobody {one.how}", statuses)
    await hides_from_head(trial, customer, one.how, **one.sends)
    now = await trial.retrieve(customer.id)
    await is_still(trial, customer.id, customer.record, *_by(tried, now))
    found = await trial.retrieve(free)
    if trial.nobody(found, "a customer was created without a valid key", *_by(tried, found)):
        created = await trial.create({"external_reference": free})
        trial.served(created, "a create under a reference that was asked for without a valid key")


def cookies_of(*answers: Exchange) -> dict[str, str]:
    """The header that gives back the cookies of these answers; empty where they set none."""
    headers = [pair for answer in answers if answer.response for pair in answer.response.headers]
    given = dict.fromkeys(value.partition(";")[0] for name, value in headers if name.lower() == "set-cookie")
    return {"Cookie": "; ".join(given)} if given else {}


async def hides_from_head(
    trial: Trial, customer: Customer, how: str, api_key: str | None, headers: Mapping[str, str] | None = None
) -> None:
    """HEAD, which no page names, does not tell who is refused that a customer is there."""
    subject = trial.oracle.subject
    key = {"Authorization": f"Bearer {api_key}"} if api_key else {}
    # A simple server that sends a body all the same would spoil the connection for the next request.
    sent = tuple({**key, **(headers or {}), "Connection": "close"}.items())
    names = (customer.id, customer.reference, unknown_id(trial))
    targets = [subject.target(subject.retrieve, name) for name in names]
    answers = [await trial.send(Request("", "HEAD", target, sent)) for target in targets]
    *there, nobody = answers
    for answer in there:
        told = answer.succeeded and not nobody.succeeded
        trial.require(not told, f"HEAD {how} tells that a customer is there", answer, nobody)


def _by(tried: Sequence[Exchange], found: Exchange) -> Sequence[Exchange]:
    """Those of the requests that gave a customer the name it has."""
    return [one for one in tried if one.request.json["name"] == found.record.get("name")]


def own_values(trial: Trial) -> dict[str, Any]:
    """Every field that a create may name, with values that no other customer has where text allows it."""
    name, email, note = (trial.names.key().replace("-", "") for _ in range(3))
    return {
        **everything(trial),
        "external_reference": f"{trial.names.reference()}-{trial.names.key()}",
        "name": f"Keeper-{name}",
        "email": f"{email}@example.com",
        "phone": f"+27{trial.names.random.randrange(10**8, 10**9)}",
        "metadata": {"note": note},
    }


def kept_out(
    trial: Trial, customer: Customer, answer: Exchange, what: str, statuses: set[int], claim: str = ""
) -> None:
    """The answer is one of these refusals, and tells nothing of the customer; `claim` stands behind the latter."""
    if trial.denied(answer, what, statuses):
        tells_nothing(trial, customer, answer, what, claim)


def tells_nothing(trial: Trial, customer: Customer, answer: Exchange, what: str, claim: str = "") -> None:
    """The answer holds none of the customer's own values, but for those that the caller sent."""
    if answer.response is None:
        return
    told = b"\n".join([answer.response.body, *(value.encode() for _, value in answer.response.headers)]).lower()
    asked = answer.request.target.encode().lower() + (answer.request.body or b"").lower()
    record, metadata = customer.record, customer.record.get("metadata")
    values = {name: record.get(name) for name in ("id", "external_reference", "name", "email")}
    values |= {"metadata": metadata.get("note")} if isinstance(metadata, dict) else {}
    for name, value in values.items():
        if isinstance(value, str) and len(value) >= _NOT_BY_CHANCE:
            own = value.lower().encode()
            trial.require(own in asked or own not in told, f"{what} shows the {name}", answer, claim=claim)


async def keeps_each_field(
    trial: Trial, customer: Customer, api_key: str | None, statuses: set[int], how: str, seeing: str = ""
) -> None:
    """The caller changes no field, each tried by itself and by both names; `seeing` stands behind what is told."""
    fields = dict(new_values(trial))
    # In the currency that is tried by itself, so that no attempt undoes another.
    fields["balance"] |= fields["currency"]
    fields["nothing"] = {}
    attempts = [
        (name, f"the {what} by {kind}", body) for name, kind, _ in names_of(customer) for what, body in fields.items()
    ]
    answers = await trial.at_once(*(trial.update(name, body, api_key=api_key) for name, _, body in attempts))
    for (_, what, _), answer in zip(attempts, answers, strict=True):
        kept_out(trial, customer, answer, f"updating {what} {how}", statuses, seeing)
    await is_still(trial, customer.id, customer.record, *answers)


@check("auth.public-key.reads-nothing", "errors.refused-changes-nothing", needs=(Need.PUBLIC_KEY,))
async def hides_from_public_keys(trial: Trial) -> None:
    """A public key retrieves no customer, by neither name, and no refusal tells of one."""
    key, sent = trial.names.key(), own_values(trial)
    customer = trial.made(await trial.create(sent, key=key))
    public, statuses = trial.settings.public_api_key, MALFORMED_OR_UNKNOWN | NOT_YOURS
    for name, kind, _ in names_of(customer):
        await trial.retrieve(name)
        for _ in range(2):
            seen = await trial.retrieve(name, api_key=public)
            kept_out(trial, customer, seen, f"retrieving by {kind} with a public key", statuses)
    await hides_from_head(trial, customer, "with a public key", public)
    second = await trial.create({"external_reference": customer.reference}, api_key=public)
    tells_nothing(trial, customer, second, "creating under a taken reference with a public key")
    fresh = await trial.create(api_key=public)
    if fresh.status in statuses:
        again = await trial.create(fresh.request.json)
        what = "a create under a reference that a public key was refused"
        trial.served(again, what, claim="errors.refused-changes-nothing")
        # Where a public key may create (auth.public-key.creates), a replay may show what it sent itself.
        repeated = await trial.create(sent, key=key, api_key=public)
        what = "repeating the owner's create with a public key"
        if trial.require(not repeated.succeeded, f"{what} got {repeated.status}", fresh, repeated):
            tells_nothing(trial, customer, repeated, what)


@check("auth.public-key.changes-nothing", needs=(Need.PUBLIC_KEY,))
async def keeps_from_public_keys(trial: Trial) -> None:
    """A public key updates no field of a customer, by neither name."""
    customer = await trial.customer(**own_values(trial))
    statuses = MALFORMED_OR_UNKNOWN | NOT_YOURS
    await keeps_each_field(trial, customer, trial.settings.public_api_key, statuses, "with a public key")
