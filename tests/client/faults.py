"""A server between the client and the sandbox that does to connections what networks and gateways do."""

from __future__ import annotations

import re
import socket
import struct
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

    Forward = Callable[["Request"], bytes]
    Fault = Callable[[socket.socket, "Request", Forward], None]

_RESET = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Request:
    """A request as it arrived."""

    head: bytes
    body: bytes

    def header(self, name: str) -> str:
        """The value of a header, or ""."""
        for line in self.head.decode("latin-1").split("\r\n")[1:]:
            key, _, value = line.partition(":")
            if key.lower() == name.lower():
                return value.strip()
        return ""

    @property
    def line(self) -> str:
        """Method and path."""
        return self.head.decode("latin-1").partition(" HTTP/")[0]


@dataclass
class FaultyServer:
    """Passes requests on to the sandbox, and does to each what the next of `faults` says; then it only passes on.

    A fault gets the connection, the request, and a function that passes the request on and returns the answer.
    """

    upstream: str
    faults: deque[Fault] = field(default_factory=deque)
    requests: list[Request] = field(default_factory=list)
    connections: int = 0

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self._stopping = threading.Event()
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        # Only a connection wakes the thread that waits for one.
        socket.create_connection(self._listener.getsockname()).close()
        self._accepting.join(timeout=10)
        self._listener.close()
        for thread in self._threads:
            thread.join(timeout=10)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def _accept(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            if self._stopping.is_set():
                connection.close()
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            connection.settimeout(10)
            try:
                self._exchange(connection)
            except OSError:
                return  # the client is gone

    def _exchange(self, connection: socket.socket) -> None:
        try:
            fault = self.faults.popleft()  # one step, which threads may take at the same time
        except IndexError:
            fault = pass_on
        if fault is reset_unread:
            reset(connection)
            return
        request = read_request(connection)
        if request is None:
            return
        self.requests.append(request)
        fault(connection, request, self._forward)

    def _forward(self, request: Request) -> bytes:
        place = urlsplit(self.upstream)
        with socket.create_connection((place.hostname or "", place.port or 80), timeout=10) as server:
            head = re.sub(rb"\r\nconnection:[^\r]*", b"", request.head, flags=re.IGNORECASE)
            server.sendall(head + b"\r\nConnection: close\r\n\r\n" + request.body)
            chunks = []
            while chunk := server.recv(65536):
                chunks.append(chunk)
        return b"".join(chunks)


def read_request(connection: socket.socket) -> Request | None:
    """One request from a connection; None when the client closed it."""
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(65536)
        if not chunk:
            return None
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(Request(head, b"").header("content-length") or 0)
    while len(body) < length:
        body += connection.recv(65536)
    return Request(head, body)


def reset(connection: socket.socket) -> None:
    """Close a connection by a reset (RFC 9293, section 3.5.2)."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    connection.close()


def pass_on(connection: socket.socket, request: Request, forward: Forward) -> None:
    """The answer arrives as it is."""
    connection.sendall(forward(request))


def reset_unread(connection: socket.socket, request: Request, forward: Forward) -> None:
    """The connection is reset before the request is read; the server does this itself."""


def reset_before(connection: socket.socket, request: Request, forward: Forward) -> None:
    """The request is read, never carried out, and the connection reset."""
    reset(connection)


def reset_after(connection: socket.socket, request: Request, forward: Forward) -> None:
    """The request is carried out, and its answer lost."""
    forward(request)
    reset(connection)


def cut_body(connection: socket.socket, request: Request, forward: Forward) -> None:
    """The answer ends in the middle of its body."""
    connection.sendall(forward(request)[:-20])


def silence(connection: socket.socket, request: Request, forward: Forward) -> None:
    """The request is carried out, and nothing is said until the client gives up."""
    forward(request)
    connection.recv(1)


def half_a_head(connection: socket.socket, request: Request, forward: Forward) -> None:
    """The head of the answer stops in the middle, until the client gives up."""
    connection.sendall(forward(request)[:12])
    connection.recv(1)


def endless_body(connection: socket.socket, request: Request, forward: Forward) -> None:
    """The body never ends."""
    forward(request)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    while True:
        connection.sendall(chunk)


def no_http(connection: socket.socket, request: Request, forward: Forward) -> None:
    """What answers speaks another protocol."""
    connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")


def answer(
    status: str, body: bytes = b"", media_type: str = "text/html", length: int | None = None, *headers: str
) -> Fault:
    """A gateway answers in place of the API; the request is not carried out."""
    lines = [
        f"HTTP/1.1 {status}",
        *([f"Content-Type: {media_type}"] if media_type else []),
        f"Content-Length: {len(body) if length is None else length}",
        "Connection: close",
        *headers,
    ]

    def respond(connection: socket.socket, request: Request, forward: Forward) -> None:
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    return respond
