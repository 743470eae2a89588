"""Customers are created, found and changed as the documentation says."""

from __future__ import annotations

import uuid

import pytest

CUSTOMERS = "/billing/customers"
FULL = {
    "name": "Zoë 🦊 \x00 Doe",
    "email": "john.doe@example.com",
    "phone": "+27123456789",
    "currency": "ZAR",
    "balance": -2000,
    "metadata": {"customer_type": "premium", "": "é"},
}


def fresh() -> str:
    return str(uuid.uuid4())


def test_create_returns_what_was_sent_and_an_id(sandbox, contract):
    """A created customer has the sent fields and an id of the contract's form."""
    reference = fresh()
    response = sandbox.create(external_reference=reference, **FULL)
    assert response.status_code == 201
    assert response.headers["content-type"] == "application/json"
    record = response.json()
    assert contract.validator("/components/schemas/Customer").violations(record) == []
    assert {name: record[name] for name in record if name != "id"} == {"external_reference": reference, **FULL}


def test_retrieve_by_id_and_by_reference_gives_the_same_bytes(sandbox):
    """Both names lead to the same record, byte for byte the one that was created."""
    created = sandbox.create(**FULL)
    for name in ("id", "external_reference"):
        response = sandbox.client.get(f"{CUSTOMERS}/{created.json()[name]}")
        assert (response.status_code, response.content) == (200, created.content)


def test_update_changes_what_is_named_and_keeps_the_rest(sandbox):
    """An update replaces the named fields, metadata as a whole, and returns the full record."""
    created = sandbox.create(**FULL).json()
    change = {"name": "Jane Doe", "metadata": {"a": "b"}}
    response = sandbox.client.patch(f"{CUSTOMERS}/{created['external_reference']}", json=change)
    assert response.status_code == 200
    assert response.json() == {**created, **change}
    assert sandbox.client.get(f"{CUSTOMERS}/{created['id']}").content == response.content


def test_fields_the_operation_does_not_have_are_ignored(sandbox):
    """An id in a body names nothing, and an unknown field leaves no trace."""
    created = sandbox.create(id="bcus_mine", payment_rules={"min_amount": 1}, unknown=1).json()
    assert set(created) == {"id", "external_reference"}
    assert created["id"] != "bcus_mine"
    update = {"id": "bcus_mine", "external_reference": "other", "unknown": [None]}
    assert sandbox.client.patch(f"{CUSTOMERS}/{created['id']}", json=update).json() == created


def test_an_update_of_balance_needs_currency_beside_it(sandbox):
    """The note on the page holds even for a customer that has a currency."""
    created = sandbox.create(currency="ZAR").json()
    response = sandbox.client.patch(f"{CUSTOMERS}/{created['id']}", json={"balance": 5000})
    assert response.status_code == 400
    assert "currency" in response.json()["errors"][0]["detail"]
    response = sandbox.client.patch(f"{CUSTOMERS}/{created['id']}", json={"balance": 5000, "currency": "ZAR"})
    assert response.json()["balance"] == 5000


@pytest.mark.parametrize("balance", [0, -(2**63) - 1, 2**64, 10**300])
def test_balances_of_any_size_survive(sandbox, balance):
    """An integer beyond 64 bits comes back as it was sent."""
    created = sandbox.create(balance=balance, currency="ZAR").json()
    assert created["balance"] == balance
    assert sandbox.client.get(f"{CUSTOMERS}/{created['id']}").json()["balance"] == balance


@pytest.mark.parametrize(("text", "shown"), [("1.0", "1"), ("1e2", "100"), ("-0.0", "0"), ("2.50e1", "25")])
def test_an_amount_is_shown_as_an_integer(sandbox, text, shown):
    """However an integer is written in a request, the answer and what is stored have it in digits alone."""
    body = f'{{"external_reference": "{fresh()}", "currency": "ZAR", "balance": {text}}}'
    headers = {"Idempotency-Key": fresh(), "Content-Type": "application/json"}
    created = sandbox.client.post(CUSTOMERS, content=body, headers=headers)
    assert f'"balance":{shown}}}' in created.text
    assert sandbox.client.get(f"{CUSTOMERS}/{created.json()['id']}").content == created.content


def test_a_reference_names_one_customer_of_a_merchant(sandbox):
    """The second customer with a reference is refused, and the first one stays as it was."""
    first = sandbox.create(name="first").json()
    reference = first["external_reference"]
    response = sandbox.create(external_reference=reference, name="second")
    assert response.status_code == 409
    assert response.json()["errors"][0]["pointer"] == "/external_reference"
    assert sandbox.client.get(f"{CUSTOMERS}/{reference}").json() == first


def test_merchants_do_not_see_each_other(sandbox):
    """One merchant's customers can be neither read nor changed by another, who may use the same reference."""
    mine = sandbox.create(name="mine").json()
    for name in (mine["id"], mine["external_reference"]):
        assert sandbox.other.get(f"{CUSTOMERS}/{name}").status_code == 404
        assert sandbox.other.patch(f"{CUSTOMERS}/{name}", json={"name": "theirs"}).status_code == 404
    body = {"external_reference": mine["external_reference"], "name": "theirs"}
    theirs = sandbox.other.post(CUSTOMERS, json=body, headers={"Idempotency-Key": fresh()})
    assert theirs.status_code == 201
    assert sandbox.client.get(f"{CUSTOMERS}/{mine['external_reference']}").json() == mine


@pytest.mark.parametrize(
    "name", ["bcus_unknown", "unknown", "bcus_", "bcus_a-b", "a%2Fb", "a%00", "..", "%2e%2e", "a" * 256, "%ff", "a%0A"]
)
def test_what_names_no_customer_is_not_found(sandbox, name):
    """Unknown and impossible names are 404 for retrieving and for updating."""
    for method in ("GET", "PATCH"):
        request = sandbox.client.build_request(method, "/", json={"name": "x"} if method == "PATCH" else None)
        request.url = request.url.copy_with(raw_path=f"{CUSTOMERS}/{name}".encode())
        response = sandbox.client.send(request)
        assert response.status_code == 404
        assert response.headers["content-type"] == "application/problem+json"
