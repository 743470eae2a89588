"""Compare what two views say without refusing anything: defaults, marks and prose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contract.diff.keywords import canonical
from contract.diff.model import ABSENT, Difference, Effect

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from contract.diff.keywords import Found
    from contract.diff.normal import View

__all__ = ["compare_annotations", "compare_prose"]

_MARKS = (
    ("deprecated", "deprecated", "deprecation-withdrawn"),
    ("readOnly", "became-read-only", "became-not-read-only"),
    ("writeOnly", "became-write-only", "became-not-write-only"),
)

_PROSE = (("title", "title"), ("description", "description"), ("examples", "examples"), ("$comment", "comment"))


def compare_annotations(old: View, new: View) -> Iterator[Difference]:
    """Every difference in what two views describe. Where several values apply, the outermost is meant.

    Of texts, what stands under the outermost is compared too, where it stands at the same place in both.
    """
    yield from _default(old, new)
    for keyword, came, went in _MARKS:
        before, now = _marked(old, keyword), _marked(new, keyword)
        if now and not before:
            yield Difference(came, Effect.NONE, now.pointer, new=True)
        elif before and not now:
            yield Difference(went, Effect.NONE, before.pointer, old=True)
    for keyword, name in _PROSE:
        yield from _texts(name, old.all(keyword), new.all(keyword))
    extensions = dict.fromkeys(key for view in (new, old) for key in view.keywords if key.startswith("x-"))
    for keyword in extensions:
        yield from _texts("extension", old.all(keyword), new.all(keyword))


def compare_prose(name: str, pointer: str, old: Any, new: Any) -> Iterator[Difference]:
    """A difference in a text that describes, if there is one."""
    if canonical(None if old is ABSENT else old) != canonical(None if new is ABSENT else new):
        yield Difference(f"{name}-changed", Effect.NONE, pointer, old, new)


def _first(view: View, keyword: str) -> Found | None:
    return next(iter(view.all(keyword)), None)


def _marked(view: View, keyword: str) -> Found | None:
    return next((found for found in view.all(keyword) if found.value is True), None)


def _texts(name: str, before: Sequence[Found], now: Sequence[Found]) -> Iterator[Difference]:
    outermost = next(iter(before), None), next(iter(now), None)
    known = {found.pointer: found for found in before}
    for was, becomes in (outermost, *((known[found.pointer], found) for found in now[1:] if found.pointer in known)):
        if found := becomes or was:
            values = (ABSENT if side is None else side.value for side in (was, becomes))
            yield from compare_prose(name, found.pointer, *values)


def _default(old: View, new: View) -> Iterator[Difference]:
    before, now = _first(old, "default"), _first(new, "default")
    if before and not now:
        yield Difference("default-removed", Effect.NONE, before.pointer, old=before.value)
    elif now and not before:
        yield Difference("default-added", Effect.NONE, now.pointer, new=now.value)
    elif before and now and canonical(before.value) != canonical(now.value):
        yield Difference("default-changed", Effect.NONE, now.pointer, before.value, now.value)
