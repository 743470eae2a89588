"""The command `moment-generate`: render what is derived from the contract.

Exit codes: 0 done, 1 `--check` found a difference, 2 the contract or the command line cannot be used.
"""

from __future__ import annotations

import argparse
import gc
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from contract import ContractError, load

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from generator.client import Outcome

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    arguments = _parser().parse_args(argv)
    try:
        with _no_collection():
            return int(arguments.run(arguments))
    except ContractError as error:
        print(error, file=sys.stderr)
        print(
            f"Nothing was rendered: {_count(len(error.findings), 'thing')} to correct in the contract.", file=sys.stderr
        )
    except OSError as error:
        print(f"moment-generate: {error.filename or 'the output'}: {error.strerror}", file=sys.stderr)
    return 2


@contextmanager
def _no_collection() -> Iterator[None]:
    """A run makes many objects and drops few: looking for garbage among them would take a third of its time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("moment-generate", description="Render what is derived from the contract.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    client = commands.add_parser("client", help="render the Python client", description="Render the Python client.")
    client.add_argument("--contract", metavar="FILE", help="the contract (default: this project's openapi.yaml)")
    client.add_argument(
        "--out", type=Path, default=Path("generated"), metavar="DIR", help="where to (default: generated)"
    )
    client.add_argument(
        "--check", action="store_true", help="change nothing; show how DIR differs, and fail if it does"
    )
    client.set_defaults(run=_client)
    return parser


def _client(arguments: argparse.Namespace) -> int:
    from generator import client  # noqa: PLC0415 - so that --help does not wait for it

    contract = load(arguments.contract)
    if arguments.check:
        return _check(client.difference(contract, arguments.out), arguments.out, contract.source)
    print(_told(client.generate(contract, arguments.out), arguments.out, contract.source))
    return 0


def _check(difference: str, out: Path, source: str) -> int:
    if not difference:
        print(f"{out}/ is what {source} yields.")
        return 0
    sys.stdout.write(difference)
    print(f"{out}/ is not what {source} yields. Run `moment-generate client` to render it again.", file=sys.stderr)
    return 1


def _told(outcome: Outcome, out: Path, source: str) -> str:
    if not outcome.anything:
        return f"{out}/ is up to date with {source}: nothing changed in {_count(outcome.total, 'file')}."
    parts = [("added", outcome.added), ("changed", outcome.changed), ("removed", outcome.removed)]
    counts = ", ".join(f"{len(names)} {word}" for word, names in parts if names)
    return f"{out}/ was rendered from {source}: {_count(outcome.total, 'file')}, {counts}."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


if __name__ == "__main__":
    sys.exit(main())
