"""Servers that speak no more HTTP than the standard library's: the verdict is on the API, not on what carries it."""

from __future__ import annotations

import http.client
import threading
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from conformance.runner import judge
from conformance.verdict import Exit, State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.subject import Subject
    from tests.conformance.conftest import Sandbox

_LARGE = 1_000_000


class _Plain(BaseHTTPRequestHandler):
    """Passes requests on to a server; reads no chunks, hangs up on large bodies, and has no method but three."""

    disable_nagle_algorithm = True
    behind: str

    def do_GET(self) -> None:
        length = int(self.headers["Content-Length"] or 0)
        if length >= _LARGE:
            self.close_connection = True
            return
        connection = http.client.HTTPConnection(self.behind)
        connection.request(self.command, self.path, self.rfile.read(length), self._headers())
        self._answer(connection.getresponse())
        connection.close()

    do_POST = do_PATCH = do_GET  # noqa: N815 - http.server chose the names

    def _headers(self) -> dict[str, str]:
        dropped = {"transfer-encoding", "connection", "host"}
        return {name: value for name, value in self.headers.items() if name.lower() not in dropped}

    def _answer(self, response: http.client.HTTPResponse) -> None:
        body = response.read()
        self.send_response(response.status)
        for name in ("Content-Type", "Idempotent-Replayed", "Retry-After"):
            if response.getheader(name):
                self.send_header(name, response.getheader(name) or "")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@contextmanager
def plain(url: str, version: str) -> Iterator[str]:
    """A plain server before another one, for as long as it is needed."""
    handler = type("Plain", (_Plain,), {"behind": urlsplit(url).netloc, "protocol_version": version})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("version", ["HTTP/1.0", "HTTP/1.1"])
def test_plain_servers_conform(sandbox: Sandbox, subject: Subject, version: str) -> None:
    with plain(sandbox.url, version) as url:
        verdict = judge(replace(sandbox.settings(), url=url), subject)
    assert verdict.exit_status == Exit.CONFORMS, [result.shown for result in verdict.of(State.FAIL)]
