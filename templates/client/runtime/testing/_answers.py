"""What the server in memory answers with: records, and refusals as problem details (RFC 9457)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import httpx

from moment_billing.testing._plans import PROBLEMS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Answer", "Refusal", "encode", "problem"]


@dataclass(frozen=True)
class Answer:
    """A response before it is sent."""

    status: int
    body: bytes
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self, request: httpx.Request) -> httpx.Response:
        """This as httpx has it."""
        headers = {"Content-Type": self.media_type, **self.headers} if self.body else dict(self.headers)
        return httpx.Response(self.status, headers=headers, content=self.body, request=request)


class Refusal(Exception):  # noqa: N818 - an answer, not a fault
    """A request that gets a problem for an answer."""

    def __init__(
        self, status: int, detail: str, errors: Sequence[str] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = headers or {}

    def answer(self, path: str) -> Answer:
        """The answer to the request for this path."""
        return problem(self.status, self.detail, path, errors=self.errors, headers=self.headers)


def problem(
    status: int, detail: str, path: str, *, errors: Sequence[str] = (), headers: Mapping[str, str] | None = None
) -> Answer:
    """A problem with the type and title that the contract's examples have for the status."""
    type_, title = PROBLEMS.get(status, ("about:blank", _phrase(status)))
    members: dict[str, Any] = {"type": type_, "title": title, "status": status, "detail": detail, "instance": path}
    if errors:
        members["errors"] = [{"detail": error} for error in errors]
    return Answer(status, encode(members), "application/problem+json", headers or {})


def encode(value: Any) -> bytes:
    """A value as JSON in UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
