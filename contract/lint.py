"""Hold a contract against every rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contract.rules import RULES, operations, schemas, structure  # noqa: F401 - importing a module registers its rules

if TYPE_CHECKING:
    from contract.errors import Finding
    from contract.loading import Contract

__all__ = ["check"]


def check(contract: Contract) -> list[Finding]:
    """Everything that breaks a rule, in the file's order; a stage runs only when the earlier ones found nothing."""
    for stage in sorted({rule.stage for rule in RULES}):
        findings = {
            contract.finding(pointer, rule.name, message)
            for rule in RULES
            if rule.stage == stage
            for pointer, message in rule.check(contract)
        }
        if findings:
            return sorted(findings)
    return []
