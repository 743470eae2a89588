"""What the server in memory needs to know of an operation, and how it makes what only Moment can make."""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from moment_billing._models import Model
    from moment_billing._operations import Operation

__all__ = ["Plan", "constant", "now", "token"]

Maker: TypeAlias = Callable[[], Any]

_ALPHABET = string.ascii_letters + string.digits


@dataclass(frozen=True)
class Plan:
    """What the server in memory does for one operation.

    Attributes:
        operation: The operation, with the constraints that the client itself checks.
        action: `create`, `retrieve` or `update`; "" when the contract does not say enough.
        refusal: What the contract does not say.
        record: The model of the records that it is about.
        status: The status of success.
        shape: The properties of a record, in the order in which they are returned.
        names: The properties by which a record is found. No two records of a merchant share one.
        fields: The properties that the body may name.
        made: What a new record holds beside what the caller sent.
        key_required: Whether a request must have an idempotency key.
    """

    operation: Operation[Any]
    action: str = ""
    refusal: str = ""
    record: type[Model] | None = None
    status: int = 200
    shape: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    made: Mapping[str, Maker] = field(default_factory=dict)
    key_required: bool = False


def token(prefix: str, length: int) -> Maker:
    """Makes texts that no two calls share, such as ids."""
    return lambda: prefix + "".join(secrets.choice(_ALPHABET) for _ in range(length))


def constant(value: Any) -> Maker:
    """Makes the same value each time."""
    return lambda: value


def now() -> str:
    """The time, as RFC 3339 writes it."""
    # datetime.UTC is of Python 3.11.
    return datetime.now(timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z")  # noqa: UP017
