"""The comparison stays correct, quick and harmless on contracts that nobody should write."""

from __future__ import annotations

import copy
import json
import time
from pathlib import Path
from typing import Any

import pytest

from contract.diff.cli import main
from tests.contract.diff.conftest import document
from tests.hostile import corpus, endless

_CONTRACTS = dict(corpus())


_EDITS = 200
"""How many strings an edit shortens, so that a report on the largest contract stays readable too."""


def _edited(content: dict[str, Any]) -> dict[str, Any]:
    """The contract with its first strings shortened, and the texts about them rewritten."""
    left = _EDITS

    def rewritten(value: Any) -> Any:
        nonlocal left
        if isinstance(value, list):
            return [rewritten(item) for item in value]
        if not isinstance(value, dict):
            return value
        changed = {key: rewritten(item) for key, item in value.items()}
        if value.get("type") == "string" and left:
            left -= 1
            changed |= {"maxLength": 7, "description": f"Anew: {value.get('description')}"}
        return changed

    edited: dict[str, Any] = rewritten(copy.deepcopy(content))
    return edited


@pytest.mark.parametrize("hazard", _CONTRACTS)
def test_a_hostile_contract_is_compared(hazard: str, tmp_path: Path, capsys: Any) -> None:
    """Against itself nothing differs; against an edit, each format is well-formed and nothing in it can act."""
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    old.write_text(json.dumps(_CONTRACTS[hazard]), encoding="utf-8")
    new.write_text(json.dumps(_edited(_CONTRACTS[hazard])), encoding="utf-8")
    assert main([str(old), str(new), "--format", "json"]) == 1
    rules = {change["rule"] for change in json.loads(capsys.readouterr().out)["changes"]}
    assert "request-property-max-length-added" in rules
    if hazard.startswith("large-"):
        return  # what is said of it is no other than of the rest
    assert main([str(old), str(old)]) == 0
    capsys.readouterr()
    assert main([str(old), str(new)]) == 1
    text = capsys.readouterr().out
    assert all(character.isprintable() for line in text.split("\n") for character in line)
    assert main([str(old), str(new), "--format", "markdown"]) == 1
    assert "<script>" not in capsys.readouterr().out
    assert not list(tmp_path.glob("*canary*"))


def test_a_schema_that_only_refers_to_itself_ends(tmp_path: Path, capsys: Any) -> None:
    """A schema that leads back to itself through `allOf` alone is compared or refused, and not followed for ever."""
    path = tmp_path / "contract.json"
    path.write_text(json.dumps(endless()), encoding="utf-8")
    assert main([str(path), str(path)]) in {0, 2}


@pytest.mark.parametrize("link", [lambda ref: ref, lambda ref: {"allOf": [ref]}], ids=["$ref", "allOf"])
def test_a_long_chain_of_schemas_is_followed(link: Any, tmp_path: Path, capsys: Any) -> None:
    """A schema behind thousands of others is compared like one at hand."""
    paths = [tmp_path / "old.json", tmp_path / "new.json"]
    for path, limit in zip(paths, (5, 4), strict=True):
        chain = {f"S{i}": link({"$ref": f"#/components/schemas/S{i + 1}"}) for i in range(3000)}
        schemas = chain | {"S3000": {"type": "string", "maxLength": limit}}
        body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/S0"}}}}
        contract = document(operation={"requestBody": body}, components={"schemas": schemas})
        path.write_text(json.dumps(contract), encoding="utf-8")
    assert main([*map(str, paths), "--format", "json"]) == 1
    (change,) = json.loads(capsys.readouterr().out)["changes"]
    assert change["rule"] == "request-body-max-length-decreased"


def test_time_grows_with_size_and_not_with_paths(tmp_path: Path, capsys: Any) -> None:
    """Schemas that share parts have more paths than atoms; each pair of parts is compared once."""
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    old.write_text(json.dumps(_CONTRACTS["large-300-schemas-that-share"]), encoding="utf-8")
    new.write_text(json.dumps(_edited(_CONTRACTS["large-300-schemas-that-share"])), encoding="utf-8")
    started = time.process_time()
    main([str(old), str(new), "--format", "json"])
    assert time.process_time() - started < 60, "following every path would take longer than anyone lives"
    assert len(json.loads(capsys.readouterr().out)["changes"]) < 5_000
