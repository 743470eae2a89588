"""A small whole contract, and a way to break it in one place."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from contract import Contract
from contract.loading import parse
from contract.pointers import tokens

SMALL: dict[str, Any] = {
    "openapi": "3.1.1",
    "info": {"title": "Small", "version": "1.0.0"},
    "servers": [{"url": "https://example.test", "description": "The only one."}],
    "security": [{"Key": []}],
    "tags": [{"name": "Things", "description": "Things."}],
    "paths": {
        "/things/{thing}": {
            "get": {
                "operationId": "getThing",
                "summary": "Get a thing",
                "description": "Gets a thing.",
                "tags": ["Things"],
                "parameters": [{"$ref": "#/components/parameters/Thing"}],
                "responses": {
                    "200": {
                        "description": "The thing.",
                        "content": {
                            "application/json": {
                                "schema": {"$ref": "#/components/schemas/Thing"},
                                "example": {"name": "a"},
                            }
                        },
                        "links": {"again": {"$ref": "#/components/links/Again"}},
                    },
                    "404": {"$ref": "#/components/responses/NotFound"},
                },
            }
        }
    },
    "components": {
        "securitySchemes": {"Key": {"type": "http", "scheme": "bearer", "description": "A key."}},
        "parameters": {
            "Thing": {
                "name": "thing",
                "in": "path",
                "required": True,
                "description": "Its name.",
                "schema": {"$ref": "#/components/schemas/Name"},
                "example": "a",
            }
        },
        "schemas": {
            "Name": {"description": "A name.", "type": "string", "pattern": "^[a-z]+$", "examples": ["a"]},
            "Thing": {
                "description": "A thing.",
                "type": "object",
                "required": ["name"],
                "properties": {"name": {"$ref": "#/components/schemas/Name"}},
            },
        },
        "responses": {
            "NotFound": {
                "description": "No such thing.",
                "content": {"application/problem+json": {"schema": {"type": "object"}, "example": {}}},
            }
        },
        "links": {
            "Again": {
                "operationId": "getThing",
                "description": "The same thing.",
                "parameters": {"thing": "$response.body#/name"},
            }
        },
    },
}

Edit = Callable[..., Contract]


def read(document: dict[str, Any]) -> Contract:
    """A contract from a document that was never in a file."""
    return parse(yaml.safe_dump(document, sort_keys=False).encode(), "small.yaml")


@pytest.fixture
def small() -> dict[str, Any]:
    """A copy of the small document, to change at will."""
    return copy.deepcopy(SMALL)


@pytest.fixture
def edit(small: dict[str, Any]) -> Edit:
    """The small contract with one place set to a value, or removed when no value is given."""

    def change(pointer: str, *value: Any) -> Contract:
        *way, last = tokens(pointer)
        node: Any = small
        for token in way:
            node = node[int(token)] if isinstance(node, list) else node[token]
        key = int(last) if isinstance(node, list) else last
        if value:
            node[key] = value[0]
        else:
            del node[key]
        return read(small)

    return change
