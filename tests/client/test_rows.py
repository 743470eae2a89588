"""Every row of the comparison with other clients is shown by a test."""

from __future__ import annotations

import pytest

from tests.client.rows import Row, shown


@pytest.mark.parametrize("row", Row, ids=lambda row: row.name.lower())
def test_every_row_is_shown(row: Row) -> None:
    """At least one test says that it would fail if the row were false."""
    assert shown()[row]
