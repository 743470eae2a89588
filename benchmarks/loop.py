"""Measure the loop after an edit of one line: check, diff, regenerate, format, type-check.

Each step runs as `make` runs it, on a copy of this project's contract in which one limit changes every round, so that
no cache knows the result. Wall time and CPU time are kept in `benchmarks/results/loop.json`; on a busy machine only the
second says anything.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

from rich.console import Console
from rich.table import Table

from contract.loading import default_path

WORK = Path(".work") / "bench-loop"
RESULTS = Path("benchmarks") / "results" / "loop.json"
BIN = Path(sys.executable).parent
EDITED = "maxLength: 500"
ALLOWED = 5.0
"""Seconds that the whole loop may take."""


def main() -> int:
    """Measure, show and keep the results; exit 1 when the loop takes too long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="edits to measure, after one to warm up (default: 5)")
    options = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    rounds = [edit(number) for number in range(options.rounds + 1)][1:]
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps({"cores": os.cpu_count(), "seconds": rounds}, indent=1) + "\n", encoding="utf-8")
    return 1 if show(rounds) > ALLOWED else 0


def edit(number: int) -> dict[str, dict[str, float]]:
    """Edit one line, and take every step; the seconds of each."""
    contract, client = WORK / "openapi.yaml", WORK / "generated"
    text = default_path().read_text("utf-8")
    contract.write_text(text.replace(EDITED, f"maxLength: {400 + number}", 1), encoding="utf-8")
    steps = {
        "check": ["moment-contract", "check", str(contract)],
        "diff": ["moment-diff", str(default_path()), str(contract)],
        "regenerate": ["moment-generate", "client", "--contract", str(contract), "--out", str(client)],
        "format": ["ruff", "format", "--check", "--quiet", "."],
        "type-check": ["mypy", "--strict", str(client / "moment_billing")],
    }
    return {name: seconds(command) for name, command in steps.items()}


def seconds(command: list[str]) -> dict[str, float]:
    """The wall time and the CPU time of a command."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
    subprocess.run([str(BIN / command[0]), *command[1:]], capture_output=True, check=False)
    wall, after = perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall": round(wall, 3), "cpu": round(cpu, 3)}


def show(rounds: list[dict[str, dict[str, float]]]) -> float:
    """Print the median of each step, and return that of the whole loop."""
    table = Table("step", "wall, s", "CPU, s")
    for name in rounds[0]:
        table.add_row(name, *(f"{median(one[name][kind] for one in rounds):.2f}" for kind in ("wall", "cpu")))
    whole = {kind: median(sum(step[kind] for step in one.values()) for one in rounds) for kind in ("wall", "cpu")}
    table.add_row("the whole loop", f"{whole['wall']:.2f}", f"{whole['cpu']:.2f}", style="bold")
    Console().print(table)
    return whole["wall"]


if __name__ == "__main__":
    sys.exit(main())
