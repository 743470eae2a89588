"""The command `moment-generate client` as a person meets it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from generator.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_it_says_whether_anything_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The first run counts what it wrote, the second says that nothing changed."""
    out = str(tmp_path / "client")
    assert main(["client", "--out", out]) == 0
    assert "added" in capsys.readouterr().out
    assert main(["client", "--out", out]) == 0
    assert "nothing changed" in capsys.readouterr().out


def test_check_fails_with_the_difference(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--check exits with 1 and a unified diff, and writes nothing."""
    out = tmp_path / "client"
    out.mkdir()
    assert main(["client", "--check", "--out", str(out)]) == 1
    shown = capsys.readouterr()
    assert "+++ client/moment_billing/__init__.py" in shown.out
    assert "moment-generate client" in shown.err
    assert list(out.iterdir()) == []


def _set(*path: str, value: Any) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        for name in path[:-1]:
            document = document[name]
        document[path[-1]] = value

    return change


_POST = ("paths", "/billing/customers", "post")
_SCHEMAS = ("components", "schemas")


@pytest.mark.parametrize(
    ("change", "place", "words"),
    [
        pytest.param(
            _set(*_SCHEMAS, "Customer", "properties", "id", value={"$ref": "#/components/schemas/Gone"}),
            "/components/schemas/Customer/properties/id",
            "Gone",
            id="unresolved reference",
        ),
        pytest.param(
            _set(*_SCHEMAS, "CustomerName", "type", value="text"),
            "/components/schemas/CustomerName",
            "type",
            id="invalid schema",
        ),
        pytest.param(
            _set(*_POST, "operationId", value="updateCustomer"),
            "/paths/~1billing~1customers~1{customer}/patch",
            "updateCustomer",
            id="duplicate operation id",
        ),
        pytest.param(_set(*_SCHEMAS, "CustomerName", "pattern", value="["), "/pattern", "pattern", id="broken pattern"),
        pytest.param(
            _set(
                *_SCHEMAS, "CreateCustomer", "patternProperties", value={"^x-": {"description": "X.", "type": "string"}}
            ),
            "/components/schemas/CreateCustomer/patternProperties",
            "the client cannot check 'patternProperties' in a request",
            id="beyond the client",
        ),
    ],
)
def test_a_broken_contract_gets_one_message_that_names_the_place(
    change: Callable[[Any], None],
    place: str,
    words: str,
    changed: Callable[..., Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Exit code 2, the file, the line, the place in it, and no traceback."""
    path = changed(change)
    assert main(["client", "--contract", str(path), "--out", str(tmp_path / "client")]) == 2
    shown = capsys.readouterr().err
    first = shown.splitlines()[0]
    assert first.startswith(f"{path}:")
    assert place in shown
    assert words in shown
    assert "Traceback" not in shown
    assert not (tmp_path / "client").exists()


def test_bad_yaml_is_named_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is no YAML gets the line at which reading failed."""
    path = tmp_path / "bad.yaml"
    path.write_text("openapi: 3.1.1\ninfo: [\n")
    assert main(["client", "--contract", str(path), "--out", str(tmp_path / "client")]) == 2
    assert f"{path}:" in capsys.readouterr().err


def test_a_missing_contract_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A path that leads nowhere is an error of the caller's, not a traceback."""
    assert main(["client", "--contract", str(tmp_path / "none.yaml")]) == 2
    assert "none.yaml" in capsys.readouterr().err
