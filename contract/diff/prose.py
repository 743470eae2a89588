"""Compare what objects of a contract say to people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contract.diff.keywords import canonical
from contract.diff.model import ABSENT
from contract.language import is_extension
from contract.pointers import escape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contract.diff.model import Change
    from contract.diff.places import Place
    from contract.document import Document

__all__ = ["compare_prose", "extensions_of", "with_examples"]

_RULES = {
    **{keyword: f"{keyword}-changed" for keyword in ("summary", "description", "tags", "examples")},
    "example": "examples-changed",
    "externalDocs": "information-changed",
    "bearerFormat": "information-changed",
}
"""For each field that speaks to people, the rule on it."""


def compare_prose(place: Place, pointer: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    """Changes in what an object says to people: a note each."""
    extensions = sorted(key for key in old.keys() | new.keys() if is_extension(key))
    for keyword in (*_RULES, *extensions):
        before, now = old.get(keyword, ABSENT), new.get(keyword, ABSENT)
        if before is not now and (ABSENT in (before, now) or canonical(before) != canonical(now)):
            yield place.change(_RULES.get(keyword, "extension-changed"), f"{pointer}/{escape(keyword)}", before, now)


def extensions_of(node: Mapping[str, Any]) -> dict[str, Any]:
    """What a map of objects says beside them."""
    return {key: value for key, value in node.items() if is_extension(key)}


def with_examples(contract: Document, node: Mapping[str, Any]) -> Mapping[str, Any]:
    """An object with the references among its examples followed."""
    if not isinstance(node.get("examples"), dict):
        return node
    return {**node, "examples": {name: contract.resolve(item)[0] for name, item in node["examples"].items()}}
