"""Sign webhooks as Moment does, so that the code that receives them can be tested."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from typing import TYPE_CHECKING, Any

from moment_billing._models import Model
from moment_billing.testing._answers import encode

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["sign_webhook"]


def sign_webhook(
    event: Model | Mapping[str, Any] | bytes, secret: str | bytes, *, event_id: str = "", timestamp: int | None = None
) -> tuple[bytes, dict[str, str]]:
    """The body and the headers of a webhook.

    Args:
        event: The event, or the body itself.
        secret: The secret of the webhook.
        event_id: What `webhook-id` holds; by default a new id.
        timestamp: When it is signed, in seconds since 1970; by default now.
    """
    plain = event.to_dict() if isinstance(event, Model) else event
    body = plain if isinstance(plain, bytes) else encode(dict(plain))
    key = secret.encode() if isinstance(secret, str) else secret
    named = event_id or f"evt_{secrets.token_hex(8)}"
    signed_at = str(int(time.time()) if timestamp is None else timestamp)
    digest = hmac.new(key, f"{named}.{signed_at}.".encode() + body, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return body, {"webhook-id": named, "webhook-timestamp": signed_at, "webhook-signature": signature}
