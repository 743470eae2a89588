"""What machines find: the catalogue, llms.txt, the feed, the badge; and how the site is served."""

from __future__ import annotations

import json
import re
import threading
import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import TYPE_CHECKING

import httpx
import pytest

from contract import ContractError
from generator.site.build import build
from generator.site.changelog import Entry, feed, read_changelog
from generator.site.conformance import badge, read_report
from generator.site.folder import place
from generator.site.serve import start
from generator.site.verify import verify
from tests.site.conftest import write_report

if TYPE_CHECKING:
    from pathlib import Path

    from contract import Contract
    from generator.site.inputs import Inputs

_ATOM = "{http://www.w3.org/2005/Atom}"

_CHANGELOG = """# Changelog

What changed.

## 1.1.0 - 2026-11-20

### Breaking

- `name` is <b>shorter</b>.

## 1.0.0 - 2026-10-01

- The first.
"""


def test_the_catalogue_leads_to_the_contract(served: str, contract: Contract) -> None:
    """At its well-known address stands a set of links, by RFC 9727, whose targets are there."""
    address = f"{served}.well-known/api-catalog"
    response = httpx.get(address)
    assert response.headers["content-type"].startswith("application/linkset+json")
    assert "rfc9727" in response.headers["content-type"]
    assert httpx.head(address).headers["link"] == '</.well-known/api-catalog>; rel="api-catalog"'
    catalogue, api = response.json()["linkset"]
    assert catalogue["item"] == [{"href": server["url"]} for server in contract.document["servers"]]
    assert api["anchor"] == contract.document["servers"][0]["url"]
    for relation in ("service-desc", "service-doc", "service-meta", "status"):
        for link in api[relation]:
            assert httpx.get(str(httpx.URL(address).join(link["href"]))).status_code == 200


def test_llms_txt_lists_every_page(site: dict[str, bytes]) -> None:
    """It begins with a title and a summary, and links to the twin of each page."""
    text = site["llms.txt"].decode()
    assert re.match(r"# [^\n]+\n\n> [^\n]+\n", text)
    listed = set(re.findall(r"\]\(([^)]+\.md)\)", text))
    assert listed == {name for name in site if name.endswith(".md")} - {"404.md"}


def test_the_search_knows_every_page_property_and_claim(site: dict[str, bytes], inputs: Inputs) -> None:
    """Each page, each property of each schema and each claim is an entry of the index, with its place."""
    entries = {entry["url"]: entry for entry in json.loads(site["search-index.json"])}
    pages = {name for name in site if name.endswith(".html") and not name.startswith(("console/", "404"))}
    assert pages <= entries.keys()
    for name in inputs.contract.at("/components/schemas/Customer/properties"):
        assert entries[f"schemas/customer.html#{name}"]["title"] == name
    for claim in inputs.claims:
        assert entries[f"ledger.html#{claim.id}"]["text"].startswith(claim.level)


@pytest.mark.parametrize(
    ("name", "type_"),
    [
        ("index.html", "text/html; charset=utf-8"),
        ("index.md", "text/markdown; charset=utf-8"),
        ("changelog.atom", "application/atom+xml"),
        ("downloads/latest/openapi.yaml", "application/yaml"),
        ("downloads/latest/requests.http", "text/plain; charset=utf-8"),
    ],
)
def test_files_are_served_as_what_they_are(name: str, type_: str, served: str) -> None:
    """The server names media types, and forbids browsers to guess or to load from elsewhere."""
    response = httpx.get(f"{served}{name}")
    assert response.headers["content-type"] == type_
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'self'" in response.headers["content-security-policy"]


def test_the_report_keeps_its_styles(tmp_path: Path) -> None:
    """The report of the suite is one file with its styles in it; only there the server allows that."""
    place({"index.html": b"", "conformance-report.html": b""}, tmp_path / "site")
    server = start(tmp_path / "site", "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    policies = [
        httpx.get(f"{address}/{name}").headers["content-security-policy"] for name in ("", "conformance-report.html")
    ]
    server.shutdown()
    thread.join(timeout=10)
    server.server_close()
    assert ["unsafe-inline" in policy for policy in policies] == [False, True]


def test_a_wrong_address_gets_our_page(served: str) -> None:
    """What is not there answers 404 with a page whose links work from any depth."""
    response = httpx.get(f"{served}no/such/page.html")
    assert response.status_code == 404
    assert '<base href="/">' in response.text
    assert httpx.head(f"{served}no/such/page.html").status_code == 404
    assert httpx.get(f"{served}downloads/").status_code == 404
    assert httpx.get(served).status_code == 200


def test_nothing_outside_the_site_is_served(served: str) -> None:
    """Dot segments lead nowhere."""
    with httpx.Client() as client:
        request = client.build_request("GET", served)
        request.url = httpx.URL(served).copy_with(raw_path=b"/%2e%2e/%2e%2e/etc/passwd")
        assert client.send(request).status_code == 404


def test_the_changelog_becomes_a_page_and_a_feed(inputs: Inputs, tmp_path: Path) -> None:
    """Each version is an entry of both, the feed's with a stable id, its date and a link to its place."""
    path = tmp_path / "CHANGELOG.md"
    path.write_text(_CHANGELOG, encoding="utf-8")
    files = build(replace(inputs, changelog=path))
    assert verify(files) == []
    root = ET.fromstring(files["changelog.atom"])
    assert root.findtext(f"{_ATOM}updated") == "2026-11-20T00:00:00Z"
    newest, first = root.findall(f"{_ATOM}entry")
    assert newest.findtext(f"{_ATOM}title") == "Moment Billing Customers 1.1.0"
    assert "&lt;b&gt;" in str(newest.findtext(f"{_ATOM}content"))
    link = newest.find(f"{_ATOM}link")
    assert link is not None
    page, _, anchor = link.attrib["href"].partition("#")
    assert f'id="{anchor}"' in files[page].decode()
    assert len({entry.findtext(f"{_ATOM}id") for entry in (root, newest, first)}) == 3
    for entry in (root, newest, first):
        assert all(entry.findtext(f"{_ATOM}{name}") for name in ("id", "title", "updated"))


def test_a_feed_without_dates_is_still_a_feed(tmp_path: Path) -> None:
    """A version without a date is on the page and not in the feed; a missing file has no entries."""
    root = ET.fromstring(feed("x", [Entry("1.0.0", "", "text")]))
    assert root.findall(f"{_ATOM}entry") == []
    assert root.findtext(f"{_ATOM}updated")
    assert read_changelog(tmp_path / "none.md") == []


@pytest.mark.parametrize(
    ("heading", "version", "date"),
    [
        ("## 1.0.0", "1.0.0", ""),
        ("## [2.1.0] (2026-11-22)", "2.1.0", "2026-11-22"),
        ("## 3.0.0-rc.1, 2026-01-02 (breaking)", "3.0.0-rc.1", "2026-01-02"),
    ],
)
def test_headings_of_versions_are_read(heading: str, version: str, date: str, tmp_path: Path) -> None:
    """The usual ways to write a version's heading are understood."""
    path = tmp_path / "CHANGELOG.md"
    path.write_text(f"# Changes\n\n{heading}\n\nText.\n", encoding="utf-8")
    assert read_changelog(path) == [Entry(version, date, "Text.")]


def test_a_badge_is_readable_in_words() -> None:
    """It is an image with its text as its name, and text in it is text."""
    root = ET.fromstring(badge("a<b", "x & y", "brightgreen"))
    assert root.attrib["aria-label"] == "a<b: x & y"


def test_a_report_is_published(site: dict[str, bytes]) -> None:
    """The verdicts stand on the page of conformance and in the ledger, with the badge beside them."""
    page = site["conformance.md"].decode()
    assert "`http://x` breaks 1 of 2 claims. It was judged on 2026-11-26 16:23 UTC by version 1.0.0" in page
    assert "with 3,250 requests" in page
    assert "Another version" not in page
    assert "| [phone.e164](ledger.md#phone.e164) | must | fail |" in page
    assert 'class="verdict fail"' in site["ledger.html"].decode()
    assert site["conformance-badge.svg"].startswith(b"<svg")


def test_a_report_of_another_version_is_marked(inputs: Inputs, tmp_path: Path) -> None:
    """A report that judged by an older contract says so on the page."""
    pages = build(replace(inputs, report=write_report(tmp_path, contract="0.9.0"), console=None))
    assert "**Another version.** These pages describe version" in pages["conformance.md"].decode()
    assert "Another version." in pages["conformance.html"].decode()


@pytest.mark.parametrize("damage", ["{", "[]", '{"claims": []}', '{"claims": [1]}'])
def test_a_report_that_cannot_be_read_is_refused(damage: str, inputs: Inputs, tmp_path: Path) -> None:
    """A damaged report, or what is none, ends the build with its name."""
    write_report(tmp_path)
    (tmp_path / "report.json").write_text(damage, encoding="utf-8")
    with pytest.raises(ContractError, match=r"report\.json"):
        read_report(tmp_path, inputs.claims)
