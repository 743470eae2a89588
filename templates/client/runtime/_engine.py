"""Send calls: over and over where that is safe, until there is an answer or an error to raise.

`Exchange` decides and does no input or output; `Engine` and `AsyncEngine` do only that.
"""

from __future__ import annotations

import time
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from moment_billing._bounds import BodyTooLongError, Bounded, EncodedBodyError
from moment_billing._errors import APIConnectionError, APITimeoutError, MomentError, without_secrets
from moment_billing._observers import Attempt
from moment_billing._requests import RequestMaker
from moment_billing._retries import RETRIED_STATUSES, delay_before
from moment_billing._statuses import error_class

if TYPE_CHECKING:
    from moment_billing._operations import Call
    from moment_billing._settings import Settings

__all__ = ["AsyncEngine", "Engine"]

T = TypeVar("T")

_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
"""The request did not leave: sending it again is safe for every operation."""

_HOPELESS = (httpx.LocalProtocolError, httpx.UnsupportedProtocol, BodyTooLongError, EncodedBodyError)
"""Sending the same request again would fail the same way."""


class Exchange:
    """One call on its way through its attempts."""

    __slots__ = ("_call", "_settings", "attempts", "request")

    def __init__(self, call: Call[Any], settings: Settings, request: httpx.Request) -> None:
        self._call = call
        self._settings = settings
        self.attempts = 0
        self.request = request

    @property
    def longest_read(self) -> float | None:
        """How long reading the body may take, in seconds."""
        seconds: float | None = self.request.extensions["timeout"]["read"]
        return seconds

    def begin(self) -> Attempt | None:
        """Count an attempt, and tell the observers that it begins."""
        self.attempts += 1
        if not self._settings.observers:
            return None
        attempt = Attempt(self._call.operation, self.request, self.attempts)
        for observer in self._settings.observers:
            observer.begin(attempt)
        return attempt

    def end(self, attempt: Attempt, response: httpx.Response | None = None, error: BaseException | None = None) -> None:
        """Tell the observers how an attempt ended."""
        attempt.seconds = perf_counter() - attempt.started
        attempt.response, attempt.error = response, error
        for observer in self._settings.observers:
            observer.end(attempt)

    def after_answer(self, response: httpx.Response) -> float | None:
        """How long to wait before the next attempt, in seconds; None when the answer is good.

        Raises:
            APIStatusError: The answer is an error, and not one to try again after.
        """
        if response.is_success:
            return None
        error = error_class(response.status_code)(response, self.attempts)
        # A kept answer would only be given again.
        if response.status_code in RETRIED_STATUSES and self._may_repeat() and not error.replayed:
            delay = delay_before(self.attempts + 1, response)
            if delay is not None:
                return delay
        raise error

    def after_failure(self, failure: httpx.HTTPError) -> float:
        """How long to wait before the next attempt, in seconds.

        Raises:
            APIConnectionError: This was the last attempt, or another one would not be safe.
        """
        if isinstance(failure, httpx.RequestError):
            failure.request = without_secrets(self.request)
        if not isinstance(failure, _HOPELESS) and self._may_repeat(never_sent=isinstance(failure, _NEVER_SENT)):
            delay = delay_before(self.attempts + 1)
            if delay is not None:
                return delay
        kind = APITimeoutError if isinstance(failure, httpx.TimeoutException) else APIConnectionError
        error = kind(self._describe(failure), self.request, self.attempts)
        # What a local protocol error says quotes headers, and a printed cause would show it.
        raise error from (None if isinstance(failure, httpx.LocalProtocolError) else failure)

    def _may_repeat(self, *, never_sent: bool = False) -> bool:
        return self.attempts <= self._settings.max_retries and (self._call.operation.repeatable or never_sent)

    def _describe(self, failure: Exception) -> str:
        url, times = self.request.url, "attempt" if self.attempts == 1 else "attempts"
        place = f"{url.scheme}://{url.netloc.decode('ascii')}"
        reason = "" if isinstance(failure, httpx.LocalProtocolError) else f": {failure}"
        what = f"{self.request.method} {url.path} got no answer from {place} in {self.attempts} {times}"
        return f"{what} ({type(failure).__name__}{reason}){_advice(failure)}"


def _advice(failure: Exception) -> str:
    if isinstance(failure, httpx.TimeoutException):
        return "; a longer time-out may help"
    if isinstance(failure, httpx.ConnectError):
        return "; is the base URL (MOMENT_BASE_URL) right, and can this machine reach it?"
    return ""


def refuse_closed(http: httpx.Client | httpx.AsyncClient) -> None:
    """Say in our words that nothing more can be sent.

    Raises:
        MomentError: The client was closed.
    """
    if http.is_closed:
        raise MomentError("This client was closed. Make a new one, or close it later.")


class Engine:
    """Sends calls from threads; many may share it."""

    def __init__(self, http: httpx.Client, settings: Settings, *, plain: bool) -> None:
        self.http = http
        self.settings = settings
        self.plain = plain
        self._requests = RequestMaker(http, settings, plain=plain)

    def send(self, call: Call[T]) -> T:
        """Send a call and return what the answer holds."""
        return call.operation.decode(self.respond(call))

    def respond(self, call: Call[Any]) -> httpx.Response:
        """Send a call and return the answer, with its body read.

        Raises:
            APIStatusError: The API answered with an error.
            APIConnectionError: No answer arrived.
            MomentError: The client was closed.
        """
        exchange = Exchange(call, self.settings, self._requests.make(call))
        while True:
            refuse_closed(self.http)  # somebody may close it during a pause
            try:
                response = self._attempt(exchange)
                delay = exchange.after_answer(response)
            except httpx.HTTPError as failure:
                delay = exchange.after_failure(failure)
            if delay is None:
                return response
            time.sleep(delay)

    def _attempt(self, exchange: Exchange) -> httpx.Response:
        attempt = exchange.begin()
        try:
            response = self.http.send(exchange.request, stream=True)
            try:
                response.stream = Bounded(response, exchange.longest_read)
                response.read()
            finally:
                response.close()
        except BaseException as error:
            if attempt is not None:
                exchange.end(attempt, error=error)
            raise
        if attempt is not None:
            exchange.end(attempt, response)
        return response


class AsyncEngine:
    """Sends calls from tasks of one event loop; many may share it."""

    def __init__(self, http: httpx.AsyncClient, settings: Settings, *, plain: bool) -> None:
        self.http = http
        self.settings = settings
        self.plain = plain
        self._requests = RequestMaker(http, settings, plain=plain)

    async def send(self, call: Call[T]) -> T:
        """Send a call and return what the answer holds."""
        return call.operation.decode(await self.respond(call))

    async def respond(self, call: Call[Any]) -> httpx.Response:
        """Send a call and return the answer, with its body read.

        Raises:
            APIStatusError: The API answered with an error.
            APIConnectionError: No answer arrived.
            MomentError: The client was closed.
        """
        exchange = Exchange(call, self.settings, self._requests.make(call))
        while True:
            refuse_closed(self.http)  # somebody may close it during a pause
            try:
                response = await self._attempt(exchange)
                delay = exchange.after_answer(response)
            except httpx.HTTPError as failure:
                delay = exchange.after_failure(failure)
            if delay is None:
                return response
            await _sleep(delay)

    async def _attempt(self, exchange: Exchange) -> httpx.Response:
        attempt = exchange.begin()
        try:
            response = await self.http.send(exchange.request, stream=True)
            try:
                response.stream = Bounded(response, exchange.longest_read)
                await response.aread()
            finally:
                await response.aclose()
        except BaseException as error:
            if attempt is not None:
                exchange.end(attempt, error=error)
            raise
        if attempt is not None:
            exchange.end(attempt, response)
        return response


async def _sleep(seconds: float) -> None:
    import anyio  # noqa: PLC0415 - httpx brings it, for asyncio and trio alike; only a retry needs it

    await anyio.sleep(seconds)
