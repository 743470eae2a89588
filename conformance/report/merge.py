"""Merge the reports of several runners into one: of each claim, the worst that any of them saw."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from conformance.report.document import ClaimReport, Report
from conformance.verdict import Exit, State

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["MergeError", "merge", "read"]

_WORST_FIRST = (State.FAIL, State.ERROR, State.WARNING, State.PASS, State.NOT_EXERCISED, State.NOT_APPLICABLE)


class MergeError(Exception):
    """Reports cannot be merged; the message says why."""


def read(path: Path) -> Report:
    """Read a report, by its file or its folder.

    Raises:
        MergeError: There is none, or it is malformed.
    """
    file = path / "report.json" if path.is_dir() else path
    try:
        return msgspec.json.decode(file.read_bytes(), type=Report)
    except OSError as error:
        raise MergeError(f"cannot read {file}: {error.strerror}") from None
    except msgspec.DecodeError as error:
        raise MergeError(f"{file} is no report: {error}") from None


def merge(reports: Sequence[Report]) -> Report:
    """One report of several.

    Raises:
        MergeError: There is none, or they judge by different contracts.
    """
    if not reports:
        raise MergeError("there is nothing to merge")
    first = reports[0]
    if len({(report.contract, report.level) for report in reports}) > 1:
        raise MergeError("the reports judge by different contracts or levels")
    claims = _claims(reports)
    refusals = [report.refusal for report in reports if report.refusal]
    merged = replace(
        first,
        url=", ".join(dict.fromkeys(report.url for report in reports)),
        seeds=[seed for report in reports for seed in report.seeds],
        finished=max(report.finished for report in reports),
        seconds=max(report.seconds for report in reports),
        requests=sum(report.requests for report in reports),
        refusal="; ".join(dict.fromkeys(refusals)),
        notes=list(dict.fromkeys(note for report in reports for note in report.notes)),
        claims=claims,
    )
    return _judged(merged)


def _claims(reports: Sequence[Report]) -> list[ClaimReport]:
    merged: dict[str, ClaimReport] = {}
    for report in reports:
        for claim in report.claims:
            known = merged.get(claim.claim)
            merged[claim.claim] = claim if known is None else _worse(known, claim)
    return list(merged.values())


def _worse(one: ClaimReport, other: ClaimReport) -> ClaimReport:
    worst = min(one, other, key=lambda claim: _WORST_FIRST.index(claim.state))
    findings = sorted(one.findings + other.findings, key=lambda finding: len(str(finding)))
    return replace(worst, findings=findings)


def _judged(report: Report) -> Report:
    broken, judged = report.count(State.FAIL), sum(map(report.count, (State.PASS, State.FAIL, State.WARNING)))
    if broken:
        return replace(report, exit_status=Exit.BROKEN, sentence=f"breaks {broken} of {judged} claims")
    if report.refusal or report.count(State.ERROR) or not judged:
        why = report.refusal or "the suite itself failed"
        return replace(report, exit_status=Exit.NOT_JUDGED, sentence=f"could not be judged: {why}")
    return replace(report, exit_status=Exit.CONFORMS, sentence=f"conforms to {judged} claims")
