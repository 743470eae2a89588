"""`moment-diff` as a person or a pipeline runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from contract.diff.cli import main
from contract.release import releases


@pytest.fixture
def versions(root: Path, tmp_path: Path) -> Any:
    """Write two versions of this contract, the second with one text replaced; return both paths."""

    def write(old: str, new: str) -> list[str]:
        text = (root / "openapi.yaml").read_text()
        assert old in text
        paths = [tmp_path / "old.yaml", tmp_path / "new.yaml"]
        paths[0].write_text(text)
        paths[1].write_text(text.replace(old, new))
        return [str(path) for path in paths]

    return write


def test_exit_status_tells_compatible_from_breaking(versions: Any, capsys: Any) -> None:
    """0 when callers and readers can go on as before, 1 when some cannot."""
    assert main(versions("format: iso-4217", "format: iso-4217")) == 0
    assert "No change that a client or a server can notice." in capsys.readouterr().out
    assert main(versions("summary: Create Customer", "summary: Create a Customer")) == 0
    assert main(versions("maxProperties: 20", "maxProperties: 19")) == 1


def test_without_arguments_the_last_release_is_compared(root: Path, capsys: Any) -> None:
    """What changed since the last release is what a maintainer asks most often."""
    assert main([]) in {0, 1}
    last = releases(root / "releases")[-1]
    assert f"{last.version}/openapi.yaml ({last.version}) → " in capsys.readouterr().out


def test_text_groups_a_shared_component(versions: Any, capsys: Any) -> None:
    """A change of one line is told once for each level, with its line and every place it shows in."""
    paths = versions("maxProperties: 20", "maxProperties: 30")
    assert main(paths) == 1
    out = capsys.readouterr().out
    assert out.count("response-property-max-properties-increased  20 → 30") == 1
    assert f"{paths[1]}:" in out
    for operation in ("createCustomer: 201", "retrieveCustomer: 200", "updateCustomer: 200"):
        assert f"in {operation} response body /metadata" in out
    assert out.endswith("3 breaking, 1 note\n")


def test_json_tells_each_change_by_itself(versions: Any, capsys: Any) -> None:
    """A program finds rule, level, operation, direction, pointer and both values of every change."""
    assert main([*versions("maxProperties: 20", "maxProperties: 30"), "--format", "json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["counts"] == {"breaking": 3, "warning": 0, "note": 1}
    assert not report["compatible"]
    first = report["changes"][0]
    assert first.pop("message")
    assert first == {
        "rule": "response-property-max-properties-increased",
        "level": "breaking",
        "operation": "createCustomer",
        "direction": "response",
        "place": "201 response body /metadata",
        "pointer": "/components/schemas/Metadata/maxProperties",
        "old": 20,
        "new": 30,
    }


def test_markdown_is_safe_to_post(versions: Any, capsys: Any) -> None:
    """What the contract's texts hold cannot turn into markup of the report."""
    main([*versions("operationId: createCustomer", "operationId: <b>*`create`*</b>"), "--format", "markdown"])
    out = capsys.readouterr().out
    assert "### Warnings" in out
    assert "<b>" not in out.replace("\\<b\\>", "")
    assert out.endswith(r'/operationId: "createCustomer" → "\<b\>\*\`create\`\*\</b\>"' + "\n")


def test_markdown_tells_the_place_and_both_values(versions: Any, capsys: Any) -> None:
    """Each item ends with the JSON pointer, and what stood there and stands there now."""
    main([*versions("maxProperties: 20", "maxProperties: 30"), "--format", "markdown"])
    items = [line for line in capsys.readouterr().out.splitlines() if line.startswith("- ")]
    assert items
    assert all(item.endswith(" at /components/schemas/Metadata/maxProperties: 20 → 30") for item in items)


_OPERATION = """openapi: 3.1.1
info: {title: A, version: 1.0.0}
paths:
  /a:
    get:
      operationId: a
"""


@pytest.mark.parametrize(
    ("content", "named"),
    [
        pytest.param(None, "cannot read", id="missing"),
        pytest.param("a: [", "no YAML", id="no-yaml"),
        pytest.param("openapi: 3.0.0", "3.1", id="another-version"),
        pytest.param("openapi: 3.1.1\ninfo: {title: A, version: 1.0.0}\npaths: 5", "/paths", id="no-object"),
        pytest.param("openapi: 3.1.1\ninfo: {title: A}\npaths: {}", '"version" is a required', id="no-version"),
        pytest.param(
            "openapi: 3.1.1\ninfo: {title: A, version: 1.0.0}\ncomponents: {schemas: {A: {$ref: '#/nowhere'}}}",
            "leads nowhere",
            id="unresolved",
        ),
        pytest.param(
            "openapi: 3.1.1\ninfo: {title: A, version: 1.0.0}\ncomponents: {schemas: {A: {$dynamicRef: '#a'}}}",
            "not supported",
            id="unknown-keyword",
        ),
        *(
            pytest.param(
                f"openapi: 3.1.1\ninfo:\n  title: A\n  version: {version}\npaths: {{}}",
                "broken.yaml:4: ",
                id=f"version-{version}",
            )
            for version in ("1.0", "2", "null", "[a]")
        ),
        pytest.param(
            _OPERATION + "      parameters: [{name: q, in: query, schema: {}, required: 'false'}]\n      responses: {}",
            "broken.yaml:7: ",
            id="required-that-is-no-boolean",
        ),
        pytest.param(_OPERATION + "      responces: {}", "'responces'", id="a-field-that-is-none"),
        pytest.param(
            "openapi: 3.1.1\ninfo: {title: A, version: 1.0.0}\npaths:\n  /a:\n    $ref: '#/components/pathItems/A'\n"
            "    delete: {operationId: b, responses: {}}\ncomponents: {pathItems: {A: {}}}",
            "broken.yaml:4: ",
            id="an-operation-beside-a-reference",
        ),
    ],
)
def test_what_cannot_be_compared_is_said(
    content: str | None, named: str, root: Path, tmp_path: Path, capsys: Any
) -> None:
    """A broken contract gives one clear message on the error stream, nothing else, and 2."""
    path = tmp_path / "broken.yaml"
    if content is not None:
        path.write_text(content)
    assert main([str(root / "openapi.yaml"), str(path)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert named in captured.err
    assert f"{root}/openapi.yaml:" not in captured.err
    assert captured.err.endswith("The contracts were not compared.\n")


_RUN = [sys.executable, "-m", "contract.diff.cli"]


def test_a_reader_that_stops_reading_changes_nothing(versions: Any) -> None:
    """`moment-diff | head` ends with the status of the comparison, and without a complaint."""
    arguments = [*_RUN, *versions("maxProperties: 20", "maxProperties: 19")]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1


def test_a_report_that_cannot_be_written_is_no_verdict(versions: Any) -> None:
    """On a full disk, nobody shall take the status for that of a comparison."""
    if not Path("/dev/full").is_char_device():
        pytest.skip("this machine has no device that is always full")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*_RUN, *versions("v1", "v1")], stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 2
    assert done.stderr == b"The report could not be written: No space left on device.\n"


def test_a_closed_output_is_no_verdict(versions: Any) -> None:
    """Without anywhere to write to, a report is not written, and its reader is told so."""
    command = [*_RUN, *versions("maxProperties: 20", "maxProperties: 19")]
    done = subprocess.run(["sh", "-c", '"$@" >&-', "sh", *command], capture_output=True, check=False)
    assert done.returncode == 2
    assert done.stderr == b"The report could not be written: the output is closed.\n"


def test_a_failure_that_nobody_foresaw_is_no_verdict(versions: Any, monkeypatch: Any, capsys: Any) -> None:
    """It ends with 2 and tells where it came from; 1 would say that the new contract breaks the old one."""
    monkeypatch.setattr("contract.diff.cli.compare", lambda *_: int("seven"))
    assert main(versions("v1", "v1")) == 2
    error = capsys.readouterr().err
    assert "ValueError" in error
    assert error.endswith("The contracts were not compared.\n")


def test_what_stands_among_the_releases_matters_only_where_they_are_read(
    versions: Any, monkeypatch: Any, tmp_path: Path, capsys: Any
) -> None:
    """A stray file is told of when the last release is asked for, and is no concern of two contracts that are named."""
    (tmp_path / "README.md").touch()
    monkeypatch.setattr("contract.release.store.default_folder", lambda: tmp_path)
    assert main([]) == 2
    assert "'README.md' is no version of a release" in capsys.readouterr().err
    assert main(versions("v1", "v1")) == 0


def test_a_terminal_without_some_characters_is_no_obstacle(versions: Any) -> None:
    """What an encoding does not have is written as an escape."""
    arguments = [*_RUN, *versions("maxProperties: 20", "maxProperties: 19")]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(arguments, env=environment, capture_output=True, check=False)
    assert done.returncode == 1
    assert b"20 \\u2192 19" in done.stdout


def test_the_report_does_not_wait_for_slow_imports(root: Path) -> None:
    """Comparing needs neither the OpenAPI validator nor any tool of the other rooms."""
    code = (
        "import sys; from contract.diff.cli import main; main(sys.argv[1:]); "
        "assert not {'openapi_spec_validator', 'schemathesis', 'httpx', 'jinja2', 'rich'} & sys.modules.keys()"
    )
    path = str(root / "openapi.yaml")
    subprocess.run([sys.executable, "-c", code, path, path], check=True, cwd=root, capture_output=True)
