"""Compare what two views say of the members of an object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contract.diff.closings import compare_closings
from contract.diff.dependencies import compare_dependencies
from contract.diff.members import Members
from contract.diff.model import ABSENT, Difference, Effect
from contract.diff.normal import A_NAME, ANYTHING
from contract.diff.pairs import Edge
from contract.pointers import escape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contract.diff.normal import Conjunction, Schemas
    from contract.diff.pairs import Found, Pair, Sides

__all__ = ["compare_objects"]


def compare_objects(sides: Sides) -> Iterator[Found]:
    """Every difference that an object can meet; both views accept objects."""
    spelling: dict[str, str] = {}
    old = Members.of(sides.old_schemas, sides.old, spelling)
    new = Members.of(sides.new_schemas, sides.new, spelling)
    for name in sorted(old.names | new.names):
        yield from _member(sides, name, old, new)
    yield from _required(sides, old, new)
    yield from compare_dependencies(sides)
    for pattern in sorted(old.patterns.keys() | new.patterns.keys()):
        if any(pattern not in side.patterns and side.refuses(pattern) for side in (old, new)):
            continue  # what the other side leaves to nobody says it
        pair = sides.join(old.patterns.get(pattern, []), new.patterns.get(pattern, []))
        yield from sides.child("pattern-properties", pair, "/*", about=pattern)
    yield from compare_closings(sides, old, new)
    yield from _names(sides)


def _member(sides: Sides, name: str, old: Members, new: Members) -> Iterator[Found]:
    pair = old.schema_of(name), new.schema_of(name)
    refused = sides.old_schemas.accepts_nothing(pair[0]), sides.new_schemas.accepts_nothing(pair[1])
    if (name in new.named and refused[1]) or (name in old.named and refused[0]):
        yield from _forbidden(sides, name, pair, refused, (new.named.get(name) or old.named[name])[0])
    elif (name in old.named) == (name in new.named):
        yield Edge(pair, f"/{escape(name)}")
    elif name in new.named:
        yield from _added(sides, name, pair, new)
    else:
        yield from _removed(sides, name, pair, old)


def _forbidden(sides: Sides, name: str, pair: Pair, refused: tuple[bool, bool], at: str) -> Iterator[Difference]:
    """A property that is named by a schema that no value keeps, on one side or on both."""
    before, now = map(_shown, sides.written(pair))
    if refused == (False, True):
        yield Difference("property-forbidden", Effect.NARROWER, at, before, now, name)
    elif refused == (True, False):
        yield Difference("property-allowed", Effect.WIDER, at, before, now, name)


def _added(sides: Sides, name: str, pair: Pair, new: Members) -> Iterator[Found]:
    effect, compared = _appearance(pair[0], pair[1], sides.old_schemas, sides.new_schemas)
    required = name in sides.new.required and name not in sides.old.required
    change = f"{'required' if required else 'optional'}-property-added"
    effect |= Effect.NARROWER if required else Effect.NONE
    yield Difference(change, effect, new.named[name][0], new=_shown(sides.written(pair)[1]), name=name)
    if compared:
        yield Edge(pair, f"/{escape(name)}")


def _removed(sides: Sides, name: str, pair: Pair, old: Members) -> Iterator[Found]:
    effect, compared = _appearance(pair[1], pair[0], sides.new_schemas, sides.old_schemas)
    required = name in sides.old.required and name not in sides.new.required
    change = f"{'required' if required else 'optional'}-property-removed"
    effect = effect.flipped() | (Effect.WIDER if required else Effect.NONE)
    yield Difference(change, effect, old.named[name][0], old=_shown(sides.written(pair)[0]), name=name)
    if compared:
        yield Edge(pair, f"/{escape(name)}")


def _shown(written: Any) -> Any:
    """A schema as the report shows it; one that says nothing is `true`."""
    return True if written is ABSENT else written


def _appearance(absent: Conjunction, present: Conjunction, without: Schemas, within: Schemas) -> tuple[Effect, bool]:
    """What naming a property does to the accepted objects, and whether its schemas are to be compared as well."""
    if without.accepts_anything(absent):
        return (Effect.NONE if within.accepts_anything(present) else Effect.NARROWER), False
    if without.accepts_nothing(absent):
        return Effect.WIDER, False
    return Effect.NONE, True


def _names(sides: Sides) -> Iterator[Found]:
    """What names may be. They are strings, whether a schema says so or not."""
    places = ([found.pointer for found in view.all("propertyNames")] for view in (sides.old, sides.new))
    pair = sides.join(*places)
    strings = frozenset({"string"})
    free = sides.old_schemas.accepts_anything(pair[0], strings), sides.new_schemas.accepts_anything(pair[1], strings)
    if free[0] == free[1]:
        yield Edge(((*pair[0], A_NAME), (*pair[1], A_NAME)), " (names)")
    else:
        yield from sides.child("property-names", (ANYTHING, pair[1]) if free[0] else (pair[0], ANYTHING))


def _required(sides: Sides, old: Members, new: Members) -> Iterator[Difference]:
    """Properties that became required or optional; one that was added or removed at once is told of as that."""
    before, now = sides.old.required, sides.new.required
    for name in sorted(now.keys() - before.keys()):
        if name in old.named or name not in new.named:
            yield Difference("property-became-required", Effect.NARROWER, now[name].pointer, False, True, name)
    for name in sorted(before.keys() - now.keys()):
        if name in new.named or name not in old.named:
            yield Difference("property-became-optional", Effect.WIDER, before[name].pointer, True, False, name)
