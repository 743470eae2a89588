"""Hold a contract against every rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contract.rules import RULES, operations, schemas, structure  # noqa: F401 - importing a module registers its rules
from contract.rules.registry import Stage

if TYPE_CHECKING:
    from contract.errors import Finding
    from contract.loading import Contract

__all__ = ["check"]


def check(contract: Contract, through: Stage = Stage.OUTSIDE) -> list[Finding]:
    """Everything that breaks a rule, in the file's order; a stage runs only when the earlier ones found nothing.

    Args:
        contract: The contract to hold against the rules.
        through: The last stage to run.
    """
    for stage in (stage for stage in Stage if stage <= through):
        findings = {
            contract.finding(pointer, rule.name, message)
            for rule in RULES
            if rule.stage == stage
            for pointer, message in rule.check(contract)
        }
        if findings:
            return sorted(findings)
    return []
