"""Compare what two views say of the members of an object."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, TypeAlias

from contract.diff.matching import ANY, pair_up
from contract.diff.meaning import subschemas
from contract.diff.members import CONDITIONAL, Members
from contract.diff.model import ABSENT, Difference, Effect
from contract.diff.normal import A_NAME, ANYTHING, refusing_keywords
from contract.diff.pairs import Edge
from contract.language import Place
from contract.pointers import escape

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Mapping

    from contract.diff.keywords import Found as Value
    from contract.diff.matching import Keys
    from contract.diff.meaning import Meaning
    from contract.diff.members import Closing
    from contract.diff.normal import Conjunction, Schemas, View
    from contract.diff.pairs import Found, Pair, Sides

    Needs: TypeAlias = dict[tuple[str, str], Value]
    """What an object needs beside a property: for each pair of names, where that stands."""

__all__ = ["compare_objects"]


def compare_objects(sides: Sides) -> Iterator[Found]:
    """Every difference that an object can meet; both views accept objects."""
    spelling: dict[str, str] = {}
    old = Members.of(sides.old_schemas, sides.old, spelling)
    new = Members.of(sides.new_schemas, sides.new, spelling)
    for name in sorted(old.names | new.names):
        yield from _member(sides, name, old, new)
    yield from _required(sides, old, new)
    yield from _dependencies(sides)
    for pattern in sorted(old.patterns.keys() | new.patterns.keys()):
        if any(pattern not in side.patterns and side.refuses(pattern) for side in (old, new)):
            continue  # what the other side leaves to nobody says it
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


def _dependencies(sides: Sides) -> Iterator[Found]:
    """What an object must keep when it holds a certain property. What it then requires can be said in two ways."""
    old, new = _by_trigger(sides.old), _by_trigger(sides.new)
    plain = {
        trigger
        for trigger in old.keys() ^ new.keys()
        if _only_requires(sides.old_schemas, old.get(trigger, []))
        and _only_requires(sides.new_schemas, new.get(trigger, []))
    }
    for trigger in sorted((old.keys() | new.keys()) - plain):
        pair = sides.join(old.get(trigger, []), new.get(trigger, []))
        yield from sides.child("dependent-schemas", pair, declared=sides.declared, about=trigger)
    before = _said(sides.old), _implied(sides.old_schemas, old)
    now = _said(sides.new), _implied(sides.new_schemas, new)
    for (trigger, name), found in _lacking(now, before, plain, sides.old.required).items():
        value = {trigger: [name]}
        yield Difference("dependent-required-added", Effect.NARROWER, found.pointer, new=value, name=trigger)
    for (trigger, name), found in _lacking(before, now, plain, sides.new.required).items():
        value = {trigger: [name]}
        yield Difference("dependent-required-removed", Effect.WIDER, found.pointer, old=value, name=trigger)


def _only_requires(schemas: Schemas, places: list[str]) -> bool:
    """Whether the schemas at some places do no more than to require properties."""
    nodes = map(schemas.node, schemas.join(places))
    return all(isinstance(node, dict) and refusing_keywords(node) <= {"required"} for node in nodes)


def _said(view: View) -> Needs:
    return {
        (trigger, name): found
        for found in view.all("dependentRequired")
        for trigger, names in found.value.items()
        for name in names
        if name != trigger
    }


def _implied(schemas: Schemas, by_trigger: Mapping[str, list[str]]) -> Needs:
    return {
        (trigger, name): found
        for trigger, places in by_trigger.items()
        for name, found in schemas.view(schemas.join(places)).required.items()
        if name != trigger
    }


def _lacking(here: tuple[Needs, Needs], there: tuple[Needs, Needs], plain: set[str], required: Container[str]) -> Needs:
    """What one side says is needed and the other does not; schemas that are compared as such say it for themselves."""
    (said, implied), (also_said, also_implied) = here, there
    told = said | {key: found for key, found in implied.items() if key[0] in plain}
    known = also_said.keys() | also_implied.keys()
    return {key: found for key, found in told.items() if key not in known and key[1] not in required}


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
