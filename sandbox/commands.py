"""What the commands do."""

from __future__ import annotations

import errno
import sys
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from contract import ContractError, load
from sandbox.database import Database, DatabaseError, reason
from sandbox.merchants import check_merchant, first_keys
from sandbox.merchants import create_key as make_key
from sandbox.merchants import list_keys as all_keys
from sandbox.merchants import revoke_key as revoke
from sandbox.migrations import migrate

if TYPE_CHECKING:
    import argparse
    import socket
    from collections.abc import Iterator
    from pathlib import Path

    from contract import Contract
    from sandbox.keys import Kind, Mode

__all__ = ["CommandError", "create_key", "list_keys", "reset", "revoke_key", "seed", "serve"]

_KEY_VARIABLES = ("MOMENT_API_KEY", "MOMENT_OTHER_API_KEY", "MOMENT_PUBLIC_API_KEY")


class CommandError(Exception):
    """The command cannot be done as given; the message says why and what to do."""


def serve(options: argparse.Namespace) -> int:
    """Serve until a signal comes, or as long as the command runs."""
    contract = _contract(options.contract)
    if options.workers < 1:
        raise CommandError("--workers takes a number from 1")
    if not 0 < options.request_seconds < float("inf"):
        raise CommandError("--request-seconds takes a number above 0")
    listener = _listen(options.host, options.port)
    with _open(options.database) as database:
        if options.workers > 1 and database.in_memory:
            raise CommandError("several workers cannot share a database in memory; add --database sqlite:///FILE")
        if options.seed:
            _sow(contract, database, options.seed)
        keys = database.write(lambda connection: first_keys(connection, renew=bool(options.command)))
        if options.workers == 1:
            return _serve_here(options, contract, database, listener, keys)
    return _serve_with_workers(options, contract, listener, keys)


def _serve_here(
    options: argparse.Namespace, contract: Contract, database: Database, listener: socket.socket, keys: list[str]
) -> int:
    from sandbox.app import Application  # noqa: PLC0415 - the other commands need none of this
    from sandbox.serving import serve  # noqa: PLC0415

    application = Application(contract, database, access_log=not options.quiet)
    try:
        return serve(
            application,
            listener,
            options.request_seconds,
            command=options.command,
            environment=_environment(listener, keys),
            ready=lambda: _tell(options, contract, listener, keys, database),
        )
    except OSError as error:
        raise CommandError(f"cannot run {options.command[0]}: {error.strerror}") from None


def _serve_with_workers(
    options: argparse.Namespace, contract: Contract, listener: socket.socket, keys: list[str]
) -> int:
    from sandbox.app import Application  # noqa: PLC0415
    from sandbox.serving import serve  # noqa: PLC0415
    from sandbox.workers import supervise  # noqa: PLC0415

    database = Database(options.database)
    application = Application(contract, database, access_log=not options.quiet)

    def work(parent_ended: int) -> int:
        with closing(database):
            return serve(application, listener, options.request_seconds, until=parent_ended)

    _tell(options, contract, listener, keys, database)
    environment = _environment(listener, keys)
    try:
        return supervise(options.workers, listener, work, options.command, environment)
    except OSError as error:
        raise CommandError(f"cannot run {options.command[0]}: {error.strerror}") from None


def create_key(options: argparse.Namespace) -> int:
    """Make a key and print it, alone on its line."""
    kind: Kind = "public" if options.public else "secret"
    mode: Mode = "live" if options.live else "test"
    try:
        check_merchant(options.merchant)
    except ValueError as error:
        raise CommandError(str(error)) from None
    with _open(options.database, keep=True) as database:
        print(database.write(lambda connection: make_key(connection, options.merchant, kind, mode)))
    return 0


def list_keys(options: argparse.Namespace) -> int:
    """Show every key."""
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    table = Table("id", "merchant", "kind", "mode", "key", "created", "revoked", box=None, header_style="bold")
    with _open(options.database, keep=True, known=True) as database:
        for row in database.read(all_keys):
            dates = (_date(row.created_at), _date(row.revoked_at))
            table.add_row(row.id, row.merchant, row.kind, row.mode, row.hint, *dates)
    Console(width=None if sys.stdout.isatty() else 1000, markup=False, emoji=False).print(table)
    return 0


def revoke_key(options: argparse.Namespace) -> int:
    """Make a key useless."""
    with _open(options.database, keep=True, known=True) as database:
        try:
            newly = database.write(lambda connection: revoke(connection, options.key))
        except LookupError:
            print("moment-sandbox: there is no such key; `moment-sandbox keys list` shows them", file=sys.stderr)
            return 1
    if not newly:
        print("moment-sandbox: this key was revoked before", file=sys.stderr)
    return 0


def seed(options: argparse.Namespace) -> int:
    """Add what a file holds."""
    with _open(options.database, keep=True) as database:
        print(f"{_sow(_contract(options.contract), database, options.file)} customers added")
    return 0


def reset(options: argparse.Namespace) -> int:
    """Delete the customers."""
    from sandbox.seeding import reset as delete_all  # noqa: PLC0415

    with _open(options.database, keep=True, known=True) as database:
        print(f"{database.write(delete_all)} customers deleted")
    return 0


def _contract(path: Path | None) -> Contract:
    """A contract that can be served. Raises ContractError with everything that speaks against it."""
    from contract.lint import check  # noqa: PLC0415
    from contract.rules.registry import Stage  # noqa: PLC0415
    from sandbox.customers import Customers  # noqa: PLC0415
    from sandbox.routes import Routes  # noqa: PLC0415

    contract = load(path)
    if findings := check(contract, through=Stage.NAMES):
        raise ContractError(findings)
    Routes(contract)  # which, as customers do, refuse what they could not serve
    Customers(contract)
    return contract


@contextmanager
def _open(url: str, *, keep: bool = False, known: bool = False) -> Iterator[Database]:
    """A database, migrated; `keep` refuses one that would be gone with this process, `known` one that is not there."""
    database = Database(url)
    if keep and database.in_memory:
        raise CommandError("name the database: --database sqlite:///FILE or postgresql://...")
    if known and not database.exists():
        raise CommandError(f"there is no database {database}; --database names one that a sandbox was started with")
    try:
        migrate(database)
        yield database
    except DBAPIError as error:
        raise DatabaseError(f"the database {database} failed: {reason(error)}") from None
    finally:
        database.close()


def _sow(contract: Contract, database: Database, path: Path) -> int:
    from sandbox.customers import Customers  # noqa: PLC0415
    from sandbox.seeding import read_seed, sow  # noqa: PLC0415

    customers = Customers(contract)
    found = read_seed(path, contract, customers)
    return database.write(lambda connection: sow(connection, found, customers))


def _listen(host: str, port: int) -> socket.socket:
    from sandbox.serving import listen  # noqa: PLC0415

    try:
        return listen(host, port)
    except (OSError, OverflowError) as error:
        about_port = not isinstance(error, OSError) or error.errno in {errno.EADDRINUSE, errno.EACCES}
        cause = str(error.strerror).partition(" (")[0] if isinstance(error, OSError) else "there is no such port"
        advice = "--port 0 takes a free one" if about_port else "--host takes an address of this machine"
        raise CommandError(f"cannot listen on {host}, port {port}: {cause}; {advice}") from None


def _environment(listener: socket.socket, keys: list[str]) -> dict[str, str]:
    from sandbox.serving import base_url  # noqa: PLC0415

    return {"MOMENT_BASE_URL": base_url(listener), **dict(zip(_KEY_VARIABLES, keys, strict=False))}


def _tell(
    options: argparse.Namespace, contract: Contract, listener: socket.socket, keys: list[str], database: Database
) -> None:
    from sandbox.serving import base_url  # noqa: PLC0415
    from sandbox.welcome import greeting  # noqa: PLC0415

    url = base_url(listener)
    if not options.quiet:
        with suppress(BrokenPipeError):  # a reader that has seen enough, such as `head`
            print(greeting(contract, url, keys, database), flush=True)
    elif not options.command:
        print(f"Sandbox on {url}", flush=True)  # or nobody would know which port is the free one


def _date(seconds: int | None) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M") if seconds else ""
