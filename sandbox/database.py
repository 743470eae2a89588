"""Connections and transactions, and who waits for them: never the event loop."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from sandbox.threads import Threads
from sandbox.together import in_turn, together

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import URL, Connection, Engine

__all__ = ["ANSWER_SECONDS", "READERS", "WRITERS", "Database", "DatabaseError", "reason"]

T = TypeVar("T")

READERS, WRITERS = 1, 4
"""How many connections to PostgreSQL each process holds: a write may wait for another transaction, a read must not.

Reads wait for nothing but the way to the server and back. One after the other, they come in larger batches.
"""

ANSWER_SECONDS = 20.0
"""How long a request waits for the database before it is told that there is none."""

_BATCH_MAX = 32

_LOCKED_SECONDS = 10.0
"""How long a write waits while another process writes to SQLite's file."""

# A connection is used by one thread; only closing it falls to another.
_SQLITE_ARGUMENTS = {"timeout": _LOCKED_SECONDS, "check_same_thread": False}

_POSTGRESQL_ARGUMENTS = {"connect_timeout": 5, "tcp_user_timeout": 15_000}

_SECRETS = ("password", "sslpassword")
"""What of a URL's query is never shown. The password that stands before the host is hidden anyhow."""

_SETTINGS = {
    "sqlite": (
        "PRAGMA foreign_keys = ON",
        "PRAGMA journal_mode = WAL",
        # With WAL, a killed process loses nothing; waiting for the disk would hold everybody up.
        "PRAGMA synchronous = NORMAL",
    ),
    "postgresql": ("SET statement_timeout = '15s'",),  # a thread that waits for a lock is there for others again
}


class DatabaseError(Exception):
    """The database cannot be used; the message says why and what to do."""


class Database:
    """A database by URL: `sqlite://` (memory), `sqlite:///FILE`, or `postgresql://USER:PASSWORD@HOST/NAME`.

    Every thread keeps one connection open, in autocommit mode: checking connections out of a pool would cost more time
    than the queries. Reading SQLite takes microseconds and waits for nobody, so the event loop itself does it. Writing
    a file may mean waiting for another process; in memory there is one connection, and nobody to wait for.
    """

    def __init__(self, url: str) -> None:
        parsed = _parse(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self.in_memory = self.is_sqlite and parsed.database in {None, "", ":memory:"}
        self._engine = _engine(parsed)
        self._shown = parsed.set(drivername=parsed.get_backend_name()).difference_update_query(_SECRETS)
        self._own = threading.local()
        self._connections: set[Connection] = set()
        self._readers = self._writers = None
        if not self.is_sqlite:
            self._readers = Threads(READERS, together, batch_max=_BATCH_MAX)
            self._writers = Threads(WRITERS, in_turn, batch_max=1)
        elif not self.in_memory:
            self._writers = Threads(1, in_turn, batch_max=_BATCH_MAX)

    def __str__(self) -> str:
        return str(self._shown)  # SQLAlchemy hides the password

    def exists(self) -> bool:
        """Whether its file is there; True where it is in no file."""
        return self.in_memory or not self.is_sqlite or Path(str(self._engine.url.database)).is_file()

    def read(self, work: Callable[[Connection], T]) -> T:
        """Do work that only reads, each statement by itself."""
        return self._retried(self._read, work)

    def write(self, work: Callable[[Connection], T]) -> T:
        """Do work in one transaction: committed when it returns, undone when it raises."""
        return self._retried(self._write, work)

    async def run(self, work: Callable[[Connection], T], *, writes: bool) -> T:
        """Do work from the event loop: at once where it takes microseconds, in a thread where it may have to wait.

        Raises:
            DatabaseError: It took too long. What it may still come to is known to the database alone.
        """
        do, threads = (self.write, self._writers) if writes else (self.read, self._readers)
        if not threads:
            return do(work)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await threads.run(lambda: do(work))
        except TimeoutError:
            raise DatabaseError(f"the database {self} did not answer within {ANSWER_SECONDS:g} s") from None

    def close(self) -> None:
        """Let go of threads and connections."""
        have_ended = [threads.close() for threads in (self._readers, self._writers) if threads]
        if all(have_ended):
            while self._connections:
                self._connections.pop().close()
        self._engine.dispose()

    def _connection(self) -> Connection:
        """This thread's own connection; a new one when the last was lost."""
        connection: Connection | None = getattr(self._own, "connection", None)
        if connection is None or connection.invalidated:
            if connection is not None:
                self._connections.discard(connection)
            connection = self._own.connection = self._connect()
            self._connections.add(connection)
        return connection

    def _connect(self) -> Connection:
        connection = self._engine.connect()
        for setting in _SETTINGS[self._engine.dialect.name]:
            connection.exec_driver_sql(setting)
        self._own.waits = _LOCKED_SECONDS
        return connection

    def _read(self, work: Callable[[Connection], T]) -> T:
        return work(self._connection())

    def _write(self, work: Callable[[Connection], T]) -> T:
        connection = self._connection()
        self._begin(connection)
        try:
            result = work(connection)
        except BaseException:
            _roll_back(connection)
            raise
        try:
            connection.exec_driver_sql("COMMIT")
        except DBAPIError as error:
            _roll_back(connection)
            raise CommitUnknownError(reason(error)) from error
        return result

    def _begin(self, connection: Connection) -> None:
        """Begin a transaction that writes; with SQLite's lock, so that no writer ever has to give up half-way.

        Who finds the file locked after one who waited in vain waits no more: many in a row would wait for minutes.
        """
        if not self.is_sqlite:
            connection.exec_driver_sql("BEGIN")
            return
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except DBAPIError:
            self._wait(connection, 0.0)
            raise
        self._wait(connection, _LOCKED_SECONDS)

    def _wait(self, connection: Connection, seconds: float) -> None:
        """Let this thread wait so long for a lock on SQLite's file."""
        if self._own.waits != seconds:
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {seconds * 1000:.0f}")
            self._own.waits = seconds

    def _retried(self, do: Callable[[Callable[[Connection], T]], T], work: Callable[[Connection], T]) -> T:
        """Once more on a new connection when the old one had been lost, as after a restart of the server."""
        try:
            return do(work)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            return do(work)


class CommitUnknownError(DatabaseError):
    """The connection was lost during a commit; asking again with the same Idempotency-Key tells what came of it."""


def _roll_back(connection: Connection) -> None:
    """Leave a transaction, if the failure that it ended with has not done so already."""
    if not connection.invalidated:
        with suppress(DBAPIError):
            connection.exec_driver_sql("ROLLBACK")


def reason(error: DBAPIError) -> str:
    """What a database's error says, in one line."""
    return str(error.orig).strip().splitlines()[0]


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except (ArgumentError, NoSuchModuleError, ValueError):  # the last for a port that is no number
        backend = ""
    if backend == "sqlite" and parsed.query:
        raise DatabaseError(f"SQLite takes no options: leave out '?' and what follows it in --database {url}")
    if backend == "sqlite" and not parsed.host:
        return parsed.set(drivername="sqlite")
    if backend in {"postgresql", "postgres"}:
        return parsed.set(drivername="postgresql+psycopg")
    raise DatabaseError("--database takes sqlite://, sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME")


def _engine(url: URL) -> Engine:
    """Engines open connections and never keep them: each thread does that. Errors do not tell what was stored."""
    arguments = _SQLITE_ARGUMENTS if url.get_backend_name() == "sqlite" else _POSTGRESQL_ARGUMENTS
    return create_engine(
        url, poolclass=NullPool, isolation_level="AUTOCOMMIT", hide_parameters=True, connect_args=arguments
    )
