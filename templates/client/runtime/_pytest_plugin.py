"""The fixture of `moment_billing.testing`, which pytest finds by itself once the package is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moment_billing.testing import MomentServer

__all__ = ["moment_server"]


@pytest.fixture
def moment_server() -> Iterator[MomentServer]:
    """A Moment in memory; every client that is made during the test is a client of it."""
    from moment_billing.testing import MomentServer  # noqa: PLC0415 - pytest imports this module at every start

    with MomentServer().installed() as server:
        yield server
