"""Build what the view says of answers: the type of a result, and the errors that an operation documents."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from openapi_python_client import strings
from openapi_python_client.schema.untrusted_string import UntrustedString

from generator.client_refusal import refusal
from generator.client_view import Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openapi_python_client.parser.openapi import Endpoint

    from contract import Contract
    from contract import operations as described
    from generator.client_models import Models

__all__ = ["Answers"]

_ERROR_NAMES = {401: "AuthenticationError", 403: "PermissionDeniedError", 429: "RateLimitError"}
"""Names that the field gives to statuses, where the contract's own would surprise."""


class Answers:
    """The answers of one contract.

    Attributes:
        statuses: The documented 4xx statuses, by code.
    """

    def __init__(self, contract: Contract, models: Models) -> None:
        self._contract = contract
        self._models = models
        self.statuses: dict[int, Status] = {}

    def collect(self, operation: described.Operation, endpoint: Endpoint) -> None:
        """The models of everything that an operation can answer."""
        for response in endpoint.responses:
            status = response.status_code.pattern
            documented = operation.responses[status]
            if documented.media and documented.media[0].schema:
                self._models.collect(response.prop, documented.media[0].schema)
                self._models.read_type(response.prop, documented.media[0].schema)

    def result(self, operation: described.Operation, endpoint: Endpoint) -> tuple[str, str]:
        """The status of success, and the type of what it brings.

        Raises:
            ContractError: There is no such answer, or there are several types, or one that is no JSON.
        """
        results: dict[str, str] = {}
        for response in endpoint.responses:
            documented = operation.responses[response.status_code.pattern]
            if not documented.status.startswith("2"):
                continue
            if len(documented.media) > 1 or any(not media.is_json for media in documented.media):
                raise refusal(
                    self._contract,
                    documented.pointer,
                    "the client reads answers as JSON: give this one one JSON media type",
                )
            schema = documented.media[0].schema if documented.media else ""
            results[documented.status] = self._models.read_type(response.prop, schema) if schema else "None"
        if len(set(results.values())) > 1:
            raise refusal(
                self._contract,
                operation.pointer,
                f"the client returns one type, but the answers hold {sorted(set(results.values()))}",
            )
        if not results:
            raise refusal(
                self._contract, f"{operation.pointer}/responses", "the client needs an answer of success, such as '200'"
            )
        return next(iter(results.items()))

    def errors(self, operation: described.Operation) -> Iterator[Status]:
        """The errors that an operation documents.

        Raises:
            ContractError: One of them is no problem.
        """
        for status, response in operation.responses.items():
            if not (status.isdecimal() and 400 <= int(status) <= 599):
                continue
            self._check_problem(response)
            code = int(status)
            name = "ServerError" if code >= 500 else _ERROR_NAMES.get(code) or _error_name(response.pointer, code)
            found_status = Status(code, name, response.node.get("description", ""))
            if code < 500:
                self.statuses.setdefault(code, found_status)
            yield found_status

    def _check_problem(self, response: described.Response) -> None:
        for media in response.media:
            _, at = self._contract.resolve(self._contract.at(media.schema), media.schema) if media.schema else ({}, "")
            if media.type != "application/problem+json" or at != "/components/schemas/Problem":
                raise refusal(
                    self._contract,
                    media.pointer,
                    "the client reads errors as application/problem+json holding #/components/schemas/Problem",
                )


def _error_name(pointer: str, code: int) -> str:
    """The name of the response, or the standard's name of the status when it has none."""
    name = pointer.rpartition("/")[2]
    known = code in HTTPStatus._value2member_map_
    phrase = name if not name.isdecimal() else HTTPStatus(code).phrase if known else f"Status {code}"
    return f"{strings.ClassName(UntrustedString(phrase), 'Status')}Error"
