"""Compare how the parts of a body are encoded (OpenAPI 3.1.1, Encoding Object)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from contract.diff.arrays import item_places
from contract.diff.headers import compare_headers
from contract.diff.keywords import canonical
from contract.diff.members import Members
from contract.diff.prose import compare_prose
from contract.language import is_extension
from contract.pointers import escape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contract.diff.model import Change
    from contract.diff.normal import Conjunction, Schemas
    from contract.diff.places import Place
    from contract.diff.walk import Walker
    from contract.operations import Media

__all__ = ["compare_encodings"]


def compare_encodings(walker: Walker, old: Media, new: Media, place: Place) -> Iterator[Change]:
    """Every change in how the parts are encoded that either version says something of."""
    before, now = old.node.get("encoding", {}), new.node.get("encoding", {})
    for name in dict.fromkeys([*before, *now]):
        was, becomes = before.get(name, {}), now.get(name, {})
        at = [f"{media.pointer}/encoding/{escape(name)}" for media in (old, new)]
        pointer = at[1] if name in now else at[0]
        named = replace(place, name=f"part `{name}` of the {place.name}")
        written = _written(walker.old_schemas, old, name, was), _written(walker.new_schemas, new, name, becomes)
        if canonical(written[0]) != canonical(written[1]):
            yield named.change(f"{place.direction}-encoding-changed", pointer, *written)
        yield from compare_headers(walker, (at[0], was), (at[1], becomes), named)
        yield from compare_prose(named, pointer, was, becomes)


def _written(schemas: Schemas, media: Media, name: str, encoding: Mapping[str, Any]) -> dict[str, Any]:
    """How a part is written, with what OpenAPI puts in where its media type is left out."""
    said = {key: value for key, value in encoding.items() if not (key == "headers" or is_extension(key))}
    view = schemas.view(schemas.at(media.schema))
    types = said.get("contentType") or _usual(schemas, Members.of(schemas, view).schema_of(name))
    return said | {"contentType": ", ".join(sorted(part.strip().lower() for part in types.split(",")))}


def _usual(schemas: Schemas, schema: Conjunction, depth: int = 3) -> str:
    """The media type of a part of which none is said."""
    types = schemas.possible_types(schema) - {"null"}
    if types == {"object"}:
        return "application/json"
    if types == {"array"} and depth:
        return _usual(schemas, schemas.join(item_places(schemas.view(schema), None)), depth - 1)
    return "text/plain" if types and not types & {"object", "array"} else "application/octet-stream"
