"""Which column of a file sets which property."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moment_billing.cli._model import UsageError
from moment_billing.cli._values import read_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from moment_billing.cli._model import Command, Input

__all__ = ["Columns"]


@dataclass(frozen=True)
class _Column:
    """A column that sets an input, or one pair of it."""

    index: int
    input: Input
    pair: str = ""

    @property
    def kind(self) -> str:
        outer, _, inner = self.input.kind.partition(":")
        return inner if outer == "pairs" else "json" if outer == "list" else outer


class Columns:
    """Reads the cells of a row as the arguments of a call.

    Args:
        command: What is called.
        header: The names of the columns.
        renamed: The header of a column by the name of the property that it sets.

    Raises:
        UsageError: A column is unknown, is there twice, or is missing.
    """

    def __init__(self, command: Command, header: Sequence[str], renamed: dict[str, str]) -> None:
        self._command = command
        self._columns: list[_Column] = []
        by_header = {header_name: name for name, header_name in renamed.items()}
        wrong = [f"--column: {name!r} is no property" for name in renamed if self._column(0, name) is None]
        wrong += [f"--column: there is no column {title!r}" for title in by_header if title not in header]
        for index, title in enumerate(header):
            if title in header[:index]:
                wrong.append(f"column {title!r} is there twice")
            elif not title.startswith("_"):
                column = self._column(index, by_header.get(title, title))
                if column is not None:
                    self._columns.append(column)
                elif title not in by_header:
                    wrong.append(f"column {title!r} names no property")
        if wrong:
            hints = (f"columns are {self.known}; _… is passed over", *_other_delimiter(header))
            raise UsageError("the columns do not fit", (*wrong, *hints))
        self.record = self._record(header)

    @property
    def known(self) -> str:
        """The names that columns can have."""
        names = [
            f"{each.name}.KEY" if each.kind.startswith("pairs:") else each.name for each in self._command.properties
        ]
        return ", ".join([*(each.name for each in self._command.inputs if each.location == "path"), *names])

    def _column(self, index: int, name: str) -> _Column | None:
        whole = self._command.input(name)
        if whole is not None and whole.location in {"path", "body"}:
            return _Column(index, whole)
        outer, dot, key = name.partition(".")
        within = self._command.input(outer)
        if within is not None and dot and key and within.kind.startswith("pairs:"):
            return _Column(index, within, key)
        return None

    def _record(self, header: Sequence[str]) -> _Column:
        """The column that names the record."""
        for column in self._columns:
            if column.input.location == "path":
                return column
        path = self._command.path_input.name
        hint = f"--column {path}=HEADER takes it from another column"
        raise UsageError(f"there is no column {path!r}", (hint, *_other_delimiter(header)))

    def read(self, cells: Sequence[str], constants: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """The parameters and the body of the call that a row stands for. An empty cell sets nothing."""
        values = {self.record.input.name: cells[self.record.index]}
        body = {name: dict(value) if isinstance(value, dict) else value for name, value in constants.items()}
        for column in self._columns:
            text = cells[column.index]
            if not text or column.input.location == "path":
                continue
            if column.pair:
                body.setdefault(column.input.name, {})[column.pair] = read_text(column.kind, text)
            elif column.input.kind.startswith("pairs:"):
                body[column.input.name] = read_text("json", text)
            else:
                body[column.input.name] = read_text(column.kind, text)
        return values, body

    @property
    def sets_something(self) -> bool:
        """Whether any column sets a property."""
        return any(column.input.location == "body" for column in self._columns)


def _other_delimiter(header: Sequence[str]) -> Iterator[str]:
    """The hint that a single column looks like several."""
    for delimiter in ";\t|":
        if len(header) == 1 and delimiter in header[0]:
            yield f"the cells are perhaps separated by another character: --delimiter {delimiter!r}"
