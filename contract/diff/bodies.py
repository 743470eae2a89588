"""Compare bodies: whether there is one, its media types, and what each of them holds."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from contract.diff.encodings import compare_encodings
from contract.diff.prose import compare_prose, with_examples

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from contract.diff.model import Change
    from contract.diff.places import Place
    from contract.diff.walk import Walker
    from contract.operations import Media, Operation

__all__ = ["compare_body", "compare_media"]


def compare_body(walker: Walker, old: Operation, new: Operation, place: Place) -> Iterator[Change]:
    """Every change between the bodies that two versions of an operation, webhook or callback are sent with."""
    place = replace(place, subject="body")
    at, was, becomes = f"{new.pointer}/requestBody", bool(old.body), bool(new.body)
    if was and becomes:
        if old.body_required != new.body_required:
            rule = f"{place.direction}-body-became-{'required' if new.body_required else 'optional'}"
            yield place.change(rule, at, old.body_required, new.body_required)
        yield from compare_media(walker, old.body, new.body, place)
        before, _ = walker.old_schemas.contract.resolve(old.node["requestBody"])
        now, stands = walker.new_schemas.contract.resolve(new.node["requestBody"], at)
        yield from compare_prose(place, stands, before, now)
    elif becomes:
        rule = f"{place.direction}-{'required' if new.body_required else 'optional'}-body-added"
        yield place.change(rule, at, new=[media.type for media in new.body])
    elif was:
        rule = f"{place.direction}-{'required' if old.body_required else 'optional'}-body-removed"
        yield place.change(rule, f"{old.pointer}/requestBody", old=[media.type for media in old.body])


def compare_media(walker: Walker, old: Sequence[Media], new: Sequence[Media], place: Place) -> Iterator[Change]:
    """Every change between two sets of media types that a body may have."""
    before, now = _keyed(old), _keyed(new)
    for key, becomes in now.items():
        if was := before.get(key) or _range(before, key):
            yield from _both(walker, was, becomes, place)
        if key not in before and not _range(before, key):
            yield place.change(f"{place.direction}-media-type-added", becomes.pointer, new=becomes.type)
    for key, was in before.items():
        if key in now:
            continue
        if covering := _range(now, key):
            yield from _both(walker, was, covering, place)
        elif place.direction == "request" or not any(_covers(key, other) for other in now):
            yield place.change(f"{place.direction}-media-type-removed", was.pointer, old=was.type)


def _keyed(media: Sequence[Media]) -> dict[str, Media]:
    """Media types by what they are, however they are written; JSON is UTF-8 by itself (RFC 8259, section 8.1)."""
    keyed = {}
    for item in media:
        key = re.sub(r"\s", "", item.type).lower()
        keyed[key.removesuffix(";charset=utf-8") if item.is_json else key] = item
    return keyed


def _range(media: Mapping[str, Media], key: str) -> Media | None:
    """The narrowest range (`application/*`, `*/*`) among media types that covers another one."""
    covering = sorted((other for other in media if _covers(other, key)), key=len, reverse=True)
    return media[covering[0]] if covering else None


def _covers(wide: str, key: str) -> bool:
    """Whether a range of media types is wider than another (OpenAPI 3.1.1, Media Type Object)."""
    return wide != key and (wide == "*/*" or (wide.endswith("/*") and key.startswith(wide[:-1])))


def _both(walker: Walker, old: Media, new: Media, place: Place) -> Iterator[Change]:
    yield from place.schema_changes(walker, old.schema, new.schema)
    yield from compare_encodings(walker, old, new, place)
    contracts = walker.old_schemas.contract, walker.new_schemas.contract
    nodes = with_examples(contracts[0], old.node), with_examples(contracts[1], new.node)
    yield from compare_prose(place, new.pointer, *nodes)
