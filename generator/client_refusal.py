"""Say what the client cannot express, and where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contract import ContractError

if TYPE_CHECKING:
    from contract import Contract

__all__ = ["refusal"]


def refusal(contract: Contract, pointer: str, message: str) -> ContractError:
    """The error for what the client cannot express, at its place in the contract."""
    return ContractError([contract.finding(pointer, "client-expresses", message)])
