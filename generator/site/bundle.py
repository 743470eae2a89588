"""The contract as one document without references, for tools that cannot follow them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from contract import Contract

__all__ = ["dereferenced"]


def dereferenced(contract: Contract) -> dict[str, Any]:
    """The document with each reference replaced by what it refers to.

    A reference into something that is being replaced already (a schema that contains itself) stays as it is, and
    still resolves: the components are kept. Keywords beside a reference stand beside what it refers to; where both have
    the same one, they are joined by `allOf`, so that none is lost.
    """
    found = _replaced(contract, contract.document, ())
    assert isinstance(found, dict)  # noqa: S101 - the document is an object, and it has no reference at its root
    return found


def _replaced(contract: Contract, value: Any, trail: tuple[str, ...]) -> Any:
    if isinstance(value, list):
        return [_replaced(contract, item, trail) for item in value]
    if not isinstance(value, dict):
        return value
    reference = value.get("$ref")
    if not isinstance(reference, str):
        return {key: _replaced(contract, item, trail) for key, item in value.items()}
    return value if reference in trail else _joined(contract, value, reference, trail)


def _joined(contract: Contract, value: dict[str, Any], reference: str, trail: tuple[str, ...]) -> Any:
    """What a reference refers to, with the keywords that stand beside the reference."""
    target = _replaced(contract, contract.at(reference.removeprefix("#")), (*trail, reference))
    beside = {key: _replaced(contract, item, trail) for key, item in value.items() if key != "$ref"}
    if not beside:
        return target
    if not isinstance(target, dict) or target.keys() & beside.keys() - {"summary", "description"}:
        return {"allOf": [target], **beside}
    return {**target, **beside}
