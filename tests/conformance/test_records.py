"""Which claim stands behind a difference between what was sent and what is shown."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.records import after_create, after_update

OLD: dict[str, Any] = {"name": "Old", "balance": 5, "metadata": {"a": "1", "b": "2"}}


@pytest.mark.parametrize(
    "metadata",
    [{"a": "1"}, {"a": "1", "b": "2"}, {"b": "2", "c": ""}],
)
def test_metadata_that_changes_nothing_where_it_is_merged(metadata: dict[str, str]) -> None:
    """Metadata may be merged, and then a part of the old changes nothing."""
    assert list(after_update(OLD, {"metadata": metadata}, OLD)) == []


@pytest.mark.parametrize("sent", [{"name": "New"}, {"balance": 6}, {"metadata": {"a": "3"}}])
def test_what_is_as_before_was_not_stored(sent: dict[str, Any]) -> None:
    """A field that an update names and does not change was not stored, whatever kind of value it has."""
    assert [one.claim for one in after_update(OLD, sent, OLD)] == ["update.stored"]


@pytest.mark.parametrize(
    ("shown", "claim"), [("jane  roe", "text.characters"), ("John", "create.stored"), (None, "create.stored")]
)
def test_a_restyled_text_is_a_matter_of_characters(shown: str | None, claim: str) -> None:
    """A text in another case or with other space is another text; one that is another altogether was not stored."""
    assert [one.claim for one in after_create({"name": "Jane Roe"}, {"name": shown})] == [claim]


def test_differences_are_told_as_json() -> None:
    """What was sent and what is shown are written as they are in a body, and only what is there."""
    (one,) = after_update({}, {"metadata": {"a": "1", "b": "2"}}, {"metadata": {"b": "é"}})
    assert one.message == 'metadata was sent as {"a": "1", "b": "2"}, and came back as {"b": "é"}'
    assert one.field == "metadata"
