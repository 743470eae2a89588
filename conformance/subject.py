"""The contract and its ledger, arranged for judging: which claim stands behind which place, and what to send where."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from contract import load
from contract.ledger import load_claims

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from contract import Contract, Operation, Parameter, Validator
    from contract.ledger import Claim

__all__ = ["CREATE", "RETRIEVE", "UPDATE", "Subject"]

CREATE: Final = "createCustomer"
RETRIEVE: Final = "retrieveCustomer"
UPDATE: Final = "updateCustomer"


class Subject:
    """What a server is judged by.

    Raises:
        ContractError: The contract or the ledger cannot be read.
    """

    def __init__(self, spec: Path | None = None) -> None:
        self.contract: Contract = load(spec)
        self.claims: Mapping[str, Claim] = {claim.id: claim for claim in load_claims()}
        self.create: Operation = self.contract.operation(CREATE)
        self.retrieve: Operation = self.contract.operation(RETRIEVE)
        self.update: Operation = self.contract.operation(UPDATE)

    @cached_property
    def _claim_by_pointer(self) -> dict[str, str]:
        recorded: dict[str, str] = {}
        for claim in self.claims.values():
            for pointer in claim.records:
                recorded.setdefault(pointer, claim.id)
        return recorded

    def claim_at(self, pointer: str) -> str | None:
        """The claim that records a place of the contract, or the nearest place around or within it."""
        recorded = self._claim_by_pointer
        if pointer in recorded:
            return recorded[pointer]
        within = [place for place in recorded if place.startswith(pointer + "/")]
        if within:
            return recorded[min(within, key=len)]
        around = [place for place in recorded if pointer.startswith(place + "/")]
        return recorded[max(around, key=len)] if around else None

    def success_claim(self, operation: Operation) -> str:
        """The claim that a proper request of an operation succeeds."""
        claim = self.claim_at(operation.responses[str(self.success_status(operation))].media[0].schema)
        return claim or f"{operation.id}.success"

    def success_status(self, operation: Operation) -> int:
        """The one status of success that the contract names for an operation."""
        return next(int(status) for status in operation.responses if status.startswith("2"))

    def operation(self, operation_id: str) -> Operation | None:
        """The operation of that id; None for "" and for ids that the contract does not know."""
        return next((operation for operation in self.contract.operations if operation.id == operation_id), None)

    def body(self, operation: Operation) -> Validator:
        """The validator of the operation's request body."""
        return self.contract.validator(operation.body[0].schema)

    def media_type(self, operation: Operation) -> str:
        """The media type of the operation's request body."""
        return operation.body[0].type

    def header(self, operation: Operation) -> Parameter | None:
        """The header parameter of an operation: the idempotency key, for those that have one."""
        return next((parameter for parameter in operation.parameters if parameter.location == "header"), None)

    def name_parameter(self, operation: Operation) -> Parameter:
        """The path parameter that names a customer."""
        return next(parameter for parameter in operation.parameters if parameter.location == "path")

    def target(self, operation: Operation, name: str = "") -> str:
        """The path of a request, with the customer's name filled in and percent-encoded."""
        if not name:
            return operation.path
        return operation.path.replace(f"{{{self.name_parameter(operation).name}}}", quote(name, safe=""))

    def name_in(self, operation: Operation, target: str) -> str | None:
        """The percent-encoded name in the path of a request, or None when the path is not the operation's."""
        before, _, after = operation.path.partition("{")
        after = after.partition("}")[2]
        path = target.partition("?")[0]
        if not (path.startswith(before) and path.endswith(after)):
            return None
        name = path[len(before) : len(path) - len(after)]
        return None if "/" in name else name

    @cached_property
    def replayed_header(self) -> str:
        """The name of the response header that tells a replay."""
        return next(iter(self.create.responses[str(self.success_status(self.create))].headers))

    def claim_of_name(self, name: str) -> str:
        """The claim that a name of this kind leads to its customer."""
        return f"customer-parameter.by-{'id' if name.startswith(self.id_prefix) else 'reference'}"

    def property_schema(self, operation: Operation, name: str) -> tuple[dict[str, Any], str]:
        """The resolved schema of a property of the operation's body, and where it stands."""
        return self._properties[operation.id][name]

    def example(self, operation: Operation, name: str) -> Any:
        """The documented example of a property of the operation's body."""
        return self.property_schema(operation, name)[0]["examples"][0]

    @cached_property
    def fields(self) -> frozenset[str]:
        """The fields that the contract lists for a customer."""
        media = self.retrieve.responses[str(self.success_status(self.retrieve))].media[0]
        return frozenset(self.contract.resolve({"$ref": f"#{media.schema}"})[0]["properties"])

    @cached_property
    def id_prefix(self) -> str:
        """What every id begins with, and no reference may."""
        forbidden: str = self.property_schema(self.create, "external_reference")[0]["not"]["pattern"]
        return forbidden.removeprefix("^")

    def properties(self, operation: Operation) -> tuple[str, ...]:
        """The properties that the operation's body lists."""
        return tuple(self._properties[operation.id])

    @cached_property
    def _properties(self) -> dict[str, dict[str, tuple[dict[str, Any], str]]]:
        """Of the bodies of each operation that has one, by name."""
        found = {}
        for operation in (self.create, self.update):
            schema, at = self.contract.resolve({"$ref": f"#{operation.body[0].schema}"})
            listed = schema["properties"].items()
            found[operation.id] = {
                name: self.contract.resolve(each, f"{at}/properties/{name}") for name, each in listed
            }
        return found
