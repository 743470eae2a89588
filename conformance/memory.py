"""A model of the server's customers, fed by each exchange of one sequence: the oracle for generated requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from conformance.finding import Breach, Finding
from conformance.records import after_create, after_update, expected, unchanged
from conformance.subject import CREATE, RETRIEVE, UPDATE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from conformance.exchange import Exchange
    from conformance.oracle import Oracle
    from conformance.validity import Validity

__all__ = ["Memory"]

_ABOUT_THE_CALLER = {401, 402, 403, 407, 429}


class Memory:
    """Judges answers by the contract and by what went before; only this run uses references that begin with `own`."""

    def __init__(self, oracle: Oracle, own: str) -> None:
        self.oracle = oracle
        self.own = own
        self._records: dict[str, dict[str, Any]] = {}
        self._id_of: dict[str, str] = {}
        self._changed: set[str] = set()

    def knows(self, name: str) -> bool:
        """Whether a customer of that id or reference was seen."""
        return self._known(name) is not None

    def judge(self, exchange: Exchange) -> list[Finding]:
        """Every claim that an exchange breaks; and remember what it changed."""
        return [*self.oracle.judge(exchange), *self.follow(exchange)]

    def follow(self, exchange: Exchange) -> list[Finding]:
        """The claims that an exchange breaks by what went before it; and remember what it changed."""
        verdict = self.oracle.validity(exchange)
        found = self._by_request(exchange, verdict)
        return [Finding(breach.claim, breach.message, (exchange,), breach.field) for breach in found]

    def _by_request(self, exchange: Exchange, verdict: Validity) -> Iterator[Breach]:
        if verdict.kind == "invalid" and exchange.status in _ABOUT_THE_CALLER - {429}:
            yield Breach("auth.bearer", f"a valid key was refused with {exchange.status}")
        follow = {CREATE: self._created, RETRIEVE: self._retrieved, UPDATE: self._updated}.get(
            exchange.request.operation
        )
        if follow is not None and exchange.response is not None and exchange.status < 500:
            yield from follow(exchange, verdict)

    def _created(self, exchange: Exchange, verdict: Validity) -> Iterator[Breach]:
        sent = exchange.request.json if isinstance(exchange.request.json, dict) else {}
        taken = self._known(sent.get("external_reference"))
        if exchange.succeeded:
            record = exchange.record
            if taken is not None:
                yield Breach("external-reference.unique", "a second customer was created under one reference")
            if record.get("id") in self._records:
                yield Breach("id.unique", f"a new customer got the id {record.get('id')!r} of another")
            listed = self.oracle.subject.properties(self.oracle.subject.create)
            yield from after_create({field: value for field, value in sent.items() if field in listed}, record)
            self._remember(record)
        elif verdict.kind == "valid" and taken is None and exchange.status not in {409, 429}:
            claim = self.oracle.subject.success_claim(self.oracle.subject.create)
            yield Breach(claim, f"a valid create got {exchange.status}")

    def _retrieved(self, exchange: Exchange, verdict: Validity) -> Iterator[Breach]:
        name = self._name(exchange)
        known = self._known(name)
        if known is not None and verdict.kind == "valid":
            if not exchange.succeeded and exchange.status != 429:
                yield Breach(self.oracle.subject.claim_of_name(name), f"a customer that exists got {exchange.status}")
            elif exchange.succeeded:
                written = "update.stored" if known["id"] in self._changed else "create.stored"
                yield from unchanged(known, exchange.record, written)
        elif exchange.succeeded:
            yield from self._stranger(name, exchange.record, "retrieve.unknown")
        elif verdict.kind == "valid" and exchange.status not in {404, 429}:
            yield Breach("retrieve.unknown", f"a customer that does not exist got {exchange.status}")

    def _updated(self, exchange: Exchange, verdict: Validity) -> Iterator[Breach]:
        name = self._name(exchange)
        known = self._known(name)
        if known is None:
            if exchange.succeeded:
                yield from self._stranger(name, exchange.record, "update.unknown")
            elif verdict.kind == "valid" and exchange.status not in {404, 429}:
                yield Breach("update.unknown", f"a customer that does not exist got {exchange.status}")
        elif exchange.succeeded:
            listed = self.oracle.subject.properties(self.oracle.subject.update)
            body = exchange.request.json if isinstance(exchange.request.json, dict) else {}
            sent = {field: value for field, value in body.items() if field in listed}
            # An e-mail address in an update may or may not be taken.
            open_ = body.keys() - listed
            before, after = _without(known, open_), _without(exchange.record, open_)
            yield from after_update(before, sent, after)
            self._remember(expected(known, sent, exchange.record))
            self._changed.add(known["id"])
        elif verdict.kind == "valid" and exchange.status != 429:
            claim = self.oracle.subject.success_claim(self.oracle.subject.update)
            yield Breach(claim, f"a valid update got {exchange.status}")

    def _stranger(self, name: str, record: dict[str, Any], claim: str) -> Iterator[Breach]:
        if name.startswith(self.own):
            yield Breach(claim, "a customer that does not exist was found")
        elif name not in (record.get("id"), record.get("external_reference")):
            yield Breach(claim, f"{name!r} was asked for, and the answer is another customer")

    def _name(self, exchange: Exchange) -> str:
        operation = self.oracle.subject.operation(exchange.request.operation)
        assert operation is not None  # noqa: S101 - only documented operations come here
        return unquote(self.oracle.subject.name_in(operation, exchange.request.target) or "")

    def _known(self, name: Any) -> dict[str, Any] | None:
        if not isinstance(name, str):
            return None
        return self._records.get(self._id_of.get(name, name))

    def _remember(self, record: dict[str, Any]) -> None:
        identifier, reference = record.get("id"), record.get("external_reference")
        if isinstance(identifier, str) and isinstance(reference, str):
            self._records[identifier] = dict(record)
            self._id_of[reference] = identifier


def _without(record: Mapping[str, Any], fields: AbstractSet[str]) -> dict[str, Any]:
    return {field: value for field, value in record.items() if field not in fields}
