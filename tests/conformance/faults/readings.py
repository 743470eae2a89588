"""Faults of how a value is read: another notation, a list of one, a text that holds what was meant."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.conformance.faults.corpus import accepts, changes, creates, everything, fault, updates, writes
from tests.conformance.faults.server import Answer, Call, Memory, problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conformance.faults.server import Forward

_MOST = 20

# ── Numbers


@fault("balance.minor-unit", "a balance in powers of ten is read up to its e")
async def _up_to_its_e(call: Call, forward: Forward, memory: Memory) -> Answer:
    return await forward(replace(call, body=re.sub(rb'("balance":\d+)e\+?\d+', rb"\1", call.body, flags=re.IGNORECASE)))


def _fraction(test: Callable[[float], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, float) and value != int(value) and test(value)


def _whole(value: Any) -> int:
    return round(float(value))


fault(
    "balance.type", "fractions below nought are cut off", accepts("balance", _fraction(lambda n: n < 0), stored=_whole)
)
fault(
    "balance.type",
    "what is nearly a whole number is taken for it",
    accepts("balance", _fraction(lambda n: abs(n - round(n)) < 1e-6), stored=_whole),
)
fault(
    "balance.type",
    "decimal numbers in quotes are taken",
    accepts("balance", lambda value: isinstance(value, str) and "." in value, stored=_whole),
)


@fault("update.keeps", "another currency without a balance changes the balance's unit")
async def _converts(call: Call, forward: Forward, memory: Memory) -> Answer:
    if call.updates and call.json.get("currency") in {"JPY", "KRW", "CLP"} and "balance" not in call.json:
        before = await forward(replace(call, method="GET", body=b""))
        if before.succeeded and before.json.get("balance"):
            return await forward(call.holding({**call.json, "balance": before.json["balance"] // 100}))
    return await forward(call)


# ── Lists of one, and texts that hold what was meant

fault(
    "currency.type",
    "a list of one currency is the currency",
    accepts("currency", lambda value: value == ["ZAR"], stored=lambda value: value[0]),
)
fault(
    "phone.type",
    "a list of one phone number is the number",
    accepts("phone", lambda value: isinstance(value, list) and len(value) == 1, stored=lambda value: value[0]),
)
fault(
    "metadata.type",
    "metadata in a text is read",
    accepts("metadata", lambda value: isinstance(value, str) and value.startswith("{"), stored=json.loads),
)


def _listed(answer: Answer) -> Answer:
    metadata = answer.json.get("metadata")
    counted = isinstance(metadata, dict) and metadata and list(metadata) == [str(n) for n in range(len(metadata))]
    return answer.having(metadata=list(metadata.values())) if counted else answer


fault("metadata.type", "metadata whose keys count from 0 is shown as a list", changes(everything, _listed))


# ── Metadata


def _without_marks(call: Call) -> Call:
    metadata = call.json.get("metadata")
    if not isinstance(metadata, dict):
        return call
    kept = {key: value for key, value in metadata.items() if key not in {"type", "@type"}}
    return call.holding({**call.json, "metadata": kept})


@fault("metadata.inert", "keys of metadata that name a type are dropped")
async def _drops_marks(call: Call, forward: Forward, memory: Memory) -> Answer:
    return await forward(_without_marks(call) if writes(call) else call)


@fault("metadata.max-keys", "keys that differ in case only count once")
async def _counts_caseless(call: Call, forward: Forward, memory: Memory) -> Answer:
    metadata = call.json.get("metadata") if creates(call) else None
    if not isinstance(metadata, dict) or not len({key.casefold() for key in metadata}) <= _MOST < len(metadata):
        return await forward(call)
    answer = await forward(call.without("metadata"))
    return answer.having(metadata=metadata) if answer.succeeded else answer


# ── E-mail addresses


def _without_dots(call: Call) -> Call:
    local, _, domain = str(call.json.get("email")).partition("@")
    return call.holding({**call.json, "email": f"{local.replace('.', '')}@{domain}"}) if domain == "gmail.com" else call


@fault("create.stored", "dots in addresses at gmail.com are dropped")
async def _drops_dots(call: Call, forward: Forward, memory: Memory) -> Answer:
    return await forward(_without_dots(call) if call.creates else call)


@fault("update.replaces", "the same update again finds no customer")
async def _nothing_affected(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    if not (updates(call) and answer.succeeded):
        return answer
    same = memory.seen.get(answer.json["id"]) == call.body
    memory.seen[answer.json["id"]] = call.body
    return problem(404, instance=call.path) if same else answer
