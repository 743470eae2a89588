"""Serve a built site on this machine as a web server should: right media types, nothing loaded from outside."""

from __future__ import annotations

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from generator.site.discovery import CATALOG

__all__ = ["Server", "start"]

_TYPES = {
    ".atom": "application/atom+xml",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".http": "text/plain; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".md": "text/markdown; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".yaml": "application/yaml",
    ".whl": "application/zip",
}
_POLICY = "default-src 'self'; img-src 'self' data:; base-uri 'self'; frame-ancestors 'none'; form-action 'none'"
_CONSOLE_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; "
    "worker-src 'self' blob:; connect-src 'self' http://127.0.0.1:* http://localhost:* https:"
)
"""The console writes styles and compiles schemas of its own, and calls the server that its user chose."""

_REPORT_POLICY = f"{_POLICY}; style-src 'self' 'unsafe-inline'"
"""The report of the conformance suite is one file, styles included."""


class _Handler(SimpleHTTPRequestHandler):
    """Sends files with the headers that the site asks of a web server."""

    protocol_version = "HTTP/1.1"
    extensions_map = _TYPES

    def end_headers(self) -> None:
        """Add what protects visitors."""
        self.send_header("Content-Security-Policy", _policy(self.path))
        if self.path == f"/{CATALOG}":
            self.send_header("Link", f'</{CATALOG}>; rel="api-catalog"')  # RFC 9727, section 2
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "same-origin")
        super().end_headers()

    def guess_type(self, path: Any) -> str:
        """The media type of a file, by its name."""
        if str(path).endswith(CATALOG):
            return 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'
        return _TYPES.get(Path(str(path)).suffix, "application/octet-stream")

    def list_directory(self, path: Any) -> None:  # noqa: ARG002 - every folder alike
        """Show no folder: a site has pages."""
        self.send_error(404)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer what is not there with the site's own page."""
        page = Path(self.directory) / "404.html"
        if code != 404 or not page.is_file():
            super().send_error(code, message, explain)
            return
        content = page.read_bytes().replace(b"<head>", b'<head>\n<base href="/">', 1)  # it may stand in for any depth
        self.send_response(code)
        self.send_header("Content-Type", _TYPES[".html"])
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Say nothing: a visit is no news."""


def _policy(path: str) -> str:
    if path.startswith("/console/"):
        return _CONSOLE_POLICY
    return _REPORT_POLICY if path.startswith("/conformance-report.html") else _POLICY


Server = ThreadingHTTPServer


def start(folder: Path, host: str, port: int) -> Server:
    """A server for a folder, listening; call `serve_forever` on it. Port 0 takes a free one.

    Raises:
        OSError: The address is taken, or cannot be listened on.
    """
    return Server((host, port), partial(_Handler, directory=str(folder)))
