"""The sandbox conforms, on each database and with several processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAMS = Path(sys.executable).parent


def test_the_sandbox_conforms(database, kind):
    """Every claim that can be judged is, and holds, under any seed; on PostgreSQL with four processes."""
    workers, seed = ("4", "2") if kind == "postgresql" else ("1", "3")
    serving = ("--port", "0", "--quiet", "--workers", workers)
    storing = ("--database", database(), "--seed", "sandbox/example.json")
    suite = (PROGRAMS / "moment-conformance", "--seed", seed, "--max-time", "200", "--customer", "with-payment-rules")
    command = (PROGRAMS / "moment-sandbox", *serving, *storing, "--", *suite)
    result = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "not exercised" not in result.stdout
