"""How the Python client names what the contract names: methods, arguments and exceptions."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from generator.client import DISTRIBUTION, PACKAGE
from generator.client_building import build
from generator.client_document import config_for, parse
from generator.site.samples import Call

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contract import Contract

__all__ = ["Client", "client_names"]


@dataclass(frozen=True)
class Client:
    """The client's names: its calls by operation id, and its exceptions by status."""

    calls: Mapping[str, Call]
    exceptions: Mapping[str, str]

    def exception(self, status: str) -> str:
        """The exception that the client raises for a status of an error."""
        return self.exceptions.get(status, "ServerError" if status.startswith("5") else "APIStatusError")


def client_names(contract: Contract) -> Client:
    """The names that the client gives to a contract.

    Raises:
        ContractError: The client cannot express the contract.
    """
    with tempfile.TemporaryDirectory() as folder:
        view = build(contract, parse(contract, config_for(PACKAGE, DISTRIBUTION, Path(folder))), "")
    calls = {}
    for resource in view.resources:
        for operation in resource.operations:
            keywords = {(argument.location, argument.wire): argument.name for argument in operation.keywords}
            result = "" if operation.result == "None" else "page" if operation.paging.parameter else resource.singular
            calls[operation.id] = Call(resource.name, operation.name, keywords, result)
    return Client(calls, {str(status.code): status.name for status in view.statuses})
