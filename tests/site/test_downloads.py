"""What partners take: the same contract in every form, an installable client, an honest bill of materials."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import tarfile
import zipfile
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest
import yaml
from openapi_spec_validator import validate

from contract.loading import parse
from generator.site.bundle import dereferenced
from generator.site.packages import PackagingError, distributions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contract import Contract
    from generator.site.inputs import Inputs

LATEST = "downloads/latest"


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)


def test_every_form_is_the_same_contract(site: dict[str, bytes], contract: Contract) -> None:
    """YAML and JSON say the same, and the YAML is the file itself, to the byte."""
    assert site[f"{LATEST}/openapi.yaml"] == contract.data
    assert json.loads(site[f"{LATEST}/openapi.json"]) == contract.document
    whole = json.loads(site[f"{LATEST}/openapi.dereferenced.json"])
    assert parse(site[f"{LATEST}/openapi.dereferenced.yaml"], "x").document == whole


def test_the_dereferenced_contract_needs_no_references(site: dict[str, bytes], contract: Contract) -> None:
    """It has none, is a valid OpenAPI document, and gives the same verdicts as the contract."""
    whole = parse(site[f"{LATEST}/openapi.dereferenced.yaml"], "dereferenced.yaml")
    assert list(_references(whole.document)) == []
    validate(json.loads(site[f"{LATEST}/openapi.dereferenced.json"]))
    for instance in ({"external_reference": "bcus_1"}, {"external_reference": "a", "balance": 1}, {"name": "x" * 256}):
        ours, theirs = (one.validator("/components/schemas/CreateCustomer") for one in (contract, whole))
        assert ours.is_valid(instance) is theirs.is_valid(instance) is False


def test_a_schema_within_itself_stays_a_reference() -> None:
    """A recursive schema is replaced as far as that is possible, and what is left resolves."""
    source = """
openapi: 3.1.0
info: {title: t, version: 1.0.0}
components:
  schemas:
    Tree: {type: object, properties: {child: {$ref: '#/components/schemas/Tree'}}}
    Named: {allOf: [{$ref: '#/components/schemas/Tree', title: Root, type: object}]}
"""
    contract = parse(source.encode(), "tree.yaml")
    whole = dereferenced(contract)
    assert set(_references(whole)) == {"#/components/schemas/Tree"}
    (branch,) = whole["components"]["schemas"]["Named"]["allOf"]
    assert branch["title"] == "Root"
    assert branch["type"] == "object"
    assert branch["allOf"][0]["properties"]["child"]


def test_the_wheel_holds_the_client(inputs: Inputs, tmp_path: Path) -> None:
    """The wheel has every file of the package, unchanged, and works on its own."""
    packed = distributions(inputs.client)
    with zipfile.ZipFile(io.BytesIO(packed[next(name for name in packed if name.endswith(".whl"))])) as wheel:
        for path in (inputs.client / "moment_billing").rglob("*.py"):
            assert wheel.read(str(path.relative_to(inputs.client))) == path.read_bytes()
        assert {file.date_time[:3] for file in wheel.infolist()} == {(2020, 1, 1)}
        wheel.extractall(tmp_path)
    program = "import moment_billing; moment_billing.Moment('sk_test_example'); print(moment_billing.__file__)"
    done = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert done.stdout.startswith(str(tmp_path)), done.stderr
    with tarfile.open(fileobj=io.BytesIO(packed[next(name for name in packed if name.endswith(".tar.gz"))])) as archive:
        assert any(member.endswith("/moment_billing/py.typed") for member in archive.getnames())


def test_a_client_that_cannot_be_packed_is_told(tmp_path: Path) -> None:
    """The build's own message is in the error."""
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n", encoding="utf-8")
    with pytest.raises(PackagingError, match="version"):
        distributions(tmp_path)


def test_the_bill_of_materials_names_everything(site: dict[str, bytes], inputs: Inputs) -> None:
    """It names what is installed with the client and nothing else, and every reference in it is to something in it."""
    bill = json.loads(site["downloads/client/sbom.cdx.json"])
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    components = {component["name"]: component["version"] for component in bill["components"]}
    assert {"httpx", "httpcore", "msgspec", "anyio", "certifi", "idna", "h11"} <= components.keys()
    assert not {"pytest", "jinja2", "opentelemetry-api"} & components.keys()
    assert all(components[name] == version(name) for name in components)
    known = {component["bom-ref"] for component in bill["components"]} | {bill["metadata"]["component"]["bom-ref"]}
    for entry in bill["dependencies"]:
        assert {entry["ref"], *entry["dependsOn"]} <= known
    for file in bill["metadata"]["component"]["components"]:
        content = site[f"downloads/client/{file['name']}"]
        assert file["hashes"][0]["content"] == hashlib.sha256(content).hexdigest()
    assert bill["metadata"]["component"]["version"] == inputs.client_project["version"]
    assert bill["metadata"]["properties"] == [{"name": "python", "value": "{}.{}".format(*sys.version_info[:2])}]


def test_the_bill_of_materials_keeps_its_standard(site: dict[str, bytes]) -> None:
    """It is valid by CycloneDX's own schema, which its library ships."""
    import cyclonedx.schema

    folder = Path(cyclonedx.schema.__file__).parent / "_res"
    base = "http://cyclonedx.org/schema/"
    found = sorted(folder.glob("*.SNAPSHOT.schema.json"))
    registry = jsonschema_rs.Registry([(base + path.name, json.loads(path.read_text("utf-8"))) for path in found])
    # Its validator would bring jsonschema's formats, which take seconds of every command that imports them.
    validator = jsonschema_rs.Draft7Validator({"$ref": f"{base}bom-1.6.SNAPSHOT.schema.json"}, registry=registry)
    bill = site["downloads/client/sbom.cdx.json"].decode()
    assert validator.is_valid(json.loads(bill))
    assert not validator.is_valid(json.loads(bill.replace('"library"', '"thing"')))


def test_checksums_are_of_the_tool_that_checks_them(site: dict[str, bytes], tmp_path: Path) -> None:
    """`sha256sum --check` accepts them, and notices a changed file."""
    for name in ("openapi.yaml", "SHA256SUMS"):
        (tmp_path / name).write_bytes(site[f"{LATEST}/{name}"])
    command = ["sha256sum", "--check", "--ignore-missing", "--strict", "SHA256SUMS"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0
    (tmp_path / "openapi.yaml").write_bytes(b"changed")
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 1
    assert yaml.safe_load(site[f"{LATEST}/openapi.yaml"])
