"""What the contract says is enforced because the contract says it: another contract, another server."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
import yaml

from sandbox.cli import main

CUSTOMERS = "/billing/customers"
SANDBOX = Path(sys.executable).with_name("moment-sandbox")


OK = {"200": {"description": "Done.", "content": {"application/json": {"schema": {"type": "object"}}}}}


EMPTY = {"openapi": "3.1.1", "info": {"title": "a", "version": "1"}}
REFUSED = {"description": "Refused."}


def parameter(where, name, schema, **more):
    return {"name": name, "in": where, "schema": schema, **more}


LETTERS = {"type": "array", "items": {"enum": ["x", "y"]}, "maxItems": 2}
THINGS = {
    "operationId": "findThings",
    "parameters": [
        parameter("query", "count", {"type": "integer", "maximum": 10}, required=True),
        parameter("query", "each", {"type": "array", "items": {"type": "integer", "maximum": 5}, "maxItems": 2}),
        parameter("query", "comma", LETTERS, explode=False),
        parameter("query", "space", LETTERS, style="spaceDelimited", explode=False),
        parameter("query", "pipe", LETTERS, style="pipeDelimited", explode=False),
        parameter("query", "either", {"anyOf": [{"type": "boolean"}, {"type": "array", "items": {"type": "null"}}]}),
        parameter("query", "open", {"enum": [1, "two"]}),
        parameter("query", "day", {"type": "string", "format": "date"}),
        parameter("header", "X-Numbers", {"type": "array", "items": {"type": "integer"}}),
        parameter("header", "Accept", {"const": "never"}, required=True),
        parameter("cookie", "session", {"type": "string", "minLength": 3}),
    ],
    "responses": OK,
}
BODIES = {
    "application/json": {"schema": {"type": "object", "required": ["a"]}},
    "application/merge-patch+json": {"schema": {"type": "object", "required": ["b"]}},
    "application/vnd.thing+json; version=1": {"schema": {"type": "object", "required": ["c"]}},
    "text/*": {"schema": {"type": "string"}},
}
PATHS = {
    "/things": {"get": THINGS},
    "/things/{number}.pdf": {
        "parameters": [parameter("path", "number", {"type": "integer", "maximum": 9}, required=True)],
        "put": {
            "operationId": "putThing",
            "requestBody": {"content": BODIES},
            "responses": {"204": {"description": "Put."}},
        },
    },
    "/things/{a},{b}": {
        "parameters": [
            parameter("path", name, {"type": "array", "items": {"type": "string", "maxLength": 1}}, required=True)
            for name in "ab"
        ],
        "get": {"operationId": "getPair", "responses": {"2XX": {"description": "Got."}}},
    },
    "/open": {"get": {"operationId": "look", "security": [], "responses": OK}},
    "/elsewhere": {"get": {"operationId": "sign", "security": [{"Signature": []}], "responses": OK}},
    "/nested": {
        "get": {
            "operationId": "nest",
            "responses": OK,
            "parameters": [parameter("query", "filter", {"type": "object"}, style="deepObject")],
        }
    },
}


@pytest.fixture(scope="module")
def grown(start, contract, tmp_path_factory):
    """A sandbox whose contract has changed limits, and more operations of many kinds."""
    document = copy.deepcopy(contract.document)
    more = yaml.safe_load(Path("tests/generator/grown.yaml").read_text())
    document["paths"] |= more["paths"] | PATHS
    for kind, components in more["components"].items():
        document["components"][kind] |= components
    document["components"]["securitySchemes"]["Signature"] = {"type": "apiKey", "in": "header", "name": "X-Signature"}
    schemas = document["components"]["schemas"]
    schemas["CustomerName"]["maxLength"] = 5
    schemas["ExternalReference"]["maxLength"] = 1000
    schemas["CustomerId"].update(pattern="^cu_[a-z0-9A-Z]+$", examples=["cu_12345678"])
    parameters = document["components"]["parameters"]
    parameters["IdempotencyKey"].update(name="idempotency-key")
    document["paths"][f"{CUSTOMERS}/{{customer}}"]["patch"]["requestBody"]["required"] = False
    document["components"]["responses"]["NotFound"]["content"]["application/problem+json"]["example"]["title"] = (
        "Nothing"
    )
    file = tmp_path_factory.mktemp("grown") / "openapi.yaml"
    file.write_text(json.dumps(document))
    with start("--contract", str(file)) as sandbox:
        yield sandbox


def test_changed_limits_hold(grown):
    """A limit, the form of ids and a problem's title are taken from the contract."""
    assert grown.create(name="123456").status_code == 400
    created = grown.create(name="12345").json()
    assert created["id"].startswith("cu_")
    assert len(created["id"]) == len("cu_12345678")
    assert grown.client.get(f"{CUSTOMERS}/{created['id']}").json() == created
    assert grown.client.get(f"{CUSTOMERS}/{uuid.uuid4()}").json()["title"] == "Nothing"


def test_a_renamed_header_and_a_body_that_may_be_left_out(grown):
    """An Idempotency-Key is one however it is written, and an update of nothing changes nothing."""
    first = grown.create("one-key")
    assert grown.create("one-key").content == first.content
    assert grown.client.patch(f"{CUSTOMERS}/{first.json()['id']}").json() == first.json()


@pytest.mark.parametrize(
    ("query", "headers", "status"),
    [
        ("count=10", {}, 501),
        ("count=11", {}, 400),
        ("count=x", {}, 400),
        ("count=1&count=2", {}, 400),
        ("", {}, 400),
        ("count=1&each=5", {}, 501),
        ("count=1&each=5&each=1", {}, 501),
        ("count=1&each=5&each=6", {}, 400),
        ("count=1&each=1&each=2&each=3", {}, 400),
        ("count=1&comma=x", {}, 501),
        ("count=1&comma=x,y", {}, 501),
        ("count=1&comma=x,z", {}, 400),
        ("count=1&comma=x&comma=y", {}, 400),
        ("count=1&space=x%20y&pipe=x|y", {}, 501),
        ("count=1&space=x%20z", {}, 400),
        ("count=1&pipe=x|z", {}, 400),
        ("count=1&either=true", {}, 501),
        ("count=1&either=null&either=null", {}, 501),
        ("count=1&either=1", {}, 400),
        ("count=1&open=1", {}, 501),
        ("count=1&open=two", {}, 501),
        ("count=1&open=2", {}, 400),
        ("count=1&day=2024-02-29", {}, 501),
        ("count=1&day=2023-02-29", {}, 400),
        ("count=1", {"X-Numbers": "1, 2"}, 501),
        ("count=1", {"X-Numbers": "1, x"}, 400),
        ("count=1", {"Cookie": "a=b; session=abc"}, 501),
        ("count=1", {"Cookie": "session=ab; a=b"}, 400),
    ],
)
def test_parameters_are_read_as_they_are_written(grown, query, headers, status):
    """Arrays, numbers, choices and formats, in the query, headers and cookies; what is valid is not done yet."""
    response = grown.client.get(f"/things?{query}", headers=headers)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("media", "body", "status"),
    [
        (None, "", 501),
        ("application/json", '{"a": 1}', 501),
        ("application/json", "{}", 400),
        ("application/merge-patch+json", '{"b": 1}', 501),
        ("application/merge-patch+json", '{"a": 1}', 400),
        ("application/vnd.thing+json", '{"c": 1}', 501),
        ("application/vnd.thing+json; version=1", "{}", 400),
        ("image/png", "a", 400),
    ],
)
def test_a_body_is_checked_by_its_media_type(grown, media, body, status):
    """Each media type has a schema of its own, and no other is taken."""
    headers = {"Content-Type": media} if media else {}
    assert grown.client.put("/things/1.pdf", content=body, headers=headers).status_code == status


@pytest.mark.parametrize(
    ("path", "status"),
    [("/things/10.pdf", 404), ("/things/x.pdf", 404), ("/things/1,2", 501), ("/things/11,2", 404), ("/things/1", 404)],
)
def test_parts_of_a_segment_are_parameters(grown, path, status):
    """A path may have more in a segment than one parameter."""
    method = "PUT" if path.endswith("pdf") else "GET"
    assert grown.client.request(method, path).status_code == status


@pytest.mark.parametrize(
    ("method", "path", "said"),
    [
        ("GET", "/nested", "the query parameter filter"),
        ("GET", "/elsewhere", "the security scheme Signature"),
        ("PUT", "/things/1.pdf", "text/plain"),
        ("GET", "/billing/accounts", "listAccounts"),
    ],
)
def test_what_is_not_known_is_said(grown, method, path, said):
    """What the sandbox cannot read or do is 501 and named, never let through unchecked."""
    response = grown.client.request(method, path, headers={"Content-Type": "text/plain"}, content="a")
    assert response.status_code == 501
    assert said in response.json()["detail"]


def test_the_contract_says_who_needs_a_key(grown):
    """Authentication and the refusal of other methods hold for what is new as well; what is open needs no key."""
    stranger = {"Authorization": "Bearer sk_test_unknown"}
    assert grown.client.get("/things", headers=stranger).status_code == 401
    assert grown.client.get("/open", headers=stranger).status_code == 501
    assert grown.client.get("/open", headers={**stranger, "Sandbox-Fail": "429"}).status_code == 501
    assert grown.client.post("/things").headers["allow"] == "GET"


def test_what_was_not_done_is_not_kept(grown):
    """An answer 501 leaves its Idempotency-Key free, for the day on which it is done."""
    body, headers = {"customer": "INV-1"}, {"Idempotency-Key": str(uuid.uuid4())}
    for _ in range(2):
        response = grown.client.post("/billing/accounts", json=body, headers=headers)
        assert response.status_code == 501
        assert "idempotent-replayed" not in response.headers


def test_a_key_belongs_to_an_operation(grown):
    """The answer of one operation is not given for another, which says that the key is taken."""
    key = str(uuid.uuid4())
    created = grown.create(key)
    response = grown.client.post("/billing/accounts", json={"customer": "INV-1"}, headers={"Idempotency-Key": key})
    assert response.status_code == 409
    assert "createCustomer" in response.json()["errors"][0]["detail"]
    assert grown.create(key).content == created.content


def test_a_browser_may_send_what_the_contract_asks_for(grown):
    """The headers of new operations are allowed to pages from elsewhere."""
    asks = {"Origin": "null", "Access-Control-Request-Method": "GET"}
    preflight = grown.client.options("/things", headers=asks)
    assert "X-Numbers" in preflight.headers["access-control-allow-headers"]
    assert "PUT" in preflight.headers["access-control-allow-methods"]


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("openapi: 3.0.0\n", "no OpenAPI 3.1 document"),
        ("openapi: 3.1.1\ninfo: {title: a, version: '1'}\npaths: {}\n", "needs the operations createCustomer"),
        (
            json.dumps({**EMPTY, "paths": {"/a": {"get": {"operationId": "a", "responses": {"404": REFUSED}}}}}),
            "needs a successful answer of a",
        ),
    ],
)
def test_a_contract_that_cannot_be_served_is_refused(tmp_path, text, said, workers):
    """The message is one line, and the status 2."""
    file = tmp_path / "openapi.yaml"
    file.write_text(text)
    storing = ("--workers", workers, "--database", f"sqlite:///{tmp_path}/sandbox.db")
    command = [SANDBOX, "--port", "0", *storing, "--contract", file]
    result = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert (result.returncode, result.stdout) == (2, "")
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1


def put(document, pointer, value):
    """Change a document at a pointer; None removes what stands there."""
    *path, last = [token.replace("~1", "/") for token in pointer.split("/")[1:]]
    for token in path:
        document = document[token]
    if value is None:
        del document[last]
    else:
        document[last] = value


CREATE = "/paths/~1billing~1customers/post"
ONE = "/paths/~1billing~1customers~1{customer}"
SCHEMAS = "/components/schemas"


@pytest.mark.parametrize(
    ("pointer", "value", "said"),
    [
        (f"{SCHEMAS}/Customer/properties/id/$ref", "#/components/schemas/Nowhere", "leads nowhere"),
        (f"{SCHEMAS}/CustomerId/pattern", "(", "pattern"),
        (f"{CREATE}/operationId", None, "operation-id"),
        (f"{ONE}/get/responses/200/content", None, "needs id and external_reference in the answer of retrieveCustomer"),
        ("/info/version", None, "valid-openapi"),
        (f"{CREATE}/requestBody", None, "needs external_reference in the body of createCustomer"),
        (f"{SCHEMAS}/Customer/properties/id", None, "needs id and external_reference"),
        (f"{SCHEMAS}/CustomerId/examples", [5], "needs an example of an id"),
        ("/components/parameters/Customer/name", "id", "needs the path parameter customer"),
    ],
)
def test_a_contract_that_is_broken_is_refused_with_the_place(contract, tmp_path, capsys, pointer, value, said):
    """Each finding is a line, as `moment-contract check` has it; nothing is made of such a contract."""
    document = copy.deepcopy(contract.document)
    put(document, pointer, value)
    file = tmp_path / "openapi.yaml"
    file.write_text(json.dumps(document))
    with pytest.raises(SystemExit) as ended:
        main(["--port", "0", "--database", f"sqlite:///{tmp_path}/sandbox.db", "--contract", str(file)])
    assert ended.value.code == 2
    told = capsys.readouterr()
    assert said in told.err
    assert all(f"{file}:" in line for line in told.err.splitlines())
    assert not (tmp_path / "sandbox.db").exists()


@pytest.fixture(scope="module")
def restated(start, contract, tmp_path_factory):
    """A sandbox whose contract says the same in other words, or with examples that cannot be shown."""
    document = copy.deepcopy(contract.document)
    customer, create = (document["components"]["schemas"][name] for name in ("Customer", "CreateCustomer"))
    id_ = {"properties": {"id": customer["properties"].pop("id")}}
    put(document, f"{SCHEMAS}/Customer", {"allOf": [id_, {"anyOf": [customer]}]})
    unreferenced = {"type": "object", "required": ["name"], "maxProperties": 1}
    put(document, f"{SCHEMAS}/CreateCustomer", {"oneOf": [create, {"type": "null"}, unreferenced]})
    put(document, f"{CREATE}/requestBody/required", False)
    examples = {"elsewhere": {"externalValue": "https://example.test"}, "a_list": {"value": [1]}}
    put(document, f"{CREATE}/requestBody/content/application~1json/examples", examples)
    put(document, "/components/responses/NotFound/content/application~1problem+json/example", "a text")
    file = tmp_path_factory.mktemp("restated") / "openapi.yaml"
    file.write_text(json.dumps(document))
    with start("--contract", str(file)) as sandbox:
        yield sandbox


def test_a_schema_may_be_put_together_from_others(restated):
    """Properties count wherever the schema has them."""
    created = restated.create(name="a", phone=5, unknown=1).json()
    assert created["errors"]
    created = restated.create(name="a", unknown=1)
    assert set(created.json()) == {"id", "external_reference", "name"}
    assert restated.client.get(f"{CUSTOMERS}/{created.json()['id']}").content == created.content


@pytest.mark.parametrize("body", [b"", b"null", b'{"name": "a"}'])
def test_a_customer_without_a_reference_is_not_made(restated, body):
    """Where the contract lets the reference be left out, the sandbox says that it does not."""
    headers = {"Idempotency-Key": str(uuid.uuid4()), "Content-Type": "application/json"}
    response = restated.client.post(CUSTOMERS, content=body, headers=headers)
    assert (response.status_code, "external_reference" in response.json()["detail"]) == (501, True)


def test_examples_that_cannot_be_shown_are_left_out(restated):
    """The page and the problems do without them."""
    page = restated.client.get("/")
    assert (page.status_code, "external_reference" in page.text) == (200, True)
    assert restated.client.get(f"{CUSTOMERS}/unknown").json()["title"] == "Not Found"
