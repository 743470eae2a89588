"""The package as a whole: what it exports, what its import pulls in, and how completely it is typed."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import moment_billing
from tests.client.rows import Row, shows

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(moment_billing.__file__).parent
MODULES = sorted(
    ".".join(("moment_billing", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")
    for path in PACKAGE.rglob("*.py")
)


def _python(code: str, *, root: Path) -> str:
    """What a fresh interpreter prints, with the generated client on its path."""
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=root / "generated", capture_output=True, text=True, check=True, timeout=60
    )
    return result.stdout


@shows(Row.IMPORT)
def test_importing_the_package_imports_nothing_heavy(root: Path) -> None:
    """Neither httpx nor msgspec is loaded before the first name is used."""
    code = (
        "import sys; before = set(sys.modules); import moment_billing, json;"
        "print(json.dumps(sorted(name for name in set(sys.modules) - before if not name.startswith('_'))))"
    )
    loaded = json.loads(_python(code, root=root))
    assert not {"httpx", "msgspec", "asyncio", "ssl"} & set(loaded)
    assert [name for name in loaded if name.startswith("moment_billing.")] == ["moment_billing._version"]


@shows(Row.IMPORT)
def test_making_a_client_needs_no_more_than_httpx(root: Path) -> None:
    """Reading and writing JSON is loaded by the first call, so a client costs little more than httpx itself."""
    code = (
        "import sys, json, httpx; httpx.Client(); before = set(sys.modules);"
        "import moment_billing; moment_billing.Moment('sk_test_example');"
        "print(json.dumps(sorted(set(sys.modules) - before)))"
    )
    loaded = json.loads(_python(code, root=root))
    assert not {"msgspec", "logging.config", "moment_billing.models", "moment_billing._checks"} & set(loaded)
    assert "moment_billing._client" in loaded


@shows(Row.IMPORT)
def test_making_a_client_imports_only_what_it_uses(root: Path) -> None:
    """A client brings httpx and msgspec, and nothing else from outside the standard library that they do not bring."""
    code = (
        "import sys, json, httpx, msgspec; httpx.Client(); before = {name.partition('.')[0] for name in sys.modules};"
        "import moment_billing; moment_billing.Moment('sk_test_example').customers;"
        "after = {name.partition('.')[0] for name in sys.modules} - before - set(sys.stdlib_module_names);"
        "print(json.dumps(sorted(after)))"
    )
    assert json.loads(_python(code, root=root)) == ["moment_billing"]


def test_every_name_in_all_exists_and_is_listed() -> None:
    """`__all__`, `dir()` and attribute access agree; a wrong name is an AttributeError."""
    assert sorted(moment_billing.__all__) == dir(moment_billing)
    for name in moment_billing.__all__:
        assert getattr(moment_billing, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        getattr(moment_billing, "Nothing")  # noqa: B009 - a name that no type checker would let pass


@pytest.mark.parametrize("name", MODULES)
def test_each_module_exports_what_it_says(name: str) -> None:
    """`__all__` of each module names what it defines; nothing public is left out."""
    module = import_module(name)
    tree = ast.parse(Path(module.__file__ or "").read_text(encoding="utf-8"))
    defined = {node.name for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)}
    public = {entry for entry in defined if not entry.startswith("_")}
    exported = set(getattr(module, "__all__", ()))
    assert [entry for entry in exported if not hasattr(module, entry)] == []
    if not name.rpartition(".")[2].startswith("_") and name != "moment_billing":
        assert public <= exported


def _public(tree: ast.AST) -> Iterator[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from _public(node)


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.stem)
def test_everything_public_has_a_docstring(path: Path) -> None:
    """Every class, method and function that is not private says what it is for."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    assert [node.name for node in _public(tree) if not ast.get_docstring(node)] == []


def test_each_method_documents_its_parameters_errors_and_page(contract: object) -> None:
    """Each keyword is explained, each documented status and the page are named, in each method."""
    customers = import_module("moment_billing.resources.customers")
    for cls in (customers.Customers, customers.AsyncCustomers):
        for method, operation_id in (("create", "createCustomer"), ("update", "updateCustomer")):
            operation = contract.operation(operation_id)  # type: ignore[attr-defined]
            text = getattr(cls, method).__doc__
            assert operation.node["x-documentation-page"] in text
            schema, _ = contract.resolve(operation.body[0].node["schema"])  # type: ignore[attr-defined]
            assert [name for name in schema["properties"] if f"        {name}: " not in text] == []
            codes = [f"({code})" for code in operation.responses if code.startswith("4")]
            assert [code for code in codes if code not in text] == []
            assert "smallest unit of `currency`" in " ".join(text.split())
            assert ">>> " in text


@shows(Row.TYPES)
def test_the_types_are_complete(root: Path, tmp_path: Path) -> None:
    """Pyright finds every public name known: 100 %."""
    pyright = Path(sys.executable).with_name("basedpyright")
    result = subprocess.run(
        [str(pyright), "--verifytypes", "moment_billing", "--ignoreexternal", "--outputjson"],
        cwd=root / "generated",
        # pyright finds the packages of the first Python on the path.
        env={"PYTHONPATH": str(root / "generated"), "PATH": f"{pyright.parent}:/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    report = json.loads(result.stdout)
    unknown = [symbol["name"] for symbol in report["typeCompleteness"]["symbols"] if not symbol["isTypeKnown"]]
    assert unknown == []
    assert report["typeCompleteness"]["completenessScore"] == 1


@shows(Row.TYPES)
def test_ordinary_use_type_checks_and_wrong_use_does_not(root: Path, tmp_path: Path) -> None:
    """Mypy --strict accepts what a partner writes; each line marked wrong is an error."""
    usage = root / "tests" / "client" / "usage.py"
    result = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--warn-unused-ignores", f"--cache-dir={tmp_path}", str(usage)],
        cwd=tmp_path,
        env={"MYPYPATH": str(root / "generated"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert result.returncode == 0, result.stdout


def test_the_package_needs_only_httpx_and_msgspec(root: Path) -> None:
    """What a partner installs brings two dependencies, and says that it is typed."""
    project = tomllib.loads((root / "generated" / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert [name.partition(">")[0] for name in project["dependencies"]] == ["httpx", "msgspec"]
    assert (PACKAGE / "py.typed").is_file()
