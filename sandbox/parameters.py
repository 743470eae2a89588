"""Read what a request gives for its parameters, in the way that the contract says they are written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from sandbox.answers import Refusal, Wrong
from sandbox.schemas import types
from sandbox.strictjson import JsonError, decode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from contract import Contract, Parameter, Validator
    from sandbox.requests import Request
    from sandbox.routes import Route

__all__ = ["Input", "UnreadableError", "make_input", "read_inputs", "read_path"]

_STYLES = {"path": "simple", "header": "simple", "query": "form", "cookie": "form"}
_SEPARATORS = {"simple": ",", "form": ",", "spaceDelimited": " ", "pipeDelimited": "|"}


class UnreadableError(Exception):
    """The contract has a parameter written in a way that the sandbox cannot read; the message says which and why."""


@dataclass(frozen=True)
class Input:
    """A parameter, and how to read and check it.

    Attributes:
        parameter: As the contract has it.
        validator: Of its value.
        types: The JSON types that its value may have; empty when its schema leaves them open.
        separator: What divides an array; "" when each item comes by itself.
    """

    parameter: Parameter
    validator: Validator
    types: frozenset[str]
    separator: str

    def __str__(self) -> str:
        return f"{self.parameter.location} {self.parameter.name}"

    def value(self, texts: Sequence[str]) -> tuple[Any, list[Wrong]]:
        """What the texts that were given for it stand for, or else what is wrong with them."""
        for reading in self._readings(texts):
            if self.validator.is_valid(reading):
                return reading, []
        readings = list(self._readings(texts))
        if not readings:
            return None, [Wrong("", "it is given more than once", str(self))]
        meant = readings[0 if "string" in self.types else -1]
        return None, [Wrong("", violation.message, str(self)) for violation in self.validator.violations(meant)]

    def _readings(self, texts: Sequence[str]) -> Iterator[Any]:
        """A text as it is, and as what it spells: `5` is a string or a number."""
        if self.types != {"array"} and len(texts) == 1:
            yield texts[0]
            yield _spelled(texts[0])
        if "array" in self.types and not (self.separator and len(texts) > 1):
            items = texts[0].split(self.separator) if self.separator else list(texts)
            yield items
            yield [_spelled(item.strip()) for item in items]


def make_input(contract: Contract, parameter: Parameter) -> Input:
    """Learn how to read a parameter. Raises UnreadableError when the sandbox does not know how."""
    style = parameter.node.get("style", _STYLES[parameter.location])
    named = types(contract, parameter.schema)
    if not parameter.schema:
        raise UnreadableError(f"the {parameter.location} parameter {parameter.name}, which has a media type")
    if style not in _SEPARATORS or "object" in named or (parameter.location == "cookie" and "array" in named):
        raise UnreadableError(f"the {parameter.location} parameter {parameter.name}, of the style {style}")
    explode = parameter.node.get("explode", style == "form") and parameter.location == "query"
    return Input(parameter, contract.validator(parameter.schema), named, "" if explode else _SEPARATORS[style])


def read_path(route: Route, request: Request) -> dict[str, Any]:
    """The path parameters by name.

    Raises:
        Refusal: 404, a value that the contract does not allow names nothing.
    """
    values = {}
    for name, text in request.texts.items():
        values[name], wrongs = route.path[name].value([text])
        if wrongs:
            raise Refusal(404, f"Nothing can have this {name}.", wrongs)
    return values


def read_inputs(route: Route, request: Request) -> dict[str, Any]:
    """The query, header and cookie parameters that were given, by name as the contract writes it.

    Raises:
        Refusal: 400, one is missing or invalid.
    """
    values: dict[str, Any] = {}
    errors: list[Wrong] = []
    for each in route.inputs:
        if texts := _given(each.parameter, request):
            values[each.parameter.name], wrongs = each.value(texts)
            errors += wrongs
        elif each.parameter.required:
            errors.append(Wrong("", "it is required", str(each)))
    if errors:
        raise Refusal(400, f"The {errors[0].parameter} is missing or invalid.", errors)
    return values


def _given(parameter: Parameter, request: Request) -> Sequence[str]:
    """The texts that a request gives for a parameter. A header that comes twice is one text (RFC 9110, section 5.3)."""
    if parameter.location == "header":
        text = request.headers.get(parameter.name.lower())
        return () if text is None else (text,)
    if parameter.location == "query":
        return parse_qs(request.query.decode("latin-1"), keep_blank_values=True).get(parameter.name, ())
    pairs = (pair.strip().partition("=") for pair in request.headers.get("cookie", "").split(";"))
    return [text for name, _, text in pairs if name == parameter.name]


def _spelled(text: str) -> Any:
    """The number, boolean or null that a text spells, or else the text."""
    try:
        value = decode(text.encode("utf-8", "surrogatepass"))
    except JsonError:
        return text
    return text if isinstance(value, str | list | dict) else value
