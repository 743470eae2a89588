"""Hand the contract to openapi-python-client, and turn whatever it complains about into findings with a place.

It is given only what it has a use for: types and names. Constraints would make it merge schemas that are of one type,
titles would rename classes; both come into the client from the contract itself (`client_view`).
"""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser.errors import GeneratorError
from openapi_python_client.parser.openapi import GeneratorData

from contract import Contract, ContractError
from contract.language import is_extension
from contract.pointers import escape

if TYPE_CHECKING:
    from collections.abc import Iterable

    from contract import Finding

__all__ = ["config_for", "parse"]

_TYPE_KEYWORDS = frozenset(
    {
        *("$ref", "type", "format", "enum", "const", "description"),
        *("properties", "required", "additionalProperties", "items", "allOf", "anyOf", "oneOf"),
    }
)


def config_for(package: str, project: str, folder: Path) -> Config:
    """The settings of openapi-python-client; formatting is ours."""
    file = ConfigFile(package_name_override=package, project_name_override=project, post_hooks=[])
    return Config.from_sources(file, MetaType.UV, Path("contract"), "utf-8", overwrite=True, output_path=folder)


def parse(contract: Contract, config: Config) -> GeneratorData:
    """What openapi-python-client makes of the contract.

    Raises:
        ContractError: It does not understand a part of it.
    """
    data = GeneratorData.from_dict(_types_only(contract), config=config)
    if isinstance(data, GeneratorError):
        raise ContractError([_finding(contract, data)])
    errors = [*data.errors]
    for collection in data.endpoint_collections_by_tag.values():
        errors += collection.parse_errors
    if errors:
        raise ContractError([_finding(contract, error) for error in _unique(errors)])
    return data


def _types_only(contract: Contract) -> dict[str, Any]:
    copy = replace(contract, document=deepcopy(contract.document))
    schemas = [place for place in copy.places if place.kind == "schema" and isinstance(place.value, dict)]
    for place in reversed(schemas):  # the innermost first
        for keyword in place.value.keys() - _TYPE_KEYWORDS:
            del place.value[keyword]
        _simplify_nullable_enum(place.value)
        branches = [branch for branch in place.value.get("allOf", ()) if branch]
        if branches:
            place.value["allOf"] = branches
        else:
            place.value.pop("allOf", None)
    _drop_extensions(copy.document.get("paths", {}))
    for place in copy.places:
        if place.kind == "operation":
            _drop_extensions(place.value.get("responses", {}))
    return copy.document


def _drop_extensions(objects: dict[str, Any]) -> None:
    """Leave only objects in a map of them: openapi-python-client takes extensions among them for some."""
    for name in [name for name in objects if is_extension(name)]:
        del objects[name]


def _simplify_nullable_enum(schema: dict[str, Any]) -> None:
    """Name one type only: with a list of types, openapi-python-client makes an enum for each of them."""
    types = schema.get("type")
    if isinstance(types, list) and None in schema.get("enum", ()):
        plain = [name for name in types if name != "null"]
        schema["type"] = plain[0] if len(plain) == 1 else types


def _unique(errors: Iterable[GeneratorError]) -> list[GeneratorError]:
    seen: dict[tuple[str, str | None], GeneratorError] = {}
    for error in errors:
        seen.setdefault((error.header, error.detail), error)
    return list(seen.values())


def _finding(contract: Contract, error: GeneratorError) -> Finding:
    text = " ".join(f"{error.header} {error.detail or ''}".split())
    return contract.finding(_place(text), "generator-understands", f"openapi-python-client: {text}")


def _place(text: str) -> str:
    """The operation or schema that a complaint names."""
    operation = re.search(r"parsing (?P<method>[A-Z]+) (?P<path>/\S*) within", text)
    if operation:
        return f"/paths/{escape(operation['path'])}/{operation['method'].lower()}"
    schema = re.search(r"/?components/schemas/(?P<name>[\w.-]+)|process schema (?P<other>[\w.-]+)", text)
    return f"/components/schemas/{escape(schema['name'] or schema['other'])}" if schema else ""
