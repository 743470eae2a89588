"""Connections that want nothing, and connections that send a byte a second: others should not notice."""

from __future__ import annotations

import socket
import threading
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["IDLE", "SLOW", "crowd"]

IDLE, SLOW = 1000, 50


@contextmanager
def crowd(port: int) -> Iterator[None]:
    """Hold connections to a server of this machine open, some of them sending a request byte by byte."""
    with ExitStack() as stack:
        opened = [stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(IDLE + SLOW)]
        gone = threading.Event()
        sender = threading.Thread(target=_drip, args=(opened[:SLOW], gone))
        sender.start()
        try:
            yield
        finally:
            gone.set()
            sender.join()


def _drip(connections: Sequence[socket.socket], gone: threading.Event) -> None:
    for byte in b"GET /billing/customers/nobody HTTP/1.1\r\nHost: localhost\r\nX-Slow: " + b"a" * 60:
        for connection in connections:
            with suppress(OSError):  # the server may have had enough
                connection.send(bytes([byte]))
        if gone.wait(1):
            return
