"""Servers that hang, drip, flood, break off or talk nonsense: a verdict comes in time, and it is never "conforms"."""

from __future__ import annotations

import asyncio
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from conformance.runner import judge
from conformance.settings import Settings
from conformance.subject import Subject
from conformance.verdict import Exit

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

RECORD = {"id": "bcus_somebody", "external_reference": "somebody"}


async def hangs(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take the request and never answer."""
    await reader.read()


async def resets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Break the connection off in the middle of the status line."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 20")
    await writer.drain()
    writer.transport.abort()


async def talks_nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer in no protocol at all."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"\x00\x01 I am no web server\r\n\r\n")
    await writer.drain()
    writer.close()


async def drips(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send a byte of the body at a time, for ever."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n")
    while not writer.is_closing():
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


async def floods(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send 100 MB for each answer."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000000\r\n\r\n")
    for _ in range(100):
        writer.write(b"[" * 1_000_000)
        await writer.drain()


def answers(status: int, body: object = None) -> Behaviour:
    """Answer everything alike."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(_length(head))
            _answer(writer, status, body)

    return behave


async def shows_somebody_else(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Create with 201 and find with 200, but always the same customer."""
    while True:
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(_length(head))
        _answer(writer, 201 if head.startswith(b"POST") else 200, RECORD)


async def drips_after_the_gate(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer look-ups with 404 and creates with 201, and hang on every update."""
    while True:
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(_length(head))
        if head.startswith(b"PATCH"):
            await reader.read()
        _answer(writer, 201 if head.startswith(b"POST") else 404, RECORD)


def _length(head: bytes) -> int:
    fields = dict(line.split(b": ", 1) for line in head.lower().split(b"\r\n")[1:] if b": " in line)
    return int(fields.get(b"content-length", 0))


def _answer(writer: asyncio.StreamWriter, status: int, body: object) -> None:
    content = json.dumps(body).encode()
    head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    writer.write(head.encode() + content)


@contextmanager
def serving(behave: Behaviour) -> Iterator[str]:
    """Serve on a free port, in a thread of its own."""
    loop = asyncio.new_event_loop()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await behave(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = loop.run_until_complete(asyncio.start_server(handle, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        asyncio.run_coroutine_threadsafe(_stop(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _stop(server: asyncio.Server) -> None:
    server.close()
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
    await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("behave", "status"),
    [
        pytest.param(hangs, Exit.NOT_JUDGED, id="hangs"),
        pytest.param(resets, Exit.NOT_JUDGED, id="resets"),
        pytest.param(talks_nonsense, Exit.NOT_JUDGED, id="talks nonsense"),
        pytest.param(drips, Exit.NOT_JUDGED, id="drips"),
        pytest.param(floods, Exit.NOT_JUDGED, id="floods"),
        pytest.param(answers(401), Exit.NOT_JUDGED, id="always 401"),
        pytest.param(answers(403), Exit.NOT_JUDGED, id="always 403"),
        pytest.param(answers(404), Exit.NOT_JUDGED, id="always 404"),
        pytest.param(answers(500), Exit.NOT_JUDGED, id="always 500"),
        pytest.param(answers(200, RECORD), Exit.NOT_JUDGED, id="always the same customer"),
        pytest.param(answers(301), Exit.NOT_JUDGED, id="always a redirect"),
        pytest.param(shows_somebody_else, Exit.BROKEN, id="somebody else's customer"),
        pytest.param(drips_after_the_gate, Exit.BROKEN, id="hangs on updates"),
    ],
)
def test_verdict_in_time(behave: Behaviour, status: int) -> None:
    """A server that cannot be judged gets 2, one that breaks claims gets 1, and both within the time that was given."""
    with serving(behave) as url, ThreadPoolExecutor(1) as pool:
        settings = Settings(url, "sk_test_example", seed=1, max_time=6.0)
        verdict = pool.submit(judge, settings, Subject()).result(timeout=30)
    assert verdict.exit_status == status, verdict.sentence
    assert bool(verdict.refusal) is (status == Exit.NOT_JUDGED)
