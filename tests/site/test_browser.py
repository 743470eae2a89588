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


def test_search_works_by_keyboard(visit: Callable[..., Any], served: str) -> None:
    """Slash, a few words, down and enter lead to a page that has them."""
    seen = visit("search", site=served)
    assert seen["titles"][0] == "Idempotency"
    assert seen["url"].endswith("guides/idempotency.html")
    assert (seen["console"], seen["outside"]) == ([], [])


def test_theme_and_language_are_remembered(visit: Callable[..., Any], served: str) -> None:
    """A visitor's theme and language of samples hold on the next page."""
    seen = visit("choices", site=served)
    assert seen["before"] != seen["after"]
    assert seen["shown"]
    assert all("import httpx" in sample for sample in seen["shown"])


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
