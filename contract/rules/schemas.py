"""Rules on schemas and examples: patterns, formats, and an example wherever a person sends or reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contract.formats import CUSTOM, STANDARD
from contract.patterns import PatternError, to_python
from contract.pointers import escape
from contract.rules.registry import Breach, Stage, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contract.language import Place
    from contract.loading import Contract


def _schemas(contract: Contract) -> Iterator[Place]:
    return (place for place in contract.places if place.kind == "schema" and isinstance(place.value, dict))


@rule("pattern-compiles", Stage.NAMES)
def patterns(contract: Contract) -> Iterator[Breach]:
    """Every pattern is a regular expression of ECMA-262 and has an equal in Python's `re`."""
    for place in _schemas(contract):
        found = {"pattern": place.value.get("pattern")} if "pattern" in place.value else {}
        found |= {f"patternProperties/{escape(name)}": name for name in place.value.get("patternProperties", {})}
        for where, pattern in found.items():
            try:
                to_python(pattern)
            except PatternError as error:
                yield f"{place.pointer}/{where}", str(error)


@rule("known-format")
def formats(contract: Contract) -> Iterator[Breach]:
    """Every format is one that JSON Schema names or that this project teaches its tools."""
    for place in _schemas(contract):
        name = place.value.get("format")
        if name is not None and name not in CUSTOM and name not in STANDARD:
            yield f"{place.pointer}/format", f"the format {name!r} is unknown; add it to contract/formats.py"


@rule("required-is-defined")
def required(contract: Contract) -> Iterator[Breach]:
    """Every property that an object requires is one that it describes."""
    for place in _schemas(contract):
        if "properties" not in place.value:
            continue
        names = {*place.value.get("required", [])}
        for name, needed in place.value.get("dependentRequired", {}).items():
            names |= {name, *needed}
        for name in sorted(names - place.value["properties"].keys()):
            yield place.pointer, f"{name!r} is required here but is no property of this object"


@rule("example-given")
def examples_given(contract: Contract) -> Iterator[Breach]:
    """Every property, parameter, header, request and response has an example."""
    for place in contract.places:
        if place.is_reference or not isinstance(place.value, dict):
            continue
        if place.kind == "schema" and "/properties/" in place.pointer and not _has_example(contract, place.value):
            yield place.pointer, "this property has no example; add 'examples'"
        elif place.kind in {"parameter", "header", "media-type"} and not place.value.keys() & {"example", "examples"}:
            yield place.pointer, f"this {place.kind.replace('-', ' ')} has no example"
    yield from _references_without_example(contract)


def _has_example(contract: Contract, node: dict[str, Any]) -> bool:
    node, _ = contract.resolve(node)
    return isinstance(node, dict) and (bool(node.get("examples")) or "const" in node or "enum" in node)


def _references_without_example(contract: Contract) -> Iterator[Breach]:
    for place in contract.places:
        if place.kind == "schema" and place.is_reference and "/properties/" in place.pointer:
            target, at = contract.resolve(place.value, place.pointer)
            if not _has_example(contract, target):
                yield at, "a property refers to this schema, which has no example; add 'examples'"


@rule("example-holds")
def examples_hold(contract: Contract) -> Iterator[Breach]:
    """Every example and default keeps the schema that it illustrates."""
    for place in contract.places:
        for schema, at, value in _illustrations(contract, place):
            for violation in contract.validator(schema).violations(value):
                yield at, f"the example breaks its schema: {violation.message}" + _where(violation.pointer)


def _where(pointer: str) -> str:
    return f" (at {pointer} in the example)" if pointer else ""


def _illustrations(contract: Contract, place: Place) -> Iterator[tuple[str, str, Any]]:
    """Each example of a place: the pointer of the schema it illustrates, where the example stands, and its value."""
    node = place.value
    if not isinstance(node, dict) or (place.is_reference and place.kind != "schema"):
        return
    if place.kind == "schema":
        for index, value in enumerate(node.get("examples", [])):
            yield place.pointer, f"{place.pointer}/examples/{index}", value
        if "default" in node:
            yield place.pointer, f"{place.pointer}/default", node["default"]
    elif place.kind in {"parameter", "header", "media-type"} and "schema" in node:
        if "example" in node:
            yield f"{place.pointer}/schema", f"{place.pointer}/example", node["example"]
        for name, item in node.get("examples", {}).items():
            example, at = contract.resolve(item, f"{place.pointer}/examples/{escape(name)}")
            if "value" in example:
                yield f"{place.pointer}/schema", f"{at}/value", example["value"]
