"""Compare the headers of an answer, or of one part of a body."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from contract.diff.parameters import compare_carriers
from contract.pointers import escape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contract.diff.model import Change
    from contract.diff.places import Place
    from contract.diff.walk import Walker
    from contract.document import Document

    Holder: TypeAlias = tuple[str, Mapping[str, Any]]
    """Where an object with headers stands, and itself."""

__all__ = ["compare_headers"]


def compare_headers(walker: Walker, old: Holder, new: Holder, place: Place) -> Iterator[Change]:
    """Every change between the headers of two versions of an object."""
    before, now = _headers(walker.old_schemas.contract, *old), _headers(walker.new_schemas.contract, *new)
    kind = f"{place.direction}-header"
    for key in dict.fromkeys([*before, *now]):
        name, at, node = now.get(key) or before[key]
        required = "required" if node.get("required") else "optional"
        named = replace(place, subject="header", name=f"header `{name}` of the {place.name}")
        if key not in before:
            yield named.change(f"{place.direction}-{required}-header-added", at, new=name)
        elif key not in now:
            yield named.change(f"{place.direction}-{required}-header-removed", at, old=name)
        else:
            was = bool(before[key][2].get("required"))
            if was != bool(node.get("required")):
                yield named.change(f"{kind}-became-{required}", f"{at}/required", was, not was)
            yield from compare_carriers(walker, named, kind, before[key][1:], (at, node))


def _headers(contract: Document, pointer: str, holder: Mapping[str, Any]) -> dict[str, tuple[str, str, Any]]:
    """By the name in lower case: the name, where the header stands, and itself."""
    found = {}
    for name, item in holder.get("headers", {}).items():
        node, at = contract.resolve(item, f"{pointer}/headers/{escape(name)}")
        found[name.lower()] = name, at, node
    # OpenAPI leaves this one to other fields (OpenAPI 3.1.1, Response and Encoding Object).
    found.pop("content-type", None)
    return found
