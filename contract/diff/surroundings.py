"""Compare what surrounds operations: where they are reached, and what the contract says of itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from contract.diff.keywords import canonical
from contract.diff.model import ABSENT
from contract.diff.places import Place
from contract.diff.prose import compare_prose, extensions_of
from contract.pointers import escape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from contract.diff.model import Change
    from contract.loading import Contract
    from contract.operations import Operation

    Servers = Sequence[Mapping[str, Any]]

__all__ = ["compare_information", "compare_own_servers", "compare_servers", "servers_of"]


def compare_information(old: Contract, new: Contract) -> Iterator[Change]:
    """Changes in what the contract says of itself, its version apart."""
    place = Place("")
    for keyword in ("info", "tags", "jsonSchemaDialect"):
        before, now = (_without_version(contract.document.get(keyword, ABSENT)) for contract in (old, new))
        if before is not now and (ABSENT in (before, now) or canonical(before) != canonical(now)):
            yield place.change("information-changed", f"/{keyword}", before, now)
    yield from compare_prose(place, "", _about(old.document), _about(new.document))
    yield from compare_prose(place, "/paths", *(extensions_of(side.document.get("paths", {})) for side in (old, new)))


def _about(document: Mapping[str, Any]) -> dict[str, Any]:
    """What a contract says of itself beside its information and its tags."""
    docs = {"externalDocs": document["externalDocs"]} if "externalDocs" in document else {}
    return docs | extensions_of(document)


def _without_version(value: Any) -> Any:
    return {key: item for key, item in value.items() if key != "version"} if isinstance(value, dict) else value


def servers_of(contract: Contract) -> Servers:
    """Where a contract says that its API is reached."""
    return contract.document.get("servers") or [{"url": "/"}]  # what OpenAPI puts in


def compare_own_servers(
    old_contract: Contract, new_contract: Contract, old: Operation, new: Operation, place: Place
) -> Iterator[Change]:
    """Changes in where an operation is reached, when it or its path has servers of its own."""
    before, now = _own_servers(old_contract, old), _own_servers(new_contract, new)
    if before or now:
        was = before[0] if before else servers_of(old_contract)
        becomes, at = now or (servers_of(new_contract), "/servers")
        yield from compare_servers(was, becomes, place, at)


def _own_servers(contract: Contract, operation: Operation) -> tuple[Servers, str] | None:
    """The servers of an operation or its path, and where they stand."""
    for pointer, node in ((operation.pointer, operation.node), (operation.item, contract.at(operation.item))):
        if servers := node.get("servers"):
            return servers, f"{pointer}/servers"
    return None


def compare_servers(old: Servers, new: Servers, place: Place, pointer: str) -> Iterator[Change]:
    """Changes between two lists of servers; the new one stands at the pointer."""
    before, now = ({server["url"]: server for server in servers} for servers in (old, new))
    for url in dict.fromkeys([*before, *now]):
        named = replace(place, name=f"server `{url}`")
        if url not in before:
            yield named.change("server-added", pointer, new=url)
        elif url not in now:
            yield named.change("server-removed", pointer, old=url)
        else:
            at = f"{pointer}/{list(now).index(url)}"
            yield from _variables(before[url], now[url], named, at)
            yield from compare_prose(named, at, before[url], now[url])


def _variables(old: Mapping[str, Any], new: Mapping[str, Any], place: Place, at: str) -> Iterator[Change]:
    before, now = old.get("variables", {}), new.get("variables", {})
    for name in dict.fromkeys([*before, *now]):
        named, pointer = replace(place, name=f"server variable `{name}`"), f"{at}/variables/{escape(name)}"
        was, becomes = before.get(name, {}), now.get(name, {})
        if was.get("default", ABSENT) != becomes.get("default", ABSENT):
            values = was.get("default", ABSENT), becomes.get("default", ABSENT)
            yield named.change("server-variable-default-changed", pointer, *values)
        gone, come = _values(was.get("enum"), becomes.get("enum"))
        yield from (named.change("server-variable-value-removed", pointer, old=value) for value in gone)
        yield from (named.change("server-variable-value-added", pointer, new=value) for value in come)
        yield from compare_prose(named, pointer, was, becomes)


def _values(old: list[str] | None, new: list[str] | None) -> tuple[list[str], list[str]]:
    """The values that may no longer be put into a server's URL, and those that may now; without a list, any may."""
    if old is None or new is None:
        return (["any other value"] if old is None and new else []), (["any value"] if new is None and old else [])
    return sorted({*old} - {*new}), sorted({*new} - {*old})
