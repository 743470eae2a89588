"""Find for each old thing the new one that took its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["ANY", "Keys", "pair_up"]

Item = TypeVar("Item")

Keys: TypeAlias = tuple[Callable[[Item], object], Callable[[Item], object]]
"""What tells an old thing, and what tells a new one, from others of its kind."""


def _alike(_: object) -> str:
    return ""


ANY = (_alike, _alike)
"""Keys that make no difference."""


def pair_up(
    old: Sequence[Item], new: Sequence[Item], keys: Sequence[Keys[Item]]
) -> Iterator[tuple[Item | None, Item | None]]:
    """Each old item with the new one that has the same key, by the first key that tells; then those left over."""
    left, right = list(old), list(new)
    if len(left) == len(right) == 1 and ANY in keys:
        keys = [ANY]  # no other key could tell more, and some take long to find
    for old_key, new_key in keys:
        if not (left and right):
            break
        waiting: dict[object, list[Item]] = {}
        for item in right:
            waiting.setdefault(new_key(item), []).append(item)
        for item in tuple(left):
            if matches := waiting.get(old_key(item)):
                partner = matches.pop(0)
                left.remove(item)
                right.remove(partner)
                yield item, partner
    yield from ((item, None) for item in left)
    yield from ((None, item) for item in right)
