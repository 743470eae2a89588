"""Bring a database to the tables that this version of the sandbox uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from sandbox.database import DatabaseError, reason
from sandbox.tables import METADATA, versions

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from sandbox.database import Database

__all__ = ["VERSION", "lock", "migrate"]

VERSION = 3
"""The version of the tables. To change them, count up and add the step that leads from the last version to it."""

# For each version, what each database needs to come to it from the one before. SQLite minds no column's type.
_STEPS: dict[int, dict[str, tuple[str, ...]]] = {
    2: {
        "postgresql": (
            "ALTER TABLE customers ALTER COLUMN id TYPE TEXT",
            "ALTER TABLE customers ALTER COLUMN external_reference TYPE TEXT",
            "ALTER TABLE idempotency ALTER COLUMN key TYPE TEXT",
        ),
    },
    3: dict.fromkeys(("sqlite", "postgresql"), ("ALTER TABLE idempotency ADD COLUMN operation TEXT",)),
}

# What SQLite's messages leave to guess.
_ADVICE = {
    "unable to open database file": "; its folder must be there, and the file one that may be written",
    "file is not a database": "; name another file, this one holds something else",
}

_LOCK = 0x6D6F6D656E74  # any number that no other program takes: here "moment"


def migrate(database: Database) -> None:
    """Create or update the tables, in one transaction. Safe when several processes start at once.

    Raises:
        DatabaseError: The database cannot be reached or written, or is from a later version of the sandbox.
    """
    try:
        database.write(_migrate)
    except DBAPIError as error:
        cause = reason(error)
        raise DatabaseError(f"cannot use the database {database}: {cause}{_ADVICE.get(cause, '')}") from None


def lock(connection: Connection) -> None:
    """Keep other processes out of what is done once for a database, until the transaction ends, however long."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def _migrate(connection: Connection) -> None:
    lock(connection)
    METADATA.create_all(connection)
    version = connection.scalar(select(versions.c.version).order_by(versions.c.version.desc()).limit(1))
    if version is not None and version > VERSION:
        raise DatabaseError("the database is from a later version of the sandbox; update this one")
    for step in range(version + 1, VERSION + 1) if version else [VERSION]:
        for statement in _STEPS[step].get(connection.dialect.name, ()) if version else ():
            connection.execute(text(statement))
        connection.execute(insert(versions).values(version=step))
