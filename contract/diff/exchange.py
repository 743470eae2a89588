"""Compare what two versions of one operation exchange: what is sent, and what is answered."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from contract.diff.bodies import compare_body, compare_media
from contract.diff.headers import compare_headers
from contract.diff.keywords import canonical
from contract.diff.parameters import compare_parameters
from contract.diff.prose import compare_prose
from contract.pointers import escape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from contract.diff.model import Change
    from contract.diff.places import Place
    from contract.diff.walk import Walker
    from contract.loading import Contract
    from contract.operations import Operation, Response

__all__ = ["compare_exchange", "compare_notice"]


def compare_exchange(walker: Walker, old: Operation, new: Operation, place: Place) -> Iterator[Change]:
    """Every change between two versions of an operation in what goes to the server and what comes back."""
    sent, told = _directions(place)
    yield from compare_parameters(walker, old, new, sent)
    yield from compare_body(walker, old, new, replace(sent, name="request body"))

    def rule(status: str) -> str:
        return f"response-{'success' if status.upper().startswith(('2', '3')) else 'error'}-status"

    yield from _responses(walker, old, new, replace(told, name="response"), rule)


def compare_notice(walker: Walker, old: Operation, new: Operation, place: Place, kind: str) -> Iterator[Change]:
    """Every change between two versions of a webhook or callback: its users read the request, and send the answer."""
    sent, told = _directions(place)
    yield from compare_parameters(walker, old, new, told)
    yield from compare_body(walker, old, new, replace(told, name=f"{kind} body"))
    yield from _responses(walker, old, new, replace(sent, name="answer"), lambda _: f"{kind}-answer")


def _directions(place: Place) -> tuple[Place, Place]:
    return replace(place, direction="request"), replace(place, direction="response")


def _responses(
    walker: Walker, old: Operation, new: Operation, place: Place, rule: Callable[[str], str]
) -> Iterator[Change]:
    for status in sorted(old.responses.keys() | new.responses.keys()):
        was, becomes = _answer(old.responses, status), _answer(new.responses, status)
        named = replace(place, name=f"{status} {place.name}")
        if was and becomes:
            yield from _response(walker, was, becomes, named)
        elif becomes:
            yield named.change(f"{rule(status)}-added", becomes.pointer, new=status)
        elif was:
            yield named.change(f"{rule(status)}-removed", was.pointer, old=status)


def _answer(responses: Mapping[str, Response], status: str) -> Response | None:
    """What is said of a status: by itself, by its class (`4XX`), or by `default` (OpenAPI 3.1.1, Responses Object)."""
    return responses.get(status) or responses.get(f"{status[0]}XX") or responses.get("default")


def _response(walker: Walker, old: Response, new: Response, place: Place) -> Iterator[Change]:
    yield from compare_prose(place, new.pointer, old.node, new.node)
    yield from compare_headers(walker, (old.pointer, old.node), (new.pointer, new.node), place)
    body = replace(place, subject="body", name=f"{place.name} body")
    yield from compare_media(walker, old.media, new.media, body)
    yield from _links(walker, old, new, place)


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
