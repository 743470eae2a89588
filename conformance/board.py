"""All claims at a glance: a line for each part of the ledger, a mark for each claim."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from conformance.verdict import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["MARKS", "STYLES", "board", "legend"]

MARKS = {
    State.PASS: "✓",
    State.FAIL: "✗",
    State.WARNING: "!",
    State.ERROR: "E",
    State.NOT_EXERCISED: "·",
    State.NOT_APPLICABLE: " ",
}
STYLES = {
    State.PASS: "green",
    State.FAIL: "bold red",
    State.WARNING: "yellow",
    State.ERROR: "bold magenta",
    State.NOT_EXERCISED: "dim",
    State.NOT_APPLICABLE: "dim",
}


def board(states: Mapping[str, State]) -> Table:
    """The states of claims, grouped by the first part of their ids; those that do not apply are left out."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 2))
    groups: dict[str, list[State]] = {}
    for claim, state in states.items():
        if state is not State.NOT_APPLICABLE:
            groups.setdefault(claim.partition(".")[0], []).append(state)
    half = (len(groups) + 1) // 2
    rows = list(groups.items())
    for index in range(half):
        row: list[Text] = []
        for name, group in rows[index::half]:
            row += [Text(name), _marks(group)]
        table.add_row(*row)
    return table


def legend(states: Iterable[State]) -> Text:
    """How many claims are in each state, each with its mark."""
    found = list(states)
    counted = [(state, found.count(state)) for state in State if state in found]
    parts = [Text(f"{MARKS[state]} {count} {state}".strip(), STYLES[state]) for state, count in counted]
    return Text("   ").join(parts)


def _marks(states: Iterable[State]) -> Text:
    return Text.assemble(*((MARKS[state], STYLES[state]) for state in states))
