"""Contracts of any size, like this project's own: resources with a few operations and a schema each."""

from __future__ import annotations

from typing import Any

__all__ = ["synthetic"]

_PER_RESOURCE = 5


def synthetic(operations: int) -> dict[str, Any]:
    """A contract of so many operations, five for each resource."""
    count = -(-operations // _PER_RESOURCE)
    resources = [_Resource(number) for number in range(count)]
    paths: dict[str, Any] = {}
    for resource in resources:
        paths |= resource.paths(min(_PER_RESOURCE, operations - resource.number * _PER_RESOURCE))
    return {
        "openapi": "3.1.1",
        "info": {"title": f"{operations} operations", "version": "1.0.0", "description": "A synthetic contract."},
        "servers": [{"url": "https://api.example.test", "description": "Nowhere."}],
        "security": [{"Key": []}],
        "tags": [{"name": resource.tag, "description": "A resource."} for resource in resources],
        "paths": paths,
        "components": {
            "securitySchemes": {"Key": {"type": "http", "scheme": "bearer", "description": "A key."}},
            "responses": {"BadRequest": _answer("The request is invalid.", "Problem", "application/problem+json")},
            "schemas": {"Problem": _PROBLEM, **{resource.name: resource.schema for resource in resources}},
        },
    }


def _string(about: str, **keywords: Any) -> dict[str, Any]:
    return {"type": "string", "description": about, "examples": ["abc"], **keywords}


_PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "description": "What went wrong.",
    "type": "object",
    "properties": {"title": _string("The kind of error."), "detail": _string("What went wrong this time.")},
    "examples": [{"title": "abc"}],
}


def _body(name: str, media_type: str = "application/json") -> dict[str, Any]:
    example = {"title": "abc"} if name == "Problem" else {"reference": "abc"}
    return {media_type: {"schema": {"$ref": f"#/components/schemas/{name}"}, "example": example}}


def _answer(about: str, name: str, media_type: str = "application/json") -> dict[str, Any]:
    return {"description": about, "content": _body(name, media_type)}


class _Resource:
    """One resource: `Widget7` under `/widgets7`."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.name = f"Widget{number}"
        self.tag = f"Widgets {number}"

    @property
    def schema(self) -> dict[str, Any]:
        """A schema with a constraint of each common kind."""
        amount = {"type": "integer", "description": "An amount.", "minimum": 0, "examples": [100]}
        properties = {
            "reference": _string("A reference.", maxLength=255, pattern="^[a-zA-Z0-9_-]+$"),
            "name": _string("A name.", maxLength=255),
            "kind": _string("A kind.", enum=["abc", "def"]),
            "amount": amount,
            "active": {"type": "boolean", "description": "Whether it is active.", "examples": [True]},
            "tags": {"type": "array", "description": "Tags.", "items": _string("A tag."), "examples": [["abc"]]},
            "metadata": {
                "type": "object",
                "description": "Pairs of the merchant's own.",
                "maxProperties": 20,
                "propertyNames": {"maxLength": 40, "examples": ["a"]},
                "additionalProperties": _string("A value.", maxLength=500),
                "examples": [{"a": "abc"}],
            },
        }
        return {
            "title": self.name,
            "description": f"Widget number {self.number}.",
            "type": "object",
            "required": ["reference"],
            "properties": properties,
            "examples": [{"reference": "abc"}],
        }

    def paths(self, count: int) -> dict[str, Any]:
        """The paths of its first operations."""
        key = {"name": "widget", "in": "path", "required": True, "description": "Its id."}
        parameter = {**key, "schema": {"type": "string", "maxLength": 255}, "example": "abc"}
        collection, member = f"/widgets{self.number}", f"/widgets{self.number}/{{widget}}"
        wanted: list[tuple[str, str, str, dict[str, Any], str]] = [
            (collection, "post", "create", {"requestBody": self._request()}, "201"),
            (member, "get", "retrieve", {"parameters": [parameter]}, "200"),
            (member, "patch", "update", {"parameters": [parameter], "requestBody": self._request()}, "200"),
            (member, "put", "replace", {"parameters": [parameter], "requestBody": self._request()}, "200"),
            (f"{member}/close", "post", "close", {"parameters": [parameter]}, "200"),
        ]
        paths: dict[str, Any] = {}
        for path, method, verb, parts, status in wanted[:count]:
            paths.setdefault(path, {})[method] = self._operation(verb, parts, status)
        return paths

    def _request(self) -> dict[str, Any]:
        return {"description": "The widget.", "required": True, "content": _body(self.name)}

    def _operation(self, verb: str, parts: dict[str, Any], status: str) -> dict[str, Any]:
        return {
            "operationId": f"{verb}{self.name}",
            "summary": f"{verb.capitalize()} widget {self.number}",
            "description": "An operation.",
            "tags": [self.tag],
            **parts,
            "responses": {
                status: _answer("The widget.", self.name),
                "400": {"$ref": "#/components/responses/BadRequest"},
            },
        }
