"""The requests that the contract shows, ready to be written as samples, as a collection or as an HTTP file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from generator.site.reference import kebab

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contract import Contract, Media, Operation, Parameter

__all__ = ["IDEMPOTENCY_KEY", "Example", "as_text", "examples", "query_string", "shown"]

IDEMPOTENCY_KEY = "Idempotency-Key"
"""The header whose value must be fresh in each request, as the IETF's draft on it names it."""


@dataclass(frozen=True)
class Example:
    """One request that the contract shows.

    Attributes:
        name: A name in the form of an address, unique in its operation.
        title: What it shows, for a person.
        operation: The operation.
        path: The values of the path's parameters, by name.
        query: The values of the query's required parameters, by name.
        headers: The values of the required headers, by name; without the key and the media type.
        media: The media type of the body, or "".
        body: The body, or None.
    """

    name: str
    title: str
    operation: Operation
    path: Mapping[str, Any]
    query: Mapping[str, Any]
    headers: Mapping[str, Any]
    media: str
    body: Any

    @property
    def target(self) -> str:
        """The path and the query of the request, its parameters filled in."""
        return self.filled({})

    def filled(self, variables: Mapping[str, str]) -> str:
        """The same, with what `variables` gives in place of the values of those parameters of the path."""
        path = self.operation.path
        for name, value in self.path.items():
            path = path.replace(f"{{{name}}}", variables.get(name) or quote(as_text(value), safe=""))
        return f"{path}?{_encoded(self.pairs)}" if self.pairs else path

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The query, name by name, as it is sent."""
        explodes = {one.name: one.node.get("explode", True) for one in self.operation.parameters}
        return [pair for name, value in self.query.items() for pair in _pairs(name, value, explode=explodes[name])]

    @property
    def is_answered(self) -> bool:
        """Whether the answer to its success has a body."""
        return any(status[0] == "2" and response.media for status, response in self.operation.responses.items())


def examples(contract: Contract, operation: Operation) -> list[Example]:
    """The requests of an operation: one for each example of its body, or of its path when it has no body."""
    bodies = [(name, *found) for name, found in _bodies(contract, operation)]
    values = {parameter.name: _values(contract, parameter) for parameter in operation.parameters}
    if bodies:
        chosen = {name: shown[-1][2] for name, shown in values.items() if shown}
        return [_example(operation, name, title, chosen, media, body) for name, title, media, body in bodies]
    several = next((parameter.name for parameter in operation.parameters if parameter.location == "path"), "")
    if not values.get(several):
        return [_example(operation, "request", "", {n: v[-1][2] for n, v in values.items() if v}, "", None)]
    others = {name: shown[-1][2] for name, shown in values.items() if shown}
    return [
        _example(operation, name, title, {**others, several: value}, "", None)
        for name, title, value in reversed(values[several])
    ]


def _example(operation: Operation, name: str, title: str, values: Mapping[str, Any], media: str, body: Any) -> Example:
    def needed(location: str) -> dict[str, Any]:
        found = (one for one in operation.parameters if one.location == location and one.required)
        return {parameter.name: values[parameter.name] for parameter in found if parameter.name in values}

    return Example(kebab(name), title, operation, needed("path"), needed("query"), needed("header"), media, body)


def query_string(name: str, value: Any, *, explode: bool) -> str:
    """A parameter as the query has it: an array is a pair for each item, or one with commas between them."""
    return _encoded(_pairs(name, value, explode=explode))


def _pairs(name: str, value: Any, *, explode: bool) -> list[tuple[str, str]]:
    items = [as_text(item) for item in (value if isinstance(value, list) else [value])]
    return [(name, item) for item in (items if explode else [",".join(items)])]


def _encoded(pairs: list[tuple[str, str]]) -> str:
    return urlencode(pairs, safe=",", quote_via=quote)


def as_text(value: Any) -> str:
    """A value as it stands in an address: a string as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value)


def _bodies(contract: Contract, operation: Operation) -> Iterator[tuple[str, tuple[str, str, Any]]]:
    media = next((media for media in operation.body if media.is_json), None)
    if media is None:
        return
    for name, (title, value) in shown(contract, media).items():
        yield name, (title, media.type, value)


def shown(contract: Contract, holder: Media) -> dict[str, tuple[str, Any]]:
    """The examples of a body, by name: a title and the value each."""
    node = holder.node
    if "example" in node:
        return {"example": ("", node["example"])}
    found = {}
    for name, item in node.get("examples", {}).items():
        example, _ = contract.resolve(item)
        if "value" in example:
            found[name] = (str(example.get("summary", "")), example["value"])
    return found


def _values(contract: Contract, parameter: Parameter) -> list[tuple[str, str, Any]]:
    """The values that the contract shows for a parameter: name, title, value."""
    node = parameter.node
    if "example" in node:
        return [("example", "", node["example"])]
    found = []
    for name, item in node.get("examples", {}).items():
        example, _ = contract.resolve(item)
        if "value" in example:
            found.append((name, str(example.get("summary", "")), example["value"]))
    if found or not parameter.schema:
        return found
    schema, _ = contract.resolve(contract.at(parameter.schema))
    return [("example", "", value) for value in schema.get("examples", [])]
