"""Checks and the claims that they stand for: one function each, registered with the ids of its claims."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from conformance.settings import Settings
    from conformance.trial import Trial

    Run = Callable[[Trial], Awaitable[None]]

__all__ = ["Check", "Need", "check", "registered"]


class Need(StrEnum):
    """What a check cannot do without, as a person reads it in the report."""

    WRITES = "a writable server (it ran with --read-only)"
    OTHER_KEY = "a second merchant's key (--other-api-key)"
    PUBLIC_KEY = "a public key (--public-api-key)"
    CUSTOMER = "the name of a customer that exists (--customer)"

    def is_met(self, settings: Settings) -> bool:
        """Whether a run has it."""
        return {
            Need.WRITES: not settings.read_only,
            Need.OTHER_KEY: bool(settings.other_api_key),
            Need.PUBLIC_KEY: bool(settings.public_api_key),
            Need.CUSTOMER: bool(settings.customer),
        }[self]


@dataclass(frozen=True)
class Check:
    """A way to find out whether a server keeps some claims.

    Attributes:
        name: Where it stands, such as `updates.keeps_the_rest`.
        claims: The claims that it exercises; what it finds is laid to the first unless it says otherwise.
        purpose: What it does, in a sentence.
        run: Does it.
        needs: What it cannot do without.
    """

    name: str
    claims: tuple[str, ...]
    purpose: str
    run: Run
    needs: tuple[Need, ...] = ()


_REGISTERED: list[Check] = []


def check(*claims: str, needs: tuple[Need, ...] = (), reads_only: bool = False) -> Callable[[Run], Run]:
    """Register the function below as the check of these claims; `reads_only` says that it sends only GETs."""

    def register(run: Run) -> Run:
        name = f"{run.__module__.rpartition('.')[2]}.{run.__name__}"
        purpose = (run.__doc__ or "").strip().splitlines()[0]
        all_needs = needs if reads_only else (Need.WRITES, *needs)
        _REGISTERED.append(Check(name, claims, purpose, run, all_needs))
        return run

    return register


def registered() -> tuple[Check, ...]:
    """Every check that the modules imported so far have registered, in order."""
    return tuple(_REGISTERED)
