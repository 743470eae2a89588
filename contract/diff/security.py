"""Compare how a caller must identify itself."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from contract.diff.keywords import canonical
from contract.diff.places import Place
from contract.diff.prose import compare_prose
from contract.language import is_extension
from contract.pointers import escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from contract.diff.model import Change
    from contract.loading import Contract
    from contract.operations import Operation

__all__ = ["compare_keys", "compare_schemes", "compare_security"]

_SCHEMES = "/components/securitySchemes"

Alternative: TypeAlias = frozenset[tuple[str, str, frozenset[str]]]
"""Schemes that are needed together: for each its name, its definition and the scopes."""


def compare_schemes(old: Contract, new: Contract) -> Iterator[Change]:
    """Changes in what the security schemes of both contracts say to people."""
    before, now = _schemes(old), _schemes(new)
    for name in (name for name in now if name in before):
        place = Place("", name=f"security scheme `{name}`")
        at, was, becomes = f"{_SCHEMES}/{escape(name)}", before[name], now[name]
        yield from compare_prose(place, at, was, becomes)
        flows = was.get("flows"), becomes.get("flows")
        if _definition(was) == _definition(becomes) and canonical(flows[0]) != canonical(flows[1]):
            yield place.change("information-changed", f"{at}/flows", *flows)  # what scopes there are, and their texts


def _schemes(contract: Contract) -> dict[str, Mapping[str, Any]]:
    schemes = contract.document.get("components", {}).get("securitySchemes", {})
    return {name: contract.resolve(scheme)[0] for name, scheme in schemes.items()}


def compare_security(
    old_contract: Contract, new_contract: Contract, old: Operation, new: Operation, place: Place
) -> Iterator[Change]:
    """Changes in how a caller must identify itself."""
    place = replace(place, direction="request")
    before, now = _alternatives(old_contract, old), _alternatives(new_contract, new)
    pointer = _stands(new)
    gone = [was for key, was in before.items() if key not in now]
    come = [becomes for key, becomes in now.items() if key not in before]
    for was in tuple(gone):
        partner = next((becomes for becomes in come if _names(becomes) == _names(was)), None)
        if partner is not None:
            gone.remove(was)
            come.remove(partner)
            yield from _changed(was, partner, pointer, place)
    for was in (alternative for alternative in gone if not _covered(alternative, now.values())):
        yield place.change("security-alternative-removed", pointer, _words(was), _either(now.values()))
    for becomes in (alternative for alternative in come if not _covered(alternative, before.values())):
        yield place.change("security-alternative-added", pointer, _either(before.values()), _words(becomes))


def compare_keys(
    old_contract: Contract, new_contract: Contract, old: Operation, new: Operation, place: Place, kind: str
) -> Iterator[Change]:
    """A change in how the API identifies itself to those who receive a webhook or callback."""
    before, now = _alternatives(old_contract, old), _alternatives(new_contract, new)
    if before.keys() != now.keys():
        shown = ([_written(alternative) for alternative in side.values()] for side in (before, now))
        yield replace(place, direction="response").change(f"{kind}-security-changed", _stands(new), *shown)


def _written(alternative: Alternative) -> dict[str, Any]:
    return {
        name: {**json.loads(definition), "scopes": sorted(scopes)} if scopes else json.loads(definition)
        for name, definition, scopes in sorted(alternative, key=lambda part: part[0])
    }


def _stands(operation: Operation) -> str:
    """Where it stands how a caller of an operation must identify itself."""
    return f"{operation.pointer}/security" if "security" in operation.node else "/security"


def _alternatives(contract: Contract, operation: Operation) -> dict[str, Alternative]:
    """The ways to identify oneself, by a key that does not depend on what schemes are called."""
    requirements = operation.node.get("security", contract.document.get("security", [])) or [{}]
    schemes = _schemes(contract)
    found = {}
    for requirement in requirements:
        parts = {(name, _definition(schemes.get(name, {})), frozenset(scopes)) for name, scopes in requirement.items()}
        found[canonical(sorted((definition, sorted(scopes)) for _, definition, scopes in parts))] = frozenset(parts)
    return found


def _definition(scheme: Mapping[str, Any]) -> str:
    """What a caller must know of a scheme, in one way of writing it; which scopes there are is told of where needed."""
    said = {key: value for key, value in scheme.items() if not (key in _WORDS or is_extension(key))}
    if "scheme" in said:  # has no case (RFC 9110, section 11.1)
        said["scheme"] = said["scheme"].lower()
    if said.get("in") == "header":
        said["name"] = said["name"].lower()
    if "flows" in said:
        flows = ((name, flow) for name, flow in said["flows"].items() if not is_extension(name))
        said["flows"] = {name: {key: flow[key] for key in flow if key != "scopes"} for name, flow in flows}
    return canonical(said)


_WORDS = {"description", "bearerFormat"}
"""Fields of a scheme that only speak to people."""


def _covered(one: Alternative, others: Iterable[Alternative]) -> bool:
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
            at = f"{_SCHEMES}/{escape(name)}"
            yield place.change("security-scheme-changed", at, *map(json.loads, (definitions[name], definition)))
        for scope in sorted(needed - scopes[name]):
            yield place.change("security-scope-added", pointer, new=scope)
        for scope in sorted(scopes[name] - needed):
            yield place.change("security-scope-removed", pointer, old=scope)


def _words(alternative: Alternative) -> str:
    return " and ".join(sorted(_names(alternative))) or "no key"


def _either(alternatives: Iterable[Alternative]) -> str:
    return " or ".join(map(_words, alternatives))
