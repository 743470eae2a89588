"""Connections and transactions: SQLite in the event loop's own thread, PostgreSQL over a few threads."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from sandbox.threads import Threads

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import URL, Connection, Engine

__all__ = ["CONNECTIONS", "Database", "DatabaseError", "reason"]

T = TypeVar("T")

CONNECTIONS = 4
"""How many connections to PostgreSQL each process holds."""

# A connection is used by one thread; only closing it falls to another.
_SQLITE_ARGUMENTS = {"timeout": 20, "check_same_thread": False}

_PRAGMAS = (
    "foreign_keys = ON",
    "journal_mode = WAL",
    "synchronous = NORMAL",  # with WAL: a killed process loses nothing; waiting for the disk would hold everybody up
)


class DatabaseError(Exception):
    """The database cannot be used; the message says why and what to do."""


class Database:
    """A database by URL: `sqlite://` (memory), `sqlite:///FILE`, or `postgresql://USER:PASSWORD@HOST/NAME`.

    Every thread keeps one connection open, in autocommit mode: checking connections out of a pool would cost more time
    than the queries. `shared` says that other processes serve from the same SQLite file: writes may have to wait for
    theirs, reads never do.
    """

    def __init__(self, url: str, *, shared: bool = False) -> None:
        parsed = _parse(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self.in_memory = self.is_sqlite and parsed.database in {None, "", ":memory:"}
        self._engine = _engine(parsed)
        self._own = threading.local()
        self._connections: list[Connection] = []
        if self.is_sqlite:
            self._threads = Threads(1) if shared else None
        else:
            self._threads = Threads(CONNECTIONS)

    def __str__(self) -> str:
        return str(self._engine.url)  # SQLAlchemy hides the password

    def read(self, work: Callable[[Connection], T]) -> T:
        """Do work that only reads, each statement by itself."""
        return self._retried(self._read, work)

    def write(self, work: Callable[[Connection], T]) -> T:
        """Do work in one transaction: committed when it returns, undone when it raises."""
        return self._retried(self._write, work)

    async def run(self, work: Callable[[Connection], T], *, writes: bool) -> T:
        """Do work from the event loop: at once where it takes microseconds, in a thread where it may have to wait."""
        do = self.write if writes else self.read
        if self._threads is None or (self.is_sqlite and not writes):
            return do(work)
        return await self._threads.run(lambda: do(work), alone=writes)

    def close(self) -> None:
        """Let go of threads and connections."""
        if self._threads:
            self._threads.close()
        while self._connections:
            self._connections.pop().close()
        self._engine.dispose()

    def _connection(self) -> Connection:
        """This thread's own connection; a new one when the last was lost."""
        connection: Connection | None = getattr(self._own, "connection", None)
        if connection is not None and not connection.invalidated:
            return connection
        if connection is not None:
            self._connections.remove(connection)
        connection = self._own.connection = self._connect()
        return connection

    def _connect(self) -> Connection:
        connection = self._engine.connect()
        self._connections.append(connection)
        for pragma in _PRAGMAS if self.is_sqlite else ():
            connection.exec_driver_sql(f"PRAGMA {pragma}")
        return connection

    def _read(self, work: Callable[[Connection], T]) -> T:
        return work(self._connection())

    def _write(self, work: Callable[[Connection], T]) -> T:
        connection = self._connection()
        # Taking SQLite's write lock first means that no writer ever has to give up half-way.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if self.is_sqlite else "BEGIN")
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
    except (ArgumentError, NoSuchModuleError):
        backend = ""
    if backend == "sqlite":
        return parsed.set(drivername="sqlite")
    if backend in {"postgresql", "postgres"}:
        return parsed.set(drivername="postgresql+psycopg")
    raise DatabaseError("--database takes sqlite://, sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME")


def _engine(url: URL) -> Engine:
    """Engines open connections and never keep them: each thread does that."""
    if url.get_backend_name() == "postgresql":
        return create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 5})
    return create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=_SQLITE_ARGUMENTS)
