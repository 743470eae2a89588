"""One request and its answer, as plain data: what checks look at and reports show."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NoReturn

__all__ = ["BROKEN_OFF", "NO_CONNECTION", "NO_JSON", "Exchange", "Request", "Response", "encode"]

NO_JSON: Final = object()
"""Stands for the JSON of a body that is none."""

_SECRET_HEADERS = {"set-cookie"}
"""Secrets of the server's own; keys are kept out by `Redaction`."""
_SPECIAL = re.compile(r'[\\"`]|\$(?!\{MOMENT_|\(printf %s: \$\{MOMENT_)')
_ESCAPE = r"\\\g<0>"
_SHOWN_CHARACTERS = 2_000
_LARGE_BODY = 100_000

BROKEN_OFF: Final = "the connection broke"
"""How the trouble begins when a server broke the connection off."""

NO_CONNECTION: Final = "cannot connect"
"""How the trouble begins when there is no connection."""

_UNAVAILABLE = 503


@dataclass(frozen=True)
class Request:
    """A request as it goes over the wire.

    Attributes:
        operation: The id of the operation that it is meant for; "" when it is meant for none.
        method: The HTTP method.
        target: The path, percent-encoded, below the server's base URL.
        headers: Names and values, in order.
        body: The bytes of the body, or None without one.
    """

    operation: str
    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None

    def header(self, name: str) -> str | None:
        """The first value of a header, or None."""
        return _header(self.headers, name)

    @cached_property
    def json(self) -> Any:
        """The body as JSON, or NO_JSON."""
        return _decode(self.body)

    @property
    def in_chunks(self) -> bool:
        """Whether the body is sent in chunks, without saying first how long it is (RFC 9112, section 7.1)."""
        return self.body is not None and self.header("Transfer-Encoding") is not None


@dataclass(frozen=True)
class Response:
    """An answer; `body` is cut where `complete` is false, `seconds` is how long the whole exchange took."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    seconds: float
    complete: bool = True

    def header(self, name: str) -> str | None:
        """The first value of a header, or None."""
        return _header(self.headers, name)

    @cached_property
    def json(self) -> Any:
        """The body as JSON, or NO_JSON."""
        return _decode(self.body) if self.complete else NO_JSON

    @property
    def media_type(self) -> str:
        """The media type of the body, without its parameters, in lower case."""
        return (self.header("Content-Type") or "").split(";")[0].strip().lower()


@dataclass(frozen=True)
class Exchange:
    """A request and its response, or the `trouble` that took the response's place, such as "no answer within 5 s".

    `fields` are those that the contract lists for a customer; what others hold, and when it changes, is not said.
    """

    request: Request
    response: Response | None
    trouble: str = ""
    fields: frozenset[str] = frozenset()

    @property
    def status(self) -> int:
        """The status code; 0 when no response came."""
        return self.response.status if self.response else 0

    @property
    def json(self) -> Any:
        """The body of the response as JSON, or NO_JSON."""
        return self.response.json if self.response else NO_JSON

    @property
    def record(self) -> dict[str, Any]:
        """The response as an object, of a customer only the listed fields; empty when it is no object."""
        if not isinstance(self.json, dict):
            return {}
        if not (self.fields and self.succeeded):
            return self.json
        return {name: value for name, value in self.json.items() if name in self.fields}

    @property
    def succeeded(self) -> bool:
        """Whether the server did what was asked (2xx)."""
        return 200 <= self.status < 300

    @property
    def refused(self) -> bool:
        """Whether the server answered that the caller is wrong (4xx), or hung up on a body that it need not take."""
        return 400 <= self.status < 500 or self.hung_up

    @property
    def hung_up(self) -> bool:
        """Whether the server broke the connection off while a body was sent that it may refuse without reading it.

        That is a large one (RFC 9110, section 15.5.14), or one whose length it was not told (section 15.5.12).
        """
        return self.broke and (len(self.request.body or b"") >= _LARGE_BODY or self.request.in_chunks)

    @property
    def broke(self) -> bool:
        """Whether the connection broke before there was an answer."""
        return self.response is None and self.trouble.startswith(BROKEN_OFF)

    @property
    def was_lost(self) -> bool:
        """Whether the server did not take the request: no connection, one that broke, or 503 for the moment."""
        return self.broke or self.trouble.startswith(NO_CONNECTION) or self.status == _UNAVAILABLE

    @property
    def size(self) -> int:
        """How much there is to read: the order in which exchanges make good evidence."""
        return len(self.request.body or b"") + len(self.request.target)

    def lines(self) -> list[str]:
        """The exchange for a person to read, without secrets."""
        sent = [f"{self.request.method} {self.request.target}", *_shown_headers(self.request.headers)]
        if self.request.body is not None:
            sent.append(shown(self.request.body))
        if self.response is None:
            return [*sent, f"→ {self.trouble}"]
        answered = [f"→ {self.response.status}", *_shown_headers(self.response.headers, only=_TELLING)]
        return [*sent, " ".join(answered), *([shown(self.response.body)] if self.response.body else [])]

    def curl(self, base_url: str) -> str:
        """A command that sends the request again; keys are taken from the environment, as `Redaction` names them."""
        parts = ["curl", "-i", "-X", self.request.method, _quoted(base_url.rstrip("/") + self.request.target)]
        for name, value in self.request.headers:
            if name.lower() not in _IMPLIED:
                parts += ["-H", _quoted(f"{name}: {value}" if value else f"{name};")]
        if self.request.body is not None:
            parts += ["--data-raw", _shell(self.request.body)]
        return " ".join(parts)


_TELLING = {"content-type", "idempotent-replayed", "location", "retry-after"}
_IMPLIED = {"accept", "accept-encoding", "user-agent", "host", "content-length", "connection"}


def encode(value: Any) -> bytes:
    """A value as JSON in UTF-8; what UTF-8 cannot carry (lone surrogates) is escaped."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()


def redact(headers: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    """Headers without the server's own secrets."""
    return [(name, "[redacted]" if name.lower() in _SECRET_HEADERS else value) for name, value in headers]


def shown(body: bytes) -> str:
    """A body for a person to read, cut where it becomes long."""
    text = body.decode("utf-8", "backslashreplace")
    text = "".join(char if char.isprintable() or char == " " else ascii(char)[1:-1] for char in text)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}… ({len(body):,} bytes)"


def _shown_headers(headers: tuple[tuple[str, str], ...], only: set[str] | None = None) -> list[str]:
    return [
        f"{name}: {value}"
        for name, value in redact(headers)
        if (name.lower() in only if only is not None else name.lower() not in _IMPLIED)
    ]


def _shell(body: bytes) -> str:
    text = body.decode("utf-8", "backslashreplace")
    if len(text) > _SHOWN_CHARACTERS:
        return f"'…{len(body):,} bytes, see exchanges.har…'"
    if text.isprintable():
        return _quoted(text)
    escaped = json.dumps(text)[1:-1].replace("'", r"\'")
    return f"$'{escaped}'"


def _quoted(text: str) -> str:
    """A text for a shell, which puts in the variables that stand for keys, and nothing else."""
    return f'"{_SPECIAL.sub(_ESCAPE, text)}"' if "${MOMENT_" in text else shlex.quote(text)


def _header(headers: tuple[tuple[str, str], ...], name: str) -> str | None:
    return next((value for key, value in headers if key.lower() == name.lower()), None)


def _decode(body: bytes | None) -> Any:
    if not body:
        return NO_JSON
    try:
        return json.loads(body.decode(), parse_constant=_no_constant)  # UTF-8 without a mark (RFC 8259, section 8.1)
    except (ValueError, RecursionError):
        return NO_JSON


def _no_constant(name: str) -> NoReturn:
    message = f"{name} is no JSON (RFC 8259, section 6)"
    raise ValueError(message)
