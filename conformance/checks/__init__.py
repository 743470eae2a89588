"""The checks, one file for each part of the documentation. The listing of this folder is the map of what is covered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.checks import (
    access,
    bodies,
    creating,
    errors,
    extremes,
    idempotency,
    idempotency_keys,
    lasting,
    merchants,
    naming,
    reading,
    references,
    refusals,
    sequences,
    together,
    updating,
    values,
)
from conformance.checks.values import value_checks
from conformance.registry import Check, registered

if TYPE_CHECKING:
    from conformance.subject import Subject

__all__ = ["all_checks"]

_MODULES = (
    *(lasting, sequences, extremes, references, values, access, refusals, idempotency, together, bodies),
    *(creating, naming, updating, merchants, idempotency_keys, errors, reading),
)
"""Those with the longest checks come first: where many run at once, they end together."""


def all_checks(subject: Subject) -> tuple[Check, ...]:
    """Every check, in the order in which they run."""
    turns = [module.__name__.rpartition(".")[2] for module in _MODULES]
    return tuple(
        sorted((*registered(), *value_checks(subject)), key=lambda check: turns.index(check.name.partition(".")[0]))
    )
