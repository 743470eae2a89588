"""Hold one answer against the contract: status, media type, schema, problem details; each breach has its claim."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from conformance.exchange import NO_JSON, Exchange
from conformance.finding import Breach, Finding
from conformance.validity import Validity, is_no_email, validity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.subject import Subject
    from contract import Media, Operation

__all__ = ["Oracle"]

_HTTP_ITSELF = {405, 406, 408, 411, 413, 414, 415, 417, 421, 426, 429, 431}
"""Statuses that servers and gateways give before the API sees the request, in any form; only a problem is judged."""

INVALID_IS_4XX = "errors.invalid-is-4xx"
PROBLEM = "errors.problem-details"


class Oracle:
    """Judges answers by the contract alone, without memory."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject

    def validity(self, exchange: Exchange) -> Validity:
        """What the request of an exchange deserves."""
        return validity(self.subject, exchange.request, exchange.record.get("id"))

    def tells_of_a_customer(self, exchange: Exchange) -> bool:
        """Whether an answer has what makes it a customer, whatever is wrong with the rest."""
        identifier = exchange.record.get("id")
        return isinstance(identifier, str) and identifier.startswith(self.subject.id_prefix)

    def judge(self, exchange: Exchange) -> list[Finding]:
        """Every claim that an answer breaks, whatever the request deserved."""
        answered = exchange.succeeded or exchange.refused
        return [
            Finding(breach.claim, breach.message, (exchange,), breach.field, is_of_form=answered)
            for breach in self._breaches(exchange)
        ]

    def _breaches(self, exchange: Exchange) -> Iterator[Breach]:
        operation = self.subject.operation(exchange.request.operation)
        if exchange.hung_up:
            return
        if exchange.response is None:
            yield Breach(self.blame(exchange), exchange.trouble)
        elif exchange.status >= 500:
            # Any server may lack another method, or chunks (501); what fails behind it, a page must name.
            documented = operation is not None and not exchange.request.in_chunks
            if documented or exchange.status == 500:
                yield Breach(self.blame(exchange), f"the server failed: {exchange.status}")
        elif exchange.refused:
            yield from self._refusal(exchange, operation is None or exchange.status in _HTTP_ITSELF)
        elif operation is not None:
            yield from self._success(operation, exchange)

    def blame(self, exchange: Exchange) -> str:
        """The claim behind a missing or failed answer: that proper requests succeed, or that others are 4xx."""
        operation = self.subject.operation(exchange.request.operation)
        if operation is None or self.validity(exchange).kind != "valid":
            return INVALID_IS_4XX
        return self.subject.success_claim(operation)

    def _success(self, operation: Operation, exchange: Exchange) -> Iterator[Breach]:
        response, claim = exchange.response, self.subject.success_claim(operation)
        assert response is not None  # noqa: S101 - the caller looked
        status = self.subject.success_status(operation)
        if response.status != status:
            yield Breach(claim, f"expected {status}, got {response.status}")
            return
        media = operation.responses[str(status)].media[0]
        if response.media_type != media.type:
            yield Breach(claim, f"expected {media.type}, got {response.header('content-type') or 'no Content-Type'}")
        if response.json is NO_JSON:
            size = f"the body has over {len(response.body):,} bytes"
            yield Breach(claim, "the body is no JSON" if response.complete else size)
            return
        for violation in self.subject.contract.validator(media.schema).violations(response.json):
            where, field = violation.pointer or "the body", violation.pointer.partition("/")[2].partition("/")[0]
            if (field, violation.keyword) == ("email", "format") and not is_no_email(exchange.record[field]):
                continue  # It was taken as the rare address that it may be.
            behind = self.subject.claim_at(violation.schema) or claim
            yield Breach(behind, f"in the answer, {where}: {violation.message}", field)
        yield from self._another(operation, exchange)
        yield from self._accepted(exchange)

    def _accepted(self, exchange: Exchange) -> Iterator[Breach]:
        """What must be refused was not done; a replay did nothing, whatever its request holds."""
        verdict = self.validity(exchange)
        if verdict.kind == "invalid" and not self.is_replay(exchange):
            for claim in verdict.claims:
                yield Breach(claim, f"accepted, although {verdict.reason}")

    def is_replay(self, exchange: Exchange) -> bool:
        """Whether an answer says that it repeats an earlier one."""
        value = exchange.response.header(self.subject.replayed_header) if exchange.response else None
        return (value or "").strip().lower() == "true"

    def _another(self, operation: Operation, exchange: Exchange) -> Iterator[Breach]:
        """The customer of an answer has the name that was asked for; references may be the same in any case."""
        name = unquote(self.subject.name_in(operation, exchange.request.target) or "")
        identifier, reference = exchange.record.get("id"), exchange.record.get("external_reference")
        if not name or not isinstance(identifier, str) or not isinstance(reference, str):
            return
        if name != identifier and name.casefold() != reference.casefold():
            message = f"{name!r} was asked for, and the answer is another customer"
            yield Breach(self.subject.claim_of_name(name), message)

    @cached_property
    def _problem_media(self) -> Media:
        return self.subject.create.responses["400"].media[0]

    def _refusal(self, exchange: Exchange, by_http: bool) -> Iterator[Breach]:
        """What the API refuses is a problem; what carries it may refuse in any form, and is judged where it says so."""
        response, media = exchange.response, self._problem_media
        assert response is not None  # noqa: S101 - the caller looked
        if exchange.request.method == "HEAD" or (by_http and response.media_type != media.type):
            return
        if response.media_type != media.type:
            yield Breach(PROBLEM, f"expected {media.type}, got {response.header('content-type') or 'no Content-Type'}")
            return
        if not isinstance(response.json, dict):
            yield Breach(PROBLEM, "the body is no JSON object")
            return
        for violation in self.subject.contract.validator(media.schema).violations(response.json):
            if not (violation.keyword == "format" and _is_unwritten(violation.pointer, exchange)):
                claim = self.subject.claim_at(violation.schema) or PROBLEM
                yield Breach(claim, f"{violation.pointer}: {violation.message}")
        status = exchange.record.get("status", exchange.status)
        if isinstance(status, int) and status != exchange.status:
            yield Breach("errors.status", f"the problem says {status}, the response {exchange.status}")
        if not by_http:
            yield from self._members(exchange)

    def _members(self, exchange: Exchange) -> Iterator[Breach]:
        """What a problem should have and say."""
        problem, schema = exchange.record, self._problem_media.schema
        properties = self.subject.contract.resolve({"$ref": f"#{schema}"})[0]["properties"]
        missing = [name for name in properties if name not in problem]
        if missing:
            yield Breach("errors.members", f"the problem has no {', '.join(missing)}")
        instance = problem.get("instance", "")
        named = isinstance(instance, str) and instance and not _is_unwritten("/instance", exchange)
        if named and not _is_path(instance, exchange.request.target):
            message = f"the instance is {instance!r}, the path is {exchange.request.target!r}"
            yield Breach("errors.instance.path", message)


def _is_unwritten(pointer: str, exchange: Exchange) -> bool:
    """Whether it is not said how a member of a problem is written: *Errors* calls the instance a path, RFC 9457 a URI.

    Most frameworks give a path decoded, and then the path of an odd name is no URI.
    """
    return pointer == "/instance" and "%" in exchange.request.target


def _is_path(instance: str, target: str) -> bool:
    try:
        path = urlsplit(instance).path
    except ValueError:
        return False
    return unquote(path).rstrip("/").endswith(unquote(target.partition("?")[0]).rstrip("/"))
