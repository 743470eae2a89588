"""Which operation of the contract a request means, with everything about it prepared once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from contract import ContractError
from sandbox.answers import Refusal
from sandbox.idempotency import KEY_HEADER
from sandbox.parameters import UnreadableError, make_input
from sandbox.schemas import properties

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from contract import Contract, Operation, Validator
    from sandbox.parameters import Input

__all__ = ["Route", "Routes"]

_VARIABLE = re.compile(r"\{([^{}]*)\}")

# What OpenAPI says elsewhere, and never as a parameter.
_NO_PARAMETERS = {"accept", "content-type", "authorization"}
_KEY_HEADER = KEY_HEADER.lower()


@dataclass(frozen=True)
class Route:
    """One operation, ready to serve.

    Attributes:
        operation: As the contract has it.
        path: Path parameters by name.
        inputs: The other parameters: query, header and cookie.
        key: The parameter that is an Idempotency-Key, by its name in the contract; "" when there is none.
        bodies: A validator for each media type that a body may have.
        fields: The properties that the body's schema names, in its order.
        status: The status of success.
        media: The media type of success; "" when there is nothing to send.
        needs_key: Whether an API key is needed.
        unknown: What the contract asks for here and the sandbox does not know; "" when it knows everything.
    """

    operation: Operation
    path: Mapping[str, Input]
    inputs: Sequence[Input]
    key: str
    bodies: Mapping[str, Validator | None]
    fields: Sequence[str]
    status: int
    media: str
    needs_key: bool
    unknown: str


class Routes:
    """Finds routes by path and method."""

    def __init__(self, contract: Contract) -> None:
        """Prepare every operation. Raises ContractError for one that lacks a successful answer or a parameter."""
        self._by_length: dict[int, list[_Path]] = {}
        paths: dict[str, dict[str, Route]] = {}
        for operation in contract.operations:
            paths.setdefault(operation.path, {})[operation.method] = _route(contract, operation)
        # The more of a path is written out, the sooner it is tried.
        for path in sorted(paths, key=lambda path: len(_VARIABLE.sub("", path)), reverse=True):
            patterns = [_pattern(segment) for segment in path.split("/")[1:]]
            found = _Path(patterns, _VARIABLE.findall(path), paths[path])
            self._by_length.setdefault(len(patterns), []).append(found)

    def __iter__(self) -> Iterator[Route]:
        for paths in self._by_length.values():
            for path in paths:
                yield from path.methods.values()

    def find(self, method: str, segments: Sequence[str]) -> tuple[Route, Mapping[str, str]]:
        """The route of a request, and the texts of its path parameters by name.

        `segments` are those of the request's path, percent-decoded one by one.

        Raises:
            Refusal: 404, no operation has this path; 405, one has, but not with this method.
        """
        for path in self._by_length.get(len(segments), ()):
            texts: list[str] = []
            for pattern, segment in zip(path.patterns, segments, strict=True):
                if not (match := pattern.fullmatch(segment)):
                    break
                texts += match.groups()
            else:
                if method in path.methods:
                    return path.methods[method], dict(zip(path.names, texts, strict=True))
                allowed = ", ".join(path.methods)
                raise Refusal(405, f"This path takes {allowed}, not {method}.", headers={"Allow": allowed})
        raise Refusal(404, "The contract has no such path. See /openapi.yaml for those it has.")


class _Path(NamedTuple):
    patterns: Sequence[re.Pattern[str]]
    names: Sequence[str]
    methods: Mapping[str, Route]


def _pattern(segment: str) -> re.Pattern[str]:
    """What matches a segment of a path, such as `{number}.pdf`, with a group for each parameter in it."""
    written_out = map(re.escape, _VARIABLE.split(segment)[::2])
    return re.compile("(.+)".join(written_out), re.DOTALL)


def _route(contract: Contract, operation: Operation) -> Route:
    success = next((each for status, each in operation.responses.items() if status.startswith("2")), None)
    if success is None:
        raise _lacks(contract, operation, "a successful answer")
    inputs, unreadable = _inputs(contract, operation)
    for name in _VARIABLE.findall(operation.path):
        if ("path", name) not in inputs and not unreadable:
            raise _lacks(contract, operation, f"the path parameter {name}")
    needs_key, other_scheme = _security(contract, operation)
    return Route(
        operation=operation,
        path={name: each for (location, name), each in inputs.items() if location == "path"},
        inputs=[each for (location, _), each in inputs.items() if location != "path"],
        key=next((name for location, name in inputs if location == "header" and name.lower() == _KEY_HEADER), ""),
        bodies={
            _essence(each.type): contract.validator(each.schema) if each.schema else None for each in operation.body
        },
        fields=list(properties(contract, operation.body[0].schema)) if operation.body else [],
        status=int(success.status.replace("X", "0")),
        media=success.media[0].type if success.media else "",
        needs_key=needs_key,
        unknown=unreadable or other_scheme,
    )


def _lacks(contract: Contract, operation: Operation, what: str) -> ContractError:
    message = f"the sandbox needs {what} of {operation.id}"
    return ContractError([contract.finding(operation.pointer, "sandbox-operations", message)])


def _inputs(contract: Contract, operation: Operation) -> tuple[dict[tuple[str, str], Input], str]:
    """The parameters by place and name, and the first of them that the sandbox cannot read."""
    inputs: dict[tuple[str, str], Input] = {}
    unknown = ""
    for each in operation.parameters:
        if each.location == "header" and each.name.lower() in _NO_PARAMETERS:
            continue
        try:
            inputs[each.location, each.name] = make_input(contract, each)
        except UnreadableError as error:
            unknown = unknown or str(error)
    return inputs, unknown


def _security(contract: Contract, operation: Operation) -> tuple[bool, str]:
    """Whether an operation needs an API key, and another scheme if it needs that instead."""
    schemes = contract.document.get("components", {}).get("securitySchemes", {})
    ways = operation.node.get("security", contract.document.get("security", []))
    bearers = {name for name, scheme in schemes.items() if contract.resolve(scheme)[0].get("scheme") == "bearer"}
    if not ways or {} in ways or any(way.keys() <= bearers for way in ways):
        return bool(ways) and {} not in ways, ""
    return True, f"the security scheme {next(iter(ways[0]))}"


def _essence(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()
