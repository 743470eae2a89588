"""OpenTelemetry: spans by the conventions for HTTP clients, and no cost where it is not used."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

import moment_billing
from moment_billing import Moment
from moment_billing.testing import MomentServer
from tests.client.rows import Row, shows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Callable[[], tuple[ReadableSpan, ...]]:
    """Spans of a provider of this test alone."""
    return new_provider(monkeypatch)


def new_provider(monkeypatch: pytest.MonkeyPatch) -> Callable[[], tuple[ReadableSpan, ...]]:
    """Set up tracing as a program does, and return what reads its spans."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)
    return exporter.get_finished_spans


def attributes(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


@shows(Row.TRACES)
def test_a_call_is_a_span(spans: Callable[[], tuple[ReadableSpan, ...]]) -> None:
    """The name, kind and attributes are those of the conventions; the values of the query are redacted."""
    server = MomentServer()
    server.client().customers.create(external_reference="x", extra_query={"token": "hush"})
    (span,) = spans()
    assert (span.name, span.kind, span.status.status_code) == (
        "POST /billing/customers",
        SpanKind.CLIENT,
        StatusCode.UNSET,
    )
    assert attributes(span) == {
        "http.request.method": "POST",
        "url.full": "https://api.momentpay.net/billing/customers?token=REDACTED",
        "url.template": "/billing/customers",
        "server.address": "api.momentpay.net",
        "server.port": 443,
        "http.response.status_code": 201,
        "network.protocol.version": "1.1",
    }
    assert span.instrumentation_scope is not None
    assert span.instrumentation_scope.name == "moment_billing"


def test_each_attempt_is_a_span(spans: Callable[[], tuple[ReadableSpan, ...]], monkeypatch: pytest.MonkeyPatch) -> None:
    """A status and a lost connection are errors with their type; resends are counted."""
    monkeypatch.setattr("moment_billing._retries.FIRST_DELAY", 0.0)
    server = MomentServer()
    server.fail(503)
    server.drop(after=True)
    server.client().customers.create(external_reference="x")
    first, second, third = spans()
    assert [attributes(span).get("http.request.resend_count") for span in spans()] == [None, 1, 2]
    assert [attributes(span).get("error.type") for span in spans()] == ["503", "httpx.ReadError", None]
    assert [span.status.status_code for span in (first, second, third)] == [
        StatusCode.ERROR,
        StatusCode.ERROR,
        StatusCode.UNSET,
    ]


def test_spans_stand_under_the_callers_and_the_api_is_told(spans: Callable[[], tuple[ReadableSpan, ...]]) -> None:
    """The caller's span is the parent, in tasks too, and the header `traceparent` names the attempt's own span."""
    server = MomentServer()

    async def main() -> None:
        with trace.get_tracer_provider().get_tracer("program").start_as_current_span("job"):
            async with server.async_client() as moment:
                await moment.customers.create(external_reference="x")

    asyncio.run(main())
    inner, outer = spans()
    context, outside = inner.get_span_context(), outer.get_span_context()
    assert inner.parent is not None
    assert context is not None
    assert outside is not None
    assert inner.parent.span_id == outside.span_id
    told = server.requests[0].headers["traceparent"].split("-")
    assert told[1:3] == [f"{context.trace_id:032x}", f"{context.span_id:016x}"]
    assert "baggage" not in server.requests[0].headers


@shows(Row.TRACES, Row.REDACTION)
def test_no_span_holds_the_key(spans: Callable[[], tuple[ReadableSpan, ...]]) -> None:
    """Nor what was sent, nor the text of an error."""
    server = MomentServer()
    with pytest.raises(moment_billing.AuthenticationError):
        server.client(api_key="sk_test_not_known").customers.create(external_reference="x", name="Private Person")
    text = "".join(span.to_json() for span in spans())
    assert "401" in text
    for secret in ("sk_test", "not_known", "Private Person"):
        assert secret not in text
    assert all(span.events == () for span in spans())


@pytest.mark.parametrize(
    "setting", [{"OTEL_PYTHON_DISABLED_INSTRUMENTATIONS": "flask, moment_billing"}, {"OTEL_SDK_DISABLED": "true"}]
)
def test_it_can_be_switched_off(
    setting: dict[str, str], spans: Callable[[], tuple[ReadableSpan, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The switches of OpenTelemetry itself are obeyed."""
    for name, value in setting.items():
        monkeypatch.setenv(name, value)
    MomentServer().client().customers.create(external_reference="x")
    assert spans() == ()


def test_a_program_that_does_not_trace_imports_nothing(root: Path) -> None:
    """Where OpenTelemetry is installed but not used, a call neither imports it nor sends its header."""
    code = (
        "import sys; from moment_billing.testing import MomentServer; server = MomentServer()\n"
        "server.client().customers.create(external_reference='x')\n"
        "imported = [name for name in sys.modules if name.startswith('opentelemetry')]\n"
        "print(imported, 'traceparent' in server.requests[0].headers)"
    )
    env = {**os.environ, "PYTHONPATH": str(root / "generated")}
    run = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[] False"


def test_without_opentelemetry_nothing_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is not installed, a client has no observer at all."""
    monkeypatch.setattr("moment_billing._observers._has_opentelemetry", lambda: False)
    monkeypatch.delenv("MOMENT_LOG", raising=False)
    assert Moment("sk_test_x")._engine.settings.observers == ()


def test_a_provider_that_is_set_up_later_gets_the_spans(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that was made before, or has traced already, follows the program's present provider."""
    moment = MomentServer().client()
    moment.customers.create(external_reference="before")
    first = new_provider(monkeypatch)
    moment.customers.create(external_reference="x")
    second = new_provider(monkeypatch)
    moment.customers.retrieve("x")
    assert [span.name for span in first()] == ["POST /billing/customers"]
    assert [span.name for span in second()] == ["GET /billing/customers/{customer}"]
