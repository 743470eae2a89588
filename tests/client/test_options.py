"""What a client can be told, and what it never tells: its key."""

from __future__ import annotations

import asyncio
import copy
import logging
import pickle
import traceback
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import httpx
import pytest

import moment_billing
from moment_billing import AsyncMoment, Moment, MomentError
from tests.client.rows import Row, shows

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.client.conftest import Sandbox

KEY = "sk_test_never_to_be_seen"
SECRET = "never_to_be_seen"
BODY = b'{"id":"bcus_1","external_reference":"x"}'


class Recorder(httpx.BaseTransport):
    """Answers every request, and keeps it."""

    def __init__(self, status: int = 200, body: bytes = BODY) -> None:
        self.requests: list[httpx.Request] = []
        self.status = status
        self.body = body

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Keep the request and answer it."""
        self.requests.append(request)
        return httpx.Response(self.status, headers={"content-type": "application/json"}, content=self.body)

    @property
    def last(self) -> httpx.Request:
        """The last request."""
        return self.requests[-1]


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def client(recorder: Recorder) -> Moment:
    return Moment(KEY, base_url="https://api.test", transport=recorder)


@pytest.mark.parametrize("given", [None, ""])
@pytest.mark.parametrize("cls", [Moment, AsyncMoment])
def test_without_a_key_the_error_names_both_ways_to_give_one(
    cls: type[Moment | AsyncMoment], given: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing key is named at once, with both ways to give it; an empty one does not fall back to another."""
    monkeypatch.setenv("MOMENT_API_KEY", KEY)
    if given is None:
        monkeypatch.delenv("MOMENT_API_KEY")
    with pytest.raises(MomentError, match=r"api_key=.*MOMENT_API_KEY"):
        cls(given)


@shows(Row.ENVIRONMENT)
def test_key_and_place_come_from_the_environment(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    """MOMENT_API_KEY and MOMENT_BASE_URL are read when nothing else is given; an argument wins."""
    monkeypatch.setenv("MOMENT_API_KEY", "sk_test_environment")
    monkeypatch.setenv("MOMENT_BASE_URL", "https://environment.test/v1/")
    Moment(transport=recorder).customers.retrieve("x")
    assert str(recorder.last.url) == "https://environment.test/v1/billing/customers/x"
    assert recorder.last.headers["authorization"] == "Bearer sk_test_environment"
    Moment("sk_test_argument", base_url="https://argument.test", transport=recorder).customers.retrieve("x")
    assert recorder.last.url.host == "argument.test"
    assert recorder.last.headers["authorization"] == "Bearer sk_test_argument"


def test_without_a_place_the_contract_names_it(
    recorder: Recorder, contract: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The default base URL is the contract's first server."""
    monkeypatch.delenv("MOMENT_BASE_URL", raising=False)
    Moment(KEY, transport=recorder).customers.retrieve("x")
    assert str(recorder.last.url).startswith(contract.document["servers"][0]["url"])


@pytest.mark.parametrize("key", ["sk test", "sk_test_\n", "sk_test_é", " ", b"sk_test_bytes", 5])
def test_a_key_that_no_header_can_carry_is_refused_without_being_shown(key: Any) -> None:
    """A key with a line break, as a file often gives it, is named as the cause, and not printed."""
    with pytest.raises(MomentError, match="API key is no text, or holds") as caught:
        Moment(key)
    assert str(key).strip() not in str(caught.value) or not str(key).strip()


def variables(error: BaseException | None) -> str:
    """What a tool that prints tracebacks with variables shows of an error and its causes, outside these tests."""
    shown: list[str] = []
    while error is not None:
        for frame, _ in traceback.walk_tb(error.__traceback__):
            if "tests" not in Path(frame.f_code.co_filename).parts:
                shown += map(repr, frame.f_locals.values())
        shown.append(repr(error))
        error = error.__cause__ or error.__context__
    return "\n".join(shown)


@shows(Row.REDACTION)
def test_no_variable_of_a_traceback_shows_the_key(monkeypatch: pytest.MonkeyPatch, client: Moment) -> None:
    """Also those who print variables of every frame do not see it, whatever was wrong with the arguments."""
    monkeypatch.setenv("MOMENT_API_KEY", f"{KEY}\n")
    wrong: list[tuple[Callable[..., object], dict[str, Any]]] = [
        (Moment, {}),
        (Moment, {"api_key": f"{KEY} "}),
        (AsyncMoment, {"api_key": KEY, "max_retries": -1}),
        (Moment, {"api_key": KEY, "base_url": "nowhere"}),
        (Moment, {"api_key": KEY, "headers": {"X": "\n"}}),
        (client.with_options, {"api_key": KEY, "timeout": -1}),
        (client.customers.retrieve, {"customer": ".."}),
    ]
    for call, arguments in wrong:
        with pytest.raises(MomentError) as caught:
            call(**arguments)
        assert SECRET not in variables(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        *("api.test", "ftp://api.test", "https://", "https://user:pass@api.test", "https://a.b/?c=d"),
        *("http://xn--/", "http://.", "http://a..b", f"http://{'a' * 64}", "http://a:0", "http://a:65536"),
    ],
)
def test_a_place_that_cannot_be_used_is_refused(url: str) -> None:
    """A base URL without a scheme, with credentials, a query or a host that no name can be is an error at once."""
    with pytest.raises(MomentError, match="base_url"):
        Moment(KEY, base_url=url)


@pytest.mark.parametrize("key", ["sk_live_x", "pk_live_x", "sk_x", "x"])
def test_a_live_key_is_not_sent_in_the_clear(key: str, client: Moment) -> None:
    """Over http://, a key that is not for tests goes to this machine alone, also where a client is derived."""
    for host in ("localhost", "api.localhost", "127.0.0.1", "127.1.2.3", "[::1]:4010"):
        assert Moment(key, base_url=f"http://{host}")
    for host in ("api.test", "10.0.0.1", "localhost.test", "127.0.0.1.test"):
        with pytest.raises(MomentError, match=r"https://.*could read the API key"):
            Moment(key, base_url=f"http://{host}")
        sandbox = client.with_options(base_url=f"http://{host}")
        with pytest.raises(MomentError, match="https://"):
            sandbox.with_options(api_key=key)
    with pytest.raises(MomentError, match="https://"):
        client.with_options(api_key=key, base_url="http://api.test")


@pytest.mark.parametrize("key", ["sk_test_x", "pk_test_x"])
def test_a_test_key_may_go_over_a_private_network(key: str) -> None:
    """A sandbox in a container has a name of its own, and no certificate."""
    assert Moment(key, base_url="http://sandbox:4010")


def test_a_client_that_was_not_made_to_its_end_has_a_representation() -> None:
    """Whatever prints the variables of a traceback prints this one too."""
    for cls in (Moment, AsyncMoment):
        assert repr(object.__new__(cls)) == f"<{cls.__name__}, not made to its end>"


@pytest.mark.parametrize("seconds", [0, -1, True, "5", (1, 2), float("nan"), float("inf")])
def test_a_time_out_that_is_none_is_refused(seconds: Any, client: Moment) -> None:
    """`timeout` is a number of seconds above 0, an httpx.Timeout or None, also where a client is derived."""
    with pytest.raises(MomentError, match=r"timeout must be .* None to wait for ever"):
        Moment(KEY, timeout=seconds)
    with pytest.raises(MomentError, match="timeout"):
        client.with_options(timeout=seconds)


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({"X-Team": "a\nb"}, "X-Team must be text in ASCII"),
        ({"X-Team": "é"}, "X-Team"),
        ({"X-Team": " a"}, "X-Team"),
        ({"X-Team": 1}, "X-Team"),
        ({"X-Team": None}, "X-Team"),
        ({"X Team": "a"}, "'X Team' is no name"),
        ({"": "a"}, "'' is no name"),
        ({"content-length": "3"}, "content-length must not be given"),
        ({"Transfer-Encoding": "chunked"}, "Transfer-Encoding must not be given"),
        ([("X-Team", "a")], "mapping"),
    ],
)
def test_headers_that_cannot_be_sent_are_refused_by_name(headers: Any, words: str, recorder: Recorder) -> None:
    """A header with a line break, or that is no text, is named at once, for a client and for a call."""
    with pytest.raises(MomentError, match=words):
        Moment(KEY, headers=headers)
    client = Moment(KEY, base_url="https://api.test", transport=recorder)
    with pytest.raises(MomentError, match=words):
        client.with_options(headers=headers)
    with pytest.raises(moment_billing.RequestValidationError, match=words):
        client.customers.retrieve("x", extra_headers=headers)
    assert recorder.requests == []
    client.customers.retrieve("x", extra_headers={"X-Team": "a b\tc", "X-Empty": ""})
    assert (recorder.last.headers["x-team"], recorder.last.headers["x-empty"]) == ("a b\tc", "")


def test_extras_that_cannot_be_sent_are_refused(client: Moment, recorder: Recorder) -> None:
    """What is no mapping, no JSON or None is a violation with its name, beside all others."""
    wrong: Any = "text"
    with pytest.raises(moment_billing.RequestValidationError) as caught:
        client.customers.update("..", extra_body=wrong, extra_query={"expand": None})
    assert {violation.field for violation in caught.value.violations} == {"customer", "extra_body", "expand"}
    with pytest.raises(moment_billing.RequestValidationError, match="of the type object, which is no JSON"):
        client.customers.update("x", extra_body={"a": object()})
    assert recorder.requests == []
    client.customers.retrieve("x", extra_query={"expand": ["a", "b"], "page": 2})
    assert recorder.last.url.query == b"expand=a&expand=b&page=2"


@pytest.mark.parametrize(
    "value",
    [
        {"b": 1},
        object(),
        [1, None],
        [[1]],
        b"x",
        "\ud800",
        float("nan"),
        pytest.param(10**4300, id="long"),
        moment_billing.UNSET,
    ],
)
def test_a_query_that_nobody_could_read_is_refused(value: Any, client: Moment, recorder: Recorder) -> None:
    """What has no form of its own in a query is a violation, instead of being sent as Python shows it."""
    with pytest.raises(moment_billing.RequestValidationError) as caught:
        client.customers.retrieve("x", extra_query={"a": value, "\ud800": "b"})
    assert [violation.field for violation in caught.value.violations] == ["a", r"\ud800"]
    assert recorder.requests == []


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_json_lacks_is_refused_in_a_body_of_ones_own(value: float, client: Moment) -> None:
    """At any depth: it would be sent as null."""
    with pytest.raises(moment_billing.RequestValidationError, match=r"a\.b\.1 must be finite"):
        client.customers.update("x", extra_body={"a": {"b": [1.5, value]}})


def test_an_idempotency_key_may_be_a_uuid(client: Moment, recorder: Recorder) -> None:
    """It is sent as its text."""
    key = uuid.uuid4()
    client.customers.create(external_reference="x", idempotency_key=key)  # type: ignore[arg-type]
    assert recorder.last.headers["idempotency-key"] == str(key)


def test_a_url_too_long_to_be_sent_is_refused(client: Moment, recorder: Recorder) -> None:
    """The id has no limit in the contract, but a URL has one."""
    with pytest.raises(moment_billing.RequestValidationError, match="URL too long"):
        client.customers.retrieve("bcus_" + "a" * 100_000)
    with pytest.raises(moment_billing.RequestValidationError, match="URL too long"):
        asyncio.run(AsyncMoment(KEY).customers.retrieve("bcus_" + "a" * 100_000))
    assert recorder.requests == []


@pytest.mark.parametrize("own", [False, True])
def test_no_compressed_answer_is_asked_for(own: bool, recorder: Recorder) -> None:
    """Also not by an HTTP client of one's own, whose default is to ask."""
    http = httpx.Client(transport=recorder)
    given: dict[str, Any] = {"http_client": http} if own else {"transport": recorder}
    with http, Moment(KEY, base_url="https://api.test", **given) as moment:
        moment.customers.retrieve("x")
    assert recorder.last.headers.get_list("accept-encoding") == ["identity"]


def test_what_belongs_to_the_other_client_is_refused() -> None:
    """A client for tasks does not fit into one for threads, nor the other way round; the error says which is needed."""
    wrong: Any = httpx.AsyncClient()
    with pytest.raises(MomentError, match=r"Moment needs an httpx\.Client"):
        Moment(KEY, http_client=wrong)
    with httpx.Client() as other, pytest.raises(MomentError, match=r"AsyncMoment needs an httpx\.AsyncClient"):
        AsyncMoment(KEY, http_client=cast("Any", other))
    with pytest.raises(MomentError, match=r"AsyncMoment needs an httpx\.AsyncBaseTransport"):
        AsyncMoment(KEY, transport=cast("Any", Recorder()))
    with pytest.raises(MomentError, match=r"Moment needs an httpx\.BaseTransport"):
        Moment(KEY, transport=cast("Any", object()))


@pytest.mark.parametrize("number", [-1, 1.5, True, "2"])
def test_a_number_of_retries_that_is_none_is_refused(number: Any) -> None:
    """`max_retries` is an integer, 0 or more."""
    with pytest.raises(MomentError, match="max_retries"):
        Moment(KEY, max_retries=number)


@shows(Row.TIMEOUT)
def test_the_time_outs_have_defaults(client: Moment, recorder: Recorder) -> None:
    """30 seconds, of which 5 for the connection; one's own number bounds both."""
    client.customers.retrieve("x")
    assert recorder.last.extensions["timeout"] == {"connect": 5.0, "read": 30.0, "write": 30.0, "pool": 30.0}
    client.with_options(timeout=2).customers.retrieve("x")
    assert recorder.last.extensions["timeout"] == {"connect": 2, "read": 2, "write": 2, "pool": 2}
    client.with_options(timeout=None).customers.retrieve("x")
    assert set(recorder.last.extensions["timeout"].values()) == {None}


@shows(Row.OPTIONS)
def test_other_options_leave_the_parent_untouched(client: Moment, recorder: Recorder) -> None:
    """`with_options` derives a client; the parent keeps its key, place, headers and time-outs."""
    before = repr(client)
    child = client.with_options(
        api_key="sk_test_other", base_url="https://other.test", timeout=1, max_retries=7, headers={"X-Team": "a"}
    )
    child.customers.retrieve("x")
    assert recorder.last.url.host == "other.test"
    assert recorder.last.headers["x-team"] == "a"
    client.customers.retrieve("x")
    assert recorder.last.url.host == "api.test"
    assert recorder.last.headers["authorization"] == f"Bearer {KEY}"
    assert "x-team" not in recorder.last.headers
    assert repr(client) == before
    # What a child is not told, it has from its parent, down to the connections.
    grandchild = child.with_options(max_retries=1)
    assert grandchild._engine.settings._replace(max_retries=7) == child._engine.settings
    assert grandchild._engine.http is child._engine.http is client._engine.http


def test_closing_a_derived_client_leaves_the_connections_open(sandbox: Sandbox) -> None:
    """The connections belong to the parent; and one's own HTTP client stays one's own."""
    http = httpx.Client()
    with http, Moment(sandbox.api_key, base_url=sandbox.base_url, http_client=http) as parent:
        with parent.with_options(max_retries=0):
            pass
        with pytest.raises(moment_billing.NotFoundError):
            parent.customers.retrieve("x")
        parent.close()
        assert not http.is_closed


@shows(Row.TRANSPORT)
def test_ones_own_http_client_keeps_its_settings(recorder: Recorder) -> None:
    """Its headers, cookies, parameters and time-outs are part of each request."""
    http = httpx.Client(
        transport=recorder, headers={"X-Own": "1"}, cookies={"c": "2"}, params={"p": "3"}, timeout=httpx.Timeout(4)
    )
    Moment(KEY, base_url="https://api.test", http_client=http).customers.retrieve("x")
    assert recorder.last.headers["x-own"] == "1"
    assert recorder.last.headers["cookie"] == "c=2"
    assert recorder.last.url.query == b"p=3"
    assert recorder.last.extensions["timeout"]["read"] == 4
    Moment(KEY, base_url="https://api.test", http_client=http, timeout=2).customers.retrieve("x")
    assert set(recorder.last.extensions["timeout"].values()) == {2}


def test_client_and_transport_together_are_refused(recorder: Recorder) -> None:
    """Only one of the two can send the requests."""
    with httpx.Client() as http, pytest.raises(MomentError, match="not both"):
        Moment(KEY, http_client=http, transport=recorder)


@shows(Row.OPTIONS)
def test_extras_reach_the_wire_and_win(client: Moment, recorder: Recorder) -> None:
    """Extra headers, query and body are sent as they are, over what the client would send."""
    client.customers.update(
        "x",
        name="a",
        extra_headers={"user-agent": "mine", "X-More": "1"},
        extra_query={"expand": "all", "flag": True},
        extra_body={"email": "a@b.co", "name": "b"},
    )
    assert recorder.last.headers.get_list("user-agent") == ["mine"]
    assert recorder.last.headers["x-more"] == "1"
    assert recorder.last.url.query == b"expand=all&flag=true"
    assert recorder.last.content == b'{"name":"b","email":"a@b.co"}'


@shows(Row.UNSET)
def test_only_what_is_given_is_sent(client: Moment, recorder: Recorder) -> None:
    """No nulls, no defaults, no body where there is none to send."""
    client.customers.update("x", name="")
    assert recorder.last.content == b'{"name":""}'
    client.customers.update("x", name=moment_billing.UNSET, balance=0, currency="ZAR")
    assert recorder.last.content == b'{"currency":"ZAR","balance":0}'
    client.customers.retrieve("x")
    assert recorder.last.content == b""
    assert "content-type" not in recorder.last.headers


@shows(Row.OPTIONS)
def test_a_raw_response_gives_everything(client: Moment, recorder: Recorder) -> None:
    """Status, headers, bytes, and the model on demand."""
    raw = client.customers.with_raw_response.retrieve("x")
    assert (raw.status_code, raw.headers["Content-Type"], raw.content) == (200, "application/json", recorder.body)
    assert raw.parse().external_reference == "x"
    with pytest.raises(moment_billing.NotFoundError):
        Moment(KEY, transport=Recorder(404)).customers.with_raw_response.retrieve("x")


def _everything_that_prints(
    status: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> list[str]:
    """All that the package shows of itself around one call."""
    monkeypatch.setattr("moment_billing._retries.FIRST_DELAY", 0.0)
    caplog.set_level(logging.DEBUG)
    recorder = Recorder(status, b'{"title":1}')
    client = Moment(KEY, base_url="https://api.test", transport=recorder)
    shown = [repr(client), repr(vars(client)), repr(client._engine.settings), repr(vars(client._engine._requests))]
    try:
        client.customers.update("x", name="a")
    except MomentError as error:
        shown += [repr(error), str(error), repr(vars(error)), repr(pickle.dumps(error))]
        shown += [repr(pickle.dumps(error.response))] if hasattr(error, "response") else []
        shown.append(repr(copy.copy(error)))
    return [*shown, caplog.text]


@pytest.mark.parametrize("status", [200, 302, 400, 401, 404, 429, 500])
@shows(Row.REDACTION)
def test_the_key_never_shows(status: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Not in a repr, a message, a log line, a pickle or what hangs on an exception."""
    for shown in _everything_that_prints(status, monkeypatch, caplog):
        assert SECRET not in shown


@shows(Row.REDACTION)
def test_the_key_does_not_hang_on_a_connection_error(caplog: pytest.LogCaptureFixture) -> None:
    """Neither the error nor its cause leads to the key."""
    caplog.set_level(logging.DEBUG)

    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route", request=request)

    client = Moment(KEY, base_url="https://api.test", transport=httpx.MockTransport(fail), max_retries=0)
    with pytest.raises(moment_billing.APIConnectionError) as caught:
        client.customers.retrieve("x")
    cause = caught.value.__cause__
    assert isinstance(cause, httpx.ConnectError)
    assert SECRET.encode() not in pickle.dumps(
        [caught.value, caught.value.request.headers.raw, cause.request.headers.raw]
    )


def test_no_other_secret_hangs_on_an_error() -> None:
    """Cookies and the credentials for a proxy are left out of what an error shows of the request; the rest is kept."""
    secrets = {"Cookie": f"session={SECRET}", "Proxy-Authorization": f"Basic {SECRET}", "X-Team": "a"}
    client = Moment(KEY, base_url="https://api.test", transport=Recorder(404))
    with pytest.raises(moment_billing.NotFoundError) as caught:
        client.customers.retrieve("x", extra_headers=secrets)
    request = caught.value.response.request
    assert SECRET not in repr(request.headers.raw)
    assert (request.method, str(request.url), request.headers["x-team"]) == (
        "GET",
        "https://api.test/billing/customers/x",
        "a",
    )
    raw = Moment(KEY, base_url="https://api.test", transport=Recorder()).customers.with_raw_response.retrieve("x")
    assert SECRET not in repr(raw.http_response.request.headers.raw)


@pytest.mark.parametrize("cls", [Moment, AsyncMoment])
def test_a_client_is_not_pickled(cls: type[Moment | AsyncMoment]) -> None:
    """A client holds a key and connections; pickling it says so instead of leaking."""
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(cls(KEY))
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(cls(KEY)._engine.settings)


def test_an_illegal_header_does_not_show_the_key(sandbox: Sandbox) -> None:
    """What h11 complains about is quoted by no message of ours, and not sent again and again."""
    client = Moment(sandbox.api_key, base_url=sandbox.base_url)
    with client, pytest.raises(moment_billing.RequestValidationError) as refused:
        client.customers.retrieve("x", extra_headers={"Authorization": f"Bearer {KEY}\n"})
    assert SECRET not in str(refused.value)
    own = httpx.Client(headers={"X-Own": f"{KEY}\n"})
    client = Moment(sandbox.api_key, base_url=sandbox.base_url, http_client=own)
    with own, pytest.raises(moment_billing.APIConnectionError) as caught:
        client.customers.retrieve("x")
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    assert caught.value.attempts == 1


@shows(Row.TRANSPORT)
def test_an_async_client_also_runs_on_trio_or_asyncio_with_its_own_transport() -> None:
    """An async transport of one's own is used, and closed with the client."""
    closed = []

    class Transport(httpx.AsyncBaseTransport):
        async def handle_async_request(self, _: httpx.Request) -> httpx.Response:
            return httpx.Response(200, headers={"content-type": "application/json"}, content=BODY)

        async def aclose(self) -> None:
            closed.append(True)

    async def main() -> str:
        async with AsyncMoment(KEY, transport=Transport()) as moment:
            child = moment.with_options(max_retries=0)
            await child.close()
            assert not closed
            return (await child.customers.retrieve("x")).id

    assert asyncio.run(main()) == "bcus_1"
    assert closed == [True]


def test_cookies_are_not_kept() -> None:
    """What a gateway sets for one call is not sent with the next, which may carry another key."""
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("cookie"))
        return httpx.Response(200, headers={"content-type": "application/json", "set-cookie": "a=b"}, content=BODY)

    with Moment(KEY, base_url="https://api.test", transport=httpx.MockTransport(answer)) as moment:
        moment.customers.retrieve("x")
        moment.with_options(api_key="sk_test_other").customers.retrieve("x")
    assert seen == [None, None]


@shows(Row.REDACTION)
def test_the_debug_log_of_a_real_call_does_not_show_the_key(
    sandbox: Sandbox, caplog: pytest.LogCaptureFixture, reference: str
) -> None:
    """Neither httpx nor httpcore writes the key, however much they are asked to write."""
    caplog.set_level(logging.DEBUG)
    with Moment(sandbox.api_key, base_url=sandbox.base_url) as moment:
        moment.customers.create(external_reference=reference)
    assert "/billing/customers" in caplog.text
    assert sandbox.api_key not in caplog.text


def test_a_closed_client_says_so(recorder: Recorder) -> None:
    """A call after the end of the `with` block is a MomentError in plain words; nothing is sent."""
    with Moment(KEY, base_url="https://api.test", transport=recorder) as moment:
        child = moment.with_options(max_retries=0)
    for closed in (moment, child):
        with pytest.raises(MomentError, match="was closed"):
            closed.customers.retrieve("x")
    assert recorder.requests == []


def test_a_client_that_is_closed_during_a_pause_says_so() -> None:
    """Whoever closes a client while another thread waits for its next attempt ends that call, in plain words."""

    def close(request: httpx.Request) -> httpx.Response:
        moment.close()
        return httpx.Response(503, headers={"Retry-After": "0"})

    moment = Moment(KEY, base_url="https://api.test", transport=httpx.MockTransport(close))
    with pytest.raises(MomentError, match="was closed"):
        moment.customers.retrieve("x")
