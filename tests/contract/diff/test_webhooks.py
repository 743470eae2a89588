"""Changes of what the API sends by itself: its users read the request and send the answer, so the directions turn."""

from __future__ import annotations

from typing import Any

import pytest

from contract.diff import Level
from contract.diff.operation_rules import OPERATION_RULES
from tests.contract.diff.parts import KEY, OF_NOTICES

_TAKEN = {"200": {"description": "Taken."}}


def _hook(name: str = "paid", **parts: Any) -> dict[str, Any]:
    return {"webhooks": {name: {"post": {"operationId": "paid", "responses": _TAKEN} | parts}}}


def _callback(**parts: Any) -> dict[str, Any]:
    sent = {"operationId": "paid", "responses": _TAKEN} | parts
    asked = {"operationId": "ask", "responses": _TAKEN, "callbacks": {"paid": {"{$request.body#/url}": {"post": sent}}}}
    return {"paths": {"/subscriptions": {"post": asked}}}


def _body(schema: Any, media_type: str = "application/json") -> dict[str, Any]:
    return {"content": {media_type: {"schema": schema}}}


def _parameter(**parts: Any) -> dict[str, Any]:
    return {"parameters": [{"name": "webhook-id", "in": "header", "schema": {"type": "string"}} | parts]}


def _signed(**parts: Any) -> dict[str, Any]:
    return {
        "responses": {"200": {"description": "Taken.", "headers": {"X-Sig": {"schema": {"type": "string"}} | parts}}}
    }


_IN_QUERY = {"name": "attempt", "in": "query", "schema": {"type": "integer"}}
_LIST = {"type": "array"}
_SENT = _body({"type": "object"})
_PLAIN = {"text/plain": {"schema": {"type": "string"}}}


_ANSWERED: dict[str, Any] = {"responses": _TAKEN | {"410": {"description": "Gone."}}}
_ASKED = {"paths": {"/subscriptions": {"post": {"operationId": "ask", "responses": _TAKEN}}}}

# The old contract, the new one, and the rule; the opposite rule is shown by the same pair in reverse.
_PAIRS = {
    "webhook-added": ({}, _hook()),
    "webhook-deprecated": (_hook(), _hook(deprecated=True)),
    "webhook-answer-added": (_hook(), _hook(**_ANSWERED)),
    "webhook-security-changed": (_hook(), _hook(security=[{"Key": []}])),
    "callback-added": (_ASKED, _callback()),
    "callback-deprecated": (_callback(), _callback(deprecated=True)),
    "callback-answer-added": (_callback(), _callback(**_ANSWERED)),
    "callback-security-changed": (_callback(), _callback(security=[{"Key": []}])),
    "response-required-parameter-added": (_hook(), _hook(**_parameter(required=True))),
    "response-optional-parameter-added": (_hook(), _hook(**_parameter())),
    "response-parameter-became-required": (_hook(**_parameter()), _hook(**_parameter(required=True))),
    "response-parameter-deprecated": (_hook(**_parameter()), _hook(**_parameter(deprecated=True))),
    "response-parameter-empty-value-allowed": (_hook(**_parameter()), _hook(**_parameter(allowEmptyValue=True))),
    "response-parameter-reserved-characters-allowed": (_hook(**_parameter()), _hook(**_parameter(allowReserved=True))),
    "response-parameter-serialization-changed": (
        _hook(**_parameter(schema=_LIST)),
        _hook(**_parameter(schema=_LIST, explode=True)),
    ),
    "response-parameter-media-type-changed": (
        _hook(**_parameter()),
        _hook(parameters=[{"name": "webhook-id", "in": "header", "content": _PLAIN}]),
    ),
    "response-required-body-added": (_hook(), _hook(requestBody=_SENT | {"required": True})),
    "response-optional-body-added": (_hook(), _hook(requestBody=_SENT)),
    "response-body-became-required": (_hook(requestBody=_SENT), _hook(requestBody=_SENT | {"required": True})),
    "request-required-header-added": (_hook(), _hook(**_signed(required=True))),
    "request-optional-header-added": (_hook(), _hook(**_signed())),
    "request-header-became-required": (_hook(**_signed()), _hook(**_signed(required=True))),
    "request-header-deprecated": (_hook(**_signed()), _hook(**_signed(deprecated=True))),
    "request-header-serialization-changed": (
        _hook(**_signed(schema=_LIST)),
        _hook(**_signed(schema=_LIST, explode=True)),
    ),
    "request-header-media-type-changed": (
        _hook(**_signed()),
        _hook(responses={"200": {"description": "Taken.", "headers": {"X-Sig": {"content": _PLAIN}}}}),
    ),
}


_KEYS = {"components": {"securitySchemes": {"Key": KEY}}}


def _cases() -> list[Any]:
    rules = [rule for rule in OPERATION_RULES.values() if OF_NOTICES.match(rule.id)]
    pairs = [_PAIRS.get(rule.id) or tuple(reversed(_PAIRS[rule.opposite])) for rule in rules]
    return [pytest.param(rule, *pair, id=rule.id) for rule, pair in zip(rules, pairs, strict=True)]


@pytest.mark.parametrize(("rule", "old", "new"), _cases())
def test_each_rule_finds_its_example_and_nothing_else(rule: Any, old: Any, new: Any, changes_of_document: Any) -> None:
    """The example of a rule on webhooks or callbacks shows that rule alone, at its level, in whole sentences."""
    (found,) = changes_of_document(_KEYS | old, _KEYS | new)
    assert (found.rule, found.level, found.operation) == (rule.id, rule.level, "paid")
    assert found.message[0].isupper()
    assert found.message[-1] == "."


@pytest.mark.parametrize(
    ("old", "new", "rule", "level"),
    [
        ({"type": "string"}, {"type": "string", "maxLength": 5}, "max-length-added", Level.NOTE),
        ({"type": "string", "maxLength": 5}, {"type": "string"}, "max-length-removed", Level.BREAKING),
    ],
)
def test_the_body_of_a_webhook_is_read(old: Any, new: Any, rule: str, level: Level, changes_of_document: Any) -> None:
    """What is sent may narrow, and must not widen: its readers know the old form only."""
    (found,) = changes_of_document(_hook(requestBody=_body(old)), _hook(requestBody=_body(new)))
    assert (found.rule, found.level, found.place) == (f"response-body-{rule}", level, "webhook body")


@pytest.mark.parametrize(
    ("old", "new", "rule", "level"),
    [
        ({"type": "string"}, {"type": "string", "maxLength": 5}, "max-length-added", Level.BREAKING),
        ({"type": "string", "maxLength": 5}, {"type": "string"}, "max-length-removed", Level.NOTE),
    ],
)
def test_the_answer_to_a_webhook_is_sent(old: Any, new: Any, rule: str, level: Level, changes_of_document: Any) -> None:
    """What is answered may widen, and must not narrow: those who answer know the old form only."""
    sides = [_hook(responses={"200": {"description": "Taken.", **_body(schema)}}) for schema in (old, new)]
    (found,) = changes_of_document(*sides)
    assert (found.rule, found.level, found.place) == (f"request-body-{rule}", level, "200 answer body")


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        (_hook(), _hook(operationId="settled"), "operation-id-changed"),
        (_hook(), _hook(parameters=[_IN_QUERY]), "response-optional-parameter-added"),
        (_hook(**_parameter()), _hook(**_parameter(schema={"type": "null"})), "response-parameter-type-changed"),
        (_hook(requestBody=_SENT), _hook(requestBody=_SENT | {"description": "A"}), "description-changed"),
        (_hook(**_signed()), _hook(**_signed(schema={"type": "null"})), "request-header-type-changed"),
        (_hook(requestBody=_body({})), _hook(requestBody=_body({}, "text/plain")), "response-media-type-removed"),
        (_hook(summary="A"), _hook(summary="B"), "summary-changed"),
    ],
)
def test_the_rest_of_a_webhook_is_read_like_an_answer(old: Any, new: Any, rule: str, changes_of_document: Any) -> None:
    """Parameters and media types of what is sent follow the rules of answers, and those of answers the others."""
    assert rule in {change.rule for change in changes_of_document(old, new)}


def test_the_body_of_a_callback_is_read(changes_of_document: Any) -> None:
    """What is sent to an address that a request named is read like a webhook."""
    bodies = ({"requestBody": _body(schema)} for schema in ({"type": "string", "maxLength": 5}, {"type": "string"}))
    (found,) = changes_of_document(*(_callback(**body) for body in bodies))
    assert (found.rule, found.level, found.place) == (
        "response-body-max-length-removed",
        Level.BREAKING,
        "callback body",
    )


def test_another_name_is_another_webhook(changes_of_document: Any) -> None:
    """Webhooks are known by their name: one gone, which breaks its receivers, and one new."""
    found = changes_of_document(_hook("paid"), _hook("settled"))
    assert [change.rule for change in found] == ["webhook-removed", "webhook-added"]
