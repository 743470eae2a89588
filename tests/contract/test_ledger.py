"""The ledger and the contract, tied both ways."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from contract import Contract, ContractError
from contract.language import ASSERTIONS
from contract.ledger import Claim, load_claims, mismatches, unbacked
from contract.loading import parse
from contract.pointers import tokens

CLAIMS = load_claims()


def changed(contract: Contract, pointer: str, value: Any) -> Contract:
    """The contract with one place set to a value."""
    document = copy.deepcopy(contract.document)
    *way, last = tokens(pointer)
    node: Any = document
    for token in way:
        node = node[int(token)] if isinstance(node, list) else node[token]
    node[last] = value
    return parse(yaml.safe_dump(document, sort_keys=False).encode(), contract.source)


def test_each_record_of_a_claim_holds(contract: Contract) -> None:
    """At every pointer of the ledger stands the value that the ledger gives."""
    assert list(mismatches(contract, CLAIMS)) == []


def test_each_constraint_of_the_contract_is_backed_by_a_claim(contract: Contract) -> None:
    """Nothing is in the contract that no statement of the documentation put there."""
    assert unbacked(contract, CLAIMS) == []


ASSERTED = [
    f"{place.pointer}/{keyword}"
    for place in parse(Path("openapi.yaml").read_bytes(), "openapi.yaml").places
    if place.kind == "schema" and isinstance(place.value, dict)
    for keyword in sorted(ASSERTIONS & place.value.keys())
]


@pytest.mark.parametrize("pointer", ASSERTED)
def test_no_limit_can_change_alone(contract: Contract, pointer: str) -> None:
    """Another value at any constraint, in the contract alone, breaks a claim."""
    assert list(mismatches(changed(contract, pointer, "changed"), CLAIMS))


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/components/schemas/CustomerName/minLength", 1),
        ("/components/schemas/Customer/additionalProperties", False),
        ("/components/schemas/Currency/enum", ["ZAR"]),
        ("/components/schemas/UpdateCustomer/properties/email", {"$ref": "#/components/schemas/Email"}),
        ("/components/schemas/Problem/required", ["type"]),
        ("/paths/~1billing~1customers~1{customer}/delete", {"responses": {}}),
        ("/paths/~1billing~1customers~1{customer}/get/responses/410", {"description": "Gone."}),
        ("/components/parameters/IdempotencyKey/schema/format", "uuid"),
        ("/components/headers/RetryAfter", {"schema": {"type": "integer"}}),
    ],
)
def test_no_constraint_can_be_invented(contract: Contract, pointer: str, value: Any) -> None:
    """A limit, property, operation or status that no page states has no claim behind it."""
    found = unbacked(changed(contract, pointer, value), CLAIMS)
    assert any(place.startswith(pointer) for place in found)


def test_open_claims_give_their_readings_and_the_choice() -> None:
    """A question that the documentation leaves open is told with what it can mean and what we made of it."""
    for claim in CLAIMS:
        if claim.level == "open":
            assert claim.readings, claim.id
            assert claim.choice or claim.id == "response.latency", claim.id


def test_claims_have_ids_of_their_own() -> None:
    """An id names one claim."""
    assert len({claim.id for claim in CLAIMS}) == len(CLAIMS)


PAGES = {
    *("Retrieve Customer", "Update Customer", "Create Customer", "Errors", "Idempotency", "Authentication"),
    *("Metadata", "Changelog", "Common Operations", "Quickstart: Customer Balance"),
}


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_a_claim_cites_pages_that_exist(claim: Claim) -> None:
    """Every statement can be looked up, and is a whole sentence."""
    assert {page.strip() for page in claim.page.split(",")} <= PAGES
    assert claim.says.endswith(".")


def test_every_operation_cites_its_page(contract: Contract) -> None:
    """The page that an operation records is one of the documentation's."""
    assert {operation.node["x-documentation-page"] for operation in contract.operations} <= PAGES


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- id: a\n  page: p\n  says: s.\n  level: perhaps", "level"),
        ("- id: a\n  page: p\n  says: s.\n  level: must\n  recods: {}", "recods"),
        ("- [", "claims.yaml"),
        ("{}", "array"),
    ],
)
def test_a_malformed_ledger_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """A wrong level or a misspelt field is a message that names it."""
    file = tmp_path / "claims.yaml"
    file.write_text(text)
    with pytest.raises(ContractError, match=message):
        load_claims(file)
