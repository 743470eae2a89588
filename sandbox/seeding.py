"""Fill a database from a JSON file, or empty it.

The file holds, for each merchant, customers as the contract's Customer has them (`id` may be left out), and keys:

    {"merchants": [{"name": "acme", "keys": ["sk_test_example"], "customers": [{"external_reference": "INV-1"}]}]}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import msgspec
from sqlalchemy import delete, select

from sandbox.keys import check_key
from sandbox.merchants import account_of, add_key, check_merchant
from sandbox.migrations import lock
from sandbox.strictjson import JsonError, decode
from sandbox.tables import customers, idempotency, requests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection

    from contract import Contract
    from sandbox.customers import Customers

__all__ = ["Merchant", "Seed", "SeedError", "read_seed", "reset", "sow"]


class SeedError(Exception):
    """The file cannot be used; the message says where and why."""


class Merchant(msgspec.Struct, forbid_unknown_fields=True):
    """A merchant's data in one mode."""

    name: str
    mode: Literal["test", "live"] = "test"
    keys: list[str] = []
    customers: list[dict[str, Any]] = []


class Seed(msgspec.Struct, forbid_unknown_fields=True):
    """A seed file's content."""

    merchants: list[Merchant]


def read_seed(path: Path, contract: Contract, made: Customers) -> Seed:
    """Read a seed file; customers without an id are given one.

    Raises:
        SeedError: The file cannot be read, or holds what the contract does not allow.
    """
    try:
        seed = msgspec.convert(decode(path.read_bytes()), Seed)
    except OSError as error:
        raise SeedError(f"cannot read {path}: {error.strerror}") from None
    except (JsonError, msgspec.ValidationError) as error:
        raise SeedError(f"{path}: {error}") from None
    for place, problem in _problems(seed, contract, made):
        raise SeedError(f"{path}: {problem}, at {place}")
    return seed


def _problems(seed: Seed, contract: Contract, made: Customers) -> Iterator[tuple[str, str]]:
    """What is wrong in a seed: where, and what."""
    validator = contract.validator(made.schema)
    taken: set[tuple[str, ...]] = set()
    for at, merchant in enumerate(seed.merchants):
        place = f"/merchants/{at}"
        yield from _refused(f"{place}/name", check_merchant, merchant.name)
        for index, key in enumerate(merchant.keys):
            yield from _refused(f"{place}/keys/{index}", check_key, key, merchant.mode)
        for index, customer in enumerate(merchant.customers):
            customer.setdefault("id", made.new_id())
            here = f"{place}/customers/{index}"
            if not validator.is_valid(customer):
                yield from ((f"{here}{each.pointer}", each.message) for each in validator.violations(customer))
            names = {(customer["id"],), (merchant.name, merchant.mode, customer["external_reference"])}
            if names & taken:
                yield here, "a customer before has this id or external reference"
            taken |= names


def _refused(place: str, check: Callable[..., None], *arguments: str) -> Iterator[tuple[str, str]]:
    try:
        check(*arguments)
    except ValueError as error:
        yield place, str(error)


def sow(connection: Connection, seed: Seed, made: Customers) -> int:
    """Add a seed's keys and customers; what is there already, by key or reference, stays. Return how many came in.

    Raises:
        SeedError: A key or an id is somebody else's.
    """
    lock(connection)  # or replicas that begin with the same file would each wait for what the other one adds
    added = 0
    for at, merchant in enumerate(seed.merchants):
        account = account_of(connection, merchant.name, merchant.mode)
        for key in merchant.keys:
            _give(connection, merchant, key)
        for index, customer in enumerate(merchant.customers):
            if made.add(connection, account, customer):
                added += 1
            elif not _has(connection, account, customer["external_reference"]):
                place = f"/merchants/{at}/customers/{index}/id"
                raise SeedError(f"another customer has this id; leave it out, or give another one, at {place}")
    return added


def _give(connection: Connection, merchant: Merchant, key: str) -> None:
    try:
        add_key(connection, merchant.name, key)
    except ValueError as error:
        raise SeedError(f"{error}; give {merchant.name} one of its own") from None


def _has(connection: Connection, account: int, reference: str) -> bool:
    named = (customers.c.account_id == account) & (customers.c.external_reference == reference)
    return connection.scalar(select(customers.c.id).where(named)) is not None


def reset(connection: Connection) -> int:
    """Delete every customer, kept answer and logged request, and return how many customers; merchants and keys stay."""
    lock(connection)
    connection.execute(delete(requests))
    connection.execute(delete(idempotency))
    return connection.execute(delete(customers)).rowcount
