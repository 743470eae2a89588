"""Compare two views keyword by keyword where a keyword refuses an instance by itself."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, lcm
from typing import TYPE_CHECKING, Any

from contract.diff.expressions import same_meaning
from contract.diff.keywords import TYPED_KEYWORDS, Found, canonical, format_types, type_of
from contract.diff.model import ABSENT, Difference, Effect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from contract.diff.normal import View

__all__ = ["LIMITS", "compare_assertions"]


@dataclass(frozen=True)
class Limit:
    """A keyword that bounds a size.

    Attributes:
        keyword: As JSON Schema names it.
        name: As rules name it.
        upper: Whether it is a most; else it is a least, and 0 means no limit.
    """

    keyword: str
    name: str
    upper: bool

    def strictest(self, found: Sequence[Found]) -> Found | None:
        """The value that decides when several apply."""
        real = [item for item in found if self.upper or item.value > 0]
        pick = min if self.upper else max
        return pick(real, key=lambda item: item.value, default=None)


LIMITS = (
    Limit("maxLength", "max-length", upper=True),
    Limit("minLength", "min-length", upper=False),
    Limit("maxItems", "max-items", upper=True),
    Limit("minItems", "min-items", upper=False),
    Limit("maxProperties", "max-properties", upper=True),
    Limit("minProperties", "min-properties", upper=False),
)


def compare_assertions(old: View, new: View) -> Iterator[Difference]:
    """Every difference between the assertions of two views. A keyword counts only for types that both accept."""
    common = old.types & new.types
    if old.values is not None and new.values is not None:
        if old.values.keys() == new.values.keys():
            return
        yield from _values(old, new)
        if old.values == old.listed and new.values == new.listed:
            return  # nothing else refuses any of them
    else:
        yield from _values(old, new)
        yield from _types(old, new)
    for limit in LIMITS:
        if TYPED_KEYWORDS[limit.keyword] & common:
            yield from compare_limit(limit, old.all(limit.keyword), new.all(limit.keyword))
    if common & TYPED_KEYWORDS["minimum"]:
        yield from _range(old, new, whole="fraction" not in common)
        yield from _multiple_of(old, new, whole="fraction" not in common)
    if "array" in common:
        yield from _unique_items(old, new)
    if "string" in common:
        yield from _texts("pattern", old.all("pattern"), new.all("pattern"))
    yield from _texts(
        "format",
        *([found for found in view.all("format") if format_types(found.value) & common] for view in (old, new)),
    )


def _types(old: View, new: View) -> Iterator[Difference]:
    lost, gained = old.types - new.types, new.types - old.types
    pointer = _first(new, "type", old)
    for types, effect, name in (
        (gained, Effect.WIDER, "became-nullable"),
        (lost, Effect.NARROWER, "became-not-nullable"),
    ):
        if types == {"null"} and (old.types & new.types) - {"null"}:
            yield Difference(name, effect, pointer, _type_names(old.types), _type_names(new.types))
            lost, gained = lost - {"null"}, gained - {"null"}
    effect = (Effect.NARROWER if lost else Effect.NONE) | (Effect.WIDER if gained else Effect.NONE)
    if effect:
        change = {Effect.NARROWER: "type-narrowed", Effect.WIDER: "type-widened"}.get(effect, "type-changed")
        yield Difference(change, effect, pointer, _type_names(old.types), _type_names(new.types))


def _type_names(types: frozenset[str]) -> list[str]:
    """Types as a contract writes them: `number` for both of its parts."""
    named = types - {"integer", "fraction"}
    if "fraction" in types:
        named |= {"number"}
    elif "integer" in types:
        named |= {"integer"}
    return sorted(named)


def _first(view: View, keyword: str, other: View) -> str:
    """Where a keyword stands: in the first view, else in the other, else where the first view begins."""
    for found in (*view.all(keyword), *other.all(keyword)):
        return found.pointer
    return next(iter((*view.schema, *other.schema)), "")


def _values(old: View, new: View) -> Iterator[Difference]:
    if old.listed is None and new.listed is None:
        return
    if _takes_every(old, new.listed) or _takes_every(new, old.listed):
        return
    keyword = "const" if not (old.all("enum") or new.all("enum")) else "enum"
    pointer = _first(new, keyword, old)
    listed = [ABSENT if view.listed is None else list(view.listed.values()) for view in (old, new)]
    before, now = (
        values[0] if keyword == "const" and isinstance(values, list) and values else values for values in listed
    )
    if old.listed is None:
        yield Difference(f"{keyword}-added", Effect.NARROWER, pointer, before, now)
    elif new.listed is None:
        yield Difference(f"{keyword}-removed", Effect.WIDER, pointer, before, now)
    elif keyword == "const" and old.listed.keys() != new.listed.keys():
        yield Difference("const-changed", Effect.EITHER, pointer, before, now)
    else:
        for key in old.listed.keys() - new.listed.keys():
            yield Difference("enum-value-removed", Effect.NARROWER, pointer, old=old.listed[key])
        for key in new.listed.keys() - old.listed.keys():
            yield Difference("enum-value-added", Effect.WIDER, pointer, new=new.listed[key])


def _takes_every(view: View, values: Mapping[str, Any] | None) -> bool:
    """Whether a list of values holds all that there are for a view without one: `true`, `false` and `null`."""
    if view.values is not None or values is None or not view.types <= {"boolean", "null"}:
        return False
    return {canonical(value) for value in (True, False, None) if type_of(value) <= view.types} <= values.keys()


def compare_limit(limit: Limit, old: Sequence[Found], new: Sequence[Found]) -> Iterator[Difference]:
    """The difference in a size, whichever of several limits decides."""
    before, now = limit.strictest(old), limit.strictest(new)
    yield from _bound(limit.name, before, now, upper=limit.upper)


def _bound(name: str, before: Found | None, now: Found | None, *, upper: bool) -> Iterator[Difference]:
    if before is None and now is not None:
        yield Difference(f"{name}-added", Effect.NARROWER, now.pointer, new=now.value)
    elif now is None and before is not None:
        yield Difference(f"{name}-removed", Effect.WIDER, before.pointer, old=before.value)
    elif before is not None and now is not None and before.value != now.value:
        less = now.value < before.value
        effect = Effect.NARROWER if less == upper else Effect.WIDER
        change = f"{name}-{'decreased' if less else 'increased'}"
        yield Difference(change, effect, now.pointer, before.value, now.value)


def _range(old: View, new: View, *, whole: bool) -> Iterator[Difference]:
    for inclusive, exclusive, upper in (
        ("minimum", "exclusiveMinimum", False),
        ("maximum", "exclusiveMaximum", True),
    ):
        before, now = (_strictest(view, inclusive, exclusive, upper=upper) for view in (old, new))
        if before and now:
            yield from _moved(inclusive, before, now, upper=upper, whole=whole)
        elif shown := before or now:
            name = ("exclusive-" if shown[1] else "") + inclusive
            yield from _bound(name, before and before[0], now and now[0], upper=upper)


def _moved(
    inclusive: str, before: tuple[Found, bool], now: tuple[Found, bool], *, upper: bool, whole: bool
) -> Iterator[Difference]:
    """A bound that is elsewhere now, or leaves out its own value, or does so no longer."""
    (was, was_exclusive), (becomes, exclusive) = before, now
    edges = [_edge(bound, upper=upper, whole=whole) for bound in (before, now)]
    if edges[0] == edges[1]:
        return
    if was_exclusive == exclusive:
        yield from _bound(("exclusive-" if exclusive else "") + inclusive, was, becomes, upper=upper)
    else:
        effect = Effect.NARROWER if (edges[1] > edges[0]) != upper else Effect.WIDER
        change = f"{inclusive}-became-{'exclusive' if exclusive else 'inclusive'}"
        yield Difference(change, effect, becomes.pointer, was.value, becomes.value)


def _edge(bound: tuple[Found, bool], *, upper: bool, whole: bool) -> tuple[float, int]:
    """Where a bound lies among numbers: an exclusive one just inside an inclusive one of the same value."""
    (found, exclusive), inside = bound, -1 if upper else 1
    if not whole:
        return found.value, inside * exclusive
    if upper:
        return (ceil(found.value) - 1 if exclusive else floor(found.value)), 0
    return (floor(found.value) + 1 if exclusive else ceil(found.value)), 0


def _strictest(view: View, inclusive: str, exclusive: str, *, upper: bool) -> tuple[Found, bool] | None:
    bounds = [(found, False) for found in view.all(inclusive)] + [(found, True) for found in view.all(exclusive)]
    sign = -1 if upper else 1
    return max(bounds, key=lambda bound: (sign * bound[0].value, bound[1]), default=None)


def _multiple_of(old: View, new: View, *, whole: bool) -> Iterator[Difference]:
    before, now = _common_multiple(old, whole=whole), _common_multiple(new, whole=whole)
    pointer = _first(new, "multipleOf", old)
    if before == now:
        return
    values = (ABSENT if before is None else _number(before), ABSENT if now is None else _number(now))
    if before is None:
        yield Difference("multiple-of-added", Effect.NARROWER, pointer, *values)
    elif now is None:
        yield Difference("multiple-of-removed", Effect.WIDER, pointer, *values)
    elif (now / before).denominator == 1:
        yield Difference("multiple-of-narrowed", Effect.NARROWER, pointer, *values)
    elif (before / now).denominator == 1:
        yield Difference("multiple-of-widened", Effect.WIDER, pointer, *values)
    else:
        yield Difference("multiple-of-changed", Effect.EITHER, pointer, *values)


def _common_multiple(view: View, *, whole: bool) -> Fraction | None:
    """The number of which a value must be a multiple when it must be one of several; None when any value will do."""
    found = [Fraction(str(item.value)) for item in view.all("multipleOf")] + [Fraction(1)] * whole
    if not found:
        return None
    base = lcm(*(number.denominator for number in found))
    common = Fraction(lcm(*(int(number * base) for number in found)), base)
    return None if whole and common == 1 else common


def _number(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else float(value)


def _unique_items(old: View, new: View) -> Iterator[Difference]:
    before, now = (any(found.value for found in view.all("uniqueItems")) for view in (old, new))
    if before != now:
        pointer = _first(new, "uniqueItems", old)
        change, effect = ("unique-items-added", Effect.NARROWER) if now else ("unique-items-removed", Effect.WIDER)
        yield Difference(change, effect, pointer, before, now)


NARROWER_FORMATS: Mapping[str, frozenset[str]] = {
    "uri": frozenset({"uri-reference", "iri", "iri-reference"}),
    "uri-reference": frozenset({"iri-reference"}),
    "iri": frozenset({"iri-reference"}),
    "email": frozenset({"idn-email"}),
    "hostname": frozenset({"idn-hostname"}),
    "int32": frozenset({"int64"}),
    "float": frozenset({"double"}),
}
"""For each format, those that every value of it has as well (JSON Schema validation, section 7.3)."""


def _texts(keyword: str, old: Sequence[Found], new: Sequence[Found]) -> Iterator[Difference]:
    """Patterns or formats, of which several can apply at once."""
    same = same_meaning if keyword == "pattern" else str.__eq__
    before = {found.value: found for found in old}
    now = {found.value: found for found in new}
    gone = [found for value, found in before.items() if not any(same(value, other) for other in now)]
    come = [found for value, found in now.items() if not any(same(value, other) for other in before)]
    for was, becomes in zip(gone, come, strict=False):
        change, effect = _text_change(keyword, was.value, becomes.value)
        yield Difference(change, effect, becomes.pointer, was.value, becomes.value)
    for found in gone[len(come) :]:
        yield Difference(f"{keyword}-removed", Effect.WIDER, found.pointer, old=found.value)
    for found in come[len(gone) :]:
        yield Difference(f"{keyword}-added", Effect.NARROWER, found.pointer, new=found.value)


def _text_change(keyword: str, old: str, new: str) -> tuple[str, Effect]:
    if keyword == "format" and old in NARROWER_FORMATS.get(new, ()):
        return "format-narrowed", Effect.NARROWER
    if keyword == "format" and new in NARROWER_FORMATS.get(old, ()):
        return "format-widened", Effect.WIDER
    return f"{keyword}-changed", Effect.EITHER
