"""What must hold before a change is published: a version high enough, and a client that its users can go on with."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from contract.diff.compare import compare
from contract.diff.inputs import load_comparable
from contract.diff.render import grouped, summary
from contract.errors import Finding
from contract.release.versions import Version, needed

if TYPE_CHECKING:
    from pathlib import Path

    from contract.diff.model import Report
    from contract.loading import Contract
    from contract.release.store import Release

__all__ = ["asked_for", "type_faults", "version_faults"]

_SHOWN = 5


def asked_for(contract: Contract, last: Release) -> tuple[Version, Report]:
    """The least version that the changes since a release allow, and those changes.

    Raises:
        ContractError: One of the two contracts cannot be compared.
    """
    report = compare(load_comparable(last.folder / "openapi.yaml"), contract)
    return needed(last.version, report), report


def version_faults(version: Version, contract: Contract, last: Release) -> list[Finding]:
    """Why the contract's version is too low for what changed since a release; nothing when it is not."""
    least, report = asked_for(contract, last)
    if version >= least:
        return []
    reasons = [f"{group.first.rule} at {group.first.pointer}" for group in grouped(report.changes)]
    listed = "; ".join(reasons[:_SHOWN]) + ("; …" if len(reasons) > _SHOWN else "")
    why = f" ({summary(report)}: {listed})" if reasons else ""
    message = f"info.version is {version}, but the changes since {last.version} ask for {least}{why}; raise it"
    return [contract.finding("/info/version", "version-needed", message)]


def type_faults(last: Release, client: Path) -> list[Finding]:
    """What users of the last release's client wrote and can no longer write against this one, as mypy sees it.

    Args:
        last: The release.
        client: The folder that holds the client's package.
    """
    if not last.usage:
        return []
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--config-file", os.devnull]
    done = subprocess.run(  # noqa: S603 - our own interpreter and files
        [*command, *map(str, last.usage)],
        env={**os.environ, "MYPYPATH": str(client)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return []
    lines = (done.stdout or done.stderr).strip().splitlines()
    return [_finding(line, last) for line in lines if ": note:" not in line]


def _finding(line: str, last: Release) -> Finding:
    """A line of mypy's, `file:12: error: text`, as a finding."""
    source, _, rest = line.partition(":")
    number, _, message = rest.partition(": error: ")
    text = f"users of the client of {last.version} can no longer write this: {message or rest.strip()}"
    return Finding(source, int(number) if number.isdigit() else 0, "", "client-compatible", text)
