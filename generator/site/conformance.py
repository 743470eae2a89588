"""What the site shows of a conformance report: the verdict on each claim, the counts, and the badge."""

from __future__ import annotations

import json
from collections import Counter
from html import escape
from typing import TYPE_CHECKING, Any

from contract import ContractError, Finding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from contract.ledger import Claim

__all__ = ["badge", "read_report", "report_files"]

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


def read_report(folder: Path | None, claims: Sequence[Claim]) -> dict[str, Any]:
    """What the pages show of a report; without one, `report` is None.

    Raises:
        ContractError: The report cannot be read.
    """
    if folder is None:
        return {"report": None, "verdicts": {}}
    document = _read(folder / "report.json")
    verdicts = {item["claim"]: str(item["state"]) for item in document["claims"]}
    rows = [
        {"id": claim.id, "level": claim.level, "verdict": verdicts[claim.id]}
        for claim in claims
        if claim.id in verdicts
    ]
    shown = _read(folder / "badge.json")
    return {
        "report": {
            "badge_text": f"{shown['label']}: {shown['message']}",
            "facts": [(name, str(document[key])) for key, name in _FACTS.items() if key in document],
            "counts": sorted(Counter(verdicts.values()).items(), key=lambda pair: -pair[1]),
            "rows": rows,
            "download": _FILES["report.html"] if (folder / "report.html").is_file() else "",
        },
        "verdicts": verdicts,
    }


_FACTS = {
    "sentence": "Verdict",
    "url": "Server",
    "contract": "Version of the contract",
    "finished": "Judged",
    "requests": "Requests sent",
    "level": "Levels that decide",
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
        raise ContractError([Finding(str(path), 0, "", "report", f"it cannot be read: {error}")]) from None
    if not isinstance(document, dict):
        raise ContractError([Finding(str(path), 0, "", "report", "it is no JSON object")])
    return document
