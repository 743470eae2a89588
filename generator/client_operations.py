"""Build the operations of the view, grouped by their tags into resources."""

from __future__ import annotations

from keyword import iskeyword
from typing import TYPE_CHECKING

from openapi_python_client import strings
from openapi_python_client.schema.untrusted_string import UntrustedString

from generator import client_examples as examples
from generator.client_arguments import Arguments
from generator.client_pages import paging
from generator.client_refusal import refusal
from generator.client_view import Operation, Parameter, Resource

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from openapi_python_client.parser.openapi import Endpoint

    from contract import Contract
    from contract import operations as described
    from generator.client_answers import Answers
    from generator.client_checks import Checks
    from generator.client_models import Models

__all__ = ["Operations"]

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
"""The methods that may be repeated by their meaning (RFC 9110, section 9.2.2)."""

_IDEMPOTENCY_KEY = "idempotency-key"


class Operations:
    """The operations of one contract."""

    def __init__(self, contract: Contract, checks: Checks, models: Models, answers: Answers) -> None:
        self._contract = contract
        self._checks = checks
        self._models = models
        self._answers = answers
        self._arguments = Arguments(contract, models)

    def resources(self, endpoints: Mapping[str, tuple[described.Operation, Endpoint]]) -> Iterator[Resource]:
        """The resources, one for each tag, in the order of the document.

        Raises:
            ContractError: The templates cannot express an operation, or two methods would have one name.
        """
        tags = {tag["name"]: tag.get("description", "") for tag in self._contract.document.get("tags", [])}
        grouped: dict[str, list[Operation]] = {}
        for operation, endpoint in endpoints.values():
            tag = operation.node.get("tags", ["default"])[0]
            grouped.setdefault(tag, []).append(self._operation(operation, endpoint, tag))
        for tag, operations in grouped.items():
            names = [name for method in operations for name in (method.name, method.all_name) if name]
            for method in operations:
                if twice := [name for name in (method.name, method.all_name) if names.count(name) > 1]:
                    message = f"two operations of {tag} would be called {twice[0]!r}"
                    raise refusal(self._contract, method.pointer, message)
            name = strings.PythonIdentifier(UntrustedString(tag), "tag_")
            class_name = strings.ClassName(UntrustedString(tag), "Tag")
            yield Resource(str(name), str(class_name), tags.get(tag, ""), tuple(operations))

    def _operation(self, operation: described.Operation, endpoint: Endpoint, tag: str) -> Operation:
        self._refuse_unknown(operation)
        parameters = {(parameter.location, parameter.name): parameter for parameter in operation.parameters}
        key = next(
            (p for (where, name), p in parameters.items() if where == "header" and name.lower() == _IDEMPOTENCY_KEY),
            None,
        )
        arguments = self._arguments.of(operation, endpoint, key)
        success, result = self._answers.result(operation, endpoint)
        reason = str(operation.node.get("x-idempotent", ""))
        return Operation(
            id=operation.id,
            name=_method_name(operation.id, tag),
            method=operation.method,
            path=operation.path,
            summary=operation.node.get("summary", operation.id),
            description=operation.node.get("description", ""),
            page=operation.node.get("x-documentation-page", ""),
            arguments=tuple(arguments),
            parameters=tuple(self._parameter(p) for p in parameters.values() if p is not key),
            idempotency=self._parameter(key) if key else None,
            body=self._checks.expression(operation.body[0].schema) if operation.body else "",
            body_required=operation.body_required,
            media_type=operation.body[0].type if operation.body else "",
            result=result,
            statuses=tuple(self._answers.errors(operation)),
            returned=operation.responses[success].node.get("description", ""),
            repeatable=operation.method in _SAFE_METHODS or bool(reason) or key is not None,
            repeatable_because=reason,
            examples=examples.of_body(self._contract, operation),
            answer=examples.of_answer(self._contract, operation.responses[success]),
            answer_status=int(success.replace("X", "0")),
            shown=examples.shown(self._contract, operation, self._models.read.get(result)),
            looked_up=examples.looked_up(self._contract, operation, self._models.read.get(result)),
            paging=paging(self._contract, operation, success, self._models.read),
            pointer=operation.pointer,
        )

    def _refuse_unknown(self, operation: described.Operation) -> None:
        for parameter in operation.parameters:
            style = parameter.node.get("style")
            if parameter.location == "cookie":
                raise refusal(
                    self._contract, parameter.pointer, "the client sends no cookies: use a header or the query"
                )
            if not parameter.schema:
                raise refusal(
                    self._contract, parameter.pointer, "a parameter needs a 'schema'; the client cannot send 'content'"
                )
            if style not in (None, "form" if parameter.location == "query" else "simple"):
                raise refusal(
                    self._contract,
                    f"{parameter.pointer}/style",
                    f"the client cannot write parameters in the style {style!r}",
                )
        if operation.body and (len(operation.body) > 1 or not operation.body[0].is_json):
            raise refusal(
                self._contract,
                operation.pointer,
                "the client sends bodies as JSON: give the request body one JSON media type",
            )
        if operation.node.get("security", self._contract.document.get("security")) in (None, []):
            raise refusal(
                self._contract,
                operation.pointer,
                "the client sends its key with each operation, and this one asks for none",
            )

    def _parameter(self, parameter: described.Parameter) -> Parameter:
        node = parameter.node
        return Parameter(
            name=parameter.name,
            location=parameter.location,
            check=self._checks.expression(parameter.schema),
            required=parameter.required,
            explode=node.get("explode", parameter.location == "query"),
        )


def _method_name(operation_id: str, tag: str) -> str:
    """`retrieveCustomer` of the tag Customers is `retrieve`."""
    words = strings.snake_case(UntrustedString(operation_id)).split("_")
    noun = strings.snake_case(UntrustedString(tag)).split("_")
    singular = [*noun[:-1], noun[-1].removesuffix("s")]
    for ending in (noun, singular):
        if len(words) > len(ending) and words[-len(ending) :] == ending:
            words = words[: -len(ending)]
            break
    name = "_".join(words)
    return f"{name}_" if iskeyword(name) or name == "with_raw_response" else name
