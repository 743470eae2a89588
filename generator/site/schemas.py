"""The pages of the schemas: their rules as they stand, their properties, and who uses them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from generator.site.backing import Backing
from generator.site.excerpts import excerpt
from generator.site.links import Links, operation_path, schema_path
from generator.site.pages import Page, first_sentence
from generator.site.reference import Fields, schema_pointers, schema_title

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from contract import Contract, Operation
    from contract.ledger import Claim

__all__ = ["schema_pages"]


def schema_pages(contract: Contract, claims: Sequence[Claim]) -> tuple[Page, ...]:
    """A page for each schema that the contract names."""
    backing = Backing(tuple(claims))
    return tuple(
        Page(
            path=schema_path(pointer),
            title=schema_title(contract, pointer),
            summary=first_sentence(_description(contract.at(pointer))),
            template="schema",
            context=_schema_context(contract, pointer, backing),
            kind="schema",
        )
        for pointer in schema_pointers(contract)
    )


def _schema_context(contract: Contract, pointer: str, backing: Backing) -> Callable[[Links], Mapping[str, Any]]:
    def context(links: Links) -> Mapping[str, Any]:
        fields = Fields(contract, links.schema)
        schema = contract.at(pointer)
        return {
            "pointer": pointer,
            "schema": schema,
            "backing": backing,
            "description": _description(schema),
            "stated": fields.stated(pointer),
            "whole": fields.field(schema, pointer),
            "refers": any(keyword in schema for keyword in ("$ref", "allOf")),
            "used_by": list(_used_by(contract, pointer, links)),
            "line": contract.line(pointer),
            "source": excerpt(contract, pointer),
        }

    return context


def _used_by(contract: Contract, pointer: str, links: Links) -> Any:
    """Links to what refers to a schema: other schemas, and the operations that send or return it."""
    seen: set[str] = set()
    reference = f"#{pointer}"
    for place in contract.places:
        if place.kind != "schema" or not isinstance(place.value, dict) or place.value.get("$ref") != reference:
            continue
        for path, link in _holders(contract, place.pointer, links):
            if path not in seen and path != schema_path(pointer):
                seen.add(path)
                yield link


def _holders(contract: Contract, pointer: str, links: Links) -> Any:
    if pointer.startswith("/components/schemas/"):
        at = "/".join(pointer.split("/")[:4])
        yield schema_path(at), links.schema(at)
        return
    for operation in contract.operations:
        component = "/".join(pointer.split("/")[:4]) if pointer.startswith("/components/") else None
        if pointer.startswith(f"{operation.pointer}/") or (component and component in _components(operation)):
            yield operation_path(operation.id), links.operation(operation.id)


def _components(operation: Operation) -> set[str]:
    """The components that an operation refers to directly."""
    found = {parameter.pointer for parameter in operation.parameters}
    for response in operation.responses.values():
        found |= {response.pointer, *response.headers.values()}
    return found


def _description(schema: Any) -> str:
    return str(schema.get("description", "")) if isinstance(schema, dict) else ""
