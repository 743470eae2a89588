"""An old schema beside the new one that stands in its place, and how pairs lie within pairs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from contract.diff.matching import ANY
from contract.diff.model import Difference, Effect
from contract.diff.normal import Conjunction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contract.diff.keywords import Found as Value
    from contract.diff.matching import Keys
    from contract.diff.meaning import Meanings
    from contract.diff.normal import Schemas, View

__all__ = ["Edge", "Found", "Pair", "Sides"]


Pair: TypeAlias = tuple[Conjunction, Conjunction]
"""An old schema and the new one that stands in its place."""


@dataclass(frozen=True)
class Edge:
    """A pair within a pair.

    Attributes:
        pair: The two schemas.
        path: What to add to the place in the instance, such as `/metadata`; "" for the same instance.
        negated: Whether it stands under `not`, so that what it does is the reverse for the whole.
        stands_for: Where it does not show what the pair does to the whole: the difference to tell of when the pair
            differs in what it accepts.
        declared: The properties that other schemas name for the same instance.
    """

    pair: Pair
    path: str = ""
    negated: bool = False
    stands_for: Difference | None = None
    declared: frozenset[str] = frozenset()


Found: TypeAlias = Difference | Edge
"""What one step of a comparison shows: a difference, or a pair to compare next."""


@dataclass(frozen=True, eq=False)
class Sides:
    """The two sides of one step."""

    old_schemas: Schemas
    new_schemas: Schemas
    meanings: Meanings
    pair: Pair

    @cached_property
    def views(self) -> tuple[View, View]:
        """Both views, with their unions as they stand when only one side's could be dissolved."""
        views = self.old_schemas.view(self.pair[0]), self.new_schemas.view(self.pair[1])
        if len(views[0].unions) == len(views[1].unions):
            return views
        return self.old_schemas.view(self.pair[0], merged=False), self.new_schemas.view(self.pair[1], merged=False)

    @property
    def old(self) -> View:
        """The view of the old schema."""
        return self.views[0]

    @property
    def new(self) -> View:
        """The view of the new schema."""
        return self.views[1]

    @cached_property
    def common(self) -> frozenset[str]:
        """The types that both accept."""
        return self.old.types & self.new.types

    @cached_property
    def declared(self) -> frozenset[str]:
        """The properties that either version names for this instance."""
        found = (*self.old.all("properties"), *self.new.all("properties"))
        return frozenset(name for properties in found for name in properties.value)

    def by_meaning(self, below: str = "") -> list[Keys[Value]]:
        """By what to pair values up: that the schemas below them say the same; failing that, anything."""

        def old(found: Value) -> object:
            return self.meanings.old(self.old_schemas.at(found.pointer + below))

        def new(found: Value) -> object:
            return self.meanings.new(self.new_schemas.at(found.pointer + below))

        return [(old, new), ANY]

    def join(self, old: list[str], new: list[str]) -> Pair:
        """The pair of what stands at some pointers on each side."""
        return self.old_schemas.join(old), self.new_schemas.join(new)

    def written(self, pair: Pair) -> tuple[Any, Any]:
        """Both schemas as a person would write them."""
        return self.old_schemas.written(pair[0]), self.new_schemas.written(pair[1])

    def child(
        self, name: str, pair: Pair, path: str = "", declared: frozenset[str] = frozenset(), about: str = ""
    ) -> Iterator[Found]:
        """A subschema that may stand on one side only: it was added, was removed, or is to be compared.

        Args:
            name: What rules call it.
            pair: Both sides of it.
            path: Where it is in the instance; "" for the same place.
            declared: The properties that other schemas name for the same instance.
            about: The property or pattern on which it depends, if it does.
        """
        before = self.old_schemas.accepts_anything(pair[0])
        now = self.new_schemas.accepts_anything(pair[1])
        old, new = self.written(pair)
        if before and not now:
            yield Difference(f"{name}-added", Effect.NARROWER, pair[1][0], new=new, name=about)
        elif now and not before:
            yield Difference(f"{name}-removed", Effect.WIDER, pair[0][0], old=old, name=about)
        elif pair != ((), ()):
            yield Edge(pair, path, declared=declared)
