"""Compare what two views say of the members that nothing names: what is left to `additionalProperties` and its kin."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from contract.diff.matching import ANY, pair_up
from contract.diff.meaning import subschemas
from contract.diff.members import CONDITIONAL
from contract.diff.model import Difference, Effect
from contract.diff.normal import ANYTHING
from contract.diff.pairs import Edge
from contract.language import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from contract.diff.matching import Keys
    from contract.diff.meaning import Meaning
    from contract.diff.members import Closing, Members
    from contract.diff.normal import Conjunction, Schemas
    from contract.diff.pairs import Found, Pair, Sides

__all__ = ["compare_closings"]


def compare_closings(sides: Sides, old: Members, new: Members) -> Iterator[Found]:
    """Every difference in what `additionalProperties` and `unevaluatedProperties` leave and allow."""
    opaque = old.opaque or new.opaque
    if opaque:
        yield from _conditional_rest(sides)
    closings = _closings(old, opaque=opaque), _closings(new, opaque=opaque)
    for before, now in pair_up(*closings, _closing_keys(sides)):
        if shown := now or before:
            yield from _closing(sides, before, now, shown)


def _closing(sides: Sides, before: Closing | None, now: Closing | None, shown: Closing) -> Iterator[Found]:
    name = f"{'additional' if shown.keyword == 'additionalProperties' else 'unevaluated'}-properties"
    pair = (
        sides.old_schemas.at(before.pointer) if before else ANYTHING,
        sides.new_schemas.at(now.pointer) if now else ANYTHING,
    )
    closed = sides.old_schemas.accepts_nothing(pair[0]), sides.new_schemas.accepts_nothing(pair[1])
    if before and now and closed[0] == closed[1]:
        yield from _excepted(name, before, now)
        yield Edge(pair, "/*")
    elif before and now and before.patterns != now.patterns:
        yield Difference(f"{name}-changed", Effect.EITHER, now.pointer, sorted(before.patterns), sorted(now.patterns))
    else:
        yield from _opened_or_closed(sides, name, pair, shown.pointer)


def _excepted(name: str, before: Closing, now: Closing) -> Iterator[Difference]:
    """A difference in the patterns of names that are not left to a closing."""
    if before.patterns != now.patterns:
        change, effect = _grown(before.patterns, now.patterns)
        yield Difference(f"{name}-{change}", effect, now.pointer, sorted(before.patterns), sorted(now.patterns))


def _grown(before: frozenset[str], now: frozenset[str]) -> tuple[str, Effect]:
    """What it does to the accepted objects, and how rules call it, that members with other names are excepted now."""
    if before < now:
        return "opened", Effect.WIDER
    return ("restricted", Effect.NARROWER) if now < before else ("changed", Effect.EITHER)


def _closings(members: Members, *, opaque: bool) -> list[Closing]:
    return [item for item in members.closings if not (opaque and item.keyword == "unevaluatedProperties")]


def _closing_keys(sides: Sides) -> list[Keys[Closing]]:
    """By what a closing is known again: what it leaves to whom, then what it leaves."""

    def old(closing: Closing) -> object:
        return closing.patterns, sides.meanings.old(sides.old_schemas.at(closing.pointer))

    def new(closing: Closing) -> object:
        return closing.patterns, sides.meanings.new(sides.new_schemas.at(closing.pointer))

    def kind(closing: Closing) -> object:
        return closing.keyword, closing.patterns

    return [(old, new), (kind, kind), ANY]


def _opened_or_closed(sides: Sides, name: str, pair: Pair, pointer: str) -> Iterator[Difference]:
    open_before = sides.old_schemas.accepts_anything(pair[0])
    open_now = sides.new_schemas.accepts_anything(pair[1])
    if open_before and open_now:
        return
    if open_before or sides.new_schemas.accepts_nothing(pair[1]):
        yield Difference(f"{name}-restricted", Effect.NARROWER, pointer, *sides.written(pair))
    else:
        yield Difference(f"{name}-opened", Effect.WIDER, pointer, *sides.written(pair))


def _conditional_rest(sides: Sides) -> Iterator[Difference]:
    """What `unevaluatedProperties` leaves depends on the branch an instance takes: any difference there may move it."""
    before, now = (view.all("unevaluatedProperties") for view in (sides.old, sides.new))
    name = "unevaluated-properties"
    if not before:
        yield Difference(f"{name}-restricted", Effect.NARROWER, now[0].pointer, new=now[0].value)
    elif not now:
        yield Difference(f"{name}-opened", Effect.WIDER, before[0].pointer, old=before[0].value)
    else:
        old = [_evaluated(sides.old_schemas, sides.meanings.old, found.pointer) for found in before]
        new = [_evaluated(sides.new_schemas, sides.meanings.new, found.pointer) for found in now]
        if Counter(old) != Counter(new):
            change, effect = "changed", Effect.EITHER
            if len(old) == len(new) == 1 and old[0][1] == new[0][1]:
                change, effect = _grown(old[0][0], new[0][0])
            yield Difference(f"{name}-{change}", effect, now[0].pointer, *sides.written(sides.pair))


_CHOOSING = CONDITIONAL | {"then", "else", "additionalProperties", "unevaluatedProperties"}


def _evaluated(
    schemas: Schemas, meaning: Callable[[Conjunction], Meaning], pointer: str
) -> tuple[frozenset[str], frozenset[object]]:
    """Which members are always evaluated beside an `unevaluatedProperties`, and what decides on the others."""
    named: set[str] = set()
    choices: Counter[object] = Counter()
    for part in schemas.at(pointer.rpartition("/")[0]):
        for keyword, places in subschemas(schemas, Place("schema", part, schemas.node(part))).items():
            if keyword in {"properties", "patternProperties"}:
                named |= places.keys()
            elif keyword in _CHOOSING:
                choices.update((at, frozenset(Counter(map(meaning, group)).items())) for at, group in places.items())
    return frozenset(named), frozenset(choices.items())
