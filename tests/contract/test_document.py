"""Reading a contract: what is accepted, what is refused, and the place that a message names."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import Contract, ContractError, Finding, load
from contract.loading import parse
from contract.pointers import escape, tokens

HEAD = 'openapi: 3.1.1\ninfo: {title: T, version: "1"}\n'


def refusal(text: str | bytes) -> str:
    """The message with which a document is refused."""
    with pytest.raises(ContractError) as caught:
        parse(text if isinstance(text, bytes) else text.encode(), "x.yaml")
    return str(caught.value)


def test_the_project_has_a_contract_of_its_own(root: Path) -> None:
    """Without a path, the contract at the top of the checkout is read."""
    assert load().data == (root / "openapi.yaml").read_bytes()


NOT_WHAT_ITS_TAG_SAYS = [
    "!!int abc",
    "!!bool maybe",
    "!!float x",
    "!!null x",
    "!!str {a: 1}",
    "!!map [1]",
    "!!seq {a: 1}",
]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("openapi: [", "x.yaml:2: this is no YAML"),
        ("", "x.yaml: the file is empty"),
        ("- a", "x.yaml:1: this is no OpenAPI 3.1 document"),
        ("openapi: 3.0.3", "'openapi' must be 3.1.x"),
        ("openapi: 3.1.1\nopenapi: 3.1.1", "x.yaml:2: the key 'openapi' stands here twice"),
        (HEAD + "paths: {}\nx: {200: a}", "x.yaml:4: a key must be a string; put it in quotes"),
        (HEAD + "a: &a [1]\nb: *a", "an alias repeats this value; use $ref"),
        (HEAD + "a: &a [*a]", "an alias repeats this value"),
        (HEAD + "a: !!python/object:os.system x", "has no meaning here"),
        (HEAD + "a: !!timestamp 2024-01-01", "has no meaning here"),
        *((HEAD + f"a: {text}", "has no meaning here") for text in NOT_WHAT_ITS_TAG_SAYS),
        *((HEAD + f"a: {number}", "the number is out of range") for number in ("1e400", "-1e400", "9" * 5000)),
        (HEAD + "a: " + "[" * 100_000, "nested more than 200 levels deep"),
        (HEAD + "a: " + "- " * 100_000, "this is no YAML"),
        (b"openapi: \xff\xfe", "this is no YAML"),
        (b"openapi: \x00", "this is no YAML"),
    ],
)
def test_a_broken_document_gets_one_clear_message(text: str | bytes, message: str) -> None:
    """Bad YAML, and YAML that JSON cannot say, are refused with the place and the reason."""
    assert message in refusal(text)


def test_a_missing_file_is_named() -> None:
    """A path that leads nowhere is a message, not a traceback."""
    with pytest.raises(ContractError, match=r"nowhere\.yaml: cannot read the contract: No such file"):
        load("nowhere.yaml")


@pytest.mark.parametrize(
    ("text", "value"),
    [("no", "no"), ("2024-01-01", "2024-01-01"), ("010", "010"), ("1:30", "1:30"), ("true", True), ("1e3", 1000.0)],
)
def test_scalars_mean_what_yaml_1_2_says(text: str, value: object) -> None:
    """A country code, a date and a time stay strings; only the JSON types are read as more."""
    assert parse(f"{HEAD}x-value: {text}".encode(), "x").document["x-value"] == value


def test_json_is_read_as_well(contract: Contract) -> None:
    """A contract in JSON is the same contract."""
    assert parse(json.dumps(contract.document).encode(), "openapi.json").document == contract.document


@pytest.mark.parametrize("text", ["\U0001f600", "\\ud83d\U0001f600\\", "\\\\\U0001f600", "a\u00e9\n"])
def test_json_may_escape_any_character(text: str) -> None:
    """What is beyond U+FFFF stands in JSON as a pair of escapes, which YAML does not have (RFC 8259, section 7)."""
    written = json.dumps({"openapi": "3.1.1", text: text}, indent=2)
    contract = parse(written.encode(), "openapi.json")
    assert contract.document[text] == text
    assert contract.line(f"/{escape(text)}") == 3


def test_half_a_pair_is_refused() -> None:
    """A surrogate alone is no character."""
    assert "no YAML" in refusal(r'{"openapi": "3.1.1", "x-a": "\ud83d"}')


def test_places_are_found_by_pointer_and_line(contract: Contract) -> None:
    """The line of a pointer is where its key stands; a pointer that leads nowhere has its nearest parent's line."""
    lines = contract.data.decode().splitlines()
    assert lines[contract.line("/components/schemas/Phone/pattern") - 1].strip().startswith("pattern:")
    assert contract.line("/components/schemas/Phone/nothing") == contract.line("/components/schemas/Phone")
    with pytest.raises(KeyError):
        contract.at("/components/schemas/Nobody")


def test_words_beside_a_reference_win() -> None:
    """A summary or description beside a reference takes the place of the one behind it; the outermost counts."""
    text = "a: {$ref: '#/b', description: A}\nb: {$ref: '#/c', description: B, summary: B}\nc: {description: C, x: 1}"
    contract = parse((HEAD + text).encode(), "x.yaml")
    words = {"description": "A", "summary": "B", "x": 1}
    assert contract.resolve(contract.at("/a"), "/a") == (words, "/c")
    assert contract.at("/c") == {"description": "C", "x": 1}


@pytest.mark.parametrize("before", ["", "\ufeff", "# \u00e9\U0001f600\r\n"])
def test_the_characters_of_a_value_are_found(before: str) -> None:
    """Where a value begins and ends is counted in characters, whatever stands before it."""
    text = f"{before}{HEAD}"
    assert text[parse(text.encode(), "x.yaml").span("/info/version")] == '"1"'


def test_a_finding_only_shows_on_a_terminal() -> None:
    """A name that would turn the rest of the line red, or about, is written with escapes."""
    finding = Finding("a.json", 1, "/properties/\x1b[31mred\u202e", "known-keyword", "no such keyword")
    assert str(finding) == r"a.json:1: no such keyword at /properties/\x1b[31mred\u202e [known-keyword]"


def test_the_message_of_a_finding_can_be_pickled() -> None:
    """A refusal crosses process boundaries whole."""
    with pytest.raises(ContractError) as caught:
        load("nowhere.yaml")
    assert pickle.loads(pickle.dumps(caught.value)).findings == caught.value.findings


@given(st.lists(st.text()))
def test_pointers_take_any_key(keys: list[str]) -> None:
    """A pointer made of any keys leads back to them (RFC 6901)."""
    assert tokens("".join(f"/{escape(key)}" for key in keys)) == keys
