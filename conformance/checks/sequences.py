"""What came before: an answer is the record as it is now, after any number of requests by either name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.checks.support import everything, is_still, metadata_limits, names_of, whole_update
from conformance.memory import Memory
from conformance.records import after_update, unchanged
from conformance.registry import check
from conformance.texts import TEXTS
from conformance.validity import fewest_keys

if TYPE_CHECKING:
    import random

    from conformance.exchange import Exchange
    from conformance.trial import Customer, Trial

_STEPS = 36
_REVIEW = 9
"""After so many steps, every customer is read by both names."""


@check("create.stored", "customer-parameter.by-reference", "retrieve.unknown")
async def finds_who_was_missing(trial: Trial) -> None:
    """That nobody had a reference is forgotten as soon as somebody has it."""
    reference = trial.names.reference()
    for _ in range(4):
        trial.unknown(await trial.retrieve(reference), "retrieving nobody, again,", claim="retrieve.unknown")
    await trial.update(reference, {"name": "Too early"})
    customer = trial.made(await trial.create({"external_reference": reference, **everything(trial)}))
    for name, kind, claim in names_of(customer):
        found = await trial.retrieve(name)
        if trial.served(found, f"retrieving a customer by its {kind}, after it was missing,", claim=claim):
            trial.agree(unchanged(customer.record, found.record, "create.stored"), customer.exchange, found)
    updated = await trial.update(reference, {"name": "In time"})
    trial.served(updated, "updating a customer by its reference, after it was missing,", claim="update.success")


@check("update.stored", "customer-parameter.by-reference")
async def shows_each_change(trial: Trial) -> None:
    """A change by either name shows at once by both, also when it sets a value that was there before."""
    customer = await trial.customer(**everything(trial))
    before: Any = customer.record
    for name, _, _ in names_of(customer):
        await trial.retrieve(name)
    for step, body in enumerate(_changes(trial)):
        updated = await trial.update(customer.id if step in {0, 3, 4, 7} else customer.reference, body)
        if not trial.served(updated, "an update among others", claim="update.success"):
            return
        for name, _, claim in names_of(customer):
            found = await trial.retrieve(name)
            if trial.served(found, "retrieving a customer after an update", claim=claim):
                trial.agree(after_update(before, body, found.record), updated, found)
        before = updated.record


def _changes(trial: Trial) -> tuple[dict[str, Any], ...]:
    """Updates of every field, most of which leave some as they are or change them only a little."""
    second = whole_update(trial)
    first = {field: value for field, value in everything(trial).items() if field in second}
    third = {**second, "name": second["name"].upper(), "balance": -second["balance"]}
    third |= {"metadata": {"order_id": "new", "note": "ord_1"}, "phone": "+442071838751"}
    fourth = {**third, "name": " Al ", "balance": 0, "metadata": {"note": "o"}}
    fifth = {**fourth, "phone": "+442071838752"}
    sixth = {**fifth, "name": "Al", "balance": -7, "metadata": {"note": "other", "order_id": "o"}}
    return second, first, second, third, fourth, fifth, sixth, first, first


@check("metadata.max-keys", "metadata.inert", "update.keeps", "update.metadata.max-keys")
async def grows_metadata(trial: Trial) -> None:
    """Metadata of several updates is replaced or merged, by either name alike, and never beyond its limit."""
    most, _, _ = metadata_limits(trial.oracle.subject)
    many, kept = fewest_keys(trial.oracle.subject), list[list[str]]()
    for by in range(2):
        customer = await trial.customer(metadata={"first": "0", "second": "0"})
        before: Any = customer.record
        for round_ in range(1 + most // many):
            fresh = {f"r{round_}_{number}": f"{round_}" for number in range(many - 1 if round_ else many - 2)}
            body = {"metadata": {"first": f"{round_ + 1}", **fresh}}
            updated = await trial.update(list(names_of(customer))[by][0], body)
            if updated.succeeded:
                trial.agree(after_update(before, body, updated.record), updated)
                before = updated.record
                kept += [sorted(map(str, before.get("metadata", {})))] if not round_ else []
            elif _fits(before.get("metadata", {}), body["metadata"], many):
                trial.served(updated, f"an update with {many} keys of metadata", claim="update.metadata.max-keys")
            for name, _, _ in names_of(customer):
                claim = "update.stored" if updated.succeeded else "errors.refused-changes-nothing"
                await is_still(trial, name, before, updated, claim=claim)
        more = await trial.update(customer.reference, {"metadata": {f"k{number}": "v" for number in range(many + 1)}})
        trial.refused(more, f"an update with {many + 1} keys of metadata", claim="update.metadata.max-keys")
        await is_still(trial, customer.id, before, more, claim="errors.refused-changes-nothing")
    same = all(keys == kept[0] for keys in kept)
    trial.require(same, "metadata is merged by one name and replaced by the other", claim="metadata.inert")


def _fits(old: dict[str, str], new: dict[str, str], many: int) -> bool:
    """Whether every server takes it: one that has been seen to replace, or one that merges within the least limit."""
    return "second" not in old or len({*old, *new}) <= many


@check("update.keeps", "metadata.max-keys")
async def keeps_much_metadata(trial: Trial) -> None:
    """An update that names no metadata keeps all of it, also more than one update could send."""
    most, _, _ = metadata_limits(trial.oracle.subject)
    for count in (fewest_keys(trial.oracle.subject), most):
        sent = {"external_reference": trial.names.reference(), "metadata": {f"k{n}": f"v{n}" for n in range(count)}}
        created = await trial.create(sent)
        if not created.succeeded:
            continue  # How much a new customer may have is not said (create.metadata.limits).
        customer = trial.made(created)
        body = {"name": "Much metadata"}
        updated = await trial.update(customer.reference, body)
        if trial.served(updated, "an update of a customer with much metadata", claim="update.success"):
            found = await trial.retrieve(customer.id)
            for answer in (updated, found):
                trial.agree(after_update(customer.record, body, answer.record) if answer.succeeded else (), answer)


@check("errors.refused-changes-nothing", "update.stored", "update.keeps")
async def takes_or_leaves_a_balance(trial: Trial) -> None:
    """A balance alone, for a customer with a currency, is taken or refused, and what the answer says is so."""
    for by in range(2):
        customer = await trial.customer(**everything(trial))
        before: Any = customer.record
        for body in ({"balance": 777}, {"balance": -1, "name": "Beside"}, {"metadata": {"b": "1"}, "balance": 0}):
            answer = await trial.update(list(names_of(customer))[by][0], body)
            if answer.succeeded:
                trial.agree(after_update(before, body, answer.record), answer)
                before = answer.record
            for name, _, _ in names_of(customer):
                found = await trial.retrieve(name)
                claim = "update.stored" if answer.succeeded else "errors.refused-changes-nothing"
                trial.agree(unchanged(before, found.record, claim) if found.succeeded else (), answer, found)


@check("update.stored", "update.keeps", "update.only-this")
async def remembers_a_long_story(trial: Trial) -> None:
    """Three customers in a long random story, each request held against all that went before."""
    memory, draw = Memory(trial.oracle, trial.names.prefix), trial.names.random
    heroes: list[Customer] = []
    for _ in range(3):
        whole = everything(trial)
        fields = {name: whole[name] for name in draw.sample(sorted(whole), 3)}
        fields = fields if "currency" in fields else {name: fields[name] for name in fields if name != "balance"}
        heroes.append(await trial.customer(**fields))
        memory.judge(heroes[-1].exchange)
    for step in range(1, _STEPS + 1):
        hero = draw.choice(heroes)
        name, other = draw.sample([hero.id, hero.reference], 2)
        await _next(trial, memory, name, _change(trial, draw))
        await _next(trial, memory, other)
        if step % _REVIEW == 0:
            for one in heroes:
                await _next(trial, memory, one.id)
                await _next(trial, memory, one.reference)


async def _next(trial: Trial, memory: Memory, name: str, body: dict[str, Any] | None = None) -> Exchange:
    exchange = await (trial.retrieve(name) if body is None else trial.update(name, body))
    trial.take(memory.follow(exchange))
    return exchange


def _change(trial: Trial, draw: random.Random) -> dict[str, Any]:
    """Some fields with other values, in any order; now and then one of them is wrong."""
    currency = trial.oracle.subject.example(trial.oracle.subject.update, "currency")
    values: dict[str, dict[str, Any]] = {
        "name": {"name": draw.choice(TEXTS)},
        "phone": {"phone": f"+{draw.randrange(10, 10**15)}"},
        "currency": {"currency": currency},
        "balance": {"balance": draw.randrange(-(10**6), 10**6), "currency": currency},
        "metadata": {"metadata": {key: draw.choice(TEXTS) for key in draw.sample("abcdefgh", draw.randrange(1, 5))}},
    }
    body: dict[str, Any] = {}
    for field in draw.sample(sorted(values), draw.randrange(1, 4)):
        body |= values[field]
    if draw.random() < 0.15:
        body |= draw.choice(({"phone": "12345"}, {"name": 5}, {"metadata": {"a": 1}}, {"currency": "ZZZ"}))
    return body
