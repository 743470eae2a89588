"""The first answer for an Idempotency-Key is the only one."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update

from sandbox.database import Database
from sandbox.tables import idempotency

CUSTOMERS = "/billing/customers"


def fresh() -> str:
    return str(uuid.uuid4())


def test_a_repeated_key_gets_the_first_answer(sandbox):
    """A replay has the same status and bytes, says that it is one, and creates nothing, whatever its body."""
    key, other_reference = fresh(), fresh()
    first = sandbox.create(key, name="first")
    assert "idempotent-replayed" not in first.headers
    replays = [
        sandbox.create(key, external_reference=other_reference, name="second"),
        sandbox.client.post(CUSTOMERS, content=b"{", headers={"Idempotency-Key": key}),
    ]
    for replay in replays:
        assert (replay.status_code, replay.content) == (201, first.content)
        assert replay.headers["content-type"] == first.headers["content-type"]
        assert replay.headers["idempotent-replayed"] == "true"
    assert sandbox.client.get(f"{CUSTOMERS}/{other_reference}").status_code == 404


@pytest.mark.parametrize(("fields", "status"), [({"name": 1}, 400), ({"external_reference": "taken"}, 409)])
def test_a_refusal_is_kept_as_well(sandbox, fields, status):
    """The first answer to a key stands even when it was an error."""
    sandbox.create(external_reference="taken")
    key = fresh()
    first = sandbox.create(key, **fields)
    assert first.status_code == status
    replay = sandbox.create(key)
    assert (replay.status_code, replay.content) == (status, first.content)
    assert replay.headers["idempotent-replayed"] == "true"


def test_a_request_without_a_right_keeps_nothing(sandbox):
    """An answer 401 or 403 is not the first answer: the key is still free."""
    key, body = fresh(), {"external_reference": fresh()}
    headers = {"Idempotency-Key": key}
    for bad in ("sk_test_unknown", sandbox.public_key):
        response = sandbox.client.post(CUSTOMERS, json=body, headers={**headers, "Authorization": f"Bearer {bad}"})
        assert response.status_code in {401, 403}
    assert sandbox.client.post(CUSTOMERS, json=body, headers=headers).status_code == 201


def test_keys_belong_to_a_merchant(sandbox):
    """Two merchants can use the same key for different customers."""
    key = fresh()
    mine = sandbox.create(key)
    headers = {"Idempotency-Key": key}
    theirs = sandbox.other.post(CUSTOMERS, json={"external_reference": fresh()}, headers=headers)
    assert theirs.status_code == 201
    assert theirs.json()["id"] != mine.json()["id"]
    assert "idempotent-replayed" not in theirs.headers


@pytest.mark.parametrize("key", [None, "", "a" * 256, "9" * 256, "1.5", "under_score", "spa ce", "é"])
def test_a_missing_or_invalid_key_is_refused(sandbox, key):
    """The header is required and has the contract's form."""
    headers = {} if key is None else {"Idempotency-Key": key.encode()}
    response = sandbox.client.post(CUSTOMERS, json={"external_reference": fresh()}, headers=headers)
    assert response.status_code == 400
    assert response.json()["errors"][0]["parameter"] == "header Idempotency-Key"
    assert "of type" not in response.json()["errors"][0]["detail"]  # a text is what it is, even `1.5`


def test_parallel_requests_with_one_key_create_one_customer(sandbox):
    """Racing duplicates all get the answer of the one that came first."""
    key = fresh()
    with ThreadPoolExecutor(16) as pool:
        responses = list(pool.map(lambda _: sandbox.create(key), range(48)))
    assert {response.status_code for response in responses} == {201}
    assert len({response.content for response in responses}) == 1
    assert sum("idempotent-replayed" not in response.headers for response in responses) == 1


def test_parallel_requests_with_one_reference_create_one_customer(sandbox):
    """Racing creates of one reference: one is created, the others conflict."""
    reference = fresh()
    with ThreadPoolExecutor(16) as pool:
        responses = list(pool.map(lambda _: sandbox.create(external_reference=reference), range(48)))
    assert sorted(response.status_code for response in responses) == [201] + [409] * 47


def test_a_key_is_forgotten_after_a_day(start, database):
    """A key is kept for 24 hours, and new again after that."""
    url = database()
    with start("--database", url) as sandbox:
        key = fresh()
        first = sandbox.create(key)
        _age(url, 24 * 3600 - 60)
        assert sandbox.create(key).content == first.content
        _age(url, 60)
        again = sandbox.create(key)
        assert again.status_code == 201
        assert again.json()["id"] != first.json()["id"]
        assert sandbox.create(key).content == again.content


def _age(url, seconds):
    """Make every kept answer older."""
    database = Database(url)
    database.write(lambda c: c.execute(update(idempotency).values(claimed_at=idempotency.c.claimed_at - seconds)))
    database.close()
