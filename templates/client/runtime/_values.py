"""How values are written: as text in a path, a query or a header, and as JSON in a body."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from moment_billing._models import Model

__all__ = ["ENCODER", "plain", "texts", "wrong_text"]


def texts(value: Any) -> list[str]:
    """The items of an array, or one value, as they stand in a query or a header."""
    several = isinstance(value, Sequence) and not isinstance(value, str)
    return [plain(item) for item in value] if several else [plain(value)]


def plain(value: Any) -> str:
    """A value as it stands in a path, a query or a header."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(msgspec.to_builtins(value) if isinstance(value, date | UUID) else value)


def wrong_text(value: Any) -> str:
    """What is wrong with a value that shall stand in a query; "" when nothing is."""
    if not isinstance(value, str | int | float | date | UUID):
        return "must be a text, a number, a boolean, a date, a UUID or a list of these; leave it out to send nothing"
    try:
        plain(value).encode()
    except ValueError as error:
        return f"cannot be written: {error}"
    return "" if not isinstance(value, float) or math.isfinite(value) else "must be finite"


def _plain_body(value: Any) -> Any:
    """What msgspec does not know of itself: models, mappings and sequences of any class, subclasses of plain types."""
    if isinstance(value, Model):
        return value.to_dict()
    if isinstance(value, Mapping):
        return dict(value)
    for kind in (str, int, float):
        if isinstance(value, kind):
            return kind(value)
    if isinstance(value, Sequence):
        return list(value)
    raise TypeError(f"it holds a value of the type {type(value).__name__}, which is no JSON")


ENCODER = msgspec.json.Encoder(enc_hook=_plain_body)
