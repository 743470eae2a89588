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
from sandbox.strictjson import encode
from sandbox.tables import customers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from contract import Contract
    from sandbox.handlers import Call, Handler

__all__ = ["Customers"]


class Customers:
    """Creates, finds and changes customers. Ids look like the one in the contract's example.

    Attributes:
        schema: JSON pointer to the schema of a customer.
    """

    def __init__(self, contract: Contract) -> None:
        """Learn what a customer is. Raises ContractError when the contract lacks an operation."""
        missing = self.handlers.keys() - {operation.id for operation in contract.operations}
        if missing:
            message = f"the sandbox needs the operations {', '.join(sorted(missing))}"
            raise ContractError([contract.finding("/paths", "sandbox-operations", message)])
        media = contract.operation("retrieveCustomer").responses["200"].media[0]
        customer, at = contract.resolve(contract.at(media.schema), media.schema)
        schema, pointer = contract.resolve(customer["properties"]["id"], f"{at}/properties/id")
        if not schema.get("examples"):
            message = "the sandbox makes ids that look like the example of this schema; give it one"
            raise ContractError([contract.finding(pointer, "sandbox-operations", message)])
        prefix, underscore, random = schema["examples"][0].partition("_")
        self._id_prefix: str = prefix + underscore
        self._id_length = len(random)
        self._id = contract.validator(pointer)
        self.schema = at
        self._properties = list(customer["properties"])

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
            "external_reference": customer["external_reference"],
            "record": record,
        }
        return record if connection.execute(_INSERT[connection.dialect.name], row).first() else ""

    def create(self, call: Call) -> str:
        """Create a customer; 409 when another one of the merchant has the reference."""
        record = self.add(call.connection, call.caller.account, {"id": self.new_id(), **call.fields})
        if not record:
            wrong = Wrong("/external_reference", "another customer of this merchant has it")
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
        name = call.path["customer"]
        rows = queries[self._id.is_valid(name)].rows(call.connection, call.caller.account, name)
        if not rows:
            raise Refusal(404, "No customer has this id or external reference.")
        customer_id, record, *_ = rows[0]
        return customer_id, record


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
