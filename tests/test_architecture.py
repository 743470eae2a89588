"""The arrows between the rooms: who may import whom."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = {"contract", "generator", "sandbox", "conformance", "moment_billing", "tests", "benchmarks"}
MAY_IMPORT = {
    "contract": {"contract"},
    "generator": {"generator", "contract"},
    "sandbox": {"sandbox", "contract"},
    "conformance": {"conformance", "contract"},
    "generated": {"moment_billing"},
    "templates": {"moment_billing"},
}


def imports(source: str) -> set[str]:
    """The top-level packages that a module imports, wherever in it the import stands."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add((node.module or "").split(".")[0])
        elif isinstance(node, ast.Call) and _called(node) in {"import_module", "__import__"}:
            names = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
            found |= {name.split(".")[0] for name in names if isinstance(name, str)}
    return found


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_what_the_design_allows(room: str) -> None:
    """No module of a room imports another room unless an arrow of the design leads there."""
    modules = sorted((ROOT / room).rglob("*.py"))
    assert modules, f"{room}/ holds no module"
    for module in modules:
        foreign = (imports(module.read_text("utf-8")) & ROOMS) - MAY_IMPORT[room]
        assert not foreign, f"{module.relative_to(ROOT)} imports {', '.join(sorted(foreign))}"


def test_the_reader_of_imports_finds_every_form() -> None:
    """The check sees plain, aliased, nested, and dynamic imports, and is not fooled by relative ones."""
    source = """
import sandbox.app as app
from conformance import cli
from . import generator
def late():
    from contract.diff import compare
    import importlib
    importlib.import_module("moment_billing.errors")
"""
    assert imports(source) & ROOMS == {"sandbox", "conformance", "contract", "moment_billing"}
