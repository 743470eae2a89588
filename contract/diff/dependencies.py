"""Compare what two views ask of an object once it holds a certain property."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from contract.diff.model import Difference, Effect
from contract.diff.normal import refusing_keywords
from contract.pointers import escape

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

    from contract.diff.keywords import Found as Value
    from contract.diff.normal import Schemas, View
    from contract.diff.pairs import Found, Sides

    Needs: TypeAlias = dict[tuple[str, str], Value]
    """What an object needs beside a property: for each pair of names, where that stands."""

__all__ = ["compare_dependencies"]


def compare_dependencies(sides: Sides) -> Iterator[Found]:
    """Every difference in what a property brings with it; that it requires others can be said in two ways."""
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
