"""A span for each attempt, by OpenTelemetry's conventions for HTTP clients.

https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client: each attempt is a span of its own, named for
the method and the path template. Nothing here imports OpenTelemetry first: until the program itself has imported it and
set up a provider, there is nowhere for spans to go.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from moment_billing._version import VERSION

if TYPE_CHECKING:
    import httpx

    from moment_billing._observers import Attempt

__all__ = ["TraceObserver", "is_wanted"]

_NAME = "moment_billing"
_SCHEMA = "https://opentelemetry.io/schemas/1.27.0"
_PORTS = {"http": 80, "https": 443}


def is_wanted() -> bool:
    """Whether spans are not switched off by `OTEL_SDK_DISABLED` or `OTEL_PYTHON_DISABLED_INSTRUMENTATIONS`."""
    if os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    disabled = os.environ.get("OTEL_PYTHON_DISABLED_INSTRUMENTATIONS", "").split(",")
    return _NAME not in [name.strip() for name in disabled]


class TraceObserver:
    """Makes a span of each attempt, and tells the API of the trace by the header `traceparent`."""

    def __init__(self) -> None:
        self._provider: Any = None
        self._tracer: Any = None

    def begin(self, attempt: Attempt) -> None:
        """Begin a span, under the caller's own."""
        tracer = self._current_tracer()
        if tracer is None:
            return
        from opentelemetry.trace import SpanKind, set_span_in_context  # noqa: PLC0415 - it is imported already
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415

        operation = attempt.operation
        name = f"{operation.method} {operation.path}"
        span = tracer.start_span(name, kind=SpanKind.CLIENT, attributes=_attributes(attempt))
        attempt.notes[TraceObserver] = span
        # Only the trace: baggage may hold what is no business of the API's.
        TraceContextTextMapPropagator().inject(attempt.request.headers, set_span_in_context(span))

    def end(self, attempt: Attempt) -> None:
        """End the span. The text of an error may quote what was sent, so only its kind is told."""
        span = attempt.notes.get(TraceObserver)
        if span is None:
            return
        from opentelemetry.trace import StatusCode  # noqa: PLC0415 - it is imported already

        response, error = attempt.response, attempt.error
        if response is not None:
            span.set_attribute("http.response.status_code", response.status_code)
            span.set_attribute("network.protocol.version", response.http_version.removeprefix("HTTP/"))
        if response is None or response.is_error:
            kind = type(error)
            problem = f"{kind.__module__}.{kind.__qualname__}" if response is None else str(response.status_code)
            span.set_attribute("error.type", problem)
            span.set_status(StatusCode.ERROR)
        span.end()

    def _current_tracer(self) -> Any:
        """The tracer of the program's provider; None when it has none."""
        trace: Any = sys.modules.get("opentelemetry.trace")
        current = getattr(trace, "get_tracer_provider", None)  # a module that is being imported may lack it
        provider = current() if current is not None else None
        if provider is None or isinstance(provider, trace.ProxyTracerProvider):
            return None
        if provider is not self._provider:
            self._tracer = provider.get_tracer(_NAME, VERSION, schema_url=_SCHEMA)
            self._provider = provider
        return self._tracer


def _attributes(attempt: Attempt) -> dict[str, Any]:
    request = attempt.request
    attributes: dict[str, Any] = {
        "http.request.method": request.method,
        "url.full": _redacted(request.url),
        "url.template": attempt.operation.path,
        "server.address": request.url.host,
        "server.port": request.url.port or _PORTS[request.url.scheme],
    }
    if attempt.number > 1:
        attributes["http.request.resend_count"] = attempt.number - 1
    return attributes


def _redacted(url: httpx.URL) -> str:
    """The URL without the values of its query, which may be secret."""
    plain = str(url.copy_with(query=None))
    names = [quote(name) for name, _ in url.params.multi_items()]
    return f"{plain}?{'&'.join(f'{name}=REDACTED' for name in names)}" if names else plain
