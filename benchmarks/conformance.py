"""How many faulty servers each tool tells from the conforming sandbox, and which conforming variants it accuses.

Every tool meets the same servers, one after the other. What it complains about on the sandbox itself is its false
alarms; a fault counts as found when the tool complains about something that it does not complain about there. The peers
are run as their documentation shows, with the key, the documented customer created, and a time limit.

    make bench-conformance                       every 12th fault, every 8th variant
    ARGUMENTS="--every 1 --every-variant 1" make bench-conformance
"""

from __future__ import annotations

import argparse
import json
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import httpx
import yaml
from rich.console import Console
from rich.table import Table

from contract import load
from tests.conformance.faults import FAULTS, VARIANTS
from tests.conformance.faults.judging import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.conformance.faults import Fault

    Peer = Callable[["Server", Path], set[str]]

RESULTS = Path("benchmarks/results/conformance.json")
PEERS_HOME = Path(".work/peers")
PACKAGES = ("dredd@14.1.0", "@apideck/portman@1.33.0", "newman@6.2.1", "@stoplight/prism-cli@5.14.2")
BIN = Path(sys.executable).parent
SECONDS_MAX = 60
REFERENCE = "INV-2024-001"


@dataclass(frozen=True)
class Server:
    """One server of the corpus: its URL, and the keys of two merchants and of the public."""

    url: str
    key: str
    other_key: str
    public_key: str

    def add_documented_customer(self) -> None:
        """Create the customer whose reference the contract gives as an example."""
        headers = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": "7b92a9a8-3b0f-4b4a-9d39-7d5f3f1c2e60"}
        body = {"external_reference": REFERENCE, "name": "John Doe", "currency": "ZAR", "balance": 2000}
        httpx.post(f"{self.url}/billing/customers", headers=headers, json=body)


# ── The tools: each gives what it complains about, in words that do not change from run to run


def ours(server: Server, folder: Path) -> set[str]:
    """This project's suite, with its three keys."""
    keys = ["--api-key", server.key, "--other-api-key", server.other_key, "--public-api-key", server.public_key]
    _run([str(BIN / "moment-conformance"), server.url, *keys, "--seed", "1", "--report", str(folder)])
    report = json.loads((folder / "report.json").read_text())
    return {claim["claim"] for claim in report["claims"] if claim["state"] in {"fail", "warning"}}


def schemathesis(server: Server, folder: Path) -> set[str]:
    """Schemathesis 4.32.5 as it comes, within 60 s."""
    command = [str(BIN / "schemathesis"), "run", str(_contract(folder)), "--url", server.url, "--seed", "1"]
    options = ["--header", f"Authorization: Bearer {server.key}", "--max-time", str(SECONDS_MAX), "--report", "ndjson"]
    _run([*command, *options, "--report-ndjson-path", str(folder / "events.ndjson")], seconds=3 * SECONDS_MAX)
    events = [json.loads(line) for line in (folder / "events.ndjson").read_text().splitlines()]
    return {f"{one['operation']}: {one['title']}" for event in events for one in _failures(event)}


def _failures(node: Any) -> list[dict[str, Any]]:
    """Every failure in an event, wherever it stands."""
    if isinstance(node, list):
        return [found for item in node for found in _failures(item)]
    if not isinstance(node, dict):
        return []
    own = [node] if {"code", "title", "operation", "severity"} <= set(node) else []
    return own + [found for item in node.values() for found in _failures(item)]


def dredd(server: Server, folder: Path) -> set[str]:
    """Dredd 14.1.0, on the contract written as OpenAPI 3.0, which is what it reads."""
    header = f"Authorization: Bearer {server.key}"
    command = [_peer("dredd"), str(_older_contract(folder)), server.url, "--header", header]
    told = _run([*command, "--reporter", "xunit", "--output", str(folder / "dredd.xml")])
    if not (folder / "dredd.xml").exists():
        raise RuntimeError(told[-300:])
    cases = ET.parse(folder / "dredd.xml").getroot().iter("testcase")
    return {
        case.get("name", "") for case in cases if case.find("failure") is not None or case.find("error") is not None
    }


def portman(server: Server, folder: Path) -> set[str]:
    """Portman 1.33.0 with its contract tests, run by newman 6.2.1."""
    tests = ("statusSuccess", "contentType", "jsonBody", "schemaValidation", "headersPresent")
    contract_tests = [{"openApiOperation": "*::/*", **{name: {"enabled": True} for name in tests}}]
    overwrites = {"securityOverwrites": {"bearer": {"token": server.key}}}
    config = {"version": 1.0, "tests": {"contractTests": contract_tests}, "globals": overwrites}
    (folder / "portman.json").write_text(json.dumps(config))
    collection = folder / "collection.json"
    options = ["-b", server.url, "-o", str(collection), "-c", str(folder / "portman.json")]
    told = _run([_peer("portman"), "-l", str(_older_contract(folder)), *options], folder)
    if not collection.exists():
        raise RuntimeError(told[-300:])
    report = folder / "newman.json"
    _run([_peer("newman"), "run", str(collection), "-r", "json", "--reporter-json-export", str(report)], folder)
    failures = json.loads(report.read_text())["run"]["failures"]
    return {f"{one['source'].get('name', '')}: {one['error']['test']}" for one in failures if "test" in one["error"]}


def prism(server: Server, folder: Path) -> set[str]:
    """Prism 5.14.2 as a validating proxy, with the documented examples sent through it."""
    port = _free_port()
    command = [_peer("prism"), "proxy", str(_contract(folder)), server.url, "--port", str(port), "--errors"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            return _through(f"http://127.0.0.1:{port}", server.key)
        finally:
            process.terminate()


def _through(url: str, key: str) -> set[str]:
    contract, complaints = load(), set[str]()
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=20) as client:
        _wait_for(client)
        for operation in contract.operations:
            examples = operation.body[0].node["examples"] if operation.body else {"none": {}}
            for name, example in examples.items():
                value = contract.resolve(example)[0].get("value")
                path = operation.path.replace("{customer}", REFERENCE)
                header = {"Idempotency-Key": f"{operation.id}-{name}"} if operation.method == "POST" else {}
                answer = client.request(operation.method, path, json=value, headers=header)
                if "violation" in answer.text.lower() or answer.headers.get("sl-violations"):
                    complaints.add(f"{operation.id} {name}: {answer.status_code}")
    return complaints


PEERS: dict[str, Peer] = {
    "moment-conformance": ours,
    "portman 1.33.0 with newman 6.2.1": portman,
    "prism 5.14.2": prism,
    "dredd 14.1.0": dredd,
    "schemathesis 4.32.5": schemathesis,
}


# ── Running them


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and write the results."""
    parser = argparse.ArgumentParser(prog="make bench-conformance", description=__doc__)
    parser.add_argument("--every", type=int, default=12, help="take every Nth fault (default: 12)")
    parser.add_argument("--every-variant", type=int, default=8, help="take every Nth variant (default: 8)")
    parser.add_argument("--peers", nargs="*", choices=list(PEERS), default=list(PEERS), help="tools to run")
    options = parser.parse_args(arguments)
    console = Console(highlight=False, soft_wrap=True)
    missing = _install()
    faults, variants = FAULTS[:: options.every], VARIANTS[1 :: options.every_variant]
    scores: list[dict[str, Any]] = []
    results = {"faults": len(faults), "variants": len(variants), "faults in the corpus": len(FAULTS), "tools": scores}
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    for name in options.peers:
        console.print(f"{name} ...", style="dim")
        why = missing.get(name)
        scores.append(_absent(name, why) if why else _score(name, PEERS[name], faults, variants))
        RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", "utf-8")
    console.print(_table(results))
    console.print(f"Written to {RESULTS}")
    return 0


def _score(name: str, peer: Peer, faults: list[Fault], variants: list[Fault]) -> dict[str, Any]:
    try:
        usual, _ = _complaints(peer, VARIANTS[0])
    except (OSError, RuntimeError, ValueError, KeyError, subprocess.SubprocessError) as error:
        return _absent(name, f"does not run: {type(error).__name__}: {error}")
    found: list[str] = []
    accused: list[str] = []
    seconds: list[float] = []
    for fault in (*faults, *variants):
        try:
            complaints, took = _complaints(peer, fault)
        except (OSError, RuntimeError, ValueError, KeyError, subprocess.SubprocessError):
            complaints, took = set(), float(SECONDS_MAX)
        seconds.append(took)
        if complaints - usual:
            (found if fault.claim else accused).append(fault.id)
    return {
        "tool": name,
        "found": len(found),
        "false alarms on the sandbox": sorted(usual),
        "variants accused": accused,
        "seconds for each server (median)": round(statistics.median(seconds), 1),
        "faults found": found,
    }


def _absent(name: str, why: str) -> dict[str, Any]:
    return {"tool": name, "not measured": why}


def _complaints(peer: Peer, fault: Fault) -> tuple[set[str], float]:
    with serving(fault) as told, tempfile.TemporaryDirectory() as folder:
        server = Server(*told)
        server.add_documented_customer()
        started = time.perf_counter()
        return peer(server, Path(folder)), time.perf_counter() - started


def _install() -> dict[str, str]:
    """Install the peers at their versions where they are not; why some cannot be had, by name."""
    if all((PEERS_HOME / "node_modules/.bin" / tool).exists() for tool in ("dredd", "portman", "newman", "prism")):
        return {}
    npm = shutil.which("npm")
    if npm is None:
        return dict.fromkeys([name for name in PEERS if "." in name and "schemathesis" not in name], "there is no npm")
    PEERS_HOME.mkdir(parents=True, exist_ok=True)
    told = _run([npm, "install", "--no-audit", "--no-fund", "--prefix", str(PEERS_HOME), *PACKAGES], seconds=600)
    tools = {"portman 1.33.0 with newman 6.2.1": "portman", "prism 5.14.2": "prism", "dredd 14.1.0": "dredd"}
    there = PEERS_HOME / "node_modules/.bin"
    return {name: f"cannot be installed: {told[-200:]}" for name, tool in tools.items() if not (there / tool).exists()}


def _peer(tool: str) -> str:
    return str((PEERS_HOME / "node_modules/.bin" / tool).absolute())


def _run(command: list[str], folder: Path | None = None, seconds: float = 2 * SECONDS_MAX) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False, cwd=folder)
    return done.stdout + done.stderr


def _contract(folder: Path) -> Path:
    file = folder / "openapi.yaml"
    file.write_bytes(load().data)
    return file


def _older_contract(folder: Path) -> Path:
    """The contract as OpenAPI 3.0, without the keywords that came later, and without errors, which need hooks."""
    file = folder / "openapi-3.0.yaml"
    file.write_text(yaml.safe_dump({**_older(load().document), "openapi": "3.0.3"}, sort_keys=False), "utf-8")
    return file


_ERRORS = {str(status) for status in range(400, 600)}
_LATER = {"propertyNames", "dependentRequired", "identifier", "summary"}


def _older(node: Any) -> Any:
    if isinstance(node, list):
        return [_older(item) for item in node]
    if not isinstance(node, dict):
        return node
    older = {key: _older(value) for key, value in node.items() if key not in _LATER and key not in _ERRORS}
    if older.get("in") == "path":
        older.pop("examples", None)
        older["example"] = REFERENCE
    if isinstance(older.get("examples"), list):
        older["example"] = older.pop("examples")[0]
    return older


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _wait_for(client: httpx.Client) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            client.get(f"/billing/customers/{REFERENCE}")
        except httpx.TransportError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("the proxy does not answer")


def _table(results: dict[str, Any]) -> Table:
    table = Table("tool", "faults found", "false alarms on the sandbox", "variants accused", "s a server", box=None)
    for score in results["tools"]:
        if "not measured" in score:
            table.add_row(score["tool"], score["not measured"][:60], "", "", "")
        else:
            alarms, accused = len(score["false alarms on the sandbox"]), len(score["variants accused"])
            seconds = str(score["seconds for each server (median)"])
            found = f"{score['found']} of {results['faults']}"
            table.add_row(score["tool"], found, str(alarms), f"{accused} of {results['variants']}", seconds)
    return table


if __name__ == "__main__":
    sys.exit(main())
