"""Every constraint of the contract is stated in the text of some page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from contract.language import ASSERTIONS
from generator.site.links import operation_path
from tests.site.conftest import Text

if TYPE_CHECKING:
    from contract import Contract


@pytest.fixture(scope="module")
def stated(site: dict[str, bytes]) -> dict[str, list[str]]:
    """By the pointer of a constraint, the texts of the elements that state it."""
    found: dict[str, list[str]] = {}
    for name, content in site.items():
        if name.endswith(".html") and not name.startswith("console"):
            for pointer, words in Text(content).stated.items():
                found.setdefault(pointer, []).append(" ".join("".join(words).split()))
    return found


def _values(value: Any) -> list[str]:
    """What a reader must find of a keyword's value."""
    if isinstance(value, bool):
        return []
    if isinstance(value, (int, float)):
        return [f"{value:,}"]
    if isinstance(value, str):
        return [value]
    return [text for item in [*value, *(value.values() if isinstance(value, dict) else ())] for text in _values(item)]


def test_each_assertion_is_stated_with_its_value(contract: Contract, stated: dict[str, list[str]]) -> None:
    """Each assertion of each schema stands on a page, in an element that says its value."""
    seen = 0
    for place in contract.places:
        if place.kind != "schema" or not isinstance(place.value, dict):
            continue
        for keyword in ASSERTIONS & place.value.keys():
            pointer = f"{place.pointer}/{keyword}"
            assert pointer in stated, f"no page states {pointer}"
            if keyword not in {"type", "required"}:
                texts = stated[pointer]
                values = _values(place.value[keyword])
                assert any(all(value in text for value in values) for text in texts), (pointer, values, texts)
            seen += 1
    assert seen > 40


def test_each_required_property_is_marked(contract: Contract, site: dict[str, bytes]) -> None:
    """A property that an object must have is marked as required where it is described, and no other one is."""
    text = site["schemas/customer.html"].decode()
    fields = text.split('<div class="field" id="')[1:]
    marked = {field.partition('"')[0] for field in fields if 'class="required"' in field}
    assert marked == set(contract.at("/components/schemas/Customer/required"))


def test_each_part_of_a_request_is_stated(contract: Contract, stated: dict[str, list[str]]) -> None:
    """Parameters, headers and bodies stand on the page of their operation, and say when they are required."""
    for operation in contract.operations:
        for parameter in operation.parameters:
            assert "required" in " ".join(stated[f"{parameter.pointer}/required"])
        if operation.body_required:
            assert "required" in " ".join(stated[f"{operation.pointer}/requestBody/required"])
        for response in operation.responses.values():
            for pointer in response.headers.values():
                assert pointer in stated


def test_each_operation_names_its_statuses(contract: Contract, site: dict[str, bytes]) -> None:
    """The page of an operation names each status that it may answer with, and what it means."""
    for operation in contract.operations:
        words = " ".join(Text(site[f"{operation_path(operation.id)}.html"]).words)
        for status, response in operation.responses.items():
            assert status in words
            assert str(response.node["description"]).partition(".")[0] in words


def test_each_page_says_so_in_markdown_too(contract: Contract, site: dict[str, bytes]) -> None:
    """The twin of a schema's page states the same rules."""
    for name, twin, values in [
        ("Metadata", "schemas/metadata.md", ["20 keys", "40 characters", "500 characters"]),
        ("Phone", "schemas/phone.md", [contract.at("/components/schemas/Phone/pattern")]),
        ("UpdateCustomer", "operations/update-customer.md", ["10 keys", "`balance` needs `currency`"]),
    ]:
        assert all(value in site[twin].decode() for value in values), name


def test_constraints_lead_to_their_claims(site: dict[str, bytes]) -> None:
    """A rule links to the entry of the ledger that it rests on."""
    assert 'href="../ledger.html#phone.e164"' in site["schemas/phone.html"].decode()
    assert (
        'href="../ledger.html#external-reference.reserved-prefix"' in site["operations/create-customer.html"].decode()
    )
