"""The score that the README publishes is the one that was measured, on the corpus as it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.conformance.faults import FAULTS, VARIANTS

RESULTS = Path("benchmarks/results")
PUBLISHED = Path("conformance/README.md")


def _result(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((RESULTS / name).read_text("utf-8"))
    return loaded


def test_the_score_is_of_this_corpus() -> None:
    """Whoever adds a server to the corpus measures again."""
    score = _result("faults.json")
    assert (score["faults"], score["variants"]) == (len(FAULTS), len(VARIANTS))
    assert f"{score['found']} of {score['faults']} faults found" in PUBLISHED.read_text("utf-8")
    assert f"{score['false alarms']} of {score['variants']} variants accused" in PUBLISHED.read_text("utf-8")


def test_each_tool_has_its_measured_score() -> None:
    """The table of tools says what was measured."""
    results = _result("conformance.json")
    for tool in results["tools"]:
        found, accused = f"{tool['found']} of {results['faults']}", len(tool["variants accused"])
        alarms = len(tool["false alarms on the sandbox"])
        row = f"| {tool['tool']} | {found} | {alarms} | {accused} of {results['variants']} |"
        assert row in PUBLISHED.read_text("utf-8"), row
