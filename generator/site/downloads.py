"""What partners take with them: the contract in each form, collections, the client, every release, with checksums."""

from __future__ import annotations

import hashlib
import json
import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from contract.release import releases
from generator.site.bundle import dereferenced
from generator.site.httpfile import http_file
from generator.site.inputs import python
from generator.site.packages import distributions
from generator.site.postman import collection
from generator.site.sbom import PYTHON, bill_of_materials

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from generator.site.inputs import Inputs

__all__ = ["CHECKSUMS", "Download", "Group", "checksums", "collect", "described"]


CHECKSUMS = "SHA256SUMS"
"""The name of the files that hold checksums."""


@dataclass(frozen=True)
class Download:
    """A file to take: its name within `downloads/`, its content, and what it is."""

    name: str
    content: bytes
    what: str

    @property
    def path(self) -> str:
        """Where it stands in the site."""
        return f"downloads/{self.name}"

    @property
    def sha256(self) -> str:
        """The hash of its content, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def size(self) -> str:
        """Its size for a person, in units of 1,000 bytes."""
        return f"{len(self.content):,} B" if len(self.content) < 1000 else f"{len(self.content) / 1000:,.1f} kB"


@dataclass(frozen=True)
class Group:
    """Downloads that belong together."""

    title: str
    text: str
    files: tuple[Download, ...]

    @property
    def checksums(self) -> list[str]:
        """Where the checksums of its files stand."""
        return sorted({f"{posixpath.dirname(file.path)}/{CHECKSUMS}" for file in self.files}, reverse=True)


def collect(inputs: Inputs) -> list[Group]:
    """Every download, in groups.

    Raises:
        PackagingError: The client could not be packed.
    """
    packed = distributions(inputs.client, "wheel", "sdist")
    bill = bill_of_materials(inputs.client_project, packed)
    groups = [
        Group("The contract", f"Version {inputs.contract.version}, always under `latest/`.", _contract(inputs)),
        Group("Collections", "Every example of the contract, ready to run, with tests in them.", _collections(inputs)),
        Group(
            "The Python client",
            f"Install the wheel with pip. The bill of materials lists what it brings on Python {PYTHON}.",
            (
                *(Download(f"client/{name}", content, _kind(name)) for name, content in packed.items()),
                Download("client/sbom.cdx.json", _json(bill), "bill of materials, CycloneDX"),
            ),
        ),
    ]
    if inputs.toolkit:
        wheel = distributions(inputs.toolkit, "wheel").items()
        text = f"{_TOOLKIT} It needs Python {python(inputs.toolkit)} or newer, on Linux or macOS."
        groups.append(Group("The toolkit", text, tuple(Download(f"toolkit/{n}", c, "wheel") for n, c in wheel)))
    if published := _releases(inputs.releases):
        groups.append(Group("Releases", "Every published version, unchanged since its release.", published))
    return groups


_TOOLKIT = (
    "The sandbox (`moment-sandbox`), the suite that judges servers (`moment-conformance`) and the comparison of two "
    "contracts (`moment-diff`). Install the wheel with pip."
)


def described(groups: list[Group]) -> dict[str, Any]:
    """What the page of downloads shows; `wheels` are those to install, by their folder."""
    names = [file.name for group in groups for file in group.files if file.name.endswith(".whl")]
    return {"groups": groups, "wheels": {"toolkit": "", **dict(name.split("/") for name in names)}}


def checksums(groups: list[Group]) -> dict[str, bytes]:
    """A file `SHA256SUMS` for each folder, as `sha256sum --check` reads it: file names without folders."""
    lines: dict[str, list[str]] = {}
    for file in sorted((file for group in groups for file in group.files), key=lambda file: file.path):
        folder, name = posixpath.split(file.path)
        lines.setdefault(f"{folder}/{CHECKSUMS}", []).append(f"{file.sha256}  {name}\n")
    return {path: "".join(found).encode() for path, found in lines.items()}


def _contract(inputs: Inputs) -> tuple[Download, ...]:
    contract = inputs.contract
    whole = dereferenced(contract)
    return (
        Download("latest/openapi.yaml", contract.data, "the contract as it is written, all in one file"),
        Download("latest/openapi.json", _json(contract.document), "the same as JSON"),
        Download("latest/openapi.dereferenced.yaml", _yaml(whole), "every reference replaced by what it refers to"),
        Download("latest/openapi.dereferenced.json", _json(whole), "the same as JSON"),
    )


def _collections(inputs: Inputs) -> tuple[Download, ...]:
    contract = inputs.contract
    return (
        Download("latest/postman.json", _json(collection(contract)), "a Postman collection, format 2.1"),
        Download("latest/requests.http", http_file(contract).encode(), "for the HTTP clients of JetBrains and httpYac"),
    )


def _releases(folder: Path) -> tuple[Download, ...]:
    """The contract of each published version, the newest first."""
    return tuple(
        Download(
            f"releases/{release.version}/openapi.yaml",
            (release.folder / "openapi.yaml").read_bytes(),
            f"the contract of version {release.version}",
        )
        for release in sorted(releases(folder), reverse=True)
    )


def _kind(name: str) -> str:
    return "wheel" if name.endswith(".whl") else "source distribution"


def _json(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def _yaml(value: Mapping[str, Any]) -> bytes:
    text: str = yaml.dump(value, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=120)
    return text.encode()


class _Plain(yaml.SafeDumper):
    """Writes no aliases: a contract has none."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - every value alike
        """Whether a value is written again where it stands again: always."""
        return True
