"""API keys: how they look, how they are kept, and who sent a request. Only a key's hash is ever stored."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from sqlalchemy import select

from sandbox.answers import Refusal
from sandbox.lookups import Lookup
from sandbox.tables import accounts, keys

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = [
    "LOOKUP_LENGTH",
    "Caller",
    "Kind",
    "Mode",
    "authenticate",
    "check_key",
    "digest",
    "hint",
    "kind_of",
    "new_key",
    "random_text",
]

Kind: TypeAlias = Literal["secret", "public"]
Mode: TypeAlias = Literal["test", "live"]

# How keys begin (documentation, *Authentication*); the longer prefixes first.
_PREFIXES: dict[str, tuple[Kind, Mode]] = {
    "sk_test_": ("secret", "test"),
    "pk_test_": ("public", "test"),
    "sk_": ("secret", "live"),
    "pk_": ("public", "live"),
}
_RANDOM_LENGTH = 24
_REST = re.compile(r"[A-Za-z0-9_]{6,200}")
_ALPHABET = string.ascii_letters + string.digits

LOOKUP_LENGTH = 16
"""How many characters of the digest find a key's candidates in the database."""


@dataclass(frozen=True)
class Caller:
    """Who sent a request: the account that the key belongs to, what kind of key it is, and what of it may be shown."""

    account: int
    kind: Kind
    mode: Mode
    hint: str


def random_text(length: int) -> str:
    """Random letters and digits, 5.95 bits each."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def new_key(kind: Kind, mode: Mode) -> str:
    """A key that nobody has: 142 random bits, so that a plain hash protects it."""
    prefix = next(prefix for prefix, meaning in _PREFIXES.items() if meaning == (kind, mode))
    return prefix + random_text(_RANDOM_LENGTH)


def kind_of(key: str) -> tuple[Kind, Mode]:
    """What a key's prefix says. Raises ValueError when it is no key: others could be shown where keys are cut."""
    prefix = next((prefix for prefix in _PREFIXES if key.startswith(prefix)), "")
    if prefix and _REST.fullmatch(key, len(prefix)):
        return _PREFIXES[prefix]
    raise ValueError(f"a key is one of {', '.join(_PREFIXES)}, then 6 to 200 letters, digits and underscores")


def check_key(key: str, mode: str) -> None:
    """Raise ValueError when a text is no key, or one for another mode."""
    _, key_mode = kind_of(key)
    if key_mode != mode:
        raise ValueError(f"this is a key for {key_mode} mode, the merchant's data is for {mode} mode")


def hint(key: str) -> str:
    """What of a key may be shown: its prefix and its last four characters."""
    prefix = next(prefix for prefix in _PREFIXES if key.startswith(prefix))
    return f"{prefix}…{key[-4:]}"


def digest(key: str) -> str:
    """The hash under which a key is kept."""
    return hashlib.sha256(key.encode()).hexdigest()


def authenticate(connection: Connection, authorization: str | None) -> Caller:
    """Who sent a request, by its Authorization header (RFC 6750, section 2.1).

    Raises:
        Refusal: 401, there is no key or an unknown one; 403, the key was revoked.
    """
    scheme, _, key = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise _unauthorized("Send an API key: 'Authorization: Bearer sk_test_…'.")
    given = digest(key.strip())
    for kept, revoked_at, account, kind, mode, shown, _ in _CANDIDATES.rows(connection, given[:LOOKUP_LENGTH]):
        if hmac.compare_digest(kept, given):
            if revoked_at is not None:
                raise Refusal(403, "This API key was revoked.")
            return Caller(account, kind, mode, shown)
    raise _unauthorized("The API key is not known here.")


_CANDIDATES = Lookup(
    select(keys.c.digest, keys.c.revoked_at, keys.c.account_id, keys.c.kind, accounts.c.mode, keys.c.hint).join(
        accounts
    ),
    keys.c.lookup,
)


def _unauthorized(detail: str) -> Refusal:
    return Refusal(401, detail, headers={"WWW-Authenticate": "Bearer"})
