"""Read, resolve, check and compare contracts. The ground floor: it imports no other room.

contract = load("openapi.yaml")
contract.operation("createCustomer").path
contract.validator("/components/schemas/Customer").violations({"id": "bcus_1"})
"""

from contract.errors import ContractError, Finding
from contract.loading import Contract, default_path, load
from contract.operations import Media, Operation, Parameter, Response
from contract.validation import Validator, Violation

__all__ = [
    "Contract",
    "ContractError",
    "Finding",
    "Media",
    "Operation",
    "Parameter",
    "Response",
    "Validator",
    "Violation",
    "default_path",
    "load",
]
