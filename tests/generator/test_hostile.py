"""A hostile contract gives a correct client or a clear refusal, and never code of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from contract import ContractError
from contract.loading import parse
from generator import client
from tests.hostile import CANARY, TEXTS, corpus, everything

_CHOSEN = {
    *("property-names", "required-names", "parameters", "schemas-collide"),
    *("schema-class", "schema-None", "schema-Any", "schema-Model", "schema-a.b"),
    *("operation-import", "operation-__init__", "operation-retrieve-thing", "operation-statement"),
    *("recursive-itself", "recursive-a-circle"),
}
"""A contract for each kind of name; the rest of the corpus differs from them in the name only."""

_IMPORT_ALL = """
import importlib, pkgutil, sys
sys.path.insert(0, ".")
import moment_billing
for module in pkgutil.walk_packages(moment_billing.__path__, "moment_billing."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
"""


def _render(document: dict[str, Any], folder: Path) -> list[str]:
    """Render the client of a contract and import all of it, in a folder of its own; return what it was refused for."""
    contract = parse(json.dumps(document).encode(), "hostile.json")
    try:
        client.generate(contract, folder)
    except ContractError as error:
        assert not folder.exists(), "a refused contract leaves nothing"
        return [str(finding) for finding in error.findings]
    done = subprocess.run([sys.executable, "-c", _IMPORT_ALL], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return []


@pytest.mark.parametrize(
    "document", [pytest.param(document, id=name) for name, document in corpus() if name in _CHOSEN]
)
def test_hostile_names_are_made_safe_or_refused(document: dict[str, Any], tmp_path: Path) -> None:
    """Every module of the client can be imported, or the contract is refused, and no text of it ever runs."""
    findings = _render(document, tmp_path / "client")
    assert all(finding.startswith("hostile.json:") for finding in findings)
    assert not list(tmp_path.rglob(CANARY))


def test_hostile_texts_stay_texts(tmp_path: Path) -> None:
    """With every hostile text in every description and value at once, the client imports, and nothing of them runs."""
    document = everything()
    document["info"]["title"] = "Everything"
    assert _render(document, tmp_path / "client") == []
    assert not list(tmp_path.rglob(CANARY))
    source = "".join(path.read_text("utf-8") for path in (tmp_path / "client").rglob("*.py"))
    assert TEXTS["format"] in source, "a text that needs no escape is kept as it is"
