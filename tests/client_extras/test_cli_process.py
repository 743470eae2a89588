"""The command line as a process of its own: terminals, pipes, and what is not installed."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from moment_billing import Moment
    from tests.client.conftest import Sandbox


def environment(sandbox: Sandbox, root: Path) -> dict[str, str]:
    return {**os.environ, **sandbox.environment(), "PYTHONPATH": str(root / "generated"), "TERM": "xterm"}


def test_a_terminal_gets_a_table_and_a_pipe_json(sandbox: Sandbox, moment: Moment, reference: str, root: Path) -> None:
    """`python -m moment_billing` against the sandbox, once with a terminal for its output and once with a pipe."""
    moment.customers.create(external_reference=reference, currency="ZAR", balance=5, metadata={"order": "7"})
    command = [sys.executable, "-m", "moment_billing", "customers", "retrieve", reference]
    ours, theirs = pty.openpty()
    subprocess.run(command, env=environment(sandbox, root), stdout=theirs, check=True)
    os.close(theirs)
    table = os.read(ours, 10_000).decode()
    os.close(ours)
    assert "metadata.order" in table
    assert not table.startswith("{")
    piped = subprocess.run(command, env=environment(sandbox, root), capture_output=True, text=True, check=True)
    assert json.loads(piped.stdout)["metadata"] == {"order": "7"}


def test_a_job_shows_a_bar_on_a_terminal(
    sandbox: Sandbox, moment: Moment, reference: str, root: Path, tmp_path: Path
) -> None:
    """How many rows are dealt with, and how fast, on standard error alone; the summary stays JSON in a pipe."""
    moment.customers.create(external_reference=reference)
    rows = tmp_path / "rows.csv"
    rows.write_text("customer,currency,balance\n" + f"{reference},ZAR,5\n" * 3 + "nobody,ZAR,5\n")
    command = [sys.executable, "-m", "moment_billing", "customers", "update", "--from", str(rows)]
    ours, theirs = pty.openpty()
    run = subprocess.run(
        command, env=environment(sandbox, root), stdout=subprocess.PIPE, stderr=theirs, text=True, check=False
    )
    os.close(theirs)
    bar = os.read(ours, 100_000).decode()
    os.close(ours)
    assert "4 rows" in bar
    assert "1 failed" in bar
    assert "a second" in bar
    told = json.loads(run.stdout)
    assert (run.returncode, told["done"], told["failed"]) == (1, 3, 1)


def test_a_closed_pipe_ends_it_quietly(sandbox: Sandbox, moment: Moment, reference: str, root: Path) -> None:
    """When nobody reads the output, there is no traceback."""
    moment.customers.create(external_reference=reference)
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "moment_billing", "customers", "retrieve", reference]
    # Buffered, as usual: what is written late must not complain either.
    env = environment(sandbox, root) | {"PYTHONUNBUFFERED": ""}
    run = subprocess.run(command, env=env, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert (run.returncode, run.stderr) == (1, "")


def test_a_closed_stream_is_none_to_complain_of(sandbox: Sandbox, moment: Moment, reference: str, root: Path) -> None:
    """With `>&-`, `2>&-` and `<&-` of a shell there is no traceback, and the exit code is what it always is."""
    moment.customers.create(external_reference=reference)
    call = f"{sys.executable} -m moment_billing customers"
    for command, code in (
        (f"{call} retrieve {reference} >&-", 0),
        (f"{call} retrieve nobody 2>&-", 1),
        (f"{call} update {reference} --json - <&-", 2),
    ):
        run = subprocess.run(
            ["sh", "-c", command], env=environment(sandbox, root), capture_output=True, text=True, check=False
        )
        assert (run.returncode, run.stdout) == (code, ""), run.stderr
        assert "Traceback" not in run.stderr


def test_without_the_extra_it_says_what_to_install(root: Path) -> None:
    """Where rich is missing, the message is the command that installs it."""
    code = (
        "import importlib.util, sys; found = importlib.util.find_spec;"
        "importlib.util.find_spec = lambda name, *rest: None if name == 'rich' else found(name, *rest);"
        "from moment_billing.cli import main; sys.exit(main(['customers', 'retrieve', 'x']))"
    )
    env = {**os.environ, "PYTHONPATH": str(root / "generated")}
    run = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert "pip install 'moment-billing[cli]'" in run.stderr
