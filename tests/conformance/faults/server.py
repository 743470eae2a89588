"""A sandbox behind a switch: the switch sees each request and each answer, and may change either."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    Forward = Callable[["Call"], Awaitable["Answer"]]

__all__ = ["Answer", "Call", "Switch", "Switched", "problem"]

CUSTOMERS = "/billing/customers"


@dataclass(frozen=True)
class Call:
    """A request; header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def creates(self) -> bool:
        """Whether it is a create."""
        return self.method == "POST" and self.path == CUSTOMERS

    @property
    def updates(self) -> bool:
        """Whether it is an update."""
        return self.method == "PATCH" and self.path.startswith(f"{CUSTOMERS}/")

    @property
    def retrieves(self) -> bool:
        """Whether it is a look-up."""
        return self.method == "GET" and self.path.startswith(f"{CUSTOMERS}/")

    @property
    def name(self) -> str:
        """The customer that the path names."""
        return unquote(self.path.removeprefix(f"{CUSTOMERS}/")) if self.path.startswith(f"{CUSTOMERS}/") else ""

    @property
    def by_reference(self) -> bool:
        """Whether the path names the customer by its reference."""
        return bool(self.name) and not self.name.startswith("bcus_")

    @property
    def json(self) -> dict[str, Any]:
        """The body as an object; empty when it is none."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return value if isinstance(value, dict) else {}

    @property
    def key(self) -> str:
        """The idempotency key."""
        return self.headers.get("idempotency-key", "")

    def renamed(self, name: str) -> Call:
        """The same request for another customer."""
        return replace(self, path=f"{CUSTOMERS}/{name}")

    def holding(self, body: Any) -> Call:
        """The same request with another body."""
        return replace(self, body=json.dumps(body).encode())

    def without(self, *names: str) -> Call:
        """The same request without some properties of its body."""
        return self.holding({name: value for name, value in self.json.items() if name not in names})

    def headed(self, **headers: str | None) -> Call:
        """The same request with other headers; None removes one."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        merged = {**self.headers, **named}
        return replace(self, headers={name: value for name, value in merged.items() if value is not None})


@dataclass(frozen=True)
class Answer:
    """A response; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def succeeded(self) -> bool:
        """Whether it is 2xx."""
        return 200 <= self.status < 300

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body) if self.body else {}

    def holding(self, body: Any) -> Answer:
        """The same answer with another body."""
        return replace(self, body=json.dumps(body).encode())

    def having(self, **members: Any) -> Answer:
        """The same answer with other members in its object; an Ellipsis removes one."""
        merged = {**self.json, **members}
        return self.holding({name: value for name, value in merged.items() if value is not ...})

    def headed(self, **headers: str | None) -> Answer:
        """The same answer with other headers; None removes one."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        merged = {**self.headers, **named}
        return replace(self, headers={name: value for name, value in merged.items() if value is not None})


@dataclass
class Memory:
    """What a switch remembers while its server runs."""

    shown: dict[str, dict[str, Any]] = field(default_factory=dict)
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    seen: dict[Any, Any] = field(default_factory=dict)
    count: int = 0


class Switch(Protocol):
    """What stands between a caller and the sandbox."""

    async def __call__(self, call: Call, forward: Forward, memory: Memory) -> Answer:
        """Answer a request, with the sandbox's help."""
        ...


class Switched:
    """The ASGI application of a sandbox behind a switch."""

    def __init__(self, application: ASGIApp, switch: Switch) -> None:
        self._application = application
        self._switch = switch
        self._memory = Memory()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI 3)."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        call = Call(scope["method"], scope["raw_path"].decode("latin-1").partition("?")[0], headers, body)
        answer = await self._switch(call, lambda changed: self._forward(scope, changed), self._memory)
        raw = [(name.encode(), value.encode("latin-1")) for name, value in answer.headers.items()]
        raw = [(name, value) for name, value in raw if name != b"content-length"]
        raw.append((b"content-length", str(len(answer.body)).encode()))
        await send({"type": "http.response.start", "status": answer.status, "headers": raw})
        await send({"type": "http.response.body", "body": answer.body})

    async def _forward(self, scope: Scope, call: Call) -> Answer:
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in call.headers.items()]
        headers = [(name, value) for name, value in headers if name != b"content-length"]
        headers.append((b"content-length", str(len(call.body)).encode()))
        changed = {
            **scope,
            "method": call.method,
            "path": unquote(call.path),
            "raw_path": call.path.encode("latin-1"),
            "headers": headers,
        }
        messages: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": call.body, "more_body": False}

        async def send(message: Message) -> None:
            messages.append(message)

        await self._application(changed, receive, send)
        start = messages[0]
        answered = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in start["headers"]}
        return Answer(start["status"], answered, b"".join(message.get("body", b"") for message in messages[1:]))


def problem(status: int, **members: Any) -> Answer:
    """A refusal as the contract wants it."""
    titles = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 409: "Conflict"}
    body = {"type": "about:blank", "title": titles.get(status, "Error"), "status": status, "detail": "No.", **members}
    return Answer(status, {"content-type": "application/problem+json"}, json.dumps(body).encode())
