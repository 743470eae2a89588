"""The control of an experiment: what an ordinary request meets as well is not about what was special in another."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote

from conformance.checks.support import everything, names_of, new_values
from conformance.finding import Finding
from conformance.records import after_create, after_update
from conformance.trial import KEY_REFUSED, UNKNOWN_KEY, BlockedError, Customer, Trial

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.exchange import Exchange
    from conformance.finding import Breach
    from contract import Operation

__all__ = ["Control"]

_NAME = {"name": "an ordinary name"}


@dataclass
class _Ordinary:
    """What becomes of ordinary requests of one operation, by one kind of name: the answers, and the fields amiss."""

    answers: list[Exchange] = field(default_factory=list)
    amiss: list[Finding] = field(default_factory=list)

    def note(self, differences: Iterable[Breach], *exchanges: Exchange) -> None:
        """Keep how ordinary values differ from what was sent."""
        self.amiss += [Finding(one.claim, one.message, exchanges, one.field) for one in differences]


class Control:
    """Finds out, once in a run, whether ordinary requests break a claim as others do; then it is theirs to show.

    Args:
        trial: What the ordinary requests are made with; its own findings are nobody's.
    """

    def __init__(self, trial: Trial) -> None:
        self._trial = trial
        self._subject = trial.oracle.subject
        self._kinds = {self._subject.claim_of_name(name) for name in (self._subject.id_prefix, "")}
        self._known: dict[tuple[str, str], _Ordinary] = {}
        self._turn = asyncio.Lock()

    async def settle(self, finding: Finding) -> Finding:
        """The finding itself, or the one that an ordinary request gives."""
        for exchange in () if finding.is_of_form else reversed(finding.exchanges):
            operation = self._subject.operation(exchange.request.operation)
            if operation is not None:
                simpler = await self._simpler(finding, operation, exchange)
                if simpler is not None:
                    return simpler
        return finding

    async def _simpler(self, finding: Finding, operation: Operation, exchange: Exchange) -> Finding | None:
        by = self._kind(operation, exchange)
        ordinary = await self._ordinary(operation, by)
        if self._fails(exchange):
            return await self._by_outcome(finding, operation, by, exchange)
        amiss = [one for one in ordinary.amiss if one.field == finding.field]
        return amiss[0] if amiss and finding.claim not in {one.claim for one in amiss} else None

    async def _by_outcome(self, finding: Finding, operation: Operation, by: str, exchange: Exchange) -> Finding | None:
        if finding.claim in self._own(operation, exchange) or not await self._meet(operation, by, exchange):
            return None
        shown = (await self._ordinary(operation, by)).answers[0]
        if shown.succeeded:
            return next(iter(self._trial.oracle.judge(shown)), None)
        claim = self._subject.success_claim(operation)
        for other in self._kinds - {by} if by else ():
            claim = claim if await self._meet(operation, other, exchange) else by
        claim = "auth.bearer" if shown.status == UNKNOWN_KEY else claim
        return Finding(claim, f"an ordinary request got {shown.status or shown.trouble}", (shown,))

    def _own(self, operation: Operation, exchange: Exchange) -> set[str]:
        """The claims that say of ordinary requests what this answer denies."""
        success = self._subject.success_claim(operation)
        if exchange.succeeded:
            return {success}
        own = {f"{success.partition('.')[0]}.method", "customer-parameter.links"}
        return own | {"auth.bearer"} if exchange.status in KEY_REFUSED else own

    async def _meet(self, operation: Operation, by: str, exchange: Exchange) -> bool:
        """Whether every ordinary request fails as this one did."""
        answers = (await self._ordinary(operation, by)).answers
        return bool(answers) and all(self._fails(answer) and answer.status == exchange.status for answer in answers)

    def _fails(self, exchange: Exchange) -> bool:
        return not (exchange.succeeded and self._trial.oracle.tells_of_a_customer(exchange))

    def _kind(self, operation: Operation, exchange: Exchange) -> str:
        """The claim that the name in the path works; "" for an operation without one."""
        if operation is self._subject.create:
            return ""
        return self._subject.claim_of_name(unquote(self._subject.name_in(operation, exchange.request.target) or ""))

    async def _ordinary(self, operation: Operation, by: str) -> _Ordinary:
        place = (operation.id, by)
        async with self._turn:
            if place not in self._known:
                self._known[place] = await self._ask(operation, by)
        return self._known[place]

    async def _ask(self, operation: Operation, by: str) -> _Ordinary:
        ordinary, trial = _Ordinary(), self._trial
        try:
            if operation is self._subject.create:
                await self._create(ordinary)
            elif operation is self._subject.retrieve:
                for _ in range(2):
                    customer = await trial.customer()
                    ordinary.answers.append(await trial.retrieve(_name(customer, by)))
            else:
                await self._update(ordinary, by)
        except BlockedError:
            pass  # The ordinary customer cannot be had: then that is what the answers show.
        trial.findings.clear()
        return ordinary

    async def _create(self, ordinary: _Ordinary) -> None:
        trial = self._trial
        for fields in ({}, {**everything(trial), **_NAME}):
            sent = {"external_reference": trial.names.reference(), **fields}
            created = await trial.create(sent)
            ordinary.answers.append(created)
            if not self._fails(created):
                ordinary.note(after_create(sent, created.record), created)

    async def _update(self, ordinary: _Ordinary, by: str) -> None:
        trial = self._trial
        customer = await trial.customer(**everything(trial))
        before, name = dict(customer.record), _name(customer, by)
        for body in (_NAME, *(body for _, body in new_values(trial))):
            updated, found = await trial.update(name, body), await trial.retrieve(name)
            ordinary.answers.append(updated)
            for shown in (updated, found):
                if not self._fails(updated) and not self._fails(shown):
                    ordinary.note(after_update(before, body, shown.record), updated, shown)
            before = dict(found.record) if not self._fails(found) else before


def _name(customer: Customer, by: str) -> str:
    return next(name for name, _, claim in names_of(customer) if claim == by)
