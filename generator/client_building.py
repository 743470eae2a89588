"""Build the view of a contract that the templates render (`client_view`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openapi_python_client import strings
from openapi_python_client.schema.untrusted_string import UntrustedString

from contract.formats import ISO_4217
from contract.pointers import escape
from generator.client_answers import Answers
from generator.client_checks import Checks
from generator.client_models import Models
from generator.client_operations import Operations
from generator.client_refusal import refusal
from generator.client_view import Event, View

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openapi_python_client.parser.openapi import Endpoint, GeneratorData

    from contract import Contract
    from contract import operations as described

__all__ = ["build"]


def build(contract: Contract, data: GeneratorData, marker: str) -> View:
    """The view of a contract, with the names and types that openapi-python-client gave.

    Raises:
        ContractError: The templates cannot express a part of the contract.
    """
    checks, models = Checks(contract), Models(contract, data)
    answers = Answers(contract, models)
    endpoints = _endpoints(contract, data)
    for operation, endpoint in endpoints.values():
        answers.collect(operation, endpoint)
    events = tuple(_events(contract, data, models))
    resources = tuple(Operations(contract, checks, models, answers).resources(endpoints))
    info = contract.document["info"]
    servers = contract.document.get("servers") or [{"url": "http://localhost"}]
    return View(
        contract=contract,
        title=info["title"],
        description=info.get("description", info.get("summary", "")),
        version=contract.version,
        server=servers[0]["url"],
        resources=resources,
        models=tuple(models.read.values()),
        params=tuple(models.written.values()),
        enumerations=tuple(models.enumerations()),
        statuses=tuple(answers.statuses[code] for code in sorted(answers.statuses)),
        events=events,
        constants=checks.constants,
        codes={"iso-4217": tuple(sorted(ISO_4217))},
        marker=marker,
    )


def _endpoints(contract: Contract, data: GeneratorData) -> dict[str, tuple[described.Operation, Endpoint]]:
    by_key = {
        (endpoint.method.upper(), str(endpoint.name)): endpoint
        for collection in data.endpoint_collections_by_tag.values()
        for endpoint in collection.endpoints
    }
    pairs = {}
    for operation in contract.operations:
        name = strings.PythonIdentifier(UntrustedString(operation.id), "field_")
        pairs[operation.id] = (operation, by_key[operation.method, str(name)])
    return pairs


def _events(contract: Contract, data: GeneratorData, models: Models) -> Iterator[Event]:
    """The webhooks. The body of each is a record of the contract, told by its `type`, the webhook's name."""
    records = {str(model.class_info.name): model for model in data.models}
    for name, item in contract.document.get("webhooks", {}).items():
        place = f"/webhooks/{escape(name)}"
        node, at = contract.resolve(item.get("post", {}).get("requestBody", {}), f"{place}/post/requestBody")
        media = node.get("content", {}).get("application/json", {})
        _, pointer = contract.resolve(media.get("schema", {}), f"{at}/content/application~1json/schema")
        parent, _, record = pointer.rpartition("/")
        model = records.get(strings.ClassName(UntrustedString(record), "Model"))
        if parent != "/components/schemas" or model is None:
            raise refusal(
                contract, place, "the client reads webhooks as JSON: give the body an object of #/components/schemas"
            )
        models.collect(model, pointer)
        yield Event(name, str(model.class_info.name))
