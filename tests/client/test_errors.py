"""Exceptions: the right class for each status, everything on them, and whole after pickling."""

from __future__ import annotations

import copy
import json
import pickle
from typing import TYPE_CHECKING, Any

import httpx
import pytest

import moment_billing
from moment_billing import APIStatusError, Moment, MomentError, ServerError, Violation
from moment_billing._statuses import error_class
from tests.client.rows import Row, shows

if TYPE_CHECKING:
    from contract import Contract

REQUEST = httpx.Request("PATCH", "https://api.test/billing/customers/x", headers={"Authorization": "Bearer sk_hidden"})
NAMES = {
    400: "BadRequestError",
    401: "AuthenticationError",
    402: "RequestFailedError",
    403: "PermissionDeniedError",
    404: "NotFoundError",
    409: "ConflictError",
    422: "UnprocessableContentError",
    429: "RateLimitError",
}


def _raised(status: int, body: bytes, **headers: str) -> APIStatusError:
    """What a client raises for an answer."""
    answer = httpx.Response(status, headers={"content-type": "application/problem+json", **headers}, content=body)
    moment = Moment(
        "sk_hidden", base_url="https://api.test", transport=httpx.MockTransport(lambda _: answer), max_retries=0
    )
    with pytest.raises(APIStatusError) as caught:
        moment.customers.update("x", name="a")
    return caught.value


@shows(Row.STATUSES)
def test_each_documented_status_has_a_class_of_its_own(contract: Contract) -> None:
    """Every 4xx status that the contract documents raises the class of its name; every 5xx a ServerError."""
    documented = {int(code) for operation in contract.operations for code in operation.responses if code >= "4"}
    assert {code for code in documented if code < 500} == set(NAMES)
    for code in documented:
        error = _raised(code, b"{}")
        assert type(error).__name__ == NAMES.get(code, "ServerError")
        assert type(error).__name__ in moment_billing.__all__
        assert error.status_code == code


@pytest.mark.parametrize(("status", "expected"), [(418, APIStatusError), (302, APIStatusError), (599, ServerError)])
def test_a_status_that_nobody_documented_has_its_familys_class(status: int, expected: type[APIStatusError]) -> None:
    """An unknown status is still an error of the API."""
    assert error_class(status) is expected
    assert type(_raised(status, b"")) is expected


@pytest.mark.parametrize("name", ["X-Request-Id", "request-id", "X-Correlation-ID"])
def test_the_request_id_is_read_from_any_usual_header(name: str) -> None:
    """Whatever header carries it, the error has it, and says it."""
    request = httpx.Request("GET", "https://api.test/billing/customers/x")
    error = moment_billing.NotFoundError(httpx.Response(404, headers={name: "req_7"}, request=request))
    assert error.request_id == "req_7"
    assert str(error).endswith("(request req_7)")


@shows(Row.PROBLEMS)
def test_a_problem_is_kept_with_its_further_members() -> None:
    """RFC 9457: type, title, status, detail, instance, and whatever else the API says."""
    error = _raised(
        422,
        b'{"type":"about:blank","title":"No","status":422,"detail":"Why","instance":"/x","errors":[{"pointer":"/balance"}]}',
        **{"X-Request-Id": "req-1"},
    )
    for one in (error, pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert one.problem is not None
        assert (one.problem.type_, one.problem.title, one.problem.detail) == ("about:blank", "No", "Why")
        assert one.problem.extra_fields == {"errors": [{"pointer": "/balance"}]}
        assert one.request_id == "req-1"
        assert str(one) == "PATCH /billing/customers/x was answered 422 No: Why (request req-1)"


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b"{", b"\xff", b'"text"', b'{"title":5}'])
def test_any_body_gives_the_right_class(body: bytes) -> None:
    """Whatever stands in the body, the status decides."""
    error = _raised(409, body)
    assert type(error).__name__ == "ConflictError"
    assert error.response.content == body
    assert "409 Conflict" in str(error)


@pytest.mark.parametrize(
    ("detail", "end"),
    [("No valid key.", "No valid key. Is the API key"), ("No valid key", "No valid key; is the API key")],
)
def test_a_refused_key_is_asked_about_in_a_sentence(detail: str, end: str) -> None:
    """The hint follows what the API says, however that ends."""
    assert f"401 Unauthorized: {end} (MOMENT_API_KEY)" in str(_raised(401, json.dumps({"detail": detail}).encode()))


def _examples() -> list[MomentError]:
    response = httpx.Response(
        404, request=REQUEST, headers={"content-type": "application/json"}, content=b'{"title":"No"}'
    )
    statuses = [error_class(status)(response, 2) for status in (*NAMES, 500, 418)]
    return [
        MomentError("plain"),
        moment_billing.RequestValidationError("op", [Violation("a", "maxLength", "a is long")]),
        moment_billing.APIConnectionError("no answer", REQUEST, 3),
        moment_billing.APITimeoutError("late", REQUEST, 3),
        moment_billing.ResponseValidationError("odd", response),
        *statuses,
    ]


@pytest.mark.parametrize("error", _examples(), ids=lambda error: type(error).__name__)
@shows(Row.PICKLING)
def test_every_exception_survives_pickling(error: MomentError) -> None:
    """Class, message and attributes are the same in another process, and the key is in none of them."""
    data = pickle.dumps(error)
    assert b"sk_hidden" not in data
    restored = pickle.loads(data)
    assert type(restored) is type(error)
    assert str(restored) == str(error)
    assert _plain(vars(restored)) == _plain(vars(error))
    assert isinstance(restored, MomentError)


def _plain(attributes: dict[str, Any]) -> dict[str, Any]:
    """Attributes that can be compared: requests and responses by what they carry."""
    return {name: _comparable(value) for name, value in attributes.items()}


def _comparable(value: Any) -> Any:
    if isinstance(value, httpx.Request):
        return value.method, value.url, value.headers
    if isinstance(value, httpx.Response):
        return value.status_code, value.headers, value.content, value.request.url
    return value


@shows(Row.PICKLING)
def test_every_exception_class_is_tried_above() -> None:
    """No exported exception escapes the pickling test."""
    exported = {getattr(moment_billing, name) for name in moment_billing.__all__}
    classes = {cls for cls in exported if isinstance(cls, type) and issubclass(cls, BaseException)}
    assert classes <= {type(error) for error in _examples()}
