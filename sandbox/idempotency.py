"""The first answer for each Idempotency-Key, given again to whoever repeats the key (documentation, *Idempotency*).

Claiming a key is an insert under the database's own uniqueness: a second request with a key still in flight waits for
the first one's transaction, then finds its answer. Nothing outside the transaction remembers anything.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from sandbox.answers import Answer, Refusal, Wrong
from sandbox.tables import idempotency

if TYPE_CHECKING:
    from sqlalchemy import Connection, Executable

__all__ = ["KEPT_SECONDS", "KEY_HEADER", "REPLAYED_HEADER", "claim", "drop_expired", "settle"]

KEY_HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotent-Replayed"

KEPT_SECONDS = 24 * 60 * 60
"""How long an answer is kept."""


def claim(connection: Connection, account: int, operation: str, key: str) -> Answer | None:
    """Claim a key for this transaction; the kept answer when the key already has one.

    Raises:
        Refusal: 409, the key names something that another operation did.
    """
    now = int(time.time())
    row = {"account_id": account, "key": key, "operation": operation, "claimed_at": now, "oldest": now - KEPT_SECONDS}
    if connection.execute(_CLAIMS[connection.dialect.name], row).first():
        return None
    kept = connection.execute(_KEPT, {"of_account": account, "of_key": key}).one()
    if kept.operation not in {None, operation}:
        wrong = Wrong("", f"it was used for {kept.operation}; take a new one", f"header {KEY_HEADER}")
        raise Refusal(409, f"The {KEY_HEADER} belongs to another operation.", [wrong])
    return Answer(kept.status, kept.body.encode(), kept.media, {REPLAYED_HEADER: "true"})


def settle(connection: Connection, account: int, key: str, answer: Answer) -> None:
    """Keep the answer for a claimed key."""
    values = {"status": answer.status, "media": answer.media, "body": answer.body.decode()}
    connection.execute(_SETTLE, {"of_account": account, "of_key": key, **values})


def drop_expired(connection: Connection) -> int:
    """Delete the answers that are no longer kept, and return how many."""
    oldest = int(time.time()) - KEPT_SECONDS
    return connection.execute(delete(idempotency).where(idempotency.c.claimed_at <= oldest)).rowcount


def _claim_statement(insert: type[sqlite.Insert | postgresql.Insert]) -> Executable:
    columns = ("account_id", "key", "operation", "claimed_at")
    statement = insert(idempotency).values({name: bindparam(name) for name in columns})
    return statement.on_conflict_do_update(
        index_elements=[idempotency.c.account_id, idempotency.c.key],
        set_={
            "operation": statement.excluded.operation,
            "claimed_at": statement.excluded.claimed_at,
            "status": None,
            "media": None,
            "body": None,
        },
        where=idempotency.c.claimed_at <= bindparam("oldest"),
    ).returning(idempotency.c.key)


_CLAIMS = {"sqlite": _claim_statement(sqlite.Insert), "postgresql": _claim_statement(postgresql.Insert)}
_THE_KEY = (idempotency.c.account_id == bindparam("of_account")) & (idempotency.c.key == bindparam("of_key"))
_KEPT = select(idempotency.c.operation, idempotency.c.status, idempotency.c.media, idempotency.c.body).where(_THE_KEY)
_SETTLE = (
    update(idempotency)
    .where(_THE_KEY)
    .values(status=bindparam("status"), media=bindparam("media"), body=bindparam("body"))
)
