"""What a server got wrong: a claim that it broke, and with its evidence a finding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from conformance.exchange import Exchange

__all__ = ["Breach", "Finding"]


class Breach(NamedTuple):
    """A claim that is broken, how, for a person, and which field of a customer is amiss, if it is one."""

    claim: str
    message: str
    field: str = ""


@dataclass(frozen=True)
class Finding:
    """A claim that a server broke, and the exchanges that show it.

    Attributes:
        field: The field of a customer that is shown amiss, where it is one.
        is_of_form: Whether an answer is wrong by itself, whatever was asked.
    """

    claim: str
    message: str
    exchanges: tuple[Exchange, ...] = ()
    field: str = ""
    is_of_form: bool = False

    @property
    def size(self) -> int:
        """How much there is to read: the smallest finding of a claim is the one to show."""
        return sum(200 + exchange.size for exchange in self.exchanges)
