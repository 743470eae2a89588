"""What breaks the contract is refused with problem details that say what is wrong."""

from __future__ import annotations

import gzip
import uuid

import pytest

CUSTOMERS = "/billing/customers"


def fresh() -> str:
    return str(uuid.uuid4())


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"external_reference": "bcus_mine"}, "/external_reference"),
        ({"external_reference": "a" * 256}, "/external_reference"),
        ({"external_reference": "a\n"}, "/external_reference"),
        ({"external_reference": None}, "/external_reference"),
        ({"name": "a" * 256}, "/name"),
        ({"email": "nobody"}, "/email"),
        ({"phone": "+27123456789\n"}, "/phone"),
        ({"phone": "+٢٧١٢٣٤٥٦"}, "/phone"),
        ({"currency": "zar"}, "/currency"),
        ({"currency": "ZZZ"}, "/currency"),
        ({"balance": 1}, ""),
        ({"balance": 1.5, "currency": "ZAR"}, "/balance"),
        ({"metadata": {"a": 1}}, "/metadata/a"),
        ({"metadata": {"a/~" + "b" * 40: "x"}}, "/metadata"),
        ({"metadata": {str(n): "" for n in range(21)}}, "/metadata"),
        ({"metadata": {"a": "b" * 501}}, "/metadata/a"),
    ],
)
def test_a_body_that_breaks_its_schema_is_refused_with_the_place(sandbox, fields, pointer):
    """Each broken rule is 400 and its place is named."""
    response = sandbox.create(**fields)
    assert response.status_code == 400
    assert pointer in [error["pointer"] for error in response.json()["errors"]]


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"[]", b"null", b"\xff", b'\xef\xbb\xbf{"external_reference":"a"}', b"{} {}"),
        *(b'{"external_reference": "a", "external_reference": "b"}', b'{"name": NaN, "external_reference": "a"}'),
        *(b'{"external_reference": "a", "name": "\\ud800"}', b'{"external_reference": "a", "x": 1e999999999}'),
        b'{"external_reference": "a", "x": ' + b"9" * 5000 + b"}",
        *(b'{"external_reference": "a", "x": ' + b"[" * deep + b"]" * deep + b"}" for deep in (256, 980, 10_000)),
        b'{"external_reference": "a", "metadata": {"a": ' + b"[" * 300 + b"]" * 300 + b"}}",
        b'{"external_reference": "a", "x": 1e99999999999999999999}',
        b'{"external_reference": "a", "currency": "ZAR", "balance": 9007199254740993.5}',
    ],
)
def test_what_is_no_usable_json_is_refused(sandbox, body):
    """Malformed, ambiguous and excessive JSON is 400, never a failure of the server."""
    headers = {"Idempotency-Key": fresh(), "Content-Type": "application/json"}
    response = sandbox.client.post(CUSTOMERS, content=body, headers=headers)
    assert response.status_code == 400
    assert response.json()["errors"]


@pytest.mark.parametrize(("pairs", "errors"), [(1_000, 100), (50_000, 1)])
def test_a_body_with_many_errors_is_refused_in_few_words(sandbox, pairs, errors):
    """What is wrong is listed up to a limit: the answer, which an Idempotency-Key keeps, does not outgrow the body."""
    response = sandbox.create(metadata={str(number): number for number in range(pairs)})
    assert response.status_code == 400
    assert len(response.json()["errors"]) == errors


@pytest.mark.parametrize("media", [None, "text/plain", "application/xml", "application/jsonp"])
def test_another_media_type_is_refused(sandbox, media):
    """A body must be declared as JSON."""
    headers = {"Idempotency-Key": fresh()} | ({"Content-Type": media} if media else {})
    response = sandbox.client.post(CUSTOMERS, content=b'{"external_reference":"a"}', headers=headers)
    assert response.status_code == 400
    assert response.json()["errors"][0]["parameter"] == "header Content-Type"


def test_an_encoded_body_is_refused(sandbox):
    """It is said that no encoding is taken, and by which header that is known."""
    headers = {"Idempotency-Key": fresh(), "Content-Type": "application/json", "Content-Encoding": "gzip"}
    response = sandbox.client.post(CUSTOMERS, content=gzip.compress(b"{}"), headers=headers)
    assert (response.status_code, response.headers["accept-encoding"]) == (400, "identity")
    assert response.json()["errors"][0]["parameter"] == "header Content-Encoding"
    headers |= {"Idempotency-Key": fresh(), "Content-Encoding": "identity"}
    assert sandbox.client.post(CUSTOMERS, json={"external_reference": fresh()}, headers=headers).status_code == 201


def test_a_media_type_may_have_parameters(sandbox):
    """`application/json; charset=utf-8` is JSON, in any case of letters."""
    headers = {"Idempotency-Key": fresh(), "Content-Type": "Application/JSON; charset=utf-8"}
    body = f'{{"external_reference": "{fresh()}"}}'
    assert sandbox.client.post(CUSTOMERS, content=body, headers=headers).status_code == 201


def test_a_body_too_long_is_refused(sandbox):
    """More than a mebibyte is not read, declared or not."""
    headers = {"Idempotency-Key": fresh(), "Content-Type": "application/json"}
    long = b" " * (1024 * 1024 + 1)
    for content in (long, iter([long[:1000], long])):
        response = sandbox.client.post(CUSTOMERS, content=content, headers=headers)
        assert response.status_code == 400


@pytest.mark.parametrize("value", [None, "", "Bearer", "Bearer sk_test_unknown", "Basic c2s6", "sk_test_x"])
def test_without_a_known_key_nothing_is_served(sandbox, value):
    """No key or an unknown one is 401, before anything else about the request is looked at."""
    headers = {} if value is None else {"Authorization": value}
    for method, path in (("GET", f"{CUSTOMERS}/a"), ("POST", CUSTOMERS), ("PATCH", f"{CUSTOMERS}/bcus_-")):
        request = sandbox.client.build_request(method, path, headers=headers)
        if value is None:
            del request.headers["Authorization"]
        response = sandbox.client.send(request)
        assert response.status_code == 401
        assert response.headers["www-authenticate"] == "Bearer"


def test_a_public_key_may_not_touch_customers(sandbox):
    """Public keys get 403 on every customer operation."""
    headers = {"Authorization": f"Bearer {sandbox.public_key}"}
    for method, path in (("GET", f"{CUSTOMERS}/a"), ("POST", CUSTOMERS), ("PATCH", f"{CUSTOMERS}/a")):
        assert sandbox.client.request(method, path, headers=headers).status_code == 403


def test_other_methods_and_paths_are_refused(sandbox):
    """An unknown method is 405 with the known ones, an unknown path 404."""
    response = sandbox.client.delete(f"{CUSTOMERS}/a")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, PATCH"
    for path in ("/billing", f"{CUSTOMERS}/", f"{CUSTOMERS}/a/b", "//billing/customers", "/billing%2Fcustomers"):
        assert {sandbox.client.request(method, path).status_code for method in ("GET", "POST")} == {404}


def test_problems_speak_the_contracts_words(sandbox, contract):
    """Type, title and status of each problem are those of the contract's example, and the path is the instance."""
    path = f"{CUSTOMERS}/{fresh()}"
    response = sandbox.client.get(path)
    problem = response.json()
    media = contract.operation("retrieveCustomer").responses["404"].media[0]
    assert response.headers["content-type"] == media.type
    assert contract.validator(media.schema).violations(problem) == []
    assert {name: problem[name] for name in ("type", "title", "status")} == {
        name: media.node["example"][name] for name in ("type", "title", "status")
    }
    assert problem["instance"] == path
