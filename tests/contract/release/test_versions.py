"""Which version a change asks for."""

from __future__ import annotations

from typing import Any

import pytest

from contract.diff import Change, Level, Report
from contract.release import Version, needed


def report(*changes: tuple[Level, bool]) -> Report:
    """A report of changes, each given by its level and whether it is prose."""
    found = (Change("a-rule", level, "", "", "", "", 1, 2, "", prose) for level, prose in changes)
    return Report("1.2.3", "1.2.3", tuple(found))


@pytest.mark.parametrize(
    ("released", "changes", "least"),
    [
        ("1.2.3", [], "1.2.3"),
        ("1.2.3", [(Level.NOTE, True)], "1.2.4"),
        ("1.2.3", [(Level.NOTE, False)], "1.3.0"),
        ("1.2.3", [(Level.WARNING, False), (Level.NOTE, True)], "1.3.0"),
        ("1.2.3", [(Level.BREAKING, False), (Level.NOTE, False)], "2.0.0"),
        ("0.2.3", [(Level.BREAKING, False)], "0.3.0"),
        ("0.2.3", [(Level.NOTE, True)], "0.2.4"),
    ],
)
def test_the_most_severe_change_decides(released: str, changes: Any, least: str) -> None:
    """Breaking asks for a major version, any other change of the API for a minor one, words for a patch."""
    assert str(needed(Version.parse(released), report(*changes))) == least


def test_versions_compare_by_number() -> None:
    """1.10.0 comes after 1.9.0."""
    assert Version.parse("1.10.0") > Version.parse("1.9.9")


@pytest.mark.parametrize("text", ["1.0", "1.0.0-rc.1", "v1.0.0", "01.0.0", "1.0.0\n", "\u0661.0.0", ""])
def test_a_release_has_three_plain_numbers(text: str) -> None:
    """Anything else is refused with what to write instead."""
    with pytest.raises(ValueError, match=r"such as 1\.2\.3"):
        Version.parse(text)
