"""The client's wheel and source distribution, built from its folder without a network, the same bytes each time."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

__all__ = ["EPOCH", "PackagingError", "distributions"]

EPOCH = "1577836800"
"""The time that archives carry, 2020-01-01 (https://reproducible-builds.org/specs/source-date-epoch/)."""


class PackagingError(Exception):
    """The client could not be packed; the message is the build's own."""


def distributions(project: Path) -> dict[str, bytes]:
    """The wheel and the source distribution of a project, by file name.

    Raises:
        PackagingError: The build failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-t", "wheel", "-d", folder]
        environment = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH, "PYTHONHASHSEED": "0"}
        done = subprocess.run(  # noqa: S603 - our own interpreter, no user's input
            command, cwd=project, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            message = f"the client in {project} could not be packed:\n{done.stderr or done.stdout}"
            raise PackagingError(message)
        return {path.name: path.read_bytes() for path in sorted(Path(folder).iterdir())}
