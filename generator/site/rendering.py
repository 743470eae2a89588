"""Render the pages: HTML for people, and a Markdown twin of each beside it for tools."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, UndefinedError
from markupsafe import Markup

from contract import ContractError, Finding
from generator.site.links import Links, schema_path
from generator.site.markdown import code_html, headings, inline_html, tabs_html, to_html
from generator.site.terms import code, listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from contract import Contract
    from generator.site.pages import Page, Section

__all__ = ["Renderer", "front"]


def front(source: str) -> tuple[str, str]:
    """The title and the summary of a Markdown source: its first heading, and the paragraph after it."""
    found = re.match(r"# (?P<title>[^\n]+)\n\n(?P<summary>[^\n]+(?:\n[^\n]+)*)\n", source)
    if found is None:
        message = "a page begins with a line '# Title', an empty line, and a paragraph that says what it is"
        raise ValueError(message)
    return found["title"], " ".join(found["summary"].split())


@dataclass(frozen=True)
class Renderer:
    """Renders the pages of one site.

    Attributes:
        contract: The contract.
        sections: The navigation.
        facts: What every page may use beside: by name.
    """

    contract: Contract
    sections: Sequence[Section]
    facts: Mapping[str, Any]
    templates: Path
    _html: Environment = field(init=False, repr=False)
    _markdown: Environment = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_html", _environment(self.templates, escape=True))
        object.__setattr__(self, "_markdown", _environment(self.templates, escape=False))

    def html(self, page: Page) -> bytes:
        """The page as HTML.

        Raises:
            ContractError: The page tells of something that the contract does not have.
        """
        context = self._context(page, ".html")
        if page.source or page.text:
            text = page.text or self._written(self._markdown, page.source, page, context)
            context |= {
                "body": Markup(to_html(text)),  # noqa: S704 - the parser shows raw HTML as text
                "contents": [(anchor, title) for level, anchor, title in headings(text) if level == 2],
            }
        return _tidy(self._written(self._html, f"html/{page.template}.html", page, context)).encode()

    def markdown(self, page: Page) -> bytes:
        """The page's twin in Markdown.

        Raises:
            ContractError: The page tells of something that the contract does not have.
        """
        name = page.source or f"markdown/{page.template}.md"
        text = page.text or self._written(self._markdown, name, page, self._context(page, ".md"))
        return _tidy(text).encode()

    def _written(self, environment: Environment, name: str, page: Page, context: Mapping[str, Any]) -> str:
        """A template filled in. What it asks for by name must be in the contract or in the ledger."""
        try:
            return environment.get_template(name).render(context)
        except (KeyError, UndefinedError) as error:
            missing = error.args[0] if error.args else name
            message = f"the page {page.path} tells of {missing!r}, which is not there; correct templates/site/{name}"
            raise ContractError([Finding(self.contract.source, 0, "", "page-backed", message)]) from None

    def _context(self, page: Page, ending: str) -> dict[str, Any]:
        links = Links(self.contract, page.path, ending)
        pages = [page for section in self.sections for page in section.pages]
        at = next((index for index, other in enumerate(pages) if other.path == page.path), None)
        return {
            **self.facts,
            "contract": self.contract,
            "info": self.contract.document["info"],
            "at": self.contract.at,
            "page": page,
            "sections": self.sections,
            "previous": pages[at - 1] if at else None,
            "next": pages[at + 1] if at is not None and at + 1 < len(pages) else None,
            "links": links,
            "url": links.url,
            **page.context(links),
        }


def _environment(templates: Path, *, escape: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(templates),
        undefined=StrictUndefined,
        autoescape=escape,  # noqa: S701 - what is not escaped is Markdown, and the parser shows raw HTML as text
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "inline": lambda text: Markup(inline_html(text)),  # noqa: S704 - the parser shows raw HTML as text
        "markdown": lambda text: Markup(to_html(text)),  # noqa: S704 - as above
        "highlight": lambda source, language: Markup(code_html(source, language)),  # noqa: S704 - the lexer escapes
        "pretty": lambda value: json.dumps(value, indent=2, ensure_ascii=False),
        "reformat": lambda text: json.dumps(json.loads(text), indent=2, ensure_ascii=False),
        "code": code,
        "cell": lambda text: " ".join(text.split()).replace("|", "\\|"),
        "listed": listed,
    }
    environment.globals |= {
        "tabs": lambda group, samples: Markup(tabs_html(group, samples)),  # noqa: S704 - escaped there
        "path_of": schema_path,
    }
    return environment


def _tidy(text: str) -> str:
    """No white space at the end of lines, no runs of empty lines, one line break at the end."""
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", text)).strip() + "\n"
