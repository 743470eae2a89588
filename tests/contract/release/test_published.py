"""The project's own releases are what was published, and never change."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from contract.release import releases


def test_every_release_keeps_its_hashes(root: Path) -> None:
    """Each frozen file has the hash that was recorded with it, and none was added or removed."""
    assert [fault for release in releases(root / "releases") for fault in release.faults()] == []


def test_every_release_names_its_own_version(root: Path) -> None:
    """The contract in a folder is of that version, and the changelog tells of it."""
    changelog = root / "CHANGELOG.md"
    for release in releases(root / "releases"):
        assert release.contract.version == str(release.version)
        assert f"\n## {release.version} - " in changelog.read_text("utf-8")


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed, so there is no history to read")
def test_no_released_file_was_ever_rewritten(root: Path) -> None:
    """Every file of a release was committed once: its first content is its content."""
    if not (root / ".git").exists():
        pytest.skip("this is no checkout, so there is no history to read")
    for release in releases(root / "releases"):
        for path in sorted(release.folder.rglob("*")):
            if path.is_file():
                log = ["git", "log", "--format=%H", "--", str(path.relative_to(root))]
                commits = subprocess.run(log, cwd=root, check=True, capture_output=True, text=True).stdout.split()
                assert len(commits) <= 1, f"{path.relative_to(root)} was changed after its release"
