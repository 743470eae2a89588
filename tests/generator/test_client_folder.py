"""The folder that the client is rendered into is whole at every moment, and says what it is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from contract import Contract, ContractError
from generator import client

if TYPE_CHECKING:
    from collections.abc import Callable


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_rendering_twice_changes_nothing_the_second_time(contract: Contract, tmp_path: Path) -> None:
    """A second run finds the folder up to date and leaves every file as it was, times included."""
    target = tmp_path / "generated"
    assert client.generate(contract, target).added
    times = {path: path.stat().st_mtime_ns for path in target.rglob("*")}
    assert not client.generate(contract, target).anything
    assert {path: path.stat().st_mtime_ns for path in target.rglob("*")} == times


@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_bytes_do_not_depend_on_the_hash_seed(seed: str, root: Path, tmp_path: Path) -> None:
    """Under any hash seed, a process of its own renders the bytes that are committed."""
    command = [sys.executable, "-m", "generator.cli", "client", "--out", str(tmp_path / "generated")]
    subprocess.run(command, cwd=root, env={**os.environ, "PYTHONHASHSEED": seed}, check=True, capture_output=True)
    rendered = _files(tmp_path / "generated")
    assert rendered
    assert rendered == {name: (root / "generated" / name).read_bytes() for name in rendered}


def test_the_committed_client_is_what_the_contract_yields(contract: Contract, root: Path) -> None:
    """Nobody edited generated/ by hand, or changed the contract and forgot to render."""
    assert client.difference(contract, root / "generated") == ""


def test_a_difference_names_the_file_and_the_lines(contract: Contract, tmp_path: Path) -> None:
    """--check shows what was edited by hand, what is missing and what does not belong."""
    target = tmp_path / "generated"
    client.generate(contract, target)
    version = target / "moment_billing" / "_version.py"
    version.write_text(version.read_text().replace("VERSION =", "EDITED ="))
    (target / "stray.txt").write_text("mine")
    (target / "moment_billing" / "py.typed").unlink()
    shown = client.difference(contract, target)
    assert "-EDITED = " in shown
    assert "+VERSION = " in shown
    assert "-mine" in shown
    assert "moment_billing/py.typed" in shown


def test_every_file_says_in_its_first_line_that_it_is_generated(contract: Contract, root: Path) -> None:
    """The marker names the contract by its hash, so that a stale file is recognised; the licence is left as it is."""
    files = [path for path in (root / "generated").rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    first = {path.name: path.read_text(encoding="utf-8").partition("\n")[0] for path in files}
    assert len(first) > 20
    assert first.pop("LICENSE") == "MIT License"
    assert [name for name, line in first.items() if contract.sha256 not in line or "Do not edit" not in line] == []


def test_a_failed_run_leaves_the_folder_as_it_was(
    contract: Contract, changed_contract: Callable[..., Contract], tmp_path: Path
) -> None:
    """A contract that cannot be rendered costs nothing that was there."""
    target = tmp_path / "generated"
    client.generate(contract, target)
    before = _files(target)
    broken = changed_contract(lambda document: document["paths"]["/billing/customers"]["post"].pop("security", None))
    broken.document["components"]["schemas"]["Customer"]["properties"]["id"] = {"$ref": "#/components/schemas/Gone"}
    with pytest.raises(ContractError):
        client.generate(broken, target)
    assert _files(target) == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".generated")] == []


@pytest.mark.parametrize("moment", ["rename aside", "rename in"])
def test_an_interrupted_swap_loses_nothing(
    moment: str, contract: Contract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the two renames, the old folder waits aside and the next run puts things right."""
    target = tmp_path / "generated"
    client.generate(contract, target)
    before = _files(target)
    (target / "moment_billing" / "_version.py").write_text("# changed\n")
    rename = Path.rename

    def interrupted(self: Path, to: Path) -> Path:
        is_aside = Path(to).name.endswith("-old")
        if is_aside == (moment == "rename aside"):
            raise KeyboardInterrupt
        return rename(self, to)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", interrupted)
        with pytest.raises(KeyboardInterrupt):
            client.generate(contract, target)
    assert target.is_dir() or (tmp_path / ".generated-old").is_dir()
    client.generate(contract, target)
    assert _files(target) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["generated"]


def test_a_folder_left_aside_by_a_killed_run_is_put_back(contract: Contract, tmp_path: Path) -> None:
    """Even a kill that no handler sees leaves a folder that the next run recovers."""
    target = tmp_path / "generated"
    client.generate(contract, target)
    target.rename(tmp_path / ".generated-old")
    client.recover(target)
    assert (target / "moment_billing" / "__init__.py").is_file()
    assert not (tmp_path / ".generated-old").exists()
