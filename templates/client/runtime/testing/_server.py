"""The server in memory: a transport that answers as the contract says."""

from __future__ import annotations

import os
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import anyio
import httpx
import msgspec

from moment_billing._client import AsyncMoment, Moment
from moment_billing._errors import MomentError
from moment_billing.testing._answers import Answer, Refusal, encode
from moment_billing.testing._faults import Faults
from moment_billing.testing._keys import Keys
from moment_billing.testing._plans import PLANS
from moment_billing.testing._reading import find_plan, path_of, read_body, read_headers, read_path
from moment_billing.testing._recording import RecordedRequest, record
from moment_billing.testing._records import Records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from moment_billing._models import Model
    from moment_billing.testing._plan import Plan

__all__ = ["MomentServer"]

M = TypeVar("M", bound="Model")

KEPT_SECONDS = 24 * 60 * 60
"""How long the answer to an idempotency key is kept (documentation, *Idempotency*)."""


@dataclass(frozen=True)
class _Kept:
    answer: Answer
    at: float


class MomentServer(Faults, httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A Moment in memory, for tests. Give it to a client as its transport, or take one from `client()`.

    It keeps records, refuses what the contract refuses, and answers a repeated idempotency key as the first time.
    Threads and tasks may share it. An operation whose behaviour the contract does not tell raises NotImplementedError;
    say what it answers with `respond`.

    Args:
        clock: The time in seconds, by which kept answers grow old.

    Attributes:
        api_key: A secret key that it knows.
        public_api_key: A public key of the same merchant.
        other_api_key: A secret key of another merchant.
        requests: Every request that reached it, the oldest first.
    """

    api_key = "sk_test_in_memory"
    public_api_key = "pk_test_in_memory"
    other_api_key = "sk_test_in_memory_other"

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__()
        self.requests: list[RecordedRequest] = []
        self._clock = clock
        self._serving = threading.Lock()
        self._records = Records()
        self._kept: dict[tuple[str, str], _Kept] = {}
        self._keys = Keys()
        self.add_key(self.api_key)
        self.add_key(self.public_api_key)
        self.add_key(self.other_api_key, merchant="other")

    # What a test uses

    def client(self, **options: Any) -> Moment:
        """A client of this server; the options are those of `Moment`."""
        return Moment(**{"api_key": self.api_key, "transport": self, **options})

    def async_client(self, **options: Any) -> AsyncMoment:
        """A client of this server for tasks; the options are those of `AsyncMoment`."""
        return AsyncMoment(**{"api_key": self.api_key, "transport": self, **options})

    @contextmanager
    def installed(self) -> Iterator[MomentServer]:
        """A block within which every new client is one of this server, however deep in the code it is made.

        Only a client that is given a transport keeps it. `MOMENT_API_KEY` is a key that the server knows. The block
        concerns the whole process. The fixture `moment_server` is such a block around a test.
        """
        before = os.environ.get("MOMENT_API_KEY")
        os.environ["MOMENT_API_KEY"] = self.api_key
        inits = {client: client.__init__ for client in (Moment, AsyncMoment)}
        for client, http in ((Moment, httpx.Client), (AsyncMoment, httpx.AsyncClient)):
            # Type checkers refuse the plain assignment.
            setattr(client, "__init__", self._joining(inits[client], http))  # noqa: B010
        try:
            yield self
        finally:
            for client, init in inits.items():
                setattr(client, "__init__", init)  # noqa: B010 - as above
            os.environ.pop("MOMENT_API_KEY", None)
            if before is not None:
                os.environ["MOMENT_API_KEY"] = before

    def _joining(self, init: Callable[..., None], http: Callable[..., Any]) -> Callable[..., None]:
        def joined(client: Any, *args: Any, **options: Any) -> None:
            if options.get("transport") is not None:
                init(client, *args, **options)
            elif options.get("http_client") is None:
                init(client, *args, **{**options, "transport": self})
            else:
                init(client, *args, **options)
                client._engine.http = http(transport=self)  # noqa: SLF001 - the same package

        return joined

    def add(self, record: Model, *, api_key: str | None = None) -> None:
        """Put a record there as it is, with what no request can set.

        Args:
            record: The record, such as a `Customer`.
            api_key: A key of the merchant whose record it is; by default, `api_key` of this server.

        Raises:
            MomentError: Another record has one of its names, or no operation is about such records.
        """
        plan = _plan_of(type(record))
        with self._serving:
            try:
                self._records.add(self._keys.merchant(api_key or self.api_key), plan, record.to_dict())
            except Refusal as refusal:
                raise MomentError(refusal.detail) from None

    def records(self, model: type[M], *, api_key: str | None = None) -> list[M]:
        """The records of a merchant, the oldest first.

        Args:
            model: Which records, such as `Customer`.
            api_key: A key of the merchant; by default, `api_key` of this server.

        Raises:
            MomentError: No operation is about such records.
        """
        _plan_of(model)
        with self._serving:
            found = self._records.all(self._keys.merchant(api_key or self.api_key), model)
            return [msgspec.convert(record, model) for record in found]

    def add_key(self, api_key: str, *, merchant: str = "test") -> None:
        """Know a key. One that begins with `pk_` is a public key, which may do nothing here."""
        self._keys.add(api_key, merchant)

    def revoke_key(self, api_key: str) -> None:
        """Refuse a key from now on, with 403."""
        self._keys.revoke(api_key)

    # What httpx uses

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        request.read()
        answer, seconds = self._answer(request)
        if seconds:
            time.sleep(seconds)
        return answer.response(request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        await request.aread()
        answer, seconds = self._answer(request)
        if seconds:
            await anyio.sleep(seconds)
        return answer.response(request)

    def _answer(self, request: httpx.Request) -> tuple[Answer, float]:
        """The answer, and how many seconds late it comes."""
        with self._serving:
            recorded = record(request)
            self.requests.append(recorded)
            fault = self._take(recorded.operation)
            if fault is None or fault.after:
                answer = self._serve(request)
            if fault is not None and fault.effect is not None:
                answer = fault.effect(request)
            seconds = fault.seconds if fault is not None else 0.0
            limit = request.extensions.get("timeout", {}).get("read")
            if limit is not None and seconds > limit:
                raise httpx.ReadTimeout("the server in memory did not answer in time", request=request)
            recorded.status = answer.status
        return answer, seconds

    def _serve(self, request: httpx.Request) -> Answer:
        try:
            plan = find_plan(request)
            if not plan.action:
                message = f"The server in memory cannot do {plan.operation.id}: {plan.refusal}."
                hint = f'Say what it answers: moment_server.respond(json=..., operation="{plan.operation.id}").'
                raise NotImplementedError(f"{message} {hint}")
            merchant = self._keys.admit(request.headers.get("Authorization", ""))
            path = read_path(plan.operation, request)
            key = read_headers(plan, request)
            kept = self._kept.get((merchant, key or ""))
            if kept is not None and self._clock() - kept.at < KEPT_SECONDS:
                return _replayed(kept.answer)
            answer = self._carry_out(plan, merchant, path, request)
            if key is not None:
                self._kept[merchant, key] = _Kept(answer, self._clock())
        except Refusal as refusal:
            return refusal.answer(path_of(request))
        return answer

    def _carry_out(self, plan: Plan, merchant: str, path: Mapping[str, str], request: httpx.Request) -> Answer:
        """The answer of an operation, which is kept for its idempotency key whatever it is."""
        try:
            body = read_body(plan.operation, request) or {}
            name = next(iter(path.values()), "")
            if plan.action == "create":
                record = self._records.create(merchant, plan, body)
            elif plan.action == "update":
                record = self._records.update(merchant, plan, name, body)
            else:
                record = self._records.find(merchant, plan, name)
        except Refusal as refusal:
            return refusal.answer(path_of(request))
        return Answer(plan.status, encode(record))


def _replayed(answer: Answer) -> Answer:
    return Answer(answer.status, answer.body, answer.media_type, {**answer.headers, "Idempotent-Replayed": "true"})


def _plan_of(model: type[Model]) -> Plan:
    for plan in PLANS:
        if plan.record is model:
            return plan
    raise MomentError(f"no operation is about records of the type {model.__name__}")
