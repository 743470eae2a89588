"""The rows that failed and why, as a CSV file that can be corrected and given to the command again."""

from __future__ import annotations

import csv
from contextlib import suppress
from itertools import count
from typing import IO, TYPE_CHECKING

from moment_billing._visible import visible
from moment_billing.cli._model import UsageError
from moment_billing.cli._show import complain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from moment_billing.cli._rows import Row

__all__ = ["Report"]

_OURS = ("_line", "_status", "_error")
"""Columns of the report; a column whose name begins with _ is passed over when the file is read again."""


_TOLD = 20
"""How many failures are told on standard error, where no file takes them."""


class Report:
    """Writes failed rows as they fail. Without a failure, there is no file.

    A file that is there already, which somebody may be correcting, is kept under another name.

    Args:
        path: The file; None tells the first failures on standard error instead.
        header: The columns of the rows.
        delimiter: What separates the cells.

    Raises:
        UsageError: The file cannot be written.
    """

    def __init__(self, path: Path | None, header: Sequence[str], delimiter: str) -> None:
        self.path = path
        self._header = header
        self._kept = [index for index, name in enumerate(header) if name not in _OURS]
        self._file: IO[str] | None = None
        self.failed = 0
        if path is not None:
            try:
                _keep_earlier(path)
                self._file = path.open("w", encoding="utf-8", errors="surrogateescape", newline="", buffering=1)
            except OSError as error:
                raise UsageError(f"cannot write {path}: {error.strerror}; --report names another file") from None
            self._writer = csv.writer(self._file, delimiter=delimiter, lineterminator="\n")

    def add(self, row: Row, status: int | None, reason: str) -> None:
        """This row failed.

        Raises:
            OSError: The file cannot be written any more.
        """
        self.failed += 1
        if self._file is None:
            self._tell(row, reason)
            return
        if self.failed == 1:
            self._writer.writerow([*(self._header[index] for index in self._kept), *_OURS])
        cells = [row.cells[index] if index < len(row.cells) else "" for index in self._kept]
        self._writer.writerow([*cells, row.line, "" if status is None else status, visible(reason)])

    def _tell(self, row: Row, reason: str) -> None:
        if self.failed <= _TOLD:
            complain(f"line {row.line}: {reason}")
        elif self.failed == _TOLD + 1:
            complain("further failures are counted only; --report FILE takes all of them")

    def close(self) -> None:
        """Close the file."""
        if self._file is None or self.path is None:
            return
        with suppress(OSError):  # each row was written as it failed; what could not be was told then
            self._file.close()
        if not self.failed and self.path.is_file():
            self.path.unlink()


def _keep_earlier(path: Path) -> None:
    """Move a report of an earlier run aside: whatever is no regular file, such as /dev/null, is left where it is."""
    if not path.is_file() or not path.stat().st_size:
        return
    names = (path.with_name(f"{path.stem}.{number}{path.suffix}") for number in count(1))
    aside = next(name for name in names if not name.exists())
    path.rename(aside)
    complain(f"{path} of an earlier run is now {aside}")
