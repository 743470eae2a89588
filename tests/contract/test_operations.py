"""The operations of a contract as the tools see them."""

from __future__ import annotations

import pytest

from contract import Contract


def test_references_are_followed_and_path_parameters_joined(contract: Contract) -> None:
    """An operation has its path's parameters, its body's schema, and each response by status."""
    update = contract.operation("updateCustomer")
    assert (update.method, update.path) == ("PATCH", "/billing/customers/{customer}")
    assert [(parameter.name, parameter.location, parameter.required) for parameter in update.parameters] == [
        ("customer", "path", True)
    ]
    assert update.body_required
    assert [media.type for media in update.body] == ["application/json"]
    assert contract.resolve(contract.at(update.body[0].schema))[1] == "/components/schemas/UpdateCustomer"
    assert update.responses["404"].media[0].type == "application/problem+json"
    assert update.responses["404"].media[0].is_json


def test_headers_of_a_response_are_found(contract: Contract) -> None:
    """A create names the header that tells a replay."""
    assert contract.operation("createCustomer").responses["201"].headers == {
        "Idempotent-Replayed": "/components/headers/IdempotentReplayed"
    }


def test_links_are_known_by_the_operation_that_they_lead_to(contract: Contract) -> None:
    """The answers of a create and of an update lead to both look-ups, by id and by reference."""
    assert contract.links.keys() == {"retrieveCustomer", "updateCustomer"}
    by_id, by_reference = "$response.body#/id", "$response.body#/external_reference"
    for links in contract.links.values():
        assert [link["parameters"]["customer"] for link in links] == [by_id, by_reference] * 2


def test_an_unknown_operation_is_a_key_error(contract: Contract) -> None:
    """Asking for an operation that is not there fails loudly."""
    with pytest.raises(KeyError):
        contract.operation("deleteCustomer")
