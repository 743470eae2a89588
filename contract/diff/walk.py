"""Walk from a pair of schemas to every difference within it.

Pairs form a graph, with cycles where schemas are recursive. Each pair is compared once, whatever leads to it. A cycle
adds nothing: instances are finite, so what a pair does to them shows in its own step or in one further down.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contract.diff.annotations import compare_annotations
from contract.diff.arrays import compare_arrays
from contract.diff.assertions import compare_assertions
from contract.diff.combinations import compare_combinations, compare_lifted
from contract.diff.meaning import Meanings
from contract.diff.model import Difference
from contract.diff.normal import Schemas
from contract.diff.objects import compare_objects
from contract.diff.pairs import Edge, Sides

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contract.diff.pairs import Pair
    from contract.loading import Contract

__all__ = ["Located", "Walker"]

Step = tuple[tuple[Difference, ...], tuple[Edge, ...]]
"""What one pair shows: differences of its own, and the pairs within."""


class Located:
    """A difference, where in the instance it lies, and what surrounds it.

    Attributes:
        difference: The difference.
        path: The place in the instance, as a JSON pointer with `*` for any member or item.
        negated: Whether it stands under `not`, so that its effect is the reverse.
        declared: The properties that enclosing schemas name for the same instance.
    """

    __slots__ = ("declared", "difference", "negated", "path")

    def __init__(self, difference: Difference, path: str, *, negated: bool, declared: frozenset[str]) -> None:
        self.difference, self.path, self.negated, self.declared = difference, path, negated, declared


@dataclass(frozen=True)
class _Visit:
    """A pair on the way, and what leads to it; `covered` when another difference speaks for what it accepts."""

    pair: Pair
    path: str = ""
    negated: bool = False
    covered: bool = False
    declared: frozenset[str] = frozenset()

    def located(self, found: Difference) -> Located:
        return Located(found, self.path, negated=self.negated, declared=self.declared)

    def onward(self, edge: Edge) -> _Visit:
        return _Visit(
            edge.pair,
            self.path + edge.path,
            self.negated ^ edge.negated,
            self.covered or edge.stands_for is not None,
            frozenset() if edge.path else edge.declared | self.declared,
        )


class Walker:
    """Compares the schemas of two contracts."""

    def __init__(self, old: Contract, new: Contract) -> None:
        self.old_schemas, self.new_schemas = Schemas(old), Schemas(new)
        self._meanings = Meanings(self.old_schemas, self.new_schemas)
        self._steps: dict[Pair, Step] = {}
        self._equal: dict[Pair, bool] = {}

    def compare(self, old: str, new: str) -> Iterator[Located]:
        """Every difference between the schemas at two pointers, each pair told of once, at the shallowest place."""
        root = self.old_schemas.at(old), self.new_schemas.at(new)
        queue = deque([_Visit(root)])
        seen: set[tuple[Pair, bool, bool, frozenset[str]]] = set()
        while queue:
            visit = queue.popleft()
            key = visit.pair, visit.negated, visit.covered, visit.declared
            if key in seen or self.equal(visit.pair):
                continue
            seen.add(key)
            differences, edges = self.step(visit.pair)
            yield from (visit.located(found) for found in differences if not (visit.covered and found.effect))
            for edge in edges:
                if edge.stands_for is not None and not visit.covered and self.affects(edge.pair):
                    yield visit.located(edge.stands_for)
                queue.append(visit.onward(edge))

    def accepts_many(self, old: str, new: str) -> bool:
        """Whether a schema at one of two pointers accepts values of several parts: arrays or objects."""
        sides = (self.old_schemas, old), (self.new_schemas, new)
        return any({"array", "object"} & schemas.possible_types(schemas.at(pointer)) for schemas, pointer in sides)

    def step(self, pair: Pair) -> Step:
        """Compare the two schemas of a pair, without what stands within them."""
        if pair not in self._steps:
            self._steps[pair] = _step(Sides(self.old_schemas, self.new_schemas, self._meanings, pair))
        return self._steps[pair]

    def affects(self, pair: Pair) -> bool:
        """Whether any difference within a pair bears on which instances it accepts."""
        return any(found.effect for reached in self._reach(pair) for found in self.step(reached)[0])

    def equal(self, pair: Pair) -> bool:
        """Whether nothing at all differs within a pair."""
        if pair not in self._equal:
            self._classify(pair)
        return self._equal[pair]

    def _reach(self, pair: Pair) -> dict[Pair, None]:
        """Every pair within a pair, itself included, not looking into those known to be equal."""
        reached: dict[Pair, None] = {pair: None}
        stack = [pair]
        while stack:
            for edge in self.step(stack.pop())[1]:
                if edge.pair not in reached and not self._equal.get(edge.pair, False):
                    reached[edge.pair] = None
                    stack.append(edge.pair)
        return reached

    def _classify(self, pair: Pair) -> None:
        """Decide for everything within a pair whether it is equal: differences spread to all that lead to them."""
        reached = self._reach(pair)
        leading: dict[Pair, list[Pair]] = {}
        for source in reached:
            for edge in self.step(source)[1]:
                leading.setdefault(edge.pair, []).append(source)
        spreading = [source for source in reached if self.step(source)[0] or self._equal.get(source) is False]
        different = set(spreading)
        while spreading:
            for source in leading.get(spreading.pop(), ()):
                if source not in different:
                    different.add(source)
                    spreading.append(source)
        self._equal.update((source, source not in different) for source in reached)


def _step(sides: Sides) -> Step:
    found: list[Difference | Edge] = [*compare_annotations(sides.old, sides.new)]
    lifted = compare_lifted(sides)
    found += _parts(sides) if lifted is None else lifted
    differences = tuple(item for item in found if isinstance(item, Difference))
    return differences, tuple(item for item in found if isinstance(item, Edge))


def _parts(sides: Sides) -> list[Difference | Edge]:
    found: list[Difference | Edge] = [*compare_assertions(sides.old, sides.new)]
    if "object" in sides.common:
        found += compare_objects(sides)
    if "array" in sides.common:
        found += compare_arrays(sides)
    found += compare_combinations(sides)
    return found
