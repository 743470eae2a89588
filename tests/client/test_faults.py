"""What the network does to the client, injected by a real socket server in front of the sandbox.

After each fault the sandbox is asked what it holds: nothing is created twice, and nothing is lost without an error.
"""

from __future__ import annotations

import asyncio
import gzip
import socket
import threading
import tracemalloc
from typing import TYPE_CHECKING, Any

import httpx
import pytest

import moment_billing
from moment_billing import AsyncMoment, Moment
from tests.client import faults
from tests.client.faults import FaultyServer, answer
from tests.client.rows import Row, shows
from tests.client.test_options import variables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from moment_billing import Customer
    from tests.client.conftest import Sandbox

_GATEWAY_PAGE = b"<html><body><h1>502 Bad Gateway</h1></body></html>"
_NO_WAIT = "Retry-After: 0"

PASSING = {
    "reset before the request is read": faults.reset_unread,
    "reset instead of carrying it out": faults.reset_before,
    "reset after carrying it out": faults.reset_after,
    "body cut short": faults.cut_body,
    "no answer in time": faults.silence,
    "half a head": faults.half_a_head,
    "another protocol": faults.no_http,
    "408 without a body": answer("408 Request Timeout"),
    "429 with a pause": answer("429 Too Many Requests", b"", "text/html", None, _NO_WAIT),
    "500 without a body": answer("500 Internal Server Error"),
    "502 with a page": answer("502 Bad Gateway", _GATEWAY_PAGE),
    "503 in plain text": answer("503 Service Unavailable", b"busy", "text/plain"),
    "504 with broken JSON": answer("504 Gateway Timeout", b'{"title":', "application/problem+json"),
    "length too long": answer("200 OK", b'{"id"', "application/json", 500),
}
"""Faults after which the client tries again."""


@pytest.fixture
def server(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyServer]:
    """The faulty server; the client does not pause between attempts."""
    monkeypatch.setattr("moment_billing._retries.FIRST_DELAY", 0.0)
    with FaultyServer(sandbox.base_url) as running:
        yield running


@pytest.fixture
def client(server: FaultyServer, sandbox: Sandbox) -> Iterator[Moment]:
    """A client of the faulty server, each of whose attempts has a connection of its own."""
    with Moment(sandbox.api_key, base_url=server.url) as moment:
        yield moment


def patience(name: str) -> httpx.Timeout:
    """How long to wait: short only where no answer is going to come, for a busy machine is slow to give one."""
    return httpx.Timeout(30, read=1 if name in {"no answer in time", "half a head"} else 30)


def _keys(server: FaultyServer) -> set[str]:
    return {request.header("idempotency-key") for request in server.requests}


@pytest.mark.parametrize("name", PASSING)
@pytest.mark.parametrize("times", [1, 2])
@shows(Row.IDEMPOTENCY, Row.RETRIES)
def test_a_creation_survives_a_fault_and_happens_once(
    name: str, times: int, client: Moment, server: FaultyServer, moment: Moment, reference: str
) -> None:
    """Up to two faults are overcome; whatever got through before, there is one customer, under one key."""
    server.faults.extend([PASSING[name]] * times)
    created = client.with_options(timeout=patience(name)).customers.create(external_reference=reference, name="Once")
    assert moment.customers.retrieve(reference) == created
    assert server.connections == times + 1
    assert len(_keys(server)) == 1


@pytest.mark.parametrize("name", PASSING)
def test_an_update_survives_a_fault(
    name: str, client: Moment, server: FaultyServer, moment: Moment, reference: str
) -> None:
    """An update sets absolute values, so it is sent again, and the customer holds them."""
    moment.customers.create(external_reference=reference)
    server.faults.append(PASSING[name])
    updated = client.with_options(timeout=patience(name)).customers.update(reference, currency="ZAR", balance=77)
    assert updated.balance == 77
    assert moment.customers.retrieve(reference) == updated
    assert {request.body for request in server.requests} == {b'{"currency":"ZAR","balance":77}'}


@pytest.mark.parametrize("name", PASSING)
@shows(Row.ASYNC)
def test_the_async_client_survives_the_same(
    name: str, server: FaultyServer, sandbox: Sandbox, moment: Moment, reference: str
) -> None:
    """The same faults, awaited."""
    server.faults.append(PASSING[name])

    async def main() -> Customer:
        async with AsyncMoment(sandbox.api_key, base_url=server.url, timeout=patience(name)) as client:
            return await client.customers.create(external_reference=reference)

    created = asyncio.run(main())
    assert moment.customers.retrieve(reference) == created
    assert len(_keys(server)) == 1


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("reset after carrying it out", moment_billing.APIConnectionError),
        ("body cut short", moment_billing.APIConnectionError),
        ("no answer in time", moment_billing.APITimeoutError),
        ("half a head", moment_billing.APITimeoutError),
        ("another protocol", moment_billing.APIConnectionError),
        ("429 with a pause", moment_billing.RateLimitError),
        ("502 with a page", moment_billing.ServerError),
        ("504 with broken JSON", moment_billing.ServerError),
    ],
)
def test_a_fault_that_stays_is_raised_after_exactly_three_attempts(
    name: str,
    error: type[moment_billing.APIConnectionError | moment_billing.APIStatusError],
    client: Moment,
    server: FaultyServer,
    moment: Moment,
    reference: str,
) -> None:
    """`max_retries` is 2, so three attempts are made and the last error raised; at most one customer is there."""
    server.faults.extend([PASSING[name]] * 5)
    with pytest.raises(error) as caught:
        client.with_options(timeout=patience(name)).customers.create(external_reference=reference)
    assert client._engine.settings.key.reveal() not in variables(caught.value)
    assert isinstance(caught.value, moment_billing.APIConnectionError | moment_billing.APIStatusError)
    assert server.connections == 3
    assert caught.value.attempts == 3
    assert len(_keys(server)) == 1
    server.faults.clear()
    # The same key settles what became of it: the kept answer, or a creation now.
    key = _keys(server).pop()
    settled = client.customers.create(external_reference=reference, idempotency_key=key)
    assert moment.customers.retrieve(reference) == settled


def test_no_retries_means_one_attempt(client: Moment, server: FaultyServer) -> None:
    """`max_retries=0` raises the first error."""
    server.faults.extend([faults.reset_before] * 5)
    with pytest.raises(moment_billing.APIConnectionError):
        client.with_options(max_retries=0).customers.retrieve("x")
    assert server.connections == 1


def test_a_refused_connection_is_named(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing listens: an APIConnectionError with the number of attempts, and never the key."""
    monkeypatch.setattr("moment_billing._retries.FIRST_DELAY", 0.0)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    client = Moment("sk_test_hidden", base_url=f"http://127.0.0.1:{port}")
    with client, pytest.raises(moment_billing.APIConnectionError) as caught:
        client.customers.retrieve("x")
    assert caught.value.attempts == 3
    assert f"from http://127.0.0.1:{port} in 3 attempts" in str(caught.value)
    assert "is the base URL (MOMENT_BASE_URL) right" in str(caught.value)
    assert "hidden" not in f"{caught.value!r} {caught.value.request.headers} {caught.value.__cause__!r}"


def test_an_endless_body_is_given_up(client: Moment, server: FaultyServer) -> None:
    """The client stops at a stated length, once, instead of filling the process; the error says so."""
    server.faults.append(faults.endless_body)
    with pytest.raises(moment_billing.APIConnectionError, match="longer than 16777216 bytes"):
        client.customers.retrieve("x")
    assert server.connections == 1


@pytest.mark.parametrize(("length", "error"), [(100, "not what the contract promises"), (101, "longer than 100 bytes")])
def test_the_longest_body_is_read(
    length: int, error: str, client: Moment, server: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A body of just that length is read; one byte more is too much."""
    monkeypatch.setattr("moment_billing._bounds.LONGEST_BODY", 100)
    server.faults.append(answer("200 OK", b" " * length))
    with pytest.raises(moment_billing.MomentError, match=error):
        client.customers.retrieve("x")


def test_a_body_that_was_given_up_gives_its_connection_back(server: FaultyServer, sandbox: Sandbox) -> None:
    """A client of one connection works on after an answer that it did not read to the end; so does an async one."""
    server.faults.extend([faults.endless_body, faults.pass_on] * 2)
    one = httpx.Limits(max_connections=1)
    with httpx.Client(limits=one) as http:
        client = Moment(
            sandbox.api_key, base_url=server.url, timeout=httpx.Timeout(30, pool=5), max_retries=0, http_client=http
        )
        with pytest.raises(moment_billing.APIConnectionError, match="longer than") as held:
            client.customers.retrieve("x")
        with pytest.raises(moment_billing.NotFoundError):
            client.customers.retrieve("x")
        assert held.tb  # which keeps alive what hangs on the error: nothing is closed by and by

    async def main() -> None:
        async with httpx.AsyncClient(limits=one) as http:
            client = AsyncMoment(
                sandbox.api_key, base_url=server.url, timeout=httpx.Timeout(30, pool=5), max_retries=0, http_client=http
            )
            with pytest.raises(moment_billing.APIConnectionError, match="longer than") as held:
                await client.customers.retrieve("x")
            with pytest.raises(moment_billing.NotFoundError):
                await client.customers.retrieve("x")
            assert held.tb

    asyncio.run(main())


@pytest.mark.parametrize("encoding", ["gzip", "GZIP, identity", "br"])
def test_a_compressed_answer_is_given_up(encoding: str, client: Moment, server: FaultyServer) -> None:
    """None was asked for, and 100 KB may hold 100 MB: nothing of it is unpacked, nor asked for again."""
    body = gzip.compress(b" " * 100_000_000, compresslevel=1) if encoding == "gzip" else b"{}"
    server.faults.append(answer("200 OK", body, "application/json", None, f"Content-Encoding: {encoding}"))
    tracemalloc.start()
    with pytest.raises(moment_billing.APIConnectionError, match=f"encoded as {encoding}") as caught:
        client.customers.retrieve("x")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert caught.value.attempts == 1
    assert peak < 20_000_000


def test_a_slowly_dripping_body_is_given_up(client: Moment, server: FaultyServer, sandbox: Sandbox) -> None:
    """Each byte arrives in time, the whole does not: the time-out holds for the body as a whole."""
    gone = threading.Event()

    def drip(connection: socket.socket, request: Any, forward: Any) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n")
        try:
            while not gone.wait(0.05):
                connection.sendall(b" ")
        except OSError:
            gone.set()

    server.faults.append(drip)
    with pytest.raises(moment_billing.APITimeoutError):
        client.with_options(max_retries=0, timeout=0.3).customers.retrieve("x")
    assert gone.wait(10)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (answer("200 OK", _GATEWAY_PAGE), "text/html"),
        (answer("200 OK", b"", "application/json"), "0 bytes"),
        (answer("200 OK", b'{"id":"bcus_1"}', "application/json"), "external_reference"),
        (answer("200 OK", b'{"id":1,"external_reference":"a"}', "application/json"), "id"),
        (answer("200 OK", b'{"id":"bcus_1","external_reference":"a","name":null}', "application/json"), "name"),
        (answer("200 OK", b'{"id":"bcus_1","external_reference":"a"}', "application/json", 20), "20 bytes"),
        (answer("200 OK", b"\xff\xfe{}", "application/json"), "bytes"),
        (answer("200 OK", b"[" * 5000, "application/json"), "5000 bytes"),
    ],
)
def test_an_answer_that_is_not_what_was_promised_is_one_clear_error(
    fault: Callable[..., None], words: str, client: Moment, server: FaultyServer
) -> None:
    """A page, nothing, a missing or mistyped field, a wrong length: the error names it and holds the answer."""
    server.faults.append(fault)
    with pytest.raises(moment_billing.ResponseValidationError, match=words) as caught:
        client.customers.retrieve("x")
    assert caught.value.response.status_code == 200
    assert isinstance(caught.value.response.content, bytes)
    assert "authorization" not in caught.value.response.request.headers


@shows(Row.STATUSES)
def test_an_error_page_still_gives_the_right_class(client: Moment, server: FaultyServer) -> None:
    """HTML with 403 is a PermissionDeniedError without a problem."""
    server.faults.append(answer("403 Forbidden", _GATEWAY_PAGE, "text/html", None, "X-Request-Id: req-7"))
    with pytest.raises(moment_billing.PermissionDeniedError) as caught:
        client.customers.retrieve("x")
    assert caught.value.problem is None
    assert caught.value.request_id == "req-7"
    assert caught.value.response.content == _GATEWAY_PAGE


def test_a_storm_of_429_ends_when_the_api_relents(
    client: Moment, server: FaultyServer, moment: Moment, reference: str
) -> None:
    """Five refusals are waited out by a client that may try so often."""
    server.faults.extend([answer("429 Too Many Requests", b"", "text/html", None, _NO_WAIT)] * 5)
    created = client.with_options(max_retries=5).customers.create(external_reference=reference)
    assert moment.customers.retrieve(reference) == created
    assert len(server.requests) == 6


def test_a_storm_over_many_tasks_creates_each_customer_once(
    server: FaultyServer, sandbox: Sandbox, moment: Moment, reference: str
) -> None:
    """32 tasks share a client while faults meet one request in two: all are created, each under one key."""
    storm = [fault for name, fault in PASSING.items() if name not in {"no answer in time", "half a head"}]
    server.faults.extend(fault for each in storm * 4 for fault in (each, faults.pass_on))

    async def create(client: AsyncMoment, number: int) -> Customer:
        created = await client.customers.create(external_reference=f"{reference}-{number}")
        return await client.customers.update(created.id, currency="ZAR", balance=number)

    async def main() -> list[Customer]:
        async with AsyncMoment(sandbox.api_key, base_url=server.url, max_retries=100) as client:
            return await asyncio.gather(*(create(client, number) for number in range(32)))

    customers = asyncio.run(main())
    assert [moment.customers.retrieve(f"{reference}-{number}") for number in range(32)] == customers
    assert [customer.balance for customer in customers] == list(range(32))
    assert len(_keys(server) - {""}) == 32


def test_a_kept_error_is_not_asked_for_again(client: Moment, server: FaultyServer) -> None:
    """The API keeps its first answer under a key: to try again would only give it again, so it is raised at once."""
    server.faults.extend([answer("500 Internal Server Error", b"", "", None, "Idempotent-Replayed: true")] * 3)
    with pytest.raises(moment_billing.ServerError) as caught:
        client.customers.create(external_reference="x")
    assert caught.value.replayed
    assert server.connections == 1
