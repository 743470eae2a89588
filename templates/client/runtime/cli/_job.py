"""Make one call for each row of a file, several at a time.

Rows of one record keep their order: a row waits while an earlier one of the same record is under way, and a row that
an earlier run did is sent again when an earlier row of its record is. So the last row of a record has the last word.
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moment_billing._errors import APIConnectionError, APIStatusError, RequestValidationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moment_billing._engine import AsyncEngine
    from moment_billing._operations import Call, Operation
    from moment_billing.cli._columns import Columns
    from moment_billing.cli._journal import Journal
    from moment_billing.cli._report import Report
    from moment_billing.cli._rows import Row

__all__ = ["Job", "Tally"]

_NO_USE = frozenset({401, 403})
"""Answers that every further row would get too."""

_UNANSWERED = 20
"""After so many rows in a row without any answer, the API is taken to be out of reach."""


@dataclass
class Tally:
    """How far a job is.

    Attributes:
        done: Rows that this run did.
        skipped: Rows that an earlier run did.
        failed: Rows that failed.
        stopped: Why the job ended before the file did; "" when it did not.
    """

    done: int = 0
    skipped: int = 0
    failed: int = 0
    stopped: str = ""

    @property
    def rows(self) -> int:
        """Rows that are dealt with."""
        return self.done + self.skipped + self.failed


class Job:
    """The calls for the rows of a file."""

    def __init__(
        self,
        operation: Operation[Any],
        rows: Iterator[Row],
        columns: Columns,
        constants: dict[str, Any],
        journal: Journal,
        report: Report,
    ) -> None:
        self._operation = operation
        self._rows = rows
        self._columns = columns
        self._constants = constants
        self._journal = journal
        self._report = report
        self._under_way: dict[str, asyncio.Event] = {}
        self._again: set[str] = set()
        self._last = journal.last
        self._unanswered = 0
        self.tally = Tally()

    def check(self) -> Tally:
        """Check every row, and send nothing."""
        for row in self._rows:
            if self.tally.stopped:
                break
            if self._call(row) is not None:
                self.tally.done += 1
        return self.tally

    async def run(self, engine: AsyncEngine, concurrency: int) -> Tally:
        """Send the call of each row, so many at a time."""
        with self._ending_on_interrupt():
            await asyncio.gather(*(self._work(engine) for _ in range(concurrency)))
        return self.tally

    async def _work(self, engine: AsyncEngine) -> None:
        # The tasks take turns at one iterator; each takes its next row without a pause between, so none is taken twice.
        for row in self._rows:
            if self.tally.stopped:
                return
            if self._is_done(row):
                self.tally.skipped += 1
                if self.tally.skipped % 1000 == 0:
                    await asyncio.sleep(0)  # lets an interrupt and the other tasks in
                continue
            call = self._call(row)
            if call is not None:
                await self._in_order(engine, row, call)

    def _is_done(self, row: Row) -> bool:
        return self._journal.has(row.number) and self._name(row) not in self._again

    def _name(self, row: Row) -> str:
        return "" if row.problem else row.cells[self._columns.record.index]

    def _call(self, row: Row) -> Call[Any] | None:
        """The call of a row; None when the row cannot be one, which is reported."""
        if row.problem:
            self._fail(row, None, f"the row {row.problem}")
            return None
        values, body = self._columns.read(row.cells, self._constants)
        if not body:
            self._fail(row, None, "the row sets nothing")
            return None
        try:
            return self._operation.call(values, body)
        except RequestValidationError as error:
            self._fail(row, None, "; ".join(map(str, error.violations)))
            return None

    async def _in_order(self, engine: AsyncEngine, row: Row, call: Call[Any]) -> None:
        name = self._name(row)
        earlier = self._under_way.get(name)
        mine = self._under_way[name] = asyncio.Event()
        if row.number < self._last:
            self._again.add(name)
        try:
            if earlier is not None:
                await earlier.wait()
            await self._send(engine, row, call)
        finally:
            mine.set()
            if self._under_way[name] is mine:
                del self._under_way[name]

    async def _send(self, engine: AsyncEngine, row: Row, call: Call[Any]) -> None:
        try:
            await engine.respond(call)
        except APIStatusError as error:
            self._unanswered = 0
            self._fail(row, error.status_code, error.message)
            if error.status_code in _NO_USE:
                self.tally.stopped = f"the API refuses the key: {error.message}"
        except APIConnectionError as error:
            self._fail(row, None, f"{error.message}; whether it was done is not known")
            self._unanswered += 1
            if self._unanswered >= _UNANSWERED:
                self.tally.stopped = f"the API does not answer: {error.message}"
        else:
            self._unanswered = 0
            self.tally.done += 1
            self._journal.add(row.number)

    def _fail(self, row: Row, status: int | None, reason: str) -> None:
        self.tally.failed += 1
        try:
            self._report.add(row, status, reason)
        except OSError as error:
            self.tally.stopped = f"cannot write {self._report.path}: {error.strerror}; --report names another file"

    @contextmanager
    def _ending_on_interrupt(self) -> Iterator[None]:
        """The first interrupt lets the rows under way end and takes no more; the second ends everything at once."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.getsignal(signal.SIGINT)

        def stop(*_: Any) -> None:
            self.tally.stopped = "interrupted"
            signal.signal(signal.SIGINT, before)
            os.write(2, b"moment: waiting for the rows under way; another interrupt ends at once\n")

        signal.signal(signal.SIGINT, stop)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)
