"""What pages show beyond constraints: hostile text stays text, a grown contract is described, twins lead to twins."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from contract.ledger import Claim
from contract.loading import parse
from generator.site.assembly import REPEATABLE
from generator.site.build import build
from generator.site.excerpts import excerpt
from generator.site.markdown import headings, inline_html, plain_text, to_html
from generator.site.reference import kebab
from generator.site.rendering import front
from generator.site.verify import verify
from tests.site.conftest import VOID

if TYPE_CHECKING:
    from contract import Contract
    from generator.site.inputs import Inputs

_EVIL = "</title><script>alert(1)</script>{{ 7*7 }}{% x %} [a](javascript:alert(1)) `\\\" onload=alert(1) x='"


def test_hostile_text_stays_text(inputs: Inputs, contract: Contract) -> None:
    """Markup, template syntax and code in every text of a contract are shown, and never run."""
    document = json.loads(json.dumps(contract.document))
    document["info"] |= {"title": _EVIL, "summary": _EVIL, "version": "1.0.0"}
    document["components"]["schemas"]["Customer"] |= {"title": _EVIL, "description": _EVIL}
    document["components"]["schemas"]["CustomerName"] |= {"enum": [_EVIL], "examples": [_EVIL], "pattern": "<script>"}
    document["components"]["schemas"]["Customer"]["properties"]['a b"><script>'] = {
        "type": "string",
        "description": "x",
    }
    document["components"]["parameters"]["Customer"]["description"] = _EVIL
    document["components"]["responses"]["NotFound"]["description"] = _EVIL
    document["components"]["examples"]["Customer"] = {"summary": _EVIL, "value": {"id": _EVIL}}
    operation = document["paths"]["/billing/customers"]["post"]
    operation |= {"summary": _EVIL, "description": _EVIL, "x-documentation-page": _EVIL}
    hostile = parse(json.dumps(document).encode(), "hostile.json")
    files = build(replace(inputs, contract=hostile, console=None))
    assert verify(files) == []
    for name in (name for name in files if name.endswith(".html")):
        page = _Danger()
        page.feed(files[name].decode())
        assert page.found == [], name
    assert b"{{ 7*7 }}" in files["schemas/customer.html"]
    assert b'id="a-b-script"' in files["schemas/customer.html"]
    assert b"{{ 7*7 }}" in files["operations/create-customer.md"]


class _Danger(HTMLParser):
    """Finds what would run a text of the contract as code."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note scripts of the page's own, handlers in attributes, and links that are code."""
        given = dict(attrs)
        if tag == "script" and "src" not in given:
            self.found.append(tag)
        self.found += [
            name for name, value in attrs if name.startswith("on") or (value or "").startswith("javascript:")
        ]


def test_twins_lead_to_twins(site: dict[str, bytes]) -> None:
    """Every link in a Markdown twin leads to a file that is there, and between pages to a twin."""
    links = 0
    for name, content in site.items():
        if not name.endswith(".md"):
            continue
        text = re.sub(r"^```.*?^```", "", content.decode(), flags=re.MULTILINE | re.DOTALL)
        for target in re.findall(r"\]\(([^)#\s]+)", text):
            if target.startswith("http"):
                continue
            parts = [part for part in [*name.split("/")[:-1], *target.split("/")] if part != "."]
            while ".." in parts:
                at = parts.index("..")
                del parts[at - 1 : at + 1]
            assert "/".join(parts) in site, f"{name}: {target}"
            assert not target.endswith(".html") or target.startswith("conformance-report")
            links += 1
    assert links > 100


def test_twins_say_the_same(site: dict[str, bytes]) -> None:
    """Every word of a page, what only helps to use it apart, also stands in its twin."""
    compared = 0
    for name in (name for name in site if name.endswith(".html") and f"{name.removesuffix('.html')}.md" in site):
        reader = _Article()
        reader.feed(site[name].decode())
        twin = " ".join(plain_text(site[f"{name.removesuffix('.html')}.md"].decode()).split()).lower()
        assert [text for text in reader.texts if text.lower() not in twin] == [], name
        compared += len(reader.texts)
    assert compared > 3000


class _Article(HTMLParser):
    """The texts of a page's article, without what stands there only for the eye or the hand."""

    _LEFT_OUT = frozenset({"permalink", "why", "try", "kicker", "tab", "button", "legend", "summary"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self._open: list[tuple[str, set[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element with its classes."""
        if tag not in VOID:
            self._open.append((tag, {tag, *(dict(attrs).get("class") or "").split()}))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element that holds no text."""

    def handle_endtag(self, tag: str) -> None:
        """Leave the element."""
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Note a text; the sign of a rule's claim is a name in the twin."""
        around = {word for _, words in self._open for word in words}
        told = " ".join(data.replace("A § after a rule", "A name after a rule").split())
        if "article" in around and not around & self._LEFT_OUT and told:
            self.texts.append(told)


def test_markdown_shows_raw_html_as_text() -> None:
    """HTML and dangerous links in Markdown are text."""
    assert "<b>" not in to_html("a <b>x</b>")
    assert "<a" not in inline_html("[x](javascript:alert(1))")


def test_fences_with_titles_become_tabs() -> None:
    """Fences that follow each other are one choice; each other fence is a block of its own."""
    html = to_html("```sh curl\na\n```\n\n```python httpx\nb\n```\n\nx\n\n```json\n1\n```\n".replace("\\\n", "\n"))
    assert html.count('type="radio"') == 2
    assert html.count(" checked>") == 1
    assert html.count("<pre") == 3


def test_headings_have_anchors_of_their_own() -> None:
    """Two headings with the same words have different anchors."""
    text = "## What to do\n\nx\n\n## What to *do*\n".replace("\\\n", "\n")
    assert [anchor for _, anchor, _ in headings(text)] == ["what-to-do", "what-to-do-2"]
    assert 'href="#what-to-do-2"' in to_html(text)
    assert plain_text("a `b` *c*") == "a b c"


def test_a_page_without_a_summary_is_refused() -> None:
    """A source that does not begin with a title and a summary says what is missing."""
    with pytest.raises(ValueError, match="begins with a line"):
        front("No title\n")


@pytest.mark.parametrize(
    ("name", "address"),
    [("createCustomer", "create-customer"), ("HTTPError", "http-error"), ("a_b c", "a-b-c"), ("???", "x")],
)
def test_names_become_addresses(name: str, address: str) -> None:
    """Names of a contract become addresses in lower case."""
    assert kebab(name) == address


def test_the_client_repeats_what_the_guide_says() -> None:
    """The guide on errors and the client agree on which statuses may be repeated."""
    from moment_billing import _retries

    statuses = {str(status) for name in dir(_retries) for status in _statuses(getattr(_retries, name))}
    assert statuses == REPEATABLE


def _statuses(value: object) -> frozenset[int]:
    return value if isinstance(value, frozenset) and all(isinstance(item, int) for item in value) else frozenset()


def test_the_ledger_shows_every_claim(site: dict[str, bytes], inputs: Inputs) -> None:
    """Each claim has a place of its own, with what it says, its readings and its choice."""
    page = site["ledger.html"].decode()
    for claim in inputs.claims:
        assert isinstance(claim, Claim)
        assert f'id="{claim.id}"' in page
        assert all(inline_html(text) in page for text in (claim.says, claim.choice, *claim.readings))


def test_an_excerpt_is_what_was_written() -> None:
    """A part of the contract is shown as its author wrote it; JSON is shown as YAML."""
    written = "openapi: 3.1.0\na:\n  b:\n    # why\n    type: string\n\n    maxLength: 5\n  c: 1\n"
    assert excerpt(parse(written.encode(), "x.yaml"), "/a/b") == "# why\ntype: string\n\nmaxLength: 5"
    assert excerpt(parse(b'{"openapi": "3.1.0", "a": {"b": {"type": "string"}}}', "x.json"), "/a/b") == "type: string"


def test_an_empty_cell_heads_nothing() -> None:
    """A table whose head has an empty cell stays usable with a screen reader."""
    html = to_html("| | a |\n|---|---|\n| b | c |\n")
    assert html.count("<th>") == 1
