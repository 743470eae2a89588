"""The command line: serve, or manage keys and data."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

_MANAGING = ("keys", "seed", "reset")
_DATABASE = "MOMENT_SANDBOX_DATABASE"
_DATABASE_HELP = (
    f"sqlite:// (memory, the default), sqlite:///FILE, or postgresql://USER:PASSWORD@HOST/NAME (or ${_DATABASE})"
)
_REQUEST_SECONDS_HELP = "how long a request may take to come in, from its first byte to its last (default: %(default)g)"


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit: 0 done, 1 nothing to do it to, 2 not usable so; with COMMAND, its status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    manages = bool(given) and given[0] in _MANAGING
    options = _manage_parser().parse_args(given) if manages else _parse_serve(given)
    sys.exit(_run(options))


def _run(options: argparse.Namespace) -> int:
    from contract import ContractError  # noqa: PLC0415 - `--help` needs none of these
    from sandbox import commands  # noqa: PLC0415
    from sandbox.database import DatabaseError  # noqa: PLC0415
    from sandbox.seeding import SeedError  # noqa: PLC0415

    try:
        status: int = getattr(commands, options.run)(options)
    except (ContractError, DatabaseError, SeedError, commands.CommandError) as error:
        print(f"moment-sandbox: {error}", file=sys.stderr)
        return 2
    return status


def _parse_serve(arguments: list[str]) -> argparse.Namespace:
    at = arguments.index("--") if "--" in arguments else len(arguments)
    own, command = arguments[:at], arguments[at + 1 :]
    parser = argparse.ArgumentParser(
        "moment-sandbox",
        usage="%(prog)s [OPTIONS] [-- COMMAND ...]\n       %(prog)s keys create|list|revoke ...\n"
        "       %(prog)s seed FILE\n       %(prog)s reset",
        description="Serve the contract from a database of your own.",
        epilog="With COMMAND, serve while it runs, with MOMENT_BASE_URL, MOMENT_API_KEY, MOMENT_OTHER_API_KEY and "
        "MOMENT_PUBLIC_API_KEY in its environment, and exit with its status.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=4010, help="port, 0 for a free one (default: %(default)s)")
    _add_database(parser)
    _add_contract(parser)
    parser.add_argument("--workers", type=int, default=1, metavar="N", help="processes to serve with (default: 1)")
    parser.add_argument("--seed", type=Path, metavar="FILE", help="first add what a JSON file holds")
    parser.add_argument("--request-seconds", type=float, default=20.0, metavar="N", help=_REQUEST_SECONDS_HELP)
    parser.add_argument("--quiet", action="store_true", help="print the URL, but no keys and no access log")
    options, rest = parser.parse_known_args(own, argparse.Namespace(command=command, run="serve"))
    if rest and rest[0] in _MANAGING:
        parser.error(f"put options behind the command: {parser.prog} {' '.join(rest)} --database URL")
    if rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    if own != arguments and not command:
        parser.error("no command stands behind --")
    return options


def _manage_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("moment-sandbox", description="Manage a sandbox's database.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    keys = commands.add_parser("keys", help="create, list and revoke API keys").add_subparsers(
        required=True, metavar="ACTION"
    )
    create = keys.add_parser("create", help="make a key and print it, once")
    create.add_argument("merchant", metavar="MERCHANT", help="whose key it is; a new name makes a new merchant")
    create.add_argument("--public", action="store_true", help="a public key instead of a secret one")
    create.add_argument("--live", action="store_true", help="a key for live mode instead of test mode")
    revoke = keys.add_parser("revoke", help="make a key useless from now on")
    revoke.add_argument("key", metavar="KEY", help="the key, or its id as `keys list` shows it")
    seed = commands.add_parser("seed", help="add the merchants, keys and customers that a JSON file holds")
    seed.add_argument("file", type=Path, metavar="FILE")
    _add_contract(seed)
    listing = keys.add_parser("list", help="show every key's id, merchant and hint")
    reset = commands.add_parser(
        "reset", help="delete customers, kept answers and logged requests; merchants and keys stay"
    )
    named = {"create_key": create, "list_keys": listing, "revoke_key": revoke, "seed": seed, "reset": reset}
    for run, each in named.items():
        _add_database(each)
        each.set_defaults(run=run)
    return parser


def _add_database(parser: argparse.ArgumentParser) -> None:
    default = os.environ.get(_DATABASE, "sqlite://")
    parser.add_argument("--database", default=default, metavar="URL", help=_DATABASE_HELP)


def _add_contract(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--contract", type=Path, metavar="FILE", help="another contract than this project's")
