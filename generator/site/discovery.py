"""What machines read first: llms.txt, and the catalogue of APIs at its well-known address."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contract import Contract
    from generator.site.pages import Section

__all__ = ["CATALOG", "catalog", "llms"]

CATALOG = ".well-known/api-catalog"
"""Where the catalogue stands (RFC 9727). Servers must send it as `application/linkset+json`."""

_PROFILE = "https://www.rfc-editor.org/info/rfc9727"


def llms(contract: Contract, sections: Sequence[Section]) -> str:
    """The site for language models (https://llmstxt.org): title, summary, each page in Markdown."""
    info = contract.document["info"]
    lines = [f"# {info['title']}", "", f"> {info.get('summary', '')} Version {contract.version}.", ""]
    lines += ["The contract: [OpenAPI 3.1](downloads/latest/openapi.yaml).", ""]
    for section in sections:
        lines += [f"## {section.title}", ""]
        lines += [f"- [{page.name}]({page.path}.md): {page.summary}" for page in section.pages]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def catalog(contract: Contract) -> bytes:
    """The APIs that this site documents, as a set of links (RFC 9264), relative to the catalogue's address."""
    apis = [
        {
            "anchor": server["url"],
            "service-desc": [
                {"href": "../downloads/latest/openapi.yaml", "type": "application/openapi+yaml;version=3.1"},
                {"href": "../downloads/latest/openapi.json", "type": "application/openapi+json;version=3.1"},
            ],
            "service-doc": [
                {"href": "../index.html", "type": "text/html"},
                {"href": "../index.md", "type": "text/markdown"},
            ],
            "service-meta": [{"href": "../changelog.atom", "type": "application/atom+xml"}],
            "status": [{"href": "../conformance.html", "type": "text/html"}],
        }
        for server in contract.document.get("servers", [])
    ]
    own = {"anchor": "api-catalog", "profile": [{"href": _PROFILE}]}
    own["item"] = [{"href": api["anchor"]} for api in apis]
    return (json.dumps({"linkset": [own, *apis]}, indent=2) + "\n").encode()
