"""The build: the same bytes each time, without a network, and all or nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from generator.site.build import build
from generator.site.cli import main
from generator.site.folder import place
from generator.site.verify import MAX_PAGE_BYTES, verify

if TYPE_CHECKING:
    from generator.site.inputs import Inputs

# Runs the command in a process that may open no connection and look up no name.
_OFFLINE = """
import sys
def refuse(event, arguments):
    if event in {"socket.connect", "socket.getaddrinfo"}:
        raise RuntimeError(f"the build used the network: {arguments}")
sys.addaudithook(refuse)
from generator.site.cli import main
sys.exit(main(sys.argv[1:]))
"""


def test_the_site_passes_its_own_check(site: dict[str, bytes]) -> None:
    """What is built has no finding."""
    assert verify(site) == []


def test_two_builds_give_the_same_bytes_without_a_network(root: Path) -> None:
    """Under different hash seeds, in processes that may not connect, every byte is the same."""
    digests = set()
    for seed in ("1", "2"):
        command = [sys.executable, "-c", _OFFLINE, "build", "--digest"]
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        digests.add(done.stdout)
    assert len(digests) == 1


def test_pages_are_light(site: dict[str, bytes]) -> None:
    """The heaviest page, with its styles and scripts, stays well under the limit."""
    own = sum(len(content) for name, content in site.items() if name.startswith("static/"))
    pages = [content for name, content in site.items() if name.endswith(".html") and not name.startswith("console/")]
    assert max(len(page) for page in pages) + own < MAX_PAGE_BYTES


def test_a_site_without_its_optional_parts_is_whole(inputs: Inputs, tmp_path: Path) -> None:
    """Without console, report, changelog and releases there is a site, and it says what it lacks."""
    bare = replace(inputs, console=None, report=None, toolkit=None)
    bare = replace(bare, changelog=tmp_path / "none.md", releases=tmp_path / "none")
    files = build(bare)
    assert verify(files) == []
    assert not any(name.startswith("console/") for name in files)
    assert b"No version has been released yet" in files["changelog.html"]
    assert b"No verdict on a server is published" in files["conformance.html"]
    assert b"make sandbox" in files["guides/getting-started.html"]
    assert b"moment_contract" not in files["guides/getting-started.html"]


def test_every_release_can_be_taken(inputs: Inputs, tmp_path: Path) -> None:
    """Each file of each release stands under its name, unchanged, the newest first, with its checksum."""
    for version in ("1.9.0", "1.10.0"):
        (tmp_path / version).mkdir()
        (tmp_path / version / "openapi.yaml").write_bytes(f"# {version}\\n".encode())
    files = build(replace(inputs, releases=tmp_path))
    assert verify(files) == []
    assert files["downloads/releases/1.9.0/openapi.yaml"] == b"# 1.9.0\\n"
    page = files["downloads.md"].decode()
    assert 0 < page.index("[releases/1.10.0/openapi.yaml]") < page.index("[releases/1.9.0/openapi.yaml]")
    assert "downloads/releases/1.10.0/SHA256SUMS" in files


def test_a_site_takes_the_place_of_another_whole(tmp_path: Path) -> None:
    """Files of an older site are gone, and nothing else is left beside the new one."""
    target = tmp_path / "dist" / "site"
    place({"old.html": b"old", "deep/er.html": b"old"}, target)
    place({"new.html": b"new"}, target)
    assert [path.name for path in target.iterdir()] == ["new.html"]
    assert [path.name for path in target.parent.iterdir()] == ["site"]


def test_the_command_builds_and_tells(
    tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`build` writes the site and says what it holds and what it lacks."""
    monkeypatch.chdir(root)
    assert main(["build", "--out", str(tmp_path / "site"), "--no-console"]) == 0
    told = capsys.readouterr().out
    assert "pages" in told
    assert "Without a conformance report" in told
    assert (tmp_path / "site" / "index.html").is_file()
    assert not (tmp_path / "site" / "console").exists()


def test_a_missing_console_is_told(
    tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the console's package is not installed, the site is built without it and says how to get it."""
    shutil.copytree(root / "generated", tmp_path / "generated", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(tmp_path)
    assert main(["build"]) == 0
    assert "make console" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["build", "--contract", "none.yaml"], "none.yaml"),
        (["build", "--report", "none"], "moment-conformance"),
        (["build"], "moment-generate client"),
        (["serve", "--site", "none"], "moment-publish build"),
        (["build", "--contract", "broken.yaml"], "broken.yaml:4"),
    ],
)
def test_what_cannot_be_used_is_said(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A part that is not there ends in one message that names it or says what to do, and in status 2."""
    monkeypatch.chdir(tmp_path)
    broken = "openapi: 3.1.0\ninfo: {title: x, version: 1.0.0}\npaths:\n  /x: {$ref: '#/none'}\n"
    (tmp_path / "broken.yaml").write_text(broken, encoding="utf-8")
    if "none" in arguments and "--report" in arguments:
        (tmp_path / "generated").mkdir()
        (tmp_path / "generated" / "pyproject.toml").write_text("", encoding="utf-8")
    assert main(arguments) == 2
    told = capsys.readouterr().err
    assert message in told
    assert "Traceback" not in told


def test_a_guide_about_what_is_gone_is_told(
    tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """When the contract loses what a guide tells of, the build names the page and the template, and ends with 2."""
    monkeypatch.chdir(root)
    shutil.copy("claims.yaml", tmp_path)
    other = Path("openapi.yaml").read_text(encoding="utf-8")
    other = other.replace("    Metadata:", "    Notes:").replace("schemas/Metadata'", "schemas/Notes'")
    (tmp_path / "openapi.yaml").write_text(other, encoding="utf-8")
    assert main(["build", "--contract", str(tmp_path / "openapi.yaml"), "--out", str(tmp_path / "site")]) == 2
    told = capsys.readouterr().err
    assert "templates/site/guides/metadata.md" in told
    assert "/components/schemas/Metadata" in told
    assert not (tmp_path / "site").exists()


def test_a_site_with_findings_is_not_published(
    tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """When something is wrong with the built site, the old one stays and each finding is told."""
    monkeypatch.chdir(root)
    target = tmp_path / "site"
    place({"index.html": b"the old one"}, target)
    monkeypatch.setattr("generator.site.verify.MAX_PAGE_BYTES", 1000)
    assert main(["build", "--out", str(target), "--no-console"]) == 1
    assert "index.html: it weighs" in capsys.readouterr().err
    assert (target / "index.html").read_bytes() == b"the old one"
