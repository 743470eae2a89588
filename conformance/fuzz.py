"""Generated requests: schemathesis draws them from the contract, our memory of the server judges the answers.

What schemathesis 4.32.5 does that a fair and sharp judge cannot use is put right here, each in one place: `_simplified`
shows it a contract without the keywords that keep it from wrong values, `prepare` gives each request fresh names, and
none of its own checks run, because they accept 404 and 5xx as refusals and accuse servers of permitted habits.
"""

from __future__ import annotations

import copy
import logging
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import schemathesis
from hypothesis import settings
from hypothesis import strategies as st
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import Failure
from schemathesis.engine import events, from_schema
from schemathesis.engine.run import PhaseName

from conformance.exchange import Exchange, Request, Response
from conformance.patience import PATIENCE
from conformance.settings import UsageError
from conformance.strings import CURRENCIES
from contract.formats import ISO_4217

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hypothesis.database import ExampleDatabase

    from conformance.finding import Finding
    from conformance.memory import Memory
    from conformance.names import Names
    from conformance.settings import Settings
    from conformance.subject import Subject

__all__ = ["Fuzz"]

schemathesis.openapi.format(
    "iso-4217", st.sampled_from(CURRENCIES) | st.sampled_from(sorted(ISO_4217)) | st.just("zar")
)


@dataclass
class Fuzz:
    """One campaign of generated requests, in a thread of its own because schemathesis blocks.

    Attributes:
        subject: The contract.
        settings: Whom to ask, under which seed.
        memory: Judges each answer by all that went before it.
        names: Where fresh references and keys come from.
        known: Names of customers that exist, for look-ups and updates to hit.
        notice: Called with each exchange and what it shows.
        deadline: When to stop, on the monotonic clock.
        examples: How many requests to draw for each operation and phase.
    """

    subject: Subject
    settings: Settings
    memory: Memory
    names: Names
    known: list[str]
    notice: Callable[[Exchange, list[Finding]], None]
    deadline: float
    examples: int
    _calls: int = field(default=0, init=False)
    _stream: Any = field(default=None, init=False)

    def run(self) -> str:
        """Run all phases; return why they ended early, or "" when they did not."""
        logging.getLogger("urllib3").setLevel(logging.ERROR)
        schema = schemathesis.openapi.from_dict(_simplified(self.subject), config=self._config())
        schema.adapt_to_null_byte_in_header_failure()  # No HTTP client sends one.
        _CAMPAIGNS[id(schema)] = self
        try:
            with _profile(self.settings.examples):
                self._stream = from_schema(schema).execute()
                return self._consume(self._stream)
        finally:
            del _CAMPAIGNS[id(schema)]

    def _consume(self, stream: Any) -> str:
        trouble = ""
        for event in stream:
            if self._is_late():
                trouble = "out of time"
            if isinstance(event, events.PhaseStarted) and event.phase.name is PhaseName.PROBING:
                # It would send what is no HTTP, to learn what we know; the server's log is not ours to fill.
                event.phase.is_enabled = False
            if isinstance(event, events.FatalError):
                raise event.exception
            if isinstance(event, events.NonFatalError) and not trouble:
                trouble = _reason(event)
        return trouble

    def _is_late(self) -> bool:
        late = time.monotonic() > self.deadline
        if late:
            self._stream.stop()
        return late

    def _config(self) -> SchemathesisConfig:
        left = max(1, int(self.deadline - time.monotonic()))
        generation: dict[str, Any] = {"max-examples": self.examples, "with-security-parameters": False}
        if not self.settings.examples:
            generation |= {"no-shrink": True, "database": "none"}
        return SchemathesisConfig.from_dict(
            {
                "seed": self.settings.seed + self.settings.shard[0] - 1,
                "base-url": self.settings.base_url,
                "headers": {"Authorization": f"Bearer {self.settings.api_key}"},
                "request-timeout": min(PATIENCE, left),
                "continue-on-failure": True,
                "checks": {"enabled": False, "keeps_the_contract": {"enabled": True}},
                "warnings": False,
                "generation": generation,
                "phases": {
                    "coverage": {"unexpected-methods": []},
                    "stateful": {"max-steps": 6, "link-calibration": False},
                },
            }
        )

    def prepare(self, case: Any) -> None:
        """Before a request: a key is used once, a reference is taken once, and most look-ups find a customer."""
        operation = self.subject.operation(case.operation.definition.raw["operationId"])
        if operation is None or case.method.upper() != operation.method:
            return
        self._calls += 1
        header = self.subject.header(operation)
        drawn = case.headers.get(header.name) if header is not None and case.headers else None
        if header is not None and isinstance(drawn, str):
            # What is not ASCII reaches few frameworks as it was sent (RFC 9110, section 5.5).
            wrong = drawn.encode("ascii", "replace").decode()
            case.headers[header.name] = self.names.key() if self._is_valid(header.schema, drawn) else wrong
        if isinstance(case.body, dict) and self._is_valid(self._reference, case.body.get("external_reference")):
            case.body = {**case.body, "external_reference": self._fresh(case.body["external_reference"])}
        for parameter in operation.parameters:
            drawn = case.path_parameters.get(parameter.name)
            if parameter.location == "path" and self._is_valid(parameter.schema, drawn):
                case.path_parameters = {**case.path_parameters, parameter.name: self._name(case, parameter.name)}

    @cached_property
    def _reference(self) -> str:
        return self.subject.property_schema(self.subject.create, "external_reference")[1]

    def _is_valid(self, pointer: str, value: Any) -> bool:
        return isinstance(value, str) and self.subject.contract.validator(pointer).is_valid(value)

    def _fresh(self, drawn: str) -> str:
        """A reference that is not taken, as long as the drawn one where it can be."""
        fresh = self.names.reference()
        return fresh + drawn[len(fresh) :]

    def _name(self, case: Any, parameter: str) -> str:
        drawn: str = case.path_parameters[parameter]
        if drawn in self.known or self.memory.knows(drawn):
            return drawn
        if self._calls % 5 == 0:
            # An id as short as many that are drawn may be anybody's.
            is_id = drawn.startswith(self.subject.id_prefix)
            return f"{drawn}{self.names.key().replace('-', '')}" if is_id else self._fresh(drawn)
        return self.known[self._calls % len(self.known)]

    def judge(self, case: Any, response: Any) -> None:
        """After a request: hold the answer against the contract and against all that went before."""
        if self._is_late():
            return  # The verdict is out, or about to be.
        exchange = _exchange(self.subject, self.settings.base_url, case, response)
        # Schemathesis sends nothing again, and a server that loses more than chance does is found by the checks.
        findings = [] if exchange.was_lost else self.memory.judge(exchange)
        self.notice(exchange, findings)
        if findings and self.settings.examples:
            raise ClaimBroken(findings[0], case)


class ClaimBroken(Failure):
    """Tells Hypothesis of a finding, so that it keeps the example for the other runners."""

    code = "ST901"
    kind_title = "A claim is broken"

    def __init__(self, finding: Finding, case: Any) -> None:
        super().__init__(operation=case.operation.label, message=f"{finding.claim}: {finding.message}", case_id=case.id)
        self.claim = finding.claim

    @property
    def _unique_key(self) -> str:
        return self.claim


@contextmanager
def _profile(examples: str) -> Iterator[None]:
    """Hypothesis's defaults while we draw, with the shared examples; then again what the process had.

    In continuous integration Hypothesis ignores seeds and allows no database, which is not what `--seed` and
    `--examples` ask for.

    Raises:
        UsageError: The client for Redis is not installed.
    """
    before = settings.get_current_profile_name()
    database = _shared(examples) if examples else None
    settings.register_profile(_OURS, settings.get_profile("default"), database=database)
    settings.load_profile(_OURS)
    try:
        yield
    finally:
        settings.load_profile(before)


_OURS = "moment-conformance"


def _shared(url: str) -> ExampleDatabase:
    try:
        from hypothesis.extra.redis import RedisExampleDatabase  # noqa: PLC0415 - an optional dependency
        from redis import Redis  # noqa: PLC0415
    except ImportError:
        raise UsageError("--examples needs the Redis client: pip install redis") from None
    return RedisExampleDatabase(Redis.from_url(url), key_prefix=b"moment-conformance:")


# Only global hooks see every phase: they find the campaign that a request belongs to by its schema.
_CAMPAIGNS: dict[int, Fuzz] = {}


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:  # noqa: ARG001 - schemathesis's signature
    campaign = _CAMPAIGNS.get(id(case.operation.schema))
    if campaign is not None:
        campaign.prepare(case)


@schemathesis.check
def keeps_the_contract(context: Any, response: Any, case: Any) -> None:  # noqa: ARG001
    campaign = _CAMPAIGNS.get(id(case.operation.schema))
    if campaign is not None:
        campaign.judge(case, response)


def _simplified(subject: Subject) -> dict[str, Any]:
    """The contract without `propertyNames`, which shuts out wrong metadata, and without the errors, which we judge."""
    document = copy.deepcopy(subject.contract.document)
    document.pop("security", None)
    document["components"].pop("securitySchemes", None)
    for place in subject.contract.places:
        node = _at(document, place.pointer)
        if place.kind == "schema" and isinstance(node, dict):
            node.pop("propertyNames", None)
        if place.kind == "operation":
            node["responses"] = {status: answer for status, answer in node["responses"].items() if status[0] == "2"}
    return document


def _at(document: Any, pointer: str) -> Any:
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        document = document[int(key)] if isinstance(document, list) else document.get(key, {})
    return document


def _exchange(subject: Subject, base_url: str, case: Any, response: Any) -> Exchange:
    prepared = response.request
    operation_id = case.operation.definition.raw["operationId"]
    operation = subject.operation(operation_id)
    meant = operation is not None and prepared.method == operation.method
    body = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body
    request = Request(
        operation=operation_id if meant else "",
        method=prepared.method,
        target=prepared.url.removeprefix(base_url),
        headers=tuple((str(name), _text(value)) for name, value in prepared.headers.items()),
        body=body,
    )
    headers = tuple((name, value) for name, values in response.headers.items() for value in values)
    answer = Response(response.status_code, headers, response.content, response.elapsed)
    return Exchange(request, answer, fields=subject.fields)


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _reason(event: events.NonFatalError) -> str:
    return f"{event.info.title}: {event.info.message}"
