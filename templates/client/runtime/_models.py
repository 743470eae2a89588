"""What all models share: nothing is assigned to their fields, and they keep what the contract does not name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import UNSET, UnsetType

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["UNSET", "Model", "UnsetType"]

_EXTRA = "extra_fields"


class Model(msgspec.Struct, frozen=True, kw_only=True, dict=True, forbid_unknown_fields=True):
    """A record of the API.

    A field that the API did not send is `UNSET`, which is false, and never `None`.
    """

    # Unknown fields are forbidden only to the fast decoder: when there are some, `_decoding` keeps them.

    @property
    def extra_fields(self) -> Mapping[str, Any]:
        """The fields that the API sent and the contract does not name, by their names."""
        extra: Mapping[str, Any] = self.__dict__.get(_EXTRA, {})
        return extra

    def to_dict(self) -> dict[str, Any]:
        """The record as the API sent it: plain values, without what is unset, and with `extra_fields`."""
        return {name: _plain(value) for name, value in self._items()} | dict(self.extra_fields)

    def to_json(self) -> bytes:
        """The record as JSON in UTF-8, with `extra_fields`."""
        return msgspec.json.encode(self.to_dict())

    def _items(self) -> list[tuple[str, Any]]:
        values = ((wire, getattr(self, name)) for name, wire in _names(self))
        return [(wire, value) for wire, value in values if value is not UNSET]

    def __reduce__(self) -> tuple[Any, ...]:
        fields = {name: getattr(self, name) for name in self.__struct_fields__}
        return _restore, (type(self), fields, dict(self.extra_fields))

    def __copy__(self) -> Model:
        restore, arguments = self.__reduce__()
        copy: Model = restore(*arguments)
        return copy


def keep_extra(model: Model, extra: dict[str, Any]) -> None:
    """Attach to a model what the contract does not name."""
    model.__dict__[_EXTRA] = extra


def _restore(cls: type[Model], fields: dict[str, Any], extra: dict[str, Any]) -> Model:
    model = cls(**fields)
    if extra:
        keep_extra(model, extra)
    return model


def _names(model: Model) -> zip[tuple[str, str]]:
    return zip(model.__struct_fields__, model.__struct_encode_fields__, strict=True)


def _plain(value: Any) -> Any:
    if isinstance(value, Model):
        return value.to_dict()
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return msgspec.to_builtins(value)
