"""Check a site before it is published: whatever a visitor would stumble over is a finding.

It reads the files as they will be served, and asks no network.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from generator.site.discovery import CATALOG
from generator.site.downloads import CHECKSUMS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["MAX_PAGE_BYTES", "verify"]

MAX_PAGE_BYTES = 200_000
"""What a page may weigh with its styles and scripts; the console apart."""

_LOADED = {"link": "href", "script": "src", "img": "src", "iframe": "src", "source": "src", "object": "data"}
_FOREIGN = re.compile(r"""(?:url\(|@import)\s*["']?((?:https?:)?//[^"')\s]+)""")
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_NO_REQUEST = frozenset({"alternate", "api-catalog", "prev", "next"})
"""Relations of a `link` that name something without loading it."""


@dataclass
class _Page(HTMLParser):
    """What one page links to, loads and can be linked at."""

    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the element links to, loads and is called."""
        given = {name: value or "" for name, value in attrs}
        if len(given) < len(attrs):
            self.problems.append(f"<{tag}> has an attribute twice")
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if (name := _LOADED.get(tag)) and name in given:
            named = tag == "link" and _NO_REQUEST & set(given.get("rel", "").split())
            (self.links if named else self.loads).append(given[name])
        if tag == "img" and "alt" not in given:
            self.problems.append("an image has no alternative text")
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Hold the end tag against the element that is open."""
        if tag in _VOID:
            return
        if not self.open or self.open[-1] != tag:
            self.problems.append(
                f"</{tag}> closes {self.open[-1] if self.open else 'nothing'}, line {self.getpos()[0]}"
            )
        if tag in self.open:
            del self.open[len(self.open) - 1 - self.open[::-1].index(tag) :]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """As a start tag, with nothing left open."""
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.open.pop()


def verify(files: Mapping[str, bytes]) -> list[str]:
    """Everything wrong with a site, as `page: what is wrong`; empty when it can be published."""
    pages = {name: _parsed(content) for name, content in files.items() if name.endswith(".html")}
    problems = [f"{name}: {problem}" for name, page in pages.items() for problem in _of_page(name, page, pages, files)]
    problems += [f"{name}: there is no twin in Markdown" for name in pages if not _has_twin(name, files)]
    problems += _of_styles(files)
    problems += _of_checksums(files)
    problems += _of_formats(files)
    problems += _of_search(pages, files)
    return problems


def _parsed(content: bytes) -> _Page:
    page = _Page()
    page.feed(content.decode())
    page.close()
    return page


def _of_page(name: str, page: _Page, pages: Mapping[str, _Page], files: Mapping[str, bytes]) -> Iterator[str]:
    yield from page.problems
    if page.open:
        yield f"<{page.open[-1]}> is never closed"
    yield from (
        f"the id {twice!r} stands there twice" for twice in sorted({i for i in page.ids if page.ids.count(i) > 1})
    )
    for link in page.links:
        if problem := _broken(name, link, pages, files):
            yield problem
    for load in page.loads:
        if urlsplit(load).scheme or load.startswith("//"):
            yield f"it loads {load} from elsewhere"
        elif problem := _broken(name, load, pages, files):
            yield problem
    if name.startswith("console/"):
        return
    weight = len(files[name]) + sum(len(files.get(_target(name, load), b"")) for load in page.loads)
    if weight > MAX_PAGE_BYTES:
        yield f"it weighs {weight:,} bytes; {MAX_PAGE_BYTES:,} is the limit"


def _broken(name: str, link: str, pages: Mapping[str, _Page], files: Mapping[str, bytes]) -> str:
    """Why a link within the site leads nowhere; "" when it does not, or when it leads out."""
    parts = urlsplit(link)
    if parts.scheme in {"http", "https", "mailto"}:
        return ""
    if parts.scheme or parts.netloc:
        return f"the link {link!r} is of a kind that the site does not use"
    target = _target(name, link)
    if target not in files:
        return f"the link {link!r} leads to {target}, which is not there"
    if (
        parts.fragment
        and target in pages
        and not target.startswith("console/")
        and unquote(parts.fragment) not in pages[target].ids
    ):
        return f"the link {link!r} leads to no place on {target}"
    return ""


def _target(name: str, link: str) -> str:
    path = unquote(urlsplit(link).path)
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) if path else name


def _has_twin(name: str, files: Mapping[str, bytes]) -> bool:
    return name.removesuffix(".html") + ".md" in files or name.startswith(("console/", "conformance-report"))


def _of_styles(files: Mapping[str, bytes]) -> Iterator[str]:
    """Whether a style sheet loads something from elsewhere."""
    for name, content in files.items():
        if name.endswith(".css"):
            found = _FOREIGN.findall(content.decode())
            yield from (f"{name}: it loads {address} from elsewhere" for address in found)


def _of_checksums(files: Mapping[str, bytes]) -> Iterator[str]:
    listed: dict[str, str] = {}
    for path in (name for name in files if posixpath.basename(name) == CHECKSUMS):
        for line in files[path].decode().splitlines():
            digest, _, name = line.partition("  ")
            listed[posixpath.join(posixpath.dirname(path), name)] = digest
    present = {name for name in files if name.startswith("downloads/") and posixpath.basename(name) != CHECKSUMS}
    yield from (f"{name}: it has no checksum" for name in sorted(present - listed.keys()))
    for name, digest in listed.items():
        if name not in files:
            yield f"{name}: it has a checksum and is not there"
        elif hashlib.sha256(files[name]).hexdigest() != digest:
            yield f"{name}: its checksum is another"


def _of_search(pages: Mapping[str, _Page], files: Mapping[str, bytes]) -> Iterator[str]:
    """Whether each result of the search leads somewhere."""
    name = "search-index.json"
    for entry in json.loads(files.get(name, b"[]")):
        if problem := _broken(name, entry["url"], pages, files):
            yield f"{name}: {problem}"


def _of_formats(files: Mapping[str, bytes]) -> Iterator[str]:
    """Whether what is JSON or XML by its name can be read as such."""
    for name, content in files.items():
        try:
            if name.endswith(".json") or name == CATALOG:
                json.loads(content)
            elif name.endswith((".atom", ".svg")):
                ET.fromstring(content)  # noqa: S314 - made here a moment ago
        except (ValueError, ET.ParseError) as error:
            yield f"{name}: it cannot be read: {error}"
