"""Measure the sandbox beside `prism mock`, on the same contract and machine: `make bench-sandbox`.

Each server runs in turn, several times over, so that whatever else the machine does meets all of them. The medians
are printed, and every sample is kept in `benchmarks/results/sandbox.json`. Ratios are what counts: requests a second
depend on the machine, and here the load generator takes a good part of it. Each row stands beside prism with the same
settings: as it starts, with its log, which costs prism much; or without, and with its server in a process of its own.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from rich.console import Console
from rich.table import Table

from benchmarks.sandbox_crowd import IDLE, SLOW, crowd
from benchmarks.sandbox_load import Load, measure, request_bytes
from benchmarks.sandbox_postgresql import cluster, empty_database, free_port, programs
from contract import load as load_contract

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROUNDS = int(os.environ.get("ROUNDS", "5"))
SECONDS = 2.0
CONNECTIONS = 32
PRISM = Path(".work/prism/node_modules/.bin/prism")
SANDBOX = Path(sys.executable).with_name("moment-sandbox")
RESULTS = Path(__file__).parent / "results" / "sandbox.json"
KEY = "sk_test_benchmark_example"
CUSTOMERS = "/billing/customers"
PEER, SILENT = "prism mock", ", no log"
CROWDED = f"… with {IDLE:,} idle and {SLOW} slow clients"


@contextmanager
def serving(command: list[str], port: int) -> Iterator[float]:
    """Run a server; give the seconds from its start to its first answer."""
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield _first_answer(port, started)
        finally:
            process.terminate()


def _first_answer(port: int, started: float) -> float:
    while time.perf_counter() - started < 60:
        with contextlib.suppress(httpx.TransportError):
            httpx.get(f"http://127.0.0.1:{port}{CUSTOMERS}/unknown", verify=False, timeout=60)
            return time.perf_counter() - started
        time.sleep(0.002)
    message = f"no answer on port {port} within a minute"
    raise TimeoutError(message)


def sample(port: int) -> dict[str, Load]:
    """The throughput and latency of retrieving and of updating customers."""
    created = [_create(port, number) for number in range(16)]
    headers = {"Authorization": f"Bearer {KEY}"}
    gets = [request_bytes("GET", f"{CUSTOMERS}/{customer}", headers) for customer in created]
    headers["Content-Type"] = "application/json"
    body = json.dumps(load_contract().at("/components/examples/UpdateAllFields/value")).encode()
    patches = [request_bytes("PATCH", f"{CUSTOMERS}/{customer}", headers, body) for customer in created]
    return {
        name: measure(port, requests, seconds=SECONDS, connections=CONNECTIONS)
        for name, requests in (("retrieve", gets), ("update", patches))
    }


def _create(port: int, number: int) -> str:
    headers = {"Authorization": f"Bearer {KEY}", "Idempotency-Key": f"benchmark-{number}"}
    body = {**load_contract().at("/components/examples/CreateWithBalance/value"), "external_reference": f"c{number}"}
    response = httpx.post(f"http://127.0.0.1:{port}{CUSTOMERS}", json=body, headers=headers, verify=False, timeout=60)
    response.raise_for_status()
    return str(response.json()["id"])


def sandbox_command(port: int, database: str, seed: Path, *options: str) -> list[str]:
    """The sandbox as a partner runs it, its access log included."""
    return [str(SANDBOX), "--port", str(port), "--database", database, "--seed", str(seed), *options]


def targets(folder: Path, seed: Path, stack: contextlib.ExitStack) -> dict[str, Callable[[int], list[str]]]:
    """The servers that are to be had here, each as a command for a port."""
    found: dict[str, Callable[[int], list[str]]] = {}
    if PRISM.exists():
        found[PEER] = lambda port: [str(PRISM), "mock", "-p", str(port), load_contract().source]
        found[PEER + SILENT] = lambda port: [*found[PEER](port), "--multiprocess", "--verboseLevel", "silent"]
    else:
        print("prism is not installed; `make bench-sandbox` installs it where Node exists", file=sys.stderr)
    found["sandbox, memory"] = lambda port: sandbox_command(port, "sqlite://", seed)
    found["sandbox, SQLite file"] = lambda port: sandbox_command(port, f"sqlite:///{folder}/{port}.db", seed)
    found["sandbox, SQLite file" + SILENT] = lambda port: [*found["sandbox, SQLite file"](port), "--quiet"]
    found[CROWDED] = found["sandbox, SQLite file"]
    if programs():
        server = stack.enter_context(cluster())
        found["sandbox, PostgreSQL"] = lambda port: sandbox_command(port, empty_database(server), seed)
        found["sandbox, PostgreSQL, 2 workers"] = lambda port: sandbox_command(
            port, empty_database(server), seed, "--workers", "2"
        )
    else:
        print("PostgreSQL is not installed; measuring without it", file=sys.stderr)
    return found


def main() -> None:
    """Measure, print and keep."""
    samples: dict[str, list[dict[str, Any]]] = {}
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        seed = folder / "seed.json"
        seed.write_text(json.dumps({"merchants": [{"name": "benchmark", "keys": [KEY]}]}))
        servers = targets(folder, seed, stack)
        for _ in range(ROUNDS):
            for name, command in servers.items():
                port = free_port()
                with serving(command(port), port) as start_seconds, crowd(port) if name == CROWDED else nullcontext():
                    loads = {operation: asdict(load) for operation, load in sample(port).items()}
                samples.setdefault(name, []).append({"start_seconds": start_seconds, **loads})
    machine: dict[str, Any] = {
        "load": os.getloadavg(),
        "processors": os.cpu_count(),
        "python": platform.python_version(),
        "system": platform.platform(),
    }
    settings = {"rounds": ROUNDS, "seconds": SECONDS, "connections": CONNECTIONS}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"machine": machine, "settings": settings, "samples": samples}, indent=1) + "\n")
    _print(samples)


def _print(samples: dict[str, list[dict[str, Any]]]) -> None:
    table = Table(title=f"Medians of {ROUNDS} rounds, {CONNECTIONS} connections", header_style="bold", box=None)
    table.add_column("server")
    columns = ("start, s", "retrieve/s", "p99, ms", "x prism", "update/s", "p99, ms", "x prism", "failed")
    for column in columns:
        table.add_column(column, justify="right")
    for name, runs in samples.items():
        peer = samples.get(PEER + SILENT if name.endswith(SILENT) else PEER)
        row = [f"{statistics.median(run['start_seconds'] for run in runs):.2f}"]
        for operation in ("retrieve", "update"):
            rate = _median(runs, operation, "per_second")
            ratio = f"{rate / _median(peer, operation, 'per_second'):.1f}" if peer else ""
            row += [f"{rate:,.0f}", f"{_median(runs, operation, 'p99'):.1f}", ratio]
        failed = sum(run[operation]["failed"] for run in runs for operation in ("retrieve", "update"))
        table.add_row(name, *row, str(failed))
    Console(width=120).print(table)


def _median(runs: list[dict[str, Any]], operation: str, figure: str) -> float:
    return float(statistics.median(run[operation][figure] for run in runs))


if __name__ == "__main__":
    main()
