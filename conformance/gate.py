"""Whether a server can be judged at all: one that nobody reaches, or that never changes its mind, has no verdict."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from conformance.exchange import NO_CONNECTION
from conformance.names import Names
from conformance.trial import KEY_REFUSED, Trial

if TYPE_CHECKING:
    from conformance.exchange import Exchange
    from conformance.oracle import Oracle
    from conformance.settings import Settings
    from conformance.target import Target

__all__ = ["Admission", "NotJudgedError", "admit"]

_ATTEMPTS = 20
_NOT_THERE = {404, 405, 501}


class NotJudgedError(Exception):
    """The server cannot be judged; the message says why, and what to look at."""


@dataclass(frozen=True)
class Admission:
    """What the gate learned: names that the server does not know, and the usual seconds to an answer."""

    names: Names
    latency: float


async def admit(target: Target, oracle: Oracle, settings: Settings) -> Admission:
    """Ask the server four different things.

    Raises:
        NotJudgedError: It cannot be reached, refuses the key, has no such endpoints, or answers everything alike.
    """
    probes: list[Exchange] = []
    for attempt in range(_ATTEMPTS):
        names = Names(settings.seed, attempt, settings.shard[0])
        trial = Trial(target, oracle, settings, names.within("gate"), "")
        reference = trial.names.reference()
        unknown = await trial.retrieve(reference)
        _reached(unknown, settings)
        if unknown.status == 404:
            break
        probes.append(unknown)
        if unknown.status != 200:
            break
    probes = [*probes[:1], unknown, *(await _known(trial, settings, reference))]
    _tell_apart(probes, settings)
    if settings.other_api_key:
        other = await trial.retrieve(reference, api_key=settings.other_api_key)
        if other.status in KEY_REFUSED:
            raise NotJudgedError(
                f"the server refuses the other merchant's key ({other.status}); look at --other-api-key"
            )
    latency = median(exchange.response.seconds for exchange in probes if exchange.response)
    return Admission(names, latency)


async def _known(trial: Trial, settings: Settings, reference: str) -> list[Exchange]:
    """Requests that a proper server tells apart. The create takes the reference that marks this run's names as used."""
    if settings.read_only:
        known = await trial.retrieve(settings.customer)
        if known.status == 404:
            raise NotJudgedError(
                f"there is no customer {settings.customer!r}; give --customer the name of one that exists"
            )
        return [known]
    empty = await trial.create({})
    created = await trial.create({"external_reference": reference})
    name = created.record.get("id")
    return [empty, created, *([await trial.retrieve(name)] if isinstance(name, str) and name else [])]


def _reached(exchange: Exchange, settings: Settings) -> None:
    if exchange.response is None:
        unreachable = exchange.trouble.startswith(NO_CONNECTION)
        advice = "is the server running, and is this its URL?" if unreachable else f"look at the URL {settings.url}"
        raise NotJudgedError(f"{exchange.trouble}; {advice}")


def _tell_apart(probes: list[Exchange], settings: Settings) -> None:
    statuses = {probe.status for probe in probes}
    if statuses <= KEY_REFUSED:
        raise NotJudgedError(f"the server refuses the key ({_list(statuses)}); look at --api-key")
    if len(statuses) == 1:
        raise NotJudgedError(f"the server answers everything with {_list(statuses)}; look at the URL {settings.url}")
    if statuses <= _NOT_THERE:
        raise NotJudgedError(f"there is no customer endpoint at {settings.url} ({_list(statuses)})")
    if all(status >= 500 for status in statuses):
        raise NotJudgedError(f"the server fails on everything ({_list(statuses)})")


def _list(statuses: set[int]) -> str:
    return ", ".join(map(str, sorted(statuses)))
