"""Compare what two views say through `anyOf`, `oneOf`, `not` and `if`: further schemas for the same instance."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

from contract.diff.keywords import Found as Value
from contract.diff.keywords import canonical
from contract.diff.matching import ANY, pair_up
from contract.diff.members import Members
from contract.diff.model import Difference, Effect
from contract.diff.pairs import Edge
from contract.language import ASSERTIONS, GRAMMAR

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from contract.diff.meaning import Meaning
    from contract.diff.normal import Conjunction, Schemas, View
    from contract.diff.pairs import Found, Sides
    from contract.diff.unions import Union

__all__ = ["compare_combinations", "compare_lifted"]


def compare_combinations(sides: Sides) -> Iterator[Found]:
    """Every difference in the schemas that apply to the same instance on a condition."""
    yield from _unions(sides)
    yield from _negations(sides)
    yield from _conditions(sides)


def compare_lifted(sides: Sides) -> list[Found] | None:
    """Compare a schema with a union that took its place, as one branch beside others; None when no union did."""
    if sides.old_schemas.accepts_anything(sides.pair[0]) or sides.new_schemas.accepts_anything(sides.pair[1]):
        return None  # no schema is no branch
    if not sides.old.unions and _is_union(sides.new):
        return list(_union(sides, _alone(sides.new, sides.pair[0], sides.old_schemas), sides.new.unions[0]))
    if not sides.new.unions and _is_union(sides.old):
        return list(_union(sides, sides.old.unions[0], _alone(sides.old, sides.pair[1], sides.new_schemas)))
    return None


def _alone(view: View, branch: Conjunction, schemas: Schemas) -> Union:
    """A schema as the only branch of a union like that of a view."""
    return replace(view.unions[0], branches=(branch,), value=schemas.written(branch), exclusive=False)


def _is_union(view: View) -> bool:
    """Whether a view consists of one union and nothing else that refuses."""
    return len(view.unions) == 1 and not view.keywords.keys() & (ASSERTIONS | GRAMMAR["schema"].keys()) - {
        view.unions[0].keyword,
        "allOf",
    }


def _unions(sides: Sides) -> Iterator[Found]:
    def old(union: Union) -> frozenset[Meaning]:
        return frozenset(map(sides.meanings.old, union.branches))

    def new(union: Union) -> frozenset[Meaning]:
        return frozenset(map(sides.meanings.new, union.branches))

    def same(keys: Callable[[Union], object]) -> Callable[[Union], object]:
        return lambda union: (union.keyword, keys(union))

    keys = [(same(old), same(new)), (old, new), ANY]
    for before, now in pair_up(sides.old.unions, sides.new.unions, keys):
        if before is None and now is not None:
            yield Difference(f"{_name(now)}-added", Effect.NARROWER, now.pointer, new=now.value)
        elif now is None and before is not None:
            yield Difference(f"{_name(before)}-removed", Effect.WIDER, before.pointer, old=before.value)
        elif before is not None and now is not None:
            yield from _union(sides, before, now)


def _name(union: Union) -> str:
    return "any-of" if union.keyword == "anyOf" else "one-of"


def _union(sides: Sides, before: Union, now: Union) -> Iterator[Found]:
    exclusive = _overlaps(sides.old_schemas, before), _overlaps(sides.new_schemas, now)
    name = "one-of" if any(exclusive) else _name(now)
    changed = Difference(f"{name}-changed", Effect.EITHER, now.pointer, before.value, now.value)
    if exclusive[0] != exclusive[1]:
        yield _turned(sides, before, now) or changed
    came, went = (Effect.EITHER, Effect.EITHER) if any(exclusive) else (Effect.WIDER, Effect.NARROWER)
    for old, new in pair_up(before.branches, now.branches, _branch_keys(sides)):
        if old is None and new is not None:
            yield Difference(f"{name}-branch-added", came, _at(new, now), new=sides.new_schemas.written(new))
        elif new is None and old is not None:
            yield Difference(f"{name}-branch-removed", went, _at(old, before), old=sides.old_schemas.written(old))
        elif old is not None and new is not None:
            stands_for = changed if any(exclusive) else None
            yield Edge((old, new), stands_for=stands_for, declared=sides.declared)


def _turned(sides: Sides, before: Union, now: Union) -> Difference | None:
    """A union whose branches are as before while one or several of them may match; None when they are not."""
    if Counter(map(sides.meanings.old, before.branches)) != Counter(map(sides.meanings.new, now.branches)):
        return None
    change, effect = (
        ("any-of-became-one-of", Effect.NARROWER) if now.keyword == "oneOf" else ("one-of-became-any-of", Effect.WIDER)
    )
    return Difference(change, effect, now.pointer, before.keyword, now.keyword)


def _at(branch: Conjunction, union: Union) -> str:
    return branch[0] if branch else f"{union.pointer}/{union.branches.index(branch)}"


def _overlaps(schemas: Schemas, union: Union) -> bool:
    """Whether only one branch may match although two could."""
    return union.exclusive and not all(_disjoint(schemas, *pair) for pair in combinations(union.branches, 2))


def _disjoint(schemas: Schemas, one: Conjunction, other: Conjunction, depth: int = 3) -> bool:
    """Whether no instance keeps both schemas, as far as that shows at once."""
    views = schemas.view(one), schemas.view(other)
    common = schemas.possible_types(one) & schemas.possible_types(other)
    values = views[0].values, views[1].values
    if not common or (values[0] is not None and values[1] is not None and not values[0].keys() & values[1].keys()):
        return True
    if common != {"object"} or not depth:
        return False
    members = Members.of(schemas, views[0]), Members.of(schemas, views[1])
    return any(
        _disjoint(schemas, members[0].schema_of(name), members[1].schema_of(name), depth - 1)
        for name in views[0].required.keys() | views[1].required.keys()
    )


def _branch_keys(sides: Sides) -> list[tuple[Callable[[Conjunction], object], Callable[[Conjunction], object]]]:
    """By what an old branch is known again among the new ones, the surest first."""

    def keys(schemas: Schemas, meaning: Callable[[Conjunction], Meaning]) -> list[Callable[[Conjunction], object]]:
        return [
            lambda branch: canonical(schemas.refusing(branch)),
            meaning,
            lambda branch: _component(branch) or _never(),
            lambda branch: _tags(schemas.view(branch)) or _never(),
            lambda branch: _never() if _component(branch) else _kind(schemas.view(branch)),
        ]

    old, new = keys(sides.old_schemas, sides.meanings.old), keys(sides.new_schemas, sides.meanings.new)
    return list(zip(old, new, strict=True))


def _component(branch: Conjunction) -> str:
    return next((pointer for pointer in branch if re.fullmatch(r"/components/schemas/[^/]*", pointer)), "")


def _never() -> object:
    """A key that no other branch has."""
    return object()


def _kind(view: View) -> tuple[frozenset[str], str]:
    return view.types, _tags(view)


def _tags(view: View) -> str:
    """The constants by which a reader tells an object's kind."""
    constants = [
        (name, canonical(node["const"]))
        for properties in view.all("properties")
        for name, node in properties.value.items()
        if isinstance(node, dict) and "const" in node
    ]
    return canonical(sorted(constants)) if constants else ""


def _negations(sides: Sides) -> Iterator[Found]:
    before_all, now_all = _refusing(sides.old_schemas, sides.old), _refusing(sides.new_schemas, sides.new)
    for before, now in pair_up(before_all, now_all, sides.by_meaning()):
        if before is None and now is not None:
            yield Difference("not-added", Effect.NARROWER, now.pointer, new=now.value)
        elif now is None and before is not None:
            yield Difference("not-removed", Effect.WIDER, before.pointer, old=before.value)
        elif before is not None and now is not None:
            pair = sides.join([before.pointer], [now.pointer])
            yield Edge(pair, negated=True, declared=sides.declared)


def _refusing(schemas: Schemas, view: View) -> list[Value]:
    """Each `not` that excludes anything."""
    return [found for found in view.all("not") if not schemas.accepts_nothing(schemas.at(found.pointer))]


def _conditions(sides: Sides) -> Iterator[Found]:
    for before, now in pair_up(_conditional(sides.old), _conditional(sides.new), sides.by_meaning("/if")):
        if before is None and now is not None:
            yield Difference("if-added", Effect.NARROWER, f"{now.pointer}/if", new=_clause(now))
        elif now is None and before is not None:
            yield Difference("if-removed", Effect.WIDER, f"{before.pointer}/if", old=_clause(before))
        elif before is not None and now is not None:
            changed = Difference("if-changed", Effect.EITHER, f"{now.pointer}/if", before.value["if"], now.value["if"])
            pair = sides.join([f"{before.pointer}/if"], [f"{now.pointer}/if"])
            yield Edge(pair, stands_for=changed)
            for keyword in ("then", "else"):
                places = ([f"{side.pointer}/{keyword}"] if keyword in side.value else [] for side in (before, now))
                yield from sides.child(keyword, sides.join(*places), declared=sides.declared)


def _conditional(view: View) -> list[Value]:
    """The schema objects whose `if` decides something."""
    return [Value(pointer, node) for pointer, node in view.holders("if").items() if node.keys() & {"then", "else"}]


def _clause(found: Value) -> dict[str, object]:
    return {key: found.value[key] for key in ("if", "then", "else") if key in found.value}
