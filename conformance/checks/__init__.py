"""The checks, one file for each part of the documentation. The listing of this folder is the map of what is covered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.checks import (
    access,
    creating,
    errors,
    extremes,
    idempotency,
    naming,
    reading,
    references,
    sequences,
    together,
    updating,
)
from conformance.checks.values import value_checks
from conformance.registry import Check, registered

if TYPE_CHECKING:
    from conformance.subject import Subject

__all__ = ["all_checks"]

_MODULES = (
    *(creating, naming, references, updating, together, sequences),
    *(access, idempotency, errors, extremes, reading),
)


def all_checks(subject: Subject) -> tuple[Check, ...]:
    """Every check, in the order in which they run."""
    return (*registered(), *value_checks(subject))
