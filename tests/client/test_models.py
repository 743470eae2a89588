"""What answers become: typed, fixed, lenient, and nothing lost."""

from __future__ import annotations

import copy
import pickle

import httpx
import msgspec
import pytest

from moment_billing import UNSET, Customer, Moment, PaymentRules, Problem, ResponseValidationError
from moment_billing._decoding import decode_leniently, keep_unknown
from tests.client.rows import Row, shows


def _read(body: bytes) -> Customer:
    transport = httpx.MockTransport(
        lambda _: httpx.Response(200, headers={"content-type": "application/json"}, content=body)
    )
    return Moment("sk_test_example", base_url="https://api.test", transport=transport).customers.retrieve("x")


def test_the_documented_customer_is_read_whole(contract: object) -> None:
    """Each field of the documented example arrives with its value and type."""
    example = contract.at("/components/examples/Customer/value")  # type: ignore[attr-defined]
    customer = _read(msgspec.json.encode(example))
    assert customer.to_dict() == example
    assert customer.payment_rules == PaymentRules(**example["payment_rules"])
    assert customer.balance == 2000


@shows(Row.UNSET)
def test_what_was_not_sent_is_unset_and_false() -> None:
    """An absent field is UNSET, never None, and leaves no trace when written again."""
    customer = _read(b'{"id":"bcus_1","external_reference":"x"}')
    assert customer.name is UNSET
    assert not customer.balance
    assert customer.to_json() == b'{"id":"bcus_1","external_reference":"x"}'


@shows(Row.OPENNESS)
def test_unknown_fields_are_kept_at_every_depth() -> None:
    """A field that the API adds tomorrow can be read today, copied and pickled."""
    customer = _read(
        b'{"id":"bcus_1","external_reference":"x","tier":{"name":"gold"},"payment_rules":{"min_amount":1,"grace":3}}'
    )
    assert customer.extra_fields == {"tier": {"name": "gold"}}
    assert customer.payment_rules
    assert customer.payment_rules.extra_fields == {"grace": 3}
    for same in (copy.copy(customer), pickle.loads(pickle.dumps(customer)), copy.deepcopy(customer)):
        assert same == customer
        assert same.to_dict() == customer.to_dict()
        assert same.to_dict()["payment_rules"] == {"min_amount": 1, "grace": 3}


def test_answers_are_read_leniently() -> None:
    """No length, pattern, format or dependency is checked in an answer; an integer may be written 1.0."""
    customer = _read(b'{"id":"?","external_reference":"' + b"x" * 300 + b'","balance":20.0,"currency":"?","phone":"1"}')
    assert customer.balance == 20
    assert isinstance(customer.balance, int)
    assert _read(b'{"id":"a","external_reference":"x","balance":1}').balance == 1


def test_large_balances_are_exact() -> None:
    """Integers beyond 64 bits are neither refused nor rounded."""
    assert _read(b'{"id":"a","external_reference":"x","balance":123456789012345678901234567890}').balance == (
        123456789012345678901234567890
    )


def test_a_mistyped_field_is_named() -> None:
    """An answer that breaks its schema raises one error that says where."""
    with pytest.raises(ResponseValidationError, match=r"payment_rules\.min_amount") as caught:
        _read(b'{"id":"bcus_1","external_reference":"x","payment_rules":{"min_amount":"1"},"more":1}')
    assert b'"min_amount":"1"' in caught.value.response.content
    restored = pickle.loads(pickle.dumps(caught.value))
    assert restored.response.content == caught.value.response.content


def test_nothing_can_be_assigned_to_a_field() -> None:
    """A changed model would look as if it had been sent."""
    customer = _read(b'{"id":"bcus_1","external_reference":"x"}')
    with pytest.raises(AttributeError):
        customer.name = "changed"  # type: ignore[misc]


def test_a_problem_keeps_what_fits() -> None:
    """RFC 9457, section 3.1: a member of the wrong type is passed over; further members are kept."""
    problem = decode_leniently(b'{"title":5,"status":404,"errors":[{"pointer":"/a"}]}', Problem)
    assert problem is not None
    assert problem.title is UNSET
    assert problem.status == 404
    assert problem.extra_fields == {"errors": [{"pointer": "/a"}]}
    for body in (b"", b"[]", b"null", b"<html>", b"\xff"):
        assert decode_leniently(body, Problem) is None


def test_unknown_fields_are_kept_in_lists_and_mappings() -> None:
    """The slow path follows lists, mappings and unions to every model."""
    tree = {"a": [{"min_amount": 1, "new": 2}, None], "b": []}
    found = keep_unknown(tree, dict[str, list[PaymentRules | None]])
    assert found["a"][0].extra_fields == {"new": 2}
    assert found["a"][1] is None
