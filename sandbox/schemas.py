"""What a schema of the contract names, by itself or in the schemas that it is put together from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contract.pointers import escape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from contract import Contract

__all__ = ["properties", "types"]


def properties(contract: Contract, pointer: str) -> Mapping[str, str]:
    """The properties that the schema at a pointer names, in its order, each with the pointer to its own schema."""
    found: dict[str, str] = {}
    for schema, at in _parts(contract, pointer, set()):
        for name in schema.get("properties", {}):
            found.setdefault(name, f"{at}/properties/{escape(name)}")
    return found


def types(contract: Contract, pointer: str) -> frozenset[str]:
    """The JSON types that the schema at a pointer names; none where it leaves them open."""
    found: set[str] = set()
    for schema, _ in _parts(contract, pointer, set()):
        named = schema.get("type", [])
        found |= {named} if isinstance(named, str) else set(named)
    return frozenset(found)


def _parts(contract: Contract, pointer: str, seen: set[str]) -> Iterator[tuple[Mapping[str, Any], str]]:
    """A schema and those that it is put together from, each once, with where it stands; none for no pointer."""
    if not pointer:
        return
    schema, at = contract.resolve(contract.at(pointer), pointer)
    if not isinstance(schema, dict) or at in seen:
        return
    seen.add(at)
    yield schema, at
    for keyword in ("allOf", "anyOf", "oneOf"):
        for index in range(len(schema.get(keyword, []))):
            yield from _parts(contract, f"{at}/{keyword}/{index}", seen)
