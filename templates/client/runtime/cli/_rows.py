"""Read the rows of a CSV file one by one, so that the longest file needs no more memory than the shortest."""

from __future__ import annotations

import csv
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from moment_billing.cli._model import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Row", "Rows", "open_rows"]

_BOM = "\ufeff"


@dataclass(frozen=True)
class Row:
    """A row of the file.

    Attributes:
        number: Its number among the rows, from 0.
        line: The line on which it begins, from 1; the header stands on line 1.
        cells: Its cells.
        problem: Why it cannot be read as a row; "" when it can.
    """

    number: int
    line: int
    cells: list[str]
    problem: str = ""


class Rows:
    """The rows of a file, read as they are asked for.

    Attributes:
        header: The names in the first row.
        bytes_read: How far the file was read.
    """

    def __init__(self, file: BinaryIO, delimiter: str, name: str) -> None:
        self._file = file
        self.bytes_read = 0
        self._reader = csv.reader(self._lines(), delimiter=delimiter, strict=True)
        try:
            self.header = [title.strip() for title in next(self._reader)]
        except StopIteration:
            raise UsageError(f"{name} is empty: its first row must name the columns") from None
        except csv.Error as error:
            raise UsageError(f"{name}: the first row is no CSV: {error}") from None
        if any(_has_bad_bytes(cell) for cell in self.header):
            raise UsageError(f"{name} is not UTF-8; save it as CSV UTF-8")

    def _lines(self) -> Iterator[str]:
        for number, line in enumerate(self._file):
            self.bytes_read += len(line)
            # A byte that is no UTF-8 is kept as half a surrogate, so that the report can give it back.
            text = line.decode("utf-8", "surrogateescape")
            yield text.removeprefix(_BOM) if number == 0 else text

    def __iter__(self) -> Iterator[Row]:
        number = 0
        while True:
            line = self._reader.line_num + 1
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Row(number, line, [], f"is no CSV: {error}")
            else:
                if not cells:
                    continue
                yield Row(number, line, cells, self._problem(cells))
            number += 1

    def _problem(self, cells: list[str]) -> str:
        if any(_has_bad_bytes(cell) for cell in cells):
            return "is not UTF-8"
        if len(cells) != len(self.header):
            return f"has {len(cells)} cells, but the header has {len(self.header)}"
        return ""


def _has_bad_bytes(text: str) -> bool:
    return not text.isascii() and any("\udc80" <= letter <= "\udcff" for letter in text)


@contextmanager
def open_rows(name: str, delimiter: str) -> Iterator[Rows]:
    """Open a file of rows; `-` is standard input.

    Raises:
        UsageError: It cannot be read, or its first row is no header.
    """
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise UsageError("--delimiter must be one character, such as ; or ,")
    if name == "-":
        yield Rows(sys.stdin.buffer, delimiter, "standard input")
        return
    try:
        file = Path(name).open("rb")  # noqa: SIM115 - closed below, after errors of opening were told apart
    except OSError as error:
        raise UsageError(f"cannot read {name}: {error.strerror}") from None
    with file:
        yield Rows(file, delimiter, name)
