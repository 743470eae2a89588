"""What a server is not accused of: what is lost by chance, paths as frameworks give them, keys that are near."""

from __future__ import annotations

import asyncio
import json
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING

import httpx
import pytest

from conformance.exchange import Exchange, Request, Response
from conformance.finding import Finding
from conformance.fuzz import Fuzz
from conformance.memory import Memory
from conformance.names import Names
from conformance.oracle import Oracle
from conformance.runner import judge
from conformance.settings import Settings
from conformance.target import Target
from conformance.texts import FREE_NAMES, TAKEN_NAMES
from conformance.verdict import State
from tests.conformance.faults import FAULTS, Fault
from tests.conformance.faults.corpus import changes, everything, updates
from tests.conformance.faults.judging import judge_whole
from tests.conformance.faults.server import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.subject import Subject
    from tests.conformance.conftest import Sandbox

    Handler = Callable[[httpx.Request], httpx.Response]

LOOK_UP = Request("retrieveCustomer", "GET", "/billing/customers/somebody")


def _problem(target: str, instance: str) -> Exchange:
    """A customer that is not found, and what the problem says of the path."""
    content = {"type": "about:blank", "title": "No", "status": 404, "detail": "No.", "instance": instance}
    response = Response(404, (("Content-Type", "application/problem+json"),), json.dumps(content).encode(), 0.0)
    return Exchange(Request("retrieveCustomer", "GET", target), response)


@pytest.mark.parametrize(
    "instance", ["/billing/customers/\x84é", "/billing/customers/Â\x84Ã©", "/billing/customers/%C2%84%C3%A9"]
)
def test_paths_are_given_as_frameworks_give_them(subject: Subject, instance: str) -> None:
    """Whether the path of an odd name is given decoded, which is no URI, is not said."""
    assert Oracle(subject).judge(_problem("/billing/customers/%C2%84%C3%A9", instance)) == []


def test_plain_paths_are_uris(subject: Subject) -> None:
    """Where the name is a plain one, the instance is a URI and the path."""
    found = Oracle(subject).judge(_problem("/billing/customers/somebody", "no uri"))
    assert {finding.claim for finding in found} == {"errors.instance", "errors.instance.path"}


def _sent(answers: list[Handler]) -> tuple[Exchange, int]:
    """What becomes of a request to a server that answers so, one after the other; and how often it was sent."""
    count = 0

    def handle(request: httpx.Request) -> httpx.Response:
        nonlocal count
        count += 1
        return answers[min(count, len(answers)) - 1](request)

    async def send() -> Exchange:
        settings = Settings("http://server.example", "sk_test_example")
        async with Target(settings, httpx.MockTransport(handle)) as target:
            return await target.send(LOOK_UP)

    return asyncio.run(send()), count


def _breaks(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadError("reset", request=request)


def _turns_away(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused", request=request)


def _is_busy(_: httpx.Request) -> httpx.Response:
    return httpx.Response(503)


def _serves(_: httpx.Request) -> httpx.Response:
    return httpx.Response(200)


@pytest.mark.parametrize("lost", [_breaks, _turns_away, _is_busy])
def test_what_was_lost_is_sent_again(lost: Handler) -> None:
    """A request that is lost a few times in a row was lost by chance; one that is always lost was not."""
    exchange, count = _sent([lost, lost, lost, _serves])
    assert (exchange.status, count) == (200, 4)
    exchange, count = _sent([lost])
    assert exchange.status != 200
    assert count == 4


def test_keys_that_are_near_are_not_taken_for_unknown(sandbox: Sandbox, subject: Subject) -> None:
    """Where the keys of a run differ in their last character, or in one more, none of them counts as never issued."""
    near = {"sk_test_a": sandbox.key, "sk_test_b": sandbox.other_key, "sk_test_": sandbox.public_key}

    async def forward(request: httpx.Request) -> httpx.Response:
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        headers = {**request.headers, "authorization": f"{scheme} {near.get(key, key)}"}
        del headers["host"]
        url = f"{sandbox.url}{request.url.raw_path.decode()}"
        async with httpx.AsyncClient() as client:
            return await client.request(request.method, url, headers=headers, content=request.content)

    keys, claim = ("sk_test_a", "sk_test_b", "sk_test_"), "auth.unknown-key"
    settings = Settings("http://near.example", *keys, seed=1, claims=(claim,))
    (result,) = judge(settings, subject, transport=httpx.MockTransport(forward)).results
    assert result.state is State.PASS, result.shown


def test_generated_requests_touch_nobody_else(subject: Subject) -> None:
    """An id as short as those that are drawn may be another customer's where ids are counted: it is never sent."""
    settings = Settings("http://counting.example", "sk_test_example")
    memory, names = Memory(Oracle(subject), "conformance-"), Names(1)
    fuzz = Fuzz(subject, settings, memory, names, ["mine"], lambda *_: None, 0.0, 1)
    drawn = set()
    for _ in range(10):
        operation = SimpleNamespace(definition=SimpleNamespace(raw={"operationId": subject.update.id}))
        case = SimpleNamespace(operation=operation, method="PATCH", headers={}, body={})
        case.path_parameters = {subject.update.parameters[0].name: f"{subject.id_prefix}7"}
        fuzz.prepare(case)
        drawn |= set(case.path_parameters.values())
    assert "mine" in drawn
    assert all(len(name) > 30 for name in drawn - {"mine"})
    assert len(drawn) == 3


def test_generated_requests_excuse_a_busy_server(subject: Subject) -> None:
    """A generated request that meets a 503 accuses nobody; one that meets a 500 does."""
    found = {status: len(_judged_by_fuzz(subject, status)) for status in (503, 500)}
    assert found == {503: 0, 500: 1}


def _judged_by_fuzz(subject: Subject, status: int) -> list[Finding]:
    """What a generated look-up shows that got this status."""
    found: list[Finding] = []
    settings = Settings("http://busy.example", "sk_test_example")
    memory = Memory(Oracle(subject), "conformance-")
    fuzz = Fuzz(
        subject, settings, memory, Names(1), [], lambda _, findings: found.extend(findings), time.monotonic() + 60, 1
    )
    url = f"{settings.base_url}{LOOK_UP.target}"
    request = SimpleNamespace(method="GET", url=url, headers={}, body=None)
    case = SimpleNamespace(
        operation=SimpleNamespace(definition=SimpleNamespace(raw={"operationId": LOOK_UP.operation}))
    )
    fuzz.judge(case, SimpleNamespace(request=request, status_code=status, headers={}, content=b"", elapsed=0.1))
    return found


def test_no_name_is_both_taken_and_nobodys() -> None:
    """One check does not take what another, at the same time, looks for in vain."""
    assert not set(TAKEN_NAMES) & set(FREE_NAMES)


@pytest.mark.parametrize(
    ("what", "others"),
    [
        ("look-ups show no phone number", "auth."),
        ("look-ups begin with a byte-order mark", "auth.unknown-key auth.missing-key phone. name. metadata. balance."),
        ("answers hold the balance as a string", "customer-parameter. create. errors. metadata. phone. retrieve."),
        ("keys are unknown for updates by reference", "balance. currency. customer-parameter. metadata. name. phone."),
        ("updates are read as merge patches only", "name. phone. currency. balance."),
    ],
)
def test_one_fault_is_not_found_under_other_names(what: str, others: str) -> None:
    """Customers never read as they were made are no intruder's work; no value is at fault where none is taken."""
    accused = judge_whole(next(fault for fault in FAULTS if fault.what == what)).accused
    assert accused
    assert not [claim for claim in accused if claim.startswith(tuple(others.split()))]


def test_answers_that_are_never_read_so_are_no_strangers_work() -> None:
    """Where every answer to an update lacks a field that look-ups show, nobody is accused of having put it there."""
    lacking = Fault("", "answers to updates lack the e-mail", changes(updates, lambda answer: answer.having(email=...)))
    accused = judge_whole(lacking).accused
    assert "update.success" in accused
    assert not [claim for claim in accused if claim.startswith(("auth.", "errors.", "idempotency."))]


def test_what_should_not_be_breaks_no_must() -> None:
    """A server that shows a balance of 0 where none is tracked is warned of that, and fails nothing."""

    def shows_nought(answer: Answer) -> Answer:
        tracks = "id" not in answer.json or "balance" in answer.json
        return answer if tracks else answer.having(balance=0, currency=answer.json.get("currency", "ZAR"))

    judged = judge_whole(Fault("", "a balance of 0 is shown where none is tracked", changes(everything, shows_nought)))
    assert judged.accused == ["balance.untracked"], judged.why
    assert judged.verdict.exit_status == 0
