"""Changes of operations, parameters, bodies, answers, headers, links, security and servers."""

from __future__ import annotations

import re
from typing import Any

import pytest

from contract.diff import Level
from contract.diff.operation_rules import OPERATION_RULES

_JSON = {"application/json": {"schema": {"type": "object"}}}
_XML = {"application/xml": {"schema": {"type": "object"}}}
_OK = {"description": "Kept."}
_KEY = {"type": "http", "scheme": "bearer"}


def _query(**parts: Any) -> dict[str, Any]:
    return {"parameters": [{"name": "q", "in": "query", "schema": {"type": "string"}} | parts]}


def _answer(**parts: Any) -> dict[str, Any]:
    return {"responses": {"200": _OK | parts}}


def _header(**parts: Any) -> dict[str, Any]:
    return _answer(headers={"X-Left": {"schema": {"type": "integer"}} | parts})


def _secured(*requirements: dict[str, list[str]]) -> dict[str, Any]:
    return {"security": list(requirements)}


# The old operation, the new one, and the rule; the opposite rule is shown by the same pair in reverse.
_PAIRS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "operation-deprecated": ({}, {"deprecated": True}),
    "operation-id-changed": ({}, {"operationId": "store"}),
    "request-required-parameter-added": ({}, _query(required=True)),
    "request-optional-parameter-added": ({}, _query()),
    "request-parameter-became-required": (_query(), _query(required=True)),
    "request-parameter-deprecated": (_query(), _query(deprecated=True)),
    "request-parameter-serialization-changed": (
        _query(schema={"type": "array"}),
        _query(schema={"type": "array"}, explode=False),
    ),
    "request-parameter-media-type-changed": (
        _query(),
        {"parameters": [{"name": "q", "in": "query", "content": {"text/plain": {"schema": {"type": "string"}}}}]},
    ),
    "request-required-body-added": ({}, {"requestBody": {"required": True, "content": _JSON}}),
    "request-optional-body-added": ({}, {"requestBody": {"content": _JSON}}),
    "request-body-became-required": (
        {"requestBody": {"content": _JSON}},
        {"requestBody": {"required": True, "content": _JSON}},
    ),
    "request-media-type-added": ({"requestBody": {"content": _JSON}}, {"requestBody": {"content": _JSON | _XML}}),
    "request-encoding-changed": (
        {"requestBody": {"content": {"multipart/form-data": {"encoding": {"a": {"contentType": "text/plain"}}}}}},
        {"requestBody": {"content": {"multipart/form-data": {"encoding": {"a": {"contentType": "text/csv"}}}}}},
    ),
    "response-encoding-changed": (
        _answer(content={"multipart/form-data": {"encoding": {"a": {"contentType": "text/plain"}}}}),
        _answer(content={"multipart/form-data": {"encoding": {"a": {"contentType": "text/csv"}}}}),
    ),
    "response-media-type-added": (_answer(content=_JSON), _answer(content=_JSON | _XML)),
    "response-success-status-added": ({}, {"responses": {"200": _OK, "202": _OK}}),
    "response-error-status-added": ({}, {"responses": {"200": _OK, "409": _OK}}),
    "response-required-header-added": ({}, _header(required=True)),
    "response-optional-header-added": ({}, _header()),
    "response-header-became-required": (_header(), _header(required=True)),
    "response-header-deprecated": (_header(), _header(deprecated=True)),
    "response-header-serialization-changed": (_header(), _header(explode=True)),
    "response-header-media-type-changed": (
        _header(),
        _answer(headers={"X-Left": {"content": {"application/json": {"schema": {"type": "integer"}}}}}),
    ),
    "response-link-added": ({}, _answer(links={"again": {"operationId": "keep"}})),
    "response-link-changed": (
        _answer(links={"again": {"operationId": "keep"}}),
        _answer(links={"again": {"operationId": "keep", "parameters": {"a": "$response.body#/a"}}}),
    ),
    "security-alternative-added": (_secured({"Key": []}), _secured({"Key": []}, {"Other": []})),
    "security-scope-added": (_secured({"Login": ["read"]}), _secured({"Login": ["read", "write"]})),
    "server-added": (
        {"servers": [{"url": "https://a.test"}]},
        {"servers": [{"url": "https://a.test"}, {"url": "https://b.test"}]},
    ),
    "server-variable-value-added": (
        {"servers": [{"url": "https://{v}.test", "variables": {"v": {"default": "a", "enum": ["a"]}}}]},
        {"servers": [{"url": "https://{v}.test", "variables": {"v": {"default": "a", "enum": ["a", "b"]}}}]},
    ),
    "server-variable-default-changed": (
        {"servers": [{"url": "https://{v}.test", "variables": {"v": {"default": "a"}}}]},
        {"servers": [{"url": "https://{v}.test", "variables": {"v": {"default": "b"}}}]},
    ),
    "summary-changed": ({"summary": "A"}, {"summary": "B"}),
    "description-changed": ({"description": "A"}, {"description": "B"}),
    "tags-changed": ({"tags": ["A"]}, {"tags": ["B"]}),
    "examples-changed": (
        {"requestBody": {"content": {"a/b": {"example": 1}}}},
        {"requestBody": {"content": {"a/b": {"example": 2}}}},
    ),
    "extension-changed": ({"x-a": 1}, {"x-a": 2}),
}

_SCHEMES = {"securitySchemes": {"Key": _KEY, "Other": {"type": "apiKey", "in": "header", "name": "X-Key"}, "Login": {
    "type": "oauth2", "flows": {}}}}  # fmt: skip

_OF_THE_DOCUMENT = {
    "operation-added",
    "operation-removed",
    "path-parameter-renamed",
    "security-scheme-changed",
    "information-changed",
}


def _cases() -> list[Any]:
    cases = []
    for rule in OPERATION_RULES.values():
        if rule.id not in _OF_THE_DOCUMENT and not rule.id.startswith("webhook-"):
            pair = _PAIRS.get(rule.id) or tuple(reversed(_PAIRS[rule.opposite]))
            cases.append(pytest.param(rule, *pair, id=rule.id))
    return cases


@pytest.mark.parametrize(("rule", "old", "new"), _cases())
def test_each_rule_finds_its_example_and_nothing_else(rule: Any, old: Any, new: Any, changes_of_operation: Any) -> None:
    """The example of a rule on operations shows that rule alone, at its level, with a sentence to act on."""
    found = changes_of_operation(old, new, components=_SCHEMES)
    assert [(change.rule, change.level) for change in found] == [(rule.id, rule.level)]
    assert found[0].operation
    assert not re.search(r"\{(place|old|new|name)\}", found[0].message)


def _paths(path: str, name: str = "id", **operation: Any) -> dict[str, Any]:
    parameter = {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
    parts = {"operationId": "get", "parameters": [parameter], "responses": {"200": _OK}} | operation
    return {"paths": {path: {"get": parts}}}


def _rules(changes: Any) -> list[str]:
    return [change.rule for change in changes]


def test_operations_are_known_by_method_and_path(changes_of_document: Any) -> None:
    """Another path is another operation: one gone, which breaks its callers, and one new."""
    found = changes_of_document(_paths("/a/{id}"), _paths("/b/{id}", operationId="got"))
    assert _rules(found) == ["operation-removed", "operation-added"]
    assert found[0].level is Level.BREAKING


def test_a_path_parameter_is_known_by_its_turn(changes_of_document: Any) -> None:
    """The name of a path parameter is in no URL; only generated clients notice."""
    found = changes_of_document(_paths("/a/{id}"), _paths("/a/{key}", "key"))
    assert _rules(found) == ["path-parameter-renamed"]


def test_the_case_of_a_header_is_no_change(changes_of_operation: Any) -> None:
    """Names of headers have no case, in requests and in answers."""
    sides = [
        {"parameters": [{"name": name, "in": "header", "schema": {}}], **_answer(headers={name: {"schema": {}}})}
        for name in ("X-Left", "x-left")
    ]
    assert changes_of_operation(*sides) == ()


def test_a_renamed_scheme_is_no_change_but_another_scheme_is(changes_of_document: Any) -> None:
    """How a caller identifies itself matters, not what the contract calls it."""

    def secured(name: str, scheme: dict[str, Any]) -> dict[str, Any]:
        return {"security": [{name: []}], "components": {"securitySchemes": {name: scheme}}}

    assert changes_of_document(secured("A", _KEY), secured("B", _KEY | {"description": "Another."})) == ()
    found = changes_of_document(secured("A", _KEY), secured("A", {"type": "http", "scheme": "basic"}))
    assert _rules(found) == ["security-scheme-changed"]
    assert found[0].level is Level.BREAKING


def test_asking_for_a_key_where_none_was_needed_breaks(changes_of_document: Any) -> None:
    """An operation that was open to all and needs a key now refuses its callers; the reverse is a note."""
    secured = {"security": [{"Key": []}], "components": {"securitySchemes": {"Key": _KEY}}}
    assert Level.BREAKING in {change.level for change in changes_of_document({}, secured)}
    assert {change.level for change in changes_of_document(secured, {})} == {Level.NOTE}


def test_a_status_that_its_class_covered_is_compared_with_it(changes_of_operation: Any) -> None:
    """`404` beside `4XX` is no new status; what is said of it is compared with what was said of its class."""
    problem = {
        "description": "No.",
        "content": {"application/json": {"schema": {"type": "object", "maxProperties": 5}}},
    }
    wider = {"description": "No.", "content": {"application/json": {"schema": {"type": "object", "maxProperties": 9}}}}
    old = {"responses": {"200": _OK, "4XX": problem}}
    found = changes_of_operation(old, {"responses": {"200": _OK, "4XX": problem, "404": wider}})
    assert [(change.rule, change.place) for change in found] == [
        ("response-body-max-properties-increased", "404 response body")
    ]


def test_what_the_contract_says_of_itself_is_a_note(changes_of_document: Any) -> None:
    """A new title is a note; a new version alone is nothing."""
    title = {"info": {"title": "Kept", "version": "1.0.0"}}
    assert _rules(changes_of_document({}, title)) == ["information-changed"]
    assert changes_of_document({}, {"info": {"title": "Keep", "version": "2.0.0"}}) == ()


def test_moving_parameters_to_the_path_is_no_change(changes_of_document: Any) -> None:
    """A parameter of the path item applies to its operations as their own would."""
    old = _paths("/a/{id}")
    item = {"parameters": old["paths"]["/a/{id}"]["get"]["parameters"], "get": {
        "operationId": "get", "responses": {"200": _OK}}}  # fmt: skip
    assert changes_of_document(old, {"paths": {"/a/{id}": item}}) == ()


def test_a_response_behind_a_reference_is_no_change(changes_of_document: Any) -> None:
    """Answers, parameters and bodies can move to components as schemas can."""
    shared = {"components": {"responses": {"Ok": _OK}}}
    old = _paths("/a/{id}")
    new = _paths("/a/{id}", responses={"200": {"$ref": "#/components/responses/Ok"}}) | shared
    assert changes_of_document(old, new) == ()
