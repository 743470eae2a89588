"""What a run is asked to do: the target, the keys, the limits. Plain values, checked once."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["KEY_VARIABLES", "Settings", "UsageError"]

KEY_VARIABLES = {
    "api_key": "MOMENT_API_KEY",
    "other_api_key": "MOMENT_OTHER_API_KEY",
    "public_api_key": "MOMENT_PUBLIC_API_KEY",
}
"""The environment variables of the keys: read where no option gives one, and named wherever one would be shown."""


_SENDABLE = re.compile("[!-~]*")


class UsageError(Exception):
    """The run cannot begin as it was asked for; the message says what to change."""


@dataclass(frozen=True)
class Settings:
    """How to judge, and whom.

    Attributes:
        url: The base URL of the server, before `/billing`.
        api_key: A secret key of one merchant.
        other_api_key: A secret key of another merchant; "" when there is none.
        public_api_key: A public key of the first merchant; "" when there is none.
        customer: The id or reference of a customer that exists; "" when none is known.
        spec: The contract to judge by; None for this project's own.
        level: Which claims decide the exit status: `must`, or `should` as well.
        claims: The ids of the claims to judge; empty for all.
        read_only: Whether to send nothing but GETs.
        max_time: Seconds after which a verdict is given, whatever is missing.
        rate: Requests for each second; 0 for as many as the server takes.
        workers: How many checks run at once; 0 to choose by the server's latency.
        fail_fast: Whether to stop at the first claim that is found broken.
        seed: What generated values are drawn from.
        generated: Whether to send generated requests too, after the checks.
        shard: Which part of the checks to run, and of how many, from 1.
        report: The folder for reports; None to write none.
        examples: URL of a Redis database in which runners share the examples that they find; "" to share none.
    """

    url: str
    api_key: str
    other_api_key: str = ""
    public_api_key: str = ""
    customer: str = ""
    spec: Path | None = None
    level: Literal["must", "should"] = "must"
    claims: tuple[str, ...] = ()
    read_only: bool = False
    max_time: float = 60.0
    rate: float = 0.0
    workers: int = 0
    fail_fast: bool = False
    seed: int = 0
    generated: bool = True
    shard: tuple[int, int] = (1, 1)
    report: Path | None = None
    examples: str = ""

    def __post_init__(self) -> None:
        """Refuse what makes no sense.

        Raises:
            UsageError: A value cannot be used.
        """
        self._check_url()
        self._check_keys()
        if self.read_only and not self.customer:
            raise UsageError("--read-only needs --customer: the id or reference of a customer that exists")
        if not 1 <= self.shard[0] <= self.shard[1]:
            raise UsageError("--shard is I/N with 1 ≤ I ≤ N, such as 2/4")
        if not (0 < self.max_time < math.inf and 0 <= self.rate < math.inf and self.workers >= 0):
            raise UsageError("--max-time, --rate and --workers must be greater than zero")

    def _check_url(self) -> None:
        try:
            parts = urlsplit(self.url)
            proper = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
        except ValueError:  # the port is no number, or too great a one
            proper = False
        if not proper:
            shown = self.url.rpartition("@")[2]
            raise UsageError(f"{shown!r} is no URL of a server: write http://HOST:PORT or https://HOST")
        if "@" in parts.netloc:
            raise UsageError("the URL names a user, and the API knows none: give the key with --api-key")
        if parts.query or parts.fragment:
            raise UsageError(f"{self.url!r} goes on after the path: end it before the ? or #")

    def _check_keys(self) -> None:
        if not self.api_key:
            raise UsageError("no API key: give --api-key, or set MOMENT_API_KEY")
        given = {name: key for name in KEY_VARIABLES if (key := getattr(self, name))}
        for name, key in given.items():
            if not _SENDABLE.fullmatch(key):
                option = name.replace("_", "-")
                raise UsageError(f"--{option} cannot be sent: a key is made of visible ASCII characters")
        if len(self.keys) < len(given):
            raise UsageError("two of the keys are the same: give the key of another merchant, or a public one")

    @property
    def keys(self) -> Mapping[str, str]:
        """Every key that the run was given, with the name of its variable."""
        return {key: variable for name, variable in KEY_VARIABLES.items() if (key := getattr(self, name))}

    @property
    def base_url(self) -> str:
        """The URL without a slash at its end."""
        return self.url.rstrip("/")

    @property
    def is_local(self) -> bool:
        """Whether the target runs on this machine."""
        return urlsplit(self.url).hostname in {"127.0.0.1", "localhost", "::1"}
