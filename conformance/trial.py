"""What a check works with: requests in one line each, and verifiers named for the outcome that they ask for."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from conformance.exchange import Exchange, Request, encode
from conformance.finding import Breach, Finding

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from conformance.names import Names
    from conformance.oracle import Oracle
    from conformance.settings import Settings
    from conformance.target import Target
    from contract import Operation

__all__ = ["AUTO", "KEY_REFUSED", "UNKNOWN_KEY", "BlockedError", "Customer", "Trial"]

AUTO: Final = "\0auto"
"""Stands for the value that a proper request would have."""

_ABOUT_THE_CALLER = {401, 402, 403, 407}
KEY_REFUSED: Final = {401, 403}
"""The statuses of a server that does not take a key, or not for this."""

UNKNOWN_KEY: Final = 401
"""The status of a server that takes a key for none."""

_TOO_MANY = 429


class BlockedError(Exception):
    """A check cannot go on, because something that it builds on is broken; that has a finding of its own."""


@dataclass(frozen=True)
class Customer:
    """A customer that the check created: its record as the answer showed it, and the exchange."""

    id: str
    reference: str
    record: Mapping[str, Any]
    exchange: Exchange


@dataclass
class Trial:
    """One run of one check.

    Attributes:
        endings: What the check still has to look at when all others, and the generated requests, are through.
    """

    target: Target
    oracle: Oracle
    settings: Settings
    names: Names
    claim: str
    findings: list[Finding] = field(default_factory=list)
    seen: list[Exchange] = field(default_factory=list)
    endings: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    _amiss: set[str] = field(default_factory=set)
    """The fields that some answer has shown in a form that the contract forbids."""

    # ── Requests

    async def create(
        self,
        body: Any = AUTO,
        *,
        raw: bytes | None = None,
        key: str | None = AUTO,
        api_key: str | None = AUTO,
        headers: Mapping[str, str] | None = None,
    ) -> Exchange:
        """Send a create; without a body, the least that a customer needs. `key` None sends no Idempotency-Key."""
        operation = self.oracle.subject.create
        sent = {"external_reference": self.names.reference()} if body is AUTO else body
        header = self.oracle.subject.header(operation)
        own = {} if key is None or header is None else {header.name: self.names.key() if key is AUTO else key}
        content = encode(sent) if raw is None else raw
        exchange = await self.request(operation, "", content, {**own, **(headers or {})}, api_key)
        if key is AUTO:
            self.first(exchange)
        return exchange

    async def retrieve(
        self, name: str, *, api_key: str | None = AUTO, headers: Mapping[str, str] | None = None
    ) -> Exchange:
        """Look a customer up by its id or reference."""
        return self.first(await self.request(self.oracle.subject.retrieve, name, None, headers or {}, api_key))

    async def update(
        self,
        name: str,
        body: Any = AUTO,
        *,
        raw: bytes | None = None,
        api_key: str | None = AUTO,
        headers: Mapping[str, str] | None = None,
    ) -> Exchange:
        """Update a customer, named by its id or reference; without a body, its name."""
        sent = {"name": "Updated"} if body is AUTO else body
        content = encode(sent) if raw is None else raw
        return self.first(await self.request(self.oracle.subject.update, name, content, headers or {}, api_key))

    async def request(
        self, operation: Operation, name: str, body: bytes | None, headers: Mapping[str, str], api_key: str | None
    ) -> Exchange:
        """Send a request of an operation, with the usual headers where none are given."""
        usual: dict[str, str] = {"Accept": "application/json, application/problem+json"}
        if api_key is not None:
            usual["Authorization"] = f"Bearer {self.settings.api_key if api_key is AUTO else api_key}"
        if body is not None:
            usual["Content-Type"] = self.oracle.subject.media_type(operation)
        given = {key.lower() for key in headers}
        kept = {key: value for key, value in usual.items() if key.lower() not in given}
        everything = tuple((key, value) for key, value in {**kept, **headers}.items() if value is not None)
        target = self.oracle.subject.target(operation, name)
        return await self.send(Request(operation.id, operation.method, target, everything, body))

    async def send(self, request: Request) -> Exchange:
        """Send any request; the answer is held against the contract at once.

        Raises:
            TimeoutError: The server asks for fewer requests to the end, which proves nothing.
        """
        exchange = await self.target.send(request)
        self.seen.append(exchange)
        found = self.oracle.judge(exchange)
        self.findings += found
        self._amiss |= {finding.field for finding in found if finding.field in exchange.record}
        if exchange.status == _TOO_MANY:
            raise TimeoutError
        return exchange

    async def at_once(self, *requests: Any) -> list[Exchange]:
        """Await requests all at once; when one of them raises, the others are given up."""
        tasks = [asyncio.ensure_future(request) for request in requests]
        try:
            return list(await asyncio.gather(*tasks))
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def customer(self, **fields: Any) -> Customer:
        """A new customer with these fields. Raises BlockedError when it cannot be had."""
        exchange = await self.create({"external_reference": self.names.reference(), **fields})
        return self.made(exchange)

    async def customer_of(self, api_key: str) -> Customer:
        """A new customer of another merchant. Raises BlockedError when it cannot be had."""
        return self.made(await self.create(api_key=api_key))

    def made(self, exchange: Exchange, claim: str = "") -> Customer:
        """The customer that a create answers with. Raises BlockedError, with a finding, when there is none."""
        record = exchange.record
        identifier, reference = record.get("id"), _reference(exchange)
        if exchange.succeeded and isinstance(identifier, str) and isinstance(reference, str):
            return Customer(identifier, reference, record, exchange)
        behind = claim or self.oracle.subject.success_claim(self.oracle.subject.create)
        self.fail(f"a valid create got {_outcome(exchange)}", exchange, claim=behind)
        raise BlockedError(behind)

    # ── Verifiers

    def fail(self, message: str, *exchanges: Exchange, claim: str = "") -> None:
        """Record that a claim is broken; without one, the check's own."""
        self.findings.append(Finding(claim or self.claim, message, exchanges))

    def take(self, findings: Iterable[Finding]) -> None:
        """Record what was found elsewhere; a field that is shown in a wrong form is judged for that alone."""
        self.findings += [finding for finding in findings if finding.field not in self._amiss]

    def require(self, holds: bool, message: str, *exchanges: Exchange, claim: str = "") -> bool:
        """Record that a claim is broken unless something holds; return whether it does."""
        if not holds:
            self.fail(message, *exchanges, claim=claim)
        return holds

    def served(self, exchange: Exchange, what: str, *, claim: str = "") -> bool:
        """A valid request must succeed; one that no page promises to serve may be refused."""
        if exchange.refused and exchange.status != 404 and self.oracle.validity(exchange).kind == "open":
            return False
        return self.require(
            exchange.succeeded, f"{what} got {_outcome(exchange)}", exchange, claim=_behind(exchange, claim)
        )

    def refused(self, exchange: Exchange, what: str, *, claim: str = "") -> bool:
        """An invalid request must get a 4xx that is not about the key or the rate."""
        proper = exchange.refused and exchange.status not in _ABOUT_THE_CALLER
        return self.require(proper, f"{what} got {_outcome(exchange)}", exchange, claim=_behind(exchange, claim))

    def denied(self, exchange: Exchange, what: str, statuses: Iterable[int], *, claim: str = "") -> bool:
        """A request with the wrong key must get one of these statuses, or any refusal if it may be refused anyway."""
        if exchange.refused and self.oracle.validity(exchange).kind == "open":
            return True
        return self.require(exchange.status in set(statuses), f"{what} got {_outcome(exchange)}", exchange, claim=claim)

    def first(self, exchange: Exchange) -> Exchange:
        """An answer that cannot repeat another must not say that it does; gives it back."""
        claim = "idempotency.replayed-header"
        self.require(
            not self.oracle.is_replay(exchange), "a first answer says that it is a replay", exchange, claim=claim
        )
        return exchange

    def unknown(self, exchange: Exchange, what: str, *, claim: str = "") -> bool:
        """A customer that does not exist must get 404."""
        proper = exchange.status == 404
        return self.require(proper, f"{what} got {_outcome(exchange)}", exchange, claim=_behind(exchange, claim))

    def nobody(self, found: Exchange, what: str, *suspects: Exchange, claim: str = "") -> bool:
        """A look-up must lead to no customer; an answer that is none is judged by itself."""
        there = found.succeeded and self.oracle.tells_of_a_customer(found)
        return self.require(not there, what, *suspects, found, claim=claim)

    def agree(self, differences: Iterable[Breach], *exchanges: Exchange, claim: str = "") -> bool:
        """Record each difference under its claim, or all under one; return whether there is none.

        An answer that is no customer at all differs in everything, and a field that is shown in a wrong form differs
        from itself in other answers: those are judged by themselves. What only breaks a should-claim breaks no other.
        """
        found = [one for one in differences if one.field not in self._amiss]
        answers = [exchange for exchange in exchanges if exchange.succeeded]
        for one in found if all(map(self.oracle.tells_of_a_customer, answers)) else ():
            is_must = self.oracle.subject.claims[one.claim].level == "must"
            behind = claim if claim and is_must else one.claim
            self.findings.append(Finding(behind, one.message, exchanges, one.field))
        return not found


def _behind(exchange: Exchange, claim: str) -> str:
    """A valid key that counts for none is the matter of its own claim, whatever was asked with it."""
    return "auth.bearer" if exchange.status == UNKNOWN_KEY else claim


def _reference(exchange: Exchange) -> Any:
    """The reference of a new customer; where the answer does not show it, the one that was sent."""
    sent = exchange.request.json if isinstance(exchange.request.json, dict) else {}
    return exchange.record.get("external_reference", sent.get("external_reference"))


def _outcome(exchange: Exchange) -> str:
    return str(exchange.status) if exchange.response else exchange.trouble
