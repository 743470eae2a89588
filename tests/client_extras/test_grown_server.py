"""The server in memory of a grown contract: what can be derived works, the rest is refused by its name."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def grow(document: dict[str, Any]) -> None:
    """Add accounts, which are made like customers, and a list of customers, which no rule explains."""
    schemas, paths = document["components"]["schemas"], document["paths"]
    text = json.dumps({"account": paths["/billing/customers"], "one": paths["/billing/customers/{customer}"]})
    text = text.replace("Customers", "Accounts").replace("Customer", "Account").replace("customer", "account")
    grown = json.loads(text)
    account = {"id": "bacc_1a2b3c", "created_at": "2026-11-22T03:00:00Z", "external_reference": "A-1"}
    sent = {"post": {"external_reference": "A-1"}, "patch": {"name": "x"}}
    for method, operation in {**grown["account"], **grown["one"]}.items():
        if method == "parameters":
            continue
        if method in sent:
            operation["requestBody"]["content"]["application/json"]["examples"] = {"one": {"value": sent[method]}}
        for status, response in operation["responses"].items():
            response.pop("links", None)
            if status.startswith("2"):
                response["content"]["application/json"]["examples"] = {"one": {"value": account}}
    schemas["AccountId"] = {
        "description": "The id of an account.",
        "type": "string",
        "pattern": "^bacc_[a-zA-Z0-9]+$",
        "examples": ["bacc_1a2b3c"],
    }
    reference = {"$ref": "#/components/schemas/ExternalReference"}
    name = {"$ref": "#/components/schemas/CustomerName"}
    created: dict[str, Any] = {"description": "When it was made.", "type": "string", "format": "date-time"}
    created["examples"] = ["2026-11-22T03:00:00Z"]
    schemas["Account"] = {
        "title": "Account",
        "description": "An account.",
        "type": "object",
        "required": ["id", "created_at", "external_reference"],
        "properties": {
            "id": {"$ref": "#/components/schemas/AccountId"},
            "created_at": created,
            "external_reference": reference,
            "name": name,
        },
    }
    body = {"title": "Create Account", "description": "A new account.", "type": "object"}
    schemas["CreateAccount"] = {
        **body,
        "required": ["external_reference"],
        "properties": {"external_reference": reference},
    }
    schemas["UpdateAccount"] = {**body, "title": "Update Account", "properties": {"name": name}}
    document["components"]["parameters"]["Account"] = {
        "name": "account",
        "in": "path",
        "required": True,
        "description": "The account's id, or the merchant's reference.",
        "schema": {"anyOf": [{"$ref": "#/components/schemas/AccountId"}, reference]},
        "examples": {"id": {"value": "bacc_1a2b3c"}},
    }
    document["tags"].append({"name": "Accounts", "description": "Accounts of customers."})
    paths["/billing/accounts"], paths["/billing/accounts/{account}"] = grown["account"], grown["one"]
    paths["/billing/customers"]["get"] = {
        **{name: paths["/billing/customers/{customer}"]["get"][name] for name in ("tags", "description")},
        "operationId": "listCustomers",
        "summary": "List Customers",
        "parameters": [
            {
                "name": "limit",
                "in": "query",
                "description": "How many customers to return.",
                "schema": {"type": "integer"},
                "example": 10,
            }
        ],
        "responses": {**paths["/billing/customers/{customer}"]["get"]["responses"]},
    }


USE = """
import moment_billing, pytest
from moment_billing.testing import MomentServer
server = MomentServer()
moment = server.client()
account = moment.accounts.create(external_reference="A-1")
assert account.id.startswith("bacc_") and len(account.id) == len("bacc_1a2b3c"), account
assert account.created_at.tzinfo is not None
assert moment.accounts.update(account.id, name="New").name == "New"
assert moment.accounts.retrieve("A-1").name == "New"
with pytest.raises(moment_billing.ConflictError):
    moment.accounts.create(external_reference="A-1")
moment.customers.create(external_reference="A-1")
with pytest.raises(NotImplementedError, match="cannot do listCustomers: .*query"):
    moment.customers.list()
server.respond(json={"id": "bcus_1", "external_reference": "x"}, operation="listCustomers", times=2)
assert moment.customers.list().id == "bcus_1"

from moment_billing.cli import main
with server.installed():
    assert main(["accounts", "update", "A-1", "--name", "Newer"]) == 0
    assert moment.accounts.retrieve("A-1").name == "Newer"
    assert main(["customers", "list", "--limit", "5"]) == 0
    assert server.requests[-1].query == [("limit", "5")]
    assert main(["customers", "list", "--limit", "five"]) == 2
"""


def test_new_operations_need_no_new_code(render_changed: Callable[[Callable[[Any], object]], Path]) -> None:
    """Accounts are created, found and updated; the list is refused by its name until a test says what it answers.

    The command line has the new commands, too.
    """
    folder = render_changed(grow)
    env = {**os.environ, "PYTHONPATH": str(folder)}
    run = subprocess.run([sys.executable, "-c", USE], env=env, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
