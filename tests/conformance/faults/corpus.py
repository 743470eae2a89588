"""The list of faults and of permitted variants, and the tools of which most of them are made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.conformance.faults.server import Answer, Call, Memory, problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conformance.faults.server import Forward, Switch

__all__ = ["FAULTS", "VARIANTS", "Fault", "accepts", "changes", "fault", "refuses", "sends", "together", "variant"]


@dataclass(frozen=True)
class Fault:
    """A server that breaks a claim, or for a variant none: what it does, and the switch that does it."""

    claim: str
    what: str
    switch: Switch

    @property
    def id(self) -> str:
        """A name for reports: the claim and what is wrong."""
        return f"{self.claim}: {self.what}"


FAULTS: list[Fault] = []
VARIANTS: list[Fault] = []


def fault(claim: str, what: str, switch: Switch | None = None) -> Callable[[Switch], Switch]:
    """Add a fault: with a switch that is there, or as a decorator of one."""

    def add(switch: Switch) -> Switch:
        FAULTS.append(Fault(claim, what, switch))
        return switch

    if switch is not None:
        add(switch)
    return add


def variant(what: str, switch: Switch | None = None) -> Callable[[Switch], Switch]:
    """Add a permitted variant."""

    def add(switch: Switch) -> Switch:
        VARIANTS.append(Fault("", what, switch))
        return switch

    if switch is not None:
        add(switch)
    return add


def everything(call: Call) -> bool:
    """Meant for every request."""
    return call.path.startswith("/billing/customers")


def creates(call: Call) -> bool:
    """Meant for creates."""
    return call.creates


def updates(call: Call) -> bool:
    """Meant for updates."""
    return call.updates


def retrieves(call: Call) -> bool:
    """Meant for look-ups."""
    return call.retrieves


def writes(call: Call) -> bool:
    """Meant for creates and updates."""
    return call.creates or call.updates


def refuses(when: Callable[[Call], bool], status: int = 422) -> Switch:
    """Refuse some requests that a conforming server serves."""

    async def switch(call: Call, forward: Forward, memory: Memory) -> Answer:
        return problem(status, instance=call.path) if when(call) else await forward(call)

    return switch


def sends(when: Callable[[Call], bool], change: Callable[[Call], Call]) -> Switch:
    """Change some requests before the sandbox sees them."""

    async def switch(call: Call, forward: Forward, memory: Memory) -> Answer:
        return await forward(change(call) if when(call) else call)

    return switch


def changes(when: Callable[[Call], bool], change: Callable[[Answer], Answer], *, failed: bool = False) -> Switch:
    """Change some answers: those that succeeded, or those that failed."""

    async def switch(call: Call, forward: Forward, memory: Memory) -> Answer:
        answer = await forward(call)
        return change(answer) if when(call) and answer.status < 500 and answer.succeeded is not failed else answer

    return switch


def together(*switches: Switch) -> Switch:
    """All of these at once, the first of them nearest to the caller; each remembers for itself."""

    async def switch(call: Call, forward: Forward, memory: Memory) -> Answer:
        return await _through(switches, call, forward, memory)

    return switch


async def _through(switches: tuple[Switch, ...], call: Call, forward: Forward, memory: Memory) -> Answer:
    if not switches:
        return await forward(call)
    own = memory.seen.setdefault(("together", len(switches)), Memory())
    return await switches[0](call, lambda changed: _through(switches[1:], changed, forward, memory), own)


def accepts(
    field: str,
    wrong: Callable[[Any], bool],
    when: Callable[[Call], bool] = writes,
    stored: Callable[[Any], Any] = lambda value: value,
    stand_in: Any = ...,
) -> Switch:
    """Take a wrong value of a field, and show it as `stored` from then on."""

    async def switch(call: Call, forward: Forward, memory: Memory) -> Answer:
        body = call.json
        taken = when(call) and field in body and wrong(body[field])
        if taken:
            rest = call.without(field)
            call = rest if stand_in is ... else rest.holding({**rest.json, field: stand_in})
        answer = await forward(call)
        if not answer.succeeded or "id" not in answer.json:
            return answer
        shown = memory.shown.setdefault(answer.json["id"], {})
        if taken:
            shown[field] = stored(body[field])
        elif field in body:
            shown.pop(field, None)
        return answer.having(**shown) if shown else answer

    return switch
