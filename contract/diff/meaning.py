"""Which schemas of two contracts say the same, however they are written, arranged, shared or named.

A schema is a set of atoms: keywords that refuse by themselves, or together with those that they depend on. Each atom
gets a colour: at first by what it says itself, then again and again by the colours of the schemas within it, until that
tells no more of them apart. Schemas of the same colours accept the same instances.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from contract.diff.expressions import plain
from contract.diff.keywords import canonical, types_named
from contract.diff.normal import A_NAME, refusing_keywords
from contract.language import GRAMMAR, Place, children
from contract.pointers import tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from contract.diff.normal import Conjunction, Schemas

__all__ = ["Meaning", "Meanings", "subschemas"]

Meaning: TypeAlias = frozenset[int]
"""Equal for schemas that say the same."""

Colours: TypeAlias = dict[tuple[int, str], Meaning]
"""For each schema object, by its side and pointer, the colours of its atoms."""


class Meanings:
    """The meanings of the schemas of two contracts; computed for all of them when first asked for."""

    def __init__(self, old: Schemas, new: Schemas) -> None:
        self._sides = old, new

    def old(self, schema: Conjunction) -> Meaning:
        """The meaning of an old schema."""
        return self._of(0, schema)

    def new(self, schema: Conjunction) -> Meaning:
        """The meaning of a new schema."""
        return self._of(1, schema)

    def _of(self, side: int, schema: Conjunction) -> Meaning:
        return _seen(self._colours, side, schema)

    @cached_property
    def _colours(self) -> Colours:
        atoms = {
            (side, place.pointer): list(_atoms(schemas, place))
            for side, schemas in enumerate(self._sides)
            for place in schemas.contract.places
            if place.kind == "schema"
        }
        atoms |= {(side, A_NAME): [] for side in (0, 1)}
        colours, count = {key: frozenset[int]() for key in atoms}, 0
        while True:
            known: dict[object, int] = {}
            colours = {
                key: frozenset(known.setdefault(atom.seen_with(colours, key[0]), len(known)) for atom in found)
                for key, found in atoms.items()
            }
            if len(known) == count:
                return colours
            count = len(known)


@dataclass(frozen=True)
class _Atom:
    """Keywords that refuse together: what they say themselves, and the schemas within them, by where they stand."""

    text: str
    within: tuple[tuple[str, tuple[Conjunction, ...]], ...]

    def seen_with(self, colours: Colours, side: int) -> object:
        """The atom with the schemas within replaced by their colours; the order of branches makes no difference."""
        return self.text, tuple(
            (where, frozenset(Counter(_seen(colours, side, schema) for schema in group).items()))
            for where, group in self.within
        )


def _seen(colours: Colours, side: int, schema: Conjunction) -> Meaning:
    return frozenset[int]().union(*(colours[side, part] for part in schema))


_TOGETHER = (
    {"properties", "patternProperties", "additionalProperties"},
    {"prefixItems", "items"},
    {"contains", "minContains", "maxContains"},
    {"if", "then", "else"},
)
"""Keywords of which one bears on what another means (JSON Schema core, sections 10.2 and 10.3)."""


def _atoms(schemas: Schemas, place: Place) -> Iterator[_Atom]:
    if not isinstance(place.value, dict):
        if place.value is False:
            yield _Atom("false", ())
        return
    node = {keyword: place.value[keyword] for keyword in refusing_keywords(place.value)}
    within = subschemas(schemas, place)
    if "unevaluatedProperties" in node:
        groups = [set(node)]
    else:
        together = [group & node.keys() for group in _TOGETHER]
        groups = [*together, *({keyword} for keyword in node.keys() - set[str]().union(*together))]
    for group in filter(None, groups):
        said = sorted([_NAMES.get(keyword, keyword), _plain(keyword, node[keyword])] for keyword in group)
        held = [item for keyword in group for item in within.get(keyword, {}).items()]
        if group <= {"properties", "patternProperties"}:
            yield from (_Atom("", (item,)) for item in held)
        else:
            yield _Atom(canonical(said), tuple(sorted(held)))


_NAMES = {"const": "enum"}
"""Keywords that another one can say as well."""


def subschemas(schemas: Schemas, place: Place) -> dict[str, dict[str, tuple[Conjunction, ...]]]:
    """The schemas directly within a schema object: by keyword, then by place, with the branches of a union at one."""
    found: dict[str, dict[str, tuple[Conjunction, ...]]] = {}
    for child in children(place):
        where = child.pointer.removeprefix(f"{place.pointer}/")
        keyword = where.partition("/")[0]
        at = keyword if keyword in {"anyOf", "oneOf"} else where
        if keyword == "patternProperties":
            at = f"{keyword}/{plain(tokens(child.pointer)[-1])}"
        places = found.setdefault(keyword, {})
        places[at] = (*places.get(at, ()), schemas.at(child.pointer))
    return found


def _plain(keyword: str, value: Any) -> Any:
    """What a keyword says itself, in one of the ways of writing it; the schemas within are told of apart."""
    if keyword in GRAMMAR["schema"]:
        return None
    write = _WAYS.get(keyword)
    return write(value) if write else value


_WAYS: dict[str, Callable[[Any], Any]] = {
    "type": lambda names: sorted(types_named(names)),
    "enum": lambda values: sorted(map(canonical, values)),
    "const": lambda value: [canonical(value)],
    "pattern": plain,
    "required": lambda names: sorted(set(names)),
    "dependentRequired": lambda needs: {trigger: sorted(set(names)) for trigger, names in needs.items() if names},
}
"""For keywords that can be written in several ways, one of them."""
