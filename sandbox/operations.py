"""Answer requests to the contract's operations: route, authenticate, validate, and do what the operation is for."""

from __future__ import annotations

import asyncio
import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import SQLAlchemyError

from sandbox import faults
from sandbox.answers import Answer, Problems, Refusal, unavailable
from sandbox.customers import Customers
from sandbox.database import DatabaseError
from sandbox.handlers import Call
from sandbox.idempotency import claim, settle
from sandbox.keys import authenticate
from sandbox.parameters import read_inputs, read_path
from sandbox.requests import read_body
from sandbox.routes import Routes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from contract import Contract
    from sandbox.database import Database
    from sandbox.handlers import Handler
    from sandbox.requests import Request
    from sandbox.routes import Route

__all__ = ["Operations"]

_SAFE = {"GET", "HEAD"}
_FAULT_HEADER = faults.HEADER.lower()
_log = logging.getLogger(__name__)


class Operations:
    """Serves the operations of a contract from a database.

    What the contract says holds for every operation in it. One without a handler is validated like the others, and then
    answered with 501.
    """

    def __init__(self, contract: Contract, database: Database) -> None:
        self.routes = Routes(contract)
        self.problems = Problems(contract)
        self._database = database
        self._handlers: Mapping[str, Handler] = {**Customers(contract).handlers}

    async def answer(self, request: Request) -> Answer:
        """Answer one request.

        Raises:
            ResetRequested: The request asked for a connection that breaks.
        """
        try:
            route, request.texts = self.routes.find(request.method, request.segments)
            if route.needs_key and _FAULT_HEADER in request.headers:
                return await self._answer_with_fault(route, request)
            return await self._run(route, request)
        except Refusal as refusal:
            return self.problems.answer(refusal, request.instance)
        except (SQLAlchemyError, DatabaseError) as error:
            cause = str(error).splitlines()[0]
            _log.error("The database failed for %s %s: %s", request.method, request.instance, cause)
            return self.problems.answer(unavailable(), request.instance)
        except faults.ResetRequested:
            raise
        except Exception:
            _log.exception("%s %s failed", request.method, request.instance)
            return self.problems.answer(Refusal(500, "The sandbox failed; its log says why."), request.instance)

    async def _run(self, route: Route, request: Request) -> Answer:
        writes = request.method not in _SAFE
        return await self._database.run(lambda connection: self._serve(route, request, connection), writes=writes)

    async def _answer_with_fault(self, route: Route, request: Request) -> Answer:
        """As usual, but with the failure that the request asks for, if its key is one for tests."""
        authorization = request.headers.get("authorization")
        caller = await self._database.run(lambda connection: authenticate(connection, authorization), writes=False)
        request.caller = caller
        fault = faults.parse(request.headers[_FAULT_HEADER]) if caller.mode == "test" else faults.Fault()
        if not fault.strikes:
            return await self._run(route, request)
        await asyncio.sleep(fault.delay)
        if not fault.after:
            fault.strike()
            return await self._run(route, request)
        try:
            return await self._run(route, request)
        finally:
            fault.strike()  # instead of the answer, whatever that is

    def _serve(self, route: Route, request: Request, connection: Connection) -> Answer:
        """Everything that happens within the request's transaction."""
        if route.needs_key:
            request.caller = authenticate(connection, request.headers.get("authorization"))
            if request.caller.kind == "public":
                raise Refusal(403, "A public key may not read or change customers. Use a secret key.")
        if route.unknown:
            raise Refusal(501, f"The sandbox does not know {route.unknown} yet.")
        path = read_path(route, request)
        inputs = read_inputs(route, request)
        if not request.caller or route.key not in inputs:
            return self._done(route, request, connection, path, inputs)
        account, key = request.caller.account, str(inputs[route.key])
        if kept := claim(connection, account, route.operation.id, key):
            return kept
        try:
            answer = self._done(route, request, connection, path, inputs)
        except Refusal as refusal:
            if refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise  # and the key is free again
            answer = self.problems.answer(refusal, request.instance)
        settle(connection, account, key, answer)
        return answer

    def _done(
        self,
        route: Route,
        request: Request,
        connection: Connection,
        path: Mapping[str, Any],
        inputs: Mapping[str, Any],
    ) -> Answer:
        body = read_body(route, request)
        handler = self._handlers.get(route.operation.id)
        if not handler or not request.caller:
            raise Refusal(501, f"The sandbox does not do {route.operation.id} yet.")
        call = Call(route, connection, request.caller, path, inputs, body)
        return Answer(route.status, handler(call).encode(), route.media)
