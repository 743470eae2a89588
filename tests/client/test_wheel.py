"""The wheel as a partner installs it: beside httpx and msgspec, and nothing else."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

USE = """
import moment_billing
from moment_billing import webhooks
from moment_billing.cli import main
from moment_billing.testing import MomentServer, sign_webhook

server = MomentServer()
with server.client() as moment:
    created = moment.customers.create(external_reference="x", currency="ZAR", balance=5)
    assert moment.customers.retrieve(created.id) == created
    try:
        moment.customers.update("x", balance=1)
    except moment_billing.RequestValidationError as error:
        print(error)
print(webhooks.verify(*sign_webhook({"id": "evt_1", "type": "a.b"}, "s"), "s").type)
print(main(["customers", "retrieve", "x"]))
print(moment_billing.__file__)
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """A folder with the unpacked wheel, and links to what its dependencies need."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), "generated"]
    subprocess.run(build, cwd=root, check=True, capture_output=True, timeout=120)
    (file,) = folder.glob("moment_billing-*.whl")
    with zipfile.ZipFile(file) as archive:
        archive.extractall(folder / "site")
    for name in needed(set(), "httpx", "msgspec"):
        for entry in {Path(file).parts[0] for file in importlib.metadata.files(name) or ()} - {"..", "__pycache__"}:
            (folder / "site" / entry).symlink_to(str(importlib.metadata.distribution(name).locate_file(entry)))
    return folder / "site"


def needed(found: set[str], *names: str) -> set[str]:
    """The distributions that these need on this machine, themselves included."""
    for name in names:
        if name not in found:
            found.add(name)
            plain = [text for text in importlib.metadata.requires(name) or () if "extra ==" not in text]
            wanted = [re.split(r"[^\w.-]", text)[0] for text in plain]
            needed(found, *(each for each in wanted if _is_installed(each)))
    return found


def _is_installed(name: str) -> bool:
    return any(importlib.metadata.distributions(name=name))


def test_the_wheel_works_beside_its_two_dependencies_alone(site: Path, tmp_path: Path) -> None:
    """Client, checks, server in memory and webhooks run; the command line names the extra that it needs."""
    code = f"import sys; sys.path.append({str(site)!r})\n{USE}"
    run = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-W", "error", "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines() == [
        "updateCustomer was not sent: balance needs currency",
        "a.b",
        "2",
        str(site / "moment_billing" / "__init__.py"),
    ]
    assert "pip install 'moment-billing[cli]'" in run.stderr


def test_the_readme_installs_the_wheel(site: Path, root: Path) -> None:
    """By its file, since no index holds the package."""
    (wheel,) = site.parent.glob("*.whl")
    commands = re.findall(r"^pip install (.*)$", (root / "generated" / "README.md").read_text(), re.MULTILINE)
    assert commands == [f"./{wheel.name}", f"'./{wheel.name}[cli]'"]


def test_the_licence_comes_along(site: Path, root: Path) -> None:
    """The project's own text, where installers look for it."""
    (licence,) = site.glob("moment_billing-*.dist-info/licenses/*")
    assert licence.read_bytes() == (root / "LICENSE").read_bytes()
    assert "License-File: LICENSE" in (licence.parent.parent / "METADATA").read_text().splitlines()


def test_the_wheel_is_typed_and_holds_nothing_else(site: Path) -> None:
    """`py.typed` is there; neither tests nor stray files are installed."""
    assert (site / "moment_billing" / "py.typed").is_file()
    ours = {path.name for path in site.iterdir() if not path.is_symlink()}
    assert {name.partition("-")[0] for name in ours} == {"moment_billing"}
    kinds = {path.suffix for path in (site / "moment_billing").rglob("*") if path.is_file()}
    assert kinds == {".py", ".typed"}
