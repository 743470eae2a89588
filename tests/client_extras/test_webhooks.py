"""Webhooks: only what Moment signed, unchanged and fresh, is returned as an event."""

from __future__ import annotations

import base64
import hmac
import os
import pickle
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moment_billing import UNSET, MomentError, webhooks
from moment_billing.testing import sign_webhook
from moment_billing.webhooks import WebhookEvent, verify
from tests.client.rows import Row, shows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECRET = "a secret for tests"
NOW = 1_800_000_000
EVENT = {
    "id": "evt_1",
    "type": "obligation.amount_applied",
    "data": {"amount": 100, "currency": "ZAR", "customer_id": "bcus_1"},
    "livemode": False,
}


def signed(event: Any = EVENT, **changes: Any) -> tuple[bytes, dict[str, str]]:
    return sign_webhook(event, SECRET, **{"timestamp": NOW, **changes})


@shows(Row.WEBHOOKS)
def test_a_signature_made_elsewhere_is_accepted() -> None:
    """The example of the Standard Webhooks specification, whose secret is base64."""
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    # The signature is right: only then is the body read, which is no event of ours.
    with pytest.raises(webhooks.WebhookBodyError):
        verify(b'{"test": 2432232314}', headers, secret, now=1614265330)


def test_an_event_is_returned_with_all_that_it_holds() -> None:
    """Undeclared events are read as they are; undeclared fields are kept."""
    body, headers = signed()
    event = verify(body, headers, SECRET, now=NOW)
    assert isinstance(event, WebhookEvent)
    assert (event.id, event.type, event.data) == (EVENT["id"], EVENT["type"], EVENT["data"])
    assert event.extra_fields == {"livemode": False}
    assert event.to_dict() == EVENT


def test_names_of_headers_are_not_case_sensitive_and_texts_are_taken() -> None:
    """Frameworks write headers as they like, and some give the body as a text."""
    body, headers = signed({"type": "é"})
    shouted = {name.upper(): value for name, value in headers.items()}
    event = verify(body.decode(), shouted, SECRET.encode(), now=NOW)
    assert (event.type, event.id) == ("é", UNSET)


def test_one_of_several_signatures_suffices() -> None:
    """While a secret is being replaced, a webhook is signed under both; other versions are passed over."""
    body, headers = signed()
    right = headers["webhook-signature"]
    for several in (f"v1,AAAA {right}", f"{right} v1,AAAA", f"v2,x v1a,y {right}"):
        assert verify(body, {**headers, "webhook-signature": several}, SECRET, now=NOW)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("webhook-id", "evt_other"),
        ("webhook-timestamp", str(NOW + 1)),
        ("webhook-signature", "v1,AAAA"),
        ("webhook-signature", "v1,"),
        ("webhook-signature", "v1,é"),
    ],
)
def test_a_changed_header_is_refused(part: str, value: str) -> None:
    """Id and timestamp are signed with the body."""
    body, headers = signed()
    with pytest.raises(webhooks.WebhookSignatureError):
        verify(body, {**headers, part: value}, SECRET, now=NOW)


@given(position=st.integers(min_value=0), bit=st.integers(min_value=0, max_value=7))
@shows(Row.WEBHOOKS)
def test_a_changed_body_is_refused(position: int, bit: int) -> None:
    """Any bit."""
    body, headers = signed()
    changed = bytearray(body)
    changed[position % len(body)] ^= 1 << bit
    with pytest.raises(webhooks.WebhookSignatureError):
        verify(bytes(changed), headers, SECRET, now=NOW)


def test_another_secret_is_refused() -> None:
    """And an empty one is an error of the caller's, whatever the signature."""
    body, headers = signed()
    with pytest.raises(webhooks.WebhookSignatureError):
        verify(body, headers, SECRET + "x", now=NOW)
    body, headers = sign_webhook(EVENT, b"", timestamp=NOW)
    for nothing in ("", b"", None):
        with pytest.raises(MomentError, match="missing or empty") as caught:
            verify(body, headers, nothing, now=NOW)  # type: ignore[arg-type]
        assert not isinstance(caught.value, webhooks.WebhookError)


@pytest.mark.parametrize("body", [EVENT, None, 5, ["x"]])
def test_a_body_that_was_read_already_is_the_callers_mistake(body: Any) -> None:
    """Only what arrived was signed; the error says what to give, and is no reason to answer 400."""
    with pytest.raises(MomentError, match="Give the body as it arrived") as caught:
        verify(body, signed()[1], SECRET, now=NOW)
    assert not isinstance(caught.value, webhooks.WebhookError)


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
@pytest.mark.parametrize("value", ["v1,\udcff", b"v1,AAAA", 5])
def test_a_header_that_is_no_text_is_refused(name: str, value: Any) -> None:
    """A byte that is no UTF-8 reaches a handler as half a surrogate pair: whoever sends one is refused, as others."""
    body, headers = signed()
    with pytest.raises(webhooks.WebhookHeaderError, match=f"{name} is no text"):
        verify(body, {**headers, name: value}, SECRET, now=NOW)


def test_a_body_with_bytes_that_are_no_text_is_refused() -> None:
    """Given as a text by a framework, it is one that nobody signed."""
    with pytest.raises(webhooks.WebhookSignatureError):
        verify("\udcff", signed()[1], SECRET, now=NOW)


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_header_is_named(name: str) -> None:
    """Missing or empty."""
    body, headers = signed()
    for incomplete in ({**headers, name: ""}, {key: value for key, value in headers.items() if key != name}):
        with pytest.raises(webhooks.WebhookHeaderError, match=name):
            verify(body, incomplete, SECRET, now=NOW)


@pytest.mark.parametrize("timestamp", ["now", "-1", "1.5", "١٢٣", "9" * 21, " 1"])
def test_a_timestamp_must_be_seconds(timestamp: str) -> None:
    """Digits and nothing else."""
    body, headers = signed()
    with pytest.raises(webhooks.WebhookHeaderError, match="seconds since 1970"):
        verify(body, {**headers, "webhook-timestamp": timestamp}, SECRET, now=NOW)


def test_only_known_versions_of_signatures_count() -> None:
    """A header without a signature of v1 is malformed, though it be signed otherwise."""
    body, headers = signed()
    other = headers["webhook-signature"].replace("v1,", "v2,")
    with pytest.raises(webhooks.WebhookHeaderError, match="v1"):
        verify(body, {**headers, "webhook-signature": other}, SECRET, now=NOW)


@pytest.mark.parametrize("age", [-180, -179, 0, 180])
def test_a_webhook_of_three_minutes_is_fresh(age: int) -> None:
    """Up to three minutes old, and as far in the future."""
    body, headers = signed(timestamp=NOW - age)
    assert verify(body, headers, SECRET, now=NOW)


@pytest.mark.parametrize(("age", "words"), [(181, "181 s ago"), (86400, "ago"), (-181, "in the future")])
def test_older_and_later_ones_are_refused(age: int, words: str) -> None:
    """The error says how old; the tolerance can be changed."""
    body, headers = signed(timestamp=NOW - age)
    with pytest.raises(webhooks.WebhookAgeError, match=words):
        verify(body, headers, SECRET, now=NOW)
    assert verify(body, headers, SECRET, now=NOW, tolerance=86400)


def test_the_clock_of_the_machine_counts() -> None:
    """What is signed now is fresh, and what was signed in 2027 is not, or not yet."""
    assert verify(*sign_webhook(EVENT, SECRET), SECRET)
    with pytest.raises(webhooks.WebhookAgeError):
        verify(*sign_webhook(EVENT, SECRET, timestamp=1_000_000_000), SECRET)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"id": "evt_1"}', b'{"type": 1}', b"\xff", b"[" * 5000])
def test_a_signed_body_that_is_no_event_is_told_apart(body: bytes) -> None:
    """The signature is right, but there is nothing to return."""
    with pytest.raises(webhooks.WebhookBodyError):
        verify(*signed(body), SECRET, now=NOW)


def test_signatures_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them, by the standard library's own comparison, though the first is right."""
    compared: list[bytes] = []
    compare = hmac.compare_digest

    def watched(one: bytes, other: bytes) -> bool:
        compared.append(one)
        return compare(one, other)

    monkeypatch.setattr(hmac, "compare_digest", watched)
    body, headers = signed()
    both = f"{headers['webhook-signature']} v1,AAAA"
    verify(body, {**headers, "webhook-signature": both}, SECRET, now=NOW)
    assert len(compared) == 2


def test_errors_pickle_and_hold_no_secret() -> None:
    """They can be sent to another process and shown to anybody."""
    body, headers = signed()
    with pytest.raises(webhooks.WebhookSignatureError) as caught:
        verify(body + b" ", headers, SECRET, now=NOW)
    error = pickle.loads(pickle.dumps(caught.value))
    assert isinstance(error, webhooks.WebhookSignatureError)
    assert str(error) == str(caught.value)
    assert SECRET not in str(error)


USE = """
from moment_billing import models
from moment_billing.testing import sign_webhook
from moment_billing.webhooks import WebhookBodyError, WebhookEvent, verify
from moment_billing import _events

assert _events.Event == "models.AmountApplied | WebhookEvent", _events.Event

def read(event: dict) -> "models.AmountApplied | WebhookEvent":
    return verify(*sign_webhook(event, "s"), "s")

event = read({"id": "evt_1", "type": "obligation.amount_applied", "data": {"amount": 5, "currency": "ZAR", "new": 1}})
assert isinstance(event, models.AmountApplied), event
assert (event.data.amount, event.data.extra_fields) == (5, {"new": 1})
assert isinstance(read({"type": "another"}), WebhookEvent)
try:
    read({"id": "evt_1", "type": "obligation.amount_applied", "data": {"amount": "lots"}})
except WebhookBodyError as error:
    assert "$.data" in str(error), error
else:
    raise AssertionError("not refused")
"""


def test_declared_events_are_models(render_changed: Callable[[Callable[[Any], object]], Path], tmp_path: Path) -> None:
    """A contract that declares a webhook makes its events typed, also in what `verify` says that it returns."""
    folder = render_changed(declare)
    (tmp_path / "use.py").write_text(USE)
    env = {**os.environ, "PYTHONPATH": str(folder)}
    run = subprocess.run([sys.executable, "use.py"], cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


def declare(document: dict[str, Any]) -> None:
    """The webhook of which the documentation speaks."""
    text = {"type": "string", "description": "A text.", "examples": ["ZAR"]}
    kind = {**text, "examples": ["obligation.amount_applied"]}
    applied = {
        "type": "object",
        "description": "What was applied.",
        "required": ["amount"],
        "properties": {
            "amount": {"type": "integer", "description": "How much.", "examples": [100]},
            "currency": text,
        },
        "examples": [{"amount": 100}],
    }
    document["components"]["schemas"]["AmountApplied"] = {
        "title": "Amount Applied",
        "description": "An amount was applied to what is owed.",
        "type": "object",
        "required": ["id", "type", "data"],
        "properties": {"id": {**text, "examples": ["evt_1"]}, "type": kind, "data": applied},
    }
    example = {"id": "evt_1", "type": "obligation.amount_applied", "data": {"amount": 100}}
    # The rules of the contract want every operation to name the shared errors.
    answers = document["paths"]["/billing/customers"]["post"]["responses"]
    errors = {status: answer for status, answer in answers.items() if status >= "400"}
    document["webhooks"] = {
        "obligation.amount_applied": {
            "post": {
                "operationId": "amountApplied",
                "summary": "Amount Applied",
                "description": "Sent when an amount was applied.",
                "tags": ["Customers"],
                "security": [],
                "requestBody": {
                    "description": "The event.",
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {"$ref": "#/components/schemas/AmountApplied"},
                            "example": example,
                        }
                    },
                },
                "responses": {"200": {"description": "It was received."}, **errors},
            }
        }
    }
