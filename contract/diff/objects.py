"""Compare what two views say of the members of an object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contract.diff.matching import ANY, pair_up
from contract.diff.members import Members
from contract.diff.model import ABSENT, Difference, Effect
from contract.diff.normal import A_NAME, ANYTHING
from contract.diff.pairs import Edge
from contract.pointers import escape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contract.diff.keywords import Found as Value
    from contract.diff.matching import Keys
    from contract.diff.members import Closing
    from contract.diff.normal import Conjunction, Schemas, View
    from contract.diff.pairs import Found, Pair, Sides

__all__ = ["compare_objects"]


def compare_objects(sides: Sides) -> Iterator[Found]:
    """Every difference that an object can meet; both views accept objects."""
    old, new = Members.of(sides.old_schemas, sides.old), Members.of(sides.new_schemas, sides.new)
    for name in sorted(old.names | new.names):
        yield from _member(sides, name, old, new)
    yield from _required(sides, old, new)
    yield from _dependent_required(sides)
    yield from _dependent_schemas(sides)
    for pattern in sorted(old.patterns.keys() | new.patterns.keys()):
        pair = sides.join(old.patterns.get(pattern, []), new.patterns.get(pattern, []))
        yield from sides.child("pattern-properties", pair, "/*", about=pattern)
    yield from _rest(sides, old, new)
    yield from _names(sides)


def _member(sides: Sides, name: str, old: Members, new: Members) -> Iterator[Found]:
    pair = old.schema_of(name), new.schema_of(name)
    if (name in old.named) == (name in new.named):
        yield Edge(pair, f"/{escape(name)}")
    elif name in new.named:
        yield from _added(sides, name, pair, new)
    else:
        yield from _removed(sides, name, pair, old)


def _added(sides: Sides, name: str, pair: Pair, new: Members) -> Iterator[Found]:
    if sides.new_schemas.accepts_nothing(pair[1]):
        if not sides.old_schemas.accepts_nothing(pair[0]):
            yield Difference("property-forbidden", Effect.NARROWER, new.named[name][0], *sides.written(pair), name)
        return
    effect, compared = _appearance(pair[0], pair[1], sides.old_schemas, sides.new_schemas)
    required = name in sides.new.required and name not in sides.old.required
    change = f"{'required' if required else 'optional'}-property-added"
    effect |= Effect.NARROWER if required else Effect.NONE
    yield Difference(change, effect, new.named[name][0], new=_shown(sides.written(pair)[1]), name=name)
    if compared:
        yield Edge(pair, f"/{escape(name)}")


def _removed(sides: Sides, name: str, pair: Pair, old: Members) -> Iterator[Found]:
    if sides.old_schemas.accepts_nothing(pair[0]):
        if not sides.new_schemas.accepts_nothing(pair[1]):
            yield Difference("property-allowed", Effect.WIDER, old.named[name][0], *sides.written(pair), name)
        return
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


def _dependent_required(sides: Sides) -> Iterator[Difference]:
    old, new = _dependencies(sides.old), _dependencies(sides.new)
    for (trigger, name), found in new.items():
        if (trigger, name) not in old and name not in sides.old.required:
            value = {trigger: [name]}
            yield Difference("dependent-required-added", Effect.NARROWER, found.pointer, new=value, name=trigger)
    for (trigger, name), found in old.items():
        if (trigger, name) not in new and name not in sides.new.required:
            value = {trigger: [name]}
            yield Difference("dependent-required-removed", Effect.WIDER, found.pointer, old=value, name=trigger)


def _dependencies(view: View) -> dict[tuple[str, str], Value]:
    return {
        (trigger, name): found
        for found in view.all("dependentRequired")
        for trigger, names in found.value.items()
        for name in names
        if name != trigger
    }


def _dependent_schemas(sides: Sides) -> Iterator[Found]:
    old, new = _by_trigger(sides.old), _by_trigger(sides.new)
    for trigger in sorted(old.keys() | new.keys()):
        pair = sides.join(old.get(trigger, []), new.get(trigger, []))
        yield from sides.child("dependent-schemas", pair, declared=sides.declared, about=trigger)


def _by_trigger(view: View) -> dict[str, list[str]]:
    places: dict[str, list[str]] = {}
    for found in view.all("dependentSchemas"):
        for trigger in found.value:
            places.setdefault(trigger, []).append(f"{found.pointer}/{escape(trigger)}")
    return places


def _rest(sides: Sides, old: Members, new: Members) -> Iterator[Found]:
    """The members that nothing names: those left to `additionalProperties` and `unevaluatedProperties`."""
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
    if before and now and before.patterns != now.patterns:
        yield Difference(f"{name}-changed", Effect.EITHER, now.pointer, sorted(before.patterns), sorted(now.patterns))
    elif before and now and closed[0] == closed[1]:
        yield Edge(pair, "/*")
    else:
        yield from _opened_or_closed(sides, name, pair, shown.pointer)


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
    """What `unevaluatedProperties` leaves depends on the branch an instance takes: any difference below may move it."""
    before, now = (view.all("unevaluatedProperties") for view in (sides.old, sides.new))
    if not before:
        yield Difference("unevaluated-properties-restricted", Effect.NARROWER, now[0].pointer, new=now[0].value)
    elif not now:
        yield Difference("unevaluated-properties-opened", Effect.WIDER, before[0].pointer, old=before[0].value)
    elif sides.meanings.old(sides.pair[0]) != sides.meanings.new(sides.pair[1]):
        yield Difference("unevaluated-properties-changed", Effect.EITHER, now[0].pointer, *sides.written(sides.pair))
