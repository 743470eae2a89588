"""What the tests of every room share."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from contract import Contract, load


def pytest_configure() -> None:
    """Take interrupts as usual, also where a shell in the background ignores them for its children."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the checkout."""
    return Path(__file__).parent.parent


@pytest.fixture(scope="session")
def contract() -> Contract:
    """This project's own contract."""
    return load()
