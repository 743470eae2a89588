"""What a check works with, where something goes wrong: bursts, and time that runs out."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from conformance.names import Names
from conformance.oracle import Oracle
from conformance.runner import judge
from conformance.settings import Settings
from conformance.target import Target
from conformance.trial import BlockedError, Trial

_LONG = 10.0

if TYPE_CHECKING:
    from conformance.subject import Subject
    from tests.conformance.conftest import Sandbox


def test_a_burst_is_given_up_when_one_of_it_raises(subject: Subject) -> None:
    """What else was under way is ended before the check is."""

    async def run() -> list[str]:
        ended: list[str] = []

        async def waits() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                ended.append("waiting")

        async def raises() -> None:
            await asyncio.sleep(0)
            raise BlockedError

        settings = Settings("http://server.example", "sk_test_example")
        async with Target(settings) as target:
            trial = Trial(target, Oracle(subject), settings, Names(1), "")
            with pytest.raises(BlockedError):
                async with asyncio.timeout(_LONG):
                    await trial.at_once(waits(), raises(), waits())
            return ended

    assert asyncio.run(run()) == ["waiting", "waiting"]


def test_no_time_is_told_before_what_else_a_claim_needs(sandbox: Sandbox, subject: Subject) -> None:
    """Where the time ran out, a claim is not said to need a customer that the run could have made."""
    verdict = judge(sandbox.settings(max_time=3, rate=10, claims=("auth.missing-key",)), subject)
    assert [result.claim.id for result in verdict.rushed] == ["auth.missing-key"]
