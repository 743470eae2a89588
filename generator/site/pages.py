"""What a page of the site is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from generator.site.markdown import plain_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from generator.site.links import Links

__all__ = ["Page", "Section", "first_sentence"]


@dataclass(frozen=True)
class Page:
    """One page, and its Markdown twin beside it.

    Attributes:
        path: Where it stands, without its ending: `operations/create-customer`.
        title: Its title.
        summary: What a reader finds there, in a line.
        template: The template: `prose` for a page written in Markdown alone.
        context: What the templates get beside what all pages have.
        source: For prose, the template of the Markdown.
        text: For prose that is finished already, the Markdown itself.
        badge: A short word before the title in lists, such as the method of an operation.
        kind: What it describes, where its title may be another page's too: `schema`.
    """

    path: str
    title: str
    summary: str
    template: str
    context: Callable[[Links], Mapping[str, Any]] = lambda _: {}
    source: str = ""
    text: str = ""
    badge: str = ""
    kind: str = ""

    @property
    def name(self) -> str:
        """Its title, told apart from that of a page of another kind: `Metadata schema`."""
        return f"{self.title} {self.kind}".strip()


@dataclass(frozen=True)
class Section:
    """A group of pages in the navigation."""

    title: str
    pages: tuple[Page, ...]


def first_sentence(text: str) -> str:
    """The first sentence of a Markdown text, without markup."""
    plain = plain_text(text)
    head, found, _ = plain.partition(". ")
    return f"{head}." if found else plain
