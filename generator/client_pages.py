"""Find the lists that come in pages: an answer links to its own operation, with a cursor that it holds.

    links:
      next_page:
        operationId: listAccounts
        parameters:
          cursor: $response.body#/next_cursor

An OpenAPI link says where the next page is, so the contract needs no extension: such an operation is a list in pages,
the array of the answer holds its records, and the parameter asks for the next page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from generator.client_refusal import refusal
from generator.client_view import Paging

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contract import Contract
    from contract import operations as described
    from generator.client_view import Field, Model

__all__ = ["paging"]

_BODY = "$response.body#/"


def paging(contract: Contract, operation: described.Operation, status: str, models: Mapping[str, Model]) -> Paging:
    """How the answer of a status leads to the next page; an empty `Paging` when it leads to none.

    Args:
        contract: The contract.
        operation: The operation that may be a list.
        status: The status of its success.
        models: The objects of answers, by name; an answer's own model is among them.

    Raises:
        ContractError: The answer links to a next page, but the client cannot follow.
    """
    response = operation.responses[status]
    found = list(_links(contract, operation, response))
    if not found:
        return Paging()
    name, expression, pointer = found[0]
    if len(found) > 1:
        raise refusal(contract, found[1][2], "the client follows one link to the next page, and this is another")
    if not expression.startswith(_BODY):
        raise refusal(contract, pointer, f"the client reads the cursor of the next page from {_BODY}…")
    if any(parameter.name.lower() == "idempotency-key" for parameter in operation.parameters):
        raise refusal(contract, pointer, "the client cannot ask for pages under an idempotency key")
    model = _model_at(contract, response.media[0].schema if response.media else "", models)
    lists = [field for field in model.fields if field.type.startswith("list[")] if model else []
    if model is None or len(lists) != 1:
        raise refusal(contract, pointer, "the client reads the records of a page from the one array of its object")
    path = _path(expression.removeprefix(_BODY).split("/"), model, models)
    if not path:
        raise refusal(contract, pointer, f"the answer has no property at {expression}")
    (records,) = lists
    return Paging(name, path, records.name, records.type.removeprefix("list[").removesuffix("]"))


def _links(
    contract: Contract, operation: described.Operation, response: described.Response
) -> Iterator[tuple[str, str, str]]:
    """Each link to the operation itself by a parameter of its query: the parameter, what it holds, and its place."""
    queries = {parameter.name for parameter in operation.parameters if parameter.location == "query"}
    for key, item in response.node.get("links", {}).items():
        link, pointer = contract.resolve(item, f"{response.pointer}/links/{key}")
        if link.get("operationId") != operation.id:
            continue
        for name, expression in link.get("parameters", {}).items():
            if name in queries:
                yield name, str(expression), pointer


def _model_at(contract: Contract, pointer: str, models: Mapping[str, Model]) -> Model | None:
    _, at = contract.resolve(contract.at(pointer), pointer) if pointer else ({}, "")
    return next((model for model in models.values() if model.pointer == at), None)


def _path(steps: list[str], model: Model, models: Mapping[str, Model]) -> tuple[str, ...]:
    """The names in Python that lead to a value of a model; () when there is none."""
    field: Any = _field(model, steps[0])
    if field is None:
        return ()
    if len(steps) == 1:
        return (field.name,)
    inner = next((models[name] for name in field.type.split(" | ") if name in models), None)
    rest = _path(steps[1:], inner, models) if inner else ()
    return (field.name, *rest) if rest else ()


def _field(model: Model, wire: str) -> Field | None:
    return next((field for field in model.fields if field.wire == wire.replace("~1", "/").replace("~0", "~")), None)
