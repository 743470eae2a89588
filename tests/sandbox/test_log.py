"""Standard error holds lines of JSON and nothing else, whatever clients do, and no keys."""

from __future__ import annotations

import contextlib
import json
import logging
import re
import select
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from sandbox.log import log_failures, redacted, write_lines

CUSTOMERS = "/billing/customers"
SANDBOX = Path(sys.executable).with_name("moment-sandbox")


@contextlib.contextmanager
def logging_sandbox(tmp_path):
    """A sandbox of two processes whose standard error is a pipe; with its URL and a key."""
    command = [str(SANDBOX), "--port", "0", "--workers", "2", "--database", f"sqlite:///{tmp_path}/sandbox.db"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, encoding="utf-8") as process:
        assert process.stdout
        told = "".join(iter(process.stdout.readline, "Stop with Ctrl-C.\n"))
        yield process, re.findall("http://[0-9.:]+", told)[0], re.findall("sk_test_[A-Za-z0-9]+", told)[0]
        process.terminate()


def send(url, data):
    """Send bytes on a connection of their own, and take what comes back."""
    with (
        contextlib.suppress(ConnectionError),
        socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as it,
    ):
        it.sendall(data)
        it.shutdown(socket.SHUT_WR)
        while it.recv(100_000):
            pass


def test_every_line_is_json_and_none_has_a_key(tmp_path):
    """Malformed requests, clients that leave, strange paths and keys in the wrong place."""
    with logging_sandbox(tmp_path) as (process, url, key):
        bearer = f"Authorization: Bearer {key}\r\n"
        begin = f"POST {CUSTOMERS} HTTP/1.1\r\nHost: a\r\n{bearer}Content-Length: 100\r\n\r\nleaves"
        for data in (
            "no HTTP\r\n\r\n",
            begin,
            f"GET /{key} HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n",
        ):
            send(url, data.encode())
        with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, verify=False) as client:
            for path in (
                f"/{key}",
                f"/%20{key}",
                f"/x%0A{key}",
                f"/my_{key}",
                '/"quoted"\\',
                "/%00%0a%22",
                "/" + "a" * 5000,
                "/é{}",
                f"/a?key={key}",
            ):
                client.get(f"{CUSTOMERS}{path}")
            client.get(f"{CUSTOMERS}/known", headers={"X-Request-Id": 'a"b'})
            client.get(f"{CUSTOMERS}/known", headers={"X-Request-Id": key})
            body = {"name": f"key:\n{key}", "phone": f"my_{key}"}
            client.patch(f"{CUSTOMERS}/known", json=body, headers={"X-Request-Id": f"my_{key}"})
            assert key not in client.get("/sandbox/requests").text
        process.terminate()
        lines = [json.loads(line) for line in process.stderr.read().splitlines()]
    assert {line["level"] for line in lines if "level" in line} == set()
    assert [line["key"] for line in lines if line["key"]] == [f"sk_test_…{key[-4:]}"] * 12
    assert key not in json.dumps(lines)


def test_a_log_that_nobody_reads_stops_nothing(tmp_path):
    """Requests are answered and kept when standard error is gone."""
    with logging_sandbox(tmp_path) as (process, url, key):
        process.stderr.close()
        with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, verify=False) as client:
            assert client.get(f"{CUSTOMERS}/unknown").status_code == 404
            assert [each["status"] for each in client.get("/sandbox/requests").json()["requests"]] == [404]


def test_lines_of_several_processes_do_not_mix(monkeypatch):
    """As many lines as a pipe takes at once are written at once, and never a part of one."""
    written: list[bytes] = []
    monkeypatch.setattr("os.write", lambda _file, data: written.append(data))
    monkeypatch.setattr("sys.stderr", sys.__stderr__)
    lines = [f"{'a' * (number % 700)}\n" for number in range(1000)]
    write_lines(lines)
    assert b"".join(written).decode() == "".join(lines)
    assert all(block.endswith(b"\n") and len(block) <= select.PIPE_BUF for block in written)
    assert len(written) < len(lines) / 5


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("nsk_test_acme11", "nsk_test_…"),
        (f"%20sk_{'a' * 24}.", "%20sk_…."),
        ("key pk_live_acme", "key pk_…"),
        ("risk_factor, task_12 and sk_a", "risk_factor, task_12 and sk_a"),
    ],
)
def test_keys_are_cut_and_nothing_else(text, written):
    """Whatever stands before a key, only its prefix is left; words that hold `sk_` stay."""
    assert redacted(text) == written


@pytest.fixture
def failures(monkeypatch):
    """What is written of failures."""
    written: list[str] = []
    monkeypatch.setattr("sandbox.log.write_lines", written.extend)
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    log_failures()
    return written


def test_a_failure_is_a_line_as_well(failures):
    """With its traceback, and keys cut to their prefix."""
    try:
        int("about sk_test_abcdefgh")
    except ValueError:
        logging.getLogger("sandbox.somewhere").exception('it "failed" for %s', "sk_live_abcdefgh")
    (line,) = map(json.loads, failures)
    assert (line["level"], line["message"]) == ("error", 'it "failed" for sk_…')
    assert line["traceback"].endswith("'about sk_test_…'")
