"""The ledger of claims: what the documentation states, and where the contract records it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec
import yaml

from contract.errors import ContractError, Finding
from contract.language import GRAMMAR
from contract.loading import default_path
from contract.pointers import escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from contract.loading import Contract

__all__ = ["Claim", "Level", "load_claims", "mismatches", "unbacked"]

Level = Literal["must", "should", "open"]


class Claim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One statement of the documentation, or one question that it leaves open.

    Attributes:
        id: A name that is written, never counted: `update.balance.needs-currency`.
        page: The page or pages of the documentation that say it, as they are titled.
        field: The part of the page: a field, a header, a status, or "" for the page as a whole.
        says: What is stated, in our words.
        level: `must`: a server that does otherwise breaks the documentation. `should`: it is said weakly, or only in an
            example. `open`: the pages conflict or are silent, and nobody is judged by it.
        records: JSON pointers into the contract, each with the value that stands there.
        unchecked: Why nothing outside a server can check it; "" when something can.
        readings: For a conflict or a silence, what the documentation can be taken to mean.
        choice: Which reading the contract follows, and why.
    """

    id: str
    page: str
    says: str
    level: Level
    field: str = ""
    records: Mapping[str, Any] = {}
    unchecked: str = ""
    readings: tuple[str, ...] = ()
    choice: str = ""


def load_claims(path: str | Path | None = None) -> tuple[Claim, ...]:
    """Read the ledger; without a path, the one that stands beside this project's own contract.

    Raises:
        ContractError: The ledger cannot be read, or is malformed.
    """
    file = Path(path) if path is not None else default_path().with_name("claims.yaml")
    try:
        document = yaml.load(file.read_bytes(), Loader=yaml.CSafeLoader)
        claims = msgspec.convert(document, tuple[Claim, ...])
    except OSError as error:
        raise ContractError([Finding(str(file), 0, "", "ledger", f"cannot read: {error.strerror}")]) from None
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        raise ContractError([Finding(str(file), 0, "", "ledger", " ".join(str(error).split()))]) from None
    return claims


def mismatches(contract: Contract, claims: Iterable[Claim]) -> Iterator[tuple[Claim, str, str]]:
    """Each record that the contract does not bear out: the claim, the pointer, and what stands there instead."""
    for claim in claims:
        for pointer, expected in claim.records.items():
            try:
                actual = contract.at(pointer)
            except KeyError:
                yield claim, pointer, "nothing stands there"
                continue
            if actual != expected:
                yield claim, pointer, f"{actual!r} stands there, not {expected!r}"


def unbacked(contract: Contract, claims: Iterable[Claim]) -> list[str]:
    """JSON pointers to the constraints of the contract that no claim records: nobody knows why they are there."""
    recorded = {pointer for claim in claims for pointer in claim.records}
    above = {pointer[:end] for pointer in recorded for end in _cuts(pointer)}
    return [
        pointer
        for pointer, is_part in _constraints(contract)
        if not (recorded.intersection(pointer[:end] for end in _cuts(pointer)) or (is_part and pointer in above))
    ]


def _cuts(pointer: str) -> list[int]:
    """Where a pointer can be cut to point to itself or to something around it."""
    return [index for index, char in enumerate(pointer) if char == "/" and index] + [len(pointer)]


_PROSE = frozenset(
    {
        *("openapi", "title", "summary", "description", "tags", "externalDocs", "$comment"),
        *("example", "examples", "x-documentation-page"),
    }
)
_NAMES = {"operation": {"operationId"}}
_PARTS = frozenset({"operation", "parameter", "header", "response", "media-type", "schema"})


def _constraints(contract: Contract) -> Iterator[tuple[str, bool]]:
    """Each thing that a caller or a server must keep to. A part (True) is backed also by a record within it."""
    for place in contract.places:
        if place.kind in {"info", "tag", "example"}:
            continue
        if place.is_reference or not isinstance(place.value, dict):
            yield place.pointer, False
            continue
        if place.kind in _PARTS:
            yield place.pointer, True
        skipped = _PROSE | _NAMES.get(place.kind, set()) | GRAMMAR[place.kind].keys()
        yield from ((f"{place.pointer}/{escape(name)}", False) for name in place.value if name not in skipped)
