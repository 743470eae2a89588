"""What the server in memory derives from a contract, and what it says that it cannot."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from generator.client_building import build
from generator.client_document import config_for, parse
from generator.client_plans import Plan, plans

if TYPE_CHECKING:
    from collections.abc import Callable

    from contract import Contract

CREATE, RETRIEVE, UPDATE = "customers._CREATE", "customers._RETRIEVE", "customers._UPDATE"
ITEM = "/billing/customers/{customer}"


def derive(contract: Contract, change: Callable[[Any], object]) -> dict[str, Plan]:
    """The plans of a changed contract, by the operation's constant."""
    changed = replace(contract, document=deepcopy(contract.document))
    change(changed.document)
    data = parse(changed, config_for("moment_billing", "moment-billing", Path("unused")))
    return {plan.constant: plan for plan in plans(build(changed, data, ""))}


def schema(document: Any, name: str = "Customer") -> Any:
    return document["components"]["schemas"][name]


def without_links(document: Any) -> None:
    for item in document["paths"].values():
        for operation in item.values():
            for response in operation["responses"].values() if isinstance(operation, dict) else ():
                response.pop("links", None)


def test_the_contract_derives_all_three(contract: Contract) -> None:
    """The id is made, and both names find a customer."""
    found = derive(contract, lambda _: None)
    assert {name: plan.action for name, plan in found.items()} == {
        CREATE: "create",
        RETRIEVE: "retrieve",
        UPDATE: "update",
    }
    assert {plan.names for plan in found.values()} == {("id", "external_reference")}
    assert found[CREATE].made == {"id": 'token("bcus_", 21)'}


def test_names_come_from_schemas_where_there_are_no_links(contract: Contract) -> None:
    """A path parameter and a property that share a schema are the same thing."""
    assert derive(contract, without_links)[RETRIEVE].names == ("id", "external_reference")


def test_names_come_from_links_where_schemas_are_apart(contract: Contract) -> None:
    """A link that says which property the parameter holds suffices."""

    def change(document: Any) -> None:
        document["components"]["parameters"]["Customer"]["schema"] = {"type": "string"}

    assert derive(contract, change)[RETRIEVE].names == ("id", "external_reference")


def test_what_moment_fills_in_is_made(contract: Contract) -> None:
    """A constant, a default and a time can be made; what is optional is left out."""

    def change(document: Any) -> None:
        customer = schema(document)
        customer["properties"] |= {
            "object": {"type": "string", "const": "customer"},
            "status": {"type": "string", "default": "active"},
            "created_at": {"type": "string", "format": "date-time"},
            "score": {"type": "integer"},
        }
        customer["required"] += ["created_at"]

    made = derive(contract, change)[CREATE].made
    assert made == {
        "id": 'token("bcus_", 21)',
        "object": "constant('customer')",
        "status": "constant('active')",
        "created_at": "now",
    }


def require_a_score(document: Any) -> None:
    schema(document)["properties"]["score"] = {"type": "integer"}
    schema(document)["required"].append("score")


def return_another_type(document: Any) -> None:
    schema(document)["properties"]["phone"] = {"type": "object", "properties": {"number": {"type": "string"}}}


def give_no_names(document: Any) -> None:
    without_links(document)
    document["components"]["parameters"]["Customer"]["schema"] = {"type": "string"}


def put_it_below(document: Any) -> None:
    document["paths"][f"{ITEM}/copy/{{other}}"] = item = document["paths"].pop(ITEM)
    item["parameters"].append({"name": "other", "in": "path", "required": True, "schema": {"type": "string"}})


def take_a_query(document: Any) -> None:
    document["paths"][ITEM]["get"]["parameters"] = [{"name": "expand", "in": "query", "schema": {"type": "string"}}]


def answer_with_200(document: Any) -> None:
    responses = document["paths"]["/billing/customers"]["post"]["responses"]
    responses["200"] = responses.pop("201")


def answer_with_an_array(document: Any) -> None:
    content = document["paths"][ITEM]["get"]["responses"]["200"]["content"]["application/json"]
    content["schema"] = {"type": "array", "items": content["schema"]}


def answer_with_nothing(document: Any) -> None:
    del document["paths"][ITEM]["get"]["responses"]["200"]["content"]


def replace_it(document: Any) -> None:
    document["paths"][ITEM]["put"] = document["paths"][ITEM].pop("patch")


@pytest.mark.parametrize(
    ("change", "constant", "reason"),
    [
        (require_a_score, CREATE, "the contract does not say what Moment puts into 'score' of a new record"),
        (return_another_type, CREATE, "'phone' is returned as another type than it is sent as"),
        (return_another_type, UPDATE, "'phone' is returned as another type than it is sent as"),
        (give_no_names, RETRIEVE, "the contract does not say which property of a record 'customer' holds"),
        (put_it_below, RETRIEVE, "its path names a record within another one"),
        (take_a_query, RETRIEVE, "the contract does not say what its query parameters do to a record"),
        (answer_with_200, CREATE, "it neither creates, nor retrieves, nor updates one record"),
        (answer_with_an_array, RETRIEVE, "its answer is not an object with named properties"),
        (answer_with_nothing, RETRIEVE, "its answer holds no record"),
        (replace_it, UPDATE, "it neither creates, nor retrieves, nor updates one record"),
    ],
)
def test_what_the_contract_does_not_say_is_named(
    change: Callable[[Any], object], constant: str, reason: str, contract: Contract
) -> None:
    """The plan has the reason and no action; nothing is made up."""
    plan = derive(contract, change)[constant]
    assert (plan.action, plan.refusal) == ("", reason)
