"""The contract's examples as a sequence that can be run again and again, values handed from call to call.

The contract's links say which value of an answer names the resource in later requests: `$response.body#/id`. So a value
that a link takes from an answer is remembered under a name, and used where that link's parameter stands; and a property
of a request that such a link reads back must be fresh in each run, or a second run would meet the first one's records.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contract.pointers import tokens
from generator.site.examples import examples

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contract import Contract, Operation
    from generator.site.examples import Example

__all__ = ["Step", "Taken", "steps", "with_fresh"]

_BODY = "$response.body#"


@dataclass(frozen=True)
class Taken:
    """A value that a step takes from its answer: the variable, and the path to the value in the body."""

    variable: str
    path: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """One request of the sequence.

    Attributes:
        example: The example of the contract that it sends.
        status: The status of its success.
        media: The media type of the answer, or "".
        required: The members that the answer must have.
        fresh: The members of the body that must differ from every request before.
        variables: For parameters of the path, the variable that holds the value.
        takes: What to remember from the answer.
        echoed: The members of the body that the answer must show as they were sent.
    """

    example: Example
    status: int
    media: str
    required: tuple[str, ...]
    fresh: tuple[str, ...]
    variables: Mapping[str, str]
    takes: tuple[Taken, ...]
    echoed: tuple[str, ...]


def steps(contract: Contract) -> list[Step]:
    """Every example of every operation, in an order in which each finds what it needs: creations first."""
    operations = sorted(contract.operations, key=lambda operation: operation.method != "POST")
    links = {(parameter, path) for operation in operations for parameter, path in _links(contract, operation)}
    named = {path[-1] for _, path in links}
    return [
        _step(contract, operation, example, links, named)
        for operation in operations
        for example in examples(contract, operation)
    ]


def _step(
    contract: Contract, operation: Operation, example: Example, links: set[tuple[str, tuple[str, ...]]], named: set[str]
) -> Step:
    response = next(response for status, response in operation.responses.items() if status.startswith("2"))
    media = next((media for media in response.media if media.is_json), None)
    schema = contract.resolve(contract.at(media.schema))[0] if media and media.schema else {}
    body = example.body if isinstance(example.body, dict) else {}
    variables = {
        parameter: _variable(parameter, path)
        for parameter, path in sorted(links)
        if parameter in example.path and _fits(example, path)
    }
    takes = {_variable(parameter, path): path for parameter, path in sorted(_links(contract, operation))}
    properties = schema.get("properties", {})
    fresh = tuple(name for name in body if name in named and operation.method == "POST")
    return Step(
        example=example,
        status=int(response.status),
        media=media.type if media else "",
        required=tuple(schema.get("required", ())),
        fresh=fresh,
        variables=variables,
        takes=tuple(Taken(variable, path) for variable, path in takes.items()),
        echoed=tuple(
            name
            for name in body
            if name in properties and not isinstance(body[name], (dict, list)) and name not in fresh
        ),
    )


def _fits(example: Example, path: tuple[str, ...]) -> bool:
    """Whether the path's last member is what the example of a parameter shows; any is, where the example shows none."""
    name = example.name.replace("-", "_")
    return path[-1] == name or (example.body is not None and path[-1] == "id")


def _links(contract: Contract, operation: Operation) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The parameter and the path of each link that reads the body of an answer."""
    for response in operation.responses.values():
        for item in response.node.get("links", {}).values():
            link, _ = contract.resolve(item)
            for parameter, expression in link.get("parameters", {}).items():
                if isinstance(expression, str) and expression.startswith(_BODY):
                    yield parameter, tuple(tokens(expression.removeprefix(_BODY)))


def _variable(parameter: str, path: tuple[str, ...]) -> str:
    return "_".join([parameter, *path])


def with_fresh(body: Any, fresh: tuple[str, ...], value: str) -> Any:
    """The body with the members that must be fresh followed by a value that is."""
    if not isinstance(body, dict):
        return body
    return {name: f"{item}-{value}" if name in fresh else item for name, item in body.items()}
