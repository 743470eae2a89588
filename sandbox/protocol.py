"""uvicorn's HTTP protocol, with limits on how long and how large a request may be, and a way to break a connection."""

from __future__ import annotations

import socket
import struct
from typing import TYPE_CHECKING, Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from sandbox.answers import PROBLEM_MEDIA, problem

if TYPE_CHECKING:
    import asyncio

__all__ = ["ABORT", "HEAD_BYTES_MAX", "GuardedProtocol"]

ABORT = "moment.abort"
"""The ASGI extension by which the application resets the connection."""

HEAD_BYTES_MAX = 64 * 1024
"""The most that a request line and its headers may take together."""

_NO_LINGER = struct.pack("ii", 1, 0)


class GuardedProtocol(HttpToolsProtocol):
    """One connection. Slow and oversized requests end it; others are served as ever."""

    receive_seconds: float
    """How long a request may take to come in, from its first byte (or from connecting) to its last."""

    _timer: asyncio.TimerHandle | None = None
    _whole = False  # whether what has come in so far ends with a whole request
    _in_head = True
    _head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Expect a first request."""
        super().connection_made(cast("asyncio.Transport", _Joined(transport, self.loop)))
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take in a part of a request, one whole request, or several."""
        self._whole = False
        if self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._whole:
            self._stop_timer()
        elif self._timer is None and not self.transport.is_closing():
            self._start_timer()
        if self._in_head and self._head_bytes > HEAD_BYTES_MAX and not self._whole:
            self._refuse(431, f"The headers are longer than {HEAD_BYTES_MAX} bytes.")

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self._whole = False
        self._in_head = True
        extensions: dict[str, Any] = {ABORT: self.abort}
        self.scope["extensions"] = extensions

    def on_headers_complete(self) -> None:
        """Hand the request to the application."""
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """End a request."""
        super().on_message_complete()
        self._whole = self._in_head = True
        self._head_bytes = 0

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP."""
        self._refuse(400, msg)

    def abort(self) -> None:
        """Reset the connection."""
        self.cycle.disconnected = True
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self.transport.abort()

    def _start_timer(self) -> None:
        self._timer = self.loop.call_later(self.receive_seconds, self._too_slow)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_slow(self) -> None:
        self._timer = None
        self._refuse(408, f"The request took longer than {self.receive_seconds:g} s to come in.")

    def _refuse(self, status: int, detail: str) -> None:
        """Say why, if nothing else is being said, and close the connection."""
        if self.transport.is_closing():
            return
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            body = problem(status, detail)
            head = f"HTTP/1.1 {status} \r\ncontent-type: {PROBLEM_MEDIA}\r\ncontent-length: {len(body)}\r\n"
            self.transport.write(f"{head}connection: close\r\n\r\n".encode() + body)
        self.transport.close()


class _Joined:
    """A transport that writes what gathers in one turn of the loop at once.

    uvicorn writes an answer's head and body one by one, and a write takes longer than looking up the customer.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._gathered: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Write soon."""
        if not self._gathered:
            self._loop.call_soon(self._flush)
        self._gathered.append(data)

    def close(self) -> None:
        """Close, after all that is written."""
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        gathered, self._gathered = self._gathered, []
        if gathered and not self._transport.is_closing():
            self._transport.write(b"".join(gathered))
