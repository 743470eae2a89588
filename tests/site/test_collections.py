"""The Postman collection and the HTTP file run green, again and again, and notice when a server answers otherwise."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from contract.loading import parse
from generator.site.chains import steps
from generator.site.httpfile import http_file
from generator.site.postman import collection

if TYPE_CHECKING:
    from contract import Contract
    from tests.site.conftest import Sandbox

FILES = ["postman.json", "requests.http"]


def _run(node: str, path: Path, sandbox: Sandbox) -> list[dict[str, Any]]:
    script = Path(__file__).parent / "browser" / "collection.mjs"
    command = [node, str(script), str(path), sandbox.url, sandbox.key]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("name", FILES)
def test_a_collection_runs_green_twice(
    name: str, node: str, site: dict[str, bytes], sandbox: Sandbox, tmp_path: Path, contract: Contract
) -> None:
    """Each example of the contract succeeds with all its tests; a second run meets nothing that the first one left."""
    path = tmp_path / name
    path.write_bytes(site[f"downloads/latest/{name}"])
    for _ in range(2):
        results = _run(node, path, sandbox)
        assert len(results) == len(steps(contract))
        assert {title: seen for result in results for title, seen in result["tests"].items() if seen is not True} == {}
        assert all(len(result["tests"]) > 2 for result in results)


@pytest.mark.parametrize("name", FILES)
def test_the_tests_of_a_collection_can_fail(
    name: str, node: str, sandbox: Sandbox, tmp_path: Path, contract: Contract
) -> None:
    """Made from a contract that promises what the sandbox does not do, the tests fail and say why."""
    source = contract.data.replace(b"'201':", b"'202':").replace(b"required: [id, ext", b"required: [id, colour, ext")
    other = parse(source, "other.yaml")
    path = tmp_path / name
    path.write_text(json.dumps(collection(other)) if name.endswith(".json") else http_file(other), encoding="utf-8")
    created = _run(node, path, sandbox)[0]["tests"]
    assert created["answers 202"] is not True
    assert created["has colour"] is not True
    assert created["has id"] is True
