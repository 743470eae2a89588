"""What a partner writes. It is type-checked by a test, and never run."""

from __future__ import annotations

from typing import assert_type

import httpx

from moment_billing import UNSET, AsyncMoment, Customer, Moment, NotFoundError, RawResponse, UnsetType
from moment_billing.params import UpdateCustomerParams


def sync(moment: Moment) -> None:
    """The methods, their arguments and results."""
    customer = moment.customers.create(external_reference="INV-1", currency="ZAR", balance=2000, metadata={"a": "b"})
    assert_type(customer, Customer)
    assert_type(customer.id, str)
    assert_type(customer.balance, int | UnsetType)
    if customer.balance is not UNSET:
        assert_type(customer.balance, int)
    if customer.payment_rules:
        assert_type(customer.payment_rules.min_amount, int | UnsetType)
    moment.customers.update(customer.id, name=customer.name)
    changes: UpdateCustomerParams = {"currency": "ZAR", "balance": 1}
    moment.customers.update("INV-1", **changes)
    raw = moment.customers.with_raw_response.retrieve("INV-1")
    assert_type(raw, RawResponse[Customer])
    assert_type(raw.parse(), Customer)
    assert_type(moment.with_options(timeout=1), Moment)


def errors(moment: Moment) -> str:
    """Exceptions and problems."""
    try:
        moment.customers.retrieve("INV-1")
    except NotFoundError as error:
        assert_type(error.status_code, int)
        return (error.problem.detail if error.problem else None) or str(error)
    return ""


async def asynchronous() -> Customer:
    """The same, awaited."""
    async with AsyncMoment(http_client=httpx.AsyncClient(), max_retries=5) as moment:
        assert_type(await moment.customers.update("INV-1", name="a"), Customer)
        return await moment.customers.retrieve("INV-1")


def wrong(moment: Moment, customer: Customer) -> None:
    """Each of these is a mistake that the types tell."""
    moment.customers.create()  # type: ignore[call-arg]
    moment.customers.create(external_reference=1)  # type: ignore[arg-type]
    moment.customers.update("x", balance="1")  # type: ignore[arg-type]
    moment.customers.update("x", email="a@b.co")  # type: ignore[call-arg]
    moment.customers.update("x", name=None)  # type: ignore[arg-type]
    customer.balanse  # type: ignore[attr-defined]  # noqa: B018
    customer.name = "x"  # type: ignore[misc]
