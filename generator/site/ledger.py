"""The page of the ledger: every claim, the open questions first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.site.pages import Page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contract.ledger import Claim

__all__ = ["ledger_page"]


def ledger_page(claims: Sequence[Claim], verdicts: Mapping[str, str]) -> Page:
    """The ledger of claims, with the open questions first; `verdicts` are those of a conformance report, by claim."""
    groups: dict[str, list[Claim]] = {}
    for claim in claims:
        groups.setdefault(claim.id.partition(".")[0], []).append(claim)
    titled = [(f"about-{name}", name.replace("-", " ").capitalize(), found) for name, found in groups.items()]
    levels = {level: sum(claim.level == level for claim in claims) for level in ("must", "should", "open")}
    return Page(
        path="ledger",
        title="Ledger of claims",
        summary="Every documented statement behind the contract, and every question that is left open.",
        template="ledger",
        context=lambda _: {
            "groups": titled,
            "levels": levels,
            "open": [claim for claim in claims if claim.level == "open"],
            "verdicts": verdicts,
        },
    )
