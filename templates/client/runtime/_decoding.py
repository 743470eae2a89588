"""Read the body of an answer as what the contract promises.

The fast path is msgspec's own decoder, straight from the bytes. It stops at a field the contract does not name; only
then is the body read as plain values, the unknown fields set aside, and the rest converted.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from moment_billing._errors import ResponseValidationError
from moment_billing._models import Model, keep_extra

if TYPE_CHECKING:
    import httpx

__all__ = ["Decoder", "decode_leniently"]

T = TypeVar("T")


class Decoder:
    """Reads answers of one type."""

    def __init__(self, type_: Any) -> None:
        self._type = type_
        self._fast = msgspec.json.Decoder(type_)

    def decode(self, response: httpx.Response) -> Any:
        """What the answer holds.

        Raises:
            ResponseValidationError: It is not JSON, or not what the contract promises.
        """
        data = response.content
        try:
            return self._fast.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError):
            pass
        try:
            return keep_unknown(msgspec.json.decode(data), self._type)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise ResponseValidationError(_complaint(response, error), response) from None


def decode_leniently(data: bytes, model: type[T]) -> T | None:
    """Read an object, leaving out each member that has not the type it should have; None when there is no object."""
    try:
        tree = msgspec.json.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    if not isinstance(tree, dict):
        return None
    fitting = {name: value for name, value in tree.items() if _fits({name: value}, model)}
    result: T = keep_unknown(fitting, model)
    return result


def _fits(members: dict[str, Any], model: Any) -> bool:
    try:
        keep_unknown(members, model)
    except msgspec.MsgspecError:
        return False
    return True


def keep_unknown(tree: Any, type_: Any) -> Any:
    """Convert plain values to a type, keeping on each model the members that the contract does not name."""
    result = msgspec.convert(_known(tree, _info(type_)), type_)
    _attach(result, tree)
    return result


@cache
def _info(type_: Any) -> Any:
    from msgspec import inspect  # noqa: PLC0415 - only answers with unknown fields need it

    return inspect.type_info(type_)


def _known(tree: Any, info: Any) -> Any:
    """The plain values without the members that the contract does not name."""
    from msgspec import inspect  # noqa: PLC0415 - as above

    if isinstance(info, inspect.UnionType):
        wanted = _BRANCHES.get(type(tree))
        info = next((branch for branch in info.types if type(branch).__name__ in (wanted or ())), None)
    if isinstance(info, inspect.StructType) and isinstance(tree, dict):
        fields = {field.encode_name: field.type for field in info.fields}
        tag = info.tag_field
        return {
            name: _known(value, fields.get(name))
            for name, value in tree.items()
            if name in fields or (tag is not None and name == tag)
        }
    if isinstance(info, inspect.DictType) and isinstance(tree, dict):
        return {name: _known(value, info.value_type) for name, value in tree.items()}
    if isinstance(info, inspect.ListType) and isinstance(tree, list):
        return [_known(item, info.item_type) for item in tree]
    if isinstance(info, inspect.IntType) and isinstance(tree, float) and tree.is_integer():
        return int(tree)  # JSON Schema counts 1.0 as an integer (validation, section 6.1.1)
    return tree


_BRANCHES = {dict: ("StructType", "DictType"), list: ("ListType",), float: ("FloatType", "IntType")}


def _attach(result: Any, tree: Any) -> None:
    if isinstance(result, Model):
        names = dict(zip(result.__struct_encode_fields__, result.__struct_fields__, strict=True))
        extra = {name: value for name, value in tree.items() if name not in names}
        if extra:
            keep_extra(result, extra)
        for wire, name in names.items():
            if wire in tree:
                _attach(getattr(result, name), tree[wire])
    elif isinstance(result, dict):
        for name, value in result.items():
            _attach(value, tree[name])
    elif isinstance(result, list):
        for item, source in zip(result, tree, strict=True):
            _attach(item, source)


def _complaint(response: httpx.Response, error: Exception) -> str:
    request = response.request
    media_type = response.headers.get("content-type", "no content type")
    return (
        f"{request.method} {request.url.path} was answered {response.status_code}, "
        f"but its body ({media_type}, {len(response.content)} bytes) is not what the contract promises: {error}"
    )
