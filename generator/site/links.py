"""Addresses within the site, relative to the page that they stand on, so that it works under any path."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contract.pointers import tokens
from generator.site.reference import kebab, schema_pointers, schema_title

if TYPE_CHECKING:
    from contract import Contract

__all__ = ["Links", "operation_path", "schema_path"]


def operation_path(operation_id: str) -> str:
    """The page of an operation, without its ending."""
    return f"operations/{kebab(operation_id)}"


def schema_path(pointer: str) -> str:
    """The page of a schema component, without its ending."""
    return f"schemas/{kebab(tokens(pointer)[-1])}"


@dataclass(frozen=True)
class Links:
    """Writes links from one page to others, in HTML pages or in their Markdown twins."""

    contract: Contract
    here: str
    ending: str

    def url(self, path: str, anchor: str = "") -> str:
        """The address of a page (named without its ending), of a file (with it), or of a place in one of them."""
        is_file = "." in posixpath.basename(path) or path.startswith("downloads/")
        target = path if is_file else f"{path}{self.ending}"
        fragment = f"#{anchor}" if anchor else ""
        if path == self.here and fragment:
            return fragment
        return posixpath.relpath(target, posixpath.dirname(self.here) or ".") + fragment

    def schema(self, pointer: str) -> str:
        """A link to a schema, in Markdown; only its title where it has no page."""
        title = _text(schema_title(self.contract, pointer))
        if pointer not in schema_pointers(self.contract):
            return title
        return f"[{title}]({self.url(schema_path(pointer))})"

    def operation(self, operation_id: str) -> str:
        """A link to an operation, in Markdown."""
        operation = self.contract.operation(operation_id)
        return f"[{_text(operation.node.get('summary', operation.id))}]({self.url(operation_path(operation_id))})"

    def claim(self, claim_id: str) -> str:
        """A link to an entry of the ledger, in Markdown."""
        return f"[{_text(claim_id)}]({self.url('ledger', claim_id)})"


def _text(text: str) -> str:
    """Text for a link in Markdown."""
    return re.sub(r"([\\\[\]`*_<>])", r"\\\1", " ".join(text.split()))
