"""When and after how long the client tries again."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import moment_billing
from moment_billing import AsyncMoment, Moment, _retries
from moment_billing._checks import Anything
from moment_billing._operations import Operation
from tests.client.rows import Row, shows

if TYPE_CHECKING:
    from collections.abc import Iterator

OK = httpx.Response(
    200, headers={"content-type": "application/json"}, content=b'{"id":"bcus_1","external_reference":"x"}'
)


class Script:
    """Answers with what is scripted, in order, and counts."""

    def __init__(self, *outcomes: httpx.Response | type[httpx.TransportError]) -> None:
        self._outcomes: Iterator[httpx.Response | type[httpx.TransportError]] = iter(outcomes)
        self.sent = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """The next outcome."""
        self.sent += 1
        outcome = next(self._outcomes)
        if isinstance(outcome, type):
            raise outcome("scripted", request=request)
        return httpx.Response(outcome.status_code, headers=outcome.headers, content=outcome.content)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that the client makes, which take no time here."""
    made: list[float] = []
    monkeypatch.setattr("time.sleep", made.append)
    return made


@pytest.fixture
def in_tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose time is not that of Greenwich."""
    with monkeypatch.context() as changed:
        changed.setenv("TZ", "JST-9")
        time.tzset()
        yield
    time.tzset()


def _client(script: Script, **options: Any) -> Moment:
    return Moment("sk_test_example", base_url="https://api.test", transport=httpx.MockTransport(script), **options)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
@pytest.mark.parametrize("retries", [0, 1, 2, 5])
@shows(Row.RETRIES)
def test_there_are_exactly_max_retries_plus_one_attempts(status: int, retries: int, pauses: list[float]) -> None:
    """The last answer is raised, after as many pauses as there were retries."""
    script = Script(*[httpx.Response(status)] * 10)
    with pytest.raises(moment_billing.APIStatusError) as caught:
        _client(script, max_retries=retries).customers.retrieve("x")
    assert (script.sent, caught.value.attempts, len(pauses)) == (retries + 1, retries + 1, retries)


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 418, 422, 501, 302])
def test_other_errors_are_raised_at_once(status: int, pauses: list[float]) -> None:
    """What would fail again the same way is not sent again."""
    script = Script(httpx.Response(status), OK)
    with pytest.raises(moment_billing.APIStatusError) as caught:
        _client(script).customers.retrieve("x")
    assert (script.sent, caught.value.status_code) == (1, status)


@pytest.mark.parametrize(
    "failure",
    [httpx.ConnectError, httpx.ConnectTimeout, httpx.ReadError, httpx.ReadTimeout, httpx.WriteError, httpx.PoolTimeout],
)
def test_failures_of_the_connection_are_tried_again(failure: type[httpx.TransportError], pauses: list[float]) -> None:
    """All three operations survive them: each is safe to repeat, and the contract says why."""
    for call in (
        lambda client: client.customers.retrieve("x"),
        lambda client: client.customers.update("x", name="a"),
        lambda client: client.customers.create(external_reference="x"),
    ):
        assert call(_client(Script(failure, failure, OK))).id == "bcus_1"


def test_an_operation_that_may_not_be_repeated_is_not(pauses: list[float]) -> None:
    """Without a reason in the contract, a lost answer is an error; only what never left is sent again."""
    unsafe: Operation[None] = Operation("act", "POST", "/act", None, repeatable=False, body=Anything())
    script = Script(httpx.ReadTimeout, OK)
    with pytest.raises(moment_billing.APITimeoutError):
        _client(script)._engine.send(unsafe.call({}, {}))
    assert script.sent == 1
    script = Script(httpx.Response(503), OK)
    with pytest.raises(moment_billing.ServerError):
        _client(script)._engine.send(unsafe.call({}, {}))
    assert script.sent == 1
    for never_sent in (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
        script = Script(never_sent, OK)
        _client(script)._engine.send(unsafe.call({}, {}))
        assert script.sent == 2


@shows(Row.RETRIES)
def test_retry_after_in_seconds_is_the_pause(pauses: list[float]) -> None:
    """The API's word stands in place of the client's own pause."""
    answers = [httpx.Response(429, headers={"Retry-After": seconds}) for seconds in ("7", "60")]
    _client(Script(*answers, OK)).customers.retrieve("x")
    assert pauses == [7.0, 60.0]


@shows(Row.RETRIES)
def test_tasks_pause_without_holding_up_the_others(pauses: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    """An awaited pause gives way to other tasks: the thread itself never sleeps."""
    awaited: list[float] = []

    async def sleep(seconds: float) -> None:
        awaited.append(seconds)

    monkeypatch.setattr("anyio.sleep", sleep)
    script = Script(httpx.Response(429, headers={"Retry-After": "7"}), OK)

    async def main() -> None:
        transport = httpx.MockTransport(script)
        async with AsyncMoment("sk_test_example", base_url="https://api.test", transport=transport) as client:
            await client.customers.retrieve("x")

    asyncio.run(main())
    assert (awaited, pauses) == ([7.0], [])


@pytest.mark.usefixtures("in_tokyo")
def test_retry_after_as_a_date_is_the_pause(pauses: list[float]) -> None:
    """A date in the future is waited for, one in the past not at all; one without a zone is in GMT, as all are."""
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    past = format_datetime(datetime.now(UTC) - timedelta(days=1), usegmt=True)
    nameless = soon.removesuffix(" GMT")
    answers = [httpx.Response(503, headers={"Retry-After": value}) for value in (soon, past, nameless)]
    _client(Script(*answers, OK), max_retries=3).customers.retrieve("x")
    assert 0 < pauses[0] <= 30
    assert pauses[1] == 0
    assert 0 < pauses[2] <= 30


def test_a_pause_beyond_the_cap_is_an_error_at_once(pauses: list[float]) -> None:
    """A longer pause than the stated cap is the caller's to make: the error carries the header."""
    script = Script(httpx.Response(429, headers={"Retry-After": "61"}), OK)
    with pytest.raises(moment_billing.RateLimitError) as caught:
        _client(script).customers.retrieve("x")
    assert (script.sent, pauses) == (1, [])
    assert caught.value.response.headers["retry-after"] == "61"


@pytest.mark.parametrize("value", ["", "soon", "-5", "1.5", "٣", "Wed, 99 Foo 2026"])
def test_a_retry_after_that_says_nothing_is_passed_over(value: str) -> None:
    """A value that is neither seconds nor a date leaves the client's own pause."""
    headers = [(b"Retry-After", value.encode())]
    assert _retries.retry_after(httpx.Response(429, headers=headers)) is None


@given(st.integers(2, 1000))
@shows(Row.RETRIES)
def test_the_pauses_have_full_jitter_under_a_doubling_limit(attempt: int) -> None:
    """Each pause is drawn between zero and a limit that doubles up to 8 seconds."""
    delay = _retries.delay_before(attempt)
    assert delay is not None
    assert 0 <= delay <= min(8.0, 0.5 * 2 ** (attempt - 2))


@shows(Row.RETRIES)
def test_the_jitter_spreads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients that failed together come back apart: the draws cover the range."""
    draws = [_retries.delay_before(6) or 0.0 for _ in range(200)]
    assert min(draws) < 2
    assert max(draws) > 6


@shows(Row.IDEMPOTENCY)
def test_one_key_is_made_once_and_used_for_every_attempt(pauses: list[float]) -> None:
    """Each call has its own key; all of its attempts have the same."""
    keys = []

    def answer(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["idempotency-key"])
        return httpx.Response(503) if len(keys) % 3 else OK

    client = Moment("sk_test_example", base_url="https://api.test", transport=httpx.MockTransport(answer))
    client.customers.create(external_reference="x")
    client.customers.create(external_reference="x")
    assert len(keys) == 6
    assert keys[0] == keys[1] == keys[2] != keys[3] == keys[4] == keys[5]


def test_the_contract_gives_the_reason_for_repeating_an_update(contract: object) -> None:
    """The reason stands in the contract and in the method's documentation, word for word."""
    reason = contract.operation("updateCustomer").node["x-idempotent"]  # type: ignore[attr-defined]
    documented = " ".join((type(_client(Script()).customers).update.__doc__ or "").split())
    assert reason[1:] in documented
