"""The commands that repeat what a report shows."""

from __future__ import annotations

import shutil
import subprocess
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from conformance.exchange import Exchange, Request, encode
from conformance.redaction import Redaction
from conformance.settings import KEY_VARIABLES, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

KEYS = {"api_key": "sk_test_mine0001", "other_api_key": "sk_test_theirs02", "public_api_key": "pk_test_mine0003"}
SETTINGS = Settings("http://nowhere.example", **KEYS)  # type: ignore[arg-type]
HEADERS = [f"Bearer {form}" for key in KEYS.values() for form in (key, f"{key}0", key[:-1], f'${key}`\\"')]
HEADERS += [f"Basic {b64encode(f'{key}:'.encode()).decode()}" for key in KEYS.values()]


class _Recording(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen = (self.headers["Authorization"], body)  # type: ignore[attr-defined]
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Stay silent."""


@pytest.fixture(scope="module")
def recording() -> Iterator[HTTPServer]:
    """A server that keeps the last request it got."""
    with HTTPServer(("127.0.0.1", 0), _Recording) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl (Debian: curl)")
@pytest.mark.parametrize("header", HEADERS)
def test_command_sends_the_same_request_and_holds_no_key(header: str, recording: HTTPServer) -> None:
    """With the keys in the environment, the command sends what the run sent; without them it tells nobody a key."""
    body = encode({"name": 'a $HOME `id` "quoted" it\'s \\ é', "reference": header})
    headers = (("Authorization", header), ("Content-Type", "application/json"))
    sent = Exchange(Request("", "POST", "/?q=$HOME", headers, body), None)
    command = Redaction(SETTINGS.keys).exchange(sent).curl(f"http://127.0.0.1:{recording.server_port}")
    assert not any(key[:-1] in command for key in KEYS.values())
    variables = {KEY_VARIABLES[name]: key for name, key in KEYS.items()}
    subprocess.run(["bash", "-c", f"{command} --silent"], env=variables | {"PATH": "/usr/bin:/bin"}, check=True)
    assert recording.seen == (header, body)  # type: ignore[attr-defined]
