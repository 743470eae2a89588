"""A schema in a normal form, so that two ways of writing the same constraint compare as equal.

A schema becomes a conjunction: the pointers of all schema objects that an instance must keep at once. References,
`allOf` and a union of one branch dissolve into it. Its view then gathers, for each keyword, every value that applies.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from contract.diff.model import ABSENT
from contract.language import ANNOTATIONS
from contract.pointers import escape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from contract.loading import Contract

__all__ = ["ALL_TYPES", "ANYTHING", "Conjunction", "Found", "Schemas", "Union", "View", "canonical"]

Conjunction: TypeAlias = tuple[str, ...]
"""The pointers of the schemas that all apply; none at all accepts anything."""

ANYTHING: Conjunction = ()

ALL_TYPES = frozenset({"null", "boolean", "object", "array", "string", "integer", "fraction"})
"""The types of instances, with numbers cut in two: `number` is `integer` and `fraction`."""

TYPED_KEYWORDS = {
    **dict.fromkeys(("maxLength", "minLength", "pattern", "format"), frozenset({"string"})),
    **dict.fromkeys(
        ("multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum"), frozenset({"integer", "fraction"})
    ),
    **dict.fromkeys(
        ("maxItems", "minItems", "uniqueItems", "prefixItems", "items", "contains", "minContains", "maxContains"),
        frozenset({"array"}),
    ),
    **dict.fromkeys(
        (
            *("maxProperties", "minProperties", "required", "dependentRequired", "dependentSchemas", "propertyNames"),
            *("properties", "patternProperties", "additionalProperties"),
        ),
        frozenset({"object"}),
    ),
}
"""The keywords that only ever refuse instances of certain types (JSON Schema validation, sections 6.2 to 6.5)."""

PROSE = frozenset({"title", "description", "examples", "$comment"})
"""The keywords that only speak to people."""


@dataclass(frozen=True)
class Found:
    """A keyword's value where it stands."""

    pointer: str
    value: Any


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


@dataclass(frozen=True, eq=False)
class View:
    """A conjunction with its keywords gathered.

    Attributes:
        schema: The conjunction.
        nodes: Each schema object that applies, by its pointer; those of dissolved unions too.
        types: The types that can be accepted.
        keywords: Every value of each keyword.
        unions: The `anyOf` and `oneOf` that apply.
    """

    schema: Conjunction
    nodes: Mapping[str, Any]
    types: frozenset[str]
    keywords: Mapping[str, tuple[Found, ...]]
    unions: tuple[Union, ...]

    def all(self, keyword: str) -> tuple[Found, ...]:
        """Every value of a keyword."""
        return self.keywords.get(keyword, ())

    def holders(self, *keywords: str) -> dict[str, Any]:
        """The schema objects whose value of one of the keywords applies, by their pointers."""
        pointers = (found.pointer.rpartition("/")[0] for keyword in keywords for found in self.all(keyword))
        return {pointer: self.nodes[pointer] for pointer in pointers}

    @cached_property
    def values(self) -> dict[str, Any] | None:
        """The values that `enum`, `const` and the types leave, by their canonical form; None when any value may do."""
        sets = [{canonical(value): value for value in found.value} for found in self.all("enum")]
        sets += [{canonical(found.value): found.value} for found in self.all("const")]
        if not sets:
            return None
        return {
            key: value
            for key, value in sets[0].items()
            if type_of(value) <= self.types and all(key in other for other in sets)
        }

    @cached_property
    def required(self) -> dict[str, Found]:
        """The required properties, each with the `required` that names it."""
        return {name: found for found in self.all("required") for name in found.value}


def canonical(value: Any) -> str:
    """A text that is the same for equal JSON values: the order of keys and `1.0` for `1` make no difference."""
    return json.dumps(_plain(value), sort_keys=True)


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


class Schemas:
    """The schemas of one contract in their normal form, each computed once."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self._conjunctions: dict[str, Conjunction] = {}
        self._views: dict[tuple[Conjunction, bool], View] = {}
        self._nodes: dict[str, Any] = {}
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
            self._conjunctions[pointer] = tuple(dict.fromkeys(self._flatten(pointer, set())))
        return self._conjunctions[pointer]

    def join(self, pointers: Sequence[str]) -> Conjunction:
        """The conjunction of the schemas at some pointers."""
        return tuple(dict.fromkeys(part for pointer in pointers for part in self.at(pointer)))

    def _flatten(self, pointer: str, passed: set[str]) -> Iterator[str]:
        node = self.node(pointer)
        if pointer in passed or node is True or node == {}:
            return
        passed.add(pointer)
        if node is False or node.keys() - {"$ref", "allOf"} - _sole_unions(node):
            yield pointer
        if isinstance(node, dict):
            for part in _parts(node, pointer):
                yield from self._flatten(part, passed)

    def written(self, schema: Conjunction) -> Any:
        """A conjunction as a person would write it; `ABSENT` for none."""
        parts = [self.node(pointer) for pointer in schema]
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

    def fingerprint(self, schema: Conjunction) -> str:
        """A text of everything that a schema says, references followed; names of components make no difference."""
        places = list(schema)  # grows as references lead further
        return "\n".join(canonical(_renumbered(self.node(pointer), places)) for pointer in places)

    def accepts_anything(self, schema: Conjunction) -> bool:
        """Whether a schema only describes and never refuses."""
        return all(_describes(self.node(pointer)) for pointer in schema)

    def accepts_nothing(self, schema: Conjunction) -> bool:
        """Whether a schema plainly refuses every instance."""
        return any(self.node(pointer) is False for pointer in schema) or not self.view(schema).types

    def view(self, schema: Conjunction, *, merged: bool = True) -> View:
        """The view of a conjunction; `merged` dissolves unions whose branches are told apart by type alone."""
        key = (schema, merged)
        if key not in self._views:
            self._building.add(schema)
            self._views[key] = self._build(schema, merged=merged)
            self._building.discard(schema)
        return self._views[key]

    def _build(self, schema: Conjunction, *, merged: bool) -> View:
        nodes = {pointer: self.node(pointer) for pointer in schema}
        keywords: dict[str, list[Found]] = {}
        types = ALL_TYPES
        unions: list[Union] = []
        for pointer, node in nodes.items():
            if node is False:
                types = frozenset()
                continue
            types &= _types(node.get("type"))
            for keyword, value in node.items():
                keywords.setdefault(keyword, []).append(Found(f"{pointer}/{escape(keyword)}", value))
            unions += self._unions(pointer, node)
        if merged:
            unions, types = self._merge_by_type(unions, types, keywords, nodes)
        gathered = {keyword: tuple(found) for keyword, found in keywords.items()}
        view = View(schema, nodes, types, gathered, tuple(unions))
        if view.values is None:
            return view
        return replace(view, types=types & frozenset[str]().union(*map(type_of, view.values.values())))

    def _unions(self, pointer: str, node: Mapping[str, Any]) -> Iterator[Union]:
        for keyword in ("anyOf", "oneOf"):
            if len(node.get(keyword, ())) > 1:
                at = f"{pointer}/{keyword}"
                branches = tuple(self.at(f"{at}/{index}") for index in range(len(node[keyword])))
                yield Union(keyword, at, node[keyword], branches, exclusive=keyword == "oneOf")

    def _merge_by_type(
        self, unions: list[Union], types: frozenset[str], keywords: dict[str, list[Found]], nodes: dict[str, Any]
    ) -> tuple[list[Union], frozenset[str]]:
        """Dissolve each union whose branches are told apart by type alone, such as `string` or `null`."""
        kept = []
        for union in unions:
            merged = self._by_type(union)
            if merged is None:
                kept.append(union)
                continue
            union_types, found = merged
            types &= union_types
            for keyword, values in found:
                keywords.setdefault(keyword, []).extend(values)
            for branch in union.branches:
                nodes.update(self.view(branch).nodes)
        return kept, types

    def _by_type(self, union: Union) -> tuple[frozenset[str], list[tuple[str, tuple[Found, ...]]]] | None:
        taken: frozenset[str] = frozenset()
        found: list[tuple[str, tuple[Found, ...]]] = []
        for branch in union.branches:
            if branch in self._building:  # a branch that holds its own union
                return None
            view = self.view(branch)
            if view.types & taken or view.unions or view.keywords.keys() - _MERGEABLE:
                return None
            taken |= view.types
            found += [
                (keyword, values)
                for keyword, values in view.keywords.items()
                if keyword in PROSE or TYPED_KEYWORDS.get(keyword, frozenset()) & view.types
            ]
        return taken, found


_MERGEABLE = TYPED_KEYWORDS.keys() | PROSE | {"type", "$ref", "allOf"}


def _parts(node: Mapping[str, Any], pointer: str) -> Iterator[str]:
    """What else applies to the same instance without condition."""
    if "$ref" in node:
        yield node["$ref"].removeprefix("#")
    for index in range(len(node.get("allOf", ()))):
        yield f"{pointer}/allOf/{index}"
    for keyword in sorted(_sole_unions(node)):
        yield f"{pointer}/{keyword}/0"


def _sole_unions(node: Mapping[str, Any]) -> set[str]:
    """The unions of one branch, which is no choice."""
    return {keyword for keyword in ("anyOf", "oneOf") if len(node.get(keyword, ())) == 1}


def _renumbered(node: Any, places: list[str]) -> Any:
    """A schema with the target of each reference replaced by its turn in `places`, which grows by new targets."""
    if isinstance(node, list):
        return [_renumbered(item, places) for item in node]
    if not isinstance(node, dict):
        return node
    plain = {key: _renumbered(value, places) for key, value in node.items() if key != "description"}
    if isinstance(target := node.get("$ref"), str):
        pointer = target.removeprefix("#")
        if pointer not in places:
            places.append(pointer)
        plain["$ref"] = places.index(pointer)
    return plain


def _describes(node: Any) -> bool:
    return isinstance(node, dict) and all(map(_is_annotation, node))


def _is_annotation(keyword: str) -> bool:
    return keyword in ANNOTATIONS or keyword.startswith("x-")


def _types(names: str | list[str] | None) -> frozenset[str]:
    if names is None:
        return ALL_TYPES
    listed = [names] if isinstance(names, str) else names
    expanded = (("integer", "fraction") if name == "number" else (name,) for name in listed)
    return frozenset(name for group in expanded for name in group)


def type_of(value: Any) -> frozenset[str]:
    """The type of an instance, as a set of one."""
    match value:
        case None:
            name = "null"
        case bool():
            name = "boolean"
        case int():
            name = "integer"
        case float():
            name = "integer" if value.is_integer() else "fraction"
        case str():
            name = "string"
        case list():
            name = "array"
        case _:
            name = "object"
    return frozenset({name})
