"""A report as a person reads it in a terminal."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from itertools import groupby
from typing import TYPE_CHECKING

from contract.diff.model import Level
from contract.diff.render import HEADINGS, grouped, summary
from contract.errors import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contract.diff.model import Report
    from contract.diff.render import Group
    from contract.loading import Contract

__all__ = ["to_text"]

_COLOURS = {Level.BREAKING: "31;1", Level.WARNING: "33;1", Level.NOTE: "36;1"}
_SHOWN_PLACES = 6


def to_text(report: Report, old: Contract, new: Contract) -> str:
    """The report with its changes grouped, most severe first; in colour on a terminal."""
    names = f"{old.source} ({old.version}) → {new.source} ({new.version})"
    lines = [_paint("1", printable(names))]
    for level, changes in groupby(report.changes, key=lambda change: change.level):
        lines += ["", _paint(_COLOURS[level], HEADINGS[level])]
        for group in grouped(list(changes)):
            lines += _group(group, new, old)
    return "\n".join([*lines, "", summary(report)])


def _group(group: Group, new: Contract, old: Contract) -> Iterator[str]:
    change = group.first
    yield ""
    yield f"  {_paint('1', change.rule)}  {printable(group.values)}".rstrip()
    yield from textwrap.wrap(printable(change.message), _width() - 4, initial_indent="    ", subsequent_indent="    ")
    yield _paint("2", f"    at {printable(_line(change.pointer, new, old))}")
    places = group.places
    yield from (_paint("2", f"    in {printable(place)}") for place in places[:_SHOWN_PLACES])
    if len(places) > _SHOWN_PLACES:
        yield _paint("2", f"    and {len(places) - _SHOWN_PLACES} more")


def _line(pointer: str, new: Contract, old: Contract) -> str:
    for contract in (new, old):
        try:
            contract.at(pointer)
        except KeyError:
            continue
        return f"{contract.source}:{contract.line(pointer)} {pointer}"
    return pointer


def _width() -> int:
    return min(shutil.get_terminal_size((100, 24)).columns, 120)


def _paint(code: str, text: str) -> str:
    if not (sys.stdout and sys.stdout.isatty()) or "NO_COLOR" in os.environ:
        return text
    return f"\x1b[{code}m{text}\x1b[0m"
