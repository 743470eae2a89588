"""The requests that reached the server in memory, as a test reads them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from moment_billing.testing._answers import Refusal
from moment_billing.testing._reading import find_plan, path_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

__all__ = ["RecordedRequest", "record"]


@dataclass
class RecordedRequest:
    """A request that reached the server.

    Attributes:
        operation: The id of its operation; "" when it has none.
        method: The HTTP method.
        path: The path as it was sent.
        query: The names and values of the query.
        headers: The headers, by their names in lower case, without the API key.
        json: The body as plain values; None when it holds none.
        status: The status of the answer; None when the connection broke.
    """

    operation: str
    method: str
    path: str
    query: list[tuple[str, str]]
    headers: Mapping[str, str]
    json: Any
    status: int | None = None


def record(request: httpx.Request) -> RecordedRequest:
    """What a test can read of a request."""
    try:
        operation = find_plan(request).operation.id
    except Refusal:
        operation = ""
    try:
        body = json.loads(request.content) if request.content else None
    except ValueError:
        body = None
    return RecordedRequest(
        operation=operation,
        method=request.method,
        path=path_of(request),
        query=parse_qsl(request.url.query.decode("ascii"), keep_blank_values=True),
        headers={name: value for name, value in request.headers.items() if name != "authorization"},
        json=body,
    )
