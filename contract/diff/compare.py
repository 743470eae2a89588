"""Compare two contracts, operation by operation."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from contract.diff.exchange import compare_exchange, compare_notice, compare_prose, erased
from contract.diff.model import Report
from contract.diff.places import Place
from contract.diff.surroundings import compare_information, compare_security, compare_servers
from contract.diff.walk import Walker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from contract.diff.model import Change
    from contract.loading import Contract
    from contract.operations import Operation

    Both = Callable[[Operation, Operation], Iterator[Change]]

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
    yield from _matched("operation", old.operations, new.operations, partial(_operation, walker))
    yield from _matched("webhook", old.webhooks, new.webhooks, partial(_webhook, walker))
    yield from compare_information(old, new)


def _matched(kind: str, old: Sequence[Operation], new: Sequence[Operation], both: Both) -> Iterator[Change]:
    """What is gone, what is new, and the changes of what is in both contracts."""
    before, now = _keyed(old), _keyed(new)
    for key, operation in before.items():
        if key not in now:
            yield Place(operation.id).change(f"{kind}-removed", operation.pointer, old=_named(operation))
    for key, operation in now.items():
        if key not in before:
            yield Place(operation.id).change(f"{kind}-added", operation.pointer, new=_named(operation))
        else:
            yield from both(before[key], operation)


def _keyed(operations: Sequence[Operation]) -> dict[tuple[str, str], Operation]:
    return {(operation.method, erased(operation.path)): operation for operation in operations}


def _named(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


def _operation(walker: Walker, old: Operation, new: Operation) -> Iterator[Change]:
    contracts = walker.old_schemas.contract, walker.new_schemas.contract
    place = Place(new.id)
    if old.id != new.id:
        yield place.change("operation-id-changed", f"{new.pointer}/operationId", old.id, new.id)
    yield from _deprecation("operation", old, new, place)
    yield from compare_servers(old.node, new.node, place, new.pointer)
    yield from compare_security(*contracts, old, new, place)
    yield from compare_exchange(walker, old, new, place)
    yield from compare_prose(place, new.pointer, old.node, new.node)


def _webhook(walker: Walker, old: Operation, new: Operation) -> Iterator[Change]:
    place = Place(new.id)
    yield from _deprecation("webhook", old, new, place)
    yield from compare_notice(walker, old, new, place)
    yield from compare_prose(place, new.pointer, old.node, new.node)


def _deprecation(kind: str, old: Operation, new: Operation, place: Place) -> Iterator[Change]:
    before, now = bool(old.node.get("deprecated")), bool(new.node.get("deprecated"))
    if before != now:
        rule = "deprecated" if now else "deprecation-withdrawn"
        yield place.change(f"{kind}-{rule}", f"{new.pointer}/deprecated", before, now)
