"""Merchants and their keys: created, listed, revoked."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from sqlalchemy import false, select, update
from sqlalchemy.dialects import postgresql, sqlite

from sandbox.keys import LOOKUP_LENGTH, Kind, Mode, digest, hint, kind_of, new_key, random_text
from sandbox.migrations import lock
from sandbox.tables import NAME_LENGTH_MAX, accounts, keys

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Table

__all__ = [
    "FIRST_MERCHANTS",
    "account_of",
    "add_key",
    "check_merchant",
    "create_key",
    "first_keys",
    "list_keys",
    "revoke_key",
]

FIRST_MERCHANTS = ("acme", "globex")
"""The merchants of a new database: two, to see that neither sees the other's customers."""


def check_merchant(name: str) -> None:
    """Raise ValueError when a name is none that a merchant can have."""
    if not 0 < len(name) <= NAME_LENGTH_MAX or not name.isprintable():
        raise ValueError(f"a merchant's name has 1 to {NAME_LENGTH_MAX} printable characters")


def account_of(connection: Connection, merchant: str, mode: Mode) -> int:
    """The account of a merchant in a mode, created as needed."""
    _insert_if_new(connection, accounts, {"merchant": merchant, "mode": mode})
    named = (accounts.c.merchant == merchant) & (accounts.c.mode == mode)
    found: int = connection.execute(select(accounts.c.id).where(named)).scalar_one()
    return found


def create_key(connection: Connection, merchant: str, kind: Kind = "secret", mode: Mode = "test") -> str:
    """Make a key for a merchant, who is created as needed, and return it: the only time that it can be read."""
    key = new_key(kind, mode)
    add_key(connection, merchant, key)
    return key


def add_key(connection: Connection, merchant: str, key: str) -> None:
    """Give a merchant a key that is known already. Raises ValueError when it is no key, or another merchant's."""
    kind, mode = kind_of(key)
    account = account_of(connection, merchant, mode)
    row = {
        "id": f"key_{random_text(12)}",
        "account_id": account,
        "kind": kind,
        "hint": hint(key),
        "lookup": digest(key)[:LOOKUP_LENGTH],
        "digest": digest(key),
        "created_at": int(time.time()),
    }
    _insert_if_new(connection, keys, row)
    if connection.scalar(select(keys.c.account_id).where(keys.c.digest == row["digest"])) != account:
        raise ValueError(f"the key {hint(key)} is another merchant's")


def first_keys(connection: Connection, *, renew: bool) -> list[str]:
    """Keys to begin with: two merchants' secret keys and a public one of the first.

    None when the database has keys already, unless `renew` asks for more.
    """
    lock(connection)  # or two replicas that start together would both find none
    if not renew and connection.scalar(select(keys.c.id).limit(1)):
        return []
    one, other = FIRST_MERCHANTS
    return [create_key(connection, one), create_key(connection, other), create_key(connection, one, "public")]


def list_keys(connection: Connection) -> Sequence[Any]:
    """Every key, oldest first: id, merchant, mode, kind, hint, created_at, revoked_at."""
    columns = (keys.c.id, accounts.c.merchant, accounts.c.mode, keys.c.kind, keys.c.hint)
    query = select(*columns, keys.c.created_at, keys.c.revoked_at).join(accounts)
    return connection.execute(query.order_by(keys.c.created_at, accounts.c.merchant, keys.c.kind.desc())).all()


def revoke_key(connection: Connection, key: str) -> bool:
    """Revoke a key, named by its id or by itself; False when it was revoked before. Raises LookupError without it."""
    named = (keys.c.id == key) | (keys.c.digest == digest(key)) if key.isascii() else false()
    if connection.scalar(select(keys.c.id).where(named)) is None:
        raise LookupError
    valid = named & keys.c.revoked_at.is_(None)  # the first time stands
    return connection.execute(update(keys).where(valid).values(revoked_at=int(time.time()))).rowcount > 0


def _insert_if_new(connection: Connection, table: Table, row: dict[str, Any]) -> None:
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    connection.execute(insert(table).values(row).on_conflict_do_nothing())
