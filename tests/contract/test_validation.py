"""Holding an instance against a schema of the contract."""

from __future__ import annotations

import json
from typing import Any

import pytest

from contract import Contract
from contract.loading import parse

CREATE = "/components/schemas/CreateCustomer"
UPDATE = "/components/schemas/UpdateCustomer"


def broken(contract: Contract, pointer: str, instance: Any) -> set[tuple[str, str]]:
    """Where an instance breaks a schema, and by which keyword."""
    return {(found.pointer, found.keyword) for found in contract.validator(pointer).violations(instance)}


def test_all_violations_come_at_once(contract: Contract) -> None:
    """Each violation has its own pointer into the instance and its keyword."""
    body = {"external_reference": "bcus_1", "balance": 1.5, "name": "x" * 256, "metadata": {"k" * 41: "v" * 501}}
    assert broken(contract, CREATE, body) == {
        ("", "dependentRequired"),
        ("/external_reference", "not"),
        ("/balance", "type"),
        ("/name", "maxLength"),
        ("/metadata", "maxLength"),
        (f"/metadata/{'k' * 41}", "maxLength"),
    }


@pytest.mark.parametrize(
    ("pointer", "good", "bad"),
    [
        ("/components/schemas/CustomerName", "é" * 255, "é" * 256),
        ("/components/schemas/CustomerName", "😀" * 255, "😀" * 256),
        ("/components/schemas/ExternalReference", "a" * 255, "a" * 256),
        ("/components/schemas/ExternalReference", "xbcus_", "bcus_"),
        ("/components/schemas/Phone", "+12", "+1"),
        ("/components/schemas/Phone", "+123456789012345", "+1234567890123456"),
        ("/components/schemas/Email", "john@example.com", "John <john@example.com>"),
        ("/components/schemas/Currency", "ZAR", "ZZZ"),
        ("/components/schemas/Currency", "USD", "usd"),
        ("/components/schemas/Metadata", {str(n): "" for n in range(20)}, {str(n): "" for n in range(21)}),
        ("/components/schemas/UpdateMetadata", {str(n): "" for n in range(10)}, {str(n): "" for n in range(11)}),
        ("/components/schemas/Balance", -(2**70), 0.5),
    ],
)
def test_limits_hold_on_both_sides(contract: Contract, pointer: str, good: Any, bad: Any) -> None:
    """A value at the limit is valid and the next one is not; lengths count characters, not bytes."""
    assert contract.validator(pointer).is_valid(good)
    assert not contract.validator(pointer).is_valid(bad)


def test_a_violation_names_the_keyword_where_the_contract_has_it(contract: Contract) -> None:
    """The schema pointer of a violation leads to the keyword itself, behind every reference."""
    (found,) = contract.validator(UPDATE).violations({"name": "x" * 256})
    assert contract.at(found.schema) == 255
    assert "xxx" not in found.message


def test_a_customer_path_value_is_an_id_or_a_reference(contract: Contract) -> None:
    """Both forms are valid, and an id is valid although it has the form of both."""
    (parameter,) = contract.operation("retrieveCustomer").parameters
    validator = contract.validator(parameter.schema)
    assert validator.is_valid("bcus_H4jp6KnU5cPw263v1jyz4")
    assert validator.is_valid("INV-2024-001")
    assert not validator.is_valid("bcus_a-b")
    assert not validator.is_valid("a b")


def test_a_name_that_utf_8_cannot_carry_counts_as_one_character_each(contract: Contract) -> None:
    """A surrogate without its pair may stand in the name of a property, and the rest is checked as ever."""
    metadata = contract.validator("/components/schemas/Metadata")
    assert metadata.is_valid({"\ud83d" * 40: "\ud83d"})
    assert {one.keyword for one in metadata.violations({"\ud83d" * 41: 5})} == {"maxLength", "type"}


@pytest.mark.parametrize(
    ("schema", "instance", "message"),
    [
        ({"dependentRequired": {"a": ["c"], "b": ["c"]}}, {"b": 1}, '"c" is required beside "b"'),
        ({"not": {"pattern": "^a"}}, "ab", 'the value must not match "^a"'),
        ({"not": {"maxLength": 3}}, "ab", 'the value must not be valid by {"maxLength": 3}'),
        ({"properties": {"not": False}}, {"not": 1}, "False schema does not allow the value"),
        (
            {"anyOf": [{"pattern": "^b"}, {"not": {"pattern": "^a"}}, {"pattern": "^b"}]},
            "a",
            'none of the forms that are possible here: the value does not match "^b"; or the value must not match "^a"',
        ),
        (
            {"oneOf": [{"maxLength": 1}, {"maxLength": 2}]},
            "a",
            "several of the forms that are possible here, and may have one",
        ),
    ],
)
def test_a_message_says_what_to_do(schema: Any, instance: Any, message: str) -> None:
    """Also for the keywords whose own message is a piece of JSON Schema, or names no cause."""
    document = {"openapi": "3.1.1", "components": {"schemas": {"A": schema}}}
    validator = parse(json.dumps(document).encode(), "a contract").validator("/components/schemas/A")
    (found,) = validator.violations(instance)
    assert found.message.removeprefix("the value has ") == message
