"""Wheels and source distributions, built from a project's folder without a network, the same bytes each time."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["EPOCH", "PackagingError", "distributions"]

EPOCH = "1577836800"
"""The time that archives carry, 2020-01-01 (https://reproducible-builds.org/specs/source-date-epoch/)."""


class PackagingError(Exception):
    """A project could not be packed; the message is the build's own."""


@cache
def distributions(project: Path, *kinds: str) -> Mapping[str, bytes]:
    """The distributions of a project, by file name: of the kinds `wheel` and `sdist`, as asked.

    A process packs a project once.

    Raises:
        PackagingError: The build failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "hatchling", "build", *(f"-t{kind}" for kind in kinds), "-d", folder]
        environment = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH, "PYTHONHASHSEED": "0"}
        done = subprocess.run(  # noqa: S603 - our own interpreter, no user's input
            command, cwd=project, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            message = f"what is in {project} could not be packed:\n{done.stderr or done.stdout}"
            raise PackagingError(message)
        return MappingProxyType({path.name: path.read_bytes() for path in sorted(Path(folder).iterdir())})
