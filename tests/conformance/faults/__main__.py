"""Judge the whole corpus, in parallel, and write the score: `python -m tests.conformance.faults`.

Each faulty server is judged by the checks of the claim that it breaks, or with --whole by all of them, in this
process; each variant by everything, generated requests included, over a socket.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import track

from tests.conformance.faults import FAULTS, VARIANTS
from tests.conformance.faults.judging import judge_claim, judge_over_http, judge_whole, subject

if TYPE_CHECKING:
    from collections.abc import Sequence

RESULTS = Path("benchmarks/results/faults.json")


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge; return 1 when a fault survives, a variant is accused, or a claim has no fault."""
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the seed of every run (default: 1)")
    parser.add_argument("--whole", action="store_true", help="judge faulty servers by every check")
    parser.add_argument("--in-process", action="store_true", help="judge variants without a network, too")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="judgements at once")
    options = parser.parse_args(arguments)
    corpus = [*range(len(FAULTS) + len(VARIANTS))]
    with ProcessPoolExecutor(options.workers) as pool:
        how = _Way(options.seed, options.whole, options.in_process)
        jobs = pool.map(_judge, corpus, [how] * len(corpus))
        judged = list(track(jobs, "Judging", total=len(corpus), console=Console(stderr=True)))
    score = {"variants over HTTP": not options.in_process} | _score(judged[: len(FAULTS)], judged[len(FAULTS) :])
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(score, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return _tell(score)


@dataclass(frozen=True)
class _Way:
    """How to judge: under which seed, faulty servers by every check or not, variants over a socket or not."""

    seed: int
    whole: bool
    in_process: bool


def _judge(index: int, how: _Way) -> dict[str, Any]:
    one = (FAULTS + VARIANTS)[index]
    if one.claim:
        judged = (judge_whole if how.whole else judge_claim)(one, how.seed)
    else:
        judged = judge_whole(one, how.seed) if how.in_process else judge_over_http(index, how.seed)
    return {
        "claim": one.claim,
        "what": one.what,
        "accused": judged.accused,
        "exit_status": judged.verdict.exit_status,
        "found": judged.is_found,
        "why": judged.why,
        "seconds": round(judged.seconds, 2),
        "requests": len(judged.verdict.exchanges),
    }


def _score(faults: list[dict[str, Any]], variants: list[dict[str, Any]]) -> dict[str, Any]:
    judged = {claim.id for claim in subject().claims.values() if claim.level != "open" and not claim.unchecked}
    survivors = [fault for fault in faults if not fault["found"]]
    accused = [variant for variant in variants if variant["accused"] or variant["exit_status"]]
    return {
        "faults": len(faults),
        "found": len(faults) - len(survivors),
        "found by another claim only": sum(bool(fault["accused"]) for fault in survivors),
        "variants": len(variants),
        "false alarms": len(accused),
        "claims judged": len(judged),
        "claims without a fault": sorted(judged - {fault["claim"] for fault in faults}),
        "seconds for each server (median)": statistics.median(one["seconds"] for one in faults + variants),
        "survivors": [f"{fault['claim']}: {fault['what']}" for fault in survivors],
        "accused": {variant["what"]: variant["why"] for variant in accused},
        "servers": faults + variants,
    }


def _tell(score: dict[str, Any]) -> int:
    console = Console(highlight=False, soft_wrap=True)
    for survivor in score["survivors"]:
        console.print(f"survived  {survivor}", markup=False)
    for what, why in score["accused"].items():
        console.print(f"accused   {what}: {why}", markup=False)
    for claim in score["claims without a fault"]:
        console.print(f"no fault  {claim}", markup=False)
    console.print(
        f"{score['found']} of {score['faults']} faults found, {score['false alarms']} of {score['variants']} variants"
        f" accused, {score['claims judged']} claims judged, {score['seconds for each server (median)']} s a server",
    )
    console.print(f"Written to {RESULTS}")
    return int(bool(score["survivors"] or score["accused"] or score["claims without a fault"]))


if __name__ == "__main__":
    sys.exit(main())
