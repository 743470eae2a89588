"""A database is brought to the tables of this version, whichever it comes from."""

from __future__ import annotations

import contextlib

import pytest
from sqlalchemy import delete, insert, select, text

from sandbox.database import Database, DatabaseError
from sandbox.merchants import account_of
from sandbox.migrations import VERSION, migrate
from sandbox.tables import customers, versions


@pytest.fixture
def opened(database):
    """A database with the tables of this version."""
    with contextlib.closing(Database(database())) as opened:
        migrate(opened)
        yield opened


def set_version(database, version):
    """Make a database one of a certain version."""

    def change(connection):
        connection.execute(delete(versions))
        connection.execute(insert(versions).values(version=version))

    database.write(change)


def test_a_later_version_is_refused(opened):
    """What the next version made of it is not touched."""
    set_version(opened, VERSION + 1)
    with pytest.raises(DatabaseError, match="later version"):
        migrate(opened)


def test_the_first_version_becomes_this_one(opened):
    """Its references had a limit of their own; now they have that of the contract."""

    def shorten(connection):
        connection.execute(text("ALTER TABLE customers ALTER COLUMN external_reference TYPE VARCHAR(255)"))

    def add(connection):
        account = account_of(connection, "acme", "test")
        row = {"id": "a" * 1000, "account_id": account, "external_reference": "b" * 1000, "record": "{}"}
        connection.execute(insert(customers).values(row))

    if not opened.is_sqlite:
        opened.write(shorten)
    set_version(opened, 1)
    for _ in range(2):
        migrate(opened)
    opened.write(add)
    assert opened.read(lambda connection: connection.scalars(select(versions.c.version)).all()) == [
        *range(1, VERSION + 1)
    ]
