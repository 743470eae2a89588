"""Killed with SIGKILL under load, again and again, the sandbox keeps every write that it acknowledged.

`make soak-sandbox` does it 50 times on each database; the suite does it a few times.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

CUSTOMERS = "/billing/customers"
SANDBOX = Path(sys.executable).with_name("moment-sandbox")
KEY = "sk_test_durability_example"
ROUNDS = int(os.environ.get("SOAK_ROUNDS", "2"))
WRITERS = 8


@dataclass
class Written:
    """What one writer sent, and what of it was acknowledged.

    Attributes:
        created: For each Idempotency-Key, the reference it was sent with and the answer, if one came.
        balances: For each customer, the last balance that was acknowledged and the last that was sent.
    """

    created: dict[str, tuple[str, bytes | None]] = field(default_factory=dict)
    balances: dict[str, tuple[int, int]] = field(default_factory=dict)


def write(url, written, acknowledged):
    """Create customers and raise their balances until the connection breaks."""
    with contextlib.suppress(httpx.TransportError), httpx.Client(base_url=url, timeout=30, verify=False) as client:
        client.headers["Authorization"] = f"Bearer {KEY}"
        while True:
            key, reference = str(uuid.uuid4()), str(uuid.uuid4())
            written.created[key] = (reference, None)
            answer = client.post(CUSTOMERS, json={"external_reference": reference}, headers={"Idempotency-Key": key})
            assert answer.status_code == 201
            written.created[key] = (reference, answer.content)
            acknowledged.release()
            for balance in range(1, 4):
                written.balances[reference] = (balance - 1, balance)
                body = {"balance": balance, "currency": "ZAR"}
                assert client.patch(f"{CUSTOMERS}/{reference}", json=body).status_code == 200
                written.balances[reference] = (balance, balance)
                acknowledged.release()


def check(client, written):
    """Everything acknowledged is there; what was not can be asked for again, and is there once."""
    for key, (reference, answer) in written.created.items():
        body = {"external_reference": reference}
        again = client.post(CUSTOMERS, json=body, headers={"Idempotency-Key": key})
        assert again.status_code == 201
        if answer is not None:
            assert again.content == answer
            assert again.headers["idempotent-replayed"] == "true"
        assert client.get(f"{CUSTOMERS}/{reference}").json()["id"] == again.json()["id"]
    for reference, (low, high) in written.balances.items():
        assert low <= client.get(f"{CUSTOMERS}/{reference}").json().get("balance", 0) <= high


@contextlib.contextmanager
def serving(url, seed, workers):
    """A sandbox in a process group of its own."""
    script = "import os, sys; print(os.environ['MOMENT_BASE_URL'], flush=True); sys.stdin.read()"
    options = ["--port", "0", "--quiet", "--database", url, "--seed", seed, "--workers", workers]
    command = [SANDBOX, *options, "--", sys.executable, "-c", script]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, start_new_session=True) as process:
        assert process.stdout
        yield process, process.stdout.readline().strip()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_acknowledged_writes_survive_kills(database, tmp_path, workers):
    """After each SIGKILL amid parallel writes, nothing acknowledged is lost, and nothing is there twice."""
    seed = tmp_path / "seed.json"
    seed.write_text(json.dumps({"merchants": [{"name": "acme", "keys": [KEY]}]}))
    url = database()
    for _ in range(ROUNDS):
        all_written = [Written() for _ in range(WRITERS)]
        with serving(url, str(seed), workers) as (process, base_url):
            acknowledged = threading.Semaphore(0)
            threads = [threading.Thread(target=write, args=[base_url, one, acknowledged]) for one in all_written]
            for thread in threads:
                thread.start()
            for _ in range(random.randint(WRITERS, 150)):
                assert acknowledged.acquire(timeout=30)
            os.killpg(process.pid, signal.SIGKILL)
            for thread in threads:
                thread.join()
        with (
            serving(url, str(seed), workers) as (_, base_url),
            httpx.Client(base_url=base_url, timeout=30, verify=False) as client,
        ):
            client.headers["Authorization"] = f"Bearer {KEY}"
            for written in all_written:
                check(client, written)


def test_replicas_can_start_together(database):
    """Several sandboxes that start at once on an empty database agree on its tables and its first keys."""
    url = database()
    command = [SANDBOX, "--port", "0", "--database", url]
    told = []
    with contextlib.ExitStack() as stack:
        replicas = [stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True)) for _ in range(4)]
        for replica in replicas:
            assert replica.stdout
            told.append([replica.stdout.readline() for _ in range(3)])
            replica.terminate()
    assert [replica.returncode for replica in replicas] == [0] * 4
    assert sum("secret key" in lines[2] for lines in told) == 1
