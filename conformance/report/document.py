"""The report as a document: everything that the other reports show, without secrets, ready to be written as JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta

from conformance.exchange import redact, shown
from conformance.verdict import State

if TYPE_CHECKING:
    from conformance.exchange import Exchange
    from conformance.finding import Finding
    from conformance.verdict import Result, Verdict

__all__ = ["ClaimReport", "ExchangeReport", "FindingReport", "Report", "document", "schema"]


class ExchangeReport(msgspec.Struct, frozen=True):
    """A request and its answer, without secrets; long bodies are cut.

    Attributes:
        request: The request for a person to read: a line for the start, each header and the body.
        response: The answer in the same way, or why there is none.
        curl: A command that sends the request again, with the key taken from MOMENT_API_KEY.
    """

    request: list[str]
    response: list[str]
    curl: str


class FindingReport(msgspec.Struct, frozen=True):
    """One way in which a claim was broken: what is wrong, and the exchanges that show it."""

    message: str
    exchanges: list[ExchangeReport]


class ClaimReport(msgspec.Struct, frozen=True):
    """The verdict on one claim of the ledger.

    Attributes:
        claim: The claim's id.
        page: The page or pages of the documentation that state it.
        field: The part of the page.
        says: What is stated.
        level: must, should or open.
        state: What became of it.
        note: Why it was not exercised, does not apply or could not be judged.
        again: The command that judges this claim again, in the same way.
        findings: The ways in which it was broken, the shortest first.
    """

    claim: str
    page: str
    field: str
    says: str
    level: str
    state: State
    note: str
    again: str
    findings: list[FindingReport]


class Report(msgspec.Struct, frozen=True):
    """The verdict of one run, or of several merged.

    Attributes:
        format: The version of this format.
        suite: The name of the suite.
        url: The server that was judged.
        contract: The version of the contract that it was judged by.
        level: Which claims decide: must, or should as well.
        seeds: What repeats the run; one for each run that was merged.
        finished: When it ended, in UTC (RFC 3339).
        seconds: How long it took; of merged runs, the longest.
        requests: How many requests were sent.
        exit_status: 0 the server conforms, 1 it does not, 2 it could not be judged.
        sentence: The verdict in a few words.
        refusal: Why the server could not be judged; empty when it was.
        notes: What to know of the run as a whole.
        claims: The verdict on each claim, in the ledger's order.
    """

    format: Annotated[int, Meta(ge=1, le=1)]
    suite: str
    url: str
    contract: str
    level: str
    seeds: list[int]
    finished: str
    seconds: float
    requests: int
    exit_status: Annotated[int, Meta(ge=0, le=2)]
    sentence: str
    refusal: str
    notes: list[str]
    claims: list[ClaimReport]

    def count(self, state: State) -> int:
        """How many claims are in a state."""
        return sum(claim.state is state for claim in self.claims)


def schema() -> dict[str, Any]:
    """The JSON Schema of a report (2020-12)."""
    return msgspec.json.schema(Report)


def document(verdict: Verdict) -> Report:
    """The report of a verdict."""
    return Report(
        format=1,
        suite="moment-conformance",
        url=verdict.url,
        contract=verdict.contract,
        level=verdict.level,
        seeds=[verdict.seed],
        finished=datetime.now(UTC).isoformat(timespec="seconds"),
        seconds=round(verdict.seconds, 2),
        requests=len(verdict.exchanges),
        exit_status=verdict.exit_status,
        sentence=verdict.sentence,
        refusal=verdict.refusal,
        notes=list(verdict.notes),
        claims=[_claim(result, verdict) for result in verdict.results],
    )


def _claim(result: Result, verdict: Verdict) -> ClaimReport:
    claim = result.claim
    return ClaimReport(
        claim=claim.id,
        page=claim.page,
        field=claim.field,
        says=claim.says,
        level=claim.level,
        state=result.state,
        note=result.note,
        again=f"moment-conformance {verdict.url} --claim {claim.id} --seed {verdict.seed}",
        findings=[_finding(finding, verdict.url) for finding in result.findings],
    )


def _finding(finding: Finding, url: str) -> FindingReport:
    return FindingReport(finding.message, [_exchange(exchange, url) for exchange in finding.exchanges])


def _exchange(exchange: Exchange, url: str) -> ExchangeReport:
    request, response = exchange.request, exchange.response
    sent = [f"{request.method} {request.target}", *(f"{name}: {value}" for name, value in redact(request.headers))]
    if request.body is not None:
        sent.append(shown(request.body))
    if response is None:
        return ExchangeReport(sent, [exchange.trouble], exchange.curl(url))
    answered = [f"{response.status}", *(f"{name}: {value}" for name, value in redact(response.headers))]
    return ExchangeReport(sent, [*answered, shown(response.body)], exchange.curl(url))
