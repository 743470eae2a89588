"""A badge in the format of shields.io's endpoint badge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.verdict import Exit, State

if TYPE_CHECKING:
    from conformance.report.document import Report

__all__ = ["badge"]

_COLORS = {Exit.CONFORMS: "brightgreen", Exit.BROKEN: "red", Exit.NOT_JUDGED: "lightgrey"}


def badge(report: Report) -> dict[str, Any]:
    """What shields.io's endpoint badge reads: how many of the judged claims the server keeps."""
    judged = sum(map(report.count, (State.PASS, State.FAIL, State.WARNING)))
    kept = judged - report.count(State.FAIL)
    message = "not judged" if report.exit_status == Exit.NOT_JUDGED else f"{kept} of {judged} claims"
    color = _COLORS[report.exit_status]
    return {"schemaVersion": 1, "label": "conformance", "message": message, "color": color}
