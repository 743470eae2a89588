"""The command for each row of a file: `--from`."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from moment_billing._client import AsyncMoment
from moment_billing._errors import MomentError
from moment_billing._settings import timeouts
from moment_billing.cli._call import given, require_key
from moment_billing.cli._columns import Columns
from moment_billing.cli._job import Job
from moment_billing.cli._journal import Journal, digest_of
from moment_billing.cli._model import UsageError
from moment_billing.cli._progress import progress_bar, summary
from moment_billing.cli._report import Report
from moment_billing.cli._rows import open_rows
from moment_billing.cli._show import complain

if TYPE_CHECKING:
    from argparse import Namespace

    from moment_billing.cli._job import Tally
    from moment_billing.cli._model import Command

__all__ = ["call_many"]

_RETRIES = 5
"""A job can wait longer than a person for an API that is busy."""


def call_many(command: Command, args: Namespace) -> int:
    """Carry a command out for each row of a file, and return the exit code.

    Raises:
        UsageError: The file, its columns or the options cannot be used; nothing was sent.
    """
    path = command.path_input
    if getattr(args, path.dest) is not None:
        raise UsageError(f"give {path.shown} or --from, not both")
    if args.json is not None:
        raise UsageError("give --json or --from, not both")
    _, constants = given(command, args)
    report_path, journal_path = _beside(args)
    with open_rows(args.many, args.delimiter) as rows:
        columns = Columns(command, rows.header, _renamed(args.column))
        if not columns.sets_something and not constants:
            raise UsageError("no column sets a property", (f"columns are {columns.known}",))
        client = None if args.dry_run else _client(args)
        identity = [] if client is None else _identity(command, args, client, constants)
        size = Path(args.many).stat().st_size if args.many != "-" else 0
        began = time.monotonic()
        with closing(Report(report_path, rows.header, args.delimiter)) as report:
            journal = Journal(journal_path, identity, restart=args.restart)
            _announce(journal, journal_path)
            job = Job(command.operation, iter(rows), columns, constants, journal, report)
            try:
                with progress_bar(size, lambda: rows.bytes_read, job.tally):
                    _carry_out(job, client, args.concurrency)
            except KeyboardInterrupt:
                job.tally.stopped = "interrupted"
            finally:
                journal.close(finished=not job.tally.failed and not job.tally.stopped)
        summary(job.tally, args.output, report=report.path, dry_run=args.dry_run, seconds=time.monotonic() - began)
    return _code(job.tally, journal_path)


def _carry_out(job: Job, client: AsyncMoment | None, concurrency: int) -> None:
    async def run(client: AsyncMoment) -> None:
        engine = client._engine  # noqa: SLF001 - the same package
        async with engine.http:
            await job.run(engine, concurrency)

    if client is None:
        job.check()
    else:
        asyncio.run(run(client))


def _client(args: Namespace) -> AsyncMoment:
    """A client that keeps a connection for each row under way."""
    limits = httpx.Limits(max_connections=args.concurrency, max_keepalive_connections=args.concurrency)
    retries = _RETRIES if args.max_retries is None else args.max_retries
    require_key()
    try:
        http = httpx.AsyncClient(limits=limits, timeout=timeouts(args.timeout))
        return AsyncMoment(base_url=args.base_url, max_retries=retries, http_client=http)
    except MomentError as error:
        raise UsageError(error.message) from None


def _identity(command: Command, args: Namespace, client: AsyncMoment, constants: dict[str, Any]) -> list[str]:
    """What makes a run the same as another: the next run may then leave out what this one did."""
    settings = client._engine.settings  # noqa: SLF001 - the same package
    options = json.dumps([constants, sorted(args.column), args.delimiter], sort_keys=True)
    content = "" if args.many == "-" else digest_of(Path(args.many))
    return [content, command.operation.id, settings.base_url, settings.key.reveal(), options]


def _beside(args: Namespace) -> tuple[Path | None, Path | None]:
    """The files of failures and of progress: by default beside the rows; of a dry run, only a report that is named."""
    report = Path(args.report) if args.report else None
    progress = Path(args.progress) if args.progress else None
    if args.many == "-":
        if progress is not None:
            raise UsageError("--progress needs a file: standard input cannot be read again")
        return report or (None if args.dry_run else Path("failures.csv")), None
    rows = Path(args.many)
    report = report or rows.with_name(f"{rows.stem}.failures.csv")
    progress = progress or rows.with_name(f"{rows.name}.progress")
    if len({path.resolve() for path in (rows, report, progress)}) < 3:
        raise UsageError("--from, --report and --progress must be three files")
    return (report if args.report else None, None) if args.dry_run else (report, progress)


def _renamed(options: list[str]) -> dict[str, str]:
    """The header of a column by the property that it sets."""
    pairs = [option.partition("=") for option in options]
    wrong = tuple(f"--column: must be NAME=HEADER, not {name!r}" for name, equals, _ in pairs if not equals)
    if wrong:
        raise UsageError("the columns do not fit", wrong)
    return {name: header for name, _, header in pairs}


def _announce(journal: Journal, path: Path | None) -> None:
    if journal.done:
        complain(f"{journal.done:,} rows are done since {journal.begun}; --restart sends them again")
    elif journal.forgotten:
        complain(f"{path} is of another file, key, place or options, so every row is sent")


def _code(tally: Tally, journal: Path | None) -> int:
    if tally.stopped:
        hint = () if journal is None else ("the same command goes on from here",)
        complain(tally.stopped, hint)
        return 130 if tally.stopped == "interrupted" else 1
    return 1 if tally.failed else 0
