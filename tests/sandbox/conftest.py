"""Real sandboxes for the tests: processes of their own, on free ports, with keys made for them."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

import contract as contracts
from benchmarks.sandbox_postgresql import cluster, empty_database, programs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from contract import Contract

CUSTOMERS = "/billing/customers"
SANDBOX = Path(sys.executable).with_name("moment-sandbox")

# The command that the sandbox runs: it tells the keys, then waits until the test closes its input.
_TELL_AND_WAIT = (
    "import json, os, sys;"
    "print(json.dumps({k: v for k, v in os.environ.items() if k.startswith('MOMENT_')}), flush=True);"
    "sys.stdin.read()"
)


@dataclass
class Sandbox:
    """A running sandbox: its process, its URL, its keys, and a client for each key."""

    process: subprocess.Popen[str]
    url: str
    key: str
    other_key: str
    public_key: str
    client: httpx.Client
    other: httpx.Client

    def create(self, key: str | None = None, **fields: Any) -> httpx.Response:
        """Create a customer, under a fresh reference unless the fields name one."""
        body = {"external_reference": fresh(), **fields}
        return self.client.post(CUSTOMERS, json=body, headers={"Idempotency-Key": key or fresh()})


def fresh() -> str:
    """A text that serves as a reference or as an Idempotency-Key and was never used."""
    return str(uuid.uuid4())


@contextlib.contextmanager
def running(*options: str) -> Iterator[Sandbox]:
    """A sandbox with options of its own."""
    command = [str(SANDBOX), "--port", "0", "--quiet", *options, "--", sys.executable, "-c", _TELL_AND_WAIT]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        told = json.loads(process.stdout.readline())
        url, key, other_key = told["MOMENT_BASE_URL"], told["MOMENT_API_KEY"], told["MOMENT_OTHER_API_KEY"]
        with _client(url, key) as client, _client(url, other_key) as other:
            yield Sandbox(process, url, key, other_key, told["MOMENT_PUBLIC_API_KEY"], client, other)
        assert process.stdin
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        process.wait(20)


def _client(url: str, key: str) -> httpx.Client:
    return httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=30, verify=False)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Callable[[], str]]:
    """Make empty databases on a PostgreSQL server of the tests' own; gives the URL of each."""
    if programs() is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    with cluster("fsync=off") as server:  # the tests kill sandboxes, not the database server
        yield lambda: empty_database(server)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    """Each kind of database in turn."""
    return str(request.param)


@pytest.fixture(scope="session")
def database(kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], str]:
    """Make the URL of an empty database."""
    if kind == "postgresql":
        made: Callable[[], str] = request.getfixturevalue("postgresql")
        return made
    return lambda: f"sqlite:///{tmp_path_factory.mktemp('sandbox')}/sandbox.db"


@pytest.fixture(scope="session")
def sandbox(database: Callable[[], str]) -> Iterator[Sandbox]:
    """A sandbox that tests share: they use fresh references and keys."""
    with running("--database", database()) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def start() -> Callable[..., contextlib.AbstractContextManager[Sandbox]]:
    """Start a sandbox with options of its own."""
    return running


@pytest.fixture(scope="session")
def contract() -> Contract:
    """This project's contract."""
    return contracts.load()
