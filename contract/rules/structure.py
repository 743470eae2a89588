"""Rules on the form of the document: references, the keywords of the language, and OpenAPI's own schema."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import jsonschema_rs

from contract.language import ANNOTATIONS, ASSERTIONS, GRAMMAR, is_extension
from contract.pointers import escape
from contract.rules.registry import Breach, Stage, rule

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.machinery import ModuleSpec

    from contract.loading import Contract

_KEYWORDS = ANNOTATIONS | ASSERTIONS | GRAMMAR["schema"].keys() | {"$ref"}


@rule("reference-resolves", Stage.REFERENCES)
def references(contract: Contract) -> Iterator[Breach]:
    """Every reference leads to an object of the right kind in this document, and not back to itself."""
    kinds = {place.pointer: place.kind for place in contract.places}
    ending: set[str] = set()
    for place in contract.places:
        if not place.is_reference:
            continue
        at, reference = place.pointer, place.value["$ref"]
        if not isinstance(reference, str) or not reference.startswith("#/"):
            yield at, f"the reference {reference!r} leaves this document; write '#/…' and keep the contract in one file"
        elif _missing(contract, reference):
            yield at, f"the reference {reference!r} leads nowhere"
        elif kinds.get(reference[1:]) != place.kind:
            yield at, f"the reference {reference!r} leads to no {place.kind.replace('-', ' ')}"
        elif _circular(contract, place.value, ending):
            yield at, f"the reference {reference!r} leads back to itself"


def _missing(contract: Contract, reference: str) -> bool:
    try:
        contract.at(reference)
    except (KeyError, ValueError):
        return True
    return False


def _circular(contract: Contract, node: Any, ending: set[str]) -> bool:
    """Whether a reference leads back to itself; those that do not are added to what is known to end."""
    seen: set[str] = set()
    while isinstance(node, dict) and isinstance(node.get("$ref"), str) and node["$ref"] not in ending:
        if node["$ref"] in seen:
            return True
        seen.add(node["$ref"])
        try:
            node = contract.at(node["$ref"])
        except (KeyError, ValueError):
            break  # reported where it stands
    ending |= seen
    return False


@rule("known-keyword", Stage.REFERENCES)
def keywords(contract: Contract) -> Iterator[Breach]:
    """Every keyword of a schema is one that the tools of this project act on."""
    for place in contract.places:
        if place.kind == "schema" and isinstance(place.value, dict):
            for keyword in place.value.keys() - _KEYWORDS:
                if not keyword.startswith("x-"):
                    yield f"{place.pointer}/{escape(keyword)}", f"the schema keyword {keyword!r} is not supported"


@rule("valid-schema", Stage.STRUCTURE)
def schemas(contract: Contract) -> Iterator[Breach]:
    """Every schema is valid JSON Schema 2020-12."""
    meta = jsonschema_rs.Draft202012Validator({"$ref": "https://json-schema.org/draft/2020-12/schema"})
    parents: list[str] = []
    for place in contract.places:
        if place.kind != "schema" or any(place.pointer.startswith(f"{parent}/") for parent in parents[-1:]):
            continue
        parents.append(place.pointer)
        for error in meta.iter_errors(place.value):
            yield _within(place.pointer, error.instance_path), f"this is no valid schema: {error.message}"


@rule("valid-openapi", Stage.STRUCTURE)
def openapi(contract: Contract) -> Iterator[Breach]:
    """The document is valid by the schema of OpenAPI 3.1."""
    validator = jsonschema_rs.Draft202012Validator(_openapi_schema(), mask="this")
    for error in validator.iter_errors(contract.document):
        yield _within("", error.instance_path), error.message


def _openapi_schema() -> Any:
    """OpenAPI's own schema, read as a file of openapi-spec-validator: importing that takes a fifth of a second."""
    package = cast("ModuleSpec", find_spec("openapi_spec_validator"))
    return json.loads(Path(str(package.origin)).with_name("resources").joinpath(*_OPENAPI_SCHEMA).read_bytes())


_OPENAPI_SCHEMA = ("schemas", "v3.1", "schema.json")


@rule("openapi-spec-validator", Stage.OUTSIDE)
def spec_validator(contract: Contract) -> Iterator[Breach]:
    """The document is valid as openapi-spec-validator sees it, which knows more than the schema."""
    from openapi_spec_validator import OpenAPIV31SpecValidator  # noqa: PLC0415 - a fifth of a second to import

    paths = contract.document.get("paths", {})  # among which it stumbles over extensions
    document = {**contract.document, "paths": {path: paths[path] for path in paths if not is_extension(path)}}
    for error in OpenAPIV31SpecValidator(document).iter_errors():
        yield _within("", getattr(error, "absolute_path", ())), str(getattr(error, "message", error)).split("\n")[0]


def _within(pointer: str, path: Any) -> str:
    return pointer + "".join(f"/{escape(str(token))}" for token in path)
