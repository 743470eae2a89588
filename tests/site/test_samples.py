"""Every sample runs as it stands, against a real sandbox."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import httpx
import pytest

from contract import load
from generator.site.calls import client_names
from generator.site.examples import examples
from generator.site.samples import samples

if TYPE_CHECKING:
    from pathlib import Path

    from generator.site.samples import Sample
    from tests.site.conftest import Sandbox

_CONTRACT = load()
_CALLS = client_names(_CONTRACT).calls
_ALL = [
    pytest.param(example.operation.method, example.target, sample, id=f"{operation.id}-{example.name}-{sample.title}")
    for operation in _CONTRACT.operations
    for example in examples(_CONTRACT, operation)
    for sample in samples(example, _CALLS[operation.id])
]


@pytest.fixture
def prepared(sandbox: Sandbox) -> str:
    """The id of a customer with the reference that the samples use."""
    response = httpx.post(
        f"{sandbox.url}/billing/customers",
        headers={"Authorization": f"Bearer {sandbox.key}", "Idempotency-Key": "prepare"},
        json={"external_reference": "INV-2024-001", "currency": "ZAR"},
    )
    return str(response.raise_for_status().json()["id"])


@pytest.mark.parametrize(("method", "target", "sample"), _ALL)
def test_a_sample_runs(method: str, target: str, sample: Sample, sandbox: Sandbox, prepared: str, root: Path) -> None:
    """A sample ends well and prints a customer. Only an id must be one that this sandbox gave."""
    source = re.sub(r"bcus_\w+", prepared, sample.source)
    shell = sample.language == "sh"
    if shell and not all(map(shutil.which, ("curl", "uuidgen"))):
        pytest.skip("needs curl and uuidgen (Debian: curl, uuid-runtime)")
    command = (
        ["bash", "-euc", source.replace("curl ", "curl --fail --silent --show-error ", 1)]
        if shell
        else [sys.executable, "-c", source]
    )
    environment = {**sandbox.environment, "PYTHONPATH": str(root / "generated")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{method} {target}\n{done.stderr}"
    assert "bcus_" in done.stdout


def test_python_blocks_of_guides_compile(site: dict[str, bytes]) -> None:
    """Every Python block on every page is a program without a mistake of syntax."""
    blocks = [
        block
        for name, content in site.items()
        if name.endswith(".md")
        for block in re.findall(r"^```python[^\n]*\n(.*?)^```", content.decode(), re.MULTILINE | re.DOTALL)
    ]
    assert len(blocks) > 10
    for block in blocks:
        ast.parse(block)
