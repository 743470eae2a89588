"""Take the bodies of requests in, within limits: one for each body, and one for all that are held at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from sandbox.answers import Refusal

if TYPE_CHECKING:
    from starlette.types import Receive

    from sandbox.requests import Request

__all__ = ["BODY_BYTES_MAX", "HELD_BYTES_MAX", "Bodies"]

BODY_BYTES_MAX = 1024 * 1024
"""The longest body that is read: eight times what a customer with all its metadata escaped can take."""

HELD_BYTES_MAX = 64 * 1024 * 1024
"""How much of all bodies a process holds before it refuses long ones."""

_SHORT_BYTES_MAX = 64 * 1024


class Bodies:
    """Reads bodies, and counts what is held of them until their requests are answered.

    Anybody, with a key or without, may begin to send long bodies and never end. Short ones are taken all the same.
    """

    def __init__(self) -> None:
        self._held = 0

    async def read(self, request: Request, receive: Receive) -> None:
        """Give a request its body, or the refusal to read all of it.

        Raises:
            ConnectionAbortedError: The client left before the end of it.
        """
        length = request.headers.get("content-length", "0")
        if length == "0" and "transfer-encoding" not in request.headers:
            return
        if len(length) > len(str(BODY_BYTES_MAX)) or int(length) > BODY_BYTES_MAX:
            request.body = _too_long()
            return
        parts: list[bytes] = []
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ConnectionAbortedError
            part = cast("bytes", message.get("body", b""))
            parts.append(part)
            request.held += len(part)
            self._held += len(part)
            if refusal := self._refusal(request):
                request.body = refusal
                return
            if not message.get("more_body", False):
                request.body = b"".join(parts)
                return

    def release(self, request: Request) -> None:
        """Hold no longer what was read of a request."""
        self._held -= request.held
        request.held = 0

    def _refusal(self, request: Request) -> Refusal | None:
        if request.held > BODY_BYTES_MAX:
            return _too_long()
        if request.held > _SHORT_BYTES_MAX and self._held > HELD_BYTES_MAX:
            return Refusal(503, "Too many long bodies come in at present.", headers={"Retry-After": "1"})
        return None


def _too_long() -> Refusal:
    return Refusal(400, f"The body is longer than {BODY_BYTES_MAX} bytes.")
