"""The changelog, entry by entry, and its Atom feed (RFC 4287)."""

from __future__ import annotations

import re
import uuid
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.site.markdown import slug, to_html

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["Entry", "feed", "read_changelog"]

_HEADING = re.compile(
    r"^## \[?(?P<version>\d+\.\d+\.\d+[^\]\s,]*)\]?[^\n]*?(?P<date>\d{4}-\d{2}-\d{2})?[^\n\d]*$", re.MULTILINE
)
_ATOM = "http://www.w3.org/2005/Atom"
_NEVER = "1970-01-01"


@dataclass(frozen=True)
class Entry:
    """What one version changed: its version, its date as `2026-11-22` or "", and its text in Markdown."""

    version: str
    date: str
    body: str

    @property
    def title(self) -> str:
        """The heading of the entry."""
        return f"{self.version}, {self.date}" if self.date else self.version


def read_changelog(path: Path) -> list[Entry]:
    """The entries of a changelog, in its order; none when there is no such file."""
    if not path.is_file():
        return []
    text = path.read_text(encoding="utf-8")
    found = list(_HEADING.finditer(text))
    ends = [following.start() for following in found[1:]] + [len(text)]
    return [
        Entry(heading["version"], heading["date"] or "", text[heading.end() : end].strip())
        for heading, end in zip(found, ends, strict=True)
    ]


def feed(title: str, entries: Sequence[Entry]) -> bytes:
    """An Atom feed of the entries that have a date. Its links are relative to where it stands."""
    ET.register_namespace("", _ATOM)
    dated = [entry for entry in entries if entry.date]
    root = ET.Element(f"{{{_ATOM}}}feed")
    _add(root, "id", _identity(title))
    _add(root, "title", f"{title}: changes")
    _add(root, "updated", _moment(max((entry.date for entry in dated), default=_NEVER)))
    _add(_add(root, "author"), "name", title)
    _add(root, "link", rel="self", href="changelog.atom", type="application/atom+xml")
    _add(root, "link", rel="alternate", href="changelog.html", type="text/html")
    for entry in dated:
        item = _add(root, "entry")
        _add(item, "id", _identity(f"{title} {entry.version}"))
        _add(item, "title", f"{title} {entry.version}")
        _add(item, "updated", _moment(entry.date))
        _add(item, "link", rel="alternate", href=f"changelog.html#{slug(entry.title)}", type="text/html")
        _add(item, "content", to_html(entry.body), type="html")
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    element.text = text or None
    return element


def _identity(name: str) -> str:
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}"


def _moment(date: str) -> str:
    return f"{date}T00:00:00Z"
