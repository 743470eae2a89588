"""Several processes behind one address share nothing but the database, and that is enough."""

from __future__ import annotations

import os
import signal
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

CUSTOMERS = "/billing/customers"
PARALLEL = 200


@pytest.fixture(scope="module")
def workers(start, database):
    """A sandbox of four processes."""
    with start("--workers", "4", "--database", database()) as sandbox:
        yield sandbox


def in_parallel(request):
    """Send a request from many connections of their own, which the processes share between them."""
    with ThreadPoolExecutor(PARALLEL) as pool:
        return list(pool.map(request, range(PARALLEL)))


def creating(sandbox, body, key):
    """A request to create a customer, on a connection of its own."""
    headers = {"Authorization": f"Bearer {sandbox.key}", "Idempotency-Key": key}
    return httpx.post(f"{sandbox.url}{CUSTOMERS}", json=body, headers=headers, timeout=60, verify=False)


def test_one_reference_is_one_customer(workers):
    """Of 200 parallel creates of one reference, one succeeds and the others conflict."""
    body = {"external_reference": str(uuid.uuid4())}
    responses = in_parallel(lambda _: creating(workers, body, str(uuid.uuid4())))
    assert sorted(response.status_code for response in responses) == [201] + [409] * (PARALLEL - 1)


def test_one_key_is_one_customer(workers):
    """Of 200 parallel creates with one key and different references, one creates and all get its answer."""
    key, references = str(uuid.uuid4()), [str(uuid.uuid4()) for _ in range(PARALLEL)]
    responses = in_parallel(lambda at: creating(workers, {"external_reference": references[at]}, key))
    assert {response.status_code for response in responses} == {201}
    assert len({response.content for response in responses}) == 1
    assert sum("idempotent-replayed" not in response.headers for response in responses) == 1
    found = [workers.client.get(f"{CUSTOMERS}/{reference}").status_code for reference in references]
    assert sorted(found) == [200] + [404] * (PARALLEL - 1)


def test_parallel_updates_are_all_there(workers):
    """Updates of different fields of one customer do not undo each other."""
    created = workers.create().json()
    changes: list[dict[str, Any]] = [
        {"name": "a"},
        {"phone": "+27123456789"},
        {"currency": "ZAR", "balance": 1},
        {"metadata": {"a": "b"}},
    ]
    for _ in range(5):
        with ThreadPoolExecutor(len(changes)) as pool:
            list(pool.map(lambda change: workers.client.patch(f"{CUSTOMERS}/{created['id']}", json=change), changes))
    expected = {name: value for change in changes for name, value in change.items()}
    assert workers.client.get(f"{CUSTOMERS}/{created['id']}").json() == {**created, **expected}


def test_a_worker_that_dies_is_replaced(start, tmp_path):
    """After every worker was killed, new ones serve on the same port with the same data."""
    with start("--workers", "2", "--database", f"sqlite:///{tmp_path}/sandbox.db") as sandbox:
        created = sandbox.create()
        first = children(sandbox.process.pid)
        for pid in first:
            os.kill(pid, signal.SIGKILL)
        sandbox.client.close()
        headers = {"Authorization": f"Bearer {sandbox.key}"}
        url = f"{sandbox.url}{CUSTOMERS}/{created.json()['id']}"
        assert httpx.get(url, headers=headers, timeout=30, verify=False).content == created.content
        assert not children(sandbox.process.pid) & first


def children(pid):
    """The worker processes of a sandbox: its children that run the same program."""
    name = Path(f"/proc/{pid}/cmdline").read_bytes()
    found = map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    return {child for child in found if Path(f"/proc/{child}/cmdline").read_bytes() == name}
