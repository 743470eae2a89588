"""The check of a built site: each kind of mistake is found, and named."""

from __future__ import annotations

import pytest

from generator.site.verify import verify

_HEAD = b'<!DOCTYPE html><html lang="en"><head><title>x</title></head><body>'


def _site(body: bytes, **more: bytes) -> dict[str, bytes]:
    files = {
        "index.html": _HEAD + body + b"</body></html>",
        "index.md": b"",
        "a/b.html": _HEAD + b'<p id="p">x</p></body></html>',
    }
    return {**files, "a/b.md": b"", **{name.replace("__", "."): content for name, content in more.items()}}


def test_a_sound_site_has_no_finding() -> None:
    """Links to pages, places and other sites are all right."""
    body = b'<a href="a/b.html#p">x</a><a href="https://example.com/">y</a><img src="i.svg" alt="">'
    assert verify(_site(body, i__svg=b"<svg/>")) == []


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'<a href="none.html">x</a>', "leads to none.html, which is not there"),
        (b'<a href="a/b.html#none">x</a>', "leads to no place on a/b.html"),
        (b'<a href="#none">x</a>', "leads to no place on index.html"),
        (b'<a href="javascript:alert(1)">x</a>', "of a kind that the site does not use"),
        (b'<a href="//example.com/">x</a>', "of a kind that the site does not use"),
        (b'<script src="https://example.com/x.js"></script>', "loads https://example.com/x.js from elsewhere"),
        (b'<link rel="stylesheet" href="//example.com/x.css">', "from elsewhere"),
        (b'<script src="none.js"></script>', "which is not there"),
        (b'<img src="index.md">', "no alternative text"),
        (b'<p id="a">x</p><p id="a">y</p>', "the id 'a' stands there twice"),
        (b"<div><p>x</div>", "</div> closes p"),
        (b"<div>", "</body> closes div"),
        (b'<p class="a" class="b">x</p>', "has an attribute twice"),
        (b"<p>" + b"x" * 200_000 + b"</p>", "200,000 is the limit"),
    ],
)
def test_a_mistake_on_a_page_is_found(body: bytes, message: str) -> None:
    """A mistake is named with its page."""
    problems = verify(_site(body))
    assert any(problem.startswith("index.html: ") and message in problem for problem in problems), problems


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"lonely.html": _HEAD + b"</body></html>"}, "lonely.html: there is no twin in Markdown"),
        ({"x.json": b"{"}, "x.json: it cannot be read"),
        ({"x.svg": b"<svg>"}, "x.svg: it cannot be read"),
        (
            {"x.css": b"@import 'https://example.com/x.css';"},
            "x.css: it loads https://example.com/x.css from elsewhere",
        ),
        ({"x.css": b"a { background: url(//example.com/x) }"}, "x.css: it loads //example.com/x from elsewhere"),
        ({"downloads/x": b"1"}, "downloads/x: it has no checksum"),
        ({"downloads/SHA256SUMS": b"00  x\n"}, "downloads/x: it has a checksum and is not there"),
        ({"downloads/SHA256SUMS": b"00  x\n", "downloads/x": b""}, "downloads/x: its checksum is another"),
        ({"search-index.json": b'[{"url": "none.html"}]'}, "search-index.json: the link 'none.html' leads"),
    ],
)
def test_a_mistake_of_the_site_is_found(files: dict[str, bytes], message: str) -> None:
    """A mistake in another file is named with the file."""
    assert any(problem.startswith(message) for problem in verify({**_site(b""), **files}))
