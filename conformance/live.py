"""The view while a run goes on: every claim at a glance, and what is being done."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Group
from rich.live import Live
from rich.text import Text

from conformance.board import board

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console

    from conformance.settings import Settings
    from conformance.subject import Subject
    from conformance.verdict import Tally

__all__ = ["live_view"]


@contextmanager
def live_view(console: Console, subject: Subject, settings: Settings) -> Iterator[Callable[[str, Tally], None]]:
    """Show progress for as long as the context lasts; nothing where the output is no terminal."""
    if not console.is_terminal:
        yield lambda _name, _tally: None
        return
    with Live(console=console, transient=True, refresh_per_second=8) as live:

        def show(name: str, tally: Tally) -> None:
            states = {result.claim.id: result.state for result in tally.results(subject, settings)}
            live.update(Group(board(states), Text(f"  {settings.base_url}  {name}", "dim")))

        yield show
