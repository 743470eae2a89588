"""A small HTTP load generator: one request, many connections, every answer's latency."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, cast

import uvloop

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Load", "measure", "request_bytes"]


@dataclass(frozen=True)
class Load:
    """What a run gave: requests a second, and latencies in milliseconds."""

    per_second: float
    p50: float
    p99: float
    failed: int


def request_bytes(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """A request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *(f"{name}: {value}" for name, value in headers.items())]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def measure(port: int, requests: Sequence[bytes], *, seconds: float, connections: int) -> Load:
    """Send requests in turn over each connection, the next when the last is answered, for some seconds."""
    return uvloop.run(_measure(port, requests, seconds, connections))


async def _measure(port: int, requests: Sequence[bytes], seconds: float, connections: int) -> Load:
    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    clients = [_Client(requests, at, started + seconds) for at in range(connections)]
    for client in clients:
        await loop.create_connection(partial(_same, client), "127.0.0.1", port)
    await asyncio.gather(*(client.done for client in clients))
    elapsed = time.perf_counter() - started
    latencies = sorted(latency for client in clients for latency in client.latencies)
    failed = sum(client.failed for client in clients)
    p50, p99 = (latencies[int(len(latencies) * share)] * 1000 for share in (0.50, 0.99))
    return Load((len(latencies) - failed) / elapsed, p50, p99, failed)


class _Client(asyncio.Protocol):
    """One connection. It reads just enough of an answer to know its status and its end."""

    def __init__(self, requests: Sequence[bytes], first: int, until: float) -> None:
        self.requests, self.next, self.until = requests, first, until
        self.latencies: list[float] = []
        self.failed = 0
        self.buffer = b""
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.send()

    def send(self) -> None:
        self.sent = time.perf_counter()
        self.transport.write(self.requests[self.next % len(self.requests)])
        self.next += 1

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, blank, body = self.buffer.partition(b"\r\n\r\n")
        if not blank or len(body) < _length(head):
            return
        now = time.perf_counter()
        self.latencies.append(now - self.sent)
        self.failed += not head.startswith(b"HTTP/1.1 2")
        self.buffer = b""
        if now < self.until:
            self.send()
        else:
            self.transport.close()

    def connection_lost(self, _error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


def _same(client: _Client) -> _Client:
    return client


def _length(head: bytes) -> int:
    _, name, rest = head.lower().partition(b"content-length:")
    if not name:
        message = f"an answer without Content-Length: {head!r}"
        raise ValueError(message)
    return int(rest.partition(b"\r\n")[0])
