"""What a request deserves: the one place where the documentation's silences are spared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from conformance.exchange import BROKEN_OFF, Exchange, Request, Response, encode
from conformance.memory import Memory
from conformance.oracle import Oracle
from conformance.samples import samples
from conformance.validity import validity

if TYPE_CHECKING:
    from conformance.subject import Subject

KEY = "7b92a9a8-3b0f-4b4a-9d39-7d5f3f1c2e60"


def create(body: Any, key: str | None = KEY) -> Request:
    """A create with these values."""
    headers = [("Content-Type", "application/json")] + ([("Idempotency-Key", key)] if key is not None else [])
    return Request("createCustomer", "POST", "/billing/customers", tuple(headers), encode(body))


def update(body: Any) -> Request:
    """An update with these values."""
    headers = (("Content-Type", "application/json"),)
    return Request("updateCustomer", "PATCH", "/billing/customers/ref", headers, encode(body))


@pytest.mark.parametrize(
    ("request_", "kind", "claims"),
    [
        (create({"external_reference": "a"}), "valid", ()),
        (create({"external_reference": "a", "name": "x" * 255}), "valid", ()),
        (create({"external_reference": "a", "name": "x" * 256}), "invalid", ("name.max-length",)),
        (create({"external_reference": "a b"}), "invalid", ("external-reference.pattern",)),
        (create({"external_reference": "bcus_1"}), "invalid", ("external-reference.reserved-prefix",)),
        (create({}), "invalid", ("create.external-reference.required",)),
        (create([]), "invalid", ("create.body",)),
        (create({"external_reference": "a"}, key=None), "invalid", ("idempotency-key.required",)),
        (create({"external_reference": "a"}, key="a_b"), "invalid", ("idempotency-key.pattern",)),
        (create({"external_reference": "a"}, key="no-uuid"), "open", ()),
        (create({"external_reference": "a", "balance": 1}), "invalid", ("create.balance.needs-currency",)),
        (create({"external_reference": "a", "currency": "ZAR", "balance": 2**53 - 1}), "valid", ()),
        (create({"external_reference": "a", "currency": "ZAR", "balance": 2**53}), "open", ()),
        (create({"external_reference": "a", "currency": "ZAR", "balance": True}), "invalid", ("balance.type",)),
        (create({"external_reference": "a", "currency": "ZZZ"}), "invalid", ("currency.iso-4217",)),
        (create({"external_reference": "a", "currency": "zar"}), "open", ()),
        (create({"external_reference": "a", "currency": "XAU"}), "open", ()),
        (create({"external_reference": "a", "email": "nobody"}), "invalid", ("email.format",)),
        (create({"external_reference": "a", "email": '"odd"@[127.0.0.1]'}), "open", ()),
        (create({"external_reference": "a", "phone": "+27123456789\n"}), "invalid", ("phone.e164",)),
        (create({"external_reference": "a", "name": ""}), "open", ()),
        (create({"external_reference": "a", "name": "nul\x00"}), "open", ()),
        (create({"external_reference": "a", "name": "\ud800"}), "open", ()),
        (create({"external_reference": "a", "unlisted": 1}), "open", ()),
        (create({"external_reference": "a", "metadata": {f"k{n}": "v" for n in range(15)}}), "open", ()),
        (
            create({"external_reference": "a", "metadata": {f"k{n}": "v" for n in range(21)}}),
            "invalid",
            ("metadata.max-keys",),
        ),
        (update({"name": "x"}), "valid", ()),
        (update({}), "open", ()),
        (update({"balance": 5}), "open", ()),
        (update({"metadata": {f"k{n}": "v" for n in range(11)}}), "invalid", ("update.metadata.max-keys",)),
        (update({"metadata": {"k": 1}}), "invalid", ("metadata.value-type",)),
        (Request("retrieveCustomer", "GET", "/billing/customers/a%20b"), "invalid", ("customer-parameter",)),
        (Request("retrieveCustomer", "GET", "/billing/customers/bcus_1"), "valid", ()),
        (Request("", "DELETE", "/billing/customers/bcus_1"), "open", ()),
    ],
)
def test_validity(subject: Subject, request_: Request, kind: str, claims: tuple[str, ...]) -> None:
    """A request is valid, invalid by named claims, or open where the documentation is silent."""
    judged = validity(subject, request_)
    assert (judged.kind, judged.claims) == (kind, claims), judged.reason


def test_samples_stand_on_both_sides(subject: Subject) -> None:
    """For each property the samples hold values that must be taken and values that must be refused."""
    for operation, request in ((subject.create, create), (subject.update, update)):
        kinds: dict[str, set[str]] = {}
        for sample in samples(subject, operation):
            body = {"external_reference": "a", **sample.body} if operation is subject.create else sample.body
            kinds.setdefault(sample.field, set()).add(validity(subject, request(body)).kind)
        assert all({"valid", "invalid"} <= found for found in kinds.values()), kinds
        assert set(kinds) == set(subject.properties(operation))


def answer(request: Request, status: int, body: Any, media_type: str = "application/json") -> Exchange:
    """An exchange that ended so."""
    return Exchange(request, Response(status, (("Content-Type", media_type),), encode(body), 0.0))


PROBLEM = "application/problem+json"


@pytest.mark.parametrize(
    ("exchange", "claims"),
    [
        (answer(create({"external_reference": "a"}), 201, {"id": "bcus_1", "external_reference": "a"}), set()),
        (answer(create({"external_reference": "a"}), 200, {}), {"create.success"}),
        (answer(create({"external_reference": "a"}), 500, {}), {"create.success"}),
        (answer(create([]), 500, {}), {"errors.invalid-is-4xx"}),
        (answer(create({"external_reference": "a"}), 201, {"id": "x", "external_reference": "a"}), {"id.pattern"}),
        (answer(create({"external_reference": "a"}), 201, {"id": "bcus_1"}), {"customer.required"}),
        (answer(create([]), 400, {"status": 400}, "text/html"), {"errors.problem-details"}),
        (answer(create([]), 400, {"status": 404}, PROBLEM), {"errors.status", "errors.members"}),
        (answer(create([]), 400, {"title": 1}, PROBLEM), {"errors.title", "errors.members"}),
        (answer(create([]), 413, {}, "text/html"), set()),
        (answer(create([]), 400, {"status": 400}, f"{PROBLEM}; charset=utf-8"), {"errors.members"}),
    ],
)
def test_oracle(subject: Subject, exchange: Exchange, claims: set[str]) -> None:
    """Each breach of the contract in an answer is laid to the claim that records it."""
    assert {finding.claim for finding in Oracle(subject).judge(exchange)} == claims


def test_hanging_up_on_a_large_body_refuses_it(subject: Subject) -> None:
    """A server may break off while a body is sent that is too long for it; on a small body that is a fault."""
    large = create({"external_reference": "a", "name": "x" * 1_500_000})
    hung_up = Exchange(large, None, f"{BROKEN_OFF}: reset by peer")
    assert hung_up.refused
    assert Oracle(subject).judge(hung_up) == []
    small = Exchange(create({"external_reference": "a"}), None, f"{BROKEN_OFF}: reset by peer")
    assert [finding.claim for finding in Oracle(subject).judge(small)] == ["create.success"]


def test_memory(subject: Subject) -> None:
    """Generated requests are judged by what went before: lost, changed and made-up customers are found."""
    memory = Memory(Oracle(subject), "mine-")
    record = {"id": "bcus_1", "external_reference": "ref", "name": "x"}
    assert memory.judge(answer(create({"external_reference": "ref", "name": "x"}), 201, record)) == []
    look_up = Request("retrieveCustomer", "GET", "/billing/customers/ref")
    assert memory.judge(answer(look_up, 200, record)) == []
    lost = memory.judge(answer(look_up, 404, {"type": "a", "title": "a", "status": 404, "detail": "a"}, PROBLEM))
    assert "customer-parameter.by-reference" in {finding.claim for finding in lost}
    changed = memory.judge(answer(look_up, 200, {**record, "name": "y"}))
    assert {finding.claim for finding in changed} == {"create.stored"}
    updated = memory.judge(answer(update({"name": "z"}), 200, {**record, "name": "z", "id": "bcus_2"}))
    assert {finding.claim for finding in updated} == {"id.stable"}
    listed = memory.judge(answer(update({"metadata": ["k"]}), 200, {**record, "name": "z", "metadata": {"k": "v"}}))
    assert "metadata.type" in {finding.claim for finding in listed}
    nobody = Request("retrieveCustomer", "GET", "/billing/customers/mine-9")
    made_up = memory.judge(answer(nobody, 200, {**record, "external_reference": "mine-9"}))
    assert {finding.claim for finding in made_up} == {"retrieve.unknown"}


def test_odd_texts_are_within_the_limits(subject: Subject) -> None:
    """No text that is tried as a key or a value of metadata is too long: its server would refuse what is beside it."""
    about = subject.property_schema(subject.create, "metadata")[1] + "/additionalProperties"
    odd = [sample for sample in samples(subject, subject.create) if sample.about == about]
    broken = [
        sample.value
        for sample in odd
        if not subject.body(subject.create).is_valid({"external_reference": "a", **sample.body})
    ]
    assert len(odd) > 5
    assert broken == []
