"""The suite as a pytest plugin: a test for each claim, against applications of the test's own process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

pytest_plugins = ["pytester"]

OPTIONS = ("-p", "no:cacheprovider", "-p", "conformance.pytest_plugin")

SANDBOX = """
import pytest
from conformance.pytest_plugin import Implementation
from contract import load
from sandbox.app import Application
from sandbox.database import Database
from sandbox.merchants import first_keys
from sandbox.migrations import migrate

@pytest.fixture(scope="session")
def implementation(tmp_path_factory):
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('data') / 'sandbox.db'}")
    migrate(database)
    keys = database.write(lambda connection: first_keys(connection, renew=False))
    application = Application(load(), database, access_log=False)
    yield Implementation({target}, *keys, seed=1)
    database.close()

def test_claim(conformance_claim):
    conformance_claim.hold()
"""

FAULTY = """
import json
import pytest
from conformance.pytest_plugin import Implementation

def application(environ, start_response):
    found = environ["PATH_INFO"].endswith("bcus_1")
    status = "201 Created" if environ["REQUEST_METHOD"] == "POST" else "200 OK" if found else "404 Not Found"
    start_response(status, [("Content-Type", "application/json")])
    return [json.dumps({"id": "bcus_1", "external_reference": "one", "name": 5}).encode()]

@pytest.fixture(scope="session")
def implementation():
    return Implementation(application, "sk_test_example")

def test_claim(conformance_claim):
    conformance_claim.hold()
"""


def test_asgi_application(pytester: pytest.Pytester) -> None:
    """An ASGI application that conforms passes the tests that were selected, and only those are judged."""
    pytester.makepyfile(SANDBOX.replace("{target}", "application"))
    pytester.runpytest_subprocess(*OPTIONS, "-k", "retrieve.unknown or id.stable").assert_outcomes(
        passed=2, deselected=87
    )


def test_wsgi_application(pytester: pytest.Pytester) -> None:
    """A WSGI application that does not conform fails, with the claim in words and a command to see it."""
    pytester.makepyfile(FAULTY)
    result = pytester.runpytest_subprocess(*OPTIONS, "-k", "name.type or merchant.reads")
    result.assert_outcomes(failed=1, skipped=1, deselected=87)
    result.stdout.fnmatch_lines(["*The name is a string.*", "*curl -i*"])


def test_without_implementation(pytester: pytest.Pytester, tmp_path: Path) -> None:
    """Without the fixture that names the implementation, the message says what to write."""
    pytester.makepyfile("def test_claim(conformance_claim): conformance_claim.hold()")
    result = pytester.runpytest_subprocess(*OPTIONS, "-k", "id.stable")
    result.stdout.fnmatch_lines(["*define a session fixture `implementation`*"])
