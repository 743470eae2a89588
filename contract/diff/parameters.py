"""Compare parameters, and what they have in common with headers: how a value is written, and its schema."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from contract.diff.prose import compare_prose, with_examples
from contract.pointers import escape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contract.diff.model import Change
    from contract.diff.places import Place
    from contract.diff.walk import Walker
    from contract.operations import Operation, Parameter

__all__ = ["compare_carriers", "compare_parameters", "erased"]

_IGNORED = {"accept", "content-type", "authorization"}
"""Header parameters that OpenAPI leaves to other fields (OpenAPI 3.1.1, Parameter Object)."""

_LENIENCE = {"allowEmptyValue": "empty-value", "allowReserved": "reserved-characters"}
"""Fields by which a parameter may be written in further ways, and what rules call them."""


def erased(path: str) -> str:
    """A path template without the names of its parameters: they are not part of any URL."""
    return re.sub(r"\{[^{}]*\}", "{}", path)


def compare_parameters(walker: Walker, old: Operation, new: Operation, place: Place) -> Iterator[Change]:
    """Every change between the parameters of two versions of an operation."""
    before, now = _keyed(old), _keyed(new)
    for key in dict.fromkeys([*before, *now]):
        was, becomes = before.get(key), now.get(key)
        named = replace(place, subject="parameter", name=_parameter_name(becomes or was))
        if was and becomes:
            yield from _parameter(walker, was, becomes, named)
        elif becomes:
            kind = "required" if becomes.required else "optional"
            yield named.change(f"{place.direction}-{kind}-parameter-added", becomes.pointer, new=becomes.name)
        elif was:
            kind = "required" if was.required else "optional"
            yield named.change(f"{place.direction}-{kind}-parameter-removed", was.pointer, old=was.name)


def _parameter_name(parameter: Parameter | None) -> str:
    return f"{parameter.location} parameter `{parameter.name}`" if parameter else ""


def _keyed(operation: Operation) -> dict[tuple[str, str], Parameter]:
    """The parameters by what tells them apart in a request: a path parameter by its turn, a header in any case."""
    turns = re.findall(r"\{([^{}]*)\}", operation.path)
    keyed = {}
    for parameter in operation.parameters:
        name = parameter.name
        if parameter.location == "header":
            name = name.lower()
            if name in _IGNORED:
                continue
        elif parameter.location == "path" and name in turns:
            name = str(turns.index(name))
        keyed[parameter.location, name] = parameter
    return keyed


def _parameter(walker: Walker, old: Parameter, new: Parameter, place: Place) -> Iterator[Change]:
    at, kind = new.pointer, f"{place.direction}-parameter"
    if old.name != new.name and new.location == "path":
        yield place.change("path-parameter-renamed", f"{at}/name", old.name, new.name)
    if new.required != old.required:
        rule = f"{kind}-became-{'required' if new.required else 'optional'}"
        yield place.change(rule, f"{at}/required", old.required, new.required)
    for field, name in _LENIENCE.items():
        before, now = bool(old.node.get(field)), bool(new.node.get(field))
        if before != now:
            rule = f"{kind}-{name}-{'allowed' if now else 'forbidden'}"
            yield place.change(rule, f"{at}/{field}", before, now)
    yield from compare_carriers(walker, place, kind, (old.pointer, old.node), (at, new.node))


def compare_carriers(
    walker: Walker, place: Place, kind: str, old: tuple[str, Mapping[str, Any]], new: tuple[str, Mapping[str, Any]]
) -> Iterator[Change]:
    """What changed between two parameters or two headers, each given by where it stands and itself.

    Args:
        walker: Compares their schemas.
        place: Where they are found.
        kind: What rules call them: `request-parameter` or `response-header`.
        old: The one before.
        new: The one now.
    """
    (old_at, old_node), (at, node) = old, new
    before, now = bool(old_node.get("deprecated")), bool(node.get("deprecated"))
    if before != now:
        yield place.change(f"{kind}-{'deprecated' if now else 'deprecation-withdrawn'}", at, before, now)
    (old_type, old_schema), (new_type, schema) = _carried(old_at, old_node), _carried(at, node)
    many = walker.accepts_many(old_schema, schema)
    styles = _serialization(old_node, many=many), _serialization(node, many=many)
    if styles[0] != styles[1]:
        yield place.change(f"{kind}-serialization-changed", at, *styles)
    if old_type != new_type:
        yield place.change(f"{kind}-media-type-changed", at, old_type or "plain text", new_type or "plain text")
    yield from place.schema_changes(walker, old_schema, schema)
    contracts = walker.old_schemas.contract, walker.new_schemas.contract
    yield from compare_prose(place, at, with_examples(contracts[0], old_node), with_examples(contracts[1], node))


def _serialization(node: Mapping[str, Any], *, many: bool) -> dict[str, Any]:
    """How a value is written into a URL or a header, with what OpenAPI puts in for what is left out.

    `explode` tells how several values are written; where only single ones are, it says nothing.
    """
    location = node.get("in", "header")
    style = node.get("style", "form" if location in {"query", "cookie"} else "simple")
    return {"style": style, "explode": node.get("explode", style == "form")} if many else {"style": style}


def _carried(pointer: str, node: Mapping[str, Any]) -> tuple[str, str]:
    """The media type of a value ("" when it is written plainly), and where its schema stands ("" when nowhere)."""
    for media_type, media in node.get("content", {}).items():
        at = f"{pointer}/content/{escape(media_type)}"
        return media_type, f"{at}/schema" if "schema" in media else ""
    return "", f"{pointer}/schema" if "schema" in node else ""
