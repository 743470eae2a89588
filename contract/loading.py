"""Load a contract: a document with its operations and the validators of its schemas."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contract.document import Document
from contract.errors import unusable
from contract.operations import Operation, operations, webhooks
from contract.plainyaml import compose, construct
from contract.validation import Validator, registry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import jsonschema_rs

__all__ = ["Contract", "default_path", "load", "parse"]


@dataclass(frozen=True, eq=False)
class Contract(Document):
    """An OpenAPI document that the tools of this project work by."""

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        """The operations, in the order of the document."""
        return operations(self)

    @cached_property
    def webhooks(self) -> tuple[Operation, ...]:
        """What the API sends by itself, in the order of the document."""
        return webhooks(self)

    def operation(self, operation_id: str) -> Operation:
        """The operation of that id. Raises KeyError when there is none."""
        return self._operation_by_id[operation_id]

    @cached_property
    def _operation_by_id(self) -> dict[str, Operation]:
        return {operation.id: operation for operation in self.operations}

    @cached_property
    def links(self) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """The links of all answers, by the id of the operation that they lead to."""
        found: dict[str, list[Mapping[str, Any]]] = {}
        for operation in self.operations:
            for response in operation.responses.values():
                for item in response.node.get("links", {}).values():
                    link, _ = self.resolve(item)
                    found.setdefault(link.get("operationId", ""), []).append(link)
        return found

    def validator(self, pointer: str) -> Validator:
        """A validator for the schema at a JSON pointer, formats included. Built once for each pointer."""
        if pointer not in self._validators:
            self._validators[pointer] = Validator(self._registry, pointer, self.at)
        return self._validators[pointer]

    @cached_property
    def _validators(self) -> dict[str, Validator]:
        return {}

    @cached_property
    def _registry(self) -> jsonschema_rs.Registry:
        return registry(self.document)


def default_path() -> Path:
    """This project's own contract: beside the packages in a checkout, inside this one when installed."""
    checkout = Path(__file__).parent.parent / "openapi.yaml"
    return checkout if checkout.is_file() else Path(str(files("contract") / "data" / "openapi.yaml"))


def load(path: str | Path | None = None) -> Contract:
    """Read a contract; without a path, this project's own.

    Raises:
        ContractError: The file cannot be read, is no YAML, or is no OpenAPI 3.1 document.
    """
    source = str(path) if path is not None else _named(default_path())
    try:
        data = Path(source).read_bytes()
    except OSError as error:
        raise unusable(source, 0, "readable", f"cannot read the contract: {error.strerror}") from None
    return parse(data, source)


def parse(data: bytes, source: str) -> Contract:
    """Read a contract from the bytes of a file; `source` names it in messages.

    Raises:
        ContractError: The bytes are no YAML, or no OpenAPI 3.1 document.
    """
    root = compose(data, source)
    document = construct(root)
    version = document.get("openapi") if isinstance(document, dict) else None
    if not isinstance(version, str) or not re.fullmatch(r"3\.1\.\d+", version, re.ASCII):
        raise unusable(source, 1, "openapi-version", "this is no OpenAPI 3.1 document: 'openapi' must be 3.1.x")
    return Contract(source, data, document, root)


def _named(path: Path) -> str:
    """A path as a person in the working directory would write it."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
