"""The command's verdict on whole servers: one that conforms, and those that cannot be judged."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from conformance import cli

BIN = Path(sys.executable).parent


def test_the_sandbox_conforms() -> None:
    """The sandbox is accused of nothing."""
    run = _run(str(BIN / "moment-sandbox"), "--port", "0", "--", str(BIN / "moment-conformance"), "--seed", "1")
    assert run.returncode == 0, run.stdout
    assert re.search(r"✓ http://127\.0\.0\.1:\d+ conforms to [1-9]\d* claims", run.stdout)


def test_nobody_there() -> None:
    """A server that cannot be reached is not judged: exit 2, the reason, no traceback."""
    run = _run(str(BIN / "moment-conformance"), "http://127.0.0.1:9", "--api-key", "sk_test_example")
    assert run.returncode == 2
    assert "cannot connect" in run.stdout
    assert "is the server running" in run.stdout
    assert "Traceback" not in run.stdout + run.stderr


def test_key_refused() -> None:
    """A server that refuses the key is not judged, and the message names the option."""
    command = [str(BIN / "moment-conformance"), "--api-key", "sk_test_example"]
    run = _run(str(BIN / "moment-sandbox"), "--port", "0", "--", *command)
    assert run.returncode == 2
    assert "--api-key" in run.stdout


def test_other_key_refused() -> None:
    """A server that refuses the other merchant's key is not judged by it, and the message names the option."""
    command = [str(BIN / "moment-conformance"), "--other-api-key", "sk_test_example"]
    run = _run(str(BIN / "moment-sandbox"), "--port", "0", "--", *command)
    assert run.returncode == 2
    assert "--other-api-key" in run.stdout


def test_own_failure(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Where the suite itself fails, the status is not that of a server that breaks claims."""
    monkeypatch.setattr(cli, "Subject", lambda _: 1 / 0)
    assert cli.main(["http://127.0.0.1:9", "--api-key", "sk_test_example"]) == 2
    assert "says nothing of the server" in capsys.readouterr().err


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=150, check=False, env={"COLUMNS": "200"})
