"""The rows that failed and why, as a CSV file that can be corrected and given to the command again."""

from __future__ import annotations

import csv
from typing import IO, TYPE_CHECKING, Any

from moment_billing.cli._model import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from moment_billing.cli._rows import Row

__all__ = ["Report"]

_OURS = ("_line", "_status", "_error")
"""Columns of the report; a column whose name begins with _ is passed over when the file is read again."""


class Report:
    """Writes failed rows as they fail. Without a failure, there is no file."""

    def __init__(self, path: Path | None, header: Sequence[str], delimiter: str) -> None:
        self.path = path
        self._header = header
        self._kept = [index for index, name in enumerate(header) if name not in _OURS]
        self._delimiter = delimiter
        self._file: IO[str] | None = None
        self._writer: Any = None
        self.failed = 0
        if path is not None:
            try:
                path.unlink(missing_ok=True)  # what failed last time is tried again
            except OSError as error:
                raise UsageError(f"cannot write {path}: {error.strerror}; --report names another file") from None

    def add(self, row: Row, status: int | None, reason: str) -> None:
        """This row failed."""
        self.failed += 1
        if self.path is None:
            return
        if self._file is None:
            self._file = self.path.open("w", encoding="utf-8", errors="surrogateescape", newline="", buffering=1)
            self._writer = csv.writer(self._file, delimiter=self._delimiter, lineterminator="\n")
            self._writer.writerow([*(self._header[index] for index in self._kept), *_OURS])
        cells = [row.cells[index] if index < len(row.cells) else "" for index in self._kept]
        self._writer.writerow([*cells, row.line, "" if status is None else status, reason])

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
