"""What can be called, and the making of one call from its arguments."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast
from urllib.parse import quote

import msgspec
from msgspec import UNSET

from moment_billing._checks import Anything, Check
from moment_billing._decoding import Decoder
from moment_billing._errors import RequestValidationError, Violation
from moment_billing._headers import wrong_header
from moment_billing._values import ENCODER, plain, texts, wrong_text
from moment_billing._visible import visible

if TYPE_CHECKING:
    import httpx


__all__ = ["Call", "Extra", "Operation", "Paging", "Parameter"]

T = TypeVar("T")


class Parameter(msgspec.Struct, frozen=True):
    """A parameter of an operation.

    Attributes:
        name: Its name in the contract.
        location: `path`, `query` or `header`.
        check: What its value must keep.
        required: Whether a call must have it.
        explode: Whether an array in the query repeats the name, or else is joined by commas.
    """

    name: str
    location: str
    check: Check
    required: bool = False
    explode: bool = True


class Paging(msgspec.Struct, frozen=True):
    """How a list leads from page to page; all empty where there are no pages.

    Attributes:
        parameter: The parameter of the query that asks for a page.
        cursor: The names that lead from a page to the cursor of the next one.
        records: The field of a page that holds its records.
    """

    parameter: str = ""
    cursor: tuple[str, ...] = ()
    records: str = ""


class Extra(msgspec.Struct, frozen=True):
    """What a caller adds to a request on their own account. Only that it can be sent, as it is, is checked."""

    headers: Mapping[str, str] | None = None
    query: Mapping[str, Any] | None = None
    body: Mapping[str, Any] | None = None

    def find(self, found: list[Violation]) -> None:
        """What cannot be sent."""
        for name, value in (("extra_headers", self.headers), ("extra_query", self.query), ("extra_body", self.body)):
            if value and not isinstance(value, Mapping):
                found.append(Violation(name, "type", f"{name} must be a mapping of names to values"))
        if isinstance(self.headers, Mapping):
            _find_in_headers(self.headers, found)
        if isinstance(self.query, Mapping):
            _find_in_query(self.query, found)


class Operation(msgspec.Struct, Generic[T], frozen=True, eq=False, dict=True):
    """An operation of the contract.

    Attributes:
        id: Its id in the contract.
        method: The HTTP method.
        path: The path with its parameters in braces.
        result: The type of its result.
        repeatable: Whether sending the same request twice does no more than sending it once.
        parameters: By their names.
        body: What the body must keep; None when there is none.
        body_required: Whether a call must have a body.
        idempotency: The header that names a call, so that repeating it is safe.
        paging: How it leads from page to page.
    """

    id: str
    method: str
    path: str
    result: Any
    repeatable: bool
    parameters: tuple[Parameter, ...] = ()
    body: Check | None = None
    body_required: bool = False
    media_type: str = "application/json"
    idempotency: Parameter | None = None
    paging: Paging = Paging()

    @cached_property
    def decoder(self) -> Decoder | None:
        """Reads the answers; None when they have no body."""
        return None if self.result is None else Decoder(self.result)

    def decode(self, response: httpx.Response) -> T:
        """What an answer holds.

        Raises:
            ResponseValidationError: The body is not what the contract promises.
        """
        decoder = self.decoder
        return cast("T", None if decoder is None else decoder.decode(response))

    def call(
        self, values: Mapping[str, Any], body: Any = UNSET, *, extra: Extra | None = None, key: str | None = None
    ) -> Call[T]:
        """Check the arguments and make a call of them.

        Args:
            values: The parameters that were given, by their names in the contract.
            body: The body that was given, as plain values.
            extra: What the caller adds.
            key: The idempotency key; a new one is made when the operation takes one and none is given.

        Raises:
            RequestValidationError: Something breaks the contract. It lists everything that does.
        """
        found: list[Violation] = []
        call: Call[T] = Call(self, _path(self, values, found))
        if extra is not None:
            extra.find(found)
        for parameter in self.parameters:
            if parameter.name in values:
                before = len(found)
                parameter.check.find(values[parameter.name], (parameter.name,), found)
                if parameter.location == "header" and len(found) == before:
                    _find_in_headers({parameter.name: plain(values[parameter.name])}, found)
        if self.idempotency is not None:
            call.headers[self.idempotency.name] = _key(self.idempotency, key, found)
        self._add_body(call, body, extra, found)
        if found:
            raise RequestValidationError(self.id, found)
        self._add_values(call, values)
        if extra is not None:
            call.add(extra)
        return call

    def _add_body(self, call: Call[T], body: Any, extra: Extra | None, found: list[Violation]) -> None:
        if self.body is None:
            return
        try:
            if body is not UNSET:
                self.body.find(body, (), found)
            if extra is not None and extra.body and not found:
                Anything().find(extra.body, (), found)
                body = {**(body if body is not UNSET else {}), **extra.body}
            if body is not UNSET and not found:
                call.headers["Content-Type"] = self.media_type
                call.content = _encoded(body, found)
        except RecursionError:
            found.append(Violation("", "type", "the body is nested too deeply, or holds itself"))

    def _add_values(self, call: Call[T], values: Mapping[str, Any]) -> None:
        for parameter in self.parameters:
            if parameter.name not in values or parameter.location == "path":
                continue
            written = texts(values[parameter.name])
            if parameter.location == "header":
                call.headers[parameter.name] = written[0]
                continue
            if not parameter.explode:
                written = [",".join(written)]
            call.query += [(parameter.name, text) for text in written]


class Call(msgspec.Struct, Generic[T], eq=False):
    """One call, checked and encoded; each attempt sends the same bytes.

    Attributes:
        operation: What is called.
        path: The path, encoded.
        query: Names and values of the query, in order.
        headers: The headers of this call alone.
        content: The body.
    """

    operation: Operation[T]
    path: str
    query: list[tuple[str, str]] = msgspec.field(default_factory=list)
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    content: bytes | None = None

    def add(self, extra: Extra) -> None:
        """Add what the caller adds; it wins over what is there."""
        if extra.headers:
            self.headers.update(extra.headers)  # the later one wins, whatever its case
        if extra.query:
            self.query = self._query_with(extra.query)

    def with_query(self, values: Mapping[str, Any]) -> Call[T]:
        """The same call with other values in its query."""
        return msgspec.structs.replace(self, query=self._query_with(values))

    def _query_with(self, values: Mapping[str, Any]) -> list[tuple[str, str]]:
        kept = [(name, value) for name, value in self.query if name not in values]
        return kept + [(name, text) for name, value in values.items() for text in texts(value)]


def _path(operation: Operation[Any], values: Mapping[str, Any], found: list[Violation]) -> str:
    path = operation.path
    for parameter in operation.parameters:
        if parameter.location == "path":
            path = path.replace(f"{{{parameter.name}}}", _segment(parameter.name, values[parameter.name], found))
    return path


def _key(header: Parameter, key: str | None, found: list[Violation]) -> str:
    if key is None:
        return str(uuid.uuid4())
    header.check.find(key, (header.name,), found)
    return plain(key)


def _encoded(body: Any, found: list[Violation]) -> bytes:
    try:
        return ENCODER.encode(body)
    except (TypeError, ValueError) as error:
        found.append(Violation("", "type", f"the body cannot be written: {error}"))
        return b""


def _find_in_headers(headers: Mapping[Any, Any], found: list[Violation]) -> None:
    for name, value in headers.items():
        if wrong := wrong_header(name, value):
            found.append(Violation(visible(str(name)), "header", wrong))


def _find_in_query(values: Mapping[Any, Any], found: list[Violation]) -> None:
    for name, value in values.items():
        shown = visible(str(name))
        if wrong_text(name) or not isinstance(name, str):
            found.append(Violation(shown, "type", "extra_query must have names that are texts"))
        several = isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray)
        for item in value if several else [value]:
            if wrong := wrong_text(item):
                found.append(Violation(shown, "type", f"{shown} {wrong}"))
                break


def _segment(name: str, value: Any, found: list[Violation]) -> str:
    """A value as one segment of a path (RFC 3986, section 3.3), which can name no other resource."""
    try:
        text = plain(value)
    except ValueError as error:  # an integer of more digits than Python writes
        found.append(Violation(name, "path", f"{name} cannot be written: {error}"))
        return ""
    if text in {"", ".", ".."}:
        found.append(Violation(name, "path", f"{name} must not be empty, '.' or '..': that would be another path"))
    return quote(text, safe="", errors="replace")
