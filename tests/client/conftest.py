"""A real sandbox for the client's tests: a process of its own, on a free port, with keys made for it."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from moment_billing import Moment

if TYPE_CHECKING:
    from collections.abc import Iterator

SANDBOX = Path(sys.executable).with_name("moment-sandbox")

# The command that the sandbox runs: it tells the keys, then waits until the test closes its input.
_TELL_AND_WAIT = "import json, os, sys; print(json.dumps(dict(os.environ)), flush=True); sys.stdin.read()"


@dataclass(frozen=True)
class Sandbox:
    """Where the sandbox is, and its keys."""

    base_url: str
    api_key: str
    other_api_key: str
    public_api_key: str

    def environment(self) -> dict[str, str]:
        """The variables that the client reads."""
        return {"MOMENT_BASE_URL": self.base_url, "MOMENT_API_KEY": self.api_key}


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """One sandbox for all tests of a process; they never share a customer."""
    with running() as one:
        yield one


@pytest.fixture
def fresh_sandbox() -> Iterator[Sandbox]:
    """A sandbox of the test's own, without any customer."""
    with running() as one:
        yield one


@contextmanager
def running() -> Iterator[Sandbox]:
    """A sandbox that ends with the block."""
    command = [str(SANDBOX), "--port", "0", "--quiet", "--", sys.executable, "-c", _TELL_AND_WAIT]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        yield Sandbox(
            base_url=told["MOMENT_BASE_URL"],
            api_key=told["MOMENT_API_KEY"],
            other_api_key=told["MOMENT_OTHER_API_KEY"],
            public_api_key=told["MOMENT_PUBLIC_API_KEY"],
        )
        assert process.stdin is not None
        process.stdin.close()
        process.wait(timeout=10)


@pytest.fixture
def moment(sandbox: Sandbox) -> Iterator[Moment]:
    """A client of the sandbox."""
    with Moment(sandbox.api_key, base_url=sandbox.base_url) as client:
        yield client


@pytest.fixture
def reference() -> str:
    """An external reference that no other test uses."""
    return f"ref-{uuid.uuid4()}"
