"""Look rows up at the least cost: written in SQLAlchemy Core, compiled once, run by the driver itself.

SQLAlchemy's own execution takes ten times as long as SQLite needs for the answer, and each request looks up two rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import ARRAY, and_, any_, bindparam

from sandbox.together import Question, ask

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Column, Connection, Select

__all__ = ["Lookup"]

Key: TypeAlias = tuple[Any, ...]
Rows: TypeAlias = "list[Sequence[Any]]"


class Lookup:
    """A query for the few rows that have a key: a value for each of the columns `by`."""

    def __init__(self, query: Select[Any], *by: Column[Any]) -> None:
        self._by = by
        self._one = query.add_columns(*by).where(and_(*(column == bindparam(column.name) for column in by)))
        several = (column == any_(bindparam(column.name, type_=ARRAY(column.type))) for column in by)
        self._many = query.add_columns(*by).where(and_(*several))
        self._compiled: dict[tuple[str, bool], tuple[str, list[str] | None]] = {}

    def rows(self, connection: Connection, *key: Any) -> Rows:
        """The rows of a key, each ending with the key itself."""
        rows: Rows = ask(Question(self.find, connection, key))
        return rows

    def find(self, connection: Connection, keys: Sequence[Key]) -> Mapping[Key, Rows]:
        """The rows of each key. Several at once only PostgreSQL can look up.

        For several keys, every combination of their values is looked up, and those that nobody asked for are dropped.
        """
        found: dict[Key, Rows] = {key: [] for key in keys}
        for row in self._rows(connection, list(found)):
            found.get(tuple(row[-len(self._by) :]), []).append(row)
        return found

    def _rows(self, connection: Connection, keys: Sequence[Key]) -> Sequence[Sequence[Any]]:
        columns = zip(*keys, strict=True) if len(keys) > 1 else keys[0]
        values = {column.name: list(of) if len(keys) > 1 else of for column, of in zip(self._by, columns, strict=True)}
        query = self._many if len(keys) > 1 else self._one
        sql, positions = self._sql(connection, several=len(keys) > 1)
        driver: Any = connection.connection.driver_connection
        try:
            rows: Sequence[Sequence[Any]] = driver.execute(
                sql, values if positions is None else [values[name] for name in positions]
            ).fetchall()
        except connection.dialect.loaded_dbapi.Error:
            # Once more through SQLAlchemy, which knows what the error means for the connection.
            return connection.execute(query, values).all()
        return rows

    def _sql(self, connection: Connection, *, several: bool) -> tuple[str, list[str] | None]:
        dialect = connection.dialect
        if (dialect.name, several) not in self._compiled:
            compiled = (self._many if several else self._one).compile(dialect=dialect)
            self._compiled[dialect.name, several] = str(compiled), compiled.positiontup
        return self._compiled[dialect.name, several]
