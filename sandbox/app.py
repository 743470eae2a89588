"""The application: an ASGI request comes in, an answer goes out, and a note is taken."""

from __future__ import annotations

import asyncio
import re
import time
from contextlib import suppress
from secrets import token_hex
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from sandbox.answers import Answer, Refusal
from sandbox.bodies import Bodies
from sandbox.database import DatabaseError
from sandbox.faults import HEADER, ResetRequested
from sandbox.idempotency import drop_expired
from sandbox.log import redacted
from sandbox.operations import Operations
from sandbox.pages import Pages
from sandbox.protocol import ABORT
from sandbox.requestlog import RequestLog
from sandbox.requests import Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import Message, Receive, Scope, Send

    from contract import Contract
    from sandbox.database import Database

__all__ = ["Application"]

_HOUR = 3600
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}", re.ASCII)
_NO_ANSWER = Answer(0, b"", "")
"""What the logs have of a connection that was reset on request."""


class Application:
    """Serves a contract's operations, and pages about them."""

    def __init__(self, contract: Contract, database: Database, *, access_log: bool = False) -> None:
        self._database = database
        self._operations = Operations(contract, database)
        self._bodies = Bodies()
        self._log = RequestLog(database, print_lines=access_log)
        self._pages = Pages(contract, database, self._log, self._operations.problems)
        self._cors, self._preflight = _cors(contract)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI 3)."""
        if scope["type"] != "http":
            return
        started = time.perf_counter()
        request = _request(scope)
        request.id = _request_id(request)
        if request.method == "OPTIONS" and "access-control-request-method" in request.headers:
            await self._send(Answer(200, b"", "", self._preflight), request, send)
            return
        try:
            if scope["path"] in self._pages.paths:
                await self._pages.application(scope, receive, self._tagged(send, request.id))
                return
            answer = await self._answer(request, receive)
        except ConnectionAbortedError:
            scope["extensions"][ABORT]()
            return
        except ResetRequested:
            scope["extensions"][ABORT]()
            answer = _NO_ANSWER
        except asyncio.CancelledError:
            answer = self._operations.problems.answer(_stops(), request.instance)
        if answer.status:
            await self._send(answer, request, send)
        self._log.note(request, answer, (time.perf_counter() - started) * 1000)

    async def _answer(self, request: Request, receive: Receive) -> Answer:
        try:
            await self._bodies.read(request, receive)
            return await self._operations.answer(request)
        finally:
            self._bodies.release(request)

    async def keep_house(self) -> None:
        """Forget expired answers, now and every hour, until cancelled."""
        while True:
            with suppress(SQLAlchemyError, DatabaseError):
                await self._database.run(drop_expired, writes=True)
            await asyncio.sleep(_HOUR)

    async def close(self) -> None:
        """Write down what is still to be noted."""
        await self._log.flush()

    async def _send(self, answer: Answer, request: Request, send: Send) -> None:
        headers = [
            (b"content-length", str(len(answer.body)).encode()),
            (b"cache-control", b"no-store"),
            (b"x-request-id", request.id.encode()),
            *self._cors,
            *((name.lower().encode(), value.encode()) for name, value in answer.headers.items()),
        ]
        if answer.media:
            headers.append((b"content-type", answer.media.encode()))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})

    def _tagged(self, send: Send, request_id: str) -> Send:
        """Send a page with the headers that every answer has."""

        async def tagged(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = [(b"cache-control", b"no-store"), (b"x-request-id", request_id.encode()), *self._cors]
                message["headers"] = [*message["headers"], *own]
            await send(message)

        return tagged


def _stops() -> Refusal:
    """The refusal of a request that is cancelled: the server has to stop, and has waited for it as long as it can."""
    return Refusal(503, "The sandbox stops, and this took too long.", headers={"Retry-After": "1"})


def _cors(contract: Contract) -> tuple[list[tuple[bytes, bytes]], Mapping[str, str]]:
    """The headers of every answer and those of a preflight, by which pages may send requests and read the answers.

    Any page may: what protects the data is the key, which no browser adds by itself.
    """
    methods = {operation.method for operation in contract.operations}
    asked = {
        each.name for operation in contract.operations for each in operation.parameters if each.location == "header"
    }
    told = {name for operation in contract.operations for each in operation.responses.values() for name in each.headers}
    always = [
        (b"access-control-allow-origin", b"*"),
        (b"access-control-expose-headers", ", ".join(["X-Request-Id", "Retry-After", *sorted(told)]).encode()),
    ]
    preflight = {
        "Access-Control-Allow-Methods": ", ".join(sorted(methods)),
        "Access-Control-Allow-Headers": ", ".join(
            ["Authorization", "Content-Type", "X-Request-Id", HEADER, *sorted(asked)]
        ),
        "Access-Control-Max-Age": "600",
    }
    return always, preflight


def _request(scope: Scope) -> Request:
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return Request(scope["method"], scope["raw_path"], scope["query_string"], headers)


def _request_id(request: Request) -> str:
    """The request's own id if it came with one that can stand in a log, and is no key."""
    given = request.headers.get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) and redacted(given) == given else f"req_{token_hex(8)}"
