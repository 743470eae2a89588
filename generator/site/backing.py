"""Which statement of the documentation each constraint rests on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from contract.ledger import Claim

__all__ = ["Backing"]


@dataclass(frozen=True)
class Backing:
    """Finds the claims that record a place of the contract."""

    claims: tuple[Claim, ...]

    @cached_property
    def _recorded(self) -> dict[str, list[Claim]]:
        found: dict[str, list[Claim]] = {}
        for claim in self.claims:
            for pointer in claim.records:
                found.setdefault(pointer, []).append(claim)
        return found

    def of(self, pointers: Iterable[str]) -> list[Claim]:
        """The claims that record one of the pointers, or the nearest thing around it; each once."""
        found = [claim for pointer in pointers for claim in self._nearest(pointer)]
        return list({claim.id: claim for claim in found}.values())

    def _nearest(self, pointer: str) -> list[Claim]:
        while pointer:
            if pointer in self._recorded:
                return self._recorded[pointer]
            pointer = pointer.rpartition("/")[0]
        return []
