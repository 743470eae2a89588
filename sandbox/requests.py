"""A request as it came in, and its body held against the contract."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, unquote_to_bytes

from sandbox.answers import Refusal, Wrong
from sandbox.strictjson import JsonError, decode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contract import Validator
    from sandbox.keys import Caller
    from sandbox.routes import Route

__all__ = ["Request", "read_body"]

_EXPLAINED_BYTES_MAX = 32 * 1024
_ERRORS_MAX = 100
_AS_IT_IS = {"Accept-Encoding": "identity"}
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
        texts: The texts of the path parameters by name, once the route is known.
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
    texts: Mapping[str, str] = field(default_factory=dict)
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


def read_body(route: Route, request: Request) -> Any:
    """The body as a value; None where the operation takes none, or none was sent and none is needed.

    Raises:
        Refusal: 400, the body is missing, of another media type, no JSON, or breaks its schema; 501, its media type is
            not JSON.
    """
    if isinstance(request.body, Refusal):
        raise request.body
    if not route.bodies or (not request.body and not route.operation.body_required):
        return None
    validator = _validator(route, request)
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


def _validator(route: Route, request: Request) -> Validator | None:
    """What checks a body of the media type that it comes with; a type by its name goes before a range such as `text/*`.

    Raises Refusal when the contract has no such body, or the sandbox cannot read it.
    """
    if not request.body:
        raise Refusal(400, "A body is required.", [Wrong("", "it is required")])
    essence = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    names = [essence] if essence in route.bodies else [name for name in route.bodies if fnmatchcase(essence, name)]
    if not names:
        takes = " or ".join(route.bodies)
        raise Refusal(400, f"The body must be {takes}.", [Wrong("", f"it must be {takes}", "header Content-Type")])
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        wrong = Wrong("", "it must be left out", "header Content-Encoding")
        raise Refusal(400, "The body must come as it is: no encoding is taken.", [wrong], _AS_IT_IS)
    if essence != "application/json" and not essence.endswith("+json"):
        raise Refusal(501, f"The sandbox does not read {essence} yet.")
    return route.bodies[names[0]]
