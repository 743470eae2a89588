"""The types of the client: how each property that openapi-python-client found is written in Python.

Reading is lenient: an enum is open, a UUID is a string. Writing takes any sequence or mapping, and each object as a
typed dict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from openapi_python_client.parser import properties as found
from openapi_python_client.parser.properties.boolean import BooleanProperty
from openapi_python_client.parser.properties.const import ConstProperty
from openapi_python_client.parser.properties.date import DateProperty
from openapi_python_client.parser.properties.datetime import DateTimeProperty
from openapi_python_client.parser.properties.float import FloatProperty
from openapi_python_client.parser.properties.int import IntProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.none import NoneProperty
from openapi_python_client.parser.properties.string import StringProperty
from openapi_python_client.parser.properties.union import UnionProperty
from openapi_python_client.parser.properties.uuid import UuidProperty

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from openapi_python_client.parser.properties import ModelProperty
    from openapi_python_client.parser.properties.protocol import PropertyProtocol

__all__ = ["Types", "UnwritableTypeError"]

_PLAIN: tuple[tuple[type, str], ...] = (
    (StringProperty, "str"),
    (UuidProperty, "str"),
    (BooleanProperty, "bool"),
    (IntProperty, "int"),
    (FloatProperty, "float"),
    (DateProperty, "datetime.date"),
    (DateTimeProperty, "datetime.datetime"),
    (NoneProperty, "None"),
    (found.AnyProperty, "Any"),
)


class UnwritableTypeError(Exception):
    """The templates have no way to write a type; the message says which."""


class Types:
    """Writes the types of one contract's properties.

    Args:
        models: The objects of the contract.
        read: The names of the models that may be sent back as they were received.
    """

    def __init__(self, models: Iterable[ModelProperty], read: Collection[str]) -> None:
        # A property refers to a copy of its model, made before the model's own properties were known.
        self._models = {str(model.class_info.name): model for model in models}
        self._read = read

    def fields(self, model: ModelProperty) -> list[PropertyProtocol]:
        """The named properties of an object."""
        whole = self._whole(model)
        return [*(whole.required_properties or []), *(whole.optional_properties or [])]

    def is_map(self, prop: PropertyProtocol) -> bool:
        """Whether a property is an object without named properties: a plain mapping."""
        return isinstance(prop, found.ModelProperty) and not self.fields(prop)

    def values(self, model: ModelProperty) -> PropertyProtocol:
        """What the members of a mapping hold.

        Raises:
            UnwritableTypeError: It must have none.
        """
        values = self._whole(model).additional_properties
        if values is None:
            raise UnwritableTypeError("the client has no type for an object that must be empty")
        return values

    def read(self, prop: PropertyProtocol) -> str:
        """The type of a value in an answer.

        Raises:
            UnwritableTypeError: msgspec could not tell the branches of a union apart, or the type is of another world.
        """
        if isinstance(prop, found.ModelProperty):
            return f"dict[str, {self.read(self.values(prop))}]" if self.is_map(prop) else str(prop.class_info.name)
        if isinstance(prop, ListProperty):
            return f"list[{self.read(prop.inner_property)}]"
        if isinstance(prop, UnionProperty):
            branches = [self.read(inner) for inner in prop.inner_properties]
            _refuse_ambiguity(branches, prop)
            return _union(branches)
        return _scalar(prop)

    def write(self, prop: PropertyProtocol) -> str:
        """The type of a value in a request.

        Raises:
            UnwritableTypeError: The type is of another world than JSON.
        """
        if isinstance(prop, found.ModelProperty):
            if self.is_map(prop):
                return f"Mapping[str, {self.write(self.values(prop))}]"
            name = str(prop.class_info.name)
            return f"{name}Params | {name}" if name in self._read else f"{name}Params"
        if isinstance(prop, ListProperty):
            return f"Sequence[{self.write(prop.inner_property)}]"
        if isinstance(prop, UnionProperty):
            return _union([self.write(inner) for inner in prop.inner_properties])
        return _scalar(prop)

    def _whole(self, model: ModelProperty) -> ModelProperty:
        return self._models.get(str(model.class_info.name), model)


def _scalar(prop: PropertyProtocol) -> str:
    if isinstance(prop, found.EnumProperty):
        return str(prop.class_info.name)
    if isinstance(prop, ConstProperty):
        kind = type(prop.value.raw_value).__name__
        return kind if kind in {"str", "int", "float", "bool"} else "Any"
    for plain, written in _PLAIN:
        if isinstance(prop, plain):
            return written
    raise UnwritableTypeError(
        f"the client has no type for {type(prop).__name__.removesuffix('Property').lower()} values"
    )


def _union(branches: list[str]) -> str:
    unique = list(dict.fromkeys(branches))
    if "Any" in unique:
        return "Any"
    return " | ".join(sorted(unique, key=lambda branch: branch == "None"))


_TEXTS = frozenset({"str", "datetime.date", "datetime.datetime"})


def _refuse_ambiguity(branches: list[str], prop: UnionProperty) -> None:
    unique = set(branches)
    enums = {str(inner.class_info.name) for inner in prop.inner_properties if isinstance(inner, found.EnumProperty)}
    objects = {name for name in unique if name.startswith("dict[") or name[0].isupper()} - enums - {"Any", "None"}
    arrays = {name for name in unique if name.startswith("list[")}
    texts = (unique & _TEXTS) | enums
    for kind, names in (("objects", objects), ("arrays", arrays), ("texts", texts)):
        if len(names) > 1:
            raise UnwritableTypeError(
                f"the client cannot tell these {kind} of a union apart in an answer: {', '.join(sorted(names))}"
            )
