"""Look a row up at the least cost: written in SQLAlchemy Core, compiled once, run by the driver itself.

SQLAlchemy's own execution takes ten times as long as SQLite needs for the answer, and each request looks up two rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Select

__all__ = ["Lookup"]


class Lookup:
    """A query for a few rows, with a bound parameter for each value that varies."""

    def __init__(self, query: Select[Any]) -> None:
        self._query = query
        self._compiled: dict[str, tuple[str, list[str] | None]] = {}

    def rows(self, connection: Connection, **values: Any) -> Sequence[tuple[Any, ...]]:
        """The rows for some values of the parameters."""
        dialect = connection.dialect
        if dialect.name not in self._compiled:
            compiled = self._query.compile(dialect=dialect)
            self._compiled[dialect.name] = str(compiled), compiled.positiontup
        sql, positions = self._compiled[dialect.name]
        driver: Any = connection.connection.driver_connection
        try:
            found: Sequence[tuple[Any, ...]] = driver.execute(
                sql, values if positions is None else [values[name] for name in positions]
            ).fetchall()
        except dialect.loaded_dbapi.Error:
            # Once more through SQLAlchemy, which knows what the error means for the connection.
            return [tuple(row) for row in connection.execute(self._query, values)]
        return found
