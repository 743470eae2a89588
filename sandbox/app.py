"""The application: an ASGI request comes in, an answer goes out, and a note is taken."""

from __future__ import annotations

import asyncio
import re
import time
from contextlib import suppress
from secrets import token_hex
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from sandbox.answers import Answer
from sandbox.bodies import Bodies
from sandbox.database import DatabaseError
from sandbox.faults import HEADER, ResetRequested
from sandbox.idempotency import KEY_HEADER, REPLAYED_HEADER, drop_expired
from sandbox.operations import Operations
from sandbox.pages import Pages
from sandbox.protocol import ABORT
from sandbox.requestlog import RequestLog
from sandbox.requests import Request

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope, Send

    from contract import Contract
    from sandbox.database import Database

__all__ = ["Application"]

_HOUR = 3600
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}", re.ASCII)

# Any page may call: what protects the data is the key, which no browser adds by itself.
_CORS = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", f"X-Request-Id, Retry-After, {REPLAYED_HEADER}".encode()),
]
_PREFLIGHT = {
    "Access-Control-Allow-Headers": f"Authorization, Content-Type, X-Request-Id, {KEY_HEADER}, {HEADER}",
    "Access-Control-Max-Age": "600",
}


class Application:
    """Serves a contract's operations, and pages about them."""

    def __init__(self, contract: Contract, database: Database, *, access_log: bool = False) -> None:
        self._database = database
        self._operations = Operations(contract, database)
        self._bodies = Bodies()
        self._log = RequestLog(database, print_lines=access_log)
        self._pages = Pages(contract, database, self._log, self._operations.problems)
        self._methods = ", ".join(sorted({route.operation.method for route in self._operations.routes}))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI 3)."""
        if scope["type"] != "http":
            return
        started = time.perf_counter()
        request = _request(scope)
        request.id = _request_id(request)
        if scope["path"] in self._pages.paths:
            await self._pages.application(scope, receive, _tagged(send, request.id))
            return
        try:
            await self._bodies.read(request, receive)
            answer = await self._answer(request)
        except (ConnectionAbortedError, ResetRequested):
            scope["extensions"][ABORT]()
            return
        finally:
            self._bodies.release(request)
        await _send(answer, request, send)
        self._log.note(request, answer, (time.perf_counter() - started) * 1000)

    async def keep_house(self) -> None:
        """Forget expired answers, now and every hour, until cancelled."""
        while True:
            with suppress(SQLAlchemyError, DatabaseError):
                await self._database.run(drop_expired, writes=True)
            await asyncio.sleep(_HOUR)

    async def close(self) -> None:
        """Write down what is still to be noted."""
        await self._log.flush()

    async def _answer(self, request: Request) -> Answer:
        if request.method == "OPTIONS" and "access-control-request-method" in request.headers:
            return Answer(200, b"", "", {**_PREFLIGHT, "Access-Control-Allow-Methods": self._methods})
        return await self._operations.answer(request)


def _request(scope: Scope) -> Request:
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return Request(scope["method"], scope["raw_path"], scope["query_string"], headers)


def _request_id(request: Request) -> str:
    """The request's own id if it came with one that can stand in a log."""
    given = request.headers.get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else f"req_{token_hex(8)}"


async def _send(answer: Answer, request: Request, send: Send) -> None:
    headers = [
        (b"content-length", str(len(answer.body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-request-id", request.id.encode()),
        *_CORS,
        *((name.lower().encode(), value.encode()) for name, value in answer.headers.items()),
    ]
    if answer.media:
        headers.append((b"content-type", answer.media.encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


def _tagged(send: Send, request_id: str) -> Send:
    """Send a page with the headers that every answer has."""

    async def tagged(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode()), *_CORS]
        await send(message)

    return tagged
