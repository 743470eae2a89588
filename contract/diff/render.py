"""A report as text, Markdown or JSON."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from contract.diff.model import ABSENT, Level
from contract.diff.places import show

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from contract.diff.model import Change, Report

__all__ = ["Group", "grouped", "summary", "to_json", "to_markdown"]

LEVELS = (Level.BREAKING, Level.WARNING, Level.NOTE)

_BRIEF = 40
"""How many characters of a value a heading shows."""

_FULL = 200
"""How many characters of a value a list shows; the report for programs holds the whole of it."""

HEADINGS = {Level.BREAKING: "Breaking", Level.WARNING: "Warnings", Level.NOTE: "Notes"}


@dataclass(frozen=True)
class Group:
    """One change of the document, wherever it shows: a shared component is told of once, with all its places."""

    changes: tuple[Change, ...]

    @property
    def first(self) -> Change:
        """The change that stands for the others."""
        return self.changes[0]

    @property
    def places(self) -> list[str]:
        """Where it shows, in words."""
        found = (": ".join(filter(None, [change.operation, change.place])) for change in self.changes)
        return list(dict.fromkeys(filter(None, found)))

    @property
    def values(self) -> str:
        """Both values, briefly; "" when there are none."""
        return _values(self.first, _BRIEF)


def _values(change: Change, length: int) -> str:
    if change.old is ABSENT and change.new is ABSENT:
        return ""
    return " → ".join("none" if value is ABSENT else show(value, length) for value in (change.old, change.new))


def grouped(changes: Sequence[Change]) -> list[Group]:
    """The changes with those of the same keyword and values taken together, in order."""
    groups: dict[tuple[str, ...], list[Change]] = {}
    for change in changes:
        key = change.rule, str(change.level), change.pointer, show(change.old), show(change.new)
        groups.setdefault(key, []).append(change)
    return [Group(tuple(group)) for group in groups.values()]


def summary(report: Report) -> str:
    """What was found, in one line."""
    counts = Counter(change.level for change in report.changes)
    if not counts:
        return "No change that a client or a server can notice."
    parts = (f"{counts[level]} {_plural(level, counts[level])}" for level in LEVELS if counts[level])
    return ", ".join(parts)


def _plural(level: Level, count: int) -> str:
    return str(level) if level is Level.BREAKING or count == 1 else f"{level}s"


def to_json(report: Report) -> str:
    """The report for programs: each change by itself, one for each operation and direction that it shows in."""
    counts = Counter(change.level for change in report.changes)
    document = {
        "old": report.old_version,
        "new": report.new_version,
        "compatible": report.level is not Level.BREAKING,
        "counts": {str(level): counts[level] for level in LEVELS},
        "changes": [change.to_json() for change in report.changes],
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def to_markdown(report: Report) -> str:
    """The report for a pull request or a changelog."""
    lines = [f"## {_escape(report.old_version)} → {_escape(report.new_version)}", "", summary(report), ""]
    for level, changes in groupby(report.changes, key=lambda change: change.level):
        lines += [f"### {HEADINGS[level]}", "", *markdown_items(list(changes)), ""]
    return "\n".join(lines).rstrip()


def markdown_items(changes: Sequence[Change]) -> Iterator[str]:
    """Changes as items of a Markdown list."""
    for group in grouped(changes):
        places = "; ".join(_escape(place) for place in group.places)
        said = f"{_escape(group.first.message)} {f'({places}) ' if places else ''}`{group.first.rule}`"
        yield f"- {said} at {_harmless(group.first.pointer)}: {_harmless(_values(group.first, _FULL))}"


_SPECIAL = re.compile(r"[\\*_\[\]<>#|`&]")
"""What Markdown or HTML would act on."""


def _harmless(text: str) -> str:
    """A text on one line that is shown as it is."""
    return _SPECIAL.sub(r"\\\g<0>", " ".join(text.split()))


def _escape(text: str) -> str:
    """A text on one line that is shown as it is, but for its code spans, which stay what they are."""
    parts = " ".join(text.split()).split("`")
    if len(parts) % 2 == 0:
        return _harmless(text)
    return "`".join(part if index % 2 else _SPECIAL.sub(r"\\\g<0>", part) for index, part in enumerate(parts))
