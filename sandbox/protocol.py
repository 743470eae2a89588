"""uvicorn's HTTP protocol, with limits on how long and how large a request may be, and a way to break a connection."""

from __future__ import annotations

import re
import socket
import struct
from http import HTTPStatus
from secrets import token_hex
from typing import TYPE_CHECKING, Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from sandbox.answers import PROBLEM_MEDIA, problem

if TYPE_CHECKING:
    import asyncio

    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

__all__ = ["ABORT", "FRAME_BYTES_MAX", "PIPELINED_MAX", "GuardedProtocol"]

ABORT = "moment.abort"
"""The ASGI extension by which the application resets the connection."""

FRAME_BYTES_MAX = 64 * 1024
"""The most that all of a request but its body may take: request line, headers, sizes of chunks, trailers."""

PIPELINED_MAX = 16
"""How many requests may wait on a connection for the one that is being answered."""

_ANSWER_SECONDS = 60.0
_DRAIN_SECONDS = 0.3
_UPGRADE = re.compile(rb"\n[Uu][Pp][Gg][Rr][Aa][Dd][Ee]:")  # ten times as fast as ignoring case
_NO_LINGER = struct.pack("ii", 1, 0)


class GuardedProtocol(HttpToolsProtocol):
    """One connection. Slow and oversized requests end it; others are served as ever."""

    receive_seconds: float
    """How long a request may take to come in, from its first byte (or from connecting) to its last."""

    _receiving: asyncio.TimerHandle | None = None
    _sending: asyncio.TimerHandle | None = None
    _whole = False  # whether what has come in so far ends with a whole request
    _in_head = True
    _frame_bytes = 0  # of all but the body
    _running: RequestResponseCycle | None = None  # the request that is being answered, which need not be the last one
    _ends = False  # whether nothing more is to be taken in
    _drains = False  # whether the server stops

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Expect a first request."""
        super().connection_made(cast("asyncio.Transport", _Joined(transport, self.loop)))
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop_timer()
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take in a part of a request, one whole request, or several."""
        if self._ends:
            return
        self._whole = False
        self._frame_bytes += len(data)
        super().data_received(_without_upgrade(data) if self._in_head else data)
        if self._whole:
            self._stop_timer()
        elif self._receiving is None and not self.transport.is_closing():
            self._start_timer()
        if self._frame_bytes > FRAME_BYTES_MAX and not self._whole:
            self._refuse(431, f"The request without its body is longer than {FRAME_BYTES_MAX} bytes.")

    def on_message_begin(self) -> None:
        """Begin a request."""
        if len(self.pipeline) >= PIPELINED_MAX:
            raise ValueError  # which the parser takes for a malformed request
        super().on_message_begin()
        self._whole = False
        self._in_head = True
        extensions: dict[str, Any] = {ABORT: self.abort}
        self.scope["extensions"] = extensions

    def on_headers_complete(self) -> None:
        """Hand the request to the application.

        Without a Host, or with two, it is refused: whom it is for could be taken differently (RFC 9112, section 3.2).
        """
        hosts = [name for name, _ in self.headers].count(b"host")
        if hosts > 1 or (hosts == 0 and self.parser.get_http_version() == "1.1"):
            self._refuse(400, f"The request has {hosts or 'no'} Host headers; it takes one.")
            raise ValueError  # which ends the parser
        self._in_head = False
        super().on_headers_complete()
        self.headers = []  # what comes after the body is no header (RFC 9110, section 6.5.1)
        if self._drains:
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        self._frame_bytes -= len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End a request."""
        super().on_message_complete()
        self._whole = self._in_head = True
        self._frame_bytes = 0

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP."""
        self._refuse(400, msg)

    def abort(self) -> None:
        """Reset the connection."""
        if self._running:
            self._running.disconnected = True
        if not self.transport.is_closing():
            self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
            self.transport.abort()

    def shutdown(self) -> None:
        """Make the next answer the last, or close when no request is on its way."""
        self._drains = True
        if self._is_busy():
            self.cycle.keep_alive = False
        else:
            # A turn of the loop later, so that what has come in until then is read first.
            self.loop.call_later(_DRAIN_SECONDS, self.loop.call_later, 0.001, self._close_if_idle)

    def pause_writing(self) -> None:
        """Wait for a client that reads slowly, but not for ever."""
        super().pause_writing()
        self._sending = self._sending or self.loop.call_later(_ANSWER_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on: the client has read."""
        if self._sending:
            self._sending.cancel()
            self._sending = None
        super().resume_writing()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def _is_busy(self) -> bool:
        return self._running is not None and not self._running.response_complete

    def _close_if_idle(self) -> None:
        nothing_came = self.cycle is None and self._frame_bytes == 0
        if not self._is_busy() and (nothing_came or self._receiving is None):
            self.transport.close()

    def _start_timer(self) -> None:
        self._receiving = self.loop.call_later(self.receive_seconds, self._too_slow)

    def _stop_timer(self) -> None:
        if self._receiving is not None:
            self._receiving.cancel()
            self._receiving = None

    def _too_slow(self) -> None:
        self._receiving = None
        self._refuse(408, f"The request took longer than {self.receive_seconds:g} s to come in.")

    def _refuse(self, status: int, detail: str) -> None:
        """Take in nothing more, say why unless an answer is being sent, and close the connection."""
        if self.transport.is_closing() or self._ends:
            return
        self._ends = True
        if self._running and self._is_busy() and (self._in_head or self._running is not self.cycle):
            # What is refused came behind a request that is being answered. That answer comes first, and is the last.
            self._running.keep_alive = False
            self.pipeline.clear()
            return
        if self._running is None or not self._running.response_started or self._running.response_complete:
            self.transport.write(_refusal(status, detail))
        self.transport.close()


def _without_upgrade(data: bytes) -> bytes:
    """What came in, with another name for the header that asks for another protocol (RFC 9110, section 7.8: ignore it).

    The parser would take the body for that protocol. Clients that prefer HTTP/2 ask for it, Java's among them.
    """
    if not _UPGRADE.search(data):
        return data
    head, blank, rest = data.partition(b"\r\n\r\n")
    return _UPGRADE.sub(b"\nx-upgrade:", head) + blank + rest


def _refusal(status: int, detail: str) -> bytes:
    body = problem(status, detail)
    lines = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        f"content-type: {PROBLEM_MEDIA}",
        f"content-length: {len(body)}",
        f"x-request-id: req_{token_hex(8)}",
        "access-control-allow-origin: *",
        "access-control-expose-headers: X-Request-Id",
        "connection: close",
    )
    return "\r\n".join([*lines, "", ""]).encode() + body


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
