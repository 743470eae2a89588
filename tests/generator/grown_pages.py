"""Goes through the pages of the grown contract's lists, over real HTTP: type-checked, and run by its own test."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, assert_type
from urllib.parse import parse_qsl, urlsplit

import pytest

import moment_billing
from moment_billing import Account, AccountPage, AsyncMoment, Bill, Moment
from moment_billing.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ACCOUNTS = [{"id": f"bacc_{number}", "status": "open", "opened_at": "2024-01-31T12:00:00Z"} for number in range(7)]
BILLS = [{"id": f"bill_{number}", "status": "paid", "amount_due": number} for number in range(5)]


class Api(BaseHTTPRequestHandler):
    """Lists accounts by cursors that must be encoded, and bills by numbers of pages."""

    protocol_version = "HTTP/1.1"
    asked: list[dict[str, str]]
    unavailable: int

    def do_GET(self) -> None:
        """One page, or what the test asked for instead."""
        place = urlsplit(self.path)
        pairs = parse_qsl(place.query)
        query = dict(pairs)
        if len(query) < len(pairs):
            self._say(400, {"title": "a parameter is there twice"})
            return
        if query.get("cursor") == "page & 3" and Api.unavailable:
            Api.unavailable -= 1
            self._say(503, {})
            return
        Api.asked.append(query)
        self._say(200, self._accounts(query) if place.path.endswith("accounts") else self._bills(query))

    def _accounts(self, query: dict[str, str]) -> Any:
        if query.get("cursor") == "loop":
            return {"data": ACCOUNTS[:1], "next_cursor": "loop"}
        number = int(query.get("cursor", "page & 0").removeprefix("page & "))
        size = int(query.get("limit", 3))
        last = number + size >= len(ACCOUNTS)
        return {"data": ACCOUNTS[number : number + size], "next_cursor": None if last else f"page & {number + size}"}

    def _bills(self, query: dict[str, str]) -> Any:
        if query.get("page") == "1":
            return {"meta": {"next": 0, "of": 2}} if "empty" in query else {"bills": BILLS[3:], "meta": {}}
        if "empty" in query and "page" in query:
            return {}
        return {"bills": BILLS[:3], "meta": {"next": 1}}

    def _say(self, status: int, body: Any) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def api() -> Iterator[str]:
    """The server, and where it is."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Api) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def base_url() -> Iterator[str]:
    """Where the server is."""
    Api.asked, Api.unavailable = [], 0
    with api() as url:
        yield url


@pytest.fixture
def moment(base_url: str) -> Iterator[Moment]:
    """A client of the server."""
    with Moment("sk_test_example", base_url=base_url) as client:
        yield client


def take(accounts: Iterable[Account], seen: list[str]) -> None:
    """Keep the ids of the accounts that come before the loop ends, however it ends."""
    for account in accounts:
        seen.append(account.id)  # noqa: PERF401 - a comprehension would lose what came before an error


def test_every_record_of_every_page_comes_once(moment: Moment) -> None:
    """All pages, in order, each asked for once, with the filters of the first."""
    accounts = list(moment.accounts.list_all(status=["open"], extra_query={"expand": "owner"}))
    assert_type(accounts, list[Account])
    assert [account.id for account in accounts] == [account["id"] for account in ACCOUNTS]
    filters = {"status": "open", "expand": "owner"}
    assert Api.asked == [filters, {**filters, "cursor": "page & 3"}, {**filters, "cursor": "page & 6"}]


def test_pages_are_asked_for_when_they_are_needed(moment: Moment) -> None:
    """Nothing is sent before the first record is taken, and no page that nobody reads."""
    pages = moment.accounts.list_all(limit=2)
    assert Api.asked == []
    records = iter(pages)
    assert [next(records).id for _ in range(2)] == ["bacc_0", "bacc_1"]
    assert len(Api.asked) == 1
    assert next(records).id == "bacc_2"
    assert len(Api.asked) == 2
    assert len(list(pages)) == 7  # each loop begins anew


def test_the_pages_themselves_can_be_read(moment: Moment) -> None:
    """`.pages()` gives each page as `list` would; a cursor can be given to begin in the middle."""
    pages = list(moment.accounts.list_all(cursor="page & 3").pages())
    assert_type(pages, list[AccountPage])
    assert [len(page.data) for page in pages] == [3, 1]
    assert [page.next_cursor for page in pages] == ["page & 6", None]


def test_an_error_between_pages_is_tried_again_or_raised(moment: Moment) -> None:
    """Each page has its own attempts; when they are spent, the loop raises what `list` would."""
    Api.unavailable = 2
    assert len(list(moment.accounts.list_all())) == 7
    Api.unavailable = 3
    seen: list[str] = []
    with pytest.raises(moment_billing.ServerError) as caught:
        take(moment.accounts.list_all(), seen)
    assert seen == ["bacc_0", "bacc_1", "bacc_2"]
    assert caught.value.attempts == 3


def test_a_list_that_would_never_end_is_an_error(moment: Moment) -> None:
    """A page that names itself as the next one is an answer that the contract does not allow."""
    seen: list[str] = []
    with pytest.raises(moment_billing.ResponseValidationError, match="same page") as caught:
        take(moment.accounts.list_all(cursor="loop"), seen)
    assert seen == ["bacc_0"]
    assert caught.value.response.status_code == 200


def test_arguments_are_checked_before_anything_is_sent(moment: Moment) -> None:
    """The limits hold as for `list`, at once and not in the loop."""
    with pytest.raises(moment_billing.RequestValidationError, match="limit"):
        moment.accounts.list_all(limit=101)
    assert Api.asked == []


def test_cursors_may_be_numbers_within_an_object(moment: Moment) -> None:
    """The cursor stands where the contract's link says; it may be 0, and a page may hold no records."""
    bills = list(moment.bills.list_all())
    assert_type(bills, list[Bill])
    assert [bill.amount_due for bill in bills] == [0, 1, 2, 3, 4]
    assert Api.asked == [{}, {"page": "1"}]
    assert len(list(moment.bills.list_all(extra_query={"empty": "yes"}))) == 3
    assert [asked.get("page") for asked in Api.asked[2:]] == [None, "1", "0"]


def test_the_async_client_goes_through_the_same(base_url: str) -> None:
    """`async for` over records, and over pages."""

    async def go() -> tuple[list[Account], list[AccountPage]]:
        async with AsyncMoment("sk_test_example", base_url=base_url) as moment:
            accounts = [account async for account in moment.accounts.list_all(status=["open"])]
            pages = [page async for page in moment.accounts.list_all(limit=5).pages()]
            return accounts, pages

    accounts, pages = asyncio.run(go())
    assert [account.id for account in accounts] == [account["id"] for account in ACCOUNTS]
    assert [len(page.data) for page in pages] == [5, 2]


def test_the_command_line_goes_through_the_same(
    base_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--all` prints each record on a line; without it, the page is printed as it is."""
    monkeypatch.setenv("MOMENT_API_KEY", "sk_test_example")
    assert main(["accounts", "list", "--all", "--limit", "2", "--base-url", base_url]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["id"] for line in lines] == [account["id"] for account in ACCOUNTS]
    assert main(["accounts", "list", "--limit", "2", "--base-url", base_url]) == 0
    assert json.loads(capsys.readouterr().out)["next_cursor"] == "page & 2"


if __name__ == "__main__":
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-W", "error", "-c", os.devnull, "--rootdir=."]
    raise SystemExit(pytest.main([*options, __file__]))
