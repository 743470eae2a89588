"""Hold a request against the contract: its parameters and its body."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, unquote, unquote_to_bytes

from sandbox.answers import Refusal, Wrong
from sandbox.strictjson import JsonError, decode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contract import Validator
    from sandbox.keys import Caller
    from sandbox.routes import Input, Route

__all__ = ["Request", "read_body", "read_inputs", "read_path"]

_EXPLAINED_BYTES_MAX = 32 * 1024
_ERRORS_MAX = 100
_PLAIN = re.compile(rb"[A-Za-z0-9/_.~-]*")


@dataclass
class Request:
    """A request as it came in.

    Attributes:
        method: The HTTP method.
        raw_path: The path, still percent-encoded.
        query: The query string.
        headers: By name in lower case; repeated ones are joined with commas (RFC 9110, section 5.3).
        body: The body's bytes, or the refusal that reading them ended in.
        segments: The segments of the path, each percent-decoded by itself, so that `%2F` divides nothing.
        id: The request's id, for logs and support.
        caller: Who sent it, once that is known.
        held: How many bytes of its body count as held.
    """

    method: str
    raw_path: bytes
    query: bytes
    headers: Mapping[str, str]
    body: bytes | Refusal = b""
    segments: list[str] = field(init=False)
    id: str = ""
    caller: Caller | None = None
    held: int = 0

    def __post_init__(self) -> None:
        path = self.raw_path.decode("latin-1")
        self.segments = [unquote(each) if "%" in each else each for each in path.split("/")[1:]]

    @property
    def instance(self) -> str:
        """The path as a valid URI reference, for problems and logs."""
        if _PLAIN.fullmatch(self.raw_path):
            return self.raw_path.decode()
        return "/".join(quote(unquote_to_bytes(each), safe="!$&'()*+,;=:@") for each in self.raw_path.split(b"/"))


def read_path(route: Route, request: Request) -> dict[str, str]:
    """The path parameters by name.

    Raises:
        Refusal: 404, a value that the contract does not allow names nothing.
    """
    values = {}
    for index, each in route.path.items():
        text = request.segments[index]
        if each.validator and not any(each.validator.is_valid(value) for value in _readings(each, text)):
            raise Refusal(404, f"Nothing can have this {each.parameter.name}.", _wrongs(each, each.validator, text))
        values[each.parameter.name] = text
    return values


def read_inputs(route: Route, request: Request) -> dict[str, str]:
    """The query, header and cookie parameters that were given, by name as the contract writes it.

    Raises:
        Refusal: 400, one is missing or invalid.
    """
    if not route.inputs:
        return {}
    values: dict[str, str] = {}
    errors: list[Wrong] = []
    for each in route.inputs:
        text = _given(each, request)
        if text is None:
            if each.parameter.required:
                errors.append(Wrong("", "it is required", str(each)))
        elif each.validator and not any(each.validator.is_valid(value) for value in _readings(each, text)):
            errors += _wrongs(each, each.validator, text)
        else:
            values[each.parameter.name] = text
    if errors:
        raise Refusal(400, f"The {errors[0].parameter} is missing or invalid.", errors)
    return values


def read_body(route: Route, request: Request) -> Any:
    """The body as a value; None where the operation takes none, or none was sent and none is needed.

    Raises:
        Refusal: 400, the body is missing, of another media type, no JSON, or breaks its schema.
    """
    if isinstance(request.body, Refusal):
        raise request.body
    if not route.bodies or (not request.body and not route.operation.body_required):
        return None
    validator = _media(route, request)
    try:
        value = decode(request.body)
    except JsonError as error:
        raise Refusal(400, "The body is not usable JSON.", [Wrong("", str(error))]) from None
    if validator and not validator.is_valid(value):
        raise Refusal(400, "The body breaks the contract.", _broken(request.body, validator, value))
    return value


def _broken(body: bytes, validator: Validator, value: Any) -> Sequence[Wrong]:
    """What is wrong in a body, within reason: to list all of it can take seconds, and more bytes than the body has."""
    if len(body) > _EXPLAINED_BYTES_MAX:
        return [Wrong("", f"it is longer than {_EXPLAINED_BYTES_MAX} bytes, too long to tell where")]
    return [Wrong(each.pointer, each.message) for each in validator.violations(value)[:_ERRORS_MAX]]


def _media(route: Route, request: Request) -> Validator | None:
    if not request.body:
        raise Refusal(400, "A body is required.", [Wrong("", "it is required")])
    essence = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if essence not in route.bodies:
        takes = " or ".join(route.bodies)
        raise Refusal(400, f"The body must be {takes}.", [Wrong("", f"it must be {takes}", "header Content-Type")])
    return route.bodies[essence]


def _given(each: Input, request: Request) -> str | None:
    name = each.parameter.name
    if each.parameter.location == "header":
        return request.headers.get(name.lower())
    if each.parameter.location == "query":
        return dict(parse_qsl(request.query.decode("latin-1"), keep_blank_values=True)).get(name)
    pairs = (pair.strip().partition("=") for pair in request.headers.get("cookie", "").split(";"))
    return {key: value for key, _, value in pairs}.get(name)


def _readings(each: Input, text: str) -> Sequence[Any]:
    """What a text can stand for: itself, and the JSON value that it spells where its schema allows one."""
    if each.types == {"string"}:
        return (text,)
    try:
        return (text, decode(text.encode("utf-8", "surrogatepass")))
    except JsonError:
        return (text,)


def _wrongs(each: Input, validator: Validator, text: str) -> list[Wrong]:
    value = _readings(each, text)[-1]
    return [Wrong("", violation.message, str(each)) for violation in validator.violations(value)]
