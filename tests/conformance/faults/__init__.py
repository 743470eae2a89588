"""Faulty servers: the sandbox behind small switches that each break one claim, and others that break none."""

from tests.conformance.faults import (
    afterwards,
    behaviour,
    neighbours,
    oddities,
    overlaps,
    protocol,
    readings,
    references,
    remembering,
    sequences,
    values,
    variants,
)
from tests.conformance.faults.corpus import FAULTS, VARIANTS, Fault

__all__ = ["FAULTS", "MODULES", "VARIANTS", "Fault"]

MODULES = (
    *(afterwards, values, behaviour, protocol, sequences, references, oddities, remembering, readings, neighbours),
    *(overlaps, variants),
)
