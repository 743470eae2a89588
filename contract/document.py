"""An OpenAPI document as it stands in a file: its places, its references and its lines."""

from __future__ import annotations

import hashlib
from codecs import BOM_UTF8
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import yaml

from contract.errors import Finding
from contract.language import Place, walk
from contract.pointers import tokens

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Document"]


@dataclass(frozen=True, eq=False)
class Document:
    """An OpenAPI document, as it stands in a file.

    Attributes:
        source: The file, as the user named it.
        data: The bytes of the file.
        document: The document, with its references unresolved.
    """

    source: str
    data: bytes
    document: dict[str, Any]
    root: yaml.Node = field(repr=False)

    @cached_property
    def sha256(self) -> str:
        """The hash of the file's bytes, in hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def version(self) -> str:
        """The version of the contract itself (`info.version`)."""
        return cast("str", self.document["info"]["version"])

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Every object of the document that the grammar of contracts knows, in the document's order."""
        return tuple(walk(Place("document", "", self.document)))

    def at(self, pointer: str) -> Any:
        """The value at a JSON pointer. Raises KeyError when there is none."""
        value: Any = self.document
        for token in tokens(pointer):
            try:
                value = value[int(token)] if isinstance(value, list) else value[token]
            except (KeyError, IndexError, TypeError, ValueError):
                raise KeyError(pointer) from None
        return value

    def resolve(self, node: Mapping[str, Any], pointer: str = "") -> tuple[dict[str, Any], str]:
        """Follow `$ref` from a node until something else stands there; return that and where it stands.

        Words beside a reference take the place of those that it leads to (OpenAPI 3.1.1, Reference Object).
        """
        resolved, at = cast("dict[str, Any]", node), pointer
        words: dict[str, Any] = {}
        while isinstance(resolved, dict) and "$ref" in resolved:
            words = {key: resolved[key] for key in ("summary", "description") if key in resolved} | words
            at = resolved["$ref"].removeprefix("#")
            resolved = self.at(at)
        return (resolved | words if words else resolved), at

    def line(self, pointer: str) -> int:
        """The line, from 1, on which the value at a pointer (or its nearest parent that exists) begins."""
        return self._found(pointer)[1] + 1

    def span(self, pointer: str) -> slice:
        """Which characters of the file are the value at a pointer, with the signs by which it is written."""
        node, _ = self._found(pointer)
        uncounted = self.data.startswith(BOM_UTF8)
        return slice(node.start_mark.index + uncounted, node.end_mark.index + uncounted)

    def _found(self, pointer: str) -> tuple[yaml.Node, int]:
        """The node at a pointer, or its nearest parent that exists, and the line on which it begins, from 0."""
        node, line = self.root, self.root.start_mark.line
        for token in tokens(pointer):
            found = self._children(node).get(token)
            if found is None:
                break
            node, line = found
        return node, line

    def _children(self, node: yaml.Node) -> dict[str, tuple[yaml.Node, int]]:
        """What stands within a node, by its token, each with its line from 0."""
        if id(node) not in self._known_children:
            self._known_children[id(node)] = _children(node)
        return self._known_children[id(node)]

    @cached_property
    def _known_children(self) -> dict[int, dict[str, tuple[yaml.Node, int]]]:
        return {}

    def finding(self, pointer: str, rule: str, message: str) -> Finding:
        """Something wrong at a place of this document."""
        return Finding(self.source, self.line(pointer), pointer, rule, message)


def _children(node: yaml.Node) -> dict[str, tuple[yaml.Node, int]]:
    if isinstance(node, yaml.MappingNode):
        return {key.value: (value, key.start_mark.line) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return {str(index): (child, child.start_mark.line) for index, child in enumerate(node.value)}
    return {}
