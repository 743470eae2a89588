"""Hostile clients get a 4xx or a closed connection, memory stays bounded, and others are served meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import socket
import threading
import uuid
from pathlib import Path

import pytest

from sandbox.bodies import HELD_BYTES_MAX, Bodies
from sandbox.requests import Request

CUSTOMERS = "/billing/customers"
MEGABYTE = 1024 * 1024
GROWTH_MAX = 64 * MEGABYTE


@pytest.fixture(scope="module")
def target(start):
    """A sandbox in memory that gives a request a second to come in."""
    with start("--request-seconds", "1") as sandbox:
        sandbox.create(external_reference="known")
        yield sandbox


@pytest.fixture
def bounded(target):
    """Fails when the most memory that the sandbox ever had grew by more than it should."""
    before = _peak(target)
    yield
    assert _peak(target) - before < GROWTH_MAX


def _peak(sandbox):
    status = Path(f"/proc/{sandbox.process.pid}/status").read_text()
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def _connect(sandbox):
    return socket.create_connection(("127.0.0.1", int(sandbox.url.rpartition(":")[2])), timeout=30)


def _post(sandbox, *headers):
    lines = [
        f"POST {CUSTOMERS} HTTP/1.1",
        "Host: a",
        f"Authorization: Bearer {sandbox.key}",
        f"Idempotency-Key: {uuid.uuid4()}",
    ]
    return "\r\n".join([*lines, "Content-Type: application/json", *headers, "", ""]).encode()


def _status(answer):
    """The status that an answer begins with; None for a connection closed without one."""
    return int(answer.split()[1]) if answer else None


def _answer(connection):
    """The first part of an answer; nothing when the connection was closed."""
    with contextlib.suppress(ConnectionError):
        return connection.recv(10_000)
    return b""


def _is_served(sandbox):
    return sandbox.client.get(f"{CUSTOMERS}/known").status_code == 200


@pytest.mark.usefixtures("bounded")
@pytest.mark.parametrize("declared", [True, False])
def test_fifty_megabytes(target, declared):
    """A body of 50 MB is refused, whether its length is declared or it comes in chunks."""
    chunk = b" " * MEGABYTE
    with _connect(target) as connection:
        connection.sendall(
            _post(target, f"Content-Length: {50 * MEGABYTE}" if declared else "Transfer-Encoding: chunked")
        )
        with contextlib.suppress(ConnectionError):
            for _ in range(50):
                connection.sendall(chunk if declared else b"%x\r\n%b\r\n" % (len(chunk), chunk))
        assert _status(_answer(connection)) in {None, 400, 413}
    assert _is_served(target)


def test_long_bodies_that_never_end():
    """Long bodies are taken in up to a limit for all together; short ones are, whatever else is held."""

    async def read(bodies, part, ended):
        """Read a body, of which the end comes later."""
        messages = [{"type": "http.request", "body": part, "more_body": True}, {"type": "http.request"}]

        async def receive():
            if len(messages) == 1:
                await ended.wait()
            return messages.pop(0)

        request = Request("POST", b"/", b"", {"transfer-encoding": "chunked"})
        await bodies.read(request, receive)
        return request

    async def run():
        bodies, ended, long = Bodies(), asyncio.Event(), bytes(1_000_000)
        reading = [asyncio.create_task(read(bodies, long, ended)) for _ in range(HELD_BYTES_MAX // len(long) + 10)]
        short = asyncio.create_task(read(bodies, b"short", ended))
        for _ in range(3):  # until each has read what there is
            await asyncio.sleep(0)
        refused = [task for task in reading if task.done()]
        ended.set()
        requests = await asyncio.gather(*reading, short)
        for request in requests:
            bodies.release(request)
        return [task.result() for task in refused], requests[-1], await read(bodies, long, ended)

    refused, short, later = asyncio.run(run())
    assert {request.body.status for request in refused} == {503}
    assert short.body == b"short"
    assert len(later.body) == 1_000_000


@pytest.mark.usefixtures("bounded")
@pytest.mark.parametrize(
    "nested", ["[" * 10_000, '{"a":' * 10_000, "[" * 10_000 + "]" * 10_000, '{"a":' * 10_000 + "1" + "}" * 10_000]
)
def test_deep_nesting(target, nested):
    """JSON nested 10,000 deep is refused, as the body or within it, complete or not."""
    for content in (nested, f'{{"external_reference": "a", "x": {nested}}}'):
        headers = {"Idempotency-Key": str(uuid.uuid4()), "Content-Type": "application/json"}
        assert target.client.post(CUSTOMERS, content=content, headers=headers).status_code == 400


@pytest.mark.parametrize("part", ["head", "body"])
def test_a_byte_at_a_time(target, part):
    """Clients that trickle a request do not hold anybody up, and are cut off."""
    request = _post(target, "Content-Length: 1000") + b" " * 1000
    begin, rest = (request[:20], request[20:]) if part == "head" else (request[:-1000], request[-1000:])
    stop = threading.Event()

    def trickle(connection):
        with contextlib.suppress(OSError):
            for byte in rest:
                connection.sendall(bytes([byte]))
                if stop.wait(0.1):
                    return

    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(_connect(target)) for _ in range(20)]
        for connection in connections:
            connection.sendall(begin)
        threads = [threading.Thread(target=trickle, args=[connection]) for connection in connections]
        for thread in threads:
            stack.callback(thread.join)
        stack.callback(stop.set)
        for thread in threads:
            thread.start()
        assert _is_served(target)
        assert {_status(_answer(connection)) for connection in connections} <= {None, 408}


@pytest.mark.usefixtures("bounded")
def test_a_thousand_idle_connections(target):
    """Connections that say nothing are closed, and others are served meanwhile."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 2048:
        pytest.skip(f"this machine allows only {hard} open files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2048), hard))
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(_connect(target)) for _ in range(1000)]
        assert _is_served(target)
        for connection in connections:
            while _answer(connection):
                pass


@pytest.mark.usefixtures("bounded")
@pytest.mark.parametrize("flood", [b"X-%d: a\r\n", b"%d" * 100])
def test_a_flood_of_headers(target, flood):
    """More than 64 kB of headers are refused, many small ones or one without end."""
    with _connect(target) as connection, contextlib.suppress(ConnectionError):
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n" + (b"X: " if b"\r\n" not in flood else b""))
        for number in range(20_000):
            connection.sendall(flood.replace(b"%d", b"%d" % number))
        assert _status(_answer(connection)) in {None, 400, 431}
    assert _is_served(target)


@pytest.mark.parametrize(
    "path",
    [
        *(
            b"/billing/customers/%2F",
            b"/billing/customers/..",
            b"/billing/customers/../customers/known",
            b"/../../etc/passwd",
        ),
        *(
            b"/billing/customers/%2e%2e%2fknown",
            b"/billing/customers/%00",
            b"/billing/customers/known%00",
            b"//",
            b"/%",
        ),
        *(b"/billing/customers/\x00", b"/billing/customers/\xff\xfe", b"/billing/customers/known\x7f", b"*", b"known"),
        *(b"/billing/customers/" + b"a" * 4096, b"/" * 4096, b"/%2e" * 1000, b"http://", b"http://a:b:c/", b"?", b""),
        *(
            b"/billing/customers/%zz",
            b"/billing/customers/%",
            b"/billing/customers/%c3%28",
            b"/billing/customers/known\t",
        ),
    ],
)
def test_path_tricks(target, path):
    """No path leads out of the operations, and none makes the sandbox fail."""
    with _connect(target) as connection:
        connection.sendall(
            b"GET %b HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %b\r\n\r\n" % (path, target.key.encode())
        )
        assert _status(_answer(connection)) in {None, 400, 404}
    assert _is_served(target)


@pytest.mark.parametrize(
    "request_",
    [
        *(
            b"\x16\x03\x01\x02\x00",
            b"GET\r\n\r\n",
            b"GET / HTTP/9.9\r\n\r\n",
            b"\r\n" * 100 + b"x",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        ),
        b"POST /billing/customers HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /billing/customers HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"POST /billing/customers HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        b"POST /billing/customers HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\nx",
    ],
)
def test_what_is_no_http(target, request_):
    """Malformed and ambiguous messages are refused or cut off, never guessed at."""
    with _connect(target) as connection:
        connection.sendall(request_)
        assert _status(_answer(connection)) in {None, 200, 400, 401, 408} - ({200} if b"POST" in request_ else set())
    assert _is_served(target)


def test_a_client_that_leaves_creates_nothing(target):
    """A body that was cut off is not served, even when what came of it is whole JSON."""
    reference = str(uuid.uuid4())
    body = f'{{"external_reference": "{reference}"}}'.encode()
    with _connect(target) as connection:
        connection.sendall(_post(target, f"Content-Length: {len(body) + 1}") + body)
        connection.shutdown(socket.SHUT_WR)
        assert _status(_answer(connection)) in {None, 400, 408}
    assert target.client.get(f"{CUSTOMERS}/{reference}").status_code == 404
