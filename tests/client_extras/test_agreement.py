"""The server in memory agrees with the real sandbox: the same requests, sent to both, get the same answers."""

from __future__ import annotations

import json
import re
import uuid
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from moment_billing.testing import MomentServer
from tests.client.rows import Row, shows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.client.conftest import Sandbox

POST, GET, PATCH = "POST", "GET", "PATCH"
CUSTOMERS = "/billing/customers"
FULL = {
    "external_reference": "{ref}",
    "name": "Zoë",
    "email": "zoe@example.com",
    "phone": "+27123456789",
    "currency": "ZAR",
    "balance": -5,
    "metadata": {"a": "b"},
}


def create(body: Any, idempotency: str | None = "{fresh}", **headers: str) -> tuple[Any, ...]:
    keyed = {} if idempotency is None else {"Idempotency-Key": idempotency}
    return POST, CUSTOMERS, body, {**keyed, **headers}


def bad(**fields: Any) -> tuple[Any, ...]:
    return create({"external_reference": "{ref}", **fields})


def retrieve(name: str, **headers: str) -> tuple[Any, ...]:
    return GET, f"{CUSTOMERS}/{name}", None, headers


def update(body: Any, name: str = "{ref}", **headers: str) -> tuple[Any, ...]:
    return PATCH, f"{CUSTOMERS}/{name}", body, headers


# Each scenario is a list of requests. {ref}, {fresh}, {id} and {key} stand for values of the run.
SCENARIOS: dict[str, list[tuple[Any, ...]]] = {
    "create the least": [create({"external_reference": "{ref}"}), retrieve("{ref}"), retrieve("{id}")],
    "create all": [create(FULL), retrieve("{ref}")],
    "update": [create(FULL), update({"currency": "USD", "balance": 7}), retrieve("{id}")],
    "update by id": [create(FULL), update({"name": "Other", "metadata": {}}, "{id}"), retrieve("{ref}")],
    "update nothing": [create(FULL), update({})],
    "update of an unknown customer": [update({"name": "x"}, "nobody"), update({"name": "x"}, "bcus_nobody")],
    "unknown fields are not kept": [create({**FULL, "colour": "red"}), update({"email": "x@example.com"})],
    "a taken reference": [create(FULL), create({"external_reference": "{ref}", "name": "Second"}), retrieve("{ref}")],
    "not found": [retrieve("nobody"), retrieve("bcus_nobody"), retrieve("a%20b"), retrieve("a" * 256)],
    "another merchant": [create(FULL), retrieve("{ref}", Authorization="Bearer {other}")],
    "no key": [retrieve("x", Authorization=""), retrieve("x", Authorization="Basic {key}")],
    "a wrong key": [retrieve("x", Authorization="Bearer sk_test_wrong"), create(FULL, Authorization="Bearer wrong")],
    "a public key": [retrieve("x", Authorization="Bearer {public}"), create(FULL, Authorization="Bearer {public}")],
    "a lower-case scheme": [retrieve("x", Authorization="bearer {key}")],
    "a replay": [create(FULL, "{same}"), create(FULL, "{same}"), create({"external_reference": "x"}, "{same}")],
    "a replayed refusal": [create({"name": "x"}, "{same}"), create(FULL, "{same}"), retrieve("{ref}")],
    "keys of two merchants": [create(FULL, "{same}"), create(FULL, "{same}", Authorization="Bearer {other}")],
    "no idempotency key": [create(FULL, None), create(FULL, ""), create(FULL, "a_b"), create(FULL, "k" * 256)],
    "no body": [create(None), update(None)],
    "another media type": [create(FULL, **{"Content-Type": "text/plain"})],
    "a media type with a parameter": [create(FULL, **{"Content-Type": "Application/JSON; charset=utf-8"})],
    "no JSON": [create(b"{"), create(b"[]"), create(b'{"external_reference": NaN}'), create(b'"x"')],
    "a name twice": [create(b'{"external_reference": "a", "external_reference": "b"}')],
    "a whole number with a fraction": [
        create(b'{"external_reference": "{ref}", "currency": "ZAR", "balance": 2000.0}')
    ],
    "no reference": [create({}), create({"name": "x"})],
    "bad references": [create({"external_reference": text}) for text in ("", "a b", "bcus_x", "x\n", "é", "a" * 256)],
    "bad phones": [bad(phone=text) for text in ("27", "+0123", "+1234567890123456", "+١٢", "+27123\n")],
    "bad e-mails": [bad(email=text) for text in ("x", "a@", f"{'a' * 255}@example.com")],
    "bad currencies": [bad(currency=text) for text in ("zar", "XXXX", "")],
    "a balance without currency": [bad(balance=1)],
    "bad balances": [bad(currency="ZAR", balance=value) for value in (1.5, "1", None, True)],
    "long names": [bad(name="é" * 255), bad(name="é" * 256)],
    "metadata at its limits": [bad(metadata={f"k{i}": "v" for i in range(n)}) for n in (20, 21)],
    "metadata of an update": [
        create(FULL),
        *(update({"metadata": {f"k{i}": "v" for i in range(n)}}) for n in (10, 11)),
    ],
    "long metadata": [bad(metadata={"k" * 41: "v"}), bad(metadata={"k": "v" * 501}), bad(metadata={"k": 1})],
    "nulls": [bad(name=None), bad(metadata=None)],
    "an update without currency": [create(FULL), update({"balance": 1}), retrieve("{ref}")],
    "other paths": [(GET, "/billing", None, {}), (GET, "/billing/customers/a/b", None, {})],
    "other methods": [("DELETE", f"{CUSTOMERS}/x", None, {}), (GET, CUSTOMERS, None, {}), ("PUT", CUSTOMERS, {}, {})],
}


class Subject:
    """A server to send scenarios to, with its keys."""

    def __init__(self, http: httpx.Client, key: str, other: str, public: str) -> None:
        self._http = http
        self._keys = {"key": key, "other": other, "public": public}

    def run(self, scenario: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
        """The answers to a scenario, without what differs from run to run."""
        values = {**self._keys, "ref": f"ref-{uuid.uuid4()}", "same": str(uuid.uuid4())}
        told = []
        for method, path, body, headers in scenario:
            values["fresh"] = str(uuid.uuid4())
            response = self._send(method, path, body, headers, values)
            if response.status_code == 201:
                values["id"] = response.json()["id"]
            told.append(_told(response, values))
        return told

    def _send(
        self, method: str, path: str, body: Any, headers: dict[str, str], values: dict[str, str]
    ) -> httpx.Response:
        encoded = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        sent = {"Authorization": "Bearer {key}", "Content-Type": "application/json", **headers}
        filled = {name: _fill(text, values) for name, text in sent.items()}
        return self._http.request(
            method, _fill(path, values), content=_fill(encoded.decode(), values).encode(), headers=filled
        )


def _fill(text: str, values: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda match: values[match[1]], text)


def _told(response: httpx.Response, values: dict[str, str]) -> dict[str, Any]:
    body = response.json()
    problem = body.get("type") is not None and response.status_code >= 400
    for name in ("detail", "errors") if problem else ():
        body.pop(name, None)  # the wording is each server's own
    text = json.dumps(body, ensure_ascii=False)
    for name in ("id", "ref"):
        text = text.replace(values.get(name, "\0"), f"<{name}>")
    headers = ("content-type", "idempotent-replayed", "www-authenticate", "allow")
    shown = {name: response.headers[name] for name in headers if name in response.headers}
    return {"status": response.status_code, "body": text, **shown}


@pytest.fixture(scope="module")
def real(sandbox: Sandbox) -> Iterator[Subject]:
    with httpx.Client(base_url=sandbox.base_url) as http:
        yield Subject(http, sandbox.api_key, sandbox.other_api_key, sandbox.public_api_key)


@pytest.fixture
def in_memory() -> Subject:
    server = MomentServer()
    http = httpx.Client(base_url="https://moment.test", transport=server)
    return Subject(http, server.api_key, server.other_api_key, server.public_api_key)


@pytest.mark.parametrize("name", SCENARIOS)
@shows(Row.TESTING)
def test_it_answers_as_the_sandbox_does(name: str, real: Subject, in_memory: Subject) -> None:
    """Status, body, media type and headers are the same; only the wording of errors and the ids are its own."""
    assert in_memory.run(SCENARIOS[name]) == real.run(SCENARIOS[name])
