"""Contracts of one operation around a schema, so that a test speaks of schemas only."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from contract.diff import Change, compare
from contract.loading import Contract, parse

Around = Callable[..., Contract]
Changes = Callable[..., Sequence[Change]]


def document(**parts: Any) -> dict[str, Any]:
    """A contract of one operation; its parts can be replaced."""
    operation = {
        "operationId": "keep",
        "responses": {"200": {"description": "Kept."}},
        **parts.pop("operation", {}),
    }
    return {
        "openapi": "3.1.1",
        "info": {"title": "Keep", "version": "1.0.0"},
        "paths": {"/things": {"post": operation}},
        **parts,
    }


def read(content: Mapping[str, Any]) -> Contract:
    """A contract from its document."""
    return parse(json.dumps(content).encode(), "contract.json")


def around(schema: Any, components: Mapping[str, Any] | None = None) -> Contract:
    """A contract that sends and answers with a schema."""
    media = {"content": {"application/json": {"schema": schema}}}
    operation = {"requestBody": media, "responses": {"200": {"description": "Kept.", **media}}}
    return read(document(operation=operation, components={"schemas": components or {}}))


@pytest.fixture(scope="session")
def contract_around() -> Around:
    """Make a contract around a schema."""
    return around


@pytest.fixture(scope="session")
def changes_between() -> Changes:
    """The changes between two schemas, in requests and responses."""

    def changes(old: Any, new: Any, components: Mapping[str, Any] | None = None, **other: Any) -> Sequence[Change]:
        return compare(around(old, components), around(new, other.get("new_components", components))).changes

    return changes


@pytest.fixture(scope="session")
def changes_of_operation() -> Changes:
    """The changes between two operations, each given by the parts that are not the usual ones."""

    def changes(old: Mapping[str, Any], new: Mapping[str, Any], **parts: Any) -> Sequence[Change]:
        contracts = [read(document(operation=dict(operation), **parts)) for operation in (old, new)]
        return compare(*contracts).changes

    return changes


@pytest.fixture(scope="session")
def changes_of_document() -> Changes:
    """The changes between two contracts, each given by the parts that are not the usual ones."""

    def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Sequence[Change]:
        return compare(read(document(**old)), read(document(**new))).changes

    return changes
