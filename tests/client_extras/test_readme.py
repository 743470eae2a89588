"""What the package's README shows of these parts is run as it stands there."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from moment_billing import webhooks
from moment_billing.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    from moment_billing.testing import MomentServer


@pytest.fixture
def blocks(root: Path) -> dict[str, list[str]]:
    """The blocks of code of these sections, by their language."""
    text = (root / "generated" / "README.md").read_text(encoding="utf-8")
    sections = text[text.index("## On the command line") :]
    found: dict[str, list[str]] = {}
    for language, code in re.findall(r"```(\w+)\n(.*?)```", sections, re.DOTALL):
        found.setdefault(language, []).append(code)
    return found


def test_the_commands_run(
    blocks: dict[str, list[str]], moment_server: MomentServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One after another, with the file of rows beside them; the file does what it says."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.csv").write_text(blocks["csv"][0])
    commands = [line for block in blocks["sh"] for line in block.splitlines() if line.startswith("moment ")]
    assert len(commands) == 4
    for command in commands:
        assert main(shlex.split(command)[1:]) == 0, command
    sent = moment_server.requests[-1]
    assert (sent.operation, sent.json) == ("updateCustomer", {"currency": "ZAR", "balance": 5000})


def test_the_partners_test_passes(blocks: dict[str, list[str]], tmp_path: Path, root: Path) -> None:
    """The example is a test that pytest runs, with the fixture of the package."""
    (example,) = [block for block in blocks["python"] if "def test_" in block]
    (tmp_path / "test_example.py").write_text(example)
    options = ["-q", "-c", os.devnull, "-p", "no:cacheprovider", "-p", "moment_billing._pytest_plugin"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "test_example.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root / "generated")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 passed" in run.stdout, run.stdout + run.stderr


def test_the_webhook_is_received(blocks: dict[str, list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    """The handler takes what `sign_webhook` signs, and refuses it under another secret."""
    code = [block for block in blocks["python"] if "webhook" in block]
    names: dict[str, object] = {}
    exec("\n".join(code), names)
    assert capsys.readouterr().out == "example.happened\n200\n"
    receive, body, headers = names["receive"], names["body"], names["headers"]
    assert callable(receive)
    assert receive(body, headers, "another") == 400
    with pytest.raises(webhooks.WebhookSignatureError):
        webhooks.verify(b"{}", headers, "my secret")  # type: ignore[arg-type]


def test_the_other_examples_run(blocks: dict[str, list[str]], root: Path) -> None:
    """The server in memory without pytest, and the set-up of traces."""
    code = "\n".join(block for block in blocks["python"] if "def " not in block and "sign_webhook" not in block)
    assert "MomentServer" in code
    assert "TracerProvider" in code
    code += "\nmoment.customers.create(external_reference='x')\nassert 'traceparent' in server.requests[0].headers"
    env = {**os.environ, "PYTHONPATH": str(root / "generated")}
    run = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
