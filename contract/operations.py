"""The operations of a contract with references followed and path-level parameters joined in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from contract.language import METHODS, is_extension
from contract.pointers import escape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contract.document import Document

__all__ = ["Media", "Operation", "Parameter", "Response", "callbacks", "operations", "webhooks"]


@dataclass(frozen=True)
class Media:
    """What a body may hold: the media type, and where its schema stands ("" when it has none)."""

    type: str
    pointer: str
    schema: str
    node: Mapping[str, Any]

    @property
    def is_json(self) -> bool:
        """Whether the media type is JSON, by itself or by its structured suffix (RFC 6839)."""
        essence = self.type.partition(";")[0].strip().lower()
        return essence == "application/json" or essence.endswith("+json")


@dataclass(frozen=True)
class Parameter:
    """A parameter of an operation; `location` is path, query, header or cookie."""

    name: str
    location: str
    required: bool
    pointer: str
    schema: str
    node: Mapping[str, Any]


@dataclass(frozen=True)
class Response:
    """An answer that an operation may give; `status` is as the contract writes it: `404`, `5XX` or `default`."""

    status: str
    pointer: str
    media: tuple[Media, ...]
    headers: Mapping[str, str]
    node: Mapping[str, Any]


@dataclass(frozen=True)
class Operation:
    """One operation of a contract.

    Attributes:
        id: The operation id.
        method: The HTTP method, in capitals.
        path: The path template, such as `/billing/customers/{customer}`; of a webhook, its name.
        pointer: Where the operation stands.
        item: Where the path item stands that holds it.
        parameters: Its own and its path's parameters; its own win.
        body: What the request's body may hold; empty when there is none.
        body_required: Whether a request must have a body.
        responses: By status.
        node: The operation object itself.
    """

    id: str
    method: str
    path: str
    pointer: str
    item: str
    parameters: tuple[Parameter, ...]
    body: tuple[Media, ...]
    body_required: bool
    responses: Mapping[str, Response]
    node: Mapping[str, Any]


def operations(contract: Document) -> tuple[Operation, ...]:
    """Every operation under `paths`, in the document's order."""
    paths = {path: item for path, item in contract.document.get("paths", {}).items() if not is_extension(path)}
    return tuple(_operations(contract, paths, "/paths"))


def webhooks(contract: Document) -> tuple[Operation, ...]:
    """Every operation under `webhooks`, in the document's order: the API sends the request, its users answer."""
    return tuple(_operations(contract, contract.document.get("webhooks", {}), "/webhooks"))


def callbacks(contract: Document, operation: Operation) -> tuple[Operation, ...]:
    """Every operation under an operation's `callbacks`: like webhooks, but sent to an address that a request named."""
    found: list[Operation] = []
    for name, item in operation.node.get("callbacks", {}).items():
        node, pointer = contract.resolve(item, f"{operation.pointer}/callbacks/{escape(name)}")
        paths = {expression: path for expression, path in node.items() if not is_extension(expression)}
        found += (replace(sent, path=f"{name} {sent.path}") for sent in _operations(contract, paths, pointer))
    return tuple(found)


def _operations(contract: Document, paths: Mapping[str, Any], at: str) -> Iterator[Operation]:
    for path, item in paths.items():
        node, pointer = contract.resolve(item, f"{at}/{escape(path)}")
        shared = list(_parameters(contract, node, pointer))
        for method in node:
            if method in METHODS:
                yield _operation(contract, method, path, shared, node[method], pointer)


def _operation(
    contract: Document, method: str, path: str, shared: list[Parameter], node: Mapping[str, Any], item: str
) -> Operation:
    pointer = f"{item}/{method}"
    own = list(_parameters(contract, node, pointer))
    taken = {(parameter.location, parameter.name) for parameter in own}
    inherited = [parameter for parameter in shared if (parameter.location, parameter.name) not in taken]
    body, body_pointer = contract.resolve(node.get("requestBody", {}), f"{pointer}/requestBody")
    responses = (
        _response(contract, status, response, f"{pointer}/responses/{escape(status)}")
        for status, response in node.get("responses", {}).items()
        if not is_extension(status)
    )
    return Operation(
        id=node["operationId"],
        method=method.upper(),
        path=path,
        pointer=pointer,
        item=item,
        parameters=(*inherited, *own),
        body=tuple(_media(body, body_pointer)),
        body_required=body.get("required", False),
        responses={response.status: response for response in responses},
        node=node,
    )


def _parameters(contract: Document, node: Mapping[str, Any], pointer: str) -> Iterator[Parameter]:
    for index, item in enumerate(node.get("parameters", [])):
        parameter, at = contract.resolve(item, f"{pointer}/parameters/{index}")
        schema = f"{at}/schema" if "schema" in parameter else ""
        yield Parameter(parameter["name"], parameter["in"], parameter.get("required", False), at, schema, parameter)


def _response(contract: Document, status: str, item: Mapping[str, Any], pointer: str) -> Response:
    node, at = contract.resolve(item, pointer)
    headers = {
        name: contract.resolve(header, f"{at}/headers/{escape(name)}")[1]
        for name, header in node.get("headers", {}).items()
    }
    return Response(status, at, tuple(_media(node, at)), headers, node)


def _media(node: Mapping[str, Any], pointer: str) -> Iterator[Media]:
    for name, media in node.get("content", {}).items():
        at = f"{pointer}/content/{escape(name)}"
        yield Media(name, at, f"{at}/schema" if "schema" in media else "", media)
