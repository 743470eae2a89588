"""Compare what surrounds operations: who may call them, where, and what the contract says of itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from contract.diff.exchange import compare_prose
from contract.diff.keywords import canonical
from contract.diff.model import ABSENT
from contract.diff.places import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contract.diff.model import Change
    from contract.loading import Contract
    from contract.operations import Operation

__all__ = ["compare_information", "compare_security", "compare_servers"]


def compare_information(old: Contract, new: Contract) -> Iterator[Change]:
    """Changes in what the contract says of itself, its version apart."""
    place = Place("")
    for keyword in ("info", "tags", "externalDocs"):
        before, now = (_without_version(contract.document.get(keyword)) for contract in (old, new))
        if canonical(before) != canonical(now):
            yield place.change("information-changed", f"/{keyword}", before, now)


def _without_version(value: Any) -> Any:
    return {key: item for key, item in value.items() if key != "version"} if isinstance(value, dict) else value


# Security


Alternative = frozenset[tuple[str, str, frozenset[str]]]
"""Schemes that are needed together: for each its name, its definition and the scopes."""


def compare_security(
    old_contract: Contract, new_contract: Contract, old: Operation, new: Operation, place: Place
) -> Iterator[Change]:
    """Changes in how a caller must identify itself."""
    place = replace(place, direction="request")
    before, now = _alternatives(old_contract, old), _alternatives(new_contract, new)
    pointer = f"{new.pointer}/security" if "security" in new.node else "/security"
    gone = [was for key, was in before.items() if key not in now]
    come = [becomes for key, becomes in now.items() if key not in before]
    for was in tuple(gone):
        partner = next((becomes for becomes in come if _names(becomes) == _names(was)), None)
        if partner is not None:
            gone.remove(was)
            come.remove(partner)
            yield from _changed(was, partner, pointer, place)
    for was in (alternative for alternative in gone if not _covered(alternative, now.values())):
        yield place.change("security-alternative-removed", pointer, old=_words(was))
    for becomes in (alternative for alternative in come if not _covered(alternative, before.values())):
        yield place.change("security-alternative-added", pointer, new=_words(becomes))


def _alternatives(contract: Contract, operation: Operation) -> dict[str, Alternative]:
    """The ways to identify oneself, by a key that does not depend on what schemes are called."""
    requirements = operation.node.get("security", contract.document.get("security", [])) or [{}]
    schemes = contract.document.get("components", {}).get("securitySchemes", {})
    found = {}
    for requirement in requirements:
        parts = {
            (name, _definition(contract, schemes.get(name, {})), frozenset(scopes))
            for name, scopes in requirement.items()
        }
        found[canonical(sorted((definition, sorted(scopes)) for _, definition, scopes in parts))] = frozenset(parts)
    return found


def _definition(contract: Contract, scheme: Mapping[str, Any]) -> str:
    node, _ = contract.resolve(scheme)
    return canonical({key: value for key, value in node.items() if key not in {"description", "bearerFormat"}})


def _covered(one: Alternative, others: Any) -> bool:
    """Whether whoever meets an alternative meets one of the others as well, which asks for no more."""
    return any(_asks_no_more(other, one) for other in others)


def _asks_no_more(one: Alternative, other: Alternative) -> bool:
    return all(any(definition == also and scopes <= more for _, also, more in other) for _, definition, scopes in one)


def _names(alternative: Alternative) -> frozenset[str]:
    return frozenset(name for name, _, _ in alternative)


def _changed(old: Alternative, new: Alternative, pointer: str, place: Place) -> Iterator[Change]:
    definitions = {name: definition for name, definition, _ in old}
    scopes = {name: needed for name, _, needed in old}
    for name, definition, needed in sorted(new, key=lambda part: part[0]):
        if definition != definitions[name]:
            at = f"/components/securitySchemes/{name}"
            yield place.change("security-scheme-changed", at, definitions[name], definition)
        for scope in sorted(needed - scopes[name]):
            yield place.change("security-scope-added", pointer, new=scope)
        for scope in sorted(scopes[name] - needed):
            yield place.change("security-scope-removed", pointer, old=scope)


def _words(alternative: Alternative) -> str:
    return " and ".join(sorted(_names(alternative))) or "no key at all"


# Servers


def compare_servers(
    old: Mapping[str, Any], new: Mapping[str, Any], place: Place, pointer: str = ""
) -> Iterator[Change]:
    """Changes in where the API is reached, for the contract or for what overrides it."""
    if not (old.get("servers") or new.get("servers")):
        return
    before, now = _by_url(old), _by_url(new)
    for url in dict.fromkeys([*before, *now]):
        named = replace(place, name=f"server `{url}`")
        if url not in before:
            yield named.change("server-added", f"{pointer}/servers", new=url)
        elif url not in now:
            yield named.change("server-removed", f"{pointer}/servers", old=url)
        else:
            at = f"{pointer}/servers/{list(now).index(url)}"
            yield from _variables(before[url], now[url], named, at)
            yield from compare_prose(named, at, before[url], now[url])


def _by_url(node: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    servers = node.get("servers") or [{"url": "/"}]  # what OpenAPI puts in
    return {server["url"]: server for server in servers}


def _variables(old: Mapping[str, Any], new: Mapping[str, Any], place: Place, at: str) -> Iterator[Change]:
    before, now = old.get("variables", {}), new.get("variables", {})
    for name in dict.fromkeys([*before, *now]):
        named = replace(place, name=f"server variable `{name}`")
        was, becomes = before.get(name, {}), now.get(name, {})
        if was.get("default", ABSENT) != becomes.get("default", ABSENT):
            values = was.get("default", ABSENT), becomes.get("default", ABSENT)
            yield named.change("server-variable-default-changed", f"{at}/variables/{name}", *values)
        for value in sorted({*was.get("enum", [])} - {*becomes.get("enum", [])}):
            if "enum" in becomes:
                yield named.change("server-variable-value-removed", f"{at}/variables/{name}", old=value)
        for value in sorted({*becomes.get("enum", [])} - {*was.get("enum", [])}):
            rule = "added" if "enum" in was else "removed"
            if rule == "added":
                yield named.change("server-variable-value-added", f"{at}/variables/{name}", new=value)
