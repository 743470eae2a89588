"""Changes of what surrounds operations: keys, servers, and what a contract says of itself."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from contract.diff import Level, compare
from contract.diff.model import ABSENT
from tests.contract.diff.conftest import document, read
from tests.contract.diff.parts import JSON, KEY, OK, SCHEMES, paths_of, rules_of, secured_by


def test_a_renamed_scheme_is_no_change_but_another_scheme_is(changes_of_document: Any) -> None:
    """How a caller identifies itself matters, not what the contract calls it."""

    def secured(name: str, scheme: dict[str, Any]) -> dict[str, Any]:
        return {"security": [{name: []}], "components": {"securitySchemes": {name: scheme}}}

    assert changes_of_document(secured("A", KEY), secured("B", KEY | {"description": "Another."})) == ()
    found = changes_of_document(secured("A", KEY), secured("A", {"type": "http", "scheme": "basic"}))
    assert rules_of(found) == ["security-scheme-changed"]
    assert found[0].level is Level.BREAKING


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"type": "http", "scheme": "Bearer"}, id="case-of-a-scheme"),
        pytest.param(KEY | {"description": "Another.", "bearerFormat": "JWT", "x-more": 1}, id="words"),
    ],
)
def test_a_scheme_that_is_written_otherwise_is_no_change(other: Any, changes_of_document: Any) -> None:
    """What a caller must send is the same; new words are a note."""

    def secured(scheme: dict[str, Any]) -> dict[str, Any]:
        return {"security": [{"A": []}], "components": {"securitySchemes": {"A": scheme}}}

    found = changes_of_document(secured(KEY), secured(other))
    assert all(change.prose for change in found)
    assert len(found) == len(other.keys() - {"type", "scheme"})


def test_asking_for_a_key_where_none_was_needed_breaks(changes_of_document: Any) -> None:
    """An operation that was open to all and needs a key now refuses its callers; the reverse is a note."""
    secured = {"security": [{"Key": []}], "components": {"securitySchemes": {"Key": KEY}}}
    assert Level.BREAKING in {change.level for change in changes_of_document({}, secured)}
    assert {change.level for change in changes_of_document(secured, {})} == {Level.NOTE}


def test_what_the_contract_says_of_itself_is_a_note(changes_of_document: Any) -> None:
    """A new title is a note; a new version alone is nothing."""
    title = {"info": {"title": "Kept", "version": "1.0.0"}}
    assert rules_of(changes_of_document({}, title)) == ["information-changed"]
    assert changes_of_document({}, {"info": {"title": "Keep", "version": "2.0.0"}}) == ()


_FLOW = {"tokenUrl": "https://a.test/token", "scopes": {"read": "Read."}}


def test_a_scope_that_nothing_needs_is_a_note(changes_of_document: Any) -> None:
    """Which scopes there are is words; which are needed is told of where they are."""

    def secured(**scopes: str) -> dict[str, Any]:
        flows = {"clientCredentials": _FLOW | {"scopes": scopes}}
        return {
            "security": [{"A": ["read"]}],
            "components": {"securitySchemes": {"A": {"type": "oauth2", "flows": flows}}},
        }

    found = changes_of_document(secured(read="Read."), secured(read="Read.", write="Write."))
    assert [(change.rule, change.prose) for change in found] == [("information-changed", True)]


def test_two_keys_instead_of_either_name_what_is_needed_now(changes_of_operation: Any) -> None:
    """Callers with one of the keys are refused, and told that they need both."""
    found = changes_of_operation(
        secured_by({"Key": []}, {"Other": []}), secured_by({"Key": [], "Other": []}), components=SCHEMES
    )
    assert rules_of(found) == ["security-alternative-removed"] * 2
    assert {change.new for change in found} == {"Key and Other"}


@pytest.mark.parametrize(
    "holder",
    [
        pytest.param(lambda servers: {"operation": {"servers": servers}}, id="operation"),
        pytest.param(lambda servers: {"item": {"servers": servers}}, id="path"),
    ],
)
def test_servers_of_one_operation_or_path_are_seen(holder: Any, changes_of_document: Any) -> None:
    """An operation that is reached elsewhere than the rest breaks its callers, whether it or its path says so."""

    def contract(operation: Any = None, item: Any = None) -> dict[str, Any]:
        document = paths_of("/a/{id}", **(operation or {}))
        document["paths"]["/a/{id}"] |= item or {}
        return document | {"servers": [{"url": "https://a.test"}]}

    found = changes_of_document(contract(), contract(**holder([{"url": "https://b.test"}])))
    assert [(change.rule, change.operation, change.old, change.new) for change in found] == [
        ("server-removed", "get", "https://a.test", ABSENT),
        ("server-added", "get", ABSENT, "https://b.test"),
    ]


def _get(document: Any) -> Any:
    return document["paths"]["/a/{id}"]["get"]


@pytest.mark.parametrize(
    "extended",
    [
        pytest.param(lambda document: document, id="document"),
        pytest.param(lambda document: document["paths"], id="paths"),
        pytest.param(lambda document: document["paths"]["/a/{id}"], id="path"),
        pytest.param(_get, id="operation"),
        pytest.param(lambda document: _get(document)["parameters"][0], id="parameter"),
        pytest.param(lambda document: _get(document)["requestBody"], id="body"),
        pytest.param(lambda document: _get(document)["requestBody"]["content"]["application/json"], id="media-type"),
        pytest.param(lambda document: _get(document)["responses"], id="responses"),
        pytest.param(lambda document: _get(document)["responses"]["200"], id="response"),
        pytest.param(lambda document: document["servers"][0], id="server"),
        pytest.param(lambda document: document["components"]["securitySchemes"]["Key"], id="security-scheme"),
    ],
)
def test_extensions_are_told_of_wherever_they_stand(extended: Any, changes_of_document: Any) -> None:
    """What a maintainer adds beside OpenAPI's fields is a note."""
    old = paths_of("/a/{id}", requestBody={"content": JSON}, responses={"200": OK})
    old |= {"servers": [{"url": "https://a.test"}], "components": {"securitySchemes": {"Key": KEY}}}
    new = copy.deepcopy(old)
    extended(new)["x-further"] = 1
    found = changes_of_document(old, new)
    assert [(change.rule, change.level, change.new) for change in found] == [("extension-changed", Level.NOTE, 1)]
    assert found[0].pointer.endswith("/x-further")


def test_new_words_of_a_body_and_of_a_shared_example_are_notes(changes_of_operation: Any) -> None:
    """The description of a request body, and an example behind a reference, are prose like any other."""

    def body(word: str) -> dict[str, Any]:
        examples = {"one": {"$ref": "#/components/examples/One"}}
        media = {"schema": {"type": "object"}, "examples": examples}
        return {"requestBody": {"description": word, "content": {"application/json": media}}}

    def parts(word: str) -> dict[str, Any]:
        return {"components": {"examples": {"One": {"value": word}}}}

    sides = [read(document(operation=body(word), **parts(word))) for word in ("a", "b")]
    found = compare(*sides).changes
    assert {(change.rule, change.prose) for change in found} == {
        ("examples-changed", True),
        ("description-changed", True),
    }


def test_a_server_variable_that_takes_any_value_takes_more(changes_of_operation: Any) -> None:
    """Without a list of values, any may be put in."""
    sides = [
        {"servers": [{"url": "https://{v}.test", "variables": {"v": {"default": "a"} | listed}}]}
        for listed in ({"enum": ["a"]}, {})
    ]
    assert rules_of(changes_of_operation(*sides)) == ["server-variable-value-added"]
    assert rules_of(changes_of_operation(*reversed(sides))) == ["server-variable-value-removed"]
