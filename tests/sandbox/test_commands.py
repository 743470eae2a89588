"""The command line: keys, seeds, reset, and what goes wrong."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import update

from sandbox.customers import Customers
from sandbox.database import Database
from sandbox.merchants import create_key, list_keys, revoke_key
from sandbox.migrations import migrate
from sandbox.seeding import SeedError, read_seed
from sandbox.tables import keys

CUSTOMERS = "/billing/customers"
SANDBOX = Path(sys.executable).with_name("moment-sandbox")


def run(*arguments):
    """Run moment-sandbox to its end."""
    return subprocess.run([SANDBOX, *arguments], check=False, capture_output=True, text=True, timeout=60)


def status(sandbox, key, method="GET"):
    """What a request with a key is answered with."""
    return sandbox.client.request(
        method, f"{CUSTOMERS}/unknown", headers={"Authorization": f"Bearer {key}"}
    ).status_code


def seed_of(*customers):
    """The content of a seed file with customers of one merchant."""
    return json.dumps({"merchants": [{"name": "a", "customers": customers}]})


def test_keys_are_made_listed_and_revoked(start, database):
    """A key works from when it is made until it is revoked, in a sandbox that runs all the while."""
    at = ("--database", database())
    with start(*at) as sandbox:
        key = run("keys", "create", "initech", *at).stdout.strip()
        assert re.fullmatch("sk_test_[A-Za-z0-9]{24}", key)
        assert status(sandbox, key) == 404
        listed = run("keys", "list", *at).stdout
        assert key not in listed
        line = next(line for line in listed.splitlines() if "initech" in line)
        assert key[-4:] in line
        assert run("keys", "revoke", line.split()[0], *at).returncode == 0
        assert status(sandbox, key) == 403
        assert run("keys", "revoke", key, *at).stderr == "moment-sandbox: this key was revoked before\n"
        assert status(sandbox, sandbox.key) == 404


def test_the_first_revocation_stands(database):
    """A key that is revoked again was revoked when it was."""
    with contextlib.closing(Database(database())) as opened:
        migrate(opened)
        key = opened.write(lambda connection: create_key(connection, "acme"))
        revoked = lambda: opened.read(lambda connection: [each.revoked_at for each in list_keys(connection)])  # noqa: E731
        opened.write(lambda connection: revoke_key(connection, key))
        opened.write(lambda connection: connection.execute(update(keys).values(revoked_at=1)))
        assert opened.write(lambda connection: revoke_key(connection, key)) is False
        assert revoked() == [1]


def test_what_is_no_key_is_not_revoked(tmp_path):
    """Whatever bytes a shell passes on, the answer is that there is no such key."""
    at = ("--database", f"sqlite:///{tmp_path}/sandbox.db")
    assert run("keys", "create", "acme", *at).returncode == 0
    for key in ("key_none", b"\xff", "é"):
        result = run("keys", "revoke", key, *at)
        assert (result.returncode, "no such key" in result.stderr) == (1, True)


def test_merchants_are_listed_by_their_names(tmp_path):
    """Each on one line, whatever its name is made of."""
    names = ["[/red]", "[bold]x[/bold]", ":smile:", "é" * 255]
    file = tmp_path / "seed.json"
    merchants = [{"name": name, "keys": [f"sk_test_example_{at}"]} for at, name in enumerate(names)]
    file.write_text(json.dumps({"merchants": merchants}))
    at = ("--database", f"sqlite:///{tmp_path}/sandbox.db")
    assert run("seed", file, *at).returncode == 0
    listed = run("keys", "list", *at).stdout
    assert [any(name in line for line in listed.splitlines()) for name in names] == [True] * len(names)


def test_modes_are_apart(start, database):
    """A merchant's live customers are not its test customers, and live keys ask for no failures."""
    at = ("--database", database())
    with start(*at) as sandbox:
        live = run("keys", "create", "acme", "--live", *at).stdout.strip()
        public = run("keys", "create", "acme", "--live", "--public", *at).stdout.strip()
        assert live.startswith("sk_")
        assert not live.startswith("sk_test_")
        assert public.startswith("pk_")
        created = sandbox.create().json()
        headers = {"Authorization": f"Bearer {live}", "Sandbox-Fail": "500"}
        assert sandbox.client.get(f"{CUSTOMERS}/{created['id']}", headers=headers).status_code == 404
        assert status(sandbox, public) == 403


def test_no_key_is_in_the_database(start, tmp_path):
    """Whoever reads the database cannot use a key of it."""
    with start("--database", f"sqlite:///{tmp_path}/sandbox.db") as sandbox:
        sandbox.create(name=f"my key is {sandbox.key}")
        requests = sandbox.client.get("/sandbox/requests").text
        written = b"".join(file.read_bytes() for file in tmp_path.iterdir())
        record = sandbox.key.encode()
        assert written.count(record) == written.count(b"my key is " + record)  # only where the customer was named so
        assert sandbox.key not in requests


def test_a_seed_is_served(start, tmp_path):
    """A file's customers and keys are there from the start, and sowing it again changes nothing."""
    customer = {"external_reference": "INV-1", "payment_rules": {"min_amount": 1}, "name": "Zoë"}
    merchant = {"name": "seeded", "keys": ["sk_test_seeded_example"], "customers": [customer]}
    file = tmp_path / "seed.json"
    file.write_text(json.dumps({"merchants": [merchant]}))
    at = ("--database", f"sqlite:///{tmp_path}/sandbox.db")
    assert run("seed", file, *at).stdout == "1 customers added\n"
    with start("--seed", str(file), *at) as sandbox:
        headers = {"Authorization": "Bearer sk_test_seeded_example"}
        found = sandbox.client.get(f"{CUSTOMERS}/INV-1", headers=headers).json()
        assert found == {**customer, "id": found["id"]}
        assert sandbox.client.get(f"{CUSTOMERS}/{found['id']}", headers=headers).json() == found


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "Expecting"),
        ("{}", "merchants"),
        ('{"merchants": [{"name": "a", "keys": ["key"]}]}', "/merchants/0/keys/0"),
        ('{"merchants": [{"name": "a", "keys": ["sk_live_mode"]}]}', "test mode"),
        ('{"merchants": [{"name": "a", "customers": [{"external_reference": "bcus_"}]}]}', "/merchants/0/customers/0"),
        ('{"merchants": [{"name": "a", "keys": ["sk_test_abcd"]}]}', "/merchants/0/keys/0"),
        ('{"merchants": [{"name": "a", "mode": "live", "keys": ["sk_test_a"]}]}', "/merchants/0/keys/0"),
        ('{"merchants": [{"name": "a", "keys": ["sk_test_my-secret-key"]}]}', "/merchants/0/keys/0"),
        ('{"merchants": [{"name": ""}]}', "/merchants/0/name"),
        ('{"merchants": [{"name": "a\\u0000"}]}', "/merchants/0/name"),
        (f'{{"merchants": [{{"name": "{"a" * 256}"}}]}}', "/merchants/0/name"),
        (seed_of({"external_reference": "a"}, {"external_reference": "a"}), "/merchants/0/customers/1"),
        (
            seed_of({"id": "bcus_1", "external_reference": "a"}, {"id": "bcus_1", "external_reference": "b"}),
            "/merchants/0/customers/1",
        ),
    ],
)
def test_a_bad_seed_is_refused_with_the_place(tmp_path, contract, content, said):
    """What the contract does not allow is refused by its place."""
    file = tmp_path / "seed.json"
    file.write_text(content)
    with pytest.raises(SeedError, match=re.escape(said)):
        read_seed(file, contract, Customers(contract))


def test_a_seed_cannot_take_what_is_anothers(database, tmp_path):
    """A key or an id that somebody else has is refused in a line, and nothing is added."""
    at = ("--database", database())
    customer = {"id": "bcus_1", "external_reference": "a"}
    file = tmp_path / "seed.json"
    for name, own_keys, customers, said in (
        ("one", ["key"], [customer], "/merchants/0/keys/0"),
        ("one", ["sk_test_example"], [customer], "1 customers added"),
        ("two", ["sk_test_example"], [], "another merchant's"),
        ("two", [], [customer], "/merchants/0/customers/0/id"),
        ("one", [], [customer], "0 customers added"),
        ("one", [], [{**customer, "id": "bcus_2"}], "0 customers added"),
        ("two", [], [{"external_reference": "a"}], "1 customers added"),
    ):
        file.write_text(json.dumps({"merchants": [{"name": name, "keys": own_keys, "customers": customers}]}))
        result = run("seed", file, *at)
        assert said in result.stdout + result.stderr
        assert len(result.stderr.splitlines()) == ("added" not in said)


def test_reset_deletes_customers_and_kept_answers(start, database):
    """After a reset, references and Idempotency-Keys are new again; keys still work."""
    at = ("--database", database())
    with start(*at) as sandbox:
        first = sandbox.create("one-key", external_reference="a").json()
        assert run("reset", *at).stdout == "1 customers deleted\n"
        assert sandbox.client.get(f"{CUSTOMERS}/a").status_code == 404
        again = sandbox.create("one-key", external_reference="a")
        assert again.status_code == 201
        assert again.json()["id"] != first["id"]


@pytest.mark.parametrize("command", [["reset"], ["keys", "list"], ["keys", "revoke", "key_a"]])
def test_a_database_that_is_not_there_is_not_made(tmp_path, command):
    """A mistyped name is said, where nothing could be found in a new database."""
    result = run(*command, "--database", f"sqlite:///{tmp_path}/mistyped.db")
    assert (result.returncode, result.stdout) == (2, "")
    assert "there is no database" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_url_is_shown_without_its_password():
    """Whether that stands before the host or in the query."""
    for url in ("postgresql://me:secret@host/name?sslmode=require", "postgresql://me@host/name?password=secret"):
        shown = str(Database(url))
        assert "secret" not in shown
        assert shown.startswith("postgresql://me")
        assert "host/name" in shown


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--database", "mysql://localhost/a"), "--database takes"),
        (("--database", "nonsense"), "--database takes"),
        (("--database", "sqlite:////nowhere/at/all.db"), "its folder must be there"),
        (("--database", f"sqlite:///{__file__}"), "name another file"),
        (("--database", "postgresql://nobody@127.0.0.1:1/none"), "cannot use the database"),
        (("--database", "sqlite://host/name.db"), "--database takes"),
        (("--database", "postgresql://127.0.0.1:port/name"), "--database takes"),
        (("keys", "create", "", "--database", "sqlite:///unused.db"), "printable"),
        (("keys", "create", "a" * 256, "--database", "sqlite:///unused.db"), "printable"),
        (("--request-seconds", "nan"), "--request-seconds"),
        (("--request-seconds", "0"), "--request-seconds"),
        (("--port", "99999"), "--port 0"),
        (("--host", "192.0.2.1", "--port", "0"), "address; --host takes an address of this machine"),
        (("--host", "nowhere.invalid", "--port", "0"), "--host takes an address of this machine"),
        (("--database", "sqlite:///unused.db?mode=ro"), "SQLite takes no options"),
        (("--workers", "2"), "in memory"),
        (("--workers", "0"), "--workers"),
        (("--port", "0", "--", "no-such-program"), "cannot run no-such-program"),
        (("keys", "list"), "name the database"),
        (("--seed", "missing.json"), "cannot read missing.json"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(arguments, said):
    """Wrong use is status 2 with one line that says what to do."""
    result = run(*arguments)
    assert result.returncode == 2
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--database", "sqlite:///unused.db", "keys", "list"), "moment-sandbox keys list --database URL"),
        (("--quiet", "--"), "no command stands behind --"),
        (("unknown",), "unrecognized arguments: unknown"),
    ],
)
def test_what_is_written_wrong_is_said_at_the_end(arguments, said):
    """After the usage, the last line says what to do; nothing is served."""
    result = run("--port", "0", *arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert said in result.stderr.splitlines()[-1]


def test_a_port_that_is_taken_is_said():
    """With another one to take."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = run("--port", str(taken.getsockname()[1]))
    assert result.returncode == 2
    assert result.stderr.endswith(": Address already in use; --port 0 takes a free one\n")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_quiet_start_tells_the_url(tmp_path, workers):
    """And another one on the same database how to get a key."""
    database = f"sqlite:///{tmp_path}/sandbox.db"
    lines = {}
    for quiet in (["--quiet"], []):
        command = [SANDBOX, "--port", "0", "--workers", workers, "--database", database, *quiet]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            lines[bool(quiet)] = [process.stdout.readline() for _ in range(1 if quiet else 4)]
            process.terminate()
    assert re.fullmatch(r"Sandbox on http://127\.0\.0\.1:\d+\n", lines[True][0])
    assert lines[False][3] == f"  moment-sandbox keys create acme --database {database}\n"


@pytest.mark.parametrize("workers", ["1", "2"])
def test_nobody_needs_to_read_the_greeting(tmp_path, workers):
    """Whoever closes the output has seen enough; the sandbox goes on."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [SANDBOX, "--port", "0", "--database", f"sqlite:///{tmp_path}/a.db", "--workers", workers, "--", "true"]
    assert subprocess.run(command, check=False, stdout=writer, timeout=60).returncode == 0
    os.close(writer)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_commands_status_is_the_sandboxes(tmp_path, workers):
    """`-- COMMAND` runs with the URL and the keys, and its status is passed on."""
    options = ("--port", "0", "--quiet", "--workers", workers, "--database", f"sqlite:///{tmp_path}/sandbox.db")
    script = "import os, sys; sys.exit(7 if os.environ['MOMENT_API_KEY'] and os.environ['MOMENT_BASE_URL'] else 1)"
    assert run(*options, "--", sys.executable, "-c", script).returncode == 7
    assert run(*options, "--", "sh", "-c", "kill -9 $$").returncode == 128 + 9


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_signal_is_for_the_command_to_answer(tmp_path, workers):
    """SIGTERM is passed on, and the command served until it ends; Ctrl-C has reached it without the sandbox."""
    script = (
        "import os, signal, urllib.request as u;"
        "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM});"
        "print('ready', flush=True); signal.sigwait({signal.SIGTERM});"
        "print(u.urlopen(os.environ['MOMENT_BASE_URL'] + '/health/live').status, flush=True); os._exit(5)"
    )
    options = ("--port", "0", "--quiet", "--workers", workers, "--database", f"sqlite:///{tmp_path}/sandbox.db")
    command = [SANDBOX, *options, "--", sys.executable, "-c", script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        assert process.stdout.readline() == "200\n"
        assert process.wait(20) == 5


def test_a_worker_that_fails_says_why():
    """What a worker could not do is in the log before the sandbox gives up."""
    script = (
        "import socket, sys; from sandbox.workers import supervise;"
        "sys.exit(supervise(2, socket.create_server(('127.0.0.1', 0)), lambda parent_ended: 1 / 0))"
    )
    command = [sys.executable, "-c", script]
    result = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert result.returncode == 1
    assert "ZeroDivisionError" in result.stderr
    assert "giving up" in result.stderr


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_start_tells_the_keys_and_a_signal_ends_it(tmp_path, workers):
    """What is printed works; SIGTERM lets the request that is being answered end, and the status is 0."""
    if not shutil.which("curl"):
        pytest.skip("curl is not installed (Debian: apt-get install curl)")
    command = [SANDBOX, "--port", "0", "--workers", workers, "--database", f"sqlite:///{tmp_path}/sandbox.db"]
    with ExitStack() as ending:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        ending.enter_context(process)
        ending.callback(process.kill)
        assert process.stdout
        assert process.stderr
        told = "".join(iter(process.stdout.readline, "Stop with Ctrl-C.\n"))
        url = re.findall("http://[0-9.:]+", told)[0]
        key = re.findall("sk_test_[A-Za-z0-9]+", told)[0]
        suggested = told.partition("Try:\n")[2].rstrip()
        assert '"external_reference"' in subprocess.check_output(
            ["sh", "-c", f"{suggested} --silent --fail"], text=True
        )
        body = b'{"external_reference": "a"}'
        with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=20) as connection:
            connection.sendall(_create(key, len(body)))
            assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")  # the sandbox is at it
            process.send_signal(signal.SIGTERM)
            connection.sendall(body)
            assert connection.recv(10_000).startswith(b"HTTP/1.1 201 ")
        assert process.wait(20) == 0
        lines = [json.loads(line) for line in process.stderr.read().splitlines()]
    assert [line["status"] for line in lines] == [201, 201]
    assert key not in json.dumps(lines)


def _create(key, length):
    """The head of a request to create a customer, which waits for the server before it sends the body."""
    head = f"POST {CUSTOMERS} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {key}\r\nIdempotency-Key: a\r\n"
    return f"{head}Content-Type: application/json\r\nContent-Length: {length}\r\nExpect: 100-continue\r\n\r\n".encode()
