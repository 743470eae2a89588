"""Reports in files: for machines (JSON, JUnit XML, a badge, HAR) and for people (HTML)."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import msgspec
from jinja2 import Environment

from conformance.report.badge import badge
from conformance.report.document import Report, document, schema
from conformance.report.har import har
from conformance.report.junit import junit
from conformance.verdict import State

if TYPE_CHECKING:
    from pathlib import Path

    from jinja2 import Template

    from conformance.verdict import Verdict

__all__ = ["Report", "document", "schema", "write", "write_exchanges"]


def write(report: Report, folder: Path) -> None:
    """Write report.json, junit.xml, report.html and badge.json into a folder, which is made as needed.

    Raises:
        OSError: A file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    encoded = msgspec.json.encode(report)
    (folder / "report.json").write_bytes(msgspec.json.format(encoded, indent=1) + b"\n")
    (folder / "junit.xml").write_bytes(junit(report))
    (folder / "report.html").write_text(_template().render(report=report, states=State), "utf-8")
    (folder / "badge.json").write_text(json.dumps(badge(report)) + "\n", "utf-8")


def write_exchanges(verdict: Verdict, folder: Path) -> None:
    """Write exchanges.har into a folder: everything that was sent and answered.

    Raises:
        OSError: The file cannot be written.
    """
    archive = json.dumps(har(verdict.exchanges, verdict.url), ensure_ascii=True, indent=None)
    (folder / "exchanges.har").write_text(archive, "utf-8")


@cache
def _template() -> Template:
    source = (files("conformance.report") / "report.html.jinja").read_text("utf-8")
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(source)
