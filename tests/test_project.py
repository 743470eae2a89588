"""The project's own face: its commands, its dependencies, its wheel."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
MAKEFILE = (ROOT / "Makefile").read_text()
LOCK = (ROOT / "requirements.lock").read_text()
DOCUMENTS = ["README.md", "CONTRIBUTING.md"]


def targets() -> set[str]:
    """The targets that a person can ask for."""
    phony = " ".join(re.findall(r"^\.PHONY:((?:.*\\\n)*.*)", MAKEFILE, re.MULTILINE)).replace("\\\n", " ")
    return set(phony.split())


def test_make_help_lists_every_target_with_a_line_each() -> None:
    """Whoever types `make help` sees each job and what it does."""
    run = subprocess.run(["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", run.stdout)
    listed = dict(line.split(None, 1) for line in plain.splitlines() if line.startswith("  "))
    assert listed.keys() == targets()
    assert all(listed.values())


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_documents_name_only_targets_that_exist(document: str) -> None:
    """A command that a document shows is one that runs."""
    shown = set(re.findall(r"(?:`|\$ )make ([a-z][a-z-]*)", (ROOT / document).read_text()))
    assert shown, document
    assert shown <= targets()


def test_every_command_is_documented() -> None:
    """Each console script has its place in a document that a newcomer reads."""
    read = "".join((ROOT / name).read_text() for name in [*DOCUMENTS, "Makefile"])
    for script in PYPROJECT["project"]["scripts"]:
        assert script in read, script


def test_the_lock_pins_each_dependency_with_hashes() -> None:
    """Whatever the short list names is in the lock, at one version, with hashes, and with no address of an index."""
    names = [*PYPROJECT["project"]["dependencies"], *PYPROJECT["dependency-groups"]["dev"]]
    for requirement in names:
        name = re.split(r"[\[=<>~]", requirement)[0].lower()
        assert re.search(rf"^{name}(\[\w+\])?==\S+.*\\\n +--hash=sha256:", LOCK, re.MULTILINE | re.IGNORECASE), name
    assert "://" not in LOCK


def test_the_generator_is_pinned_exactly() -> None:
    """Its templates and its parser are no public interface, so the version is part of this project."""
    assert "openapi-python-client==0.29.1" in PYPROJECT["project"]["dependencies"]
    assert re.search(r"^openapi-python-client==0\.29\.1 ", LOCK, re.MULTILINE)


def test_the_wheel_carries_the_contract_the_ledger_and_the_templates(tmp_path: Path) -> None:
    """Installed away from a checkout, the commands find what they read."""
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    unpacked = tmp_path / "unpacked"
    zipfile.ZipFile(wheel).extractall(unpacked)
    packages = {path.name for path in unpacked.iterdir() if path.suffix != ".dist-info"}
    assert packages == {"contract", "generator", "sandbox", "conformance"}
    assert list((unpacked / "generator" / "data" / "templates" / "client").rglob("*.jinja"))
    assert (unpacked / "generator" / "data" / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
    program = (
        "import contract, contract.ledger as l; print(contract.load().sha256, len(l.load_claims()), contract.__file__)"
    )
    environment = {"PYTHONPATH": str(unpacked), "PATH": "/usr/bin:/bin"}
    here, installed = (
        subprocess.run(
            [sys.executable, "-c", program], cwd=cwd, env=env, capture_output=True, text=True, check=True
        ).stdout.split()
        for cwd, env in ((ROOT, None), (tmp_path, environment))
    )
    assert installed[:2] == here[:2]
    assert Path(installed[2]).is_relative_to(unpacked)


def test_no_file_names_a_machine_or_an_index() -> None:
    """What is committed runs anywhere: no home directory, no address of a package index."""
    pattern = r"(index-url|find-links)[ =]+\S*://|\"resolved\": *\"https?://|(^|[\"' =(])/(home|root|Users)/[A-Za-z]"
    found = subprocess.run(
        ["git", "grep", "-nIE", pattern, "--", ".", ":!tests/test_project.py"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.stdout == ""
