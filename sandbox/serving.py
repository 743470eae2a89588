"""Serve on a socket until told to stop, or as long as a command runs."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import socket
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, cast

import uvicorn

from sandbox.log import log_failures
from sandbox.protocol import GuardedProtocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import FrameType

    from sandbox.app import Application

__all__ = ["base_url", "listen", "serve"]

_BACKLOG = 2048
_GRACE_SECONDS = 20
_CLOSE_SECONDS = 3


def listen(host: str, port: int) -> socket.socket:
    """Take a port; 0 is any free one. Raises OSError when it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=_BACKLOG)


def base_url(listener: socket.socket) -> str:
    """The URL under which a socket is reached from this machine."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - nothing is bound here
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(
    application: Application,
    listener: socket.socket,
    receive_seconds: float,
    *,
    command: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    ready: Callable[[], None] = lambda: None,
    until: int | None = None,
) -> int:
    """Serve until a signal comes, `until` becomes readable, or the command has ended; return its status, else 0.

    Raises:
        OSError: The command cannot be started.
    """
    log_failures()
    _allow_many_connections()
    config = uvicorn.Config(
        application,
        loop="uvloop",
        http=type("Protocol", (GuardedProtocol,), {"receive_seconds": receive_seconds}),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=_BACKLOG,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        status = runner.run(_serve(application, _Server(config, until), listener, command, environment or {}, ready))
        with suppress(TimeoutError):  # a database that never answers does not keep the process
            runner.run(asyncio.wait_for(application.close(), _CLOSE_SECONDS))
        return status


class _Server(uvicorn.Server):
    """A server for which a signal is a request to stop, and having stopped is no failure."""

    def __init__(self, config: uvicorn.Config, until: int | None) -> None:
        super().__init__(config)
        self._until = until
        self.command: asyncio.subprocess.Process | None = None

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, after taking in who has connected already: their requests may be on the way."""
        listeners = [listener.dup() for listener in sockets or []]
        for server in self.servers:
            server.close()
        for connection in [each for listener in listeners for each in _waiting(listener)]:
            await asyncio.get_running_loop().connect_accepted_socket(self._connect, connection)
        await super().shutdown(sockets)
        if cancelled := self.server_state.tasks:
            await asyncio.wait(cancelled, timeout=_CLOSE_SECONDS)  # each still tells its client

    def _connect(self) -> GuardedProtocol:
        protocol = cast("type[GuardedProtocol]", self.config.http_protocol_class)
        return protocol(self.config, self.server_state, {})

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End gracefully on SIGINT and SIGTERM, and with the parent process, which alone minds Ctrl-C."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self.handle_exit, signal.SIGTERM, None)
        if self._until is None:
            loop.add_signal_handler(signal.SIGINT, self.handle_exit, signal.SIGINT, None)
        else:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            loop.add_reader(self._until, self.handle_exit, signal.SIGTERM, None)
        yield
        if self._until is not None:
            loop.remove_reader(self._until)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop, or tell the command to: then this serves until it ends. Ctrl-C has reached the command already."""
        if self.command is None:
            super().handle_exit(sig, frame)
        elif sig != signal.SIGINT:
            with suppress(ProcessLookupError):
                self.command.terminate()


def _waiting(listener: socket.socket) -> Iterator[socket.socket]:
    """The connections that nobody has accepted yet. The listener is closed behind them."""
    listener.setblocking(False)
    with listener, suppress(BlockingIOError):
        while True:
            yield listener.accept()[0]


def _allow_many_connections() -> None:
    """Let this process have as many open files as it may."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def _serve(
    application: Application,
    server: _Server,
    listener: socket.socket,
    command: Sequence[str],
    environment: Mapping[str, str],
    ready: Callable[[], None],
) -> int:
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started and not serving.done():
        await asyncio.sleep(0.001)
    ready()
    keeping_house = asyncio.create_task(application.keep_house())
    try:
        return await _run(command, environment, server) if command else 0
    finally:
        if command:
            server.should_exit = True
        await serving
        keeping_house.cancel()


async def _run(command: Sequence[str], environment: Mapping[str, str], server: _Server) -> int:
    """Run a command to its end; its status, as a shell would give it."""
    server.command = await asyncio.create_subprocess_exec(*command, env={**os.environ, **environment})
    status = await server.command.wait()
    server.command = None
    return status if status >= 0 else 128 - status
