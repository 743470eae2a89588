"""`MOMENT_LOG`: a line for each attempt, and nothing secret in it."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import moment_billing
from moment_billing import Moment
from moment_billing.testing import MomentServer
from tests.client.rows import Row, shows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def untouched_logging() -> Iterator[None]:
    logger = logging.getLogger("moment_billing")
    yield
    logger.setLevel(logging.NOTSET)
    logger.handlers.clear()


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "moment_billing"]


def logged_client(level: str, monkeypatch: pytest.MonkeyPatch, server: MomentServer) -> Moment:
    monkeypatch.setenv("MOMENT_LOG", level)
    return server.client(headers={"X-Request-Id": "ours"})


def test_each_attempt_is_a_line(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Method, path, status, milliseconds, attempt and request id, in that order; failures are warnings."""
    server = MomentServer()
    server.fail(503, retry_after=0)
    server.drop()
    record = {"id": "bcus_1", "external_reference": "x"}
    server.respond(json=record, headers={"X-Request-Id": "req_1", "Content-Type": "application/json"})
    moment = logged_client("info", monkeypatch, server)
    monkeypatch.setattr("moment_billing._retries.FIRST_DELAY", 0.0)
    moment.customers.retrieve("x")
    first, second, third = lines(caplog)
    assert_line(first, "GET /billing/customers/x 503", "attempt 1")
    assert_line(second, "GET /billing/customers/x ConnectError", "attempt 2")
    assert_line(third, "GET /billing/customers/x 200", "attempt 3 request req_1")
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING", "INFO"]


def test_a_line_steers_no_terminal(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """What a header of the answer holds is shown as text."""
    server = MomentServer()
    server.respond(404, headers={"X-Request-Id": "\x1b[2J"})
    with pytest.raises(moment_billing.NotFoundError):
        logged_client("info", monkeypatch, server).customers.retrieve("x")
    assert lines(caplog)[0].endswith(r"request \u001b[2J")


def test_the_milliseconds_are_those_of_the_attempt(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """From before the request is sent until the whole answer is read."""
    times = iter([10.0, 10.25])
    server = MomentServer()
    moment = logged_client("info", monkeypatch, server)
    monkeypatch.setattr("moment_billing._observers.perf_counter", lambda: next(times))
    monkeypatch.setattr("moment_billing._engine.perf_counter", lambda: next(times))
    moment.customers.create(external_reference="x")
    assert " 201 250 ms attempt 1" in lines(caplog)[0]


def test_logging_of_the_programs_own_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the program has handlers, there is no further one; the level of the variable is that of the logger."""
    monkeypatch.setenv("MOMENT_LOG", "info")
    Moment("sk_test_x")
    logger = logging.getLogger("moment_billing")
    assert logger.handlers == []  # pytest has set up its own at the root
    assert logger.level == logging.INFO
    monkeypatch.setenv("MOMENT_LOG", "debug")
    Moment("sk_test_x")
    assert logger.level == logging.DEBUG


def assert_line(line: str, beginning: str, end: str) -> None:
    assert line.startswith(beginning)
    milliseconds, unit = line.removeprefix(beginning).removesuffix(end).split()
    assert milliseconds.isdecimal()
    assert unit == "ms"


def test_debug_tells_more(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Operation, host, sizes and the idempotency key."""
    moment = logged_client("debug", monkeypatch, MomentServer())
    moment.customers.create(external_reference="x", idempotency_key="my-key")
    (line,) = lines(caplog)
    for words in ("operation createCustomer", "host api.momentpay.net", "sent 26 bytes", "application/json", "my-key"):
        assert words in line


@pytest.mark.parametrize("level", ["info", "debug"])
@shows(Row.REDACTION)
def test_nothing_secret_is_logged(
    level: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the key, nor a query, nor a body."""
    server = MomentServer()
    moment = logged_client(level, monkeypatch, server)
    moment.customers.create(external_reference="x", name="Private Person", extra_query={"token": "hush"})
    text = "\n".join(lines(caplog))
    assert "POST /billing/customers 201" in text
    for secret in (server.api_key, "in_memory", "Private Person", "hush"):
        assert secret not in text


def test_a_path_cannot_begin_a_line_of_its_own(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A line break in a path is logged as it was sent, encoded."""
    server = MomentServer()
    monkeypatch.setenv("MOMENT_LOG", "info")
    moment = server.client(base_url="https://moment.test/a%0Ab")
    with pytest.raises(moment_billing.NotFoundError):
        moment.customers.retrieve("x")
    (line,) = lines(caplog)
    assert "\n" not in line


def test_another_value_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A level that does not exist is an error that names those that do."""
    monkeypatch.setenv("MOMENT_LOG", "loud")
    with pytest.raises(moment_billing.MomentError, match="info or debug"):
        Moment("sk_test_x")


@pytest.mark.parametrize(
    ("setting", "expected"),
    [({"MOMENT_LOG": "INFO"}, 1), ({"MOMENT_LOG": ""}, 0), ({}, 0)],
)
def test_lines_go_to_standard_error(setting: dict[str, str], expected: int, root: Path) -> None:
    """Without logging of the program's own, the lines are still seen; without the variable, there are none."""
    code = (
        "from moment_billing.testing import MomentServer\n"
        "server = MomentServer()\n"
        "server.client().customers.create(external_reference='x')"
    )
    env = {name: value for name, value in os.environ.items() if name != "MOMENT_LOG"}
    env |= {"PYTHONPATH": str(root / "generated"), **setting}
    run = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert len(run.stderr.splitlines()) == expected
    assert run.stdout == ""
    if expected:
        assert "INFO moment_billing: POST /billing/customers 201" in run.stderr
