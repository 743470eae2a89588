"""Read a contract to compare, and refuse what cannot be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contract.errors import ContractError
from contract.lint import check
from contract.loading import load
from contract.rules.registry import Stage

if TYPE_CHECKING:
    from pathlib import Path

    from contract.loading import Contract

__all__ = ["load_comparable"]


def load_comparable(path: str | Path) -> Contract:
    """Read a contract whose form can be relied on: valid OpenAPI, whose references resolve and keywords are known.

    Raises:
        ContractError: It cannot be read, or its form is wrong.
    """
    contract = load(path)
    if findings := check(contract, through=Stage.NAMES):
        raise ContractError(findings)
    return contract
