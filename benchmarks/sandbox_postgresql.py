"""A PostgreSQL server of one's own, in a folder and on a free port, for as long as it is needed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["cluster", "empty_database", "free_port", "programs"]


def programs() -> Path | None:
    """Where the newest PostgreSQL of the Debian package has its programs; None when it is not installed."""
    return max((path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")), default=None)


@contextmanager
def cluster(*settings: str) -> Iterator[str]:
    """Start a server and give its URL, without a database's name; `settings` are as `fsync=off`.

    Raises:
        FileNotFoundError: PostgreSQL is not installed.
    """
    found = programs()
    if found is None:
        message = "PostgreSQL is not installed (Debian: apt-get install postgresql)"
        raise FileNotFoundError(message)
    with tempfile.TemporaryDirectory(prefix="moment-postgresql-") as folder:
        yield from _run(found, Path(folder), settings)


def _run(found: Path, folder: Path, settings: tuple[str, ...]) -> Iterator[str]:
    as_user: list[str] = []
    if os.geteuid() == 0:  # as root, PostgreSQL refuses to run
        shutil.chown(folder, "postgres", "postgres")
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    data, port = str(folder / "data"), free_port()

    def call(program: str, *arguments: str) -> None:
        command = [*as_user, str(found / program), "-D", data, *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")

    call("initdb", "-U", "moment", "--auth=trust", "--no-sync", "--encoding=UTF8")
    options = ["listen_addresses=127.0.0.1", "max_connections=200", *settings]
    started_with = " ".join([f"-p {port} -k {folder}", *(f"-c {option}" for option in options)])
    call("pg_ctl", "-w", "-t", "60", "-l", f"{data}/log", "-o", started_with, "start")
    try:
        yield f"postgresql://moment@127.0.0.1:{port}"
    finally:
        call("pg_ctl", "-w", "-m", "immediate", "stop")


def empty_database(server: str) -> str:
    """Make a new database on a server and give its URL."""
    name = f"sandbox_{uuid.uuid4().hex}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"{server}/{name}"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
