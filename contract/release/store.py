"""The published versions, each frozen in a folder under its name: `releases/1.0.0/`.

A folder holds the contract, what its client must keep accepting (`client/`), and `SHA256SUMS` over both, which
`sha256sum --check` reads.
"""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contract.errors import ContractError, Finding
from contract.loading import default_path, load
from contract.release.versions import Version

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from contract.loading import Contract

__all__ = ["Release", "default_folder", "freeze", "last_release", "refuse_published", "releases"]

CONTRACT = "openapi.yaml"
SUMS = "SHA256SUMS"


@dataclass(frozen=True, order=True)
class Release:
    """One published version.

    Attributes:
        version: Its version.
        folder: Where it is frozen.
    """

    version: Version
    folder: Path

    @property
    def contract(self) -> Contract:
        """The contract as it was published."""
        return load(self.folder / CONTRACT)

    @property
    def usage(self) -> tuple[Path, ...]:
        """What users of its client could write, as typed Python files."""
        return tuple(sorted((self.folder / "client").glob("*.py")))

    def faults(self) -> list[Finding]:
        """Everything that is no longer what was published."""
        sums = self.folder / SUMS
        try:
            lines = [line.split("  ", 1) for line in sums.read_text("utf-8").splitlines()]
            frozen = {name: digest for digest, name in lines}
        except (OSError, ValueError):
            return [self._fault(SUMS, "the hashes of this release cannot be read; restore the file")]
        present = {path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file()}
        present.discard(SUMS)
        changed = {name for name in frozen.keys() & present if self._digest(name) != frozen[name]}
        return [
            self._fault(name, message)
            for names, message in (
                (present - frozen.keys(), "this file was not part of the release; remove it"),
                (frozen.keys() - present, "this file of the release is gone; restore it"),
                (changed, "this is not what was published; restore it, and publish a new version instead"),
            )
            for name in sorted(names)
        ]

    def _digest(self, name: str) -> str:
        return _sha256((self.folder / name).read_bytes())

    def _fault(self, name: str, message: str) -> Finding:
        return Finding(str(self.folder / name), 0, "", "release-unchanged", message)


def default_folder() -> Path:
    """Where this project keeps its releases: beside its contract."""
    return default_path().with_name("releases")


def releases(folder: Path | None = None) -> tuple[Release, ...]:
    """Every published version, the oldest first.

    Raises:
        ContractError: Something in the folder is no release.
    """
    folder = default_folder() if folder is None else folder
    found = [path for path in folder.glob("*") if not path.name.startswith(".")]
    try:
        return tuple(sorted(Release(Version.parse(path.name), path) for path in found))
    except ValueError as error:
        raise ContractError([Finding(str(folder), 0, "", "release-name", str(error))]) from None


def last_release(folder: Path | None = None) -> Release | None:
    """The latest published version; None before the first."""
    return next(reversed(releases(folder)), None)


def refuse_published(folder: Path, version: Version) -> None:
    """Refuse to publish a version again.

    Raises:
        ContractError: There is such a release.
    """
    target = folder / str(version)
    if target.exists():
        message = f"{version} is published already, and a published version never changes; choose another version"
        raise ContractError([Finding(str(target), 0, "", "release-unchanged", message)])


def freeze(folder: Path, version: Version, files: Mapping[str, bytes]) -> Release:
    """Write a new release, at once or not at all.

    Raises:
        ContractError: There is such a release already; a published version never changes.
    """
    refuse_published(folder, version)
    target, fresh = folder / str(version), folder / f".{version}"
    shutil.rmtree(fresh, ignore_errors=True)
    sums = "".join(f"{_sha256(content)}  {name}\n" for name, content in sorted(files.items()))
    for name, content in {**files, SUMS: sums.encode()}.items():
        (fresh / name).parent.mkdir(parents=True, exist_ok=True)
        (fresh / name).write_bytes(content)
    fresh.rename(target)
    return Release(version, target)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
