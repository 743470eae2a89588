"""A real sandbox for the tests of the command: a process of its own, on a free port."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conformance.settings import Settings
from conformance.subject import Subject

if TYPE_CHECKING:
    from collections.abc import Iterator

BIN = Path(sys.executable).parent

# The command that the sandbox runs: it tells where the sandbox is, then waits until the test closes its input.
_TELL_AND_WAIT = (
    "import json, os, sys;"
    "print(json.dumps({k: v for k, v in os.environ.items() if k.startswith('MOMENT_')}), flush=True);"
    "sys.stdin.read()"
)


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox and its keys."""

    url: str
    key: str
    other_key: str
    public_key: str

    def settings(self, **changes: object) -> Settings:
        """Settings with all its keys, a fixed seed and no generated requests."""
        usual: dict[str, object] = {
            "seed": 1,
            "generated": False,
            "other_api_key": self.other_key,
            "public_api_key": self.public_key,
        }
        return Settings(self.url, self.key, **{**usual, **changes})  # type: ignore[arg-type]

    def options(self) -> list[str]:
        """The command's options for it, with a fixed seed and no generated requests."""
        keys = ["--api-key", self.key, "--other-api-key", self.other_key, "--public-api-key", self.public_key]
        return [self.url, *keys, "--seed", "1", "--no-generated"]


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox in memory, shared: each run draws references of its own."""
    command = [str(BIN / "moment-sandbox"), "--port", "0", "--quiet", "--", sys.executable, "-c", _TELL_AND_WAIT]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdin
        told = json.loads(process.stdout.readline())
        yield Sandbox(told["MOMENT_BASE_URL"], *(told[f"MOMENT_{kind}API_KEY"] for kind in ("", "OTHER_", "PUBLIC_")))
        process.stdin.close()
        process.wait(20)


@pytest.fixture(scope="session")
def subject() -> Subject:
    """The contract and the ledger."""
    return Subject()
