"""What the sandbox sends back: answers, and refusals as problem details (RFC 9457) in the contract's own words."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from sandbox.strictjson import encode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contract import Contract

__all__ = ["PROBLEM_MEDIA", "Answer", "Problems", "Refusal", "Wrong", "problem", "unavailable"]

PROBLEM_MEDIA = "application/problem+json"


@dataclass(frozen=True)
class Answer:
    """A response before it is sent."""

    status: int
    body: bytes
    media: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Wrong:
    """One thing that is wrong in a request: where, and what.

    Attributes:
        pointer: JSON pointer into the request's body, or "" for the body as a whole and for parameters.
        detail: What is wrong, for a person.
        parameter: The parameter that is wrong, as `header Idempotency-Key`; "" when the body is.
    """

    pointer: str
    detail: str
    parameter: str = ""

    def as_member(self) -> dict[str, str]:
        """This as one item of the problem's `errors`."""
        place = {"parameter": self.parameter} if self.parameter else {}
        return {"pointer": self.pointer, **place, "detail": self.detail}


class Refusal(Exception):  # noqa: N818 - an answer, not a fault
    """A request that gets a problem for an answer."""

    def __init__(
        self, status: int, detail: str, errors: Sequence[Wrong] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = errors
        self.headers = headers or {}


def unavailable() -> Refusal:
    """The refusal of a request that needs the database while there is none."""
    return Refusal(503, "The database cannot be used at present.", headers={"Retry-After": "1"})


class Problems:
    """Writes problems: type and title for each status as the contract's own examples have them."""

    def __init__(self, contract: Contract) -> None:
        self._kinds: dict[int, Mapping[str, Any]] = {}
        for operation in contract.operations:
            for status, response in operation.responses.items():
                for media in response.media:
                    example = media.node.get("example")
                    if media.type == PROBLEM_MEDIA and status.isdecimal() and isinstance(example, dict):
                        self._kinds.setdefault(int(status), example)

    def answer(self, refusal: Refusal, instance: str) -> Answer:
        """The answer to a refused request; `instance` is the request's path."""
        members: dict[str, Any] = {"instance": instance}
        if refusal.errors:
            members["errors"] = [wrong.as_member() for wrong in refusal.errors]
        kind = self._kinds.get(refusal.status, {})
        body = problem(refusal.status, refusal.detail, kind.get("type"), kind.get("title"), members)
        return Answer(refusal.status, body, PROBLEM_MEDIA, refusal.headers)


def problem(
    status: int,
    detail: str,
    type_: str | None = None,
    title: str | None = None,
    more: Mapping[str, Any] | None = None,
) -> bytes:
    """A problem as it is sent; without a type and a title, the status says it all (RFC 9457, section 4.2.1)."""
    members = {"type": type_ or "about:blank", "title": title or HTTPStatus(status).phrase, "status": status}
    return encode({**members, "detail": detail, **(more or {})}).encode()
