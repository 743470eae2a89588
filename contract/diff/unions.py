"""Unions: the branches of `anyOf` and `oneOf`, and those that need no branches to be said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contract.diff.keywords import PROSE, TYPED_KEYWORDS, Found, format_types, type_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contract.diff.normal import Conjunction, Schemas, View

__all__ = ["Plain", "Union", "dissolved", "unions_of"]


@dataclass(frozen=True)
class Union:
    """The branches of one `anyOf` or `oneOf`.

    Attributes:
        keyword: As it is written.
        pointer: Where it stands.
        value: What is written there.
        branches: The branches, in order.
        exclusive: Whether branches can overlap although only one may match, so that widening a branch can refuse more.
    """

    keyword: str
    pointer: str
    value: Any
    branches: tuple[Conjunction, ...]
    exclusive: bool


@dataclass(frozen=True)
class Plain:
    """What a union says, without branches.

    Attributes:
        types: The types that it accepts.
        keywords: The keywords that apply beside them, each with its value.
        nodes: The schema objects that hold these keywords, by their pointers.
    """

    types: frozenset[str]
    keywords: tuple[tuple[str, Found], ...]
    nodes: Mapping[str, Any]


def unions_of(schemas: Schemas, pointer: str, node: Mapping[str, Any]) -> Iterator[Union]:
    """The unions of a schema object that give a choice."""
    for keyword in ("anyOf", "oneOf"):
        if len(node.get(keyword, ())) > 1:
            at = f"{pointer}/{keyword}"
            branches = tuple(schemas.at(f"{at}/{index}") for index in range(len(node[keyword])))
            yield Union(keyword, at, node[keyword], branches, exclusive=keyword == "oneOf")


_SPEECHLESS = PROSE | {"type", "$ref", "allOf"}
_TYPED = _SPEECHLESS | TYPED_KEYWORDS.keys()
_VALUED = _SPEECHLESS | {"enum", "const"}


def dissolved(schemas: Schemas, union: Union) -> Plain | None:
    """A union whose branches are told apart by type alone (`string` or `null`), or are nothing but values."""
    if any(map(schemas.is_open, union.branches)):
        return None
    views = [schemas.view(branch) for branch in union.branches]
    if any(view.unions for view in views):
        return None
    return _by_type(views) or _by_value(union, views)


def _by_type(views: list[View]) -> Plain | None:
    taken: frozenset[str] = frozenset()
    for view in views:
        if view.types & taken or view.keywords.keys() - _TYPED:
            return None
        taken |= view.types
    return Plain(taken, tuple(_found(views, _TYPED)), _nodes(views))


def _by_value(union: Union, views: list[View]) -> Plain | None:
    values: dict[str, Any] = {}
    for view in views:
        listed = {"null": None} if view.types == {"null"} else view.values
        if listed is None or view.keywords.keys() - _VALUED or (union.exclusive and values.keys() & listed.keys()):
            return None
        values |= listed
    types = frozenset[str]().union(*map(type_of, values.values()))
    written = [found.pointer for view in views for found in (*view.all("enum"), *view.all("const"))]
    listing = Found(written[0] if len(written) == 1 else union.pointer, list(values.values()))
    return Plain(types, (("enum", listing), *_found(views, PROSE)), _nodes(views))


def _found(views: list[View], keywords: frozenset[str]) -> Iterator[tuple[str, Found]]:
    for view in views:
        for keyword in view.keywords.keys() & keywords:
            for found in view.all(keyword):
                types = format_types(found.value) if keyword == "format" else TYPED_KEYWORDS.get(keyword, frozenset())
                if keyword in PROSE or types & view.types:
                    yield keyword, found


def _nodes(views: list[View]) -> dict[str, Any]:
    return {pointer: node for view in views for pointer, node in view.nodes.items()}
