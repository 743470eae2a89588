"""The command `moment-conformance`: judge a server, print the verdict, exit 0, 1 or 2."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.console import Console

from conformance import options as command_line
from conformance.settings import UsageError
from conformance.subject import Subject
from conformance.verdict import Exit
from contract import ContractError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        if given[:1] == ["merge"]:
            return _merge(command_line.merge_parser().parse_args(given[1:]))
        return _judge(command_line.parser().parse_args(given))
    except (UsageError, ContractError) as error:
        errors.print(f"moment-conformance: {error}", markup=False)
    except OSError as error:
        errors.print(f"moment-conformance: {error.filename or ''}: {error.strerror or error}", markup=False)
    except KeyboardInterrupt:
        errors.print("moment-conformance: interrupted")
    except Exception:
        errors.print_exception()
        errors.print("moment-conformance: the suite itself failed, which says nothing of the server")
    return Exit.NOT_JUDGED


def _judge(options: argparse.Namespace) -> int:
    from conformance.checks import all_checks  # noqa: PLC0415 - `--help` needs none of this
    from conformance.live import live_view  # noqa: PLC0415
    from conformance.report import document, write, write_exchanges  # noqa: PLC0415
    from conformance.runner import judge  # noqa: PLC0415
    from conformance.summary import print_claims, print_verdict  # noqa: PLC0415

    console = Console(highlight=False)
    subject = Subject(options.spec)
    if options.list:
        print_claims(console, subject, all_checks(subject))
        return Exit.CONFORMS
    settings = command_line.settings(options)
    unknown = sorted(set(settings.claims) - set(subject.claims))
    if unknown:
        raise UsageError(f"the ledger has no claim {unknown[0]!r}; --list shows them all")
    if settings.report is not None:
        settings.report.mkdir(parents=True, exist_ok=True)  # a folder that cannot be written is told of before the run
    with live_view(console, subject, settings) as progress:
        verdict = judge(settings, subject, progress)
    print_verdict(console, verdict)
    if settings.report is not None:
        write(document(verdict), settings.report)
        write_exchanges(verdict, settings.report)
        console.print(f"  report: {settings.report / 'report.html'}", soft_wrap=True)
    return verdict.exit_status


def _merge(options: argparse.Namespace) -> int:
    from conformance.report import write  # noqa: PLC0415
    from conformance.report.merge import MergeError, merge, read  # noqa: PLC0415

    try:
        merged = merge([read(path) for path in options.reports])
    except MergeError as error:
        raise UsageError(str(error)) from None
    write(merged, options.report)
    Console(highlight=False).print(f"{merged.url} {merged.sentence}", soft_wrap=True)
    return merged.exit_status


if __name__ == "__main__":
    sys.exit(main())
