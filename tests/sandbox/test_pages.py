"""What the sandbox serves beside the operations."""

from __future__ import annotations

import json
import re

import pytest
import yaml

CUSTOMERS = "/billing/customers"


def test_the_home_page_tells_what_works(sandbox, contract):
    """The page at / names the operations and the keys by their hints, never a key, and loads nothing from elsewhere."""
    response = sandbox.client.get("/", headers={"Authorization": ""})
    assert response.status_code == 200
    for operation in contract.operations:
        assert f"{operation.method} {operation.path}" in response.text
    for key in (sandbox.key, sandbox.other_key, sandbox.public_key):
        assert key[-4:] in response.text
        assert key not in response.text
    assert f"curl {sandbox.url}{contract.operation('createCustomer').path} " in response.text
    assert not re.search(r"<script|<link|src=|@import|url\(", response.text)


def test_the_home_page_tells_how_to_get_a_key(sandbox, start):
    """By a command that works for a database that others can open, and otherwise by starting again."""
    assert "moment-sandbox keys create MERCHANT --database URL" in sandbox.client.get("/").text
    with start() as in_memory:
        page = in_memory.client.get("/").text
    assert "keys create" not in page
    assert "a new start makes new ones" in page


def test_the_contract_is_served(sandbox, contract):
    """/openapi.yaml is the file itself, and /openapi.json says the same."""
    as_yaml = sandbox.client.get("/openapi.yaml")
    assert (as_yaml.content, as_yaml.headers["content-type"]) == (contract.data, "application/yaml")
    as_json = sandbox.client.get("/openapi.json")
    assert as_json.json() == contract.document
    assert yaml.safe_load(as_yaml.text)["paths"] == as_json.json()["paths"]


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_health(sandbox, path):
    """Both health endpoints are fine while the database answers, and need no key."""
    assert sandbox.client.get(path, headers={"Authorization": ""}).status_code == 200


def test_a_merchant_sees_its_own_requests(sandbox):
    """The request log holds what was sent and answered, newest first, of one merchant only."""
    theirs = sandbox.other.get(f"{CUSTOMERS}/theirs")
    created = sandbox.create(name="logged")
    sandbox.client.get(f"{CUSTOMERS}/unknown", headers={"X-Request-Id": "my-own-id"})
    logged = sandbox.client.get("/sandbox/requests").json()["requests"]
    assert [entry["status"] for entry in logged[:2]] == [404, 201]
    assert logged[0]["request_id"] == "my-own-id"
    assert json.loads(logged[1]["response_body"]) == created.json()
    assert json.loads(logged[1]["request_body"])["name"] == "logged"
    assert theirs.headers["x-request-id"] not in [entry["request_id"] for entry in logged]


@pytest.mark.parametrize(("key", "status"), [("sk_test_unknown", 401), ("public", 403)])
def test_the_request_log_needs_a_secret_key(sandbox, key, status):
    """Others do not see it."""
    headers = {"Authorization": f"Bearer {sandbox.public_key if key == 'public' else key}"}
    response = sandbox.client.get("/sandbox/requests", headers=headers)
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")


@pytest.mark.parametrize("path", ["/", "/health/live", f"{CUSTOMERS}/a", "/unknown"])
def test_every_answer_has_a_request_id(sandbox, path):
    """The caller's own id is kept when it can stand in a log; otherwise there is a new one each time."""
    ids = {sandbox.client.get(path).headers["x-request-id"] for _ in range(3)}
    assert len(ids) == 3
    given = {"X-Request-Id": "trace-1.a:b_c"}
    assert sandbox.client.get(path, headers=given).headers["x-request-id"] == "trace-1.a:b_c"
    for bad in ('"', "a b", "a" * 129, "é"):
        response = sandbox.client.get(path, headers={"X-Request-Id": bad.encode()})
        assert response.headers["x-request-id"].startswith("req_")


@pytest.mark.parametrize("path", [f"{CUSTOMERS}/a", "/sandbox/requests", "/unknown"])
def test_a_browser_may_call(sandbox, path):
    """The answers to a preflight and to a call let a page from elsewhere send a key and read the answer."""
    asks = {"Origin": "https://console.example", "Access-Control-Request-Method": "PATCH", "Authorization": ""}
    preflight = sandbox.client.options(path, headers=asks)
    assert preflight.status_code == 200
    assert "PATCH" in preflight.headers["access-control-allow-methods"]
    for header in ("Authorization", "Content-Type", "Idempotency-Key"):
        assert header in preflight.headers["access-control-allow-headers"]
    response = sandbox.client.get(path, headers={"Origin": "null"})
    assert response.headers["access-control-allow-origin"] == "*"
    assert "Idempotent-Replayed" in response.headers["access-control-expose-headers"]


@pytest.mark.parametrize("path", [f"{CUSTOMERS}/a", "/sandbox/requests", "/"])
def test_answers_with_customers_are_not_cached(sandbox, path):
    """No cache on the way keeps a customer, nor the requests about one."""
    assert sandbox.client.get(path).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/health/live", "/openapi.json", "/sandbox/requests"])
def test_other_methods_than_reading_are_refused(sandbox, path):
    """As everywhere: with problem details and the methods that there are."""
    response = sandbox.client.post(path, content=b"a")
    assert (response.status_code, response.headers["content-type"]) == (405, "application/problem+json")
    assert response.json()["title"] == "Method Not Allowed"
    assert "GET" in response.headers["allow"]
