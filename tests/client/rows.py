"""What sets the best clients of billing APIs apart, feature by feature, and the tests that show each of this one.

A test says by a decorator what it shows: `@shows(Row.PICKLING)`. `test_rows.py` holds that every row is shown;
`python -m tests.client.rows` prints the rows with their tests.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Row", "shown", "shows"]

TESTS = Path(__file__).parent.parent
ROOMS = ("client", "client_extras", "generator")

F = TypeVar("F")


class Row(Enum):
    """A feature that is compared among clients."""

    RESOURCES = "methods grouped by resource"
    ASYNC = "sync and async"
    TYPES = "public names fully typed"
    RETRIES = "retries with jitter and Retry-After"
    IDEMPOTENCY = "one idempotency key for all attempts"
    STATUSES = "an exception per status"
    PROBLEMS = "problem details on exceptions"
    TIMEOUT = "a default time-out"
    ENVIRONMENT = "the key from the environment"
    REDACTION = "no secret in any output"
    OPTIONS = "raw responses and options per request"
    TRANSPORT = "one's own HTTP client or transport"
    CONSTRAINTS = "constraints checked before sending"
    OPENNESS = "unknown fields and enum values accepted"
    UNSET = "absent apart from null"
    TESTING = "a server in memory and a fixture for users"
    COMMANDS = "a command line"
    WEBHOOKS = "webhook verification"
    TRACES = "OpenTelemetry"
    PICKLING = "exceptions unpickle"
    SHARING = "shared by threads, stated and tested"
    IMPORT = "a light import"


def shows(*rows: Row) -> Callable[[F], F]:
    """Say which rows a test shows: it fails when one of them is not so."""
    assert rows
    return lambda test: test


def shown() -> dict[Row, list[str]]:
    """The tests that show each row, by their ids."""
    found: dict[Row, list[str]] = defaultdict(list)
    for room in ROOMS:
        for path in sorted((TESTS / room).glob("test_*.py")):
            for function in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(function, ast.FunctionDef) and function.name.startswith("test_"):
                    for row in _rows(function):
                        found[row].append(f"tests/{room}/{path.name}::{function.name}")
    return found


def _rows(function: ast.FunctionDef) -> Iterator[Row]:
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Name) and decorator.func.id == "shows":
            for argument in decorator.args:
                assert isinstance(argument, ast.Attribute)
                yield Row[argument.attr]


if __name__ == "__main__":
    tests = shown()
    for each in Row:
        print(f"{each.value}:", *tests[each], sep="\n  ")
