"""`moment-diff`: compare two contracts and say whom the change concerns.

Exit status: 0 the new contract is compatible with the old one, 1 it breaks it, 2 they could not be compared.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from typing import TYPE_CHECKING

from contract.diff.compare import compare
from contract.diff.inputs import load_comparable
from contract.diff.model import Level
from contract.diff.render import to_json, to_markdown
from contract.diff.terminal import to_text
from contract.errors import exit_status
from contract.loading import default_path
from contract.release.store import CONTRACT, last_release

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    options = _parser().parse_args(arguments)
    return exit_status(lambda: _compare(options), "The contracts were not compared.")


def _compare(options: argparse.Namespace) -> int:
    old, new = load_comparable(options.old or _last_released()), load_comparable(options.new)
    report = compare(old, new)
    if options.format == "text":
        text = to_text(report, old, new)
    else:
        text = {"json": to_json, "markdown": to_markdown}[options.format](report)
    status = 1 if report.level is Level.BREAKING else 0
    return status if _written(text) else 2


def _written(text: str) -> bool:
    """Write a report; whether that was possible. A reader that has seen enough, such as `head`, is no failure."""
    if sys.stdout is None:  # as Python has it when a command starts with its output closed
        print("The report could not be written: the output is closed.", file=sys.stderr)
        return False
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        print(text, flush=True)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python would complain once more at its end
        if not isinstance(error, BrokenPipeError):
            print(f"The report could not be written: {error.strerror}.", file=sys.stderr)
            return False
    return True


def _last_released() -> Path:
    """The contract of the last release; before the first, the contract as it is."""
    release = last_release()
    return release.folder / CONTRACT if release else default_path()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="moment-diff",
        description="Say what changed between two contracts: for whom, how much it matters, and what to do.",
        epilog="Exit status: 0 compatible, 1 breaking, 2 could not compare. "
        "With another state of a repository: git show main:openapi.yaml | moment-diff /dev/stdin openapi.yaml",
    )
    old = "the contract as it was: an OpenAPI 3.1 document (default: the last release of this project's)"
    parser.add_argument("old", metavar="OLD", nargs="?", help=old)
    new = "the contract as it is now (default: this project's)"
    parser.add_argument("new", metavar="NEW", nargs="?", default=default_path(), help=new)
    parser.add_argument("--format", choices=("text", "markdown", "json"), default="text", help="default: text")
    return parser


if __name__ == "__main__":
    sys.exit(main())
