"""Write the constraints of request schemas as expressions of the client's `_checks`, and in words.

Each component schema that a request reaches becomes one named constant, so that the client holds each constraint
once, as the contract does.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from openapi_python_client import strings
from openapi_python_client.schema.untrusted_string import UntrustedString

from contract.formats import CUSTOM
from contract.patterns import PatternError, to_python
from contract.pointers import escape
from generator.client_refusal import refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contract import Contract

__all__ = ["Checks", "constant_name", "phrases"]

FORMATS = frozenset({"date", "date-time", "email", "uri", "uri-reference", "uuid", *CUSTOM})
"""The formats that the client can check; the same as in the client's `_formats`."""

_NOT_EXPRESSED = ("patternProperties", "dependentSchemas", "if", "contains", "prefixItems", "unevaluatedProperties")

_GROUPS: dict[str, dict[str, str]] = {
    "string": {"minLength": "min_length", "maxLength": "max_length", "pattern": "pattern", "format": "format"},
    "number": {
        "minimum": "minimum",
        "maximum": "maximum",
        "exclusiveMinimum": "exclusive_minimum",
        "exclusiveMaximum": "exclusive_maximum",
        "multipleOf": "multiple_of",
    },
    "array": {"items": "item", "minItems": "min_items", "maxItems": "max_items", "uniqueItems": "unique"},
    "object": {
        "properties": "properties",
        "required": "required",
        "dependentRequired": "dependent",
        "additionalProperties": "others",
        "propertyNames": "names",
        "minProperties": "min_properties",
        "maxProperties": "max_properties",
    },
}
_CLASSES = {
    "string": "Text",
    "number": "Number",
    "integer": "Number",
    "array": "Items",
    "object": "Fields",
    "boolean": "Flag",
}


class Checks:
    """The checks that requests need, each component schema under its own name.

    Attributes:
        constants: Name and expression of each, those that others use first.
    """

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._open: list[str] = []
        self.constants: dict[str, str] = {}

    def expression(self, pointer: str) -> str:
        """The check of the schema at a pointer.

        Raises:
            ContractError: The schema uses what the client cannot check.
        """
        node, at = self._contract.resolve(self._contract.at(pointer), pointer)
        name = constant_name(at)
        if name is None:
            return self._write(node, at)
        if name not in self.constants:
            if at in self._open:
                raise refusal(
                    self._contract, at, "a request schema that contains itself cannot be checked by the client"
                )
            self._open.append(at)
            expression = self._write(node, at)
            self._open.pop()
            self.constants[name] = expression
        return name

    def _write(self, node: Any, at: str) -> str:
        if isinstance(node, bool):
            return "Anything()" if node else "Not(Anything(), unwanted='be given')"
        for keyword in _NOT_EXPRESSED:
            if keyword in node:
                raise refusal(self._contract, f"{at}/{keyword}", f"the client cannot check {keyword!r} in a request")
        parts = [*self._by_type(node, at), *self._choices(node), *self._combined(node, at)]
        if not parts:
            return "Anything()"
        whole = parts[0] if len(parts) == 1 else f"Every({', '.join(parts)})"
        types = node.get("type")
        return f"Nullable({whole})" if isinstance(types, list) and "null" in types and len(types) > 1 else whole

    def _by_type(self, node: Mapping[str, Any], at: str) -> list[str]:
        named = node.get("type")
        if named is None:
            return [self._typed(kind, node, at, typed=False) for kind in _GROUPS if _GROUPS[kind].keys() & node.keys()]
        types = [named] if isinstance(named, str) else [name for name in named if name != "null"] or ["null"]
        written = [self._typed(kind, node, at, typed=True) for kind in types]
        if len(written) == 1:
            return written
        return [f"Some({', '.join(written)}, wanted={' or '.join(types)!r})"]

    def _typed(self, kind: str, node: Mapping[str, Any], at: str, *, typed: bool) -> str:
        if kind == "null":
            return "Null()"
        arguments = ["integer=True"] if kind == "integer" else []
        for keyword, argument in _GROUPS.get("number" if kind == "integer" else kind, {}).items():
            if keyword in node:
                arguments += [f"{argument}={value}" for value in self._argument(keyword, node[keyword], at)]
                if keyword == "pattern":
                    arguments.append(f"documented={node[keyword]!r}")
        if not typed:
            arguments.append("typed=False")
        return f"{_CLASSES[kind]}({', '.join(arguments)})"

    def _argument(self, keyword: str, value: Any, at: str) -> Iterator[str]:
        here = f"{at}/{keyword}"
        if keyword == "pattern":
            yield repr(self._python_pattern(value, here))
        elif keyword == "format":
            if value not in FORMATS:
                raise refusal(self._contract, here, f"the client cannot check the format {value!r} in a request")
            yield repr(value)
        elif keyword in {"items", "propertyNames"}:
            yield self.expression(here)
        elif keyword == "additionalProperties":
            if value is not True:
                yield "None" if value is False else self.expression(here)
        elif keyword == "properties":
            pairs = (f"{name!r}: {self.expression(f'{here}/{escape(name)}')}" for name in value)
            yield f"{{{', '.join(pairs)}}}"
        elif keyword == "required":
            yield repr(tuple(value))
        elif keyword == "dependentRequired":
            yield repr({name: tuple(others) for name, others in value.items()})
        else:
            yield repr(value)

    def _python_pattern(self, pattern: str, at: str) -> str:
        try:
            return to_python(pattern)
        except PatternError as error:
            raise refusal(self._contract, at, str(error)) from None

    def _choices(self, node: Mapping[str, Any]) -> Iterator[str]:
        if "enum" in node:
            yield f"Choice({tuple(node['enum'])!r})"
        if "const" in node:
            yield f"Choice({(node['const'],)!r})"

    def _combined(self, node: Mapping[str, Any], at: str) -> Iterator[str]:
        for index in range(len(node.get("allOf", ()))):
            yield self.expression(f"{at}/allOf/{index}")
        for keyword in ("anyOf", "oneOf"):
            if keyword in node:
                branches = [self.expression(f"{at}/{keyword}/{index}") for index in range(len(node[keyword]))]
                only = ", exactly_one=True" if keyword == "oneOf" else ""
                wanted = self._words({keyword: node[keyword]})
                yield f"Some({', '.join(branches)}{only}, wanted={wanted!r})"
        if "not" in node:
            refused, _ = self._contract.resolve(node["not"])
            unwanted = (
                f"match {refused['pattern']}" if set(refused) == {"pattern"} else f"be {self._words(node['not'])}"
            )
            yield f"Not({self.expression(f'{at}/not')}, unwanted={unwanted!r})"

    def _words(self, branch: Mapping[str, Any]) -> str:
        node, _ = self._contract.resolve(branch)
        if branches := [*node.get("anyOf", ()), *node.get("oneOf", ())]:
            return ", or ".join(map(self._words, branches))
        kind = _KINDS.get(str(node.get("type")), "a value")
        said = [*(f"`{name}`" for name in node.get("required", ())), *phrases(self._contract, branch)]
        return f"{kind} with {', '.join(said)}" if said else kind


_KINDS = {
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "a boolean",
    "array": "an array",
    "object": "an object",
    "null": "null",
}


def constant_name(pointer: str) -> str | None:
    """The name of a component's check; None for a schema that stands elsewhere."""
    match = re.fullmatch(r"/components/(?:schemas/(?P<schema>[^/]+)|parameters/(?P<parameter>[^/]+)/schema)", pointer)
    if match is None:
        return None
    name = match["schema"] or f"{match['parameter']}_parameter"
    return strings.snake_case(UntrustedString(name)).upper()


def phrases(contract: Contract, schema: Mapping[str, Any]) -> list[str]:
    """The constraints of a schema in words, for documentation."""
    limits: dict[str, Any] = {}
    _gather(contract, schema, limits)
    said = [_phrase(keyword, limits[keyword]) for keyword in _PHRASES if keyword in limits]
    if "enum" in limits:
        said.append("one of " + ", ".join(f"`{'null' if value is None else value}`" for value in limits["enum"]))
    for keyword, prefix in (("not", "not"), ("propertyNames", "names:"), ("additionalProperties", "values:")):
        if isinstance(limits.get(keyword), dict):
            said += [f"{prefix} {phrase}" for phrase in phrases(contract, limits[keyword])]
    if limits.get("dependentRequired"):
        said += [f"`{name}` needs `{'`, `'.join(others)}`" for name, others in limits["dependentRequired"].items()]
    return said


def _phrase(keyword: str, value: Any) -> str:
    words = _PHRASES[keyword].format(value)
    return words.removesuffix("s") if value == 1 and keyword in _COUNTED else words


def _gather(contract: Contract, schema: Mapping[str, Any], limits: dict[str, Any]) -> None:
    """The keywords of a schema and its parts; of two limits, the tighter one."""
    node, _ = contract.resolve(schema)
    for branch in node.get("allOf", ()):
        _gather(contract, branch, limits)
    for keyword, value in node.items():
        if keyword in limits and keyword.lower().startswith(("max", "exclusivemax")):
            limits[keyword] = min(value, limits[keyword])
        elif keyword in limits and keyword.lower().startswith(("min", "exclusivemin")):
            limits[keyword] = max(value, limits[keyword])
        else:
            limits[keyword] = value


_PHRASES = {
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "pattern": "pattern `{}`",
    "format": "format `{}`",
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "multipleOf": "a multiple of {}",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "minProperties": "at least {} pairs",
    "maxProperties": "at most {} pairs",
}
_COUNTED = frozenset({"minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"})
