"""Compare two contracts, operation by operation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contract.diff.exchange import compare_exchange, compare_prose, erased
from contract.diff.model import Report
from contract.diff.places import Place
from contract.diff.surroundings import compare_information, compare_security, compare_servers
from contract.diff.walk import Walker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contract.diff.model import Change
    from contract.loading import Contract
    from contract.operations import Operation

__all__ = ["compare"]


def compare(old: Contract, new: Contract) -> Report:
    """Every change between two contracts that a client or a server can notice.

    Both must keep the rules on form (`contract.lint`); otherwise what comes out, or which error, is undefined.
    """
    changes = () if old.data == new.data else _ordered(_changes(old, new))
    return Report(old.version, new.version, tuple(changes))


def _ordered(changes: Iterator[Change]) -> list[Change]:
    """The most severe first, else in the order in which they were found; none twice."""
    unique: dict[Any, Change] = {}
    for change in changes:
        key = change.rule, change.operation, change.place, change.pointer, repr(change.old), repr(change.new)
        unique.setdefault(key, change)
    return sorted(unique.values(), key=lambda change: -change.level)


def _changes(old: Contract, new: Contract) -> Iterator[Change]:
    yield from compare_servers(old.document, new.document, Place(""))
    walker = Walker(old, new)
    before, now = _keyed(old), _keyed(new)
    for key, operation in before.items():
        if key not in now:
            yield Place(operation.id).change("operation-removed", operation.pointer, old=_named(operation))
    for key, operation in now.items():
        if key not in before:
            yield Place(operation.id).change("operation-added", operation.pointer, new=_named(operation))
        else:
            yield from _operation(walker, before[key], operation)
    yield from compare_information(old, new)


def _keyed(contract: Contract) -> dict[tuple[str, str], Operation]:
    return {(operation.method, erased(operation.path)): operation for operation in contract.operations}


def _named(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


def _operation(walker: Walker, old: Operation, new: Operation) -> Iterator[Change]:
    contracts = walker.old_schemas.contract, walker.new_schemas.contract
    place = Place(new.id)
    if old.id != new.id:
        yield place.change("operation-id-changed", f"{new.pointer}/operationId", old.id, new.id)
    before, now = bool(old.node.get("deprecated")), bool(new.node.get("deprecated"))
    if before != now:
        rule = "operation-deprecated" if now else "operation-deprecation-withdrawn"
        yield place.change(rule, f"{new.pointer}/deprecated", before, now)
    yield from compare_servers(old.node, new.node, place, new.pointer)
    yield from compare_security(*contracts, old, new, place)
    yield from compare_exchange(walker, old, new, place)
    yield from compare_prose(place, new.pointer, old.node, new.node)
