"""Compare what two views say of the items of an array."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contract.diff.assertions import Limit, compare_limit
from contract.diff.keywords import Found as Value
from contract.diff.matching import pair_up
from contract.diff.model import Difference, Effect
from contract.diff.pairs import Edge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contract.diff.normal import View
    from contract.diff.pairs import Found, Sides

__all__ = ["compare_arrays", "item_places"]


def compare_arrays(sides: Sides) -> Iterator[Found]:
    """Every difference that an array can meet; both views accept arrays."""
    prefixes = (*sides.old.all("prefixItems"), *sides.new.all("prefixItems"))
    for index in range(max((len(found.value) for found in prefixes), default=0)):
        pair = sides.join(item_places(sides.old, index), item_places(sides.new, index))
        yield from sides.child("prefix-items", pair, f"/{index}")
    yield from sides.child("items", sides.join(item_places(sides.old, None), item_places(sides.new, None)), "/*")
    yield from _contains(sides)


def item_places(view: View, index: int | None) -> list[str]:
    """Where the schemas of the item at an index stand; without one, of the items after every prefix."""
    places = []
    for pointer, node in view.holders("prefixItems", "items").items():
        if index is not None and index < len(node.get("prefixItems", ())):
            places.append(f"{pointer}/prefixItems/{index}")
        elif "items" in node:
            places.append(f"{pointer}/items")
    return places


def _contains(sides: Sides) -> Iterator[Found]:
    for before, now in pair_up(_containers(sides.old), _containers(sides.new), sides.by_meaning("/contains")):
        if before is None and now is not None:
            yield Difference("contains-added", Effect.NARROWER, f"{now.pointer}/contains", new=now.value["contains"])
        elif now is None and before is not None:
            at = f"{before.pointer}/contains"
            yield Difference("contains-removed", Effect.WIDER, at, old=before.value["contains"])
        elif before is not None and now is not None:
            yield from _contained(sides, before, now)


def _containers(view: View) -> list[Value]:
    """The schema objects whose `contains` can refuse an array."""
    return [
        Value(pointer, node)
        for pointer, node in view.holders("contains").items()
        if (node.get("minContains", 1) > 0 or "maxContains" in node)
    ]


def _contained(sides: Sides, before: Value, now: Value) -> Iterator[Found]:
    at = f"{now.pointer}/contains"
    pair = sides.join([f"{before.pointer}/contains"], [at])
    changed = Difference("contains-changed", Effect.EITHER, at, before.value["contains"], now.value["contains"])
    counted = "maxContains" in before.value or "maxContains" in now.value
    yield Edge(pair, "/*", stands_for=changed if counted else None)
    for limit, default in _COUNTS:
        found = ([_count(side, limit.keyword, default)] for side in (before, now))
        yield from compare_limit(limit, *([item for item in side if item is not None] for side in found))


_COUNTS = (
    (Limit("minContains", "min-contains", upper=False), 1),
    (Limit("maxContains", "max-contains", upper=True), None),
)


def _count(side: Value, keyword: str, default: int | None) -> Value | None:
    value = side.value.get(keyword, default)
    return None if value is None else Value(f"{side.pointer}/{keyword}", value)
