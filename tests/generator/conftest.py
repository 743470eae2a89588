"""What the generator's tests share: small contracts, made by changing this project's own."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from contract import Contract, load

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def changed(contract: Contract, tmp_path: Path) -> Callable[[Callable[[Any], object]], Path]:
    """Writes this project's contract with a change to a file, and returns the file."""

    def write(change: Callable[[Any], object]) -> Path:
        document = deepcopy(contract.document)
        change(document)
        path = tmp_path / "changed.json"
        path.write_text(json.dumps(document, indent=1), encoding="utf-8")
        return path

    return write


@pytest.fixture
def changed_contract(
    changed: Callable[[Callable[[Any], object]], Path],
) -> Callable[[Callable[[Any], object]], Contract]:
    """The same, already read."""
    return lambda change: load(changed(change))


@pytest.fixture(scope="session")
def grown(contract: Contract, tmp_path_factory: pytest.TempPathFactory) -> Contract:
    """This project's contract, grown by accounts and bills (`grown.yaml`)."""
    document = deepcopy(contract.document)
    more = yaml.safe_load(Path(__file__).with_name("grown.yaml").read_text(encoding="utf-8"))
    # Each operation has the same errors as those of the contract.
    usual = document["paths"]["/billing/customers"]["post"]["responses"]
    errors = {status: response for status, response in usual.items() if status >= "400"}
    for item in more["paths"].values():
        for operation in item.values():
            if isinstance(operation, dict) and operation["responses"].pop("x-errors", None) is not None:
                operation["responses"] |= errors
    document["tags"] += more["tags"]
    document["paths"] |= more["paths"]
    for kind, components in more["components"].items():
        document["components"][kind] |= components
    path = tmp_path_factory.mktemp("grown") / "grown.json"
    path.write_text(json.dumps(document, indent=1), encoding="utf-8")
    return load(path)
