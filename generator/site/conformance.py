"""What the site shows of a conformance report: the verdict on each claim, the counts, and the badge."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING, Any

from contract import ContractError, Finding
from generator.site.pages import Page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from contract.ledger import Claim

__all__ = ["badge", "conformance_page", "read_report", "report_files"]

_FILES = {"report.html": "conformance-report.html", "report.json": "conformance-report.json"}
"""The files of a report that the site carries on, and their names there."""


def report_files(folder: Path | None) -> dict[str, bytes]:
    """The files of a report that partners can open, and the badge; none without a report."""
    if folder is None:
        return {}
    found = {name: (folder / file).read_bytes() for file, name in _FILES.items() if (folder / file).is_file()}
    shown = _read(folder / "badge.json")
    found["conformance-badge.json"] = (json.dumps(shown, indent=2) + "\n").encode()
    found["conformance-badge.svg"] = badge(shown["label"], shown["message"], shown["color"]).encode()
    return found


def conformance_page(report: Mapping[str, Any]) -> Page:
    """The page of the report, or of how to make one."""
    return Page(
        path="conformance",
        title="Conformance",
        summary="Whether the server that was judged does what the documentation says, claim by claim.",
        template="conformance",
        context=lambda _: {**report, "judge": 'moment-conformance "$MOMENT_BASE_URL" --api-key "$MOMENT_API_KEY"'},
    )


def read_report(folder: Path | None, claims: Sequence[Claim]) -> dict[str, Any]:
    """What the pages show of a report; without one, `report` is None.

    Raises:
        ContractError: The report cannot be read.
    """
    if folder is None:
        return {"report": None, "verdicts": {}}
    document, shown = _read(folder / "report.json"), _read(folder / "badge.json")
    try:
        verdicts = {item["claim"]: str(item["state"]) for item in document["claims"]}
        report: dict[str, Any] = {
            "badge_text": f"{shown['label']}: {shown['message']}",
            "url": str(document["url"]),
            "sentence": str(document["sentence"]),
            "contract": str(document["contract"]),
            "requests": f"{document['requests']:,}",
            "finished": f"{datetime.fromisoformat(document['finished']).astimezone(UTC):%Y-%m-%d %H:%M} UTC",
        }
    except (KeyError, TypeError, ValueError) as error:
        raise _unusable(folder / "report.json", f"it is no report of moment-conformance: {error!r}") from None
    counts = Counter(verdicts.values()).most_common()
    report["counts"] = [(verdict, count, _MEANINGS.get(verdict, "")) for verdict, count in counts]
    report["rows"] = [
        {"id": claim.id, "level": claim.level, "verdict": verdicts[claim.id]}
        for claim in claims
        if claim.id in verdicts
    ]
    report["download"] = _FILES["report.html"] if (folder / "report.html").is_file() else ""
    return {"report": report, "verdicts": verdicts}


_MEANINGS = {
    "pass": "the server did what the claim says",
    "fail": "the server did otherwise",
    "warning": "the server did otherwise, and the claim decides nothing",
    "not exercised": "nothing in this run touched it",
    "not applicable": "left open, or not to be seen from outside; the ledger says why",
    "error": "the suite could not judge it",
}


def badge(label: str, message: str, color: str) -> str:
    """A badge as an image: a label and a message side by side, readable without colour."""
    left, right = 12 + 7 * len(label), 12 + 7 * len(message)
    fill = _COLORS.get(color, color if color.startswith("#") else "#566072")
    text = f"{escape(label)}: {escape(message)}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="22" role="img" aria-label="{text}">'
        f"<title>{text}</title>"
        f'<rect width="{left + right}" height="22" rx="4" fill="#2d3440"/>'
        f'<path d="M{left} 0h{right - 4}a4 4 0 0 1 4 4v14a4 4 0 0 1-4 4H{left}z" fill="{escape(fill)}"/>'
        '<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">'
        f'<text x="{left / 2}" y="15">{escape(label)}</text>'
        f'<text x="{left + right / 2}" y="15">{escape(message)}</text>'
        "</g></svg>\n"
    )


_COLORS = {"brightgreen": "#17703f", "green": "#17703f", "yellow": "#8a6100", "orange": "#a04d00", "red": "#a3262f"}
"""The colours that badges are named by, dark enough for white text."""


def _read(path: Path) -> Mapping[str, Any]:
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise _unusable(path, f"it cannot be read: {error}") from None
    if not isinstance(document, dict):
        raise _unusable(path, "it is no JSON object")
    return document


def _unusable(path: Path, why: str) -> ContractError:
    return ContractError([Finding(str(path), 0, "", "report", why)])
