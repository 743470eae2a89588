"""Changes of operations, parameters, bodies, answers, headers, links, security and servers."""

from __future__ import annotations

import re
from typing import Any

import pytest

from contract.diff import Level
from contract.diff.operation_rules import OPERATION_RULES
from tests.contract.diff.parts import (
    JSON,
    OF_NOTICES,
    OK,
    SCHEMES,
    XML,
    answer,
    header,
    paths_of,
    query,
    rules_of,
    secured_by,
)

# The old operation, the new one, and the rule; the opposite rule is shown by the same pair in reverse.
_PAIRS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "operation-deprecated": ({}, {"deprecated": True}),
    "operation-idempotency-added": ({}, {"x-idempotent": "It replaces what is there."}),
    "operation-id-changed": ({}, {"operationId": "store"}),
    "request-required-parameter-added": ({}, query(required=True)),
    "request-optional-parameter-added": ({}, query()),
    "request-parameter-became-required": (query(), query(required=True)),
    "request-parameter-deprecated": (query(), query(deprecated=True)),
    "request-parameter-empty-value-allowed": (query(), query(allowEmptyValue=True)),
    "request-parameter-reserved-characters-allowed": (query(), query(allowReserved=True)),
    "request-parameter-serialization-changed": (
        query(schema={"type": "array"}),
        query(schema={"type": "array"}, explode=False),
    ),
    "request-parameter-media-type-changed": (
        query(),
        {"parameters": [{"name": "q", "in": "query", "content": {"text/plain": {"schema": {"type": "string"}}}}]},
    ),
    "request-required-body-added": ({}, {"requestBody": {"required": True, "content": JSON}}),
    "request-optional-body-added": ({}, {"requestBody": {"content": JSON}}),
    "request-body-became-required": (
        {"requestBody": {"content": JSON}},
        {"requestBody": {"required": True, "content": JSON}},
    ),
    "request-media-type-added": ({"requestBody": {"content": JSON}}, {"requestBody": {"content": JSON | XML}}),
    "request-encoding-changed": (
        {"requestBody": {"content": {"multipart/form-data": {"encoding": {"a": {"contentType": "text/plain"}}}}}},
        {"requestBody": {"content": {"multipart/form-data": {"encoding": {"a": {"contentType": "text/csv"}}}}}},
    ),
    "response-encoding-changed": (
        answer(content={"multipart/form-data": {"encoding": {"a": {"contentType": "text/plain"}}}}),
        answer(content={"multipart/form-data": {"encoding": {"a": {"contentType": "text/csv"}}}}),
    ),
    "response-media-type-added": (answer(content=JSON), answer(content=JSON | XML)),
    "response-success-status-added": ({}, {"responses": {"200": OK, "202": OK}}),
    "response-error-status-added": ({}, {"responses": {"200": OK, "409": OK}}),
    "response-required-header-added": ({}, header(required=True)),
    "response-optional-header-added": ({}, header()),
    "response-header-became-required": (header(), header(required=True)),
    "response-header-deprecated": (header(), header(deprecated=True)),
    "response-header-serialization-changed": (
        header(schema={"type": "object"}),
        header(schema={"type": "object"}, explode=True),
    ),
    "response-header-media-type-changed": (
        header(),
        answer(headers={"X-Left": {"content": {"application/json": {"schema": {"type": "integer"}}}}}),
    ),
    "response-link-added": ({}, answer(links={"again": {"operationId": "keep"}})),
    "response-link-changed": (
        answer(links={"again": {"operationId": "keep"}}),
        answer(links={"again": {"operationId": "keep", "parameters": {"a": "$response.body#/a"}}}),
    ),
    "security-alternative-added": (secured_by({"Key": []}), secured_by({"Key": []}, {"Other": []})),
    "security-scope-added": (secured_by({"Login": ["read"]}), secured_by({"Login": ["read", "write"]})),
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

_OF_THE_DOCUMENT = {
    "operation-added",
    "operation-removed",
    "operation-moved",
    "path-parameter-renamed",
    "security-scheme-changed",
    "information-changed",
}


def _cases() -> list[Any]:
    cases = []
    for rule in OPERATION_RULES.values():
        if rule.id not in _OF_THE_DOCUMENT and not OF_NOTICES.match(rule.id):
            pair = _PAIRS.get(rule.id) or tuple(reversed(_PAIRS[rule.opposite]))
            cases.append(pytest.param(rule, *pair, id=rule.id))
    return cases


@pytest.mark.parametrize(("rule", "old", "new"), _cases())
def test_each_rule_finds_its_example_and_nothing_else(rule: Any, old: Any, new: Any, changes_of_operation: Any) -> None:
    """The example of a rule on operations shows that rule alone, at its level, with a sentence to act on."""
    found = changes_of_operation(old, new, components=SCHEMES)
    assert [(change.rule, change.level) for change in found] == [(rule.id, rule.level)]
    assert found[0].operation
    assert not re.search(r"\{(place|old|new|name)\}", found[0].message)


_PARTS = {"type": "object", "properties": {"file": {"type": "string"}, "about": {"type": "object"}, "tags": {
    "type": "array", "items": {"type": "integer"}}}}  # fmt: skip
_SHARED = {"headers": {"Sum": {"schema": {"type": "string"}}}}


def _parted(**encoding: Any) -> dict[str, Any]:
    return {"requestBody": {"content": {"multipart/form-data": {"schema": _PARTS, "encoding": encoding}}}}


def _summed(**parts: Any) -> dict[str, Any]:
    return _parted(file={"headers": {"X-Sum": {"schema": {"type": "string"}} | parts}})


@pytest.mark.parametrize(
    ("old", "new", "rules"),
    [
        (_summed(description="A"), _summed(description="B"), ["description-changed"]),
        (_summed(), _parted(file={"headers": {"x-sum": {"$ref": "#/components/headers/Sum"}}}), []),
        (_parted(), _parted(file={"contentType": "text/plain"}, about={"contentType": "Application/JSON"}), []),
        (_parted(), _parted(tags={"contentType": "text/plain"}), []),
        (_parted(), _parted(about={"contentType": "text/plain"}), ["request-encoding-changed"]),
        (_parted(file={"contentType": "image/a, image/b"}), _parted(file={"contentType": "image/b,image/a"}), []),
        (_parted(), _summed(required=True), ["request-required-header-added"]),
        (_summed(), _summed(schema={"type": "string", "maxLength": 5}), ["request-header-max-length-added"]),
        (_parted(), _parted(file={"style": "form"}), ["request-encoding-changed"]),
        (_parted(), _parted(file={"x-more": 1}), ["extension-changed"]),
    ],
)
def test_the_parts_of_a_body_are_compared_by_what_they_mean(
    old: Any, new: Any, rules: list[str], changes_of_operation: Any
) -> None:
    """What OpenAPI puts in, where a header stands and words break nobody; another media type or header can."""
    assert rules_of(changes_of_operation(old, new, components=_SHARED)) == rules


_ANSWER = {"$ref": "#/components/responses/Ok"}


@pytest.mark.parametrize(
    ("old", "new", "rules"),
    [
        (_ANSWER, _ANSWER | {"description": "Otherwise."}, ["description-changed"]),
        (_ANSWER, _ANSWER | {"description": "Kept."}, []),
        (_ANSWER | {"description": "A"}, _ANSWER | {"description": "B"}, ["description-changed"]),
    ],
)
def test_words_beside_a_reference_are_compared(old: Any, new: Any, rules: list[str], changes_of_operation: Any) -> None:
    """What a contract says beside a reference takes the place of what stands behind it, and is prose."""
    sides = ({"responses": {"200": side}} for side in (old, new))
    found = changes_of_operation(*sides, components={"responses": {"Ok": OK}})
    assert rules_of(found) == rules
    assert all(change.prose for change in found)


@pytest.mark.parametrize("holder", ["parameters", "headers", "examples"])
def test_words_beside_any_reference_are_compared(holder: str, changes_of_operation: Any) -> None:
    """Parameters, headers and examples may say more beside a reference than behind it."""

    def side(**words: str) -> dict[str, Any]:
        at = {"$ref": f"#/components/{holder}/One"} | words
        media = {"application/json": {"examples": {"one": at}}}
        return {
            "parameters": {"parameters": [at]},
            "headers": answer(headers={"X-One": at}),
            "examples": answer(content=media),
        }[holder]

    one = {
        "parameters": {"name": "q", "in": "query", "schema": {}},
        "headers": {"schema": {}},
        "examples": {"value": 1},
    }
    (found,) = changes_of_operation(side(), side(description="One."), components={holder: {"One": one[holder]}})
    assert found.prose


def test_another_reason_to_repeat_an_operation_is_words(changes_of_operation: Any) -> None:
    """Whether an operation can be repeated is more than words; why it can is not."""
    (found,) = changes_of_operation({"x-idempotent": "A."}, {"x-idempotent": "B."})
    assert (found.rule, found.prose) == ("extension-changed", True)
    assert not any(change.prose for change in changes_of_operation({"x-idempotent": "A."}, {}))


def test_operations_are_known_by_method_and_path(changes_of_document: Any) -> None:
    """Another path is another operation: one gone, which breaks its callers, and one new."""
    found = changes_of_document(paths_of("/a/{id}"), paths_of("/b/{id}", operationId="got"))
    assert rules_of(found) == ["operation-removed", "operation-added"]
    assert found[0].level is Level.BREAKING


def test_an_operation_that_moved_is_known_by_its_id(changes_of_document: Any) -> None:
    """The same operation at another path is told of as that, and compared with what it was."""
    old, new = paths_of("/a/{id}"), paths_of("/v2/a/{id}", **answer(content=JSON))
    found = changes_of_document(old, new)
    assert rules_of(found) == ["operation-moved", "response-media-type-added"]
    assert (found[0].level, found[0].old, found[0].new) == (Level.BREAKING, "GET /a/{id}", "GET /v2/a/{id}")


def test_a_path_parameter_is_known_by_its_turn(changes_of_document: Any) -> None:
    """The name of a path parameter is in no URL; only generated clients notice."""
    found = changes_of_document(paths_of("/a/{id}"), paths_of("/a/{key}", "key"))
    assert rules_of(found) == ["path-parameter-renamed"]


def test_the_case_of_a_header_is_no_change(changes_of_operation: Any) -> None:
    """Names of headers have no case, in requests and in answers."""
    sides = [
        {"parameters": [{"name": name, "in": "header", "schema": {}}], **answer(headers={name: {"schema": {}}})}
        for name in ("X-Left", "x-left")
    ]
    assert changes_of_operation(*sides) == ()


def test_a_status_that_its_class_covered_is_compared_with_it(changes_of_operation: Any) -> None:
    """`404` beside `4XX` is no new status; what is said of it is compared with what was said of its class."""
    problem = {
        "description": "No.",
        "content": {"application/json": {"schema": {"type": "object", "maxProperties": 5}}},
    }
    wider = {"description": "No.", "content": {"application/json": {"schema": {"type": "object", "maxProperties": 9}}}}
    old = {"responses": {"200": OK, "4XX": problem}}
    found = changes_of_operation(old, {"responses": {"200": OK, "4XX": problem, "404": wider}})
    assert [(change.rule, change.place) for change in found] == [
        ("response-body-max-properties-increased", "404 response body")
    ]


def test_moving_parameters_to_the_path_is_no_change(changes_of_document: Any) -> None:
    """A parameter of the path item applies to its operations as their own would."""
    old = paths_of("/a/{id}")
    item = {"parameters": old["paths"]["/a/{id}"]["get"]["parameters"], "get": {
        "operationId": "get", "responses": {"200": OK}}}  # fmt: skip
    assert changes_of_document(old, {"paths": {"/a/{id}": item}}) == ()


def test_a_response_behind_a_reference_is_no_change(changes_of_document: Any) -> None:
    """Answers, parameters and bodies can move to components as schemas can."""
    shared = {"components": {"responses": {"Ok": OK}}}
    old = paths_of("/a/{id}")
    new = paths_of("/a/{id}", responses={"200": {"$ref": "#/components/responses/Ok"}}) | shared
    assert changes_of_document(old, new) == ()


_OBJECT = {"schema": {"type": "object"}}


@pytest.mark.parametrize(
    ("old", "new", "rules"),
    [
        ("application/json", "application/json; charset=UTF-8", []),
        ("application/json", "Application/JSON", []),
        ("application/json", "application/*", ["response-media-type-added", "request-media-type-added"]),
        ("application/*", "application/json", ["request-media-type-removed"]),
        ("*/*", "application/*", ["request-media-type-removed"]),
    ],
)
def test_ranges_of_media_types_cover_others(old: str, new: str, rules: list[str], changes_of_operation: Any) -> None:
    """A range holds what a media type in it did; JSON is the same with and without its only charset."""
    sides = [{"requestBody": {"content": {name: _OBJECT}}, **answer(content={name: _OBJECT})} for name in (old, new)]
    assert rules_of(changes_of_operation(*sides)) == rules


def test_what_a_range_holds_is_compared(changes_of_operation: Any) -> None:
    """A schema that narrows as its media type becomes a range is seen."""
    narrow = {"*/*": {"schema": {"type": "object", "maxProperties": 1}}}
    found = changes_of_operation({"requestBody": {"content": JSON}}, {"requestBody": {"content": narrow}})
    assert rules_of(found) == ["request-body-max-properties-added", "request-media-type-added"]


def test_explode_says_nothing_of_single_values(changes_of_operation: Any) -> None:
    """A string is written the same way, exploded or not."""
    assert changes_of_operation(query(), query(explode=False)) == ()
    assert changes_of_operation(header(), header(explode=True)) == ()


def test_what_content_type_holds_is_left_to_the_media_types(changes_of_operation: Any) -> None:
    """OpenAPI has the response header of that name ignored."""
    assert changes_of_operation({}, answer(headers={"Content-Type": {"schema": {"type": "string"}}})) == ()
