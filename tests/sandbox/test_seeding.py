"""What a seed holds comes in once, also while others write."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from sandbox.customers import Customers
from sandbox.database import Database
from sandbox.merchants import account_of
from sandbox.migrations import lock, migrate
from sandbox.seeding import Merchant, Seed, sow

SEED = Seed([Merchant("acme", customers=[{"id": "bcus_1", "external_reference": "a"}])])
OTHER = {"id": "bcus_2", "external_reference": "a"}
WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted")


@pytest.fixture
def opened(postgresql):
    """A PostgreSQL database with a merchant: only there does writing begin before another's writing has ended."""
    with contextlib.closing(Database(postgresql())) as opened:
        migrate(opened)
        opened.write(lambda connection: account_of(connection, "acme", "test"))
        yield opened


@pytest.mark.parametrize("begin", ["by locking", "by creating"])
def test_a_seed_waits_for_who_writes_the_same(opened, contract, begin):
    """A replica that seeds as well, or a request that creates one of its customers: that customer stays as it is."""
    customers = Customers(contract)

    with ThreadPoolExecutor() as pool:

        def create(connection):
            """Create a customer, and let the seed begin before that is done."""
            account = account_of(connection, "acme", "test")
            if begin == "by locking":
                lock(connection)
            else:
                assert customers.add(connection, account, OTHER)
            sowing = pool.submit(opened.write, lambda connection: sow(connection, SEED, customers))
            while not connection.scalar(WAITING) and not sowing.done():
                pass
            assert begin == "by creating" or customers.add(connection, account, OTHER)
            return sowing

        assert opened.write(create).result() == 0
