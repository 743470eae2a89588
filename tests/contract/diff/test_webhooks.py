"""Changes of what the API sends by itself: its users read the request and send the answer, so the directions turn."""

from __future__ import annotations

from typing import Any

import pytest

from contract.diff import Level
from contract.diff.operation_rules import OPERATION_RULES

_TAKEN = {"200": {"description": "Taken."}}


def _hook(name: str = "paid", **parts: Any) -> dict[str, Any]:
    return {"webhooks": {name: {"post": {"operationId": "paid", "responses": _TAKEN} | parts}}}


def _callback(**parts: Any) -> dict[str, Any]:
    sent = {"operationId": "paid", "responses": _TAKEN} | parts
    asked = {"operationId": "ask", "responses": _TAKEN, "callbacks": {"paid": {"{$request.body#/url}": {"post": sent}}}}
    return {"paths": {"/subscriptions": {"post": asked}}}


def _body(schema: Any, media_type: str = "application/json") -> dict[str, Any]:
    return {"content": {media_type: {"schema": schema}}}


def _header(**parts: Any) -> dict[str, Any]:
    return {"parameters": [{"name": "webhook-id", "in": "header", "schema": {"type": "string"}} | parts]}


_ANSWERED: dict[str, Any] = {"responses": _TAKEN | {"410": {"description": "Gone."}}}
_ASKED = {"paths": {"/subscriptions": {"post": {"operationId": "ask", "responses": _TAKEN}}}}

# The old contract, the new one, and the rule; the opposite rule is shown by the same pair in reverse.
_PAIRS = {
    "webhook-added": ({}, _hook()),
    "webhook-deprecated": (_hook(), _hook(deprecated=True)),
    "webhook-answer-added": (_hook(), _hook(**_ANSWERED)),
    "callback-added": (_ASKED, _callback()),
    "callback-deprecated": (_callback(), _callback(deprecated=True)),
    "callback-answer-added": (_callback(), _callback(**_ANSWERED)),
}


def _cases() -> list[Any]:
    rules = [rule for rule in OPERATION_RULES.values() if rule.id.startswith(("webhook-", "callback-"))]
    pairs = [_PAIRS.get(rule.id) or tuple(reversed(_PAIRS[rule.opposite])) for rule in rules]
    return [pytest.param(rule, *pair, id=rule.id) for rule, pair in zip(rules, pairs, strict=True)]


@pytest.mark.parametrize(("rule", "old", "new"), _cases())
def test_each_rule_finds_its_example_and_nothing_else(rule: Any, old: Any, new: Any, changes_of_document: Any) -> None:
    """The example of a rule on webhooks or callbacks shows that rule alone, at its level, in whole sentences."""
    (found,) = changes_of_document(old, new)
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
    assert (found.rule, found.level, found.place) == (f"request-body-{rule}", level, "200 answer")


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        (_hook(), _hook(**_header()), "response-optional-header-added"),
        (_hook(**_header(required=True)), _hook(**_header()), "response-header-became-optional"),
        (_hook(requestBody=_body({})), _hook(requestBody=_body({}, "text/plain")), "response-media-type-removed"),
        (_hook(summary="A"), _hook(summary="B"), "summary-changed"),
    ],
)
def test_the_rest_of_a_webhook_is_read_like_an_answer(old: Any, new: Any, rule: str, changes_of_document: Any) -> None:
    """Headers and media types of what is sent follow the rules of answers; words are a note."""
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
