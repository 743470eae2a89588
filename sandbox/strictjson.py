"""Read JSON strictly (RFC 8259) and write it compactly, so that what is accepted can be returned unchanged."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["DEPTH_MAX", "DIGITS_MAX", "EXPONENT_MAX", "JsonError", "decode", "encode"]

DEPTH_MAX = 100
"""How deep arrays and objects may stand within each other: what reads and checks them recurses."""

DIGITS_MAX = 4300
"""The most digits an integer may have: Python's own guard against quadratic conversion."""

EXPONENT_MAX = 40
"""How long an integer with an exponent may be: `1e40` at most. A body of many `1e308` would else hold everybody up."""

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class JsonError(ValueError):
    """The text is no JSON, or JSON that two readers could take differently; the message says which and where."""


def decode(data: bytes) -> Any:
    """Read a JSON text in UTF-8.

    Stricter than `json.loads`: a name twice in one object, a lone surrogate, NaN and Infinity are refused. A number
    with an integral value is an integer, as in JSON Schema: `2000.0` and `2e3` are 2000. No other number becomes one.

    Raises:
        JsonError: The text is none of the above, is nested too deeply, or holds a number that cannot be kept.
    """
    try:
        value = _DECODER.decode(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise JsonError(f"byte {error.start} is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise JsonError(f"{error.msg.removesuffix(' at')} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise JsonError("it is nested too deeply") from None
    except JsonError:
        raise
    except ValueError:
        raise JsonError(f"a number has more than {DIGITS_MAX} digits") from None
    if data.count(b"[") + data.count(b"{") > DEPTH_MAX and _is_too_deep(value):
        raise JsonError(f"it is nested more than {DEPTH_MAX} deep")
    if _SURROGATE.search(data):
        _refuse_lone_surrogates(value)
    return value


def encode(value: Any) -> str:
    """Write a value as JSON without spaces, keeping characters beyond ASCII and integers of any size."""
    return _ENCODER.encode(value)


def _refuse_lone_surrogates(value: Any) -> None:
    try:
        encode(value).encode()
    except UnicodeEncodeError:
        raise JsonError("a string holds half of a surrogate pair, which is no character") from None


def _is_too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(DEPTH_MAX):
        level = [inner for each in level for inner in _members(each) if isinstance(inner, dict | list)]
    return bool(level)


def _members(value: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise JsonError(f"the name {twice[:100]!r} stands twice in one object")
    return members


def _fraction(text: str) -> int | float:
    """A number that is written with a point or an exponent; integral doubles are looked at again, digit by digit."""
    value = float(text)
    if math.isinf(value):
        raise _out_of_range(text)
    return _integer(text) if value.is_integer() else value


def _integer(text: str) -> int:
    """The integer that a text with a point or an exponent stands for.

    Raises:
        JsonError: It stands for a fraction, which only a double takes for an integer, or for an integer that is too
            long.
    """
    try:
        number = Decimal(text)
    except InvalidOperation:  # the exponent is beyond what even Decimal takes
        raise _out_of_range(text) from None
    if number != number.to_integral_value():
        raise JsonError(f"the number {text[:40]} has more digits than a fraction can keep")
    if number.adjusted() > EXPONENT_MAX:
        raise _out_of_range(text)
    return int(number)


def _out_of_range(text: str) -> JsonError:
    return JsonError(f"the number {text[:40]} is out of range: with an exponent, 1e{EXPONENT_MAX} is the limit")


def _constant(name: str) -> NoReturn:
    raise JsonError(f"{name} is no JSON number")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=_fraction, parse_constant=_constant)
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)
