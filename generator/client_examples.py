"""Find the examples of the contract that the client's documentation and tests show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contract import Contract
    from contract import operations as described
    from generator.client_view import Model

__all__ = ["looked_up", "of_answer", "of_body", "of_parameter", "shown"]


def of_answer(contract: Contract, response: described.Response) -> Any:
    """The first example of an answer's body; None when there is none."""
    return next(iter(_of_media(contract, response.media).values()), None)


def of_body(contract: Contract, operation: described.Operation) -> dict[str, Any]:
    """The examples of a request's body, by name."""
    return _of_media(contract, operation.body)


def of_parameter(contract: Contract, parameter: described.Parameter) -> tuple[Any, ...]:
    """The examples of a parameter, the last first: the first is often an id, which names nothing the reader has."""
    node = parameter.node
    named = [contract.resolve(example)[0].get("value") for example in node.get("examples", {}).values()]
    return (*([node["example"]] if "example" in node else []), *reversed(named))


def shown(contract: Contract, operation: described.Operation, model: Model | None) -> str:
    """The field of a result that holds what the example's call sent; "" when there is none."""
    if model is None:
        return ""
    sent: Mapping[str, Any] = next(iter(of_body(contract, operation).values()), {})
    names = [field.name for field in model.fields if field.wire in sent]
    return next(reversed(names or list(looked_up(contract, operation, model))), "")


def looked_up(contract: Contract, operation: described.Operation, model: Model | None) -> dict[str, Any]:
    """The fields by which the record of a result is looked up, each with its example in the path.

    The name of a parameter's example may be that of such a field.
    """
    fields = {field.wire for field in model.fields} if model is not None else set()
    return {
        name: contract.resolve(example)[0].get("value")
        for parameter in operation.parameters
        for name, example in parameter.node.get("examples", {}).items()
        if name in fields
    }


def _of_media(contract: Contract, bodies: Sequence[described.Media]) -> dict[str, Any]:
    if not bodies:
        return {}
    node = bodies[0].node
    named = {name: contract.resolve(example)[0].get("value") for name, example in node.get("examples", {}).items()}
    return named or ({"example": node["example"]} if "example" in node else {})
