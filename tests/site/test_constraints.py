"""Every constraint of a contract is stated on the right page: of this project's contract, and of a grown one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from contract.language import ASSERTIONS
from generator.site.links import operation_path, schema_path
from tests.site.conftest import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contract import Contract, Operation

_SAID = {
    **dict.fromkeys(("maxLength", "maxItems", "maxProperties", "maximum"), ("at most {}", "to {}", "exactly {}")),
    **dict.fromkeys(("minLength", "minItems", "minProperties", "minimum"), ("at least {}", "{} to", "exactly {}")),
    "exclusiveMaximum": ("less than {}",),
    "exclusiveMinimum": ("greater than {}",),
    "multipleOf": ("a multiple of {}",),
    "pattern": ("atches {}",),
    "format": ("format {}",),
    "const": ("s {}",),
}
"""For keywords with one value, how a sentence may say it: a limit in the wrong direction is no statement."""


@dataclass(frozen=True)
class Published:
    """A contract and its site."""

    contract: Contract
    files: dict[str, bytes]

    def stated(self, *names: str) -> dict[str, list[str]]:
        """By the pointer of a constraint, the texts of the elements of the pages that state it."""
        found: dict[str, list[str]] = {}
        for name in names or (n for n in self.files if n.endswith(".html") and not n.startswith("console")):
            for pointer, words in Text(self.files[name]).stated.items():
                found.setdefault(pointer, []).append(" ".join("".join(words).split()))
        return found


@pytest.fixture(scope="module", params=["own", "grown"])
def published(request: pytest.FixtureRequest) -> Published:
    """This project's own contract and site, then those of a contract that has grown."""
    names = {"own": ("contract", "site"), "grown": ("grown", "grown_site")}[request.param]
    return Published(*map(request.getfixturevalue, names))


def _statements(keyword: str, value: Any) -> list[str]:
    """What a reader must find of a keyword's value; each may be said in one of several ways, parted by a bar."""
    if keyword in _SAID:
        text = f"{value:,}" if isinstance(value, (int, float)) and not isinstance(value, bool) else str(value)
        return ["|".join(way.format(text) for way in _SAID[keyword])]
    if isinstance(value, dict):
        return [text for item in value.items() for text in _statements("", list(item))]
    if isinstance(value, list):
        return [text for item in value for text in _statements("", item)]
    return [] if isinstance(value, bool) else [value if isinstance(value, str) else json.dumps(value)]


def _is_said(statement: str, text: str) -> bool:
    return statement in text or any(way in text for way in statement.split("|"))


def test_each_assertion_is_stated_with_its_value(published: Published) -> None:
    """Each assertion of each schema stands on a page, in an element that says its value."""
    stated, seen = published.stated(), 0
    for place in published.contract.places:
        if place.kind != "schema" or not isinstance(place.value, dict):
            continue
        for keyword in ASSERTIONS & place.value.keys():
            pointer = f"{place.pointer}/{keyword}"
            assert pointer in stated, f"no page states {pointer}"
            if keyword not in {"type", "required"}:
                wanted, texts = _statements(keyword, place.value[keyword]), stated[pointer]
                assert any(all(_is_said(one, text) for one in wanted) for text in texts), (pointer, wanted, texts)
            seen += 1
    assert seen > 40


def test_each_constraint_stands_on_the_page_of_its_operation(contract: Contract, site: dict[str, bytes]) -> None:
    """Whatever a request must keep, and an answer to its success, can be read without leaving the operation's page."""
    published = Published(contract, site)
    for operation in contract.operations:
        stated = published.stated(f"{operation_path(operation.id)}.html")
        pointers = set(_constraints(contract, operation))
        assert len(pointers) > 20
        assert sorted(pointers - stated.keys()) == [], operation.id


def _constraints(contract: Contract, operation: Operation) -> Iterator[str]:
    """The pointer of every assertion that holds for an operation, references followed."""
    waiting = [one.schema for one in operation.parameters] + [media.schema for media in operation.body]
    for status, response in operation.responses.items():
        if status < "300":
            waiting += [f"{at}/schema" for at in response.headers.values()] + [one.schema for one in response.media]
    reached: set[str] = set()
    while waiting:
        pointer = waiting.pop()
        for place in contract.places:
            if (
                place.kind == "schema"
                and f"{place.pointer}/".startswith(f"{pointer}/")
                and place.pointer not in reached
            ):
                reached.add(place.pointer)
                waiting += [place.value["$ref"].removeprefix("#")] if "$ref" in place.value else []
                yield from (f"{place.pointer}/{keyword}" for keyword in ASSERTIONS & place.value.keys())


def test_required_properties_are_marked_and_no_others(published: Published) -> None:
    """On the page of an object, the properties that it must have are marked, and those that it may lack are not."""
    for name, schema in published.contract.at("/components/schemas").items():
        if "properties" not in schema:
            continue
        page = published.files[f"{schema_path(f'/components/schemas/{name}')}.html"].decode()
        fields = {field.partition('"')[0]: field for field in page.split('<div class="field" id="')[1:]}
        own = {anchor.removesuffix("-field"): field for anchor, field in fields.items() if "." not in anchor}
        marked = {anchor for anchor, field in own.items() if 'class="required"' in field}
        assert marked == set(schema.get("required", ())), name


def test_each_part_of_a_request_is_stated(published: Published) -> None:
    """Parameters, headers and bodies stand on the page of their operation, and say when they are required."""
    for operation in published.contract.operations:
        stated = published.stated(f"{operation_path(operation.id)}.html")
        for parameter in operation.parameters:
            assert parameter.pointer in stated
            assert not parameter.required or "required" in stated[f"{parameter.pointer}/required"]
        if operation.body_required:
            assert "required" in stated[f"{operation.pointer}/requestBody/required"]
        for response in operation.responses.values():
            assert stated.keys() >= set(response.headers.values())


def test_each_operation_names_its_statuses(published: Published) -> None:
    """The page of an operation names each status that it may answer with, and what it means."""
    for operation in published.contract.operations:
        words = " ".join(Text(published.files[f"{operation_path(operation.id)}.html"]).words)
        for status, response in operation.responses.items():
            assert status in words
            assert str(response.node["description"]).partition(".")[0] in words


def test_constraints_lead_to_their_claims(site: dict[str, bytes]) -> None:
    """A rule links to the entry of the ledger that it rests on, on the page and in its twin."""
    assert 'href="../ledger.html#phone.e164"' in site["schemas/phone.html"].decode()
    assert (
        'href="../ledger.html#external-reference.reserved-prefix"' in site["operations/create-customer.html"].decode()
    )
    assert "[phone.e164](../ledger.md#phone.e164)" in site["schemas/phone.md"].decode()
