"""The HTTP clients that this package makes for itself: those of httpx, without cookies.

The API knows its callers by their keys. A cookie that some gateway sets would only tie together what has nothing in
common: the threads and keys that share one client. Looking for cookies also costs a tenth of a call.
"""

from __future__ import annotations

import httpx

__all__ = ["AsyncHTTPClient", "HTTPClient"]


class _NoCookies(httpx.Cookies):
    def extract_cookies(self, response: httpx.Response) -> None:
        """Keep none."""


_NONE = _NoCookies()


class HTTPClient(httpx.Client):
    """`httpx.Client` without cookies."""

    @property
    def cookies(self) -> httpx.Cookies:
        """None."""
        return _NONE

    @cookies.setter
    def cookies(self, cookies: object) -> None:
        """Keep none."""


class AsyncHTTPClient(httpx.AsyncClient):
    """`httpx.AsyncClient` without cookies."""

    @property
    def cookies(self) -> httpx.Cookies:
        """None."""
        return _NONE

    @cookies.setter
    def cookies(self, cookies: object) -> None:
        """Keep none."""
