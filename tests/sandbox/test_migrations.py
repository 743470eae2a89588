"""A database is brought to the tables of this version, whichever it comes from."""

from __future__ import annotations

import contextlib

import pytest
from sqlalchemy import delete, insert, select, text, update

from sandbox.answers import Answer
from sandbox.database import Database, DatabaseError
from sandbox.idempotency import claim, settle
from sandbox.merchants import account_of
from sandbox.migrations import VERSION, migrate
from sandbox.tables import customers, idempotency, versions


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
    """Its references had a limit of their own, and its kept answers no operation."""

    def shorten(connection):
        connection.execute(text("ALTER TABLE customers ALTER COLUMN external_reference TYPE VARCHAR(255)"))

    def add(connection):
        account = account_of(connection, "acme", "test")
        row = {"id": "a" * 1000, "account_id": account, "external_reference": "b" * 1000, "record": "{}"}
        connection.execute(insert(customers).values(row))

    if not opened.is_sqlite:
        opened.write(shorten)
    opened.write(lambda connection: connection.execute(text("ALTER TABLE idempotency DROP COLUMN operation")))
    set_version(opened, 1)
    for _ in range(2):
        migrate(opened)
    opened.write(add)
    opened.write(lambda connection: claim(connection, 1, "createCustomer", "a key"))
    assert opened.read(lambda connection: connection.scalars(select(versions.c.version)).all()) == [
        *range(1, VERSION + 1)
    ]


def test_an_answer_of_the_second_version_is_given_again(opened):
    """Of which operation it was is not known, and whoever has the key may have it."""

    def keep(connection):
        account = account_of(connection, "acme", "test")
        claim(connection, account, "createCustomer", "a key")
        settle(connection, account, "a key", Answer(201, b"{}", "application/json"))
        connection.execute(update(idempotency).values(operation=None))
        return claim(connection, account, "createCustomer", "a key")

    assert opened.write(keep).status == 201
