"""The index of the search, read from the finished pages: an entry for each page, section, field and claim."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from generator.site.pages import Page

__all__ = ["search_index"]

_HELD = 1000
"""How many characters of an entry's text the index holds."""

_REPEATED = frozenset(
    {"authorization", "rules", "forms", "properties", "together"}
    | {"path-parameters", "query-parameters", "headers", "cookies", "body"}
)
"""Anchors of sections that stand on many pages: what they say is found as a part of the page."""

_LISTS = frozenset({"first-call", "operations", "guides", "trust", "claims"})
"""Anchors of sections that only lead to other pages."""

_OPENS = frozenset({"h2", "h3"})
_TITLES = frozenset({"h2", "h3", "h4"})
_VOID = frozenset({"br", "hr", "img", "input", "link", "meta"})
_APART = frozenset({"dd", "dt", "li", "p", "span", "td", "th"})
_SKIPPED = frozenset({"permalink", "why", "samples", "steps", "optional", "kicker"})


def search_index(pages: Sequence[Page], files: Mapping[str, bytes]) -> bytes:
    """The index of all pages, as JSON."""
    entries = [entry for page in pages for entry in _entries(page, files[f"{page.path}.html"].decode())]
    return (json.dumps(entries, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def _entries(page: Page, html: str) -> Iterator[dict[str, Any]]:
    reader = _Reader()
    reader.feed(html)
    held = [part for part in reader.parts if part.anchor not in _LISTS]
    opening, *parts = [(part, _plain(part.title), _plain(part.text)) for part in held]
    shared: dict[str, Any] = {"page": page.title} | ({"kind": page.kind.capitalize()} if page.kind else {})
    # What has no entry of its own is found as a part of its page.
    more = [opening[2], *(title if _is_told(part) else text for part, title, text in parts if part.is_section)]
    also = " ".join(text[:_HELD] for text in more)
    yield {"title": page.title, **shared, "url": f"{page.path}.html", "text": page.summary, "also": also, "weight": 5}
    for part, title, text in parts:
        if title and _is_told(part):
            url = f"{page.path}.html#{part.anchor}"
            yield {"title": title, **shared, "url": url, "text": text[:_HELD], "weight": part.weight}


def _plain(words: list[str]) -> str:
    return " ".join("".join(words).split())


def _is_told(part: _Part) -> bool:
    return part.anchor not in _REPEATED and not part.anchor.startswith(("response-", "sample-", "about-"))


@dataclass
class _Part:
    """A part of a page that can be linked at, and the text in it."""

    anchor: str
    is_section: bool = True
    weight: int = 0
    title: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    """Collects the parts of the `article` of a page; the first is what stands before any that can be linked at."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts = [_Part("")]
        self._path: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a part where a heading, a field or a claim begins."""
        if tag in _VOID:
            return
        given = dict(attrs)
        classes = set((given.get("class") or "").split())
        self._path.append((tag, bool(classes & _SKIPPED)))
        anchor = given.get("id") or ""
        if anchor and (tag in _OPENS or classes & {"field", "claim"}):
            weight = 2 if tag in _OPENS else -8 if "claim" in classes else 0
            self.parts.append(_Part(anchor, tag in _OPENS, weight))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element that holds nothing begins no part and ends none."""

    def handle_endtag(self, tag: str) -> None:
        """Leave the element; words in different cells or items stay apart."""
        if self.parts[-1].text and tag in _APART:
            self.parts[-1].text.append(" ")
        while self._path and self._path.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Give the text to the part that is open."""
        names = [name for name, _ in self._path]
        if "article" not in names or "pre" in names or any(skipped for _, skipped in self._path):
            return
        part = self.parts[-1]
        if not data.strip() and not part.text:
            return
        in_title = bool(_TITLES & set(names))
        named = part.is_section or "code" in names
        (part.title if in_title and named and not part.text else part.text).append(data)
