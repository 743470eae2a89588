"""What a client was told: its key, where the API is, how long to wait and how often to try.

Nothing here needs msgspec, which the first call loads: making a client stays cheap.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from ipaddress import ip_address
from typing import NamedTuple, NoReturn

import httpx

from moment_billing._errors import MomentError
from moment_billing._headers import wrong_header
from moment_billing._observers import Observer, default_observers

__all__ = ["DEFAULT_MAX_RETRIES", "DEFAULT_TIMEOUT", "NOT_GIVEN", "NotGiven", "Secret", "Settings", "timeouts"]

DEFAULT_TIMEOUT = 30.0
"""How long to wait for an answer, in seconds."""

CONNECT_TIMEOUT = 5.0
"""How long to wait for a connection, in seconds, unless the whole time-out is shorter."""

DEFAULT_MAX_RETRIES = 2
"""How often a failed request is sent again."""

_KEY = re.compile(r"[\x21-\x7e]+\Z")
_TEST_KEYS = ("sk_test_", "pk_test_")
"""How the keys begin that move no money."""

_LONGEST_LABEL = 63
"""The longest name between two dots of a host (RFC 1035, section 2.3.4)."""


class Secret:
    """An API key that neither prints nor pickles."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The key itself."""
        return self._value

    def __repr__(self) -> str:
        # The part before the last underscore only tells the kind of key: sk_test, pk, ...
        kind, underscore, _ = self._value.rpartition("_")
        return f"'{kind if len(kind) <= len('sk_test') else ''}{underscore}***'"

    def __reduce__(self) -> NoReturn:
        raise TypeError("an API key is not pickled; read it from the environment where it is needed")


class NotGiven:
    """What a time-out is that was not given; `None` already means to wait for ever."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "NOT_GIVEN"


NOT_GIVEN = NotGiven()


class Settings(NamedTuple):
    """What a client was told.

    Attributes:
        key: The API key.
        base_url: Where the API is, without a slash at the end.
        timeout: The time-outs of each attempt; None leaves them to the HTTP client.
        max_retries: How often a failed request is sent again.
        headers: Sent with each request.
        observers: Told of each attempt.
    """

    key: Secret
    base_url: str
    timeout: httpx.Timeout | None
    max_retries: int
    headers: Mapping[str, str]
    observers: tuple[Observer, ...]

    @classmethod
    def read(
        cls,
        *,
        key: Secret | None,
        base_url: str | None,
        default_base_url: str,
        timeout: httpx.Timeout | None,
        max_retries: int,
        headers: Mapping[str, str] | None,
        default_headers: Mapping[str, str],
    ) -> Settings:
        """Fill what was not given from the environment and the defaults.

        Raises:
            MomentError: There is no key, or a value cannot be used.
        """
        key = checked_key(key or Secret(os.environ.get("MOMENT_API_KEY", "")))
        return cls(
            key=key,
            base_url=checked_url(base_url or os.environ.get("MOMENT_BASE_URL") or default_base_url, key),
            timeout=timeout,
            max_retries=checked_retries(max_retries),
            headers={**default_headers, **checked_headers(headers)},
            observers=default_observers(),
        )

    def changed(
        self,
        *,
        key: Secret | None,
        base_url: str | None,
        timeout: float | httpx.Timeout | NotGiven | None,
        max_retries: int | None,
        headers: Mapping[str, str] | None,
    ) -> Settings:
        """Other settings, which differ in what is given.

        Raises:
            MomentError: A value cannot be used.
        """
        key = self.key if key is None else checked_key(key)
        return self._replace(
            key=key,
            base_url=checked_url(self.base_url if base_url is None else base_url, key),
            timeout=self.timeout if isinstance(timeout, NotGiven) else timeouts(timeout),
            max_retries=self.max_retries if max_retries is None else checked_retries(max_retries),
            headers={**self.headers, **checked_headers(headers)},
        )


def timeouts(timeout: float | httpx.Timeout | None) -> httpx.Timeout:
    """Seconds as the time-outs of httpx; None waits for ever.

    Raises:
        MomentError: It is no number of seconds.
    """
    if isinstance(timeout, httpx.Timeout):
        return timeout
    if timeout is None:
        return httpx.Timeout(None)
    is_number = isinstance(timeout, int | float) and not isinstance(timeout, bool)
    if not is_number or not math.isfinite(timeout) or timeout <= 0:
        raise MomentError("timeout must be a number of seconds above 0, an httpx.Timeout, or None to wait for ever.")
    return httpx.Timeout(timeout, connect=min(timeout, CONNECT_TIMEOUT))


def checked_key(key: Secret) -> Secret:
    """The key, when a header can carry it. No variable holds it here, lest a traceback with variables show it."""
    if not key.reveal():
        raise MomentError("There is no API key: pass api_key=..., or set the environment variable MOMENT_API_KEY.")
    if not isinstance(key.reveal(), str) or not _KEY.match(key.reveal()):
        raise MomentError(
            "The API key is no text, or holds a space, a line break or another character that no key has; "
            "check api_key=... or the environment variable MOMENT_API_KEY."
        )
    return key


def checked_url(text: str, key: Secret) -> str:
    """The URL without a slash at the end, when requests with the key can be sent to it."""
    try:
        url = httpx.URL(text)
        host = url.host  # reads what punycode there is
    except (httpx.InvalidURL, TypeError, ValueError) as error:
        raise MomentError(f"base_url is no URL: {error}") from None
    if url.scheme not in {"http", "https"} or not host:
        raise MomentError("base_url must begin with https:// (http:// for a server on this machine) and name a host.")
    if url.userinfo or url.query or url.fragment:
        raise MomentError("base_url must have no user name, password, query or fragment.")
    labels = url.raw_host.decode("ascii").removesuffix(".").split(".")
    if not all(0 < len(label) <= _LONGEST_LABEL for label in labels) or url.port == 0 or (url.port or 0) > 65535:
        raise MomentError("base_url names a host or a port that cannot be: is it misspelt?")
    if url.scheme == "http" and not _is_local(host) and not key.reveal().startswith(_TEST_KEYS):
        raise MomentError(
            "base_url must begin with https://: over http:// everybody on the way could read the API key. "
            "Only for a server on this machine, or with a test key, is http:// accepted."
        )
    return str(text).rstrip("/")


def _is_local(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def checked_retries(number: int) -> int:
    """The number of retries, when it is one."""
    if isinstance(number, bool) or not isinstance(number, int) or number < 0:
        raise MomentError("max_retries must be an integer, 0 or more.")
    return number


def checked_headers(headers: Mapping[str, str] | None) -> Mapping[str, str]:
    """The headers, when all of them can be sent."""
    if headers is None:
        return {}
    if not isinstance(headers, Mapping):
        raise MomentError("headers must be a mapping of names to texts.")
    for name, value in headers.items():
        if wrong := wrong_header(name, value):
            raise MomentError(f"headers: {wrong}.")
    return headers
