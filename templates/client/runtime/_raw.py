"""The answer of the API as it arrived."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from moment_billing._errors import request_id, without_secrets

if TYPE_CHECKING:
    import httpx

    from moment_billing._operations import Operation

__all__ = ["RawResponse"]

T = TypeVar("T")


class RawResponse(Generic[T]):
    """An answer of the API as it arrived, not yet read as a model."""

    def __init__(self, operation: Operation[T], response: httpx.Response) -> None:
        response.request = without_secrets(response.request)
        self._operation = operation
        self.http_response = response

    @property
    def status_code(self) -> int:
        """The status code."""
        return self.http_response.status_code

    @property
    def headers(self) -> httpx.Headers:
        """The headers; their names are not case-sensitive."""
        return self.http_response.headers

    @property
    def content(self) -> bytes:
        """The body."""
        return self.http_response.content

    @property
    def request_id(self) -> str | None:
        """What names the request in the API's own logs, where a header carries it."""
        return request_id(self.http_response)

    @property
    def replayed(self) -> bool:
        """Whether this is the kept answer to an earlier request with the same idempotency key."""
        return str(self.headers.get("idempotent-replayed", "")).lower() == "true"

    def parse(self) -> T:
        """The body as a model.

        Raises:
            ResponseValidationError: The body is not what the contract promises.
        """
        return self._operation.decode(self.http_response)

    def __repr__(self) -> str:
        return f"<RawResponse {self.status_code} ({len(self.content)} bytes)>"
