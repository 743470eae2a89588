"""The site in a real browser: nothing breaks, nothing is asked of others, everybody can use it."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from generator.site.inputs import Inputs
    from tests.site.conftest import Sandbox

KINDS = [
    "index.html",
    "guides/errors.html",
    "operations/update-customer.html",
    "schemas/customer.html",
    "ledger.html",
    "conformance.html",
    "downloads.html",
]


def test_every_page_is_sound(visit: Callable[..., Any], site: dict[str, bytes], served: str, tmp_path: Path) -> None:
    """No page has an error, asks another server, breaks a rule of axe or scrolls sideways, in any theme or width.

    One visit for all four, because it takes long.
    """
    pages = sorted(name for name in site if name.endswith(".html") and not name.startswith("console/"))
    seen = visit("visit", site=served, pages=pages, kinds=KINDS, screenshots=str(tmp_path))
    assert {one["page"] for one in seen} == set(pages)
    assert len(list(tmp_path.glob("*.png"))) == 4 * len(KINDS)
    assert [one for one in seen if one["console"] or one["outside"]] == []
    assert [(one["page"], one["view"], violation) for one in seen for violation in one["violations"]] == []
    assert [(one["page"], one["view"]) for one in seen if one["sideways"] > 0] == []


QUERIES = {
    "422": "guides/errors.html#every-status",
    "negative balance": "schemas/balance.html",
    "bcus_": "schemas/customer-id.html",
    "idempotancy": "guides/idempotency.html",
    "how do I authenticate": "guides/authentication.html",
    "phone format": "schemas/phone.html",
    "rate limit": "guides/errors.html#what-to-do",
    "external ref": "schemas/external-reference.html",
    "postman": "downloads.html#collections",
    "24 hours": "guides/idempotency.html#what-a-repeated-key-gets",
    "balance.needs-curr": "ledger.html#balance.needs-currency",
}


def test_search_finds_what_partners_ask_for(visit: Callable[..., Any], served: str) -> None:
    """Statuses, values, parts of names, questions and misspelt words lead to the page that answers, among the first.

    And it works by keyboard: slash, a few words, down and enter.
    """
    seen = visit("search", site=served, queries=[*QUERIES, "<b>xyzzy"])
    for query, url in QUERIES.items():
        assert url in seen["found"][query][:2], (query, seen["found"][query])
    assert not seen["cut"], "results stand beyond the edge of a phone"
    assert seen["found"]["<b>xyzzy"] == ["Nothing found for “<b>xyzzy”"]
    assert seen["titles"][0] == "Idempotency"
    assert seen["url"].endswith("guides/idempotency.html")
    assert (seen["console"], seen["outside"]) == ([], [])


def test_theme_and_language_are_remembered(visit: Callable[..., Any], served: str) -> None:
    """A visitor's theme and language of samples hold on the next page, and a sample is copied as it stands."""
    seen = visit("choices", site=served)
    assert seen["before"] != seen["after"]
    assert seen["shown"]
    assert all("import httpx" in sample for sample in seen["shown"])
    assert seen["copied"].startswith("import os\nimport uuid\n\nimport httpx\n")
    assert seen["copied"].endswith("print(response.json())\n")


def test_pages_need_no_scripts(visit: Callable[..., Any], served: str) -> None:
    """Without scripts the tabs and the menu work, and nothing is offered that would not."""
    seen = visit("noscript", site=served)
    assert seen["first"].startswith("curl ")
    assert seen["second"].startswith("from moment_billing import Moment")
    assert seen["menu"]
    assert not seen["search"]


def test_the_console_calls_the_sandbox(
    visit: Callable[..., Any], served: str, sandbox: Sandbox, inputs: Inputs
) -> None:
    """The console creates a customer that the sandbox then has, and asks nobody else for anything."""
    if inputs.console is None:
        pytest.skip("the console's npm package is not installed: run `make console`")
    seen = visit("console", site=served, sandbox={"url": sandbox.url, "key": sandbox.key})
    assert seen["status"] == 201
    assert (seen["console"], seen["outside"]) == ([], [])
    address = f"{sandbox.url}/billing/customers/{seen['body']['id']}"
    assert httpx.get(address, headers={"Authorization": f"Bearer {sandbox.key}"}).json() == seen["body"]


def test_html_is_valid(node: str, modules: Path, site: dict[str, bytes], tmp_path: Path) -> None:
    """Every page is valid HTML, by a validator that knows the standard."""
    for name, content in site.items():
        if name.endswith(".html"):
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    command = [node, str(modules / "html-validate" / "bin" / "html-validate.mjs")]
    command += ["--config", str(Path(__file__).parent / "browser" / "htmlvalidate.json"), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
