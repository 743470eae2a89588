"""The command line, one call at a time."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from moment_billing import Customer, Moment
from moment_billing.cli import main
from moment_billing.cli._values import read_text
from tests.client.rows import Row, shows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from moment_billing.testing import MomentServer

pytestmark = pytest.mark.usefixtures("moment_server")


@shows(Row.COMMANDS)
def test_create_retrieve_and_update(capsys: pytest.CaptureFixture[str]) -> None:
    """Each option sets its property in the contract's type; what is returned is one line of JSON."""
    create = ["customers", "create", "--external-reference", "INV-1", "--name", "Zoë", "--currency", "ZAR"]
    assert main([*create, "--balance", "-5", "--metadata", "a=b", "--metadata", "c=d=e"]) == 0
    created = json.loads(capsys.readouterr().out)
    assert created.pop("id").startswith("bcus_")
    assert created == {
        "external_reference": "INV-1",
        "name": "Zoë",
        "currency": "ZAR",
        "balance": -5,
        "metadata": {"a": "b", "c": "d=e"},
    }
    assert main(["customers", "update", "INV-1", "--phone", "+27123456789"]) == 0
    updated = capsys.readouterr().out
    assert main(["customers", "retrieve", "INV-1"]) == 0
    assert capsys.readouterr().out == updated
    assert updated.count("\n") == 1


def test_what_is_not_given_is_not_sent(moment_server: MomentServer) -> None:
    """Only the options that were given are in the body."""
    Moment().customers.create(external_reference="INV-1")
    assert main(["customers", "update", "INV-1", "--name", "New"]) == 0
    assert moment_server.requests[-1].json == {"name": "New"}


def test_the_last_of_two_options_counts(moment_server: MomentServer) -> None:
    """As everywhere on a command line: an alias can be overridden."""
    main(["customers", "create", "--external-reference", "x", "--external-reference", "y"])
    assert moment_server.requests[0].json == {"external_reference": "y"}


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        *(("flag", "TRUE", True), ("flag", "false", False), ("flag", "yes", "yes"), ("integer", "-5", -5)),
        *(("integer", "1.5", "1.5"), ("integer", "1e3", "1e3"), ("integer", "\u0665", "\u0665"), ("text", "5", "5")),
        *(("number", "1.5", 1.5), ("number", "nan", "nan"), ("json", '{"a":1}', {"a": 1}), ("json", "a", "a")),
    ],
)
def test_a_text_is_read_as_what_the_contract_asks_for(kind: str, text: str, value: object) -> None:
    """What cannot be read so stays a text, for the contract's own check to refuse."""
    read = read_text(kind, text)
    assert (type(read), read) == (type(value), value)


def test_an_idempotency_key_can_be_given(moment_server: MomentServer) -> None:
    """The same command again gives the kept answer."""
    command = ["customers", "create", "--external-reference", "INV-1", "--idempotency-key", "my-key"]
    assert [main(command), main(command)] == [0, 0]
    assert len(moment_server.records(Customer)) == 1


def test_a_body_can_come_from_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment_server: MomentServer
) -> None:
    """A file or standard input holds the body; options win over it."""
    file = tmp_path / "body.json"
    file.write_text('{"external_reference": "INV-1", "name": "From the file"}')
    assert main(["customers", "create", "--json", str(file), "--name", "From the option"]) == 0
    assert moment_server.records(Customer)[0].name == "From the option"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"name": "From stdin"}')))
    assert main(["customers", "update", "INV-1", "--json", "-"]) == 0
    assert moment_server.records(Customer)[0].name == "From stdin"


def test_every_violation_is_listed_by_its_option(
    capsys: pytest.CaptureFixture[str], moment_server: MomentServer
) -> None:
    """Exit code 2, nothing sent, and a line for each thing that is wrong."""
    command = ["customers", "create", "--phone", "27", "--balance", "lots", "--metadata", f"{'k' * 41}=v"]
    assert main(command) == 2
    shown = capsys.readouterr().err
    assert "nothing was sent" in shown
    for words in (
        "--external-reference: is required",
        "--phone: must match",
        "--balance: must be an integer",
        "--balance: needs currency",
        "--metadata.kkk",
    ):
        assert words in shown
    assert moment_server.requests == []


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ([], "usage: moment"),
        (["customers"], "create"),
        (["customers", "update", "x"], "--phone, --currency"),
        (["customers", "update", "--name", "x"], "CUSTOMER must be given (or --from FILE)"),
        (["customers", "create", "--metadata", "a"], "--metadata: must be KEY=VALUE, not 'a'"),
        (["customers", "create", "--json", "none.json"], "cannot read none.json"),
        (["customers", "retrieve", ".."], "must not be empty"),
        (["customers", "retrieve", "x", "--base-url", "ftp://x"], "base_url must begin with https://"),
    ],
)
def test_what_cannot_be_used_is_explained(command: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, the reason on standard error, nothing on standard output."""
    assert main(command) == 2
    shown = capsys.readouterr()
    assert words in shown.err
    assert shown.out == ""


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["customers", "update", "x", "--nane", "y"], "no such argument: --nane (is --name meant?)"),
        (["customers", "update", "x", "--nam", "y"], "no such argument: --nam (is --name meant?)"),
        (["customers", "update", "--from", "x", "--concurrency", "0"], "must be a whole number from 1 to 1000"),
        (["customers", "update", "--from", "x", "--concurrency", "1001"], "must be a whole number from 1 to 1000"),
        (["customers", "create", "--external_reference=x"], "(is --external-reference meant?)"),
        (["customers", "retrieve", "x", "y"], "moment customers retrieve: error: no such argument: y"),
        (["customers", "retrieve", "x", "--timeout", "0"], "--timeout: must be a number of seconds"),
        (["custom"], "invalid choice: 'custom'"),
    ],
)
def test_a_wrong_word_is_named_with_what_was_meant(
    command: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, with the usage of the command that was meant and the nearest option."""
    with pytest.raises(SystemExit) as caught:
        main(command)
    assert caught.value.code == 2
    shown = capsys.readouterr()
    assert words in shown.err
    assert shown.out == ""


def test_json_that_is_nested_too_deeply_is_named(
    tmp_path: Path, moment_server: MomentServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """Thousands of arrays within each other end in a line, not in a traceback."""
    file = tmp_path / "deep.json"
    file.write_text("[" * 100_000 + "]" * 100_000)
    assert main(["customers", "update", "x", "--json", str(file)]) == 2
    assert "is nested too deeply" in capsys.readouterr().err
    assert read_text("json", file.read_text()) == file.read_text()
    assert moment_server.requests == []


@pytest.mark.parametrize("output", ["table", "json"])
def test_no_text_of_the_api_steers_the_terminal(
    output: str, moment_server: MomentServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """Control characters of both sets are shown escaped, in results and in errors; lines stay lines."""
    held = {"a\x1b[2J": "\x9b31m\x07\x7f", "b": "two\nlines"}
    moment_server.add(Customer(id="bcus_1", external_reference="x", metadata=held))
    assert main(["customers", "retrieve", "x", "--output", output]) == 0
    shown = capsys.readouterr().out
    assert r"a\u001b[2J" in shown
    assert r"\u009b31m\u0007\u007f" in shown
    assert output == "table" or json.loads(shown)["metadata"] == held
    moment_server.fail(422, detail="\x1b]0;owned\x07\x9b")
    assert main(["customers", "retrieve", "x"]) == 1
    refused = capsys.readouterr().err
    assert r"\u001b]0;owned\u0007\u009b" in refused
    assert all(character.isprintable() or character == "\n" for character in shown + refused)


def test_a_missing_key_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a key, the environment variable is named, and the exit code is 2."""
    monkeypatch.delenv("MOMENT_API_KEY")
    assert main(["customers", "retrieve", "x"]) == 2
    assert "MOMENT_API_KEY" in capsys.readouterr().err


def test_the_apis_no_is_exit_code_1(capsys: pytest.CaptureFixture[str], moment_server: MomentServer) -> None:
    """The problem is shown on standard error, with what it says in detail, and never the key."""
    assert main(["customers", "retrieve", "nobody"]) == 1
    moment_server.fail(422, detail="Not today.")
    assert main(["customers", "retrieve", "x"]) == 1
    moment_server.drop()
    assert main(["customers", "retrieve", "x", "--max-retries", "0"]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "404 Not Found" in shown.err
    assert "Not today." in shown.err
    assert "got no answer from http" in shown.err
    assert "in 1 attempt (ConnectError" in shown.err
    assert "sk_test" not in shown.err
    assert "Traceback" not in shown.err


def test_help_states_limits_and_examples(capsys: pytest.CaptureFixture[str]) -> None:
    """The help of a command holds the contract's limits, a runnable example and the documentation page."""
    with pytest.raises(SystemExit) as caught:
        main(["customers", "update", "--help"])
    shown = capsys.readouterr().out
    assert caught.value.code == 0
    assert "at most 10 pairs" in " ".join(shown.split())
    assert "moment customers update INV-2024-001 --currency ZAR --balance 5000" in shown
    assert "documentation page: Update Customer" in shown


@shows(Row.COMMANDS)
def test_a_new_property_is_a_new_option(render_changed: Callable[[Callable[[Any], object]], Path]) -> None:
    """Properties that are added to the contract come with options of their types, whatever they are called."""

    def change(document: Any) -> None:
        schema = document["components"]["schemas"]["UpdateCustomer"]
        described = {"description": "A new one."}
        schema["properties"] |= {
            "json": {"type": "string", "examples": ["x"], **described},
            "ratio": {"type": "number", "examples": [0.5], **described},
            "vip": {"type": "boolean", "examples": [True], **described},
            "tags": {"type": "array", "items": {"type": "string", "examples": ["a"], **described}, **described},
            "address": {
                "type": "object",
                "properties": {"city": {"type": "string", "examples": ["Paarl"], **described}},
                **described,
            },
        }
        schema["properties"]["tags"]["examples"] = [["a"]]
        schema["properties"]["address"]["examples"] = [{"city": "Paarl"}]

    folder = render_changed(change)
    code = (
        "import sys; from moment_billing.testing import MomentServer; from moment_billing.cli import main\n"
        "with MomentServer().installed() as server:\n"
        "    main(sys.argv[1:])\n"
        "    print(server.requests[-1].json)"
    )
    words = ["--field-json", "x", "--ratio", "0.5", "--vip", "true", "--tags", "a", "--tags", "b"]
    command = [sys.executable, "-c", code, "customers", "update", "INV-1", *words, "--address", '{"city": "Paarl"}']
    env = {**os.environ, "PYTHONPATH": str(folder)}
    run = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    expected = {"json": "x", "ratio": 0.5, "vip": True, "tags": ["a", "b"], "address": {"city": "Paarl"}}
    assert run.stdout.strip() == str(expected), run.stderr
