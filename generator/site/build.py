"""Build the whole site in memory: every file by its path, the same bytes whenever the same parts go in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contract import ContractError, Finding
from generator.site import changelog, conformance, discovery, downloads
from generator.site.assembly import assemble
from generator.site.console import console_files
from generator.site.pages import Page
from generator.site.search import search_index

if TYPE_CHECKING:
    from generator.site.inputs import Inputs
    from generator.site.rendering import Renderer

__all__ = ["build"]


def build(inputs: Inputs) -> dict[str, bytes]:
    """Every file of the site, by its path.

    Raises:
        ContractError: The contract, the client or the report cannot be used.
        PackagingError: The client could not be packed.
    """
    taken = downloads.collect(inputs)
    entries = changelog.read_changelog(inputs.changelog)
    renderer, pages = assemble(
        inputs,
        downloads.described(taken),
        {"entries": entries},
        conformance.read_report(inputs.report, inputs.claims),
    )
    _expect_own_addresses(pages, inputs.contract.source)
    title = inputs.contract.document["info"]["title"]
    files = _rendered(renderer, [*pages, _missing()])
    files |= {file.path: file.content for group in taken for file in group.files}
    files |= downloads.checksums(taken)
    files |= {
        "changelog.atom": changelog.feed(title, entries),
        "search-index.json": search_index(pages, files),
        "llms.txt": discovery.llms(inputs.contract, renderer.sections).encode(),
        discovery.CATALOG: discovery.catalog(inputs.contract),
        f"{discovery.CATALOG}.json": discovery.catalog(inputs.contract),
    }
    files |= conformance.report_files(inputs.report)
    files |= _static(inputs)
    if inputs.console:
        files |= console_files(inputs.console, inputs.contract)
        files["console/index.html"] = renderer.html(_console())
    return dict(sorted(files.items()))


def _expect_own_addresses(pages: list[Page], source: str) -> None:
    paths = [page.path for page in pages]
    if twice := sorted({path for path in paths if paths.count(path) > 1}):
        message = f"two pages would stand at {twice[0]}; give one of the two another name"
        raise ContractError([Finding(source, 0, "", "page-address", message)])


def _rendered(renderer: Renderer, pages: list[Page]) -> dict[str, bytes]:
    found = {f"{page.path}.html": renderer.html(page) for page in pages}
    return found | {f"{page.path}.md": renderer.markdown(page) for page in pages}


def _static(inputs: Inputs) -> dict[str, bytes]:
    folder = inputs.templates / "static"
    found = {f"static/{path.name}": path.read_bytes() for path in sorted(folder.iterdir())}
    style = found.pop("static/console.css")
    return found | {"console/console.css": style} if inputs.console else found


def _missing() -> Page:
    return Page("404", "There is no such page", "The address leads nowhere.", "404")


def _console() -> Page:
    return Page("console/index", "Console", "Send real requests to the sandbox from the browser.", "console")
