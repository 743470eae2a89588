"""Whether a server must serve a request, must refuse it, or may do either: the one place where silences are spared."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote

from conformance.exchange import NO_JSON
from contract.formats import CUSTOM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.exchange import Request
    from conformance.subject import Subject
    from contract import Operation, Violation

__all__ = ["EXACT_INTEGERS", "Validity", "fewest_keys", "is_no_email", "validity"]

EXACT_INTEGERS = 2**53 - 1
"""The integers that every JSON reader keeps exactly reach this far (RFC 8259, section 6)."""

_PLAIN_EMAIL = re.compile(r"[a-z0-9]+([._+-][a-z0-9]+)*@([a-z0-9]+(-[a-z0-9]+)*\.)+[a-z]{2,24}", re.I | re.A)  # noqa: FURB167
_NO_EMAIL = re.compile(r'[^@]*|@.*|.*@|[^"]*\S\s+\S[^"]*|[^"@]*@[^"@]*@[^"]*', re.DOTALL)
"""No @, nothing beside it, or a space or a second @ that nothing quotes: no reading of RFC 5321 (4.1.2) takes that."""
_UNUSUAL, _FORMAT, _OF_SCRIPTS = {"Cc", "Cs", "Cn", "Co"}, "Cf", "\u200b\u200c\u200d\u200e\u200f"
"""Categories of characters that no script needs, and the few that some scripts do among those that only format."""
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.ASCII)


@dataclass(frozen=True)
class Validity:
    """What a request deserves.

    Attributes:
        kind: `valid` must be served, `invalid` must be refused; `open` may be either, if the answer keeps the contract.
        claims: For `invalid`, the claims that the request breaks.
        reason: Why it is invalid or open, for a person.
    """

    kind: Literal["valid", "invalid", "open"]
    claims: tuple[str, ...] = ()
    reason: str = ""


def validity(subject: Subject, request: Request, given: object = None) -> Validity:
    """Judge a request by itself; who sends it, and whether the customer exists, is not looked at.

    Args:
        subject: What to judge by.
        request: What was sent.
        given: The id in the answer: a customer is named by the id that the server gave, whatever is wrong with that.
    """
    operation = subject.operation(request.operation)
    if operation is None or request.method != operation.method:
        return Validity("open", reason="it belongs to no documented operation")
    judged = [_of_name(subject, operation, request, given), _of_key(subject, operation, request)]
    if operation.body:
        judged.append(_of_body(subject, operation, request))
    invalid = [one for one in judged if one.kind == "invalid"]
    if invalid:
        claims = tuple(dict.fromkeys(claim for one in invalid for claim in one.claims))
        return Validity("invalid", claims, "; ".join(one.reason for one in invalid))
    return next((one for one in judged if one.kind == "open"), Validity("valid"))


def _of_name(subject: Subject, operation: Operation, request: Request, given: object) -> Validity:
    name = subject.name_in(operation, request.target)
    if "{" not in operation.path or (name and unquote(name) == given):
        return Validity("valid")
    if name is None or "?" in request.target:
        return Validity("open", reason="its path or query is not the documented one")
    parameter = subject.name_parameter(operation)
    if not name or not subject.contract.validator(parameter.schema).is_valid(unquote(name)):
        claim = subject.claim_at(parameter.pointer) or ""
        return Validity("invalid", (claim,), f"{name!r} names no customer")
    return Validity("valid")


def _of_key(subject: Subject, operation: Operation, request: Request) -> Validity:
    parameter = subject.header(operation)
    if parameter is None:
        return Validity("valid")
    value = request.header(parameter.name)
    if value is None:
        claim = subject.claim_at(f"{parameter.pointer}/required") or ""
        return Validity("invalid", (claim,), f"it has no {parameter.name}")
    violations = subject.contract.validator(parameter.schema).violations(value)
    if violations:
        return _broken(subject, violations, operation)
    if not _UUID.fullmatch(value):
        return Validity("open", reason=f"its {parameter.name} is no UUID")
    return Validity("valid")


def _of_body(subject: Subject, operation: Operation, request: Request) -> Validity:
    object_claim = subject.claim_at(_type_of_body(subject, operation)) or ""
    if request.json is NO_JSON:
        if not request.body and not _must_have_body(subject, operation):
            return Validity("open", reason="it has no body")
        return Validity("invalid", (object_claim,), "its body is no JSON")
    if request.in_chunks or request.header("Content-Type") != subject.media_type(operation):
        return Validity("open", reason="its body is not sent as the pages send it")
    violations = subject.body(operation).violations(request.json)
    settled = [violation for violation in violations if not _is_unsettled(subject, operation, violation, request.json)]
    if settled:
        return _broken(subject, settled, operation)
    if violations:
        return Validity("open", reason=_reason(violations))
    reason = next(_delicate(subject, operation, request.json), "")
    return Validity("open", reason=reason) if reason else Validity("valid")


def _broken(subject: Subject, violations: list[Violation], operation: Operation) -> Validity:
    claims = (subject.claim_at(violation.schema) or subject.success_claim(operation) for violation in violations)
    return Validity("invalid", tuple(dict.fromkeys(claims)), _reason(violations))


def _reason(violations: list[Violation]) -> str:
    return "; ".join(f"{violation.pointer or 'the body'}: {violation.message}" for violation in violations)


def _type_of_body(subject: Subject, operation: Operation) -> str:
    return f"{subject.contract.resolve({'$ref': f'#{operation.body[0].schema}'})[1]}/type"


def _must_have_body(subject: Subject, operation: Operation) -> bool:
    return not subject.body(operation).is_valid({})


def _is_unsettled(subject: Subject, operation: Operation, violation: Violation, body: Any) -> bool:
    """Whether a breach of the schema is one that a fair judge lets pass when the answer keeps the contract."""
    if violation.keyword == "format":
        value = _value_at(body, violation.pointer)
        form = subject.contract.at(violation.schema)
        if form in CUSTOM:
            # "zar" for "ZAR": a server may read it generously, if it answers with the code itself.
            return CUSTOM[form](value.upper())
        return not is_no_email(value)
    # Whether the balance of a customer with a currency can be updated alone: the pages disagree.
    return violation.keyword == "dependentRequired" and operation.method == "PATCH"


def is_no_email(text: str) -> bool:
    """Whether no reading takes a text for an e-mail address."""
    return bool(_NO_EMAIL.fullmatch(text))


def _value_at(body: Any, pointer: str) -> Any:
    for token in pointer.split("/")[1:]:
        body = body[token.replace("~1", "/").replace("~0", "~")]
    return body


def _delicate(subject: Subject, operation: Operation, body: dict[str, Any]) -> Iterator[str]:
    """Why a server may refuse a body that keeps the schema."""
    listed = subject.properties(operation)
    if not body:
        yield "an update that names nothing"
    yield from (f"the property {name!r} is not listed" for name in body if name not in listed)
    for name, value in body.items():
        if name not in listed:
            continue
        if value == {}:
            yield f"{name} holds nothing"
        for text in _texts(value):
            if not text:
                yield f"{name} holds an empty string"
            if _is_unusual(text):
                yield f"{name} holds unusual characters"
        if isinstance(value, float) or (isinstance(value, int) and abs(value) > EXACT_INTEGERS):
            yield f"{name} is a number that not every JSON reader keeps"
    yield from _delicate_values(subject, operation, body)


def _is_unusual(text: str) -> bool:
    if text.isascii() and text.isprintable():
        return False
    categories = ((unicodedata.category(char), char) for char in set(text))
    return any(kind in _UNUSUAL or (kind == _FORMAT and char not in _OF_SCRIPTS) for kind, char in categories)


def _delicate_values(subject: Subject, operation: Operation, body: dict[str, Any]) -> Iterator[str]:
    email = body.get("email")
    if isinstance(email, str) and "email" in subject.properties(operation) and not _is_plain(email):
        yield "the e-mail address is a rare one"
    currency = body.get("currency")
    if currency is not None and currency != subject.example(operation, "currency"):
        yield "not every server takes every currency"
    if len(body.get("metadata", {})) > fewest_keys(subject):
        yield "how much metadata a new customer can have is not said"


def _is_plain(email: str) -> bool:
    return bool(_PLAIN_EMAIL.fullmatch(email)) and len(email) <= 254 and email.index("@") <= 64


def fewest_keys(subject: Subject) -> int:
    """The number of metadata keys that every reading of the pages allows."""
    schema, _ = subject.property_schema(subject.update, "metadata")
    limits = [schema, *(subject.contract.resolve(part)[0] for part in schema.get("allOf", []))]
    return int(min(limit["maxProperties"] for limit in limits if "maxProperties" in limit))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
