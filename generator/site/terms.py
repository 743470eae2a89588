"""The words that sentences about a contract are made of: values as code, lists, numbers of things, types, formats."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from contract.formats import CUSTOM, STANDARD

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["FORMATS", "TYPES", "code", "listed", "many", "value_code"]


def code(value: Any) -> str:
    """A value as inline code in Markdown: a string as it is, anything else as JSON."""
    text = (
        value if isinstance(value, str) and value.strip() == value and value else json.dumps(value, ensure_ascii=False)
    )
    text = re.sub(r"\s", " ", text)
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    padding = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{padding}{text}{padding}{fence}"


def value_code(value: Any) -> str:
    """A value as code; a string that could be taken for a number, null and the like keeps its quotes."""
    try:
        json.loads(value if isinstance(value, str) else "")
    except ValueError:
        return code(value)
    return code(json.dumps(value))


def listed(items: Sequence[str], word: str = "and") -> str:
    """Items as a list in a sentence: "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {word} {items[-1]}"


def many(count: int, thing: str) -> str:
    """A number of things: `1 item`, `2,000 items`."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


TYPES: Final = {
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
    "object": "an object",
    "array": "an array",
    "null": "null",
}
"""For each type of JSON, what has it."""

FORMATS: Final[dict[str, str]] = {
    "date-time": "a date and time by RFC 3339",
    "date": "a date by RFC 3339",
    "time": "a time of day by RFC 3339",
    "duration": "a duration by ISO 8601",
    "email": "an e-mail address",
    "hostname": "a host name",
    "ipv4": "an IPv4 address",
    "ipv6": "an IPv6 address",
    "uri": "an absolute URI",
    "uri-reference": "a URI, absolute or relative",
    "uri-template": "a URI template",
    "uuid": "a UUID",
    "json-pointer": "a JSON pointer",
    "regex": "a regular expression of ECMA-262",
    "int32": "an integer of 32 bits",
    "int64": "an integer of 64 bits",
    "float": "a number of single precision",
    "double": "a number of double precision",
    "iso-4217": "a currency code of ISO 4217",
}
"""For each format that contracts may name, what has it. `contract.formats` says which those are."""

assert CUSTOM.keys() | STANDARD == FORMATS.keys()  # noqa: S101 - a new format needs words before anything is published
