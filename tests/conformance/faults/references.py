"""Faults of names: what only a reference shows, or only a reference of some shape."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from tests.conformance.faults.behaviour import twice
from tests.conformance.faults.corpus import accepts, changes, creates, fault, refuses, sends, updates
from tests.conformance.faults.server import Answer, Call, Memory, problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conformance.faults.server import Forward, Switch


def _updates_by_reference(call: Call) -> bool:
    return call.updates and call.by_reference


def _reference(call: Call) -> str:
    value = call.json.get("external_reference") if call.creates else call.name
    return value if isinstance(value, str) else ""


# ── Shapes

fault(
    "external-reference.pattern",
    "references of words that mean nothing are refused",
    refuses(lambda c: c.creates and _reference(c) in {"null", "undefined"}),
)
fault(
    "customer-parameter.by-reference",
    "the reference null is nobody's",
    refuses(lambda c: c.retrieves and c.name in {"null", "true"}, 404),
)
fault(
    "customer-parameter.by-reference",
    "references that read like UUIDs are not found",
    refuses(lambda c: c.retrieves and len(c.name) == 36 and c.name.count("-") == 4, 404),
)
fault(
    "customer-parameter.by-reference",
    "references that read like numbers in powers of ten are not found",
    refuses(lambda c: c.retrieves and c.name[:-2].isdecimal() and c.name.endswith("e5"), 404),
)


fault(
    "customer-parameter.by-reference",
    "references that read like dates are not found",
    refuses(lambda c: c.retrieves and re.fullmatch(r"\d{4}-\d\d-\d\d", c.name) is not None, 404),
)
fault(
    "customer-parameter.by-reference",
    "references that begin like the ids of others are taken for ids",
    refuses(lambda c: bool(c.name) and c.name.startswith("cus_"), 404),
)


def _read_as(change: Callable[[str], str]) -> Switch:
    """Find, for a reference, the customer that was created last under one that reads alike."""

    async def switch(call: Call, forward: Forward, memory: Memory) -> Answer:
        alike = memory.seen.get(change(call.name)) if call.by_reference else None
        answer = await forward(call.renamed(alike) if alike else call)
        if call.creates and answer.succeeded:
            memory.seen[change(_reference(call))] = answer.json["id"]
        return answer

    return switch


for what, change in (
    ("leading zeros of references do not count", lambda name: name.lstrip("0")),
    ("references are found by their first 200 characters", lambda name: name[:200]),
    ("hyphens and underscores are the same", lambda name: name.replace("_", "-")),
    ("hyphens at the end do not count", lambda name: name.rstrip("-")),
    ("the case of references does not count, although both can be had", str.lower),
):
    fault("customer-parameter.by-reference", what, _read_as(change))


@fault("external-reference.unique", "references are the same by their first 200 characters")
async def _by_the_beginning(call: Call, forward: Forward, memory: Memory) -> Answer:
    beginning = (call.headers.get("authorization"), _reference(call)[:200])
    if call.creates and len(_reference(call)) > 200:
        if memory.seen.get(beginning, call.key) != call.key:
            return problem(409, instance=call.path)
        memory.seen[beginning] = call.key
    return await forward(call)


@fault("external-reference.unique", "long references can be taken twice")
async def _long_twice(call: Call, forward: Forward, memory: Memory) -> Answer:
    return await (twice if len(_reference(call)) == 255 else _plainly)(call, forward, memory)


async def _plainly(call: Call, forward: Forward, memory: Memory) -> Answer:
    return await forward(call)


@fault("customer-parameter", "percent-encoded names are not found")
async def _raw(call: Call, forward: Forward, memory: Memory) -> Answer:
    encoded = call.path.rpartition("/")[2]
    return problem(404) if call.name and encoded != call.name else await forward(call)


@fault("customer-parameter", "percent-encoded references are not found in updates")
async def _raw_updates(call: Call, forward: Forward, memory: Memory) -> Answer:
    encoded = call.path.rpartition("/")[2]
    return problem(404) if _updates_by_reference(call) and encoded != unquote(encoded) else await forward(call)


# ── What is stored and checked under long references


def _under_long(limit: int, field: str, when: Callable[[Call], bool]) -> Switch:
    return sends(lambda c: when(c) and len(_reference(c)) > limit and field in c.json, lambda c: c.without(field))


fault(
    "create.stored", "metadata is dropped under references beyond 64 characters", _under_long(64, "metadata", creates)
)
fault("create.stored", "the name is dropped under references beyond 128 characters", _under_long(128, "name", creates))
fault("create.stored", "the phone number is dropped under the longest references", _under_long(254, "phone", creates))
fault("update.stored", "the name is not stored under references beyond 64 characters", _under_long(64, "name", updates))
fault(
    "update.stored", "the phone number is not stored under the longest references", _under_long(254, "phone", updates)
)


def _latin(value: Any) -> Any:
    return value.encode("utf-8", "replace").decode("latin-1")[:255] if isinstance(value, str) else value


def _unescaped(value: Any) -> Any:
    return value.replace("&amp;", "&") if isinstance(value, str) else value


def _replacing(field: str, change: Callable[[Any], Any], when: Callable[[Call], bool]) -> Switch:
    return sends(
        lambda c: when(c) and c.json.get(field) is not None,
        lambda c: c.holding({**c.json, field: change(c.json[field])}),
    )


fault(
    "text.characters",
    "UTF-8 is read as Latin-1 in updates by reference",
    _replacing("name", _latin, _updates_by_reference),
)
fault(
    "text.characters",
    "look-ups by reference show names in Latin-1",
    changes(
        lambda c: c.retrieves and c.by_reference,
        lambda a: a.having(name=_latin(a.json["name"])) if "name" in a.json else a,
    ),
)
fault(
    "text.characters",
    "markup is turned back in updates by reference",
    _replacing("name", _unescaped, _updates_by_reference),
)

_WRONG: tuple[tuple[str, str, str, Callable[[Any], bool]], ...] = (
    ("name.max-length", "name", "names of any length are taken", lambda v: isinstance(v, str) and len(v) > 255),
    ("name.type", "name", "numbers are taken for names", lambda v: type(v) is int),
    ("phone.e164", "phone", "any phone number is taken", lambda v: isinstance(v, str)),
    ("currency.iso-4217", "currency", "any three letters are a currency", lambda v: v in {"ZZZ", "QQQ"}),
    ("balance.type", "balance", "fractions are taken", lambda v: isinstance(v, float)),
    (
        "metadata.value-length",
        "metadata",
        "values of any length are taken",
        lambda v: isinstance(v, dict) and any(isinstance(x, str) and len(x) > 500 for x in v.values()),
    ),
    (
        "metadata.key-length",
        "metadata",
        "keys of any length are taken",
        lambda v: isinstance(v, dict) and any(len(x) > 40 for x in v),
    ),
    (
        "update.metadata.max-keys",
        "metadata",
        "any number of keys is taken",
        lambda v: isinstance(v, dict) and len(v) > 10,
    ),
)
for claim, field, what, wrong in _WRONG:
    fault(claim, f"{what} in updates by reference", accepts(field, wrong, _updates_by_reference))

fault(
    "balance.sign",
    "credit becomes debt in updates by reference",
    _replacing("balance", lambda v: abs(v) if type(v) is int else v, _updates_by_reference),
)
fault(
    "errors.invalid-is-4xx",
    "malformed JSON is 500 in updates by reference",
    changes(lambda c: _updates_by_reference(c) and not c.json, lambda _: problem(500), failed=True),
)
fault(
    "retrieve.unknown",
    "an unknown reference is 200 with nothing",
    changes(
        lambda c: c.retrieves and c.by_reference,
        lambda a: Answer(200, {"content-type": "application/json"}, b"{}") if a.status == 404 else a,
        failed=True,
    ),
)
