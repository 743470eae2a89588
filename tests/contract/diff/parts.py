"""Parts of operations, so that a test names only what it is about."""

from __future__ import annotations

import re
from typing import Any

__all__ = [
    "JSON",
    "KEY",
    "OF_NOTICES",
    "OK",
    "SCHEMES",
    "XML",
    "answer",
    "header",
    "paths_of",
    "query",
    "rules_of",
    "secured_by",
]

JSON = {"application/json": {"schema": {"type": "object"}}}
XML = {"application/xml": {"schema": {"type": "object"}}}
OK = {"description": "Kept."}
OF_NOTICES = re.compile(
    "webhook-|callback-|response-(required-|optional-)?(parameter|body)-|request-(required-|optional-)?header-"
)
"""The rules on what only webhooks and callbacks have: parameters that are read, and headers that are answered."""
KEY = {"type": "http", "scheme": "bearer"}


def query(**parts: Any) -> dict[str, Any]:
    return {"parameters": [{"name": "q", "in": "query", "schema": {"type": "string"}} | parts]}


def answer(**parts: Any) -> dict[str, Any]:
    return {"responses": {"200": OK | parts}}


def header(**parts: Any) -> dict[str, Any]:
    return answer(headers={"X-Left": {"schema": {"type": "integer"}} | parts})


def secured_by(*requirements: dict[str, list[str]]) -> dict[str, Any]:
    return {"security": list(requirements)}


SCHEMES = {"securitySchemes": {"Key": KEY, "Other": {"type": "apiKey", "in": "header", "name": "X-Key"}, "Login": {
    "type": "oauth2", "flows": {}}}}  # fmt: skip


def paths_of(path: str, name: str = "id", **operation: Any) -> dict[str, Any]:
    parameter = {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
    parts = {"operationId": "get", "parameters": [parameter], "responses": {"200": OK}} | operation
    return {"paths": {path: {"get": parts}}}


def rules_of(changes: Any) -> list[str]:
    return [change.rule for change in changes]
