"""Read a request as the contract has it: which operation it means, and whether its parts are valid."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import unquote

from moment_billing._errors import Violation
from moment_billing.testing._answers import Refusal
from moment_billing.testing._plans import PLANS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import httpx

    from moment_billing._operations import Operation
    from moment_billing.testing._plan import Plan

__all__ = ["find_plan", "path_of", "read_body", "read_headers", "read_path"]


def path_of(request: httpx.Request) -> str:
    """The path as it was sent, percent-encoded."""
    return request.url.raw_path.partition(b"?")[0].decode("ascii")


def find_plan(request: httpx.Request) -> Plan:
    """The plan of the operation that a request means.

    Raises:
        Refusal: 404, no operation has this path; 405, one has, but not with this method.
    """
    segments = path_of(request).split("/")
    found = [plan for plan in PLANS if _leads_to(segments, plan.operation.path.split("/"))]
    found.sort(key=lambda plan: plan.operation.path.count("{"))
    if not found:
        raise Refusal(404, "The contract has no such path.")
    same = [plan for plan in found if plan.operation.path == found[0].operation.path]
    for plan in same:
        if plan.operation.method == request.method:
            return plan
    allowed = ", ".join(plan.operation.method for plan in same)
    raise Refusal(405, f"This path takes {allowed}, not {request.method}.", headers={"Allow": allowed})


def _leads_to(segments: Sequence[str], template: Sequence[str]) -> bool:
    if len(segments) != len(template):
        return False
    return all(want.startswith("{") or unquote(have) == want for have, want in zip(segments, template, strict=True))


def read_path(operation: Operation[Any], request: httpx.Request) -> dict[str, str]:
    """The path parameters by name.

    Raises:
        Refusal: 404, a value that the contract does not allow names nothing.
    """
    segments = path_of(request).split("/")
    names = operation.path.split("/")
    values = {
        name[1:-1]: unquote(segment) for segment, name in zip(segments, names, strict=True) if name.startswith("{")
    }
    found: list[Violation] = []
    for parameter in operation.parameters:
        if parameter.location == "path":
            parameter.check.find(values[parameter.name], (parameter.name,), found)
    if found:
        raise Refusal(404, "Nothing can have this name.", [violation.message for violation in found])
    return values


def read_headers(plan: Plan, request: httpx.Request) -> str | None:
    """The idempotency key, when the operation takes one and the request has one.

    Raises:
        Refusal: 400, a header is missing or invalid.
    """
    operation, found = plan.operation, list[Violation]()
    for parameter in operation.parameters:
        if parameter.location == "header":
            _check_header(parameter.name, request, parameter.check, found, required=parameter.required)
    key = operation.idempotency
    if key is not None:
        _check_header(key.name, request, key.check, found, required=plan.key_required)
    if found:
        raise Refusal(400, "A header is missing or invalid.", [violation.message for violation in found])
    return request.headers.get(key.name) if key is not None else None


def _check_header(name: str, request: httpx.Request, check: Any, found: list[Violation], *, required: bool) -> None:
    value = request.headers.get(name)
    if value is not None:
        check.find(value, (name,), found)
    elif required:
        found.append(Violation(name, "required", f"{name} is required"))


def read_body(operation: Operation[Any], request: httpx.Request) -> Any:
    """The body as plain values; None where the operation takes none, or none was sent and none is needed.

    Raises:
        Refusal: 400, the body is missing, of another media type, no JSON, or breaks its schema.
    """
    if operation.body is None or (not request.content and not operation.body_required):
        return None
    if not request.content:
        raise Refusal(400, "A body is required.")
    essence = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if essence != operation.media_type:
        raise Refusal(400, f"The body must be {operation.media_type}.")
    body = _decode(request.content)
    found: list[Violation] = []
    operation.body.find(body, (), found)
    if found:
        raise Refusal(400, "The body breaks the contract.", [violation.message for violation in found])
    return body


def _decode(data: bytes) -> Any:
    try:
        return json.loads(data, object_pairs_hook=_object, parse_float=_number, parse_constant=_constant)
    except (ValueError, RecursionError) as error:
        raise Refusal(400, "The body is not usable JSON.", [str(error)]) from None


def _object(pairs: Sequence[tuple[str, Any]]) -> Mapping[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return members


def _number(text: str) -> int | float:
    number = float(text)
    return int(number) if number.is_integer() else number  # JSON Schema counts 1.0 as an integer


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")
