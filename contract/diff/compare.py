"""Compare two contracts, operation by operation."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from contract.diff.exchange import compare_exchange, compare_notice
from contract.diff.model import ABSENT, Report
from contract.diff.parameters import erased
from contract.diff.places import Place
from contract.diff.prose import compare_prose, extensions_of
from contract.diff.security import compare_keys, compare_schemes, compare_security
from contract.diff.surroundings import compare_information, compare_own_servers, compare_servers, servers_of
from contract.diff.walk import Walker
from contract.operations import callbacks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from contract.diff.model import Change
    from contract.loading import Contract
    from contract.operations import Operation

    Both = Callable[[Operation, Operation], Iterator[Change]]
    Operations = Mapping[tuple[str, str], Operation]

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
    yield from compare_servers(servers_of(old), servers_of(new), Place(""), "/servers")
    yield from compare_schemes(old, new)
    walker = Walker(old, new)
    yield from _moved(old.operations, new.operations, partial(_operation, walker))
    yield from _matched("webhook", _keyed(old.webhooks), _keyed(new.webhooks), partial(_notice, walker, "webhook"))
    yield from compare_information(old, new)


def _moved(old: Sequence[Operation], new: Sequence[Operation], both: Both) -> Iterator[Change]:
    """The changes of operations, known by method and path, and by their ids where they are elsewhere now."""
    before, now = _keyed(old, erased), _keyed(new, erased)
    gone = {operation.id: key for key, operation in before.items() if key not in now}
    for key, operation in tuple(now.items()):
        if key not in before and operation.id in gone:
            was = before[gone[operation.id]]
            yield Place(operation.id).change("operation-moved", operation.pointer, _named(was), _named(operation))
            before[key] = before.pop(gone[operation.id])
    yield from _matched("operation", before, now, both)


def _matched(kind: str, before: Operations, now: Operations, both: Both) -> Iterator[Change]:
    """What is gone, what is new, and the changes of what is in both contracts."""
    for key, operation in before.items():
        if key not in now:
            yield Place(operation.id).change(f"{kind}-removed", operation.pointer, old=_named(operation))
    for key, operation in now.items():
        if key not in before:
            yield Place(operation.id).change(f"{kind}-added", operation.pointer, new=_named(operation))
        else:
            yield from both(before[key], operation)


def _keyed(operations: Sequence[Operation], plain: Callable[[str], str] = str) -> dict[tuple[str, str], Operation]:
    return {(operation.method, plain(operation.path)): operation for operation in operations}


def _named(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


def _operation(walker: Walker, old: Operation, new: Operation) -> Iterator[Change]:
    contracts = walker.old_schemas.contract, walker.new_schemas.contract
    place = Place(new.id)
    yield from _status("operation", old, new, place)
    yield from compare_own_servers(*contracts, old, new, place)
    yield from compare_security(*contracts, old, new, place)
    yield from compare_exchange(walker, old, new, place)
    before, now = (_keyed(callbacks(*side)) for side in zip(contracts, (old, new), strict=True))
    yield from _matched("callback", before, now, partial(_notice, walker, "callback"))
    yield from _prose(walker, old, new, place)


def _notice(walker: Walker, kind: str, old: Operation, new: Operation) -> Iterator[Change]:
    place = Place(new.id)
    yield from _status(kind, old, new, place)
    yield from compare_keys(walker.old_schemas.contract, walker.new_schemas.contract, old, new, place, kind)
    yield from compare_notice(walker, old, new, place, kind)
    yield from _prose(walker, old, new, place)


_IDEMPOTENT = "x-idempotent"
"""Where an operation says why it can be repeated; clients decide by it whether they may."""


def _status(kind: str, old: Operation, new: Operation, place: Place) -> Iterator[Change]:
    """What an operation is called by clients, whether it can be repeated, and whether it is on its way out."""
    if old.id != new.id:
        yield place.change("operation-id-changed", f"{new.pointer}/operationId", old.id, new.id)
    reasons = old.node.get(_IDEMPOTENT, ABSENT), new.node.get(_IDEMPOTENT, ABSENT)
    if reasons.count(ABSENT) == 1:
        rule = f"operation-idempotency-{'removed' if reasons[1] is ABSENT else 'added'}"
        yield place.change(rule, f"{new.pointer}/{_IDEMPOTENT}", *reasons)
    before, now = bool(old.node.get("deprecated")), bool(new.node.get("deprecated"))
    if before != now:
        rule = "deprecated" if now else "deprecation-withdrawn"
        yield place.change(f"{kind}-{rule}", f"{new.pointer}/deprecated", before, now)


def _prose(walker: Walker, old: Operation, new: Operation, place: Place) -> Iterator[Change]:
    """What an operation, and the path that it shares with others, say to people."""
    one_sided = {_IDEMPOTENT} & (old.node.keys() ^ new.node.keys())  # which is more than words
    nodes = ({key: node[key] for key in node.keys() - one_sided} for node in (old.node, new.node))
    yield from compare_prose(place, new.pointer, *nodes)
    items = walker.old_schemas.contract.at(old.item), walker.new_schemas.contract.at(new.item)
    yield from compare_prose(place, new.item, *items)
    answers = (extensions_of(side.node.get("responses", {})) for side in (old, new))
    yield from compare_prose(place, f"{new.pointer}/responses", *answers)
