"""An event of any type."""

from __future__ import annotations

from typing import Any

from moment_billing._models import UNSET, Model, UnsetType

__all__ = ["WebhookEvent"]


class WebhookEvent(Model, frozen=True, kw_only=True):
    """An event whose type the contract does not declare. What it holds beside these is in `extra_fields`."""

    id: str | UnsetType = UNSET
    """The event's own id. The same event may be sent more than once."""

    type: str
    """What happened."""

    data: dict[str, Any] | UnsetType = UNSET
    """What it happened to."""
