"""Pages beside the operations: the home page, the contract itself, health, and a merchant's last requests."""

from __future__ import annotations

import asyncio
import json
from html import escape
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from sandbox import faults
from sandbox.answers import PROBLEM_MEDIA, Refusal, unavailable
from sandbox.database import DatabaseError
from sandbox.keys import authenticate
from sandbox.merchants import list_keys
from sandbox.requestlog import last_requests
from sandbox.tables import versions
from sandbox.welcome import advice, first_calls

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection
    from starlette.requests import Request

    from contract import Contract
    from sandbox.answers import Problems
    from sandbox.database import Database
    from sandbox.requestlog import RequestLog

__all__ = ["Pages"]

_READY_SECONDS = 5.0
"""How long the database may take to answer whoever asks whether all is well, who does not wait long either."""


class Pages:
    """Serves what is not in the contract."""

    def __init__(self, contract: Contract, database: Database, log: RequestLog, problems: Problems) -> None:
        self._contract = contract
        self._database = database
        self._log = log
        self._problems = problems
        endpoints = {
            "/": self.home,
            "/openapi.yaml": self.contract_yaml,
            "/openapi.json": self.contract_json,
            "/health/live": self.live,
            "/health/ready": self.ready,
            "/sandbox/requests": self.requests,
        }
        self.paths = frozenset(endpoints)
        self.application = Starlette(
            routes=[Route(path, endpoint) for path, endpoint in endpoints.items()],
            exception_handlers=dict.fromkeys((Refusal, HTTPException, SQLAlchemyError, DatabaseError), self._refuse),
        )

    async def home(self, request: Request) -> Response:
        """What this is, which keys work, and what to try."""
        keys = await self._database.run(list_keys, writes=False)
        base = str(request.base_url).rstrip("/")
        page = Template((files("sandbox") / "home.html").read_text(encoding="utf-8"))
        info = self._contract.document["info"]
        html = page.substitute(
            title=escape(info["title"]),
            version=escape(info["version"]),
            summary=escape(info.get("summary", "")),
            commands=escape("\n\n".join(self._commands(base))),
            operations="".join(self._operation_rows()),
            keys="".join(
                f"<tr><td><code>{escape(key.hint)}</code><td>{key.kind}<td>{key.mode}<td>{escape(key.merchant)}"
                for key in keys
                if key.revoked_at is None
            ),
            advice=escape(advice(self._database)),
            faults=escape((faults.__doc__ or "").partition("\n\n")[2].strip()),
        )
        return HTMLResponse(html, headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"})

    def _commands(self, base: str) -> Sequence[str]:
        authorization = '"Authorization: Bearer $MOMENT_API_KEY"'
        return [
            *first_calls(self._contract, base, authorization),
            f"curl {base}/sandbox/requests -H {authorization}   # your last requests",
        ]

    def _operation_rows(self) -> list[str]:
        return [
            f"<tr><td><code>{each.method} {escape(each.path)}</code><td>{escape(each.node.get('summary', each.id))}"
            for each in self._contract.operations
        ]

    async def contract_yaml(self, _request: Request) -> Response:
        """The contract as its file has it (media type: RFC 9512)."""
        return Response(self._contract.data, media_type="application/yaml")

    async def contract_json(self, _request: Request) -> Response:
        """The contract as JSON."""
        return Response(json.dumps(self._contract.document, ensure_ascii=False), media_type="application/json")

    async def live(self, _request: Request) -> Response:
        """Whether the process answers."""
        return JSONResponse({"status": "live"})

    async def ready(self, _request: Request) -> Response:
        """Whether the database answers as well."""
        try:
            async with asyncio.timeout(_READY_SECONDS):
                version = await self._database.run(_version, writes=False)
        except (SQLAlchemyError, DatabaseError, TimeoutError):
            return JSONResponse({"status": "the database does not answer"}, 503)
        if version is None or not self._database.exists():  # SQLite goes on reading a file that was deleted
            return JSONResponse({"status": "the database is gone"}, 503)
        return JSONResponse({"status": "ready"})

    async def requests(self, request: Request) -> Response:
        """The last requests with any key of the caller's account, the newest first."""
        await self._log.flush()
        authorization = request.headers.get("authorization")
        rows = await self._database.run(lambda connection: _own_requests(connection, authorization), writes=False)
        return JSONResponse({"requests": rows})

    async def _refuse(self, request: Request, error: Exception) -> Response:
        refusal = error if isinstance(error, Refusal) else unavailable()
        if isinstance(error, HTTPException):  # Starlette's own, for another method
            refusal = Refusal(error.status_code, f"This path does not take {request.method}.", headers=error.headers)
        answer = self._problems.answer(refusal, request.url.path)
        return Response(answer.body, answer.status, dict(answer.headers), PROBLEM_MEDIA)


def _version(connection: Connection) -> int | None:
    """The version of the tables: a row that is there from the start."""
    found: int | None = connection.scalar(select(versions.c.version).limit(1))
    return found


def _own_requests(connection: Connection, authorization: str | None) -> Sequence[dict[str, Any]]:
    caller = authenticate(connection, authorization)
    if caller.kind == "public":
        raise Refusal(403, "A public key may not read the request log.")
    return last_requests(connection, caller.account)
