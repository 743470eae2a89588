"""What came in and what went out: a line of JSON each, and the last requests of each account in the database.

Keys are never written: the log names a key by its hint, and whatever looks like a key elsewhere is cut to its prefix.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import SQLAlchemyError

from sandbox.database import DatabaseError
from sandbox.log import redacted, write_lines
from sandbox.tables import requests

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from sandbox.answers import Answer
    from sandbox.database import Database
    from sandbox.requests import Request

__all__ = ["BODY_CHARACTERS_MAX", "KEPT_REQUESTS", "RequestLog", "last_requests"]

KEPT_REQUESTS = 500
"""How many requests are kept for each account."""

BODY_CHARACTERS_MAX = 4096
"""How much of a body is kept. In live mode, none is."""

_EXCERPT_BYTES_MAX = 4 * BODY_CHARACTERS_MAX
_PATH_CHARACTERS_MAX = 2000
_FLUSH_SECONDS = 0.5
_log = logging.getLogger(__name__)


class RequestLog:
    """Takes notes of requests and writes them down together, so that no request waits for it."""

    def __init__(self, database: Database, *, print_lines: bool) -> None:
        self._database = database
        self._print_lines = print_lines
        self._lines: list[str] = []
        self._rows: deque[tuple[Request, Answer, datetime]] = deque(maxlen=KEPT_REQUESTS)
        self._flushing: asyncio.Task[None] | None = None

    def note(self, request: Request, answer: Answer, milliseconds: float) -> None:
        """Take a note of a request that was answered."""
        now = datetime.now(UTC)
        caller = request.caller
        if self._print_lines:
            # Each of these is made of characters that JSON takes as they are.
            self._lines.append(
                f'{{"time":"{now.isoformat(timespec="milliseconds")}","request_id":"{request.id}",'
                f'"method":"{request.method}","path":"{redacted(request.instance)[:_PATH_CHARACTERS_MAX]}","status":{answer.status},'
                f'"ms":{milliseconds:.2f},"key":"{caller.hint if caller else ""}"}}\n'
            )
        if caller:
            if isinstance(request.body, bytes):
                request.body = request.body[:_EXCERPT_BYTES_MAX]  # nothing else of it is kept
            self._rows.append((request, answer, now))
        if self._flushing is None:
            self._flushing = asyncio.get_running_loop().create_task(self._flush_soon())

    async def flush(self) -> None:
        """Write down what was noted."""
        lines, self._lines = self._lines, []
        write_lines(lines)
        rows, self._rows = self._rows, deque(maxlen=KEPT_REQUESTS)
        if not rows:
            return
        try:
            await self._database.run(lambda connection: _keep(connection, [_row(*each) for each in rows]), writes=True)
        except (SQLAlchemyError, DatabaseError):
            _log.warning("%s requests could not be logged", len(rows))

    async def _flush_soon(self) -> None:
        await asyncio.sleep(_FLUSH_SECONDS)
        self._flushing = None
        await self.flush()


def last_requests(connection: Connection, account: int, count: int = 100) -> Sequence[dict[str, Any]]:
    """The last requests of an account, the newest first."""
    query = select(requests).where(requests.c.account_id == account).order_by(requests.c.id.desc()).limit(count)
    hidden = {"id", "account_id"}
    return [
        {name: value for name, value in row._mapping.items() if name not in hidden}  # noqa: SLF001 - public in SQLAlchemy
        for row in connection.execute(query)
    ]


def _row(request: Request, answer: Answer, time: datetime) -> dict[str, Any]:
    caller = request.caller
    body = request.body if isinstance(request.body, bytes) else b""
    is_test = caller is not None and caller.mode == "test"
    return {
        "account_id": caller.account if caller else None,
        "time": time.isoformat(timespec="milliseconds"),
        "request_id": request.id,
        "key": caller.hint if caller else None,
        "method": request.method,
        "path": redacted(request.instance),
        "status": answer.status,
        "request_body": _excerpt(body) if is_test else None,
        "response_body": _excerpt(answer.body) if is_test else None,
    }


def _excerpt(body: bytes) -> str:
    text = body[:_EXCERPT_BYTES_MAX].decode("utf-8", "replace")[:BODY_CHARACTERS_MAX]
    return redacted(text).replace("\x00", "�")  # PostgreSQL keeps no NUL


def _keep(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    connection.execute(insert(requests), rows)
    for account in sorted({row["account_id"] for row in rows}):  # in one order, or two processes could block each other
        mine = requests.c.account_id == account
        newest = select(requests.c.id).where(mine).order_by(requests.c.id.desc())
        oldest_kept = newest.offset(KEPT_REQUESTS - 1).limit(1).scalar_subquery()
        connection.execute(delete(requests).where(mine & (requests.c.id < oldest_kept)))
