"""A test key can ask for failures, to see what an integration makes of them."""

from __future__ import annotations

import json
import time
import uuid

import httpx
import pytest

CUSTOMERS = "/billing/customers"


def failing(sandbox, fault, key=None, reference="a"):
    """Create a customer with a failure asked for."""
    headers = {"Idempotency-Key": key or str(uuid.uuid4()), "Sandbox-Fail": fault}
    return sandbox.client.post(CUSTOMERS, json={"external_reference": reference}, headers=headers)


def test_a_status_is_answered_and_nothing_is_done(sandbox):
    """The failure comes before the work, and is not kept for the Idempotency-Key."""
    key, reference = str(uuid.uuid4()), str(uuid.uuid4())
    response = failing(sandbox, "429; retry-after=2", key, reference)
    assert (response.status_code, response.headers["retry-after"]) == (429, "2")
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["title"] == "Too Many Requests"
    assert sandbox.client.get(f"{CUSTOMERS}/{reference}").status_code == 404
    retry = sandbox.create(key, external_reference=reference)
    assert retry.status_code == 201
    assert "idempotent-replayed" not in retry.headers


@pytest.mark.parametrize("fault", ["504;after", "reset;after"])
def test_a_lost_answer_can_be_asked_for_again(sandbox, fault):
    """With `after` the work is done: the same key gets the answer that was lost."""
    key, reference = str(uuid.uuid4()), str(uuid.uuid4())
    if fault.startswith("reset"):
        with pytest.raises(httpx.TransportError):
            failing(sandbox, fault, key, reference)
    else:
        assert failing(sandbox, fault, key, reference).status_code == 504
    retry = sandbox.create(key, external_reference=reference)
    assert retry.status_code == 201
    assert retry.headers["idempotent-replayed"] == "true"


@pytest.mark.parametrize(("fault", "done"), [("reset", False), ("reset;after", True)])
def test_a_connection_is_reset(sandbox, fault, done):
    """`reset` breaks the connection without an answer, and does nothing unless it comes after; the log has it so."""
    reference = str(uuid.uuid4())
    with pytest.raises(httpx.TransportError):
        failing(sandbox, fault, reference=reference)
    logged, *_ = sandbox.client.get("/sandbox/requests").json()["requests"]
    assert (logged["status"], logged["response_body"]) == (0, "")
    assert json.loads(logged["request_body"])["external_reference"] == reference
    assert sandbox.client.get(f"{CUSTOMERS}/{reference}").status_code == (200 if done else 404)


@pytest.mark.parametrize(("fault", "status"), [("504;after", 504), ("delay=0;after", 404)])
def test_what_comes_after_the_work_comes_after_a_refusal_too(sandbox, fault, status):
    """Whoever tests time-outs gets one, whatever the answer would have been; a delay leaves the answer as it is."""
    response = sandbox.client.get(f"{CUSTOMERS}/unknown", headers={"Sandbox-Fail": fault})
    assert response.status_code == status


def test_a_delay_comes_before_the_usual_answer(sandbox):
    """`delay` keeps the client waiting and changes nothing else; others are served meanwhile."""
    started = time.monotonic()
    response = failing(sandbox, "delay=0.3", reference=str(uuid.uuid4()))
    assert response.status_code == 201
    assert time.monotonic() - started >= 0.3


def test_a_rate_says_how_many_fail(sandbox):
    """`rate=0` never fails, `rate=1` always does."""
    for rate, status in (("0", 404), ("0.0", 404), ("1", 500), ("1.0", 500)):
        headers = {"Sandbox-Fail": f"500;rate={rate}"}
        statuses = {sandbox.client.get(f"{CUSTOMERS}/unknown", headers=headers).status_code for _ in range(10)}
        assert statuses == {status}


@pytest.mark.parametrize(
    "fault", ["", "200", "499", "oops", "delay", "delay=61", "599", "500;retry-after", "500 500", "500;rate=2"]
)
def test_a_failure_that_is_not_known_is_explained(sandbox, fault):
    """A typing error is 400 and says what the header takes."""
    response = failing(sandbox, fault)
    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert error["parameter"] == "header Sandbox-Fail"
    assert "400, 401, 402, " in error["detail"]
    assert "up to 60" in error["detail"]
    logged = sandbox.client.get("/sandbox/requests").json()["requests"]
    assert logged[0]["request_id"] == response.headers["x-request-id"]


def test_without_a_key_no_failure_is_to_be_had(sandbox):
    """Who has no key gets 401, whatever failure was asked for."""
    headers = {"Sandbox-Fail": "reset", "Authorization": "Bearer sk_test_unknown"}
    assert sandbox.client.get(f"{CUSTOMERS}/a", headers=headers).status_code == 401
