"""The contract grows, and the site with it: whatever the language allows is described, and told correctly."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from contract import ContractError
from contract.loading import parse
from generator.site.build import build
from generator.site.operations import operation_pages
from generator.site.reference import STRUCTURE
from generator.site.rendering import Renderer
from generator.site.samples import Call
from generator.site.schemas import schema_pages
from generator.site.verify import verify

if TYPE_CHECKING:
    from contract import Contract
    from generator.site.inputs import Inputs

_OTHER = """
openapi: 3.1.0
info: {title: Other, version: 2.0.0, summary: More.}
tags: [{name: Bills, description: Bills.}]
paths:
  /bills:
    get:
      operationId: listBills
      summary: List Bills
      description: Returns bills, page by page.
      deprecated: true
      tags: [Bills]
      parameters:
        - name: limit
          in: query
          required: true
          deprecated: true
          description: How many.
          schema: {type: integer, minimum: 1, maximum: 100}
          example: 7
        - {name: cursor, in: query, description: Where to go on., schema: {type: string}, example: abc}
        - {name: ids, in: query, required: true, explode: false, schema: {type: array}, example: [a b, c]}
        - {name: tags, in: query, required: true, schema: {type: array}, example: [x]}
        - {name: main, in: header, required: true, schema: {type: boolean}, example: true}
        - {name: X-Tag, in: header, schema: {type: string}, example: x}
      responses:
        '200':
          description: The bills.
          headers: {main: {description: Also here., schema: {type: string}}}
          content: {application/json: {schema: {$ref: '#/components/schemas/Page'}}}
components:
  schemas:
    Page:
      description: A page of bills.
      type: object
      required: [bills, extra]
      properties:
        bills: {description: The bills., type: array, maxItems: 100, items: {$ref: '#/components/schemas/Bill'}}
        next: {description: Where to go on., type: [string, 'null'], default: null}
    Bill:
      description: A bill, which may be part of another.
      type: object
      deprecated: true
      required: [status]
      properties:
        status: {description: What became of it., enum: [unpaid, paid]}
        parent: {$ref: '#/components/schemas/Bill'}
        made: {description: When., type: string, readOnly: true}
        secret: {description: What., type: string, writeOnly: true}
        rules: {description: Its rules., const: 1}
        payer:
          description: Who pays.
          oneOf:
            - {type: string, maxLength: 9}
            - {type: object, description: In full., required: [name], properties: {name: {type: string, minLength: 2}}}
"""


@pytest.fixture(scope="module")
def pages(inputs: Inputs) -> dict[str, str]:
    """The pages of another contract, rendered as HTML and as Markdown, by file name."""
    contract = parse(_OTHER.encode(), "other.yaml")
    calls = {"listBills": Call("bills", "list", {("query", "ids"): "ids_", ("header", "main"): "main_"}, "page")}
    found = [*operation_pages(contract, (), calls), *schema_pages(contract, ())]
    facts = {"console": False, "problems": [], "wheels": {}}
    renderer = Renderer(contract, (), facts, inputs.templates)
    html = {f"{page.path}.html": renderer.html(page).decode() for page in found}
    return html | {f"{page.path}.md": renderer.markdown(page).decode() for page in found}


def test_a_grown_contract_is_published(grown_site: dict[str, bytes]) -> None:
    """Lists, pages, arrays as bodies, answers without a body, choices and properties named as ours: nothing breaks."""
    assert verify(grown_site) == []


def test_fields_of_items_are_marked_as_required(pages: dict[str, str], grown_site: dict[str, bytes]) -> None:
    """What an item must have is told where the array is described, also when the item is described elsewhere."""
    assert "`status`\n\nstring, required.\nWhat became" in pages["schemas/page.md"]
    assert "`text`\n\nstring, required.\nWhat for." in grown_site["schemas/update-bill.md"].decode()


def test_a_required_property_that_is_not_described_is_told(pages: dict[str, str]) -> None:
    """A name in `required` alone has no field to be marked at, so a sentence says it."""
    assert "`bills` and `extra` are required." in pages["operations/list-bills.md"]


def test_arrays_null_defaults_and_recursion_have_their_place(pages: dict[str, str]) -> None:
    """Enumerations, nullable values and schemas within themselves are described, and the last ones end."""
    page, bill = pages["schemas/page.md"], pages["schemas/bill.md"]
    assert "array of object, required" in page
    assert "Has at most 100 items." in page
    assert "string or null, optional" in page
    assert "Default: `null`" in page
    assert page.count("`parent`") == 1
    assert "Is one of `unpaid` or `paid`." in bill
    assert "integer, optional.\nIts rules." in bill
    assert "Used by [List Bills](../operations/list-bills.md)." in page


def test_each_form_of_a_value_is_described(pages: dict[str, str]) -> None:
    """A choice says how many of its forms hold, and each form has its type, its rules and its own properties."""
    bill = pages["schemas/bill.md"]
    assert "string or object, optional.\nWho pays." in bill
    assert "Has exactly one of these forms:\n\n1. string\n\n   - Has at most 9 characters.\n\n2. object" in bill
    assert "`name`\n\nstring, required." in bill
    assert 'id="payer.name"' in pages["schemas/bill.html"]


def test_what_is_deprecated_or_one_way_is_told(pages: dict[str, str]) -> None:
    """Operations, parameters and properties say so, in both forms of the page."""
    operation, bill = pages["operations/list-bills.md"], pages["schemas/bill.md"]
    assert "**Deprecated.**" in operation
    assert "integer, required, deprecated." in operation
    assert "string, optional, read-only." in bill
    assert "string, optional, write-only." in bill
    assert "Deprecated." in pages["operations/list-bills.html"]
    assert pages["schemas/bill.html"].count("-only</span>") == 2


def test_a_query_is_written_as_the_contract_has_it(pages: dict[str, str]) -> None:
    """Several values are one with commas or one each, and the page says which."""
    operation = pages["operations/list-bills.md"]
    assert "/bills?limit=7&ids=a%20b,c&tags=x" in operation
    assert "Several are sent as `ids=a%20b,c`" in operation
    assert "Several are sent as `tags=x&tags=x`" in operation


def test_samples_give_what_is_required(pages: dict[str, str]) -> None:
    """The client's call has the required parameters under the client's names, and no others."""
    call = re.search(r"page = moment.bills.list\((.*?)\n\)", pages["operations/list-bills.md"], re.DOTALL)
    assert call
    assert call[1].split() == ["limit=7,", 'ids_=["a', 'b",', '"c"],', 'tags=["x"],', "main_=True,"]
    assert '"main": "true",' in pages["operations/list-bills.md"]


def test_samples_of_other_bodies_run(grown_site: dict[str, bytes]) -> None:
    """An array is given whole, and an answer without a body is not read."""
    notes = grown_site["operations/set-account-note.md"].decode()
    assert 'body=["a"],\n)\n```' in notes
    assert "print(response.status_code)" in notes
    assert "It has no body." in notes


def test_no_field_takes_an_anchor_of_the_page(pages: dict[str, str], inputs: Inputs) -> None:
    """A field that is named as a part of every page is, or as another field, has an anchor of its own."""
    assert 'id="rules-field"' in pages["schemas/bill.html"]
    assert {'id="main-field"', 'id="main-field-2"'} <= set(
        re.findall(r'id="[^"]+"', pages["operations/list-bills.html"])
    )
    for name in ("base", "operation", "schema"):
        source = (Path(inputs.templates) / "html" / f"{name}.html").read_text(encoding="utf-8")
        fixed = re.findall(r'\bid="([^"{}]+)"', source)
        assert [anchor for anchor in fixed if not STRUCTURE.fullmatch(anchor)] == []


def test_two_pages_at_one_address_are_refused(inputs: Inputs, contract: Contract) -> None:
    """Schemas whose names differ only in their spelling would hide one another."""
    document = json.loads(json.dumps(contract.document))
    document["components"]["schemas"]["customer_name"] = {"type": "string"}
    with pytest.raises(ContractError, match="schemas/customer-name"):
        build(replace(inputs, contract=parse(json.dumps(document).encode(), "twice.json"), console=None))
