"""The suite bites, and only where it may: every fault is found by its claim, and no permitted variant is accused."""

from __future__ import annotations

import pytest

from tests.conformance.faults import FAULTS, VARIANTS, Fault
from tests.conformance.faults.judging import judge_claim, judge_whole, subject


@pytest.mark.parametrize("fault", [pytest.param(fault, id=fault.id) for fault in FAULTS])
def test_fault_is_found(fault: Fault) -> None:
    """The checks of the very claim that a server breaks find it."""
    judged = judge_claim(fault)
    assert judged.is_found, judged.why


@pytest.mark.parametrize("variant", [pytest.param(variant, id=variant.what) for variant in VARIANTS])
def test_variant_is_not_accused(variant: Fault) -> None:
    """A server that conforms in another way is accused of nothing, not even with a warning."""
    judged = judge_whole(variant)
    assert not judged.accused, judged.why
    assert judged.verdict.exit_status == 0, judged.why


def test_each_claim_has_a_fault() -> None:
    """A claim without a fault would have a check that nobody has seen fail."""
    judged = {claim.id for claim in subject().claims.values() if claim.level != "open" and not claim.unchecked}
    assert judged == {fault.claim for fault in FAULTS}


def test_names_are_unique() -> None:
    """Each fault and each variant can be told from the others."""
    names = [fault.id for fault in FAULTS + VARIANTS]
    assert len(names) == len(set(names))
