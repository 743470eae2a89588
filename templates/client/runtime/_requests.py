"""Make the HTTP request of a call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import httpx

from moment_billing._errors import RequestValidationError, Violation

if TYPE_CHECKING:
    from moment_billing._operations import Call
    from moment_billing._settings import Settings

__all__ = ["RequestMaker"]


class RequestMaker:
    """Makes the requests of one client.

    Args:
        http: The HTTP client that will send them.
        settings: What the client was told.
        plain: Whether the HTTP client is this package's own. It then has no parameters, cookies or headers to merge
            into each request, which would cost about a sixth of a call.
    """

    def __init__(self, http: httpx.Client | httpx.AsyncClient, settings: Settings, *, plain: bool) -> None:
        self._http = http
        self._plain = plain
        self._base_url = settings.base_url
        self._timeout = settings.timeout if settings.timeout is not None else http.timeout
        self._headers = httpx.Headers(http.headers if plain else None)  # prints without the key
        self._headers.update({**settings.headers, "Authorization": f"Bearer {settings.key.reveal()}"})
        self._extensions = {"timeout": self._timeout.as_dict()}

    def make(self, call: Call[Any]) -> httpx.Request:
        """The request of a call. Each attempt sends this same one.

        Raises:
            RequestValidationError: Its URL is longer than any can be.
        """
        try:
            return self._make(call)
        except httpx.InvalidURL as error:
            wrong = Violation("", "url", f"the URL cannot be sent: {error}")
            raise RequestValidationError(call.operation.id, [wrong]) from None

    def _make(self, call: Call[Any]) -> httpx.Request:
        headers = httpx.Headers(self._headers)
        for name, value in call.headers.items():
            headers[name] = value
        url = self._base_url + call.path
        query = cast("Any", call.query) or None
        if self._plain:
            return httpx.Request(
                call.operation.method,
                url,
                params=query,
                headers=headers,
                content=call.content,
                extensions=dict(self._extensions),
            )
        return self._http.build_request(
            call.operation.method, url, params=query, headers=headers, content=call.content, timeout=self._timeout
        )
