"""Verify webhooks: that an event comes from Moment, is unchanged, and is fresh.

Each request carries the headers `webhook-id`, `webhook-timestamp` (seconds since 1970) and `webhook-signature`: one or
more signatures apart by spaces, each `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body` under the secret.

MomentError
└── WebhookError                  the request is not to be trusted; answer it with 400
    ├── WebhookHeaderError        a header is missing or malformed
    ├── WebhookSignatureError     no signature is that of this body under this secret
    ├── WebhookAgeError           it was signed too long ago, or in the future
    └── WebhookBodyError          it is signed, but the body is no event
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from typing import TYPE_CHECKING, cast

import msgspec

from moment_billing._decoding import keep_unknown
from moment_billing._errors import MomentError
from moment_billing._events import EVENTS
from moment_billing._webhook_event import WebhookEvent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moment_billing._events import Event

__all__ = [
    "TOLERANCE",
    "WebhookAgeError",
    "WebhookBodyError",
    "WebhookError",
    "WebhookEvent",
    "WebhookHeaderError",
    "WebhookSignatureError",
    "verify",
]

TOLERANCE = 180.0
"""How old a webhook may be, in seconds; and, as clocks differ, how far in the future it may have been signed."""

_VERSION = "v1,"


class WebhookError(MomentError):
    """A webhook is not to be trusted, or cannot be read. Answer it with 400."""


class WebhookHeaderError(WebhookError):
    """A header of the webhook is missing or malformed."""


class WebhookSignatureError(WebhookError):
    """No signature of the webhook is that of its body under the secret."""


class WebhookAgeError(WebhookError):
    """The webhook was signed too long ago, or in the future. It may be an old one that somebody sends again."""


class WebhookBodyError(WebhookError):
    """The webhook is signed, but its body is not the event that the contract promises."""


def verify(
    body: bytes | str,
    headers: Mapping[str, str],
    secret: str | bytes,
    *,
    tolerance: float = TOLERANCE,
    now: float | None = None,
) -> Event:
    """Verify a webhook and return its event.

    The same event may arrive more than once, and within the tolerance whoever has seen it can send it again: handle
    each `webhook-id` once.

    Args:
        body: The body exactly as it arrived, before any JSON is read.
        headers: The headers; their names are not case-sensitive.
        secret: The secret of the webhook. A text counts as UTF-8; give bytes where the secret is an encoding of bytes.
        tolerance: How old the webhook may be, in seconds, and how far in the future it may have been signed.
        now: The time in seconds since 1970; by default, that of this machine.

    Returns:
        Event: The event: the contract's own model where it declares the type, else a `WebhookEvent`.

    Raises:
        WebhookHeaderError: A header is missing or malformed.
        WebhookSignatureError: No signature is that of this body under this secret.
        WebhookAgeError: It is too old, or from the future.
        WebhookBodyError: The body is no event.
        MomentError: The secret is missing or empty, or the body is neither bytes nor text.
    """
    if not secret:
        raise MomentError("The secret of the webhook is missing or empty: anybody could have signed.")
    if not isinstance(body, str | bytes | bytearray | memoryview):
        raise MomentError("Give the body as it arrived, as bytes or text: what was read of it is not what was signed.")
    key = secret.encode() if isinstance(secret, str) else bytes(secret)
    # A byte that is no UTF-8 may arrive as half a surrogate pair: no signature will be that of such a body.
    data = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else bytes(body)
    given = {name.lower(): value for name, value in headers.items()}
    event_id, timestamp = _header(given, "webhook-id"), _header(given, "webhook-timestamp")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 20):
        raise WebhookHeaderError("The header webhook-timestamp must hold seconds since 1970.")
    signed = f"{event_id}.{timestamp}.".encode() + data
    _check_signature(_header(given, "webhook-signature"), signed, key)
    _check_age(int(timestamp), time.time() if now is None else now, tolerance)
    return _event(data)


def _header(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name)
    if not value:
        raise WebhookHeaderError(f"The header {name} is missing.")
    try:
        value.encode()
    except (AttributeError, UnicodeEncodeError):
        raise WebhookHeaderError(f"The header {name} is no text.") from None
    return value


def _check_signature(signatures: str, signed: bytes, key: bytes) -> None:
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
    offered = [each.removeprefix(_VERSION) for each in signatures.split(" ") if each.startswith(_VERSION)]
    if not offered:
        raise WebhookHeaderError("The header webhook-signature holds no signature of version v1.")
    # All are compared, each in constant time: how long it takes tells nothing about how close one was.
    if not any([hmac.compare_digest(each.encode(), expected) for each in offered]):  # noqa: C419 - all, not the first
        raise WebhookSignatureError("No signature is that of this body: is it unchanged, and the secret the right one?")


def _check_age(signed_at: int, now: float, tolerance: float) -> None:
    age = now - signed_at
    if age > tolerance:
        raise WebhookAgeError(f"The webhook was signed {age:.0f} s ago, more than {tolerance:.0f} s.")
    if age < -tolerance:
        raise WebhookAgeError(f"The webhook was signed {-age:.0f} s in the future: is the clock of this machine right?")


def _event(data: bytes) -> Event:
    try:
        tree = msgspec.json.decode(data)
        kind = tree.get("type") if isinstance(tree, dict) else None
        model = EVENTS.get(kind, WebhookEvent) if isinstance(kind, str) else WebhookEvent
        return cast("Event", keep_unknown(tree, model))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise WebhookBodyError(f"The webhook is signed, but its body is not an event: {error}") from None
