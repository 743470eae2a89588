"""The tables of the sandbox. What must never happen twice is a constraint here, not a check in code."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

__all__ = ["METADATA", "NAME_LENGTH_MAX", "accounts", "customers", "idempotency", "keys", "requests", "versions"]

METADATA = MetaData()

NAME_LENGTH_MAX = 255
"""How many characters the name of a merchant may have."""

versions = Table(
    "schema_version",
    METADATA,
    Column("version", Integer, primary_key=True, autoincrement=False),
)
"""The migrations that this database has been through."""

accounts = Table(
    "accounts",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("merchant", String(NAME_LENGTH_MAX), nullable=False),
    Column("mode", String(4), nullable=False),
    UniqueConstraint("merchant", "mode"),
)
"""A merchant's data in one mode, test or live: the two never meet."""

keys = Table(
    "keys",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(6), nullable=False),
    Column("hint", String(32), nullable=False),
    Column("lookup", String(16), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    Index("keys_by_lookup", "lookup"),
)
"""API keys, hashed. `lookup` is the beginning of the digest: it finds candidates, the digest decides."""

customers = Table(
    "customers",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("external_reference", Text, nullable=False),
    Column("record", Text, nullable=False),
    UniqueConstraint("account_id", "external_reference"),
)
"""Customers, within the limits of the contract. `record` is the JSON text that is sent, so that all of it survives."""

idempotency = Table(
    "idempotency",
    METADATA,
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("operation", Text),
    Column("claimed_at", BigInteger, nullable=False),
    Column("status", Integer),
    Column("media", Text),
    Column("body", Text),
    Index("idempotency_by_age", "claimed_at"),
)
"""The answer that each Idempotency-Key first got, and from which operation; it is not known of answers of the second
version. It commits together with what the answer tells of."""

requests = Table(
    "requests",
    METADATA,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("time", String(32), nullable=False),
    Column("request_id", String(128), nullable=False),
    Column("key", String(32), nullable=False),
    Column("method", String(16), nullable=False),
    Column("path", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("request_body", Text),
    Column("response_body", Text),
    Index("requests_by_account", "account_id", "id"),
)
"""The last requests of each account, for the merchant to look at."""
