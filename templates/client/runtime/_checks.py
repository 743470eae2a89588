"""Check values by the constraints of the contract, before anything is sent.

Each class stands for a part of JSON Schema and reports every violation that it finds. A place is the way to a value:
the names and positions that lead to it. `typed=False` means that the schema names no type: other values pass.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol, TypeAlias
from uuid import UUID

import msgspec

from moment_billing._errors import Violation
from moment_billing._formats import FORMATS, compiled
from moment_billing._models import Model
from moment_billing._visible import visible

__all__ = [
    "Anything",
    "Check",
    "Choice",
    "Every",
    "Fields",
    "Flag",
    "Items",
    "Not",
    "Null",
    "Nullable",
    "Number",
    "Some",
    "Text",
]

Place: TypeAlias = "tuple[str | int, ...]"


class Check(Protocol):
    """What a value must keep."""

    def find(self, value: Any, place: Place, found: list[Violation]) -> None:
        """Add to `found` each way in which the value breaks this check."""


def _report(found: list[Violation], place: Place, rule: str, message: str) -> None:
    name = _name(place)
    found.append(Violation(name, rule, f"{name or 'the body'} {message}"))


def _name(place: Place) -> str:
    return visible(".".join(map(str, place)))


def _wrong_type(found: list[Violation], place: Place, wanted: str, value: Any) -> None:
    _report(found, place, "type", f"must be {wanted}, not {_KINDS.get(type(value), type(value).__name__)}")


_KINDS = {
    type(None): "null",
    bool: "a boolean",
    int: "an integer",
    float: "a number",
    str: "a string",
    list: "an array",
    dict: "an object",
}


_LONGEST_INTEGER = 14_284
"""In bits: what surely has no more than the 4300 digits that Python writes (`sys.int_info.default_max_str_digits`)."""


def _unwritable(value: float) -> str:
    """Why a number cannot be written; "" when it can."""
    if isinstance(value, int):
        return "must have at most 4300 digits: Python writes no more" if value.bit_length() > _LONGEST_INTEGER else ""
    return "" if math.isfinite(value) else "must be finite"


class Anything:
    """Every value passes that JSON can carry."""

    def find(self, value: Any, place: Place, found: list[Violation]) -> None:
        """Only numbers are looked at, for some would be sent as null; what else is no JSON, the encoder refuses."""
        if isinstance(value, int | float):
            if wrong := _unwritable(value):
                _report(found, place, "type", wrong)
        elif isinstance(value, Mapping):
            for name, item in value.items():
                self.find(item, (*place, name), found)
        elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
            for index, item in enumerate(value):
                self.find(item, (*place, index), found)


class Null:
    """Only null passes."""

    def find(self, value: Any, place: Place, found: list[Violation]) -> None:
        """Anything but null is wrong."""
        if value is not None:
            _wrong_type(found, place, "null", value)


class Flag(msgspec.Struct, frozen=True):
    """A boolean."""

    typed: bool = True

    def find(self, value: Any, place: Place, found: list[Violation]) -> None:
        """Anything but true and false is wrong."""
        if self.typed and not isinstance(value, bool):
            _wrong_type(found, place, "a boolean", value)


class Text(msgspec.Struct, frozen=True):
    """A string.

    Attributes:
        pattern: The pattern in Python's dialect.
        documented: The pattern as the contract has it, in that of ECMA-262, for messages.
    """

    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    documented: str = ""
    format: str | None = None
    typed: bool = True

    def find(self, value: Any, place: Place, found: list[Violation]) -> None:
        """Length counts characters, as JSON Schema does (validation, section 6.3)."""
        text = _text(value)
        if text is None:
            if self.typed:
                _wrong_type(found, place, "a string", value)
            return
        if self.max_length is not None and len(text) > self.max_length:
            _report(found, place, "maxLength", f"must have at most {_count(self.max_length, 'character')}")
        if self.min_length is not None and len(text) < self.min_length:
            _report(found, place, "minLength", f"must have at least {_count(self.min_length, 'character')}")
        if self.pattern is not None and compiled(self.pattern).search(text) is None:
            _report(found, place, "pattern", f"must match {self.documented}")
        if self.format is not None and not FORMATS[self.format](text):
            _report(found, place, "format", f"must be {_FORMAT_NAMES.get(self.format, self.format)}")
        if not text.isascii() and compiled(_SURROGATE).search(text):
            _report(found, place, "type", "must be text; half a surrogate pair is none")


_SURROGATE = "[\ud800-\udfff]"
_FORMAT_NAMES = {
    "email": "an e-mail address",
    "iso-4217": "a currency code of ISO 4217",
    "date": "a date (RFC 3339)",
    "date-time": "a date and time with an offset (RFC 3339)",
    "uri": "a URI",
    "uri-reference": "a URI or a relative reference",
    "uuid": "a UUID",
}


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    return str(msgspec.to_builtins(value)) if isinstance(value, date | UUID) else None


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


class Number(msgspec.Struct, frozen=True):
    """A number, or an integer."""

    integer: bool = False
    minimum: float | None = None
    maximum: float | None = None
    exclusive_minimum: float | None = None
    exclusive_maximum: float | None = None
    multiple_of: float | None = None
    typed: bool = True

    def find(self, value: Any, place: Place, found: list[Violation]) -> None:
        """A boolean is no number, and neither is NaN nor an infinity, which JSON cannot carry."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            if self.typed:
                _wrong_type(found, place, "an integer" if self.integer else "a number", value)
        elif wrong := _unwritable(value):
            _report(found, place, "type", wrong)
        elif self.integer and isinstance(value, float) and not value.is_integer():
            _wrong_type(found, place, "an integer", value)
        else:
            self._find_limits(value, place, found)

    def _find_limits(self, value: float, place: Place, found: list[Violation]) -> None:
        if self.minimum is not None and value < self.minimum:
            _report(found, place, "minimum", f"must be at least {self.minimum}")
        if self.maximum is not None and value > self.maximum:
            _report(found, place, "maximum", f"must be at most {self.maximum}")
        if self.exclusive_minimum is not None and value <= self.exclusive_minimum:
            _report(found, place, "exclusiveMinimum", f"must be more than {self.exclusive_minimum}")
        if self.exclusive_maximum is not None and value >= self.exclusive_maximum:
            _report(found, place, "exclusiveMaximum", f"must be less than {self.exclusive_maximum}")
        if self.multiple_of is not None and not _is_multiple(value, self.multiple_of):
            _report(found, place, "multipleOf", f"must be a multiple of {self.multiple_of}")


def _is_multiple(value: float, step: float) -> bool:
    """By decimal digits, as people count: 0.3 is a multiple of 0.1."""
    from decimal import Decimal  # noqa: PLC0415 - seldom needed

    return not Decimal(str(value)) % Decimal(str(step))


class Choice(msgspec.Struct, frozen=True):
    """One of some values (`enum`, `const`)."""

    values: tuple[Any, ...]

    def find(self, value: Any, place: Place, found: list[Violation]) -> None:
        """JSON tells true from 1, and so does this."""
        if not any(value == choice and isinstance(value, bool) is isinstance(choice, bool) for choice in self.values):
            _report(found, place, "enum", f"must be one of {', '.join(map(repr, self.values))}")


class Items(msgspec.Struct, frozen=True):
    """An array."""

    item: Check = msgspec.field(default_factory=Anything)
    min_items: int | None = None
    max_items: int | None = None
    unique: bool = False
    typed: bool = True

    def find(self, value: Any, place: Place, found: list[Violation]) -> None:
        """Each item is checked, and their number."""
        if not isinstance(value, Sequence) or isinstance(value, str | bytes):
            if self.typed:
                _wrong_type(found, place, "an array", value)
            return
        if self.max_items is not None and len(value) > self.max_items:
            _report(found, place, "maxItems", f"must have at most {_count(self.max_items, 'item')}")
        if self.min_items is not None and len(value) < self.min_items:
            _report(found, place, "minItems", f"must have at least {_count(self.min_items, 'item')}")
        if self.unique and len(set(map(_identity, value))) < len(value):
            _report(found, place, "uniqueItems", "must not hold an item twice")
        for index, item in enumerate(value):
            self.item.find(item, (*place, index), found)


def _identity(value: Any) -> str:
    """Equal for values that JSON Schema holds to be equal."""
    if isinstance(value, Mapping):
        return "{" + ",".join(sorted(f"{name!r}:{_identity(item)}" for name, item in value.items())) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ",".join(map(_identity, value)) + "]"
    return repr(int(value) if isinstance(value, float) and value.is_integer() else value)


class Fields(msgspec.Struct, frozen=True):
    """An object.

    Attributes:
        properties: The check of each named property.
        dependent: For a property, those that must stand beside it.
        others: The check of each further property; None when there must be none.
        names: The check of each property's name.
    """

    properties: Mapping[str, Check] = msgspec.field(default_factory=dict)
    required: tuple[str, ...] = ()
    dependent: Mapping[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    others: Check | None = msgspec.field(default_factory=Anything)
    names: Check | None = None
    min_properties: int | None = None
    max_properties: int | None = None
    typed: bool = True

    def find(self, value: Any, place: Place, found: list[Violation]) -> None:
        """Each property is checked, then which of them must stand together."""
        if isinstance(value, Model):
            value = value.to_dict()
        if not isinstance(value, dict | Mapping):
            if self.typed:
                _wrong_type(found, place, "an object", value)
            return
        for name, item in value.items():
            self._find_in(name, item, place, found)
        for name in self.required:
            if name not in value:
                _report(found, (*place, name), "required", "is required")
        for name, needed in self.dependent.items():
            if name in value:
                self._find_missing(name, needed, value, place, found)
        self._find_size(len(value), place, found)

    def _find_in(self, name: Any, item: Any, place: Place, found: list[Violation]) -> None:
        check = self.properties.get(name)
        if check is not None:
            check.find(item, (*place, name), found)
        elif not isinstance(name, str):
            _report(found, place, "type", "must have names that are strings")
        elif self.others is None:
            _report(found, (*place, name), "additionalProperties", "is not a field of the contract")
        else:
            self.others.find(item, (*place, name), found)
        if self.names is not None:
            _find_in_name(self.names, name, place, found)

    def _find_missing(
        self, name: str, needed: tuple[str, ...], value: Mapping[str, Any], place: Place, found: list[Violation]
    ) -> None:
        for other in needed:
            if other not in value:
                _report(found, (*place, name), "dependentRequired", f"needs {other}")

    def _find_size(self, size: int, place: Place, found: list[Violation]) -> None:
        if self.max_properties is not None and size > self.max_properties:
            _report(found, place, "maxProperties", f"must have at most {_count(self.max_properties, 'pair')}")
        if self.min_properties is not None and size < self.min_properties:
            _report(found, place, "minProperties", f"must have at least {_count(self.min_properties, 'pair')}")


def _find_in_name(check: Check, name: Any, place: Place, found: list[Violation]) -> None:
    wrong: list[Violation] = []
    check.find(name, (), wrong)
    for violation in wrong:
        _report(
            found, (*place, name), "propertyNames", f"has a name that {violation.message.removeprefix('the body ')}"
        )


class Nullable(msgspec.Struct, frozen=True):
    """What another check passes, or null."""

    check: Check

    def find(self, value: Any, place: Place, found: list[Violation]) -> None:
        """What the other check finds, unless the value is null."""
        if value is not None:
            self.check.find(value, place, found)


class Every:
    """All of some checks (`allOf`, or several keywords of one schema)."""

    def __init__(self, *checks: Check) -> None:
        self._checks = checks

    def find(self, value: Any, place: Place, found: list[Violation]) -> None:
        """What any of the checks finds; of a value of the wrong type, not also what it must not be."""
        wrong: list[Violation] = []
        for check in self._checks:
            check.find(value, place, wrong)
        mistyped = any(each.rule == "type" and each.field == _name(place) for each in wrong)
        found += [each for each in wrong if not (mistyped and each.rule == "not")]


class Some:
    """At least one of some checks (`anyOf`), or exactly one (`oneOf`)."""

    def __init__(self, *checks: Check, exactly_one: bool = False, wanted: str) -> None:
        self._checks = checks
        self._exactly_one = exactly_one
        self._wanted = wanted

    def find(self, value: Any, place: Place, found: list[Violation]) -> None:
        """One violation for all: which of the checks was meant cannot be known."""
        passed = 0
        for check in self._checks:
            wrong: list[Violation] = []
            check.find(value, place, wrong)
            if not wrong:
                passed += 1
                if not self._exactly_one:
                    return
        if passed != 1:
            _report(found, place, "oneOf" if self._exactly_one else "anyOf", f"must be {self._wanted}")


class Not:
    """What a value must not keep (`not`)."""

    def __init__(self, check: Check, *, unwanted: str) -> None:
        self._check = check
        self._unwanted = unwanted

    def find(self, value: Any, place: Place, found: list[Violation]) -> None:
        """A value that the check accepts is wrong."""
        wrong: list[Violation] = []
        self._check.find(value, place, wrong)
        if not wrong:
            _report(found, place, "not", f"must not {self._unwanted}")
