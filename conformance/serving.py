"""Serve an application of this process on a free local port, so that it is judged over real HTTP."""

from __future__ import annotations

import inspect
import socket
import threading
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import uvicorn

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["is_asgi", "serving"]

_PATIENCE = 10.0


def is_asgi(application: Any) -> bool:
    """Whether an application is ASGI; otherwise it is taken for WSGI."""
    call = application if inspect.isfunction(application) else getattr(application, "__call__", application)  # noqa: B004
    return inspect.iscoroutinefunction(call) or len(inspect.signature(call).parameters) == 3


@contextmanager
def serving(application: Any) -> Iterator[str]:
    """Serve an ASGI or WSGI application as long as the context lasts; gives its URL.

    Raises:
        RuntimeError: The application does not start.
    """
    with _asgi(application) if is_asgi(application) else _wsgi(application) as url:
        yield url


@contextmanager
def _asgi(application: Any) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    server = uvicorn.Server(uvicorn.Config(application, ws="none", log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(_PATIENCE)
        listener.close()


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 256


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        """Say nothing: the exchanges are in the verdict."""


@contextmanager
def _wsgi(application: Any) -> Iterator[str]:
    with _Server(("127.0.0.1", 0), _Quiet) as server:
        server.set_app(application)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join(_PATIENCE)
