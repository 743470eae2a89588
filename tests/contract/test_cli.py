"""`moment-contract` as a maintainer runs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from contract.cli import main


def test_the_contract_and_its_ledger_are_summed_up(capsys: pytest.CaptureFixture[str]) -> None:
    """A clean check says in one line what was checked."""
    assert main(["check"]) == 0
    out = capsys.readouterr().out
    assert "3 operations" in out
    assert "every rule holds" in out


def test_a_broken_contract_is_one_message_with_its_place(tmp_path: Path, root: Path) -> None:
    """The message names file, line and pointer; the status is 2; there is no traceback."""
    broken = tmp_path / "broken.yaml"
    broken.write_text((root / "openapi.yaml").read_text().replace("maxLength: 500", "maxLength: many"))
    run = subprocess.run(
        [sys.executable, "-m", "contract.cli", "check", broken], capture_output=True, text=True, check=False, cwd=root
    )
    assert run.returncode == 2
    assert "Traceback" not in run.stderr
    assert f"{broken}:" in run.stderr
    assert "/components/schemas/Metadata/additionalProperties/maxLength [valid-schema]" in run.stderr


def test_a_constraint_without_a_claim_is_a_finding(
    tmp_path: Path, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tightening the contract alone is refused until the ledger says which statement it rests on."""
    (tmp_path / "claims.yaml").write_text((root / "claims.yaml").read_text())
    changed = tmp_path / "openapi.yaml"
    changed.write_text(
        (root / "openapi.yaml").read_text().replace("maxLength: 500", "maxLength: 500\n        minLength: 1")
    )
    assert main(["check", str(changed)]) == 2
    assert "constraint-backed" in capsys.readouterr().err


def test_the_rules_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """Every rule has a line with its name and what it asks for."""
    assert main(["rules"]) == 0
    assert "pattern-compiles" in capsys.readouterr().out
