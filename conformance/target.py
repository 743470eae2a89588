"""The HTTP client of the suite: it cannot be held up, flooded or dripped at, and it remembers what it saw."""

from __future__ import annotations

import asyncio
import time
from http.cookiejar import CookieJar
from typing import TYPE_CHECKING, Self

import httpx

from conformance.crowd import Crowd
from conformance.exchange import BROKEN_OFF, NO_CONNECTION, Exchange, Request, Response
from conformance.pace import Pace
from conformance.patience import PATIENCE, Patience

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from types import TracebackType

    from conformance.settings import Settings

__all__ = ["Target"]

USER_AGENT = "moment-conformance"
LARGEST_BODY = 1_000_000
"""Bytes of a response that are read; no documented answer comes near it."""

_BACK_OFFS = (0.25, 0.5, 1.0, 2.0)

_IDLE = 1.0
"""Seconds that an idle connection stays open: each costs a look before every request, and servers close them, too."""

_CHUNK = 16
"""Bytes of a chunk, where a body is sent in chunks."""

_CHANCES, _ONE_IN = 100, 20
"""Lost requests that are put down to chance: so many, and one in so many requests. Who loses more is at fault."""

_PAUSES = (0.0, 0.05, 0.2)
"""Seconds before a lost request is sent again, each time."""


class _NoCookies(CookieJar):
    """Keeps no cookie: a session would speak for the requests that come after it, whatever key they bring."""

    def extract_cookies(self, response: object, request: object) -> None:
        """Leave the cookies of an answer where they are."""


class Target:
    """The server under judgement: one request at a time or many at once, and every exchange is kept in `log`.

    Args:
        settings: Whom to ask, and how fast.
        transport: Takes the place of the network, for an application in this process.
        fields: The fields that the contract lists for a customer.

    Attributes:
        lost: How many requests were lost, and put down to chance.
        told_to_wait: Whether the server asked for fewer requests (429).
    """

    def __init__(
        self,
        settings: Settings,
        transport: httpx.AsyncBaseTransport | None = None,
        fields: frozenset[str] = frozenset(),
    ) -> None:
        self._fields = fields
        self.base_url = settings.base_url
        self.log: list[Exchange] = []
        self._is_short = settings.max_time / 3 < PATIENCE
        self._patience = Patience(min(PATIENCE, settings.max_time / 3))
        self._pace = Pace(settings.rate)
        self.lost = 0
        self.told_to_wait = False
        self._again = asyncio.Lock()
        self._crowd = Crowd()
        self._client = httpx.AsyncClient(
            timeout=None,  # noqa: S113 - a deadline stands over the whole exchange, because drips outlive time-outs
            limits=httpx.Limits(max_connections=64, keepalive_expiry=_IDLE),
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity"},
            cookies=_NoCookies(),
            trust_env=not settings.is_local,
            transport=transport,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def send(self, request: Request) -> Exchange:
        """Send a request; back off and repeat when asked to (429).

        Raises:
            TimeoutError: No answer came in the time there is (`max_time`), which is too short to prove anything.
        """
        for back_off in (*_BACK_OFFS, None):
            await self._pace.turn()
            exchange = await self._send_surely(request)
            if exchange.status != httpx.codes.TOO_MANY_REQUESTS or back_off is None:
                break
            self.told_to_wait = True
            self._pace.slow_down(_retry_after(exchange, back_off))
        self.log.append(exchange)
        return exchange

    async def _send_surely(self, request: Request) -> Exchange:
        """Send a request, and again when it was lost by chance; each request means the same when repeated.

        A server may close an idle connection just when a request is on its way (RFC 9112, section 9.6), a small one
        loses some of the connections that are opened at once, and a busy one says so (503): so one at a time is tried
        again, and fewer are sent at once from then on.
        """
        exchange = await self._send_once(request)
        for pause in _PAUSES:
            if not self._is_chance(exchange):
                break
            self.lost += 1
            self._crowd.thin()
            async with self._again:
                await asyncio.sleep(pause)
                exchange = await self._send_once(request)
        return exchange

    def _is_chance(self, exchange: Exchange) -> bool:
        return exchange.was_lost and not exchange.hung_up and self.lost < _CHANCES + len(self.log) // _ONE_IN

    async def _send_once(self, request: Request) -> Exchange:
        async with self._crowd:
            return await self._send_now(request)

    async def _send_now(self, request: Request) -> Exchange:
        started = time.monotonic()
        try:
            async with self._patience.wait(request.operation):
                response = await self._exchange(request, started)
            return Exchange(request, response, fields=self._fields)
        except TimeoutError:
            if self._is_short:
                raise
            trouble = f"no whole answer within {time.monotonic() - started:.1f} s"
        except httpx.LocalProtocolError:
            raise  # The request was never sent: a fault of ours.
        except httpx.ConnectError as error:
            trouble = f"{NO_CONNECTION}: {error}"
        except httpx.RemoteProtocolError as error:
            trouble = f"{BROKEN_OFF}: {error}" if "disconnected" in str(error) else f"the answer is no HTTP: {error}"
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            trouble = f"{BROKEN_OFF}: {str(error) or type(error).__name__}"
        return Exchange(request, None, trouble)

    async def _exchange(self, request: Request, started: float) -> Response:
        prepared = self._client.build_request(
            request.method,
            self.base_url + request.target,
            headers=[(name.encode(), value.encode("latin-1")) for name, value in request.headers],
            content=_in_chunks(request.body or b"") if request.in_chunks else request.body,
        )
        response = await self._client.send(prepared, stream=True)
        try:
            body, complete = await _read(response)
        finally:
            await response.aclose()
        headers = tuple((name, value) for name, value in response.headers.multi_items())
        return Response(response.status_code, headers, body, time.monotonic() - started, complete)


async def _in_chunks(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), _CHUNK):
        yield body[start : start + _CHUNK]


async def _read(response: httpx.Response) -> tuple[bytes, bool]:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > LARGEST_BODY:
            return bytes(body[:LARGEST_BODY]), False
    return bytes(body), True


def _retry_after(exchange: Exchange, otherwise: float) -> float:
    asked = exchange.response.header("retry-after") if exchange.response else None
    return min(float(asked), 5.0) if asked and asked.isdecimal() else otherwise
