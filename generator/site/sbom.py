"""A bill of materials of the client (CycloneDX 1.6, JSON): the wheel, and everything that installing it brings.

The versions of the dependencies are those that the client was tested with: the ones installed here, from the lock file.
"""

from __future__ import annotations

import hashlib
import re
import sys
import uuid
from importlib.metadata import PackageNotFoundError, distribution
from typing import TYPE_CHECKING, Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["PYTHON", "bill_of_materials"]

PYTHON = "{}.{}".format(*sys.version_info[:2])
"""The version of Python that a bill is for: what is installed depends on it."""

_NO_EXTRA = {"extra": ""}


def bill_of_materials(project: Mapping[str, Any], files: Mapping[str, bytes]) -> dict[str, Any]:
    """The bill of a project: its `project` table, and its distribution files by name."""
    root = _reference(project["name"], project["version"])
    needed = _closure(project.get("dependencies", ()))
    digest = hashlib.sha256(b"".join(files[name] for name in sorted(files))).hexdigest()
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{root}#{digest}')}",
        "version": 1,
        "metadata": {
            "component": _root(project, root, files),
            "properties": [{"name": "python", "value": PYTHON}],
        },
        "components": [_component(name) for name in sorted(needed)],
        "dependencies": [
            {"ref": root, "dependsOn": _references(_names(project.get("dependencies", ())))},
            *({"ref": _installed(name), "dependsOn": _references(needed[name])} for name in sorted(needed)),
        ],
    }


def _root(project: Mapping[str, Any], reference: str, files: Mapping[str, bytes]) -> dict[str, Any]:
    return {
        "type": "library",
        "bom-ref": reference,
        "name": project["name"],
        "version": project["version"],
        "description": project.get("description", ""),
        "licenses": [{"license": {"id": project["license"]}}] if "license" in project else [],
        "purl": reference,
        "components": [
            {
                "type": "file",
                "bom-ref": f"file:{name}",
                "name": name,
                "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(content).hexdigest()}],
            }
            for name, content in sorted(files.items())
        ],
    }


def _component(name: str) -> dict[str, Any]:
    metadata = distribution(name).metadata
    found: dict[str, Any] = {
        "type": "library",
        "bom-ref": _installed(name),
        "name": name,
        "version": metadata["Version"],
        "purl": _installed(name),
    }
    licence = metadata["License-Expression"] or metadata["License"]
    if licence and len(licence) < 100:
        found["licenses"] = [{"expression": licence} if _is_expression(licence) else {"license": {"name": licence}}]
    return found


def _is_expression(text: str) -> bool:
    """Whether a licence is written as SPDX writes it; older packages use free words, such as `MIT License`."""
    return re.fullmatch(r"[A-Za-z0-9.+-]+(?: (?:AND|OR|WITH) [A-Za-z0-9.+-]+)*", text) is not None


def _closure(requirements: Iterable[str]) -> dict[str, list[str]]:
    """Every distribution that the requirements bring, each with those that it needs itself."""
    found: dict[str, list[str]] = {}
    waiting = _names(requirements)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found[name] = _names(distribution(name).requires or ())
        waiting += found[name]
    return found


def _names(requirements: Iterable[str]) -> list[str]:
    """The names of what is required on every platform that this one is like, extras left out."""
    parsed = [Requirement(text) for text in requirements]
    names = {
        canonicalize_name(item.name) for item in parsed if item.marker is None or item.marker.evaluate({**_NO_EXTRA})
    }
    return sorted(name for name in names if _is_installed(name))


def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def _installed(name: str) -> str:
    return _reference(name, distribution(name).version)


def _references(names: Iterable[str]) -> list[str]:
    return [_installed(name) for name in names]


def _reference(name: str, version: str) -> str:
    """A package URL (https://github.com/package-url/purl-spec, type pypi)."""
    return f"pkg:pypi/{canonicalize_name(name)}@{version}"
