"""Show how far a job is: a bar on a terminal, nothing elsewhere, and a summary at the end."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from moment_billing._visible import visible
from moment_billing.cli._show import is_table, write_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from moment_billing.cli._job import Tally

__all__ = ["progress_bar", "summary"]


@contextmanager
def progress_bar(total_bytes: int, bytes_read: Callable[[], int], tally: Tally) -> Iterator[None]:
    """A bar that follows the reading of a file; the length of the file may be unknown (0)."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal needs it
    from rich.progress import BarColumn, Progress, ProgressColumn, TaskProgressColumn, TimeRemainingColumn  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    began = time.monotonic()

    class Rows(ProgressColumn):
        """Counts rows, and reads the state that the bar shows: rich asks ten times a second."""

        max_refresh = None

        def render(self, task: Any) -> Text:
            task.completed = bytes_read()
            rate = tally.done / max(time.monotonic() - began, 0.001)
            failed = (f", {tally.failed:,} failed", "red") if tally.failed else ("", "")
            return Text.assemble(f"{tally.rows:,} rows", failed, f", {rate:,.0f} a second")

    columns = (Rows(), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        progress.add_task("", total=total_bytes or None)
        yield


def summary(tally: Tally, output: str, *, report: Path | None, dry_run: bool, seconds: float) -> None:
    """Say what became of the rows: to a person in words, to a program as JSON."""
    shown = str(report) if tally.failed and report is not None else None
    if not is_table(output):
        members = {"done": tally.done, "skipped": tally.skipped, "failed": tally.failed}
        told: dict[str, Any] = {
            **members,
            "stopped": tally.stopped or None,
            "report": shown,
            "seconds": round(seconds, 1),
        }
        write_json(told)
        return
    from rich.console import Console  # noqa: PLC0415 - as above

    parts = [f"[green]{tally.done:,} {'would be sent' if dry_run else 'done'}[/]"]
    if tally.skipped:
        parts.append(f"{tally.skipped:,} done before")
    if tally.failed:
        parts.append(f"[red]{tally.failed:,} failed[/]")
    line = f"{', '.join(parts)} in {seconds:,.1f} s"
    Console(highlight=False, soft_wrap=True).print(line)
    if shown:
        sys.stdout.write(visible(f"failed rows and reasons: {shown}") + "\n")
