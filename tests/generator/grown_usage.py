"""Uses the client of the grown contract: type-checked, and run against a transport that knows the contract."""

from __future__ import annotations

import asyncio
import datetime
import json
import os
from typing import TYPE_CHECKING, Any, TypeVar, assert_type, cast

import httpx

import moment_billing
from contract import load
from moment_billing import UNSET, Account, AccountPage, AsyncMoment, Bill, Line, Moment, PaymentRules, UnsetType

if TYPE_CHECKING:
    from collections.abc import Callable

    from moment_billing.params import NewCustomerParams

E = TypeVar("E", bound=BaseException)

CONTRACT = load(os.environ["GROWN_CONTRACT"])
SENT: list[httpx.Request] = []
ANSWERS: list[httpx.Response] = []


def answer(request: httpx.Request) -> httpx.Response:
    """The next answer, when the request's body keeps the contract."""
    SENT.append(request)
    body = request.content
    if body:
        operation = CONTRACT.operation(
            OPERATIONS[request.method, request.url.path.split("/")[2], request.url.path.count("/")]
        )
        assert CONTRACT.validator(operation.body[0].schema).violations(json.loads(body)) == []
    return ANSWERS.pop()


OPERATIONS = {
    ("POST", "accounts", 2): "createAccount",
    ("PATCH", "accounts", 3): "updateAccount",
    ("PUT", "accounts", 5): "setAccountNote",
    ("PATCH", "bills", 3): "updateBill",
}
TRANSPORT = httpx.MockTransport(answer)
ACCOUNT = {
    "id": "bacc_1",
    "status": "frozen",
    "opened_at": "2024-01-31T12:00:00Z",
    "closed_on": None,
    "class": "gold",
    "owner": {"since": "2024-01-31"},
    "parent": {
        "id": "bacc_0",
        "status": "open",
        "opened_at": "2023-01-31T12:00:00.500000+02:00",
        "owner": "bcus_1",
        "new": 1,
    },
    "shares": {"a": 0.5, "b": 2},
    "rules": {"min_amount": 1},
    "tier": "platinum",
    "ranges": [[1, 2], [3, 4]],
    "reviewed_at": "2024-02-29T12:00:00+02:00",
}
BILL = {"id": "bill_1", "status": "paid", "amount_due": 5, "urgency": 9, "lines": [{"text": "Water", "amount": 1}]}


def says(body: Any, status: int = 200) -> None:
    """Prepare the next answer."""
    content = json.dumps(body).encode() if body is not None else b""
    ANSWERS.append(httpx.Response(status, headers={"content-type": "application/json"}, content=content))


def sent_body() -> Any:
    """The body of the last request."""
    return json.loads(SENT[-1].content)


def read(moment: Moment) -> None:
    """Answers: nested objects, choices, open enums, dates, null apart from absent, a page, nothing at all."""
    says(ACCOUNT, 201)
    account = moment.accounts.create(customer="INV-1")
    assert_type(account, Account)
    assert_type(account.closed_on, datetime.date | None | UnsetType)
    assert account.status == "frozen"
    assert account.closed_on is None
    assert account.class_ == "gold"
    assert account.opened_at == datetime.datetime(2024, 1, 31, 12, tzinfo=datetime.UTC)
    assert account.owner
    assert not isinstance(account.owner, str)
    assert account.owner.since == datetime.date(2024, 1, 31)
    assert account.parent
    assert account.parent.owner == "bcus_1"
    assert account.parent.closed_on is UNSET
    assert account.parent.extra_fields == {"new": 1}
    assert account.shares == {"a": 0.5, "b": 2.0}
    assert_type(account.rules, PaymentRules | None | UnsetType)
    assert account.rules == PaymentRules(min_amount=1)
    assert (account.tier, account.ranges) == ("platinum", [[1, 2], [3, 4]])
    assert account.reviewed_at
    assert account.reviewed_at.utcoffset() == datetime.timedelta(hours=2)
    assert json.loads(account.to_json()) == ACCOUNT
    says({**ACCOUNT, "rules": None, "tier": None, "ranges": []})
    account = moment.accounts.update("ACC-1", rules=None, tier=None)
    assert sent_body() == {"rules": None, "tier": None}
    assert (account.rules, account.tier, account.ranges) == (None, None, [])
    says({"data": [ACCOUNT], "next_cursor": "c2"})
    page = moment.accounts.list(
        cursor="c1",
        limit=2,
        status=["open", "on-hold"],
        fields=["id", "status"],
        opened_after=datetime.date(2024, 1, 31),
        with_balance=True,
        x_request_tag="nightly",
    )
    assert_type(page, AccountPage)
    assert_type(page.data[0], Account)
    assert_type(page.next_cursor, str | None)
    query = "cursor=c1&limit=2&status=open&status=on-hold&fields=id%2Cstatus&opened_after=2024-01-31&with-balance=true"
    assert SENT[-1].url.query.decode() == query
    assert SENT[-1].headers["x-request-tag"] == "nightly"
    ANSWERS.append(httpx.Response(204))
    moment.accounts.delete("ACC-1")
    assert SENT[-1].content == b""


def write(moment: Moment) -> None:
    """Requests: a nested object, reserved names, null where it is allowed, a model sent back, an array, nothing."""
    customer: NewCustomerParams = {"external_reference": "INV-1", "name": "Ann"}
    says(ACCOUNT, 201)
    moment.accounts.create(
        customer=customer,
        payment_rules=PaymentRules(min_amount=1),
        metadata={"a": "b"},
        from_="branch",
        timeout=5,
        body_="only",
        self_="me",
    )
    assert sent_body() == {
        "customer": {"external_reference": "INV-1", "name": "Ann"},
        "payment_rules": {"min_amount": 1},
        "metadata": {"a": "b"},
        "from": "branch",
        "timeout": 5,
        "body": "only",
        "self": "me",
    }
    says(ACCOUNT)
    moment.accounts.update("ACC-1", closed_on=None)
    assert sent_body() == {"closed_on": None}
    says(ACCOUNT)
    moment.accounts.update("ACC-1", closed_on=datetime.date(2024, 2, 29))
    assert sent_body() == {"closed_on": "2024-02-29"}
    says(ACCOUNT)
    moment.accounts.update(
        "ACC-1",
        rules={"max_amount": 5},
        tier="gold",
        ranges=[(1, 2)],
        reviewed_at=datetime.datetime(2024, 2, 29, 12, tzinfo=datetime.UTC),
        contact={"company": "Acme", "people": [customer]},
    )
    assert sent_body() == {
        "rules": {"max_amount": 5},
        "tier": "gold",
        "ranges": [[1, 2]],
        "reviewed_at": "2024-02-29T12:00:00Z",
        "contact": {"company": "Acme", "people": [{"external_reference": "INV-1", "name": "Ann"}]},
    }
    says(ACCOUNT)
    moment.accounts.update("ACC-1", contact=customer)
    assert sent_body() == {"contact": {"external_reference": "INV-1", "name": "Ann"}}
    ANSWERS.append(httpx.Response(204))
    moment.accounts.set_account_note("ACC-1", 3, body=("a", "b"))
    assert SENT[-1].url.path == "/billing/accounts/ACC-1/notes/3"
    assert sent_body() == ["a", "b"]
    says(BILL)
    bill = moment.bills.update("bill_1", due_date=datetime.date(2024, 2, 29), lines=[{"text": "Water", "amount": 1.5}])
    assert_type(bill, Bill)
    assert (bill.status, bill.urgency, bill.lines) == ("paid", 9, [Line(text="Water", amount=1.0)])
    says(BILL)
    moment.bills.update("bill_1", lines=bill.lines)
    assert sent_body() == {"lines": [{"text": "Water", "amount": 1.0}]}
    says(BILL)
    moment.bills.update("bill_1")
    assert SENT[-1].content == b""


def raised(kind: type[E], call: Callable[[], object]) -> E:
    """The exception that a call raises."""
    try:
        call()
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__}")


def broken(call: Callable[[], object]) -> set[tuple[str, str]]:
    """Field and rule of each violation that a call is refused for."""
    error = raised(moment_billing.RequestValidationError, call)
    return {(violation.field, violation.rule) for violation in error.violations}


def refused(moment: Moment) -> None:
    """Every violation of the grown constraints, by field and rule; nothing is sent."""
    before = len(SENT)
    stranger = cast("Any", {"name": "no reference", "other": 1})
    wrong = cast("Any", 1)
    create = moment.accounts.create
    assert broken(lambda: create(customer=stranger, timeout=10, body_="other", self_="x", from_=wrong)) == {
        ("customer", "oneOf"),
        ("timeout", "exclusiveMaximum"),
        ("body", "enum"),
        ("self", "minLength"),
        ("from", "type"),
    }
    assert broken(lambda: moment.accounts.list(limit=101, status=["open", "open", "never"], cursor="")) == {
        ("limit", "maximum"),
        ("status", "uniqueItems"),
        ("status.2", "enum"),
        ("cursor", "minLength"),
    }
    assert broken(lambda: moment.bills.update("bill_1", lines=[{"text": "", "amount": 0.3}])) == {
        ("lines.0.text", "minLength"),
        ("lines.0.amount", "multipleOf"),
    }
    assert broken(lambda: moment.accounts.update("ACC-1")) == {("", "minProperties")}
    naive = datetime.datetime(2024, 2, 29, 12)  # without an offset
    assert broken(lambda: moment.accounts.update("ACC-1", tier="tin", ranges=[[1]], reviewed_at=naive)) == {
        ("tier", "enum"),
        ("ranges.0", "minItems"),
        ("reviewed_at", "format"),
    }
    neither = raised(
        moment_billing.RequestValidationError,
        lambda: moment.accounts.update("ACC-1", contact=cast("Any", {"company": ""})),
    )
    assert "contact must be an object with `external_reference`, or an object with `company`" in str(neither)
    assert len(SENT) == before


def errors(moment: Moment) -> None:
    """A status that only the grown contract documents has a class of its own; an unsafe operation is sent once."""
    says({"title": "Gone"}, 410)
    assert raised(moment_billing.GoneError, lambda: moment.accounts.delete("ACC-1")).status_code == 410
    before = len(SENT)
    says({}, 503)
    assert raised(moment_billing.ServerError, lambda: moment.accounts.update("ACC-1", name="a")).attempts == 1
    assert len(SENT) == before + 1


async def asynchronous() -> None:
    """The same methods, awaited."""
    async with AsyncMoment("sk_test_example", base_url="https://api.test", transport=TRANSPORT) as moment:
        says({"data": [], "next_cursor": None})
        page = await moment.accounts.list()
        assert_type(page, AccountPage)
        assert page.next_cursor is None
        ANSWERS.append(httpx.Response(204))
        raw = await moment.accounts.with_raw_response.delete("ACC-1")
        assert raw.status_code == 204


if __name__ == "__main__":
    with Moment("sk_test_example", base_url="https://api.test", transport=TRANSPORT) as client:
        for part in (read, write, refused, errors):
            part(client)
    asyncio.run(asynchronous())
    assert ANSWERS == []
