"""`moment-release`: from an edit of the contract to a frozen version, and the gate on the way."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contract.release import Version, last_release, releases
from contract.release.cli import main
from contract.release.gate import type_faults

Run = Callable[..., int]


@pytest.fixture
def project(root: Path, tmp_path: Path) -> Path:
    """A folder with a contract like this project's, and nothing published."""
    (tmp_path / "openapi.yaml").write_bytes((root / "openapi.yaml").read_bytes())
    return tmp_path


@pytest.fixture
def run(project: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command of `moment-release` on the project, on a day that is known."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1750000000")
    return lambda *arguments: main(["--contract", str(project / "openapi.yaml"), *arguments])


def edit(project: Path, old: str, new: str) -> None:
    """Replace a text of the contract."""
    path = project / "openapi.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def version_of(project: Path) -> str:
    """The version that the contract gives itself."""
    return next(line.split()[1] for line in (project / "openapi.yaml").read_text().splitlines() if "  version:" in line)


def test_the_first_release_freezes_the_contract_as_it_is(project: Path, run: Run) -> None:
    """The frozen file has the same bytes and a hash that sha256sum confirms; the changelog begins with it."""
    published = version_of(project)
    assert run("check") == run("freeze") == run("check") == 0
    release = last_release(project / "releases")
    assert release is not None
    assert str(release.version) == published
    assert release.contract.data == (project / "openapi.yaml").read_bytes()
    assert not release.faults()
    subprocess.run(["sha256sum", "--check", "SHA256SUMS"], cwd=release.folder, check=True, capture_output=True)
    assert f"## {published} - 2025-06-15\n" in (project / "CHANGELOG.md").read_text()


def test_a_change_raises_the_version_and_keeps_every_other_byte(project: Path, run: Run) -> None:
    """`bump` writes the version that the changes ask for, and nothing else."""
    run("freeze")
    edit(project, "maxProperties: 20", "maxProperties: 21")
    before = (project / "openapi.yaml").read_text()
    old = Version.parse(version_of(project))
    assert run("bump") == 0
    raised = Version(old.major + 1, 0, 0)
    assert (project / "openapi.yaml").read_text() == before.replace(f"version: {old}", f"version: {raised}")
    assert run("bump") == run("check") == 0
    assert version_of(project) == str(raised)


def test_a_version_that_is_too_low_is_refused(project: Path, run: Run, capsys: Any) -> None:
    """The gate names the version, the one that is needed, and the changes that need it; `freeze` holds to it too."""
    run("freeze")
    old = Version.parse(version_of(project))
    edit(project, "maxProperties: 20", "maxProperties: 21")
    capsys.readouterr()
    assert run("check") == 1
    message = capsys.readouterr().err
    assert f"info.version is {old}, but the changes since {old} ask for {old.major + 1}.0.0" in message
    assert "response-property-max-properties-increased at /components/schemas/Metadata/maxProperties" in message
    assert f"{project / 'openapi.yaml'}:5: " in message
    assert run("freeze") == 1


def test_new_words_need_a_patch_only(project: Path, run: Run) -> None:
    """Prose alone asks for the next patch."""
    run("freeze")
    old = Version.parse(version_of(project))
    edit(project, "description: The currency of the customer's", "description: The one currency of the customer's")
    assert run("check") == 1
    assert run("bump") == run("check") == 0
    assert version_of(project) == str(Version(old.major, old.minor, old.patch + 1))


def test_the_changelog_tells_what_breaks_first_and_corrections_apart(project: Path, run: Run) -> None:
    """Sections stand in order, corrections of the description in their own, notes of the maintainer on top."""
    run("freeze")
    edit(project, "maxProperties: 20", "maxProperties: 21")
    edit(project, "maxLength: 500", "maxLength: 600")
    edit(project, "description: The currency of the customer's", "description: The one currency of the customer's")
    run("bump")
    notes = project / "notes.md"
    notes.write_text("Make room for one more pair.\n")
    where = "/components/schemas/Metadata/additionalProperties"
    assert run("freeze", "--notes", str(notes), "--correction", where) == 0
    text = (project / "CHANGELOG.md").read_text()
    parts = [
        "# Changelog",
        "Make room for one more pair.",
        "### Breaking: the API changed",
        "at most 21 members",
        "### Breaking: the description was wrong",
        "at most 600 characters",
        "### The API changed",
        "### The description was wrong",
        "### Words",
        "`request-property-description-changed`",
        "The first published version.",
    ]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert [str(release.version) for release in releases(project / "releases")][1] == version_of(project)


def test_what_is_published_never_changes(project: Path, run: Run, capsys: Any) -> None:
    """A second release of one version is refused, and so is a release whose files are no longer the published ones."""
    run("freeze")
    assert run("freeze") == 2
    frozen = project / "releases" / version_of(project) / "openapi.yaml"
    frozen.write_bytes(frozen.read_bytes() + b"\n")
    (frozen.parent / "more.txt").write_text("more")
    capsys.readouterr()
    assert run("check") == 1
    message = capsys.readouterr().err
    assert "this is not what was published" in message
    assert "was not part of the release" in message
    frozen.unlink()
    assert run("check") == 1
    assert "is gone; restore it" in capsys.readouterr().err


def test_a_run_that_was_stopped_can_be_repeated(project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever came before the freezing is done again, and the changelog tells of the release once."""
    run("freeze")
    edit(project, "maxProperties: 20", "maxProperties: 21")
    run("bump")
    (project / "notes.md").write_text("Read this.\n\n## How to migrate\n\nSlowly.\n")
    freeze = ("freeze", "--notes", str(project / "notes.md"))
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            run(*freeze)
    assert run(*freeze) == run("check") == 0
    text = (project / "CHANGELOG.md").read_text()
    assert text.count(f"## {version_of(project)} - ") == text.count("## How to migrate") == 1
    assert text.count("## 1.0.0 - ") == 1
    assert text.startswith("# Changelog\n")


def test_a_version_that_is_none_is_refused(project: Path, run: Run, capsys: Any) -> None:
    """Every command says what a version looks like, with and without a release before."""
    first, published = version_of(project), [False, True]
    for _ in published:
        edit(project, f"version: {first}", f"version: {first}-rc1")
        assert [run(command) for command in ("check", "bump", "freeze")] == [2, 2, 2]
        assert capsys.readouterr().err.count("write three numbers, such as 1.2.3") == 3
        edit(project, f"version: {first}-rc1", f"version: {first}")
        run("freeze")


def test_a_version_that_is_a_number_is_refused(project: Path, run: Run, capsys: Any) -> None:
    """`version: 1.0` is no text in YAML; every command says so, with its line."""
    edit(project, f"version: {version_of(project)}", "version: 1.0")
    assert [run(command) for command in ("check", "bump", "freeze")] == [2, 2, 2]
    assert capsys.readouterr().err.count("openapi.yaml:5: ") == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--notes", "nowhere.md"), "nowhere.md: cannot read this"),
        (("--usage", "nowhere.py"), "nowhere.py: cannot read this"),
        (("--notes", "latin.md"), "latin.md: this is no text in UTF-8"),
        (("--correction", "/components/schemas/Nowhere"), "no place that changed since"),
        (("--correction", ""), "'' is no operation and no place that changed since"),
        (("--correction", "/"), "'/' is no operation and no place that changed since"),
    ],
)
def test_what_a_release_is_given_must_be_there(
    arguments: tuple[str, ...], message: str, project: Path, run: Run, capsys: Any, monkeypatch: Any
) -> None:
    """A wrong name is told of before anything is written."""
    monkeypatch.chdir(project)
    Path("latin.md").write_bytes(b"caf\xe9")
    run("freeze")
    edit(project, "maxProperties: 20", "maxProperties: 21")
    run("bump")
    before = (project / "CHANGELOG.md").read_text()
    assert run("freeze", *arguments) == 2
    assert message in capsys.readouterr().err
    assert (project / "CHANGELOG.md").read_text() == before
    assert len(releases(project / "releases")) == 1


def test_a_day_that_is_none_is_refused(project: Path, run: Run, capsys: Any, monkeypatch: Any) -> None:
    """The day of a release is asked for in seconds; anything else is named, and nothing is written."""
    for epoch in ("abc", "9" * 30):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
        assert run("freeze") == 2
        assert f"SOURCE_DATE_EPOCH: '{epoch}' is no number of seconds" in capsys.readouterr().err
    assert not (project / "CHANGELOG.md").exists()


@pytest.mark.parametrize("written", [">-\n    {}", '"{}"', "'{}'", "|-\n    {}", "{}  # {} before", "!!str {}"])
def test_a_version_is_raised_however_it_is_written(written: str, project: Path, run: Run) -> None:
    """`bump` replaces the version where it stands, and keeps the signs around it."""
    first = version_of(project)
    edit(project, f"version: {first}", f"version: {written.replace('{}', first)}")
    run("freeze")
    edit(project, "maxProperties: 20", "maxProperties: 21")
    raised = Version(Version.parse(first).major + 1, 0, 0)
    expected = (project / "openapi.yaml").read_text().replace(first, str(raised), 1)
    assert run("bump") == run("check") == 0
    assert (project / "openapi.yaml").read_text() == expected


def test_a_version_that_cannot_be_raised_is_told(project: Path, run: Run, capsys: Any) -> None:
    """A version in escapes is left as it is, and the version to write is named."""
    first = version_of(project)
    run("freeze")
    edit(project, f"version: {first}", f'version: "{first[:-1]}\\x{ord(first[-1]):x}"')
    edit(project, "maxProperties: 20", "maxProperties: 21")
    before = (project / "openapi.yaml").read_bytes()
    assert run("bump") == 2
    assert f"write {int(first[0]) + 1}.0.0 yourself" in capsys.readouterr().err
    assert (project / "openapi.yaml").read_bytes() == before


def test_nothing_to_release_is_said(project: Path, run: Run, capsys: Any) -> None:
    """Without a change since the last release there is no new one, however the file is formatted."""
    run("freeze")
    edit(project, "tags: [Customers]", "tags: [ Customers ]")
    assert run("check") == 0
    assert run("bump") == 1
    assert "there is nothing to release" in capsys.readouterr().err


def _client(folder: Path, signature: str) -> Path:
    package = folder / "generated" / "tiny_client"
    package.mkdir(parents=True, exist_ok=True)
    (package / "__init__.py").write_text(f"def send({signature}) -> str:\n    return ''\n")
    (package / "py.typed").touch()
    return folder / "generated"


def test_users_of_the_last_client_must_still_type_check(project: Path, run: Run, capsys: Any) -> None:
    """What users could write against the released client, they can write against this one, until a major version."""
    usage = project / "usage.py"
    usage.write_text("from tiny_client import send\n\nsend(name='a').upper()\n")
    _client(project, "*, name: str")
    run("freeze", "--usage", str(usage))
    usage.unlink()
    assert run("check") == 0
    _client(project, "*, title: str")
    capsys.readouterr()
    assert run("check") == 1
    message = capsys.readouterr().err
    assert "client/usage.py:3: users of the client of" in message
    assert 'Unexpected keyword argument "name"' in message
    edit(project, "maxProperties: 20", "maxProperties: 21")
    run("bump")
    assert run("check") == 0


def test_a_release_without_usage_asks_nothing_of_the_client(project: Path, run: Run) -> None:
    """Without typed files in a release there is nothing to type-check."""
    run("freeze")
    release = last_release(project / "releases")
    assert release is not None
    assert type_faults(release, project / "generated") == []


def test_something_else_among_the_releases_is_refused(project: Path, run: Run, capsys: Any) -> None:
    """A folder that is no version is named, with exit status 2."""
    (project / "releases" / "latest").mkdir(parents=True)
    assert run("check") == 2
    assert "'latest' is no version of a release" in capsys.readouterr().err
