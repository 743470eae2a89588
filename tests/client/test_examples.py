"""Every example in the client's documentation runs, against the sandbox, as it stands there."""

from __future__ import annotations

import doctest
import inspect
import os
import re
import subprocess
import sys
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

import moment_billing
from moment_billing import Moment

if TYPE_CHECKING:
    from pathlib import Path

    from tests.client.conftest import Sandbox

customers = import_module("moment_billing.resources.customers")
METHODS = [
    (cls, name)
    for cls in (customers.Customers, customers.AsyncCustomers)
    for name, member in vars(cls).items()
    if inspect.isfunction(member) and not name.startswith("_")
]


def _know(moment: Moment, reference: str) -> None:
    """Make sure that the customer of the examples is there."""
    try:
        moment.customers.create(external_reference=reference)
    except moment_billing.ConflictError:
        return


@pytest.mark.parametrize(("cls", "name"), METHODS, ids=lambda value: getattr(value, "__name__", value))
def test_the_example_of_each_method_runs(
    cls: type, name: str, fresh_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The example is there, runs, and shows what it says."""
    for variable, value in fresh_sandbox.environment().items():
        monkeypatch.setenv(variable, value)
    with Moment() as moment:
        _know(moment, "INV-2024-001")
    (example,) = doctest.DocTestFinder(recurse=False).find(getattr(cls, name), name, globs={})
    assert len(example.examples) >= 3
    assert doctest.DocTestRunner().run(example).failed == 0


def test_the_readme_runs_from_top_to_bottom(fresh_sandbox: Sandbox, root: Path) -> None:
    """A partner who pastes the README's blocks one after another gets what it says."""
    readme = (root / "generated" / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    assert len(blocks) >= 6
    result = subprocess.run(
        [sys.executable, "-c", "\n".join(blocks)],
        env={**os.environ, **fresh_sandbox.environment(), "PYTHONPATH": str(root / "generated")},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert result.returncode == 0, result.stderr
    promised = re.findall(r"print\(.*\)  # (.*)", readme)
    assert promised
    assert [line for line in promised if line not in result.stdout] == []
