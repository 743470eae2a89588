"""What goes on on a connection: pipelined requests, trailers, other protocols, slow readers, the last answer."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import signal
import socket
import subprocess
import sys
import threading
import uuid

import pytest
import uvicorn

from sandbox.protocol import FRAME_BYTES_MAX, PIPELINED_MAX, GuardedProtocol

CUSTOMERS = "/billing/customers"


@pytest.fixture(scope="module")
def target(start):
    """A sandbox in memory that gives a request a second to come in."""
    with start("--request-seconds", "1") as sandbox:
        sandbox.create(external_reference="known")
        yield sandbox


def _connect(sandbox):
    return socket.create_connection(("127.0.0.1", int(sandbox.url.rpartition(":")[2])), timeout=30)


def _head(sandbox, method="GET", path=f"{CUSTOMERS}/known", *headers):
    lines = [f"{method} {path} HTTP/1.1", "Host: a", f"Authorization: Bearer {sandbox.key}", *headers]
    return "\r\n".join([*lines, "", ""]).encode()


def _create(sandbox, *headers):
    """A request to create a customer, and its reference."""
    reference = str(uuid.uuid4())
    body = f'{{"external_reference": "{reference}"}}'
    own = (f"Idempotency-Key: {reference}", "Content-Type: application/json", f"Content-Length: {len(body)}")
    return _head(sandbox, "POST", CUSTOMERS, *own, *headers) + body.encode(), reference


def _answers(sandbox, request):
    """All that comes back until the sandbox closes the connection, which it does when it is told no more."""
    with _connect(sandbox) as connection:
        connection.sendall(request)
        return _rest(connection)


def _rest(connection):
    received = b""
    with contextlib.suppress(ConnectionError):
        while part := connection.recv(100_000):
            received += part
    return received


def _statuses(received):
    return re.findall(rb"HTTP/1\.1 (\d+)", received)


def test_pipelined_requests_are_answered_in_order(target):
    """Requests that come at once are answered one after the other."""
    create, _ = _create(target)
    last = _head(target, "GET", f"{CUSTOMERS}/unknown", "Connection: close")
    assert _statuses(_answers(target, create + _head(target) * 5 + last)) == [b"201", *[b"200"] * 5, b"404"]


def test_a_long_pipeline_is_cut(target):
    """Who sends thousands of requests without waiting gets the first answer, and costs others nothing."""
    received = _answers(target, _head(target) * 1000)
    assert _statuses(received) == [b"200"]
    assert b"connection: close" in received
    allowed = _head(target) * PIPELINED_MAX + _head(target, "GET", "/", "Connection: close")
    assert _statuses(_answers(target, allowed)) == [b"200"] * (PIPELINED_MAX + 1)


@pytest.mark.parametrize(
    "behind", [b"\x00no HTTP\r\n\r\n", b"GET /unfinished HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nX: " + b"a" * 70_000]
)
@pytest.mark.parametrize("delay", ["0", "1.5"])
def test_what_comes_behind_a_request_does_not_answer_for_it(target, behind, delay):
    """A request gets its own answer, however long it takes; what cannot be served behind it ends the connection."""
    create, reference = _create(target, f"Sandbox-Fail: delay={delay}")
    received = _answers(target, create + behind)
    assert _statuses(received)[0] == b"201"
    assert set(_statuses(received)[1:]) <= {b"400", b"408", b"431"}
    assert target.client.get(f"{CUSTOMERS}/{reference}").status_code == 200


def test_trailers_are_no_headers(target):
    """Whoever can only append to a request can give it neither a key nor anything else."""
    body = b'{"external_reference": "a"}'
    begin = f"POST {CUSTOMERS} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n".encode()
    trailer = f"Authorization: Bearer {target.key}\r\nIdempotency-Key: a\r\n\r\n".encode()
    assert _statuses(_answers(target, begin + b"%x\r\n%b\r\n0\r\n%b" % (len(body), body, trailer))) == [b"401"]


@pytest.mark.parametrize("flood", [b"a:b\r\n" * 100_000, b"X: " + b"a" * 500_000, b"1\r\n \r\n" * 100_000])
def test_what_frames_a_body_has_a_limit(target, flood):
    """Trailers, one trailer without end, and a body of chunks of one byte are refused or cut off."""
    begin = _head(target, "POST", CUSTOMERS, "Transfer-Encoding: chunked", "Idempotency-Key: a")
    with _connect(target) as connection:
        with contextlib.suppress(ConnectionError):
            connection.sendall(begin + (b"0\r\n" if b"1\r\n" not in flood else b"") + flood)
        assert set(_statuses(_rest(connection))) <= {b"400", b"431"}
    assert len(flood) > 2 * FRAME_BYTES_MAX


@pytest.mark.parametrize("protocol", ["h2c", "websocket"])
def test_a_wish_for_another_protocol_is_ignored(target, protocol):
    """Clients that would rather speak HTTP/2 are served: with a body, and again on the same connection."""
    wish = (f"Upgrade: {protocol}", "Connection: Upgrade", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA")
    create, _ = _create(target, *wish)
    with _connect(target) as connection:
        for request, status in ((create, b"201"), (_head(target, "GET", f"{CUSTOMERS}/known", *wish), b"200")):
            connection.sendall(request)
            assert _statuses(connection.recv(10_000)) == [status]


def test_a_refusal_of_what_is_no_http_has_a_request_id(target):
    """As every answer has, and a page from elsewhere may read it."""
    received = _answers(target, b"no HTTP\r\n\r\n")
    assert _statuses(received) == [b"400"]
    assert b"\r\nx-request-id: req_" in received
    assert b"\r\naccess-control-allow-origin: *\r\n" in received


@pytest.mark.parametrize(
    ("version", "hosts", "status"),
    [("1.1", [], b"400"), ("1.1", ["Host: a", "host: a"], b"400"), ("1.1", ["Host:"], b"200"), ("1.0", [], b"200")],
)
def test_a_request_says_once_whom_it_is_for(target, version, hosts, status):
    """RFC 9112, section 3.2: without a Host, or with two, it is refused, and nothing behind it is served."""
    lines = [f"GET {CUSTOMERS}/known HTTP/{version}", f"Authorization: Bearer {target.key}", *hosts]
    request = "\r\n".join([*lines, "Connection: close", "", ""]).encode()
    assert _statuses(_answers(target, request + (request if status == b"400" else b""))) == [status]


def test_a_length_of_many_digits_is_too_long(target):
    """A length beyond what an integer may have digits is a long body, and no failure."""
    received = _answers(
        target, _head(target, "POST", CUSTOMERS, f"Content-Length: {'0' * 5000}2", "Idempotency-Key: a")
    )
    assert _statuses(received)[:1] == [b"400"]


def test_a_client_that_does_not_read_is_cut_off(monkeypatch):
    """An answer that nobody takes does not stay for ever."""
    monkeypatch.setattr("sandbox.protocol._ANSWER_SECONDS", 0.2)

    async def long(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(200):
            await send({"type": "http.response.body", "body": bytes(100_000), "more_body": True})
            await asyncio.sleep(0)

    async def run():
        protocol = type("Protocol", (GuardedProtocol,), {"receive_seconds": 30.0})
        server = uvicorn.Server(uvicorn.Config(long, http=protocol, port=0, lifespan="off", log_config=None))
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            while not server.server_state.connections:
                await asyncio.sleep(0.01)
            while server.server_state.connections:
                await asyncio.sleep(0.01)
        server.should_exit = True
        await serving

    asyncio.run(asyncio.wait_for(run(), 30))


@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_last_answers_say_that_they_are(start, database, workers):
    """Clients that send request after request while the sandbox stops get their answers, and are told of the last."""
    told = []

    def ask(connection):
        """Send requests until an answer is the last, or none comes."""
        with connection, contextlib.suppress(ConnectionError):
            answer = b"HTTP/1.1 200"
            while answer.startswith(b"HTTP/1.1 200") and b"connection: close" not in answer:
                connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n")
                answer = connection.recv(10_000)
            told.append(b"connection: close" in answer)

    with start("--workers", workers, "--database", database()) as sandbox:
        threads = [threading.Thread(target=ask, args=[_connect(sandbox)]) for _ in range(8)]
        for thread in threads:
            thread.start()
        sandbox.process.send_signal(signal.SIGTERM)
        for thread in threads:
            thread.join()
    assert told.count(True) > len(threads) / 2  # one that pauses may be closed


@pytest.mark.parametrize("workers", ["1", "2"])
def test_who_is_still_waiting_when_the_sandbox_ends_is_told(tmp_path, workers):
    """When the time for ending is over, a request that goes on is 503, with what every answer has, and logged so."""
    script = "import sandbox.cli, sandbox.serving as s; s._GRACE_SECONDS = 0; sandbox.cli.main()"
    options = ["--port", "0", "--workers", workers, "--database", f"sqlite:///{tmp_path}/sandbox.db"]
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", script, *options], stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout
        assert process.stderr
        told = "".join(iter(process.stdout.readline, "Stop with Ctrl-C.\n"))
        port = int(re.findall(r"http://[0-9.]+:(\d+)", told)[0])
        key = re.findall("sk_test_[A-Za-z0-9]+", told)[0]
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            head = f"GET {CUSTOMERS}/a HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {key}\r\nSandbox-Fail: delay=60\r\n"
            connection.sendall(f"{head}Expect: 100-continue\r\nContent-Length: 1\r\n\r\n".encode())
            assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")  # the sandbox is at it
            connection.sendall(b"a")
            process.terminate()
            received = _rest(connection)
        lines = [json.loads(line) for line in process.stderr.read().splitlines()]
    assert _statuses(received) == [b"503"]
    assert b"\r\nx-request-id: " in received
    assert b"\r\nretry-after: 1" in received
    assert b"application/problem+json" in received
    assert [line["status"] for line in lines if "status" in line] == [503]
    assert not any("traceback" in line for line in lines)
