"""Read the two contracts of a comparison, and refuse what cannot be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contract.diff.compare import compare
from contract.errors import ContractError, Finding
from contract.loading import load
from contract.rules import RULES, operations, schemas, structure  # noqa: F401 - importing a module registers its rules
from contract.rules.registry import Stage

if TYPE_CHECKING:
    from pathlib import Path

    from contract.diff.model import Report
    from contract.loading import Contract

__all__ = ["compared", "load_comparable"]

_SLOW = "valid-openapi"
"""The rule that loads a library of its own; it runs only when a comparison meets what it cannot read."""


def load_comparable(path: str | Path) -> Contract:
    """Read a contract whose schemas can be relied on: references resolve, keywords are known, schemas are valid.

    Raises:
        ContractError: It cannot be read, or its form is wrong.
    """
    contract = load(path)
    try:
        findings = _findings(contract, without=_SLOW)
    except _UNREADABLE:
        findings = _faults(contract)
    if findings:
        raise ContractError(findings)
    return contract


def compared(old: Contract, new: Contract) -> Report:
    """Compare two contracts whose schemas are sound, though perhaps not the rest of them.

    Raises:
        ContractError: One of them is no valid OpenAPI document.
    """
    try:
        return compare(old, new)
    except _UNREADABLE:
        if findings := [*_faults(old), *_faults(new)]:
            raise ContractError(findings) from None
        raise


def _faults(contract: Contract) -> list[Finding]:
    """What is wrong with a contract in which something could not be read as OpenAPI says."""
    try:
        return _findings(contract)
    except _UNREADABLE as error:
        message = f"this is no valid OpenAPI document: {type(error).__name__} {error}"
        return [Finding(contract.source, 0, "", _SLOW, message)]


_UNREADABLE = (AttributeError, IndexError, KeyError, TypeError, ValueError)


def _findings(contract: Contract, without: str = "") -> list[Finding]:
    for stage in (Stage.REFERENCES, Stage.STRUCTURE, Stage.NAMES):
        findings = {
            contract.finding(pointer, rule.name, message)
            for rule in RULES
            if rule.stage == stage and rule.name != without
            for pointer, message in rule.check(contract)
        }
        if findings:
            return sorted(findings)
    return []
