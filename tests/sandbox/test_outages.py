"""A database that is away or busy: requests fail or wait one by one, and all is well when it is back."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from sandbox.database import _SQLITE_ARGUMENTS, WRITERS, Database, DatabaseError
from sandbox.migrations import lock

CUSTOMERS = "/billing/customers"


@contextlib.contextmanager
def away(url):
    """Cut every connection to a database in PostgreSQL, and let nobody in until the end of it."""
    server, _, name = url.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        yield
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


@contextlib.contextmanager
def locked(url, reference):
    """Hold the lock that an update of a customer needs."""
    if url.startswith("sqlite"):
        with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
    else:
        with psycopg.connect(url) as connection:
            connection.execute("SELECT 1 FROM customers WHERE external_reference = %s FOR UPDATE", [reference])
            yield


def in_parallel(request, count=24):
    """The results of a request that is sent many times at once."""
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(lambda _: request(), range(count)))


def test_lost_connections_are_made_again(start, postgresql):
    """After PostgreSQL has cut every connection, as in a restart, nobody notices."""
    url = postgresql()
    with start("--database", url) as sandbox:
        created = sandbox.create()
        for _ in range(2):
            with away(url):
                pass
            responses = in_parallel(lambda: sandbox.client.get(f"{CUSTOMERS}/{created.json()['id']}"))
            assert {response.content for response in responses} == {created.content}
            assert sandbox.create().status_code == 201


@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_outage_is_said_and_overcome(start, postgresql, workers):
    """While there is no database, everything that needs it is 503; when it is back, everything is as before."""
    url = postgresql()
    with start("--database", url, "--workers", workers) as sandbox:
        created = sandbox.create()
        known = f"{CUSTOMERS}/{created.json()['id']}"
        in_parallel(sandbox.create)  # over every connection that it will ever have
        with away(url):
            for path in (known, "/", "/sandbox/requests"):
                responses = in_parallel(lambda path=path: sandbox.client.get(path))
                assert {(each.status_code, each.headers["retry-after"]) for each in responses} == {(503, "1")}
            assert {response.status_code for response in in_parallel(sandbox.create)} == {503}
            assert sandbox.client.get("/health/ready").status_code == 503
            assert sandbox.client.get("/health/live").status_code == 200
        assert {response.content for response in in_parallel(lambda: sandbox.client.get(known))} == {created.content}
        assert {response.status_code for response in in_parallel(sandbox.create)} == {201}
        for path in ("/", "/sandbox/requests", "/health/ready"):
            assert sandbox.client.get(path).status_code == 200


def test_a_database_that_is_gone_is_not_ready(start, tmp_path):
    """Neither without the tables nor without the file: only what can serve a request is ready."""
    for lose in (lambda file: file.unlink(), _drop_tables):
        file = tmp_path / f"{uuid.uuid4()}.db"
        with start("--database", f"sqlite:///{file}") as sandbox:
            assert sandbox.client.get("/health/ready").status_code == 200
            lose(file)
            assert sandbox.client.get("/health/ready").status_code == 503
            assert sandbox.client.get("/health/live").status_code == 200


def _drop_tables(file):
    with contextlib.closing(sqlite3.connect(file)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
            connection.execute(f"DROP TABLE {name}")
        connection.commit()


def test_a_database_that_does_not_go_on_is_not_ready(start, postgresql):
    """An answer comes, also when the database's does not."""
    url = postgresql()
    with start("--database", url) as sandbox, psycopg.connect(url) as connection:
        connection.execute("LOCK TABLE schema_version")
        assert sandbox.client.get("/health/ready").status_code == 503


def test_a_request_does_not_wait_for_ever(postgresql, monkeypatch):
    """Work that the database does not get on with ends with an error, and what nobody waits for is never begun."""
    monkeypatch.setattr("sandbox.database.ANSWER_SECONDS", 0.1)
    release = threading.Event()
    begun: list[Any] = []

    async def run(database):
        works: list[Any] = [lambda _: release.wait(30)] * WRITERS + [begun.append]
        tasks = [asyncio.create_task(database.run(work, writes=True)) for work in works]
        found = await asyncio.gather(*tasks, return_exceptions=True)
        release.set()
        return found

    with contextlib.closing(Database(postgresql())) as database:
        assert [type(error) for error in asyncio.run(run(database))] == [DatabaseError] * (WRITERS + 1)
    assert begun == []


def test_a_statement_has_a_limit_except_where_it_is_done_once(postgresql):
    """Requests let go of a lock that they do not get; migrations and seeds take as long as they need."""

    def limits(connection):
        before = connection.scalar(text("SHOW statement_timeout"))
        lock(connection)
        return before, connection.scalar(text("SHOW statement_timeout"))

    with contextlib.closing(Database(postgresql())) as database:
        assert [database.write(limits) for _ in range(2)] == [("15s", "0")] * 2


def test_writes_that_wait_hold_no_reads_up(start, database):
    """While updates wait for another process's lock, more of them than there are threads, others read as ever."""
    url = database()
    with start("--database", url) as sandbox, ThreadPoolExecutor() as pool:
        reference = str(uuid.uuid4())
        created = sandbox.create(external_reference=reference)
        with locked(url, reference):
            patch = lambda: sandbox.client.patch(f"{CUSTOMERS}/{reference}", json={"name": "x"})  # noqa: E731
            waiting = [pool.submit(patch) for _ in range(WRITERS + 1)]
            for path in (f"{CUSTOMERS}/{reference}", "/health/ready", "/"):
                assert sandbox.client.get(path).status_code == 200
            assert not any(each.done() for each in waiting)
        assert {each.result().json()["name"] for each in waiting} == {"x"}
        assert created.status_code == 201


def test_only_the_first_write_waits_for_a_locked_file(tmp_path, monkeypatch):
    """Those behind it fail at once; when the file is free again, they wait as before."""
    monkeypatch.setattr("sandbox.database._LOCKED_SECONDS", 0.05)
    monkeypatch.setitem(_SQLITE_ARGUMENTS, "timeout", 0.05)
    url = f"sqlite:///{tmp_path}/sandbox.db"
    waits = []

    def note(connection):
        waits.append(connection.scalar(text("PRAGMA busy_timeout")))

    with contextlib.closing(Database(url)) as database:
        database.write(note)
        with locked(url, ""):
            for _ in range(3):
                with pytest.raises(DBAPIError, match="locked"):
                    database.write(note)
                database.read(note)
        for _ in range(2):
            database.write(note)
            database.read(note)
    assert waits == [50, 0, 0, 0, 50, 50, 50, 50]
