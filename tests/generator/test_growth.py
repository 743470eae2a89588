"""The contract grows, and the client with it; what the client cannot express is refused by name."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from contract import Contract, ContractError
from generator import client
from tests.client.rows import Row, shows

if TYPE_CHECKING:
    from collections.abc import Callable

USAGE = Path(__file__).with_name("grown_usage.py")
PAGES = Path(__file__).with_name("grown_pages.py")


@pytest.fixture(scope="module")
def rendered(grown: Contract, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The client of the grown contract."""
    folder = tmp_path_factory.mktemp("client") / "generated"
    client.render(grown, folder)
    return folder


def test_the_grown_client_type_checks_and_so_does_its_use(rendered: Path, root: Path, tmp_path: Path) -> None:
    """Mypy --strict accepts the package and the files that use each construct."""
    result = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", f"--cache-dir={tmp_path}", "-p", "moment_billing"],
        cwd=rendered,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert result.returncode == 0, result.stdout
    result = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--strict",
            "--follow-untyped-imports",
            f"--cache-dir={tmp_path}",
            str(USAGE),
            str(PAGES),
        ],
        cwd=tmp_path,
        env={**os.environ, "MYPYPATH": f"{rendered}{os.pathsep}{root}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("usage", [USAGE, PAGES], ids=["usage", "pages"])
@shows(Row.OPENNESS, Row.UNSET)
def test_the_grown_client_round_trips(usage: Path, rendered: Path, grown: Contract, root: Path) -> None:
    """Enums, dates, arrays, null, nested choices, reserved names and pages go out by the contract and come back."""
    result = subprocess.run(
        [sys.executable, "-W", "error", str(usage)],
        env={**os.environ, "PYTHONPATH": f"{rendered}{os.pathsep}{root}", "GROWN_CONTRACT": grown.source},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_grown_clients_own_tests_pass(rendered: Path) -> None:
    """The examples of each new operation are rendered as tests of the wire, and hold."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-c",
        "/dev/null",
        "--rootdir=.",
        "tests",
    ]
    result = subprocess.run(command, cwd=rendered, capture_output=True, text=True, check=False, timeout=300)
    assert result.returncode == 0, result.stdout


def test_the_grown_readme_shows_lists_in_pages(rendered: Path) -> None:
    """What the README shows is Python, and goes through the pages that the contract links."""
    readme = (rendered / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    for block in blocks:
        compile(block, "README.md", "exec")
    assert any("for account in moment.accounts.list_all():" in block for block in blocks)


_POST = ("paths", "/billing/customers", "post")
_PATCH = ("paths", "/billing/customers/{customer}", "patch")
_SCHEMAS = ("components", "schemas")


def _at(document: Any, *path: str | int) -> Any:
    for name in path:
        document = document[name]
    return document


def _parameter(**more: Any) -> Callable[[Any], None]:
    parameter = {
        "name": "extra",
        "in": "query",
        "description": "Extra.",
        "schema": {"type": "string", "description": "Extra.", "examples": ["a"]},
        "example": "a",
        **more,
    }
    return lambda document: _at(document, *_POST)["parameters"].append(
        {name: value for name, value in parameter.items() if value is not None}
    )


def _property(**schema: Any) -> Callable[[Any], None]:
    """A further property of what is created."""

    def change(document: Any) -> None:
        _at(document, *_SCHEMAS, "CreateCustomer", "properties")["more"] = {"description": "More.", **schema}

    return change


def _answer(**schema: Any) -> Callable[[Any], None]:
    """A further property of what is answered."""

    def change(document: Any) -> None:
        _at(document, *_SCHEMAS, "Customer", "properties")["more"] = {"description": "More.", **schema}

    return change


def _body(media_type: str) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        content = _at(document, *_POST, "requestBody", "content")
        content[media_type] = content.pop("application/json")

    return change


def _response(status: str, media_type: str | None) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        content = {media_type: {"schema": {"$ref": "#/components/schemas/Metadata"}}} if media_type else {}
        _at(document, *_POST, "responses")[status] = {"description": "Another.", "content": content}

    return change


def _set(*path: str, value: Any) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        _at(document, *path[:-1])[path[-1]] = value

    return change


def _listed(
    cursor: str = "$response.body#/next", *, more: Any = None, links: int = 1, update: str = "", **properties: Any
) -> Callable[[Any], None]:
    """A list of customers in pages."""
    text = {"type": "string", "description": "A cursor."}
    records = {"type": "array", "description": "C.", "items": {"$ref": "#/components/schemas/Customer"}}

    def change(document: Any) -> None:
        fields = {"next": text, "data": records, **properties}
        _at(document, *_SCHEMAS)["CustomerPage"] = {"type": "object", "description": "P.", "properties": fields}
        _at(document, *_PATCH)["operationId"] = update or "updateCustomer"
        page = {"operationId": "listCustomers", "parameters": {"cursor": cursor}}
        _at(document, *_POST[:2])["get"] = {
            "operationId": "listCustomers",
            "tags": ["Customers"],
            "parameters": [{"name": "cursor", "in": "query", "description": "Which.", "schema": text}, *(more or ())],
            "responses": {
                "200": {
                    "description": "A page.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/CustomerPage"}}},
                    "links": {f"page{number}": page for number in range(links)},
                }
            },
        }

    return change


_LINK = "/get/responses/200/links/page0"
_OBJECT = {
    "type": "object",
    "description": "O.",
    "properties": {"a": {"type": "string", "description": "A.", "examples": ["a"]}},
}
_EMPTY = {"type": "object", "additionalProperties": False, "description": "E.", "examples": [{}]}


@pytest.mark.parametrize(
    ("change", "place", "words"),
    [
        (_parameter(**{"in": "cookie"}), "/parameters/1", "cookies"),
        (
            _parameter(
                schema=None, example=None, content={"application/json": {"schema": {"type": "string"}, "example": "a"}}
            ),
            "/parameters/1",
            "'content'",
        ),
        (_parameter(style="pipeDelimited"), "/parameters/1/style", "pipeDelimited"),
        (
            _parameter(schema={"type": "object", "description": "O.", "examples": [{}]}, example={}),
            "/parameters/1",
            "object",
        ),
        (_body("multipart/form-data"), "/post", "JSON"),
        (_body("text/csv"), "", "text/csv"),
        (_response("202", "text/csv"), "/202", "JSON"),
        (_response("202", "application/json"), "/post", "one type"),
        (_set(*_POST, "security", value=[]), "/post", "key"),
        (
            _property(type="object", patternProperties={"^a": {"type": "string"}}, examples=[{}]),
            "/patternProperties",
            "request",
        ),
        (_property(type="array", items={}, contains={"type": "string"}, examples=[["a"]]), "/contains", "request"),
        (_property(type="string", format="hostname", examples=["a"]), "/format", "hostname"),
        (_property(type="string", pattern=r"\p{L}", examples=["a"]), "/pattern", r"\p"),
        (_property(**{"$ref": "#/components/schemas/CreateCustomer"}), "/components/schemas/CreateCustomer", "itself"),
        (_answer(oneOf=[_OBJECT, {**_OBJECT, "required": ["a"]}], examples=[{}]), "/more", "apart"),
        (_answer(anyOf=[{"type": "string", "format": "date"}, {"type": "string"}], examples=["a"]), "/more", "apart"),
        (_answer(**_EMPTY), "/more", "empty"),
        (
            _set("components", "schemas", "Customer", "properties", "id", value={"type": "string", "format": "binary"}),
            "",
            "",
        ),
        (_set(*_PATCH, "operationId", value="retrieveCustomers"), "/get", "'retrieve'"),
        (_listed("$response.header.X-Next"), _LINK, "$response.body"),
        (_listed("$response.body#/other"), _LINK, "no property at $response.body#/other"),
        (_listed("$response.body#/next/deeper"), _LINK, "no property"),
        (_listed(links=2), "/links/page1", "one link"),
        (_listed(data={"type": "string", "description": "No array."}), _LINK, "one array"),
        (_listed(more=[{"$ref": "#/components/parameters/IdempotencyKey"}]), _LINK, "idempotency key"),
        (_listed(update="listAllCustomers"), "/get", "'list_all'"),
    ],
)
def test_what_the_client_cannot_express_is_refused_by_name(
    change: Callable[[Any], None],
    place: str,
    words: str,
    changed_contract: Callable[..., Contract],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One message with the file, the line, the place and the construct; nothing is written."""
    # The contract's own rules would complain of other things first, such as missing examples.
    monkeypatch.setattr(client, "check", lambda _contract, **_: [])
    contract = changed_contract(change)
    with pytest.raises(ContractError) as caught:
        client.generate(contract, tmp_path / "generated")
    message = str(caught.value)
    assert message.startswith(f"{contract.source}:")
    assert place in message
    assert words in message
    assert not (tmp_path / "generated").exists()
