"""Rows are looked up together where that is cheaper, and everyone gets their own."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, insert, select
from sqlalchemy.exc import DBAPIError

from sandbox.database import Database
from sandbox.lookups import Lookup
from sandbox.together import together
from tests.sandbox.conftest import CUSTOMERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import Connection

    from tests.sandbox.conftest import Sandbox

CELLS = Table("cells", MetaData(), Column("row", Integer), Column("column", String(1)), Column("value", String(2)))


class Counted(Lookup):
    """Finds the values of a cell, and notes how many cells the database was asked for at a time."""

    def __init__(self) -> None:
        super().__init__(select(CELLS.c.value), CELLS.c.row, CELLS.c.column)
        self.asked: list[int] = []

    def find(self, connection: Connection, keys: Sequence[Any]) -> Any:
        """As ever, but noted."""
        self.asked.append(len(keys))
        return super().find(connection, keys)

    def walk(self, connection: Connection, *cells: str) -> list[list[str]]:
        """The values of cells, one after the other."""
        return [[row[0] for row in self.rows(connection, int(cell[1]), cell[0])] for cell in cells]


def opened(url: str) -> Database:
    """A database with the cells a1 to c3, and b2 twice."""
    database = Database(url)
    with database._engine.begin() as connection:
        CELLS.metadata.create_all(connection)
        cells = [(row, column) for row in (1, 2, 3) for column in "abc"]
        rows = [{"row": row, "column": column, "value": f"{column}{row}"} for row, column in [*cells, (2, "b")]]
        connection.execute(insert(CELLS), rows)
    return database


@pytest.fixture
def shared(postgresql: Callable[[], str]) -> Iterator[Database]:
    """Cells in PostgreSQL, where rows can be looked up together."""
    database = opened(postgresql())
    yield database
    database.close()


def test_a_lookup_finds_the_rows_of_its_key(database: Callable[[], str]) -> None:
    """One row, several or none, on each database."""
    cells = opened(database())
    assert cells.read(lambda connection: Counted().walk(connection, "a1", "b2", "a9")) == [["a1"], ["b2", "b2"], []]
    cells.close()


def test_work_side_by_side_asks_once_and_everyone_gets_their_own(shared: Database) -> None:
    """All combinations of what is asked for are looked up, and nobody sees another's."""
    lookup = Counted()
    walks = [("a1", "b2"), ("b3",), (), ("c1", "a9", "a1"), ("a1", "c3")]

    def run(connection: Connection) -> object:
        return together([partial(lookup.walk, connection, *walk) for walk in walks])

    expected = [[["a1"], ["b2", "b2"]], [["b3"]], [], [["c1"], [], ["a1"]], [["a1"], ["c3"]]]
    assert shared.read(run) == [(found, None) for found in expected]
    assert lookup.asked == [4, 3, 1]


def test_an_error_beside_others_is_its_own(shared: Database) -> None:
    """What one piece of work raises, and what the database says to one question, reaches whom it concerns."""
    lookup, lost = Counted(), Lookup(select(CELLS.c.value), Column("nowhere", Integer))

    def run(connection: Connection) -> list[tuple[Any, Exception | None]]:
        works: list[Callable[[], Any]] = [
            lambda: lookup.walk(connection, "a1"),
            lambda: lost.rows(connection, 1),
            lambda: lookup.walk(connection, "xx"),
            lambda: lookup.walk(connection, "a2", "a3"),
        ]
        return together(works)

    (one, _), (_, wrong), (_, misnamed), (two, _) = shared.read(run)
    assert (one, two) == ([["a1"]], [["a2"], ["a3"]])
    assert isinstance(wrong, DBAPIError)
    assert isinstance(misnamed, ValueError)


def test_many_callers_at_once_each_get_their_own_customer(sandbox: Sandbox) -> None:
    """Merchants with the same references, unknown references and unknown keys, all within the same moment."""
    references = [f"side-by-side-{number}" for number in range(6)]
    own: dict[tuple[str, str], str] = {}
    for client, key in ((sandbox.client, sandbox.key), (sandbox.other, sandbox.other_key)):
        for reference in references:
            headers = {"Idempotency-Key": f"{reference}-key"}
            answer = client.post(CUSTOMERS, json={"external_reference": reference}, headers=headers)
            own[key, reference] = answer.raise_for_status().json()["id"]

    async def ask() -> list[tuple[str, str, httpx.Response]]:
        keys = (sandbox.key, sandbox.other_key, "sk_test_unknown")
        async with httpx.AsyncClient(base_url=sandbox.url, verify=False, timeout=30) as client:

            async def one(key: str, name: str) -> tuple[str, str, httpx.Response]:
                return key, name, await client.get(f"{CUSTOMERS}/{name}", headers={"Authorization": f"Bearer {key}"})

            names = [*references, "side-by-side-none", own[sandbox.key, references[0]]]
            return await asyncio.gather(*(one(key, name) for _ in range(4) for name in names for key in keys))

    own[sandbox.key, own[sandbox.key, references[0]]] = own[sandbox.key, references[0]]
    for key, name, answer in asyncio.run(ask()):
        if key == "sk_test_unknown":
            assert answer.status_code == 401
        elif (key, name) in own:
            assert answer.json()["id"] == own[key, name]
        else:
            assert answer.status_code == 404
