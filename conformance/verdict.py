"""The verdict: what became of each claim, and of the whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conformance.exchange import Exchange
    from conformance.finding import Finding
    from conformance.settings import Settings
    from conformance.subject import Subject
    from contract.ledger import Claim

__all__ = ["Exit", "Result", "State", "Verdict"]


class State(StrEnum):
    """What became of a claim."""

    PASS = "pass"  # noqa: S105 - a verdict, no password
    FAIL = "fail"
    WARNING = "warning"
    NOT_EXERCISED = "not exercised"
    NOT_APPLICABLE = "not applicable"
    ERROR = "error"


class Exit:
    """Exit statuses of the command."""

    CONFORMS = 0
    BROKEN = 1
    NOT_JUDGED = 2


@dataclass(frozen=True)
class Result:
    """The verdict on one claim; `note` says why it was not exercised, does not apply, or could not be judged."""

    claim: Claim
    state: State
    note: str = ""
    findings: tuple[Finding, ...] = ()

    @property
    def shown(self) -> Finding | None:
        """The finding that takes least reading."""
        return min(self.findings, key=lambda finding: finding.size, default=None)


@dataclass(frozen=True)
class Verdict:
    """The verdict on a server.

    Attributes:
        results: One for each claim of the ledger that was asked for, in the ledger's order.
        exchanges: Everything that was sent and answered, in order.
        seconds: How long it took.
        seed: What repeats the run.
        url: The server.
        contract: The version of the contract.
        refusal: Why the server could not be judged; "" when it was.
        notes: What the reader should know of the run as a whole.
    """

    results: tuple[Result, ...]
    exchanges: Sequence[Exchange]
    seconds: float
    seed: int
    url: str
    contract: str
    level: str = "must"
    refusal: str = ""
    notes: tuple[str, ...] = ()

    def count(self, state: State) -> int:
        """How many claims are in a state."""
        return sum(result.state is state for result in self.results)

    def of(self, *states: State) -> tuple[Result, ...]:
        """The results in any of the states."""
        return tuple(result for result in self.results if result.state in states)

    @property
    def exit_status(self) -> int:
        """0 when the server conforms, 1 when it does not, 2 when it could not be judged."""
        if self.refusal:
            return Exit.NOT_JUDGED
        if self.count(State.FAIL):
            return Exit.BROKEN
        if self.count(State.ERROR) or self.rushed or not (self.count(State.PASS) + self.count(State.WARNING)):
            return Exit.NOT_JUDGED
        return Exit.CONFORMS

    @property
    def sentence(self) -> str:
        """The verdict in a few words."""
        if self.refusal:
            return f"could not be judged: {self.refusal}"
        if self.exit_status == Exit.BROKEN:
            return f"breaks {self.count(State.FAIL)} of {_claims(self.judged)}"
        if self.exit_status == Exit.NOT_JUDGED:
            if self.rushed:
                return f"could not be judged: no time was left for {_claims(len(self.rushed))}; give --max-time more"
            return (
                "could not be judged: no claim was exercised"
                if not self.count(State.ERROR)
                else "the suite itself failed"
            )
        return f"conforms to {_claims(self.judged)}"

    @property
    def rushed(self) -> tuple[Result, ...]:
        """The results for which the time did not suffice: nothing is known of their claims."""
        return tuple(result for result in self.of(State.NOT_EXERCISED) if NO_TIME in result.note)

    @property
    def judged(self) -> int:
        """How many claims were held against the server."""
        return len(self.of(State.PASS, State.FAIL, State.WARNING))


def _claims(count: int) -> str:
    return f"{count} claim" if count == 1 else f"{count} claims"


@dataclass
class Tally:
    """Collects, claim by claim, what a run shows."""

    findings: dict[str, list[Finding]] = field(default_factory=dict)
    exercised: set[str] = field(default_factory=set)
    notes: dict[str, str] = field(default_factory=dict)
    overshadowed: dict[str, str] = field(default_factory=dict)
    """Claims of which a check met the fault of another one, and that one: nothing is known of them."""
    errors: dict[str, str] = field(default_factory=dict)

    def add(self, findings: Iterable[Finding]) -> None:
        """Keep findings, the few smallest of each claim."""
        for finding in findings:
            kept = self.findings.setdefault(finding.claim, [])
            kept.append(finding)
            kept.sort(key=lambda one: one.size)
            del kept[_KEPT:]

    def result(self, claim: Claim, settings: Settings) -> Result:
        """The verdict on a claim by what was collected."""
        if claim.level == "open" or claim.unchecked:
            return Result(claim, State.NOT_APPLICABLE, claim.unchecked or f"left open: {claim.choice}")
        if claim.id in self.findings:
            counts = claim.level == "must" or settings.level == "should"
            return Result(claim, State.FAIL if counts else State.WARNING, "", tuple(self.findings[claim.id]))
        if claim.id in self.errors:
            return Result(claim, State.ERROR, self.errors[claim.id])
        if claim.id in self.overshadowed:
            return Result(claim, State.NOT_EXERCISED, f"blocked: {self.overshadowed[claim.id]}")
        if claim.id in self.exercised:
            return Result(claim, State.PASS)
        return Result(claim, State.NOT_EXERCISED, self.notes.get(claim.id, "no answer showed it"))

    def results(self, subject: Subject, settings: Settings) -> tuple[Result, ...]:
        """The verdicts on all claims that were asked for; claims outside the ledger come last."""
        asked = settings.claims or subject.claims
        return tuple(self.result(claim, settings) for claim in subject.claims.values() if claim.id in asked)


NO_TIME = "there was no time left (--max-time)"
"""Why a check did not run to its end."""

_KEPT = 5
