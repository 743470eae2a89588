"""Run the checks within the time there is, then the generated requests, and add up the verdict."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING

from conformance.checks import all_checks
from conformance.control import Control
from conformance.gate import Admission, NotJudgedError, admit
from conformance.memory import Memory
from conformance.oracle import Oracle
from conformance.redaction import Redaction
from conformance.registry import Check, Need
from conformance.target import Target
from conformance.trial import BlockedError, Trial
from conformance.verdict import NO_TIME, State, Tally, Verdict
from conformance.workers import Workers

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    import httpx

    from conformance.exchange import Exchange
    from conformance.finding import Finding
    from conformance.settings import Settings
    from conformance.subject import Subject

__all__ = ["FUZZ", "judge", "shard_of"]

FUZZ, CONTROL = "generated requests", "control"
_EXAMPLES = 25
_ENDINGS = 2.0
"""Seconds kept for what is looked at in the end."""
_CLOSING = 1.0
"""Seconds kept for adding up and reporting."""


def judge(
    settings: Settings,
    subject: Subject,
    progress: Callable[[str, Tally], None] = lambda _name, _tally: None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Verdict:
    """Judge a server.

    Args:
        settings: Whom to judge, and how.
        subject: What to judge by.
        progress: Called with the name of each check that begins, and what is known by then.
        transport: Leads to an application in this process; then no generated requests are sent, which need a network.
    """
    return asyncio.run(_Run(settings, subject, progress, transport).judge())


def shard_of(checks: Sequence[Check], shard: tuple[int, int]) -> Sequence[Check]:
    """The part of the checks that one of several runners runs; `shard` counts from 1."""
    part, parts = shard
    return checks[part - 1 :: parts]


class _Run:
    """One judgement, from gate to verdict."""

    def __init__(
        self,
        settings: Settings,
        subject: Subject,
        progress: Callable[[str, Tally], None],
        transport: httpx.AsyncBaseTransport | None,
    ) -> None:
        self.transport = transport
        self.settings = settings
        self.subject = subject
        self.oracle = Oracle(subject)
        self.progress = progress
        self.tally = Tally()
        self.started = time.monotonic()
        self.deadline = self.started + settings.max_time - _CLOSING
        self.notes: list[str] = []

    async def judge(self) -> Verdict:
        async with Target(self.settings, self.transport, self.subject.fields) as target:
            refusal = ""
            try:
                admission = await asyncio.wait_for(
                    admit(target, self.oracle, self.settings), max(1.0, self.deadline - time.monotonic())
                )
                await self._run(target, admission)
            except NotJudgedError as error:
                refusal = str(error)
            except TimeoutError:
                refusal = _too_slow(target, self.settings)
            verdict = Verdict(
                results=() if refusal else self.tally.results(self.subject, self.settings),
                exchanges=target.log,
                seconds=time.monotonic() - self.started,
                seed=self.settings.seed,
                url=self.settings.base_url,
                contract=self.subject.contract.version,
                level=self.settings.level,
                refusal=refusal,
                notes=tuple(self.notes),
            )
            return Redaction(self.settings.keys).verdict(verdict)

    async def _run(self, target: Target, admission: Admission) -> None:
        checks = self._chosen()
        workers = Workers(self.settings, admission.latency, len(checks))
        trials = {check: self._trial(check, target, admission) for check in checks}
        control = Control(Trial(target, self.oracle, self.settings, admission.names.within(CONTROL), ""))
        await asyncio.gather(*(self._in_turn(check, trial, control, workers) for check, trial in trials.items()))
        if self._fuzzes() and not self._is_decided():
            await self._fuzz(target, admission)
        for check, trial in trials.items():
            for ending in trial.endings:
                await self._carry_out(check, trial, control, ending)
        if target.told_to_wait:
            self.notes.append("the server asked for fewer requests (429), and got them more slowly")
        if target.lost:
            self.notes.append(f"requests that were lost, and sent again: {target.lost}")

    def _chosen(self) -> list[Check]:
        asked = [check for check in all_checks(self.subject) if self._asked(check.claims)]
        chosen = []
        for check in shard_of(asked, self.settings.shard):
            missing = [need for need in check.needs if not need.is_met(self.settings)]
            if missing:
                self._note(check, f"needs {' and '.join(missing)}")
            else:
                chosen.append(check)
        return chosen

    def _asked(self, claims: Sequence[str]) -> bool:
        return not self.settings.claims or bool(set(claims) & set(self.settings.claims))

    def _trial(self, check: Check, target: Target, admission: Admission) -> Trial:
        return Trial(target, self.oracle, self.settings, admission.names.within(check.name), check.claims[0])

    async def _in_turn(self, check: Check, trial: Trial, control: Control, workers: Workers) -> None:
        async with workers:
            self.progress(check.name, self.tally)
            await self._carry_out(check, trial, control, lambda: check.run(trial))

    async def _carry_out(
        self, check: Check, trial: Trial, control: Control, work: Callable[[], Awaitable[None]]
    ) -> None:
        """Run a check or its ending, in the time that is left, and take in what it found."""
        if self._is_decided():
            self._note(check, "a claim before it is broken (--fail-fast)")
            return
        left = self.deadline - time.monotonic()
        if left <= 0:
            self._note(check, NO_TIME)
            return
        try:
            await asyncio.wait_for(work(), left)
            self.tally.exercised.update(check.claims)
        except BlockedError as blocked:
            self._note(check, f"blocked: {blocked}")
        except TimeoutError:
            self._note(check, NO_TIME)
        except Exception as error:
            self._broken(check, error)
        await self._take_in(check, trial, control)

    async def _take_in(self, check: Check, trial: Trial, control: Control) -> None:
        """Keep what a check found, each under the claim that is to blame; the others say nothing then."""
        for finding in trial.findings:
            settled = await self._settled(check, finding, control)
            self.tally.add([settled])
            if settled is not finding:
                self.tally.overshadowed.update(dict.fromkeys(check.claims, settled.claim))
        trial.findings = []

    async def _settled(self, check: Check, finding: Finding, control: Control) -> Finding:
        """The finding under the claim that is to blame, as far as the time suffices to tell."""
        try:
            return await asyncio.wait_for(control.settle(finding), self.deadline - time.monotonic())
        except TimeoutError:
            pass
        except Exception as error:
            self._broken(check, error)
        return finding

    def _note(self, check: Check, note: str) -> None:
        for claim in check.claims:
            if note == NO_TIME:
                self.tally.notes[claim] = note
            self.tally.notes.setdefault(claim, note)

    def _broken(self, check: Check, error: Exception) -> None:
        for claim in check.claims:
            self.tally.errors[claim] = f"{check.name} failed: {type(error).__name__}: {error}"

    def _is_decided(self) -> bool:
        results = self.tally.results(self.subject, self.settings) if self.settings.fail_fast else ()
        return any(result.state is State.FAIL for result in results)

    def _fuzzes(self) -> bool:
        return self.settings.generated and Need.WRITES.is_met(self.settings) and self.transport is None

    async def _fuzz(self, target: Target, admission: Admission) -> None:
        """Generated requests, in a thread that can be left behind: a server that drips cannot hold the verdict up."""
        deadline = self.deadline - _ENDINGS
        names = admission.names.within(FUZZ)
        memory = Memory(self.oracle, names.run)
        trial = Trial(target, self.oracle, self.settings, names, "")
        try:
            async with asyncio.timeout(deadline - time.monotonic()):
                customers = [await trial.customer(currency="ZAR", balance=amount) for amount in (0, 1, -1)]
        except (BlockedError, TimeoutError) as error:
            reason = "no customer could be created" if isinstance(error, BlockedError) else NO_TIME
            self.notes.append(f"no generated requests: {reason}")
            return
        for customer in customers:
            memory.judge(customer.exchange)
        known = [name for customer in customers for name in (customer.id, customer.reference)]
        self.progress(FUZZ, self.tally)

        def notice(exchange: Exchange, findings: list[Finding]) -> None:
            target.log.append(exchange)
            self.tally.add(findings)

        def draw() -> str:
            from conformance.fuzz import Fuzz  # noqa: PLC0415 - schemathesis takes its time to import

            return Fuzz(self.subject, self.settings, memory, names, known, notice, deadline, _EXAMPLES).run()

        note = await _in_thread(draw, deadline - time.monotonic())
        if note:
            self.notes.append(f"generated requests ended early: {note}")


def _too_slow(target: Target, settings: Settings) -> str:
    if target.told_to_wait:
        return "the server asks for fewer requests (429); give --rate less, or wait"
    return f"the server is too slow to be judged in {settings.max_time:g} s; give --max-time more"


async def _in_thread(work: Callable[[], str], patience: float) -> str:
    loop = asyncio.get_running_loop()
    done: asyncio.Future[str] = loop.create_future()

    def tell(result: str) -> None:
        if not done.done():
            done.set_result(result)

    def run() -> None:
        try:
            result = work()
        except Exception as error:
            result = f"{type(error).__name__}: {error}"
        if not loop.is_closed():
            loop.call_soon_threadsafe(tell, result)

    threading.Thread(target=run, daemon=True, name="generated-requests").start()
    try:
        return await asyncio.wait_for(done, max(0.1, patience))
    except TimeoutError:
        return "out of time"
