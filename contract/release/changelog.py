"""The changelog: an entry for each release, what breaks first, corrections of the description apart from the rest."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from contract.diff.model import Level
from contract.diff.render import markdown_items, summary

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from contract.diff.model import Change, Report
    from contract.loading import Contract
    from contract.release.versions import Version

__all__ = ["entry", "first_entry", "is_within", "with_entry"]

_HEAD = """# Changelog

Every published version of the contract, the newest first, as `moment-diff` reports it. Versions follow Semantic
Versioning 2.0.0. *The API changed* tells of servers that behave otherwise than before; *The description was wrong* of
servers that behave as they did, while the contract described them otherwise.
"""


def first_entry(version: Version, day: date, contract: Contract) -> str:
    """The entry of the first release, which has nothing to be compared with."""
    named = ", ".join(f"`{operation.id}`" for operation in contract.operations)
    return f"## {version} - {day.isoformat()}\n\nThe first published version. Operations: {named}.\n"


def entry(version: Version, day: date, report: Report, corrections: Sequence[str] = (), notes: str = "") -> str:
    """The entry of a release.

    Args:
        version: The version that is published.
        day: When it is published.
        report: What changed since the release before.
        corrections: Where the description was wrong and the API is as it was: JSON pointers, or ids of operations.
        notes: What the maintainer adds for those who migrate, in Markdown.
    """

    def corrected(change: Change) -> bool:
        return any(is_within(change, correction) for correction in corrections)

    sections: tuple[tuple[str, Callable[[Change], bool]], ...] = (
        ("Breaking: the API changed", lambda change: change.level is Level.BREAKING and not corrected(change)),
        ("Breaking: the description was wrong", lambda change: change.level is Level.BREAKING),
        ("The API changed", lambda change: not change.prose and not corrected(change)),
        ("The description was wrong", lambda change: not change.prose),
        ("Words", lambda _: True),
    )
    lines = [f"## {version} - {day.isoformat()}", "", f"Since {report.old_version}: {summary(report)}.", ""]
    lines += [notes.strip(), ""] if notes.strip() else []
    left = list(report.changes)
    for title, belongs in sections:
        chosen = [change for change in left if belongs(change)]
        left = [change for change in left if not belongs(change)]
        lines += [f"### {title}", "", *markdown_items(chosen), ""] if chosen else []
    return "\n".join(lines)


def is_within(change: Change, correction: str) -> bool:
    """Whether a correction names the operation of a change, or a place that holds it."""
    place = correction.rstrip("/")
    return bool(place) and (place == change.operation or f"{change.pointer}/".startswith(f"{place}/"))


_ENTRY = r"^## \d+\.\d+\.\d+ - "
"""How an entry begins; other headings of that level are the maintainer's notes."""


def with_entry(changelog: str, new: str) -> str:
    """A changelog with a new entry before the others; one of the same version, from a run that stopped, is replaced."""
    version = new.split()[1]
    changelog = re.sub(rf"^## {re.escape(version)} - .*?(?={_ENTRY}|\Z)", "", changelog, flags=re.MULTILINE | re.DOTALL)
    head, old = changelog or _HEAD, ""
    if first := re.search(_ENTRY, head, re.MULTILINE):
        head, old = head[: first.start()], head[first.start() :]
    return "\n".join(part.strip("\n") + "\n" for part in (head, new, old) if part.strip())
