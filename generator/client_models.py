"""Build the models of the view: the objects that answers and requests hold, and the types of their fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openapi_python_client.parser import properties as found
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.union import UnionProperty
from openapi_python_client.schema.untrusted_string import UntrustedString

from contract.pointers import escape
from generator.client_checks import phrases
from generator.client_refusal import refusal
from generator.client_types import Types, UnwritableTypeError
from generator.client_view import Enumeration, Field, Model

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from openapi_python_client.parser.openapi import GeneratorData
    from openapi_python_client.parser.properties import ModelProperty
    from openapi_python_client.parser.properties.protocol import PropertyProtocol

    from contract import Contract

__all__ = ["Models"]

_TAKEN = frozenset({"extra_fields", "to_dict", "to_json"})
"""Names that every model has."""


class Models:
    """The models of one contract, collected as operations turn out to need them.

    Attributes:
        read: The objects of answers, by name.
        written: The objects of requests, by name.
        types: Writes the types of values.
    """

    def __init__(self, contract: Contract, data: GeneratorData) -> None:
        self._contract = contract
        self._data = data
        self.read: dict[str, Model] = {}
        self.written: dict[str, Model] = {}
        self.types = Types(data.models, self.read)

    def collect(self, prop: PropertyProtocol, pointer: str) -> None:
        """Every object that a value of an answer can hold."""
        for model, at in self._models_in(prop, pointer):
            if str(model.class_info.name) not in self.read:
                self._read_model(model, at)

    def _models_in(self, prop: PropertyProtocol, pointer: str) -> Iterator[tuple[ModelProperty, str]]:
        node, at = self._contract.resolve(self._contract.at(pointer), pointer)
        if isinstance(prop, ListProperty):
            yield from self._models_in(prop.inner_property, f"{at}/items")
        elif isinstance(prop, UnionProperty):
            yield from self._models_in_union(prop, at)
        elif isinstance(prop, found.ModelProperty):
            if not self.types.is_map(prop):
                yield prop, self._object_at(node, at)
            elif isinstance(node.get("additionalProperties"), dict):
                yield from self._models_in(self.types.values(prop), f"{at}/additionalProperties")

    def _models_in_union(self, prop: UnionProperty, at: str) -> Iterator[tuple[ModelProperty, str]]:
        """The objects of a union's branches: openapi-python-client keeps their order, and names each type once."""
        branches = {kind: iter(self._branches(at, kind)) for kind in ("array", "object")}
        for inner in prop.inner_properties:
            kind = "array" if isinstance(inner, ListProperty) else "object"
            if isinstance(inner, ListProperty | found.ModelProperty):
                yield from self._models_in(inner, next(branches[kind]))

    def _branches(self, pointer: str, kind: str) -> list[str]:
        """Where the branches of a kind stand, those of unions within included."""
        node, at = self._contract.resolve(self._contract.at(pointer), pointer)
        inner = [
            f"{at}/{keyword}/{index}" for keyword in ("anyOf", "oneOf") for index in range(len(node.get(keyword, ())))
        ]
        if not inner:
            return [self._object_at(node, at)] if self._kind(at) == kind else []
        return list(dict.fromkeys(branch for each in inner for branch in self._branches(each, kind)))

    def _kind(self, pointer: str) -> str:
        node, _ = self._contract.resolve(self._contract.at(pointer), pointer)
        kind = node.get("type", "object" if "properties" in node or "allOf" in node else "")
        return next((name for name in kind if name != "null"), "null") if isinstance(kind, list) else str(kind)

    def _object_at(self, node: Mapping[str, Any], at: str) -> str:
        """Where the object stands; a schema that only refers to one by a single branch is that one."""
        for keyword in ("allOf", "anyOf", "oneOf"):
            if "properties" not in node and len(node.get(keyword, ())) == 1:
                return self._contract.resolve(node[keyword][0], f"{at}/{keyword}/0")[1]
        return at

    def _read_model(self, model: ModelProperty, at: str) -> None:
        name = str(model.class_info.name)
        node = self._contract.at(at)
        self.read[name] = Model(name, node.get("description", ""), (), at)  # so that a cycle ends
        fields = []
        for prop, pointer in self._members(model, at):
            self.collect(prop, pointer)
            fields.append(self._field(prop, pointer, self.read_type(prop, pointer)))
        self.read[name] = Model(name, node.get("description", ""), tuple(fields), at)

    def write_model(self, model: ModelProperty, pointer: str) -> Model:
        """An object of requests, and every object within it."""
        node, at = self._contract.resolve(self._contract.at(pointer), pointer)
        at = self._object_at(node, at)
        name = f"{model.class_info.name}Params"
        if name not in self.written:
            self.written[name] = Model(name, "", (), at)  # so that a cycle ends
            fields = []
            for prop, place in self._members(model, at):
                fields.append(self._field(prop, place, self.write_type(prop, place)))
            self.written[name] = Model(name, self._contract.at(at).get("description", ""), tuple(fields), at)
        return self.written[name]

    def _members(self, model: ModelProperty, at: str) -> list[tuple[PropertyProtocol, str]]:
        places = dict(self._properties(at))
        members = {prop.name.get_untrusted_value(): prop for prop in self.types.fields(model)}
        return [(members[name], place) for name, place in places.items() if name in members]

    def _properties(self, at: str) -> Iterator[tuple[str, str]]:
        """Each named property of an object, its own and those of its parts, and where it stands."""
        node = self._contract.at(at)
        for index, branch in enumerate(node.get("allOf", ())):
            yield from self._properties(self._contract.resolve(branch, f"{at}/allOf/{index}")[1])
        for name in node.get("properties", ()):
            yield name, f"{at}/properties/{escape(name)}"

    def _field(self, prop: PropertyProtocol, pointer: str, written: str) -> Field:
        schema, _ = self._contract.resolve(self._contract.at(pointer), pointer)
        name = str(prop.python_name)
        return Field(
            name=f"{name}_" if name in _TAKEN else name,
            wire=prop.name.get_untrusted_value(),
            type=written,
            required=prop.required,
            description=schema.get("description", ""),
            phrases=tuple(phrases(self._contract, schema)),
            schema=schema,
        )

    def enumerations(self) -> Iterator[Enumeration]:
        """Every named set of values."""
        for enum in self._data.enums:
            written = enum.values.values() if isinstance(enum.values, dict) else sorted(enum.values, key=str)
            values = tuple(
                value.get_untrusted_value() if isinstance(value, UntrustedString) else value for value in written
            )
            description = enum.description.get_untrusted_value() if enum.description else ""
            yield Enumeration(str(enum.class_info.name), description, type(values[0]).__name__, values)

    def read_type(self, prop: PropertyProtocol, pointer: str) -> str:
        """The type of a value in an answer. Raises ContractError when there is none."""
        try:
            return self.types.read(prop)
        except UnwritableTypeError as error:
            raise refusal(self._contract, pointer, str(error)) from None

    def write_type(self, prop: PropertyProtocol, pointer: str) -> str:
        """The type of a value in a request. Raises ContractError when there is none."""
        for model, at in self._models_in(prop, pointer):
            self.write_model(model, at)
        try:
            return self.types.write(prop)
        except UnwritableTypeError as error:
            raise refusal(self._contract, pointer, str(error)) from None
