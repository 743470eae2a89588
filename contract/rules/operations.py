"""Rules on operations: what each must say so that clients, servers and readers know the whole of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from contract.language import is_extension
from contract.pointers import escape
from contract.rules.registry import Breach, Stage, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contract.language import Place
    from contract.loading import Contract

_ERROR_MEDIA_TYPE = "application/problem+json"


def _operations(contract: Contract) -> Iterator[Place]:
    return (place for place in contract.places if place.kind == "operation")


def _served(contract: Contract) -> Iterator[Place]:
    """The operations that the API serves: not its webhooks and callbacks, which its users answer."""
    return (place for place in _operations(contract) if not re.search("^/webhooks/|/callbacks/", place.pointer))


@rule("operation-id", Stage.NAMES)
def identified(contract: Contract) -> Iterator[Breach]:
    """Every operation has an id, and no two have the same."""
    first: dict[str, str] = {}
    for place in _operations(contract):
        name = place.value.get("operationId") if isinstance(place.value, dict) else None
        if not isinstance(name, str) or not name:
            yield place.pointer, "this operation has no operationId; give it one"
        elif name in first:
            yield place.pointer, f"the operation id {name!r} is taken, at {first[name]}; choose another"
        else:
            first[name] = place.pointer


@rule("operation-tag")
def tagged(contract: Contract) -> Iterator[Breach]:
    """Every operation has a tag, and the document describes that tag."""
    known = {tag["name"] for tag in contract.document.get("tags", [])}
    for place in _operations(contract):
        tags = place.value.get("tags", [])
        if not tags:
            yield place.pointer, "this operation has no tag; clients and documentation group operations by it"
        for tag in tags:
            if tag not in known:
                yield place.pointer, f"the tag {tag!r} is not described under 'tags'"


@rule("operation-security")
def secured(contract: Contract) -> Iterator[Breach]:
    """Every operation says which key it needs, by itself or for the whole document."""
    schemes = contract.document.get("components", {}).get("securitySchemes", {})
    for place in _served(contract):
        security = place.value.get("security", contract.document.get("security"))
        if security is None:
            yield place.pointer, "this operation has no security; write 'security: []' if it needs no key"
        for requirement in security or []:
            for name in requirement.keys() - schemes.keys():
                yield place.pointer, f"the security scheme {name!r} is not described under components"


@rule("operation-errors")
def errors(contract: Contract) -> Iterator[Breach]:
    """Every operation answers with each shared error (problem details)."""
    shared = _shared_errors(contract)
    for place in _served(contract):
        responses = place.value.get("responses", {}).items()
        reached = {response.get("$ref") for status, response in responses if not is_extension(status)}
        for reference in sorted(shared - reached):
            yield place.pointer, f"this operation does not answer with the shared error {reference}"


@rule("operation-statuses")
def statuses(contract: Contract) -> Iterator[Breach]:
    """Every operation and webhook names a success by its status, and no `default`."""
    for place in _operations(contract):
        responses = place.value.get("responses", {})
        if "default" in responses:
            yield f"{place.pointer}/responses/default", "name each status; a default hides undocumented ones from tests"
        if not any(status.startswith("2") for status in responses):
            yield place.pointer, "this operation names no successful status"


def _shared_errors(contract: Contract) -> set[str]:
    responses = contract.document.get("components", {}).get("responses", {})
    return {
        f"#/components/responses/{escape(name)}"
        for name, node in responses.items()
        if _ERROR_MEDIA_TYPE in node.get("content", {})
    }


@rule("path-once", Stage.NAMES)
def paths(contract: Contract) -> Iterator[Breach]:
    """No two paths differ only in what their parameters are called (OpenAPI 3.1.1, Paths Object)."""
    first: dict[str, str] = {}
    for path in contract.document.get("paths", {}):
        known = first.setdefault(re.sub(r"\{[^{}]*\}", "{}", path), path)
        if known != path:
            yield f"/paths/{escape(path)}", f"this path is the same as {known}, with another name in it"


@rule("callbacks")
def callbacks(contract: Contract) -> Iterator[Breach]:
    """No operation has callbacks, which only the change report knows; what the API sends is a webhook."""
    for place in contract.places:
        if place.kind == "callback" and not place.is_reference:
            yield place.pointer, "callbacks are not supported: neither the client nor the site would tell of them"


@rule("path-parameters")
def path_parameters(contract: Contract) -> Iterator[Breach]:
    """The path parameters of an operation are those of its path, and are required."""
    for operation in contract.operations:
        named = set(re.findall(r"\{([^{}]*)\}", operation.path))
        given = {parameter.name: parameter for parameter in operation.parameters if parameter.location == "path"}
        for name in sorted(named - given.keys()):
            yield operation.pointer, f"the path has {{{name}}}, but there is no such path parameter"
        for name in sorted(given.keys() - named):
            yield given[name].pointer, f"the path {operation.path} has no {{{name}}}"
        for name in sorted(named & given.keys()):
            if not given[name].required:
                yield given[name].pointer, "a path parameter must be required"


@rule("link-target")
def links(contract: Contract) -> Iterator[Breach]:
    """Every link leads to an operation that has the parameters it fills."""
    by_id = {operation.id: operation for operation in contract.operations}
    for place in contract.places:
        if place.kind != "link" or place.is_reference:
            continue
        target = by_id.get(place.value.get("operationId", ""))
        if target is None:
            yield place.pointer, "this link leads to no operation of this contract"
            continue
        names = {parameter.name for parameter in target.parameters}
        for name in place.value.get("parameters", {}).keys() - names:
            yield f"{place.pointer}/parameters/{escape(name)}", f"{target.id} has no parameter {name!r}"


@rule("described")
def described(contract: Contract) -> Iterator[Breach]:
    """Every operation, parameter, header, response, tag and property is described; operations have a summary."""
    for place in contract.places:
        if place.is_reference or not isinstance(place.value, dict):
            continue
        if place.kind in _DESCRIBED or _is_property(place):
            if not place.value.get("description", "").strip():
                yield place.pointer, f"this {place.kind.replace('-', ' ')} has no description"
            if place.kind == "operation" and not place.value.get("summary", "").strip():
                yield place.pointer, "this operation has no summary"


_DESCRIBED = {
    "operation",
    "parameter",
    "header",
    "response",
    "tag",
    "request-body",
    "link",
    "security-scheme",
    "server",
}


def _is_property(place: Place) -> bool:
    """A property, or a component that properties refer to."""
    return place.kind == "schema" and bool(re.search(r"/properties/[^/]+$|^/components/schemas/[^/]+$", place.pointer))
