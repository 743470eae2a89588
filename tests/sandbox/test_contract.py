"""What the contract says is enforced because the contract says it: another contract, another server."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

CUSTOMERS = "/billing/customers"
SANDBOX = Path(sys.executable).with_name("moment-sandbox")


@pytest.fixture(scope="module")
def grown(start, contract, tmp_path_factory):
    """A sandbox whose contract has changed limits and one more operation."""
    document = copy.deepcopy(contract.document)
    schemas = document["components"]["schemas"]
    schemas["CustomerName"]["maxLength"] = 5
    schemas["CustomerId"].update(pattern="^cu_[a-z0-9A-Z]+$", examples=["cu_12345678"])
    document["components"]["responses"]["NotFound"]["content"]["application/problem+json"]["example"]["title"] = (
        "Nothing"
    )
    count = {"name": "count", "in": "query", "required": True, "schema": {"type": "integer", "maximum": 10}}
    account = {
        "operationId": "createAccount",
        "parameters": [count],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"type": "object", "required": ["a"]}}},
        },
        "responses": {
            "201": {"description": "Created.", "content": {"application/json": {"schema": {"type": "object"}}}}
        },
    }
    document["paths"]["/billing/accounts"] = {"post": account}
    file = tmp_path_factory.mktemp("grown") / "openapi.yaml"
    file.write_text(json.dumps(document))
    with start("--contract", str(file)) as sandbox:
        yield sandbox


def test_changed_limits_hold(grown):
    """A limit, the form of ids and a problem's title are taken from the contract."""
    assert grown.create(name="123456").status_code == 400
    created = grown.create(name="12345").json()
    assert created["id"].startswith("cu_")
    assert len(created["id"]) == len("cu_12345678")
    assert grown.client.get(f"{CUSTOMERS}/{created['id']}").json() == created
    assert grown.client.get(f"{CUSTOMERS}/{uuid.uuid4()}").json()["title"] == "Nothing"


@pytest.mark.parametrize(
    ("query", "body", "status"),
    [
        ("?count=10", {"a": 1}, 501),
        ("?count=11", {"a": 1}, 400),
        ("?count=x", {"a": 1}, 400),
        ("", {"a": 1}, 400),
        ("?count=1", {}, 400),
    ],
)
def test_a_new_operation_is_checked_before_anybody_wrote_its_behaviour(grown, query, body, status):
    """It is routed and validated; what is valid gets 501, since nothing does it yet."""
    response = grown.client.post(f"/billing/accounts{query}", json=body)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"


def test_a_new_operation_needs_a_key_and_its_method(grown):
    """Authentication and the refusal of other methods hold for it as well."""
    assert (
        grown.client.post("/billing/accounts", headers={"Authorization": "Bearer sk_test_unknown"}).status_code == 401
    )
    assert grown.client.get("/billing/accounts").headers["allow"] == "POST"


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("openapi: 3.0.0\n", "no OpenAPI 3.1 document"),
        ("openapi: 3.1.1\ninfo: {title: a, version: '1'}\npaths: {}\n", "needs the operations createCustomer"),
    ],
)
def test_a_contract_that_cannot_be_served_is_refused(tmp_path, text, said, workers):
    """The message is one line, and the status 2."""
    file = tmp_path / "openapi.yaml"
    file.write_text(text)
    storing = ("--workers", workers, "--database", f"sqlite:///{tmp_path}/sandbox.db")
    command = [SANDBOX, "--port", "0", *storing, "--contract", file]
    result = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert (result.returncode, result.stdout) == (2, "")
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1
