"""Which operation of the contract a request means, with everything about it prepared once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.answers import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from contract import Contract, Operation, Parameter, Validator

__all__ = ["Route", "Routes"]


@dataclass(frozen=True)
class Input:
    """A parameter with its validator, and the JSON types that its text may be read as."""

    parameter: Parameter
    validator: Validator | None
    types: frozenset[str]

    def __str__(self) -> str:
        return f"{self.parameter.location} {self.parameter.name}"


@dataclass(frozen=True)
class Route:
    """One operation, ready to serve.

    Attributes:
        operation: As the contract has it.
        path: Path parameters by the index of their segment.
        inputs: The other parameters: query, header and cookie.
        bodies: A validator for each media type that a body may have.
        fields: The properties that the body's schema names, in its order.
        status: The status of success.
        media: The media type of success.
    """

    operation: Operation
    path: Mapping[int, Input]
    inputs: Sequence[Input]
    bodies: Mapping[str, Validator | None]
    fields: Sequence[str]
    status: int
    media: str


class Routes:
    """Finds routes by path and method."""

    def __init__(self, contract: Contract) -> None:
        self._by_length: dict[int, list[tuple[list[str], dict[str, Route]]]] = {}
        templates: dict[str, dict[str, Route]] = {}
        for operation in contract.operations:
            templates.setdefault(operation.path, {})[operation.method] = _route(contract, operation)
        for path, methods in sorted(templates.items(), key=lambda item: item[0].count("{")):
            segments = path.split("/")[1:]
            self._by_length.setdefault(len(segments), []).append((segments, methods))

    def __iter__(self) -> Iterator[Route]:
        for templates in self._by_length.values():
            for _, methods in templates:
                yield from methods.values()

    def find(self, method: str, segments: Sequence[str]) -> Route:
        """The route of a request; `segments` are those of its path, percent-decoded one by one.

        Raises:
            Refusal: 404, no operation has this path; 405, one has, but not with this method.
        """
        for template, methods in self._by_length.get(len(segments), ()):
            if all(have == want or want.startswith("{") for have, want in zip(segments, template, strict=True)):
                if method in methods:
                    return methods[method]
                allowed = ", ".join(methods)
                raise Refusal(405, f"This path takes {allowed}, not {method}.", headers={"Allow": allowed})
        raise Refusal(404, "The contract has no such path. See /openapi.yaml for those it has.")


def _route(contract: Contract, operation: Operation) -> Route:
    success = next(each for status, each in operation.responses.items() if status.startswith("2"))
    media = success.media[0]
    segments = operation.path.split("/")[1:]
    inputs = {(each.location, each.name): _input(contract, each) for each in operation.parameters}
    return Route(
        operation=operation,
        path={at: inputs["path", s[1:-1]] for at, s in enumerate(segments) if s.startswith("{")},
        inputs=[each for each in inputs.values() if each.parameter.location != "path"],
        bodies={each.type: contract.validator(each.schema) if each.schema else None for each in operation.body},
        fields=_properties(contract, operation.body[0].schema) if operation.body else [],
        status=int(success.status),
        media=media.type,
    )


def _input(contract: Contract, parameter: Parameter) -> Input:
    if not parameter.schema:
        return Input(parameter, None, frozenset({"string"}))
    schema, _ = contract.resolve(contract.at(parameter.schema))
    types = schema.get("type", "string")
    return Input(
        parameter, contract.validator(parameter.schema), frozenset([types] if isinstance(types, str) else types)
    )


def _properties(contract: Contract, pointer: str) -> list[str]:
    """The properties that a schema names, its `allOf` parts included."""
    if not pointer:
        return []
    schema, at = contract.resolve(contract.at(pointer), pointer)
    names: dict[str, Any] = dict.fromkeys(schema.get("properties", {}))
    for index in range(len(schema.get("allOf", []))):
        names.update(dict.fromkeys(_properties(contract, f"{at}/allOf/{index}")))
    return list(names)
