"""The server in memory as a partner's tests use it: faults, records, keys, and the fixture."""

from __future__ import annotations

import asyncio
import importlib.metadata
import os
import subprocess
import sys
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx
import pytest

import moment_billing
from moment_billing import AsyncMoment, Customer, Moment
from moment_billing._operations import Operation
from moment_billing.models import PaymentRules
from moment_billing.testing import MomentServer, _reading
from moment_billing.testing._plan import Plan
from tests.client.rows import Row, shows

if TYPE_CHECKING:
    from pathlib import Path


def partners_code() -> str:
    """Code deep in a partner's system, which makes a client of its own."""
    with Moment() as moment:
        return moment.customers.create(external_reference="INV-1", currency="ZAR", balance=100).id


@shows(Row.TESTING)
def test_the_fixture_stands_in_for_clients_made_elsewhere(moment_server: MomentServer) -> None:
    """A client that is made without a transport talks to the server in memory, under a key that it knows."""
    made = partners_code()
    assert [record.id for record in moment_server.records(Customer)] == [made]
    assert moment_server.requests[0].json == {"external_reference": "INV-1", "currency": "ZAR", "balance": 100}


def test_the_fixture_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the block, the environment and the clients are as before, also when the block failed."""
    monkeypatch.setenv("MOMENT_API_KEY", "sk_test_before")
    before = (Moment.__init__, AsyncMoment.__init__)
    with MomentServer().installed():
        assert os.environ["MOMENT_API_KEY"] == MomentServer.api_key
    with pytest.raises(ZeroDivisionError), MomentServer().installed():
        raise ZeroDivisionError
    assert os.environ["MOMENT_API_KEY"] == "sk_test_before"
    assert (Moment.__init__, AsyncMoment.__init__) == before


def test_a_transport_of_ones_own_is_kept(moment_server: MomentServer) -> None:
    """Within the fixture, a client that is given a transport uses that one."""
    other = MomentServer()
    with Moment(transport=other) as moment:
        moment.customers.create(external_reference="x")
    assert (len(other.requests), moment_server.requests) == (1, [])


def test_an_http_client_of_ones_own_is_stood_in_for(moment_server: MomentServer) -> None:
    """Code that brings an HTTP client along, such as one with a proxy, reaches no network in a test either."""
    with httpx.Client(proxy="http://127.0.0.1:9") as http:
        Moment(http_client=http).customers.create(external_reference="x")
    assert len(moment_server.requests) == 1


@pytest.mark.parametrize("asynchronous", [False, True])
def test_failures_meet_the_next_requests_only(asynchronous: bool, moment_server: MomentServer) -> None:
    """Two answers of 429 are met by two retries; the third attempt is carried out."""
    moment_server.fail(429, times=2, retry_after=0)
    if asynchronous:

        async def create() -> Customer:
            async with AsyncMoment() as moment:
                return await moment.customers.create(external_reference="x")

        asyncio.run(create())
    else:
        Moment().customers.create(external_reference="x")
    assert [request.status for request in moment_server.requests] == [429, 429, 201]
    keys = {request.headers["idempotency-key"] for request in moment_server.requests}
    assert len(keys) == 1


def test_an_injected_failure_is_a_problem_with_retry_after(moment_server: MomentServer) -> None:
    """The error has the contract's title, the given detail and the header."""
    moment_server.fail(429, retry_after=7, detail="Slow down.")
    with pytest.raises(moment_billing.RateLimitError) as caught:
        Moment(max_retries=0).customers.retrieve("x")
    assert caught.value.problem is not None
    assert (caught.value.problem.title, caught.value.problem.detail) == ("Too Many Requests", "Slow down.")
    assert caught.value.response.headers["retry-after"] == "7"


def test_a_lost_answer_is_replayed_to_the_retry(moment_server: MomentServer) -> None:
    """The connection breaks after the customer was created; the retry gets the kept answer."""
    moment_server.drop(after=True)
    raw = Moment().customers.with_raw_response.create(external_reference="x")
    assert raw.replayed
    assert len(moment_server.records(Customer)) == 1


def test_a_refused_connection_carries_out_nothing(moment_server: MomentServer) -> None:
    """`drop` alone breaks the connection before the request."""
    moment_server.drop(times=3)
    with pytest.raises(moment_billing.APIConnectionError):
        Moment(max_retries=0).customers.create(external_reference="x")
    assert moment_server.records(Customer) == []
    assert moment_server.requests[0].status is None


def test_a_late_answer_is_a_time_out_at_once(moment_server: MomentServer) -> None:
    """However long a delay, it costs the test nothing, and the request was carried out all the same."""
    moment_server.delay(601, operation="createCustomer")
    started = time.monotonic()
    with pytest.raises(moment_billing.APITimeoutError):
        Moment(max_retries=0, timeout=600).customers.create(external_reference="x")
    assert time.monotonic() - started < 600
    assert len(moment_server.records(Customer)) == 1


def test_an_answer_that_is_a_little_late_arrives(moment_server: MomentServer) -> None:
    """Within the time-out, the client waits for the answer."""
    moment_server.delay(0.01, times=2)
    assert Moment().customers.create(external_reference="x")

    async def retrieve() -> Customer:
        async with AsyncMoment() as moment:
            return await moment.customers.retrieve("x")

    assert asyncio.run(retrieve()).external_reference == "x"


def test_a_fault_can_be_meant_for_one_operation(moment_server: MomentServer) -> None:
    """Other operations pass it by, and an operation that does not exist is named."""
    moment_server.fail(503, operation="updateCustomer")
    moment = Moment(max_retries=0)
    moment.customers.create(external_reference="x")
    with pytest.raises(moment_billing.ServerError):
        moment.customers.update("x", name="y")
    with pytest.raises(moment_billing.MomentError, match="createCustomer, retrieveCustomer, updateCustomer"):
        moment_server.fail(503, operation="updateCustomers")


def test_a_fault_for_nobody_is_refused(moment_server: MomentServer) -> None:
    """No request, or an operation that is not there, is a mistake of the test's."""
    for times in (0, -1, "2", 1.5):
        with pytest.raises(moment_billing.MomentError, match="times must be 1 or more"):
            moment_server.fail(500, times=times)  # type: ignore[arg-type]
    with pytest.raises(moment_billing.MomentError, match=r"no operation 'createCustomers'; there are .*createCustomer"):
        moment_server.drop(operation="createCustomers")


@pytest.mark.parametrize("status", ["500", 99, 200, 399, 600, None, True])
def test_a_failure_needs_the_status_of_one(status: Any, moment_server: MomentServer) -> None:
    """What the client would take for no error, or no server can send, is a mistake of the test's."""
    with pytest.raises(moment_billing.MomentError, match="status must be an integer from 400 to 599"):
        moment_server.fail(status)
    if status not in (200, 399):
        with pytest.raises(moment_billing.MomentError, match="status must be an integer from 200 to 599"):
            moment_server.respond(status)


@pytest.mark.parametrize("seconds", ["1", -1, float("nan"), float("inf"), None, True])
def test_a_delay_is_a_number_of_seconds(seconds: Any, moment_server: MomentServer) -> None:
    """Another argument is a mistake of the test's, named where it is made."""
    with pytest.raises(moment_billing.MomentError, match="seconds must be a number, 0 or more"):
        moment_server.delay(seconds)


def test_the_nearest_path_is_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two paths that fit, the one with fewer parameters is meant, as OpenAPI has it."""
    paths = {"one": "/a/{b}", "two": "/a/c"}
    plans = [Plan(Operation[None](name, "GET", path, None, repeatable=True)) for name, path in paths.items()]
    monkeypatch.setattr(_reading, "PLANS", tuple(plans))
    meant = [_reading.find_plan(httpx.Request("GET", f"https://api.test/a/{last}")).operation.id for last in "cd"]
    assert meant == ["two", "one"]


def test_a_refusal_tells_every_reason(moment_server: MomentServer) -> None:
    """What breaks the contract in a request that the client did not check is listed in the problem."""
    with pytest.raises(moment_billing.BadRequestError) as caught:
        Moment().customers.create(external_reference="x", extra_body={"phone": "1", "name": 5})
    assert caught.value.problem
    reasons = [error["detail"] for error in caught.value.problem.extra_fields["errors"]]
    assert [reason.partition(" ")[0] for reason in reasons] == ["phone", "name"]


def test_any_answer_can_be_given(moment_server: MomentServer) -> None:
    """`respond` gives plain values or bytes, such as a page of a proxy on the way."""
    moment_server.respond(json={"id": "bcus_1", "external_reference": "x", "colour": "red"})
    assert Moment().customers.retrieve("x").extra_fields == {"colour": "red"}
    moment_server.respond(content=b"<html>", headers={"Content-Type": "text/html"})
    with pytest.raises(moment_billing.ResponseValidationError):
        Moment().customers.retrieve("x")


def test_records_can_be_added_with_what_no_request_can_set(moment_server: MomentServer) -> None:
    """A record that was put there is found, and its names are taken."""
    rules = PaymentRules(min_amount=100)
    moment_server.add(Customer(id="bcus_1", external_reference="x", payment_rules=rules))
    assert Moment().customers.retrieve("bcus_1").payment_rules == rules
    with pytest.raises(moment_billing.MomentError, match="external_reference"):
        moment_server.add(Customer(id="bcus_2", external_reference="x"))
    with pytest.raises(moment_billing.MomentError, match="PaymentRules"):
        moment_server.add(rules)


def test_keys_are_checked_and_never_recorded(moment_server: MomentServer) -> None:
    """Unknown keys are refused with 401, revoked ones with 403, and no recorded request holds one."""
    with pytest.raises(moment_billing.AuthenticationError):
        Moment("sk_test_unknown").customers.retrieve("x")
    moment_server.revoke_key(moment_server.api_key)
    with pytest.raises(moment_billing.PermissionDeniedError):
        Moment().customers.retrieve("x")
    assert "sk_test" not in repr(moment_server.requests)


def test_kept_answers_are_dropped_after_a_day() -> None:
    """A key that is repeated after 24 hours names a new request."""
    now = 0.0
    server = MomentServer(clock=lambda: now)
    create = server.client().customers.with_raw_response.create
    create(external_reference="x", idempotency_key="k")
    now = 24 * 60 * 60 - 1
    assert create(external_reference="x", idempotency_key="k").replayed
    now += 1
    with pytest.raises(moment_billing.ConflictError) as caught:
        create(external_reference="x", idempotency_key="k")
    assert not caught.value.replayed


def test_threads_may_share_it(moment_server: MomentServer) -> None:
    """Of many creations of the same reference at the same time, one succeeds."""
    moment = Moment()

    def create(_: int) -> bool:
        try:
            moment.customers.create(external_reference="x")
        except moment_billing.ConflictError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(create, range(64))) == 1
    assert len(moment_server.requests) == 64


def test_it_works_with_bare_httpx() -> None:
    """It is an ordinary transport."""
    server = MomentServer()
    headers = {"Authorization": f"Bearer {server.api_key}"}
    with httpx.Client(transport=server, base_url="https://moment.test") as http:
        assert http.get("/billing/customers/x", headers=headers).status_code == 404


def test_importing_the_client_does_not_import_it() -> None:
    """What is for tests costs a program nothing."""
    code = (
        "import sys, moment_billing; moment_billing.Moment('sk_test_x');"
        "print([name for name in sys.modules if 'testing' in name or 'pytest' in name])"
    )
    path = os.pathsep.join(sys.path)
    shown = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=True
    )
    assert shown.stdout.strip() == "[]"


PARTNERS_TEST = """
from moment_billing import Moment

def test_ours(moment_server):
    Moment().customers.create(external_reference="x")
    assert moment_server.requests[0].operation == "createCustomer"
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """A folder into which the package's wheel is unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=root / "generated", check=True, capture_output=True)
    (file,) = folder.glob("*.whl")
    with zipfile.ZipFile(file) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


@shows(Row.TESTING)
def test_pytest_finds_the_fixture_by_itself(tmp_path: Path, wheel: Path) -> None:
    """Once the package is installed, a partner's test takes the fixture by its name."""
    (tmp_path / "test_partner.py").write_text(PARTNERS_TEST)
    command = [sys.executable, "-m", "pytest", "-q", "-c", "/dev/null", "-p", "no:cacheprovider", "test_partner.py"]
    env = {**os.environ, "PYTHONPATH": str(wheel)}
    run = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "1 passed" in run.stdout


def test_the_wheel_names_the_command_and_what_it_needs(wheel: Path) -> None:
    """An installation has the command `moment`; only its extra brings rich."""
    told = distribution_in(wheel)
    scripts = {entry.name: entry.value for entry in told.entry_points if entry.group == "console_scripts"}
    assert scripts == {"moment": "moment_billing.cli:main"}
    assert sorted(told.requires or ()) == ["httpx>=0.27", "msgspec>=0.19", "rich>=13; extra == 'cli'"]


def distribution_in(folder: Path) -> importlib.metadata.Distribution:
    (found,) = importlib.metadata.distributions(name="moment-billing", path=[str(folder)])
    return found
