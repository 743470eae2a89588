"""A schema in a normal form, so that two ways of writing the same constraint compare as equal.

A schema becomes a conjunction: the pointers of all schema objects that an instance must keep at once. References,
`allOf` and a union of one branch dissolve into it, and so do unions that say no more than types or values. Its view
then gathers, for each keyword, every value that applies.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from contract.diff.keywords import ALL_TYPES, IDLE, TYPED_KEYWORDS, Found, canonical, type_of, types_named
from contract.diff.model import ABSENT
from contract.diff.unions import dissolved, unions_of
from contract.language import ANNOTATIONS, ASSERTIONS
from contract.pointers import escape
from contract.validation import Validator, registry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from contract.diff.unions import Union
    from contract.loading import Contract

__all__ = ["ANYTHING", "A_NAME", "Conjunction", "Schemas", "View", "refusing_keywords"]

Conjunction: TypeAlias = tuple[str, ...]
"""The pointers of the schemas that all apply; none at all accepts anything."""

ANYTHING: Conjunction = ()

A_NAME = "(name)"
"""Stands for a schema that every name of a member keeps: it is a string."""


@dataclass(frozen=True, eq=False)
class View:
    """A conjunction with its keywords gathered.

    Attributes:
        schema: The conjunction.
        nodes: Each schema object that applies, by its pointer; those of dissolved unions too.
        types: The types that can be accepted.
        keywords: Every value of each keyword.
        unions: The `anyOf` and `oneOf` that apply.
        listed: The values that `enum`, `const` and the types leave, by their canonical form; None when any may do.
        values: Those of them that no other assertion refuses.
    """

    schema: Conjunction
    nodes: Mapping[str, Any]
    types: frozenset[str]
    keywords: Mapping[str, tuple[Found, ...]]
    unions: tuple[Union, ...]
    listed: Mapping[str, Any] | None = None
    values: Mapping[str, Any] | None = None

    def all(self, keyword: str) -> tuple[Found, ...]:
        """Every value of a keyword."""
        return self.keywords.get(keyword, ())

    def holders(self, *keywords: str) -> dict[str, Any]:
        """The schema objects whose value of one of the keywords applies, by their pointers."""
        pointers = (found.pointer.rpartition("/")[0] for keyword in keywords for found in self.all(keyword))
        return {pointer: self.nodes[pointer] for pointer in pointers}

    @cached_property
    def required(self) -> dict[str, Found]:
        """The required properties, each with the `required` that names it."""
        return {name: found for found in self.all("required") for name in found.value}


class Schemas:
    """The schemas of one contract in their normal form, each computed once."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self._conjunctions: dict[str, Conjunction] = {}
        self._views: dict[tuple[Conjunction, bool], View] = {}
        self._nodes: dict[str, Any] = {A_NAME: {}}
        self._building: set[Conjunction] = set()

    def node(self, pointer: str) -> Any:
        """The schema object or boolean at a pointer."""
        if pointer not in self._nodes:
            self._nodes[pointer] = self.contract.at(pointer)
        return self._nodes[pointer]

    def at(self, pointer: str) -> Conjunction:
        """The schema at a pointer; "" stands for no schema, which accepts anything."""
        if not pointer:
            return ANYTHING
        if pointer not in self._conjunctions:
            self._conjunctions[pointer] = tuple(self._flatten(pointer))
        return self._conjunctions[pointer]

    def join(self, pointers: Sequence[str]) -> Conjunction:
        """The conjunction of the schemas at some pointers."""
        return tuple(dict.fromkeys(part for pointer in pointers for part in self.at(pointer)))

    def _flatten(self, pointer: str) -> Iterator[str]:
        passed: set[str] = set()
        stack = [pointer]
        while stack:
            at = stack.pop()
            node = self.node(at)
            if at in passed or node is True or node == {}:
                continue
            passed.add(at)
            if node is False or node.keys() - {"$ref", "allOf"} - _sole_unions(node):
                yield at
            if isinstance(node, dict):
                stack.extend(reversed([*_parts(node, at)]))

    def written(self, schema: Conjunction) -> Any:
        """A conjunction as a person would write it; `ABSENT` for none."""
        parts = [self.node(pointer) for pointer in schema if pointer != A_NAME]
        if len(parts) > 1:
            return {"allOf": parts}
        return parts[0] if parts else ABSENT

    def refusing(self, schema: Conjunction) -> list[Any]:
        """What a conjunction refuses, without what it describes."""
        nodes = [self.node(pointer) for pointer in schema]
        plain = [
            {key: value for key, value in node.items() if not _is_annotation(key)} if isinstance(node, dict) else node
            for node in nodes
        ]
        return [node for node in plain if node != {}]

    def accepts_anything(self, schema: Conjunction, types: frozenset[str] = ALL_TYPES) -> bool:
        """Whether a schema never refuses an instance of some types, as far as that shows at once."""
        return not any(node is False or refusing_keywords(node, types) for node in map(self.node, schema))

    def accepts_nothing(self, schema: Conjunction) -> bool:
        """Whether a schema plainly refuses every instance."""
        return any(self.node(pointer) is False for pointer in schema) or not self.view(schema).types

    def view(self, schema: Conjunction, *, merged: bool = True) -> View:
        """The view of a conjunction; `merged` dissolves the unions that say no more than types or values."""
        key = (schema, merged)
        if key not in self._views:
            self._building.add(schema)
            self._views[key] = self._build(schema, merged=merged)
            self._building.discard(schema)
        return self._views[key]

    def is_open(self, schema: Conjunction) -> bool:
        """Whether the view of a schema is being built, because the schema holds itself."""
        return schema in self._building

    def possible_types(self, schema: Conjunction, depth: int = 3) -> frozenset[str]:
        """The types that a schema can accept, looking into its unions to some depth."""
        view = self.view(schema)
        types = view.types
        for union in view.unions if depth else ():
            types &= frozenset[str]().union(*(self.possible_types(branch, depth - 1) for branch in union.branches))
        return types

    def _build(self, schema: Conjunction, *, merged: bool) -> View:
        nodes = {pointer: self.node(pointer) for pointer in schema}
        keywords: dict[str, list[Found]] = {}
        types = ALL_TYPES
        unions: list[Union] = []
        for pointer, node in nodes.items():
            if node is False:
                types = frozenset()
                continue
            if pointer == A_NAME:
                types &= {"string"}
            types &= types_named(node.get("type"))
            for keyword, value in node.items():
                keywords.setdefault(keyword, []).append(Found(f"{pointer}/{escape(keyword)}", value))
            unions += unions_of(self, pointer, node)
        kept = []
        for union in unions:
            plain = dissolved(self, union) if merged else None
            if plain is None:
                kept.append(union)
                continue
            types &= plain.types
            nodes |= plain.nodes
            for keyword, found in plain.keywords:
                keywords.setdefault(keyword, []).append(found)
        gathered = {keyword: tuple(found) for keyword, found in keywords.items()}
        view = View(schema, nodes, types, gathered, tuple(kept))
        listed = _listed(view)
        if listed is None:
            return view
        types &= frozenset[str]().union(*map(type_of, listed.values()))
        return replace(view, types=types, listed=listed, values=_kept(view, listed))


def _listed(view: View) -> dict[str, Any] | None:
    sets = [{canonical(value): value for value in found.value} for found in view.all("enum")]
    sets += [{canonical(found.value): found.value} for found in view.all("const")]
    if not sets:
        return None
    first, *others = sets
    return {
        key: value
        for key, value in first.items()
        if type_of(value) <= view.types and all(key in other for other in others)
    }


def _kept(view: View, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that the assertions of a view accept."""
    keywords = sorted(ASSERTIONS - {"type", "enum", "const"})
    asserted = [{keyword: found.value} for keyword in keywords for found in view.all(keyword)]
    nowhere = dict[str, Any]().__getitem__  # where to look for what explains errors: none are asked for
    validator = Validator(registry({"allOf": asserted}), "", nowhere)
    return {key: value for key, value in values.items() if validator.is_valid(value)} if asserted else dict(values)


def _parts(node: Mapping[str, Any], pointer: str) -> Iterator[str]:
    """What else applies to the same instance without condition."""
    if "$ref" in node:
        yield node["$ref"].removeprefix("#")
    for index in range(len(node.get("allOf", ()))):
        yield f"{pointer}/allOf/{index}"
    for keyword in sorted(_sole_unions(node)):
        yield f"{pointer}/{keyword}/0"


def _sole_unions(node: Mapping[str, Any]) -> set[str]:
    """The keywords of unions of one branch, which is no choice."""
    return {keyword for keyword in ("anyOf", "oneOf") if len(node.get(keyword, ())) == 1}


def refusing_keywords(node: Mapping[str, Any], types: frozenset[str] = ALL_TYPES) -> set[str]:
    """The keywords of a schema object that refuse instances of some types.

    What dissolves into a conjunction refuses elsewhere.
    """
    idle = {"$ref", "allOf"} | _sole_unions(node)
    idle |= {keyword for keyword in node if _is_annotation(keyword) or not TYPED_KEYWORDS.get(keyword, types) & types}
    idle |= {keyword for keyword, value in IDLE.items() if node.get(keyword) == value}
    if types <= types_named(node.get("type")):
        idle.add("type")
    return node.keys() - idle


def _is_annotation(keyword: str) -> bool:
    """Whether a keyword describes and never refuses."""
    return keyword in ANNOTATIONS or keyword.startswith("x-")
