"""Everything this package raises.

MomentError                      something went wrong, or was asked for wrongly
├── RequestValidationError       the request breaks the contract; nothing was sent
├── APIConnectionError           no answer arrived
│   └── APITimeoutError          no answer arrived in time
├── ResponseValidationError      an answer arrived that the contract does not allow
└── APIStatusError               the API answered with an error
    ├── ServerError              5xx
    └── one class for each documented status, in `moment_billing._statuses`
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    import httpx

    from moment_billing.models import Problem

__all__ = [
    "APIConnectionError",
    "APIStatusError",
    "APITimeoutError",
    "MomentError",
    "RequestValidationError",
    "ResponseValidationError",
    "ServerError",
    "Violation",
]

_REQUEST_ID_HEADERS = ("x-request-id", "request-id", "x-correlation-id")


class MomentError(Exception):
    """Something went wrong. Every exception of this package is one."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Violation(NamedTuple):
    """One way in which a request breaks the contract.

    Attributes:
        field: The field or parameter, such as `balance` or `metadata.order_id`; "" for the request as a whole.
        rule: The keyword of JSON Schema that refuses it, such as `maxLength`.
        message: What is wrong, without the value itself.
    """

    field: str
    rule: str
    message: str

    def __str__(self) -> str:
        return self.message


class RequestValidationError(MomentError):
    """The request breaks the contract. Nothing was sent.

    Attributes:
        operation: The id of the operation.
        violations: Everything that is wrong, each with its field and rule.
    """

    def __init__(self, operation: str, violations: Sequence[Violation]) -> None:
        super().__init__(f"{operation} was not sent: " + "; ".join(map(str, violations)))
        self.operation = operation
        self.violations: tuple[Violation, ...] = tuple(violations)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.operation, self.violations)


class APIConnectionError(MomentError):
    """No answer arrived: the connection failed, or broke before the answer was complete.

    Attributes:
        request: Method, URL and headers that were sent, without the key.
        attempts: How often the request was sent.
    """

    def __init__(self, message: str, request: httpx.Request, attempts: int = 1) -> None:
        super().__init__(message)
        self.request: httpx.Request = without_secrets(request)
        self.attempts = attempts

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.message, self.request, self.attempts)


class APITimeoutError(APIConnectionError):
    """No answer arrived in time. Whether the API carried out the request is not known."""


class ResponseValidationError(MomentError):
    """An answer arrived that the contract does not allow, so that it cannot be returned as what was promised.

    Attributes:
        response: The answer, complete with its body.
    """

    def __init__(self, message: str, response: httpx.Response) -> None:
        super().__init__(message)
        response.request = without_secrets(response.request)
        self.response = response

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.message, self.response)


class APIStatusError(MomentError):
    """The API answered with an error.

    Attributes:
        response: The answer, complete with its body.
        status_code: Its status code.
        problem: What the API says about it, as problem details (RFC 9457); None when the body holds none.
        request_id: What names the request in the API's own logs, where a header carries it.
        replayed: Whether this is the kept answer to an earlier request with the same idempotency key.
        attempts: How often the request was sent.
    """

    def __init__(self, response: httpx.Response, attempts: int = 1) -> None:
        response.request = without_secrets(response.request)
        self.response = response
        self.status_code: int = response.status_code
        self.problem: Problem | None = _problem(response)
        self.request_id: str | None = request_id(response)
        self.replayed: bool = response.headers.get("idempotent-replayed", "").lower() == "true"
        self.attempts = attempts
        super().__init__(self._describe())

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.response, self.attempts)

    def _describe(self) -> str:
        request = self.response.request
        title = (self.problem and self.problem.title) or self.response.reason_phrase
        parts = [f"{request.method} {request.url.path} was answered {self.status_code} {title}".rstrip()]
        if self.problem and self.problem.detail:
            parts.append(f": {self.problem.detail}")
        if self.request_id:
            parts.append(f" (request {self.request_id})")
        if self.status_code == 401:
            end = " Is" if parts[-1].endswith((".", "!", "?")) else "; is"
            parts.append(f"{end} the API key (MOMENT_API_KEY) the right one?")
        return "".join(parts)


class ServerError(APIStatusError):
    """The API, or a server on the way to it, failed (5xx)."""


def request_id(response: httpx.Response) -> str | None:
    """What names the request in the API's own logs, where a header carries it."""
    for name in _REQUEST_ID_HEADERS:
        if value := response.headers.get(name):
            return str(value)
    return None


def without_secrets(request: httpx.Request) -> httpx.Request:
    """The same method, URL and headers, but not the key, nor the body."""
    import httpx  # noqa: PLC0415 - keeps the import of the package light

    headers = [(name, value) for name, value in request.headers.multi_items() if name not in _SECRET_HEADERS]
    # Without "host" and "content-length", httpx would work them out again.
    return httpx.Request(request.method, request.url, headers=headers)


_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "transfer-encoding"})


def _problem(response: httpx.Response) -> Problem | None:
    from moment_billing._decoding import decode_leniently  # noqa: PLC0415 - it needs this module
    from moment_billing.models import Problem  # noqa: PLC0415 - as above

    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not (media_type == "application/json" or media_type.endswith("+json")):
        return None
    return decode_leniently(response.content, Problem)
