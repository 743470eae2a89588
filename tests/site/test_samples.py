"""Every sample runs as it stands, against a real sandbox, and so does the guide for newcomers."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import uuid
from html import unescape
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


def _run(source: str, *, shell: bool, sandbox: Sandbox, root: Path) -> str:
    """What a sample prints; it must end well."""
    if shell and not all(map(shutil.which, ("curl", "uuidgen"))):
        pytest.skip("needs curl and uuidgen (Debian: curl, uuid-runtime)")
    command = (
        ["bash", "-euc", source.replace("curl ", "curl --fail --silent --show-error ", 1)]
        if shell
        else [sys.executable, "-c", source]
    )
    environment = {**sandbox.environment, "PYTHONPATH": str(root / "generated")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{source}\n{done.stderr}"
    return done.stdout


@pytest.mark.parametrize(("method", "target", "sample"), _ALL)
def test_a_sample_runs(method: str, target: str, sample: Sample, shared_sandbox: Sandbox, root: Path) -> None:
    """A sample ends well and prints a customer. Only ids and references must be this test's own."""
    reference = f"{uuid.uuid4()}"
    response = httpx.post(
        f"{shared_sandbox.url}/billing/customers",
        headers={"Authorization": f"Bearer {shared_sandbox.key}", "Idempotency-Key": reference},
        json={"external_reference": reference, "currency": "ZAR"},
    )
    source = re.sub(r"bcus_\w+", str(response.raise_for_status().json()["id"]), sample.source)
    source = source.replace("INV-2024-001", reference).replace("UCR1234567890", f"{reference}-new")
    printed = _run(source, shell=sample.language == "sh", sandbox=shared_sandbox, root=root)
    assert "bcus_" in printed, f"{method} {target}"


def _blocks(site: dict[str, bytes], page: str) -> list[tuple[str, str]]:
    """The blocks of code that a page shows, each with the title of its tab, or "", as a reader would copy them."""
    found = re.findall(
        r'(?:<span>([^<]*)</span></label>)?<pre class="code"[^>]*><code>(.*?)</code>', site[page].decode(), re.DOTALL
    )
    return [(title, unescape(re.sub("<[^>]+>", "", source))) for title, source in found]


def test_the_guide_for_newcomers_leads_to_a_customer(
    site: dict[str, bytes], shared_sandbox: Sandbox, root: Path
) -> None:
    """Its calls work one after the other, in each language, word by word; only the reference is new for each."""
    blocks = _blocks(site, "guides/getting-started.html")
    for title in ("curl", "Python client", "httpx"):
        calls = [source.replace("UCR1234567890", f"{title[:5]}-1") for other, source in blocks if other == title]
        assert len(calls) == 3
        printed = [_run(call, shell=title == "curl", sandbox=shared_sandbox, root=root) for call in calls]
        assert all("bcus_" in text for text in printed)
        assert ["2000" in text for text in printed] == [True, True, False]
        assert "5000" in printed[-1]


def test_the_key_of_the_guide_creates_once(site: dict[str, bytes], shared_sandbox: Sandbox, root: Path) -> None:
    """The lines that the guide says to send again, sent again, show the same customer."""
    sent = next(source for _, source in _blocks(site, "guides/idempotency.html") if source.startswith("KEY="))
    again = sent.partition("\n")[2]
    sent = f"{sent}\necho\n{again}".replace("UCR1234567890", f"{uuid.uuid4()}")
    printed = _run(sent, shell=True, sandbox=shared_sandbox, root=root).splitlines()
    assert len(printed) == 2
    assert printed[0] == printed[1]


def test_errors_are_named_as_the_client_raises_them() -> None:
    """Also a failure of the server, which has no exception for each status."""
    names = client_names(_CONTRACT)
    assert [names.exception(status) for status in ("404", "503", "418")] == [
        "NotFoundError",
        "ServerError",
        "APIStatusError",
    ]


def test_the_guide_installs_what_can_be_downloaded(site: dict[str, bytes]) -> None:
    """What it installs are files of the site, under the names that it gives them, and no project of an index."""
    for page in ("guides/getting-started.html", "guides/python-client.html"):
        commands = [line for _, source in _blocks(site, page) for line in source.splitlines() if "pip install" in line]
        assert commands
        for wheel in re.findall(r"\S+", " ".join(commands).replace("pip install", "")):
            name = wheel.strip("'").removeprefix("./").partition("[")[0]
            assert any(path.endswith(f"/{name}") for path in site), wheel


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
