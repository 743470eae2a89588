"""How a rule is written down: a name, a stage, and a function that yields what breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contract.loading import Contract

__all__ = ["RULES", "Breach", "Check", "Rule", "Stage", "rule"]

Breach = tuple[str, str]
"""Where a rule is broken (a JSON pointer), and what is wrong there."""

Check = Callable[["Contract"], Iterator[Breach]]


class Stage(IntEnum):
    """When a rule runs. A stage runs only when every earlier one found nothing, so that it can rely on them."""

    REFERENCES = 1
    STRUCTURE = 2
    NAMES = 3
    MEANING = 4
    OUTSIDE = 5


@dataclass(frozen=True)
class Rule:
    """A rule: its name, its stage, what it asks for in one sentence, and the check itself."""

    name: str
    stage: Stage
    summary: str
    check: Check


RULES: list[Rule] = []


def rule(name: str, stage: Stage = Stage.MEANING) -> Callable[[Check], Check]:
    """Register a check under a name; the first line of its docstring is the rule in words."""

    def register(check: Check) -> Check:
        RULES.append(Rule(name, stage, (check.__doc__ or "").strip().splitlines()[0], check))
        return check

    return register
