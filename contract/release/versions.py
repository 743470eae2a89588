"""The version that a change asks for (Semantic Versioning 2.0.0)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contract.diff.model import Level

if TYPE_CHECKING:
    from contract.diff.model import Report

__all__ = ["Version", "needed"]


@dataclass(frozen=True, order=True)
class Version:
    """A version of three numbers."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> Version:
        """Read `1.2.3`. Raises ValueError for anything else; releases have no further parts."""
        found = re.fullmatch(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)", text, re.ASCII)
        if found is None:
            message = f"{text!r} is no version of a release; write three numbers, such as 1.2.3"
            raise ValueError(message)
        return cls(*map(int, found.groups()))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


def needed(released: Version, report: Report) -> Version:
    """The least version that changes since a release allow.

    A breaking change asks for the next major version (before 1.0.0, the next minor one), any other change of the API
    for the next minor one, new words for the next patch. Where nothing changed, the released version stays.
    """
    if not report.changes:
        return released
    if report.level is Level.BREAKING and released.major:
        return Version(released.major + 1, 0, 0)
    if any(not change.prose for change in report.changes):
        return Version(released.major, released.minor + 1, 0)
    return Version(released.major, released.minor, released.patch + 1)
