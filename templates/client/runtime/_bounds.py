"""Bounds on the body of an answer, so that one that never ends cannot hold or fill the caller's process."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, cast

import httpx

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

__all__ = ["LONGEST_BODY", "BodyTooLongError", "Bounded", "EncodedBodyError"]

LONGEST_BODY = 16 * 1024 * 1024
"""The longest body that is read, in bytes."""


class BodyTooLongError(httpx.TransportError):
    """The body of an answer is longer than `LONGEST_BODY`."""


class EncodedBodyError(httpx.TransportError):
    """The body of an answer is compressed, though none was asked for so: a few bytes may then hold any number."""


class Bounded(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that ends with an error after too many bytes, or after too long a time.

    Raises:
        EncodedBodyError: It is compressed.
    """

    def __init__(self, response: httpx.Response, seconds: float | None) -> None:
        self._stream = response.stream
        self._request = response.request
        encoding = response.headers.get("content-encoding", "identity")
        if encoding.lower() != "identity":
            reason = f"the answer is encoded as {encoding}, and only plain ones are read"
            raise EncodedBodyError(reason, request=self._request)
        self._left = LONGEST_BODY
        self._seconds = seconds
        self._deadline = None if seconds is None else monotonic() + seconds

    def __iter__(self) -> Iterator[bytes]:
        for chunk in cast("httpx.SyncByteStream", self._stream):
            self._count(chunk)
            yield chunk

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in cast("httpx.AsyncByteStream", self._stream):
            self._count(chunk)
            yield chunk

    def close(self) -> None:
        """Close the body."""
        cast("httpx.SyncByteStream", self._stream).close()

    async def aclose(self) -> None:
        """Close the body."""
        await cast("httpx.AsyncByteStream", self._stream).aclose()

    def _count(self, chunk: bytes) -> None:
        self._left -= len(chunk)
        if self._left < 0:
            raise BodyTooLongError(f"the answer is longer than {LONGEST_BODY} bytes", request=self._request)
        if self._deadline is not None and monotonic() > self._deadline:
            raise httpx.ReadTimeout(f"the answer was not complete after {self._seconds} s", request=self._request)
