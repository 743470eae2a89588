"""The client against the sandbox, over real HTTP: what a partner does on the first day."""

from __future__ import annotations

import asyncio
import pickle
import uuid
from typing import TYPE_CHECKING

import pytest

import moment_billing
from moment_billing import UNSET, AsyncMoment, Moment
from tests.client.rows import Row, shows

if TYPE_CHECKING:
    from tests.client.conftest import Sandbox


def test_a_created_customer_is_found_by_id_and_by_reference(moment: Moment, reference: str) -> None:
    """Everything that was sent comes back, under both names, and what was not sent is unset."""
    created = moment.customers.create(
        external_reference=reference, name="Zoë", currency="ZAR", balance=-5, metadata={"a": "b"}
    )
    assert (created.name, created.currency, created.balance, created.metadata) == ("Zoë", "ZAR", -5, {"a": "b"})
    assert created.email is UNSET
    assert not created.payment_rules
    assert moment.customers.retrieve(created.id) == created
    assert moment.customers.retrieve(reference) == created


@shows(Row.RESOURCES)
def test_an_update_changes_what_it_names_and_nothing_else(moment: Moment, reference: str) -> None:
    """What the call does not name is not sent, so it keeps its value."""
    moment.customers.create(external_reference=reference, name="Before", currency="ZAR", balance=1)
    updated = moment.customers.update(reference, currency="ZAR", balance=5000)
    assert (updated.name, updated.balance) == ("Before", 5000)
    assert moment.customers.retrieve(reference) == updated


@shows(Row.ASYNC, Row.RESOURCES)
def test_the_async_client_does_the_same(sandbox: Sandbox, reference: str) -> None:
    """Create, retrieve and update, awaited."""

    async def main() -> None:
        async with AsyncMoment(sandbox.api_key, base_url=sandbox.base_url) as moment:
            created = await moment.customers.create(external_reference=reference)
            updated = await moment.customers.update(created.id, phone="+27123456789")
            assert await moment.customers.retrieve(reference) == updated
            raw = await moment.customers.with_raw_response.retrieve(reference)
            assert (raw.status_code, raw.parse()) == (200, updated)

    asyncio.run(main())


@shows(Row.PROBLEMS)
def test_errors_of_the_api_are_raised_with_their_problem(moment: Moment) -> None:
    """A customer that does not exist is a NotFoundError that says so, also after pickling."""
    with pytest.raises(moment_billing.NotFoundError) as caught:
        moment.customers.retrieve("nobody")
    error = pickle.loads(pickle.dumps(caught.value))
    for one in (caught.value, error):
        assert one.status_code == 404
        assert one.problem is not None
        assert one.problem.title == "Not Found"
        assert one.problem.instance == "/billing/customers/nobody"
        assert "404 Not Found" in str(one)


def test_a_taken_reference_is_a_conflict(moment: Moment, reference: str) -> None:
    """The second creation under a reference raises, and the first customer stays."""
    first = moment.customers.create(external_reference=reference, name="First")
    with pytest.raises(moment_billing.ConflictError):
        moment.customers.create(external_reference=reference, name="Second")
    assert moment.customers.retrieve(reference) == first


def test_a_wrong_key_is_an_authentication_error(moment: Moment, sandbox: Sandbox) -> None:
    """The wrong key is refused; the client it was derived from still has the right one."""
    wrong = moment.with_options(api_key="sk_test_wrong")
    with pytest.raises(moment_billing.AuthenticationError):
        wrong.customers.retrieve("x")
    with pytest.raises(moment_billing.NotFoundError):
        moment.customers.retrieve("x")


def test_a_public_key_may_not_do_everything(moment: Moment, sandbox: Sandbox) -> None:
    """A public key is refused with 403."""
    with pytest.raises(moment_billing.PermissionDeniedError):
        moment.with_options(api_key=sandbox.public_api_key).customers.retrieve("x")


@shows(Row.IDEMPOTENCY)
def test_an_idempotency_key_of_ones_own_gives_the_kept_answer_again(moment: Moment, reference: str) -> None:
    """The same key creates once; that the second answer is a replay can be read."""
    key = str(uuid.uuid4())
    create = moment.customers.with_raw_response.create
    first = create(external_reference=reference, idempotency_key=key)
    second = create(external_reference=reference, idempotency_key=key)
    assert (first.replayed, second.replayed) == (False, True)
    assert first.parse() == second.parse()


@shows(Row.OPENNESS, Row.OPTIONS)
def test_undocumented_fields_can_be_sent(moment: Moment, reference: str) -> None:
    """`extra_body` reaches the API as it is, and what it answers beyond the contract is kept."""
    created = moment.customers.create(external_reference=reference, extra_body={"name": "From extra_body"})
    assert created.name == "From extra_body"
