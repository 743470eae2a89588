"""The client's own distribution holds tests of its own, rendered from the contract's examples; they pass."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def test_the_distributions_own_tests_pass(root: Path) -> None:
    """Each documented example goes over the wire as documented, sync and async."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-c",
        "/dev/null",
        "--rootdir=.",
        "tests",
    ]
    result = subprocess.run(command, cwd=root / "generated", capture_output=True, text=True, check=False, timeout=300)
    assert result.returncode == 0, result.stdout
    assert "5 passed" in result.stdout
