"""What these tests share: a real sandbox, a Moment in memory, and packages rendered from other contracts."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest

from contract import load
from generator import client
from moment_billing._pytest_plugin import moment_server
from tests.client.conftest import moment, reference, sandbox

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from contract import Contract

__all__ = ["moment", "moment_server", "reference", "render_changed", "sandbox"]


@pytest.fixture
def render_changed(contract: Contract, tmp_path: Path) -> Callable[[Callable[[Any], object]], Path]:
    """Renders the client from this project's contract with a change, and returns the folder that holds it."""

    def render(change: Callable[[Any], object]) -> Path:
        document = deepcopy(contract.document)
        change(document)
        path = tmp_path / "changed.json"
        path.write_text(json.dumps(document, indent=1), encoding="utf-8")
        client.generate(load(path), tmp_path / "generated")
        return tmp_path / "generated"

    return render
