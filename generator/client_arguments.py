"""Build the arguments of a method: the parameters of its operation, and the fields of its body."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from openapi_python_client.parser import properties as found
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.union import UnionProperty

from generator import client_examples as examples
from generator.client_checks import phrases
from generator.client_refusal import refusal
from generator.client_view import Argument

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from openapi_python_client.parser.openapi import Endpoint
    from openapi_python_client.parser.properties.protocol import PropertyProtocol

    from contract import Contract
    from contract import operations as described
    from generator.client_models import Models

__all__ = ["Arguments"]

_TAKEN = frozenset({"self", "body", "extra_headers", "extra_query", "extra_body", "idempotency_key", "cls"})
"""Names that every method has."""


class Arguments:
    """The arguments of one contract's methods."""

    def __init__(self, contract: Contract, models: Models) -> None:
        self._contract = contract
        self._models = models

    def of(self, operation: described.Operation, endpoint: Endpoint, key: described.Parameter | None) -> list[Argument]:
        """The arguments of an operation's method; `key` is the parameter that the client fills itself.

        Raises:
            ContractError: The client cannot write one of them.
        """
        arguments: list[Argument] = []
        known = {
            (location.value, prop.name.get_untrusted_value()): prop for location, prop in endpoint.iter_all_parameters()
        }
        for parameter in operation.parameters:
            if parameter is not key:
                prop = known[parameter.location, parameter.name]
                arguments.append(self._parameter_argument(parameter, prop))
        if endpoint.bodies:
            arguments += self._body_arguments(operation, endpoint.bodies[0].prop)
        return _with_own_names(arguments)

    def _parameter_argument(self, parameter: described.Parameter, prop: PropertyProtocol) -> Argument:
        inner = prop.inner_properties if isinstance(prop, UnionProperty) else [prop]
        if any(isinstance(each, found.ModelProperty) for each in inner):
            raise refusal(self._contract, parameter.pointer, "the client cannot write an object as a parameter")
        if parameter.location != "query" and any(isinstance(each, ListProperty) for each in inner):
            raise refusal(self._contract, parameter.pointer, "the client writes arrays as parameters only in the query")
        schema, _ = self._contract.resolve(self._contract.at(parameter.schema), parameter.schema)
        return Argument(
            name=str(prop.python_name),
            wire=parameter.name,
            type=self._models.write_type(prop, parameter.schema),
            required=parameter.required,
            description=parameter.node.get("description", schema.get("description", "")),
            phrases=tuple(phrases(self._contract, schema)),
            schema=schema,
            location=parameter.location,
            examples=tuple(examples.of_parameter(self._contract, parameter)),
        )

    def _body_arguments(self, operation: described.Operation, prop: PropertyProtocol) -> Iterator[Argument]:
        pointer = operation.body[0].schema
        if isinstance(prop, found.ModelProperty) and not self._models.types.is_map(prop):
            model = self._models.write_model(prop, pointer)
            body_required = operation.body_required
            for field in model.fields:
                yield Argument(
                    **{**vars(field), "required": field.required and body_required},
                    location="body",
                    examples=tuple(field.schema.get("examples", ())),
                )
            return
        schema, _ = self._contract.resolve(self._contract.at(pointer), pointer)
        yield Argument(
            name="body",
            wire="body",
            type=self._models.write_type(prop, pointer),
            required=operation.body_required,
            description=schema.get("description", "The body of the request."),
            phrases=tuple(phrases(self._contract, schema)),
            schema=schema,
            location="whole-body",
        )


def _with_own_names(arguments: Iterable[Argument]) -> list[Argument]:
    """The same arguments, none of which has the name of another or of what every method takes."""
    taken = set(_TAKEN)
    named = []
    for argument in arguments:
        name = argument.name
        while name in taken and argument.location != "whole-body":
            name += "_"
        taken.add(name)
        named.append(replace(argument, name=name))
    return named
