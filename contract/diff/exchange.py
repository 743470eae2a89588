"""Compare what two versions of one operation exchange: parameters, bodies, answers and their headers."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from contract.diff.keywords import canonical
from contract.diff.model import ABSENT
from contract.pointers import escape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from contract.diff.model import Change
    from contract.diff.places import Place
    from contract.diff.walk import Walker
    from contract.loading import Contract
    from contract.operations import Media, Operation, Parameter, Response

    Headers = Mapping[str, tuple[str, str, Mapping[str, Any]]]
    """By the name in lower case: the name, where the header stands, and itself."""

__all__ = ["compare_exchange", "compare_notice", "compare_prose", "erased"]

_IGNORED_HEADERS = {"accept", "content-type", "authorization"}
"""Header parameters that OpenAPI leaves to other fields (OpenAPI 3.1.1, Parameter Object)."""


def compare_exchange(walker: Walker, old: Operation, new: Operation, place: Place) -> Iterator[Change]:
    """Every change between two versions of an operation in what goes to the server and what comes back."""
    sent, told = _directions(place)
    yield from _parameters(walker, old, new, sent)
    yield from _body(walker, old, new, sent)
    yield from _responses(walker, old, new, told)


def compare_notice(walker: Walker, old: Operation, new: Operation, place: Place) -> Iterator[Change]:
    """Every change between two versions of a webhook: its users read the request, and send the answer."""
    sent, told = _directions(place)
    before, now = _notice_headers(old), _notice_headers(new)
    yield from _headers(walker, before, now, replace(told, subject="header", name="webhook"))
    yield from _media(walker, old.body, new.body, replace(told, subject="body", name="webhook body"))
    for status in sorted(old.responses.keys() | new.responses.keys()):
        was, becomes = _answer(old.responses, status), _answer(new.responses, status)
        named = replace(sent, subject="body", name=f"{status} answer")
        if was and becomes:
            yield from _media(walker, was.media, becomes.media, named)
            yield from compare_prose(named, becomes.pointer, was.node, becomes.node)
        elif becomes:
            yield named.change("webhook-answer-added", becomes.pointer, new=status)
        elif was:
            yield named.change("webhook-answer-removed", was.pointer, old=status)


def _notice_headers(webhook: Operation) -> Headers:
    headers = (parameter for parameter in webhook.parameters if parameter.location == "header")
    return {header.name.lower(): (header.name, header.pointer, header.node) for header in headers}


def _directions(place: Place) -> tuple[Place, Place]:
    return replace(place, direction="request"), replace(place, direction="response")


def compare_prose(place: Place, pointer: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    """Changes in what an object says to people: a note each."""
    extensions = sorted(key for key in old.keys() | new.keys() if key.startswith("x-"))
    for keyword in ("summary", "description", "tags", "example", "examples", *extensions):
        before, now = old.get(keyword, ABSENT), new.get(keyword, ABSENT)
        if before is not now and (ABSENT in (before, now) or canonical(before) != canonical(now)):
            rule = "extension" if keyword in extensions else "examples" if keyword == "example" else keyword
            yield place.change(f"{rule}-changed", f"{pointer}/{escape(keyword)}", before, now)


def erased(path: str) -> str:
    """A path template without the names of its parameters: they are not part of any URL."""
    return re.sub(r"\{[^{}]*\}", "{}", path)


# Parameters


def _parameters(walker: Walker, old: Operation, new: Operation, place: Place) -> Iterator[Change]:
    before, now = _keyed(old), _keyed(new)
    for key in dict.fromkeys([*before, *now]):
        was, becomes = before.get(key), now.get(key)
        named = replace(place, subject="parameter", name=_parameter_name(becomes or was))
        if was and becomes:
            yield from _parameter(walker, was, becomes, named)
        elif becomes:
            kind = "required" if becomes.required else "optional"
            yield named.change(f"request-{kind}-parameter-added", becomes.pointer, new=becomes.name)
        elif was:
            kind = "required" if was.required else "optional"
            yield named.change(f"request-{kind}-parameter-removed", was.pointer, old=was.name)


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
            if name in _IGNORED_HEADERS:
                continue
        elif parameter.location == "path" and name in turns:
            name = str(turns.index(name))
        keyed[parameter.location, name] = parameter
    return keyed


def _parameter(walker: Walker, old: Parameter, new: Parameter, place: Place) -> Iterator[Change]:
    at = new.pointer
    if old.name != new.name and new.location == "path":
        yield place.change("path-parameter-renamed", f"{at}/name", old.name, new.name)
    if new.required != old.required:
        rule = f"request-parameter-became-{'required' if new.required else 'optional'}"
        yield place.change(rule, f"{at}/required", old.required, new.required)
    yield from _carrier(walker, place, "request-parameter", (old.pointer, old.node), (at, new.node))


def _carrier(
    walker: Walker, place: Place, kind: str, old: tuple[str, Mapping[str, Any]], new: tuple[str, Mapping[str, Any]]
) -> Iterator[Change]:
    """What parameters and headers have in common: how a value is written, and its schema."""
    (old_at, old_node), (at, node) = old, new
    before, now = bool(old_node.get("deprecated")), bool(node.get("deprecated"))
    if before != now:
        yield place.change(f"{kind}-{'deprecated' if now else 'deprecation-withdrawn'}", at, before, now)
    styles = _serialization(old_node, kind), _serialization(node, kind)
    if styles[0] != styles[1]:
        yield place.change(f"{kind}-serialization-changed", at, *styles)
    (old_type, old_schema), (new_type, schema) = _carried(old_at, old_node), _carried(at, node)
    if old_type != new_type:
        yield place.change(f"{kind}-media-type-changed", at, old_type or "plain text", new_type or "plain text")
    yield from place.schema_changes(walker, old_schema, schema)
    yield from compare_prose(place, at, old_node, node)


def _serialization(node: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """How a value is written into a URL or a header, with what OpenAPI puts in for what is left out."""
    location = node.get("in", "header")
    style = node.get("style", "form" if location in {"query", "cookie"} else "simple")
    explode = node.get("explode", style == "form")
    also = {key: node[key] for key in ("allowReserved", "allowEmptyValue") if node.get(key)}
    return {"style": style, "explode": explode} | (also if kind == "request-parameter" else {})


def _carried(pointer: str, node: Mapping[str, Any]) -> tuple[str, str]:
    """The media type of a value ("" when it is written plainly), and where its schema stands ("" when nowhere)."""
    for media_type, media in node.get("content", {}).items():
        at = f"{pointer}/content/{escape(media_type)}"
        return media_type, f"{at}/schema" if "schema" in media else ""
    return "", f"{pointer}/schema" if "schema" in node else ""


# Bodies


def _body(walker: Walker, old: Operation, new: Operation, place: Place) -> Iterator[Change]:
    place = replace(place, subject="body", name="request body")
    was, becomes = bool(old.body), bool(new.body)
    if was and becomes:
        if old.body_required != new.body_required:
            rule = f"request-body-became-{'required' if new.body_required else 'optional'}"
            yield place.change(rule, f"{new.pointer}/requestBody", old.body_required, new.body_required)
        yield from _media(walker, old.body, new.body, place)
    elif becomes:
        rule = f"request-{'required' if new.body_required else 'optional'}-body-added"
        yield place.change(rule, f"{new.pointer}/requestBody", new=[media.type for media in new.body])
    elif was:
        rule = f"request-{'required' if old.body_required else 'optional'}-body-removed"
        yield place.change(rule, f"{old.pointer}/requestBody", old=[media.type for media in old.body])


def _media(walker: Walker, old: Sequence[Media], new: Sequence[Media], place: Place) -> Iterator[Change]:
    before, now = ({media.type.replace(" ", "").lower(): media for media in side} for side in (old, new))
    for key in dict.fromkeys([*before, *now]):
        was, becomes = before.get(key), now.get(key)
        if was and becomes:
            yield from place.schema_changes(walker, was.schema, becomes.schema)
            encodings = was.node.get("encoding", {}), becomes.node.get("encoding", {})
            if canonical(encodings[0]) != canonical(encodings[1]):
                yield place.change(f"{place.direction}-encoding-changed", f"{becomes.pointer}/encoding", *encodings)
            yield from compare_prose(place, becomes.pointer, was.node, becomes.node)
        elif becomes:
            yield place.change(f"{place.direction}-media-type-added", becomes.pointer, new=becomes.type)
        elif was:
            yield place.change(f"{place.direction}-media-type-removed", was.pointer, old=was.type)


# Answers


def _responses(walker: Walker, old: Operation, new: Operation, place: Place) -> Iterator[Change]:
    for status in sorted(old.responses.keys() | new.responses.keys()):
        was, becomes = _answer(old.responses, status), _answer(new.responses, status)
        kind = "success" if status.upper().startswith(("2", "3")) else "error"
        named = replace(place, name=f"{status} response")
        if was and becomes:
            yield from _response(walker, was, becomes, named, status)
        elif becomes:
            yield named.change(f"response-{kind}-status-added", becomes.pointer, new=status)
        elif was:
            yield named.change(f"response-{kind}-status-removed", was.pointer, old=status)


def _answer(responses: Mapping[str, Response], status: str) -> Response | None:
    """What is said of a status: by itself, by its class (`4XX`), or by `default` (OpenAPI 3.1.1, Responses Object)."""
    return responses.get(status) or responses.get(f"{status[0]}XX") or responses.get("default")


def _response(walker: Walker, old: Response, new: Response, place: Place, status: str) -> Iterator[Change]:
    yield from compare_prose(place, new.pointer, old.node, new.node)
    before, now = _header_nodes(walker.old_schemas.contract, old), _header_nodes(walker.new_schemas.contract, new)
    yield from _headers(walker, before, now, replace(place, subject="header"))
    body = replace(place, subject="body", name=f"{status} response body")
    yield from _media(walker, old.media, new.media, body)
    yield from _links(walker, old, new, place)


def _headers(walker: Walker, before: Headers, now: Headers, place: Place) -> Iterator[Change]:
    for key in dict.fromkeys([*before, *now]):
        name, at, node = now.get(key) or before[key]
        required = "required" if node.get("required") else "optional"
        named = replace(place, name=f"header `{name}` of the {place.name}")
        if key not in before:
            yield named.change(f"response-{required}-header-added", at, new=name)
        elif key not in now:
            yield named.change(f"response-{required}-header-removed", at, old=name)
        else:
            was = bool(before[key][2].get("required"))
            if was != bool(node.get("required")):
                yield named.change(f"response-header-became-{required}", f"{at}/required", was, not was)
            yield from _carrier(walker, named, "response-header", before[key][1:], (at, node))


def _header_nodes(contract: Contract, response: Response) -> Headers:
    return {name.lower(): (name, at, contract.at(at)) for name, at in response.headers.items()}


def _links(walker: Walker, old: Response, new: Response, place: Place) -> Iterator[Change]:
    before = _link_nodes(walker.old_schemas.contract, old)
    now = _link_nodes(walker.new_schemas.contract, new)
    for name in dict.fromkeys([*before, *now]):
        named = replace(place, name=f"link `{name}` of the {place.name}")
        if name not in before:
            yield named.change("response-link-added", now[name][0], new=now[name][1])
        elif name not in now:
            yield named.change("response-link-removed", before[name][0], old=before[name][1])
        else:
            (_, was), (at, becomes) = before[name], now[name]
            if canonical(_leads(was)) != canonical(_leads(becomes)):
                yield named.change("response-link-changed", at, _leads(was), _leads(becomes))
            yield from compare_prose(named, at, was, becomes)


def _link_nodes(contract: Contract, response: Response) -> dict[str, tuple[str, Mapping[str, Any]]]:
    found: dict[str, tuple[str, Mapping[str, Any]]] = {}
    for name, link in response.node.get("links", {}).items():
        node, at = contract.resolve(link, f"{response.pointer}/links/{escape(name)}")
        found[name] = at, node
    return found


def _leads(link: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in link.items() if key != "description" and not key.startswith("x-")}
