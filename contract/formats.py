"""Formats of this contract beyond those that JSON Schema names (JSON Schema validation, section 7.2.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iso4217 import Currency

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CUSTOM", "ISO_4217", "NUMERIC", "STANDARD"]

ISO_4217 = frozenset(currency.code for currency in Currency)
"""The alphabetic codes of ISO 4217, in capitals."""

CUSTOM: dict[str, Callable[[str], bool]] = {"iso-4217": ISO_4217.__contains__}
"""For each custom format, whether a string has it. Every tool that checks formats knows exactly these."""

NUMERIC = frozenset({"int32", "int64", "float", "double"})
"""The formats of OpenAPI 3.1 that name a range of numbers, which no validator asserts."""

STANDARD = NUMERIC | frozenset(
    {
        *("date-time", "date", "time", "duration", "email", "hostname", "ipv4", "ipv6"),
        *("uri", "uri-reference", "uri-template", "uuid", "json-pointer", "regex"),
    }
)
"""The formats of JSON Schema 2020-12 that a validator asserts, and those of OpenAPI 3.1."""
