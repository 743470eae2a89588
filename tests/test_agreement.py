"""Every tool means the same by the contract: the validator, the client that sends, the sandbox that receives."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract import Contract, load
from moment_billing import _schemas
from moment_billing._checks import Check
from moment_billing._errors import Violation
from tests.sandbox.conftest import Sandbox, running

CONTRACT = load()
CHECKS: dict[str, Check] = {"createCustomer": _schemas.CREATE_CUSTOMER, "updateCustomer": _schemas.UPDATE_CUSTOMER}

# What tempts a tool to differ: digits beyond ASCII, a final newline, astral characters, both sides of each limit.
TEMPTING = [
    *("", "a", "a\n", "\u0663", "é" * 255, "😀" * 255, "😀" * 256, "x" * 256, "a b", "a/b"),
    *("bcus_1", "bcus_", "BCUS_1", "INV-2024-001", "_-"),
    *("+12", "+1", "+0123", "+27123456789\n", "+2712345678\u0669", "+123456789012345", "+1234567890123456"),
    *("ZAR", "zar", "ZZZ", "ZAR\n", "XAU"),
    *("john.doe@example.com", "john", "@", "a@b@c", "john@example.com\n", f"{'a' * 64}@{'b' * 60}.com"),
]
TEXTS = st.sampled_from(TEMPTING) | st.text(max_size=5)
KEYS = st.sampled_from(["", "k", "k" * 40, "😀" * 40, "k" * 41]) | st.text(max_size=3)
VALUES = st.sampled_from(["", "v" * 500, "😀" * 500, "v" * 501]) | st.text(max_size=3)
METADATA = st.dictionaries(KEYS, VALUES | st.integers(), max_size=3) | st.sampled_from(
    [{str(number): "v" for number in range(count)} for count in (10, 11, 20, 21)]
)
ODD = st.none() | st.booleans() | st.integers() | st.floats() | st.lists(st.integers(), max_size=2)
NUMBERS = st.integers() | st.sampled_from([0, -0.0, 2000.0, 2000.5, -(2**70), True])


def bodies(operation: str) -> st.SearchStrategy[dict[str, Any]]:
    """Bodies of an operation, right and wrong, of properties that the contract names."""
    schema, _ = CONTRACT.resolve(CONTRACT.at(CONTRACT.operation(operation).body[0].schema))
    right = {"balance": NUMBERS, "metadata": METADATA, "currency": st.sampled_from(["ZAR", "USD", "ZZZ", "usd"])}
    return st.fixed_dictionaries(
        {}, optional={name: right.get(name, TEXTS) | TEXTS | ODD for name in schema["properties"]}
    )


@pytest.mark.parametrize("operation", CHECKS)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_the_client_refuses_exactly_what_the_contract_refuses(operation: str, data: st.DataObject) -> None:
    """For any body, the client's checks and the validator give the same verdict."""
    body = data.draw(bodies(operation))
    found: list[Violation] = []
    CHECKS[operation].find(body, (), found)
    violations = CONTRACT.validator(CONTRACT.operation(operation).body[0].schema).violations(body)
    assert bool(found) == bool(violations), (body, found, violations)


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    """A sandbox of these tests' own."""
    with running() as sandbox:
        yield sandbox


@pytest.mark.parametrize(
    ("field", "value"),
    [(name, value) for name in ("external_reference", "phone", "currency", "email") for value in TEMPTING]
    + [("name", value) for value in TEMPTING if value],
)
def test_the_sandbox_refuses_what_the_contract_refuses(
    contract: Contract, server: Sandbox, field: str, value: str
) -> None:
    """Over HTTP, a create gets 400 exactly when its body breaks the contract, by the ECMA meaning of patterns."""
    body = {"external_reference": f"ref-{uuid.uuid4()}", field: value}
    answer = server.create(**body)
    valid = contract.validator(contract.operation("createCustomer").body[0].schema).is_valid(body)
    assert (answer.status_code == 400) is not valid, answer.text
