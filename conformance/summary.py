"""The verdict in a terminal: what is broken and what shows it, every claim at a glance, and the sentence last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.text import Text

from conformance.board import MARKS, STYLES, board, legend
from conformance.verdict import Exit, State

if TYPE_CHECKING:
    from rich.console import Console

    from conformance.registry import Check
    from conformance.subject import Subject
    from conformance.verdict import Result, Verdict

__all__ = ["print_claims", "print_verdict"]

_STYLES = {Exit.CONFORMS: "bold green", Exit.BROKEN: "bold red", Exit.NOT_JUDGED: "bold yellow"}
_MARKS = {Exit.CONFORMS: "✓", Exit.BROKEN: "✗", Exit.NOT_JUDGED: "?"}


def print_verdict(console: Console, verdict: Verdict) -> None:
    """Print what a person wants to know, the most important last."""
    for result in verdict.of(State.WARNING, State.FAIL):
        _print_broken(console, result, verdict)
    if verdict.results:
        console.print(board({result.claim.id: result.state for result in verdict.results}))
        console.print(Padding(legend(result.state for result in verdict.results), (0, 0, 0, 2)))
    _print_notes(console, verdict)
    mark = f"{_MARKS[verdict.exit_status]} {verdict.url} {verdict.sentence}"
    console.print(Text(mark, _STYLES[verdict.exit_status]), soft_wrap=True)
    count = len(verdict.exchanges)
    requests = f"{count:,} request{'' if count == 1 else 's'}"
    facts = [f"contract {verdict.contract}", requests, f"{verdict.seconds:.1f} s"]
    console.print(Text(f"  {' · '.join([*facts, f'seed {verdict.seed}'])}", "dim"))


def print_claims(console: Console, subject: Subject, checks: tuple[Check, ...]) -> None:
    """Print each claim with what it says and how it is checked, or why it is not."""
    by_claim: dict[str, list[Check]] = {}
    for check in checks:
        for name in check.claims:
            by_claim.setdefault(name, []).append(check)
    for claim in subject.claims.values():
        console.print(Text.assemble((claim.id, "bold"), (f"  {claim.level} · {claim.page}", "dim")))
        console.print(Padding(Text(claim.says), (0, 0, 0, 2)))
        reason = claim.unchecked or (f"left open: {claim.choice}" if claim.level == "open" else "")
        lines = [f"✓ {check.purpose}" for check in by_claim.get(claim.id, [])] if not reason else [f"— {reason}"]
        for line in lines:
            console.print(Padding(Text(line, "dim"), (0, 0, 0, 4)))


def _print_notes(console: Console, verdict: Verdict) -> None:
    for result in verdict.of(State.ERROR):
        console.print(Text(f"  {MARKS[State.ERROR]} {result.claim.id}: {result.note}", STYLES[State.ERROR]))
    reasons: dict[str, list[str]] = {}
    for result in verdict.of(State.NOT_EXERCISED):
        reasons.setdefault(result.note, []).append(result.claim.id)
    for reason, claims in reasons.items():
        named = ", ".join(claims[:3]) + (f" and {len(claims) - 3} more" if len(claims) > 3 else "")
        console.print(Padding(Text(f"{MARKS[State.NOT_EXERCISED]} {named}: {reason}", "dim"), (0, 0, 0, 2)))
    for note in verdict.notes:
        console.print(Text(f"  {note}", "yellow"))


def _print_broken(console: Console, result: Result, verdict: Verdict) -> None:
    finding = result.shown
    if finding is None:
        return
    style = STYLES[result.state]
    console.print(Text.assemble((f"{MARKS[result.state]} {result.claim.id}", style), (f"  {result.claim.page}", "dim")))
    console.print(Padding(Text(result.claim.says), (0, 0, 0, 2)))
    console.print(Padding(Text(finding.message, style), (0, 0, 0, 2)))
    for exchange in finding.exchanges:
        for line in exchange.lines():
            console.print(Padding(Text(line, "dim", overflow="ellipsis", no_wrap=True), (0, 0, 0, 4)))
    if finding.exchanges:
        console.print(Text(f"    {finding.exchanges[-1].curl(verdict.url)}"), soft_wrap=True)
    again = f"    again: moment-conformance {verdict.url} --claim {result.claim.id} --seed {verdict.seed}\n"
    console.print(Text(again), soft_wrap=True)
