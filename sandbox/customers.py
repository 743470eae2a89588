"""What the customer operations do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from contract import ContractError
from sandbox.answers import Refusal, Wrong
from sandbox.keys import random_text
from sandbox.lookups import Lookup
from sandbox.schemas import properties
from sandbox.strictjson import encode
from sandbox.tables import customers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from contract import Contract
    from sandbox.handlers import Call, Handler

__all__ = ["Customers"]

_REFERENCE = "external_reference"
_PARAMETER = "customer"


class Customers:
    """Creates, finds and changes customers. Ids look like the one in the contract's example.

    Attributes:
        schema: JSON pointer to the schema of a customer.
    """

    def __init__(self, contract: Contract) -> None:
        """Learn what a customer is.

        Raises:
            ContractError: The contract lacks an operation, or says no longer what the handlers rely on.
        """
        missing = self.handlers.keys() - {operation.id for operation in contract.operations}
        if missing:
            raise _needs(contract, "/paths", f"the operations {', '.join(sorted(missing))}")
        self.schema = _relied_on(contract)
        named = properties(contract, self.schema)
        schema, pointer = contract.resolve(contract.at(named["id"]), named["id"])
        example = next(iter(schema.get("examples", [])), None)
        if not isinstance(example, str):
            raise _needs(contract, pointer, "an example of an id, as it makes ids that look like it")
        prefix, underscore, random = example.partition("_")
        self._id_prefix: str = prefix + underscore
        self._id_length = len(random)
        self._id = contract.validator(pointer)
        self._properties = list(named)

    @property
    def handlers(self) -> Mapping[str, Handler]:
        """The handlers by operation id."""
        return {"createCustomer": self.create, "retrieveCustomer": self.retrieve, "updateCustomer": self.update}

    def new_id(self) -> str:
        """An id that no customer has."""
        return self._id_prefix + random_text(self._id_length)

    def text(self, record: Mapping[str, Any]) -> str:
        """A customer as it is stored and sent: its properties in the order of the schema."""
        return encode({name: record[name] for name in self._properties if name in record})

    def add(self, connection: Connection, account: int, customer: Mapping[str, Any]) -> str:
        """Store a customer and return its text; "" when its id, or its reference in the account, is taken."""
        record = self.text(customer)
        row = {
            "id": customer["id"],
            "account_id": account,
            "external_reference": customer[_REFERENCE],
            "record": record,
        }
        return record if connection.execute(_INSERT[connection.dialect.name], row).first() else ""

    def create(self, call: Call) -> str:
        """Create a customer; 409 when another one of the merchant has the reference."""
        if not isinstance(call.fields.get(_REFERENCE), str):  # this contract may not, but a later one may
            raise Refusal(501, f"The sandbox does not create customers without {_REFERENCE} yet.")
        record = self.add(call.connection, call.caller.account, {"id": self.new_id(), **call.fields})
        if not record:
            wrong = Wrong(f"/{_REFERENCE}", "another customer of this merchant has it")
            raise Refusal(409, "Another customer has this external reference.", [wrong])
        return record

    def retrieve(self, call: Call) -> str:
        """Return a customer."""
        return self._find(call, _RETRIEVE)[1]

    def update(self, call: Call) -> str:
        """Replace the named fields of a customer and return all of it."""
        customer_id, stored = self._find(call, _RETRIEVE_FOR_UPDATE)
        record = self.text({**json.loads(stored), **call.fields})
        call.connection.execute(_UPDATE, {"of_id": customer_id, "record": record})
        return record

    def _find(self, call: Call, queries: Mapping[bool, Lookup]) -> tuple[str, str]:
        """The id and the record of the customer that the path names: by id if it has the form of one."""
        name = call.path[_PARAMETER]
        rows = queries[self._id.is_valid(name)].rows(call.connection, call.caller.account, name)
        if not rows:
            raise Refusal(404, "No customer has this id or external reference.")
        customer_id, record, *_ = rows[0]
        return customer_id, record


def _relied_on(contract: Contract) -> str:
    """Where the schema of a customer stands, when the contract has what the handlers rely on; else ContractError."""
    create, retrieve, update = (contract.operation(f"{verb}Customer") for verb in ("create", "retrieve", "update"))
    for operation in (retrieve, update):
        if _PARAMETER not in {each.name for each in operation.parameters if each.location == "path"}:
            raise _needs(contract, operation.pointer, f"the path parameter {_PARAMETER} of {operation.id}")
    if _REFERENCE not in properties(contract, create.body[0].schema if create.body else ""):
        raise _needs(contract, create.pointer, f"{_REFERENCE} in the body of {create.id}")
    media = next((each.media for status, each in retrieve.responses.items() if status.startswith("2")), ())
    schema = media[0].schema if media else ""
    if not {"id", _REFERENCE} <= properties(contract, schema).keys():
        raise _needs(contract, retrieve.pointer, f"id and {_REFERENCE} in the answer of {retrieve.id}")
    return contract.resolve(contract.at(schema), schema)[1]


def _needs(contract: Contract, pointer: str, what: str) -> ContractError:
    return ContractError([contract.finding(pointer, "sandbox-operations", f"the sandbox needs {what}")])


def _lookups(query: Select[Any]) -> Mapping[bool, Lookup]:
    """How to find one customer of an account: by id, or else by reference."""
    named = {True: customers.c.id, False: customers.c.external_reference}
    return {by_id: Lookup(query, customers.c.account_id, column) for by_id, column in named.items()}


_RECORD = select(customers.c.id, customers.c.record)
_RETRIEVE = _lookups(_RECORD)
_RETRIEVE_FOR_UPDATE = _lookups(_RECORD.with_for_update())
_INSERT = {
    "sqlite": sqlite.insert(customers).on_conflict_do_nothing().returning(customers.c.id),
    "postgresql": postgresql.insert(customers).on_conflict_do_nothing().returning(customers.c.id),
}
_UPDATE = update(customers).where(customers.c.id == bindparam("of_id")).values(record=bindparam("record"))
