"""A fault that ordinary requests meet is found under the claim that they stand for, and under few others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conformance.verdict import State
from tests.conformance.faults import Fault
from tests.conformance.faults.corpus import changes, creates, everything, refuses, retrieves, updates
from tests.conformance.faults.judging import judge_claim, judge_whole

if TYPE_CHECKING:
    from tests.conformance.faults.server import Answer, Call, Forward, Memory, Switch


_ID = "bcus_"


def _is_empty(answer: Answer) -> Answer:
    return replace(answer, status=204, body=b"")


async def _shows_the_old(call: Call, forward: Forward, memory: Memory) -> Answer:
    """Answer an update with the record before it."""
    if not call.updates:
        return await forward(call)
    before, answer = await forward(replace(call, method="GET", body=b"")), await forward(call)
    return answer.holding(before.json) if answer.succeeded else answer


_ORDINARY: dict[str, tuple[Switch, str]] = {
    "every update is forbidden": (refuses(updates, 403), "auth.bearer update.success"),
    "every update is refused": (refuses(updates, 400), "update.success"),
    "every update fails": (refuses(updates, 500), "update.method update.success"),
    "no update is answered with a record": (changes(updates, _is_empty), "update.success"),
    "no create is answered with a record": (changes(creates, _is_empty), "create.success"),
    "no look-up by id finds": (
        refuses(lambda call: retrieves(call) and not call.by_reference, 404),
        "customer-parameter.by-id customer-parameter.links",
    ),
    "no look-up by reference finds": (
        refuses(lambda call: retrieves(call) and call.by_reference, 404),
        "customer-parameter.by-reference customer-parameter.links",
    ),
    "no update by reference finds": (
        refuses(lambda call: updates(call) and call.by_reference, 404),
        "customer-parameter.by-reference",
    ),
}


_ASKED = (
    *("auth.bearer", "auth.missing-key", "customer-parameter.by-id", "customer-parameter.by-reference"),
    *("customer-parameter.links", "retrieve.success", "create.success", "create.stored", "metadata.max-keys"),
    *("update.success", "update.method", "update.fields", "update.unknown", "idempotency.creates-once"),
)
"""What ordinary requests stand for, and some of the claims whose checks they would lead astray."""


@pytest.mark.parametrize("what", _ORDINARY)
def test_what_ordinary_requests_meet_is_theirs_to_show(what: str) -> None:
    """No limit, key or replay is blamed for what a request with nothing special about it gets."""
    switch, claims = _ORDINARY[what]
    assert sorted(judge_whole(Fault("", what, switch), claims=_ASKED).accused) == claims.split()


def test_what_ordinary_values_meet_is_theirs_to_show() -> None:
    """Where every answer to an update shows the record before it, no value is at fault."""
    asked = ("update.stored", "name.max-length", "phone.e164", "metadata.key-length")
    judged = judge_whole(Fault("", "answers to updates are late", _shows_the_old), claims=asked)
    assert judged.accused == ["update.stored"]


def test_what_nothing_exercised_has_not_passed() -> None:
    """A claim whose check met the fault of another one is neither broken nor kept."""
    fault = Fault("", "every update is refused", refuses(updates, 400))
    claims = ("update.metadata.max-keys", "update.keeps")
    judged = judge_whole(fault, claims=claims)
    (result,) = (one for one in judged.verdict.results if one.claim.id == claims[0])
    assert (result.state, result.note) == (State.NOT_EXERCISED, "blocked: update.success")


def test_fail_fast_stops_at_the_first_broken_claim() -> None:
    """What is broken is found with fewer requests, and claims that were not tried do not pass."""
    lost = refuses(lambda call: retrieves(call) and call.by_reference, 404)
    fault = Fault("customer-parameter.by-reference", "no look-up by reference finds", lost)
    first, all_of_them = judge_claim(fault), judge_whole(fault, claims=(fault.claim,))
    assert first.accused == all_of_them.accused == [fault.claim]
    assert len(first.verdict.exchanges) < len(all_of_them.verdict.exchanges)


async def _hyphenated(call: Call, forward: Forward, memory: Memory) -> Answer:
    """Show ids with a hyphen, and find them by that."""
    by_id = call.name.startswith(_ID) and "-" in call.name
    answer = await forward(call.renamed(call.name.replace("-", "")) if by_id else call)
    shown = answer.json.get("id") if answer.succeeded else None
    return answer.having(id=f"{shown[:10]}-{shown[10:]}") if shown else answer


def _nulls(answer: Answer) -> Answer:
    return answer if "phone" in answer.json else answer.having(phone=None)


@pytest.mark.parametrize(
    ("switch", "claim"),
    [(_hyphenated, "id.pattern"), (changes(updates, _nulls), "phone.type")],
    ids=["ids of a wrong form", "null for nothing"],
)
def test_a_wrong_form_is_judged_for_that_alone(switch: Switch, claim: str) -> None:
    """No update is accused of a name that the server gave itself, or of a field that is null where it is not there."""
    asked = (claim, "customer-parameter.by-id", "name.max-length", "update.stored", "update.body")
    assert judge_whole(Fault("", "a wrong form", switch), claims=asked).accused == [claim]


def test_no_answer_breaks_the_suite() -> None:
    """Metadata that is a list of objects is a wrong type, and no fault of the suite's own."""
    lists = changes(everything, lambda a: a.having(metadata=[{"a": "1"}, {"b": "2"}]) if "metadata" in a.json else a)
    judged = judge_whole(Fault("", "metadata is a list", lists))
    assert "metadata.type" in judged.accused
    assert not judged.verdict.count(State.ERROR)
