"""Turn Markdown into HTML: anchors on headings, coloured code, tabs for alternatives in several languages."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from html import escape
from itertools import count, pairwise
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from markdown_it.token import Token
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["code_html", "headings", "inline_html", "plain_text", "slug", "tabs_html", "to_html"]

_PARSER = MarkdownIt("commonmark", {"html": False}).enable("table")
_LONG = 32
"""How many characters a cell of a table holds before it must not become too narrow."""
_FORMATTER: HtmlFormatter[str] = HtmlFormatter(nowrap=True)


def slug(text: str) -> str:
    """A text as the anchor of a link: `Balances and credit` is `balances-and-credit`."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "section"


def to_html(text: str) -> str:
    """Markdown as HTML. Raw HTML within it is shown as text; fences that follow each other with titles become tabs."""
    tokens = _with_cells(_anchored(_PARSER.parse(text)))
    return str(_PARSER.renderer.render(list(_furnished(tokens)), _PARSER.options, {}))


def inline_html(text: str) -> str:
    """A line of Markdown as HTML, without a paragraph around it."""
    return str(_PARSER.renderInline(" ".join(text.split())))


def plain_text(text: str) -> str:
    """What a person reads of a Markdown text: no markup, white space collapsed."""
    parts = []
    for token in _PARSER.parse(text):
        if token.type == "inline":
            parts += [child.content for child in token.children or [] if child.content or child.type.endswith("break")]
            parts.append(" ")
        elif token.type in {"fence", "code_block"}:
            parts.append(f"{token.content} ")
    return " ".join("".join(part or " " for part in parts).split())


def headings(text: str) -> list[tuple[int, str, str]]:
    """Level, anchor and text of each heading of a Markdown text."""
    return [
        (int(token.tag[1]), str(token.attrGet("id")), plain_text(after.content))
        for token, after in pairwise(_anchored(_PARSER.parse(text)))
        if token.type == "heading_open"
    ]


@cache
def code_html(source: str, language: str) -> str:
    """Source code with its words in colour, as HTML for a `pre`."""
    try:
        lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return escape(source)
    return str(highlight(source.rstrip("\n"), lexer, _FORMATTER))


def tabs_html(group: str, samples: Sequence[tuple[str, str, str]]) -> str:
    """Alternatives (title, language, source) behind radio inputs: they work by keyboard and without scripts."""
    tabs = []
    for index, (title, language, source) in enumerate(samples):
        checked = " checked" if index == 0 else ""
        tabs.append(
            f'<label class="tab"><input type="radio" name="{escape(group)}" value="{slug(title)}"{checked}>'
            f"<span>{escape(title)}</span></label>{_block(source, language)}"
        )
    return f'<fieldset class="tabs"><legend>Language</legend>{"".join(tabs)}</fieldset>\n'


def _block(source: str, language: str) -> str:
    """A block of code that can be scrolled, and so must be reachable by keyboard."""
    return f'<pre class="code" tabindex="0"><code>{code_html(source, language)}</code></pre>\n'


def _anchored(tokens: list[Token]) -> list[Token]:
    """Give each heading an anchor of its own."""
    seen: Counter[str] = Counter()
    for token, after in pairwise(tokens):
        if token.type == "heading_open":
            name = slug(plain_text(after.content))
            seen[name] += 1
            token.attrSet("id", name if seen[name] == 1 else f"{name}-{seen[name]}")
    return tokens


def _with_cells(tokens: list[Token]) -> list[Token]:
    """Make an empty cell of a table's head no header, for it heads nothing; mark the cells that need room."""
    for opening, content, closing in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if opening.type == "th_open" and not content.content.strip():
            opening.tag = closing.tag = "td"
        if opening.type == "td_open" and len(content.content) > _LONG:
            opening.attrSet("class", "long")
    return tokens


def _furnished(tokens: list[Token]) -> Iterator[Token]:
    """The tokens with what the site adds: tabs, coloured code, links to headings, tables that scroll by themselves."""
    waiting: list[Token] = []
    groups, anchor = count(1), ""
    for token in tokens:
        if token.type == "fence" and " " in token.info:
            waiting.append(token)
            continue
        yield from _tabs(waiting, groups)
        waiting = []
        if token.type == "heading_open":
            anchor = str(token.attrGet("id"))
        elif token.type == "heading_close":
            yield _html(f' <a class="permalink" href="#{anchor}" aria-label="Link to this section">#</a>')
        elif token.type == "table_open":
            yield _html('<div class="table" tabindex="0">')
        yield _html(_block(token.content, token.info.strip())) if token.type == "fence" else token
        if token.type == "table_close":
            yield _html("</div>\n")
    yield from _tabs(waiting, groups)


def _tabs(fences: list[Token], groups: Iterator[int]) -> Iterator[Token]:
    """Fences with titles, one after the other, as tabs; one alone as a figure."""
    samples = []
    for fence in fences:
        language, title = fence.info.split(" ", 1)
        samples.append((title, language, fence.content))
    if len(samples) == 1:
        title, language, source = samples[0]
        caption = f"<figcaption>{escape(title)}</figcaption>"
        yield _html(f'<figure class="sample">{caption}{_block(source, language)}</figure>\n')
    elif samples:
        yield _html(tabs_html(f"tabs-{next(groups)}", samples))


def _html(text: str) -> Token:
    return Token("html_block", "", 0, content=text)
