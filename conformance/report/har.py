"""Every exchange of a run as an HTTP Archive (HAR 1.2), without secrets."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from conformance.exchange import redact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.exchange import Exchange

__all__ = ["har"]

_LONGEST = 64_000


def har(exchanges: Sequence[Exchange], base_url: str) -> dict[str, Any]:
    """The exchanges, in order; bodies are cut at 64,000 characters."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    creator = {"name": "moment-conformance", "version": "1"}
    return {
        "log": {
            "version": "1.2",
            "creator": creator,
            "entries": [_entry(exchange, base_url, now) for exchange in exchanges],
        }
    }


def _entry(exchange: Exchange, base_url: str, now: str) -> dict[str, Any]:
    milliseconds = round(exchange.response.seconds * 1000, 3) if exchange.response else 0
    entry = {
        "startedDateTime": now,
        "time": milliseconds,
        "request": _request(exchange, base_url),
        "response": _response(exchange),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
    }
    return entry if exchange.response else {**entry, "_error": exchange.trouble}


def _request(exchange: Exchange, base_url: str) -> dict[str, Any]:
    request = exchange.request
    common = _message(request.headers, request.body or b"")
    posted = {"mimeType": request.header("content-type") or "", "text": _text(request.body or b"")}
    body = {"postData": posted} if request.body is not None else {}
    return {"method": request.method, "url": base_url + request.target, "queryString": [], **common, **body}


def _response(exchange: Exchange) -> dict[str, Any]:
    response = exchange.response
    if response is None:
        return {"status": 0, "statusText": "", "redirectURL": "", "content": _content("", b""), **_message((), b"")}
    content = _content(response.header("content-type") or "", response.body)
    common = _message(response.headers, response.body)
    return {"status": response.status, "statusText": "", "redirectURL": "", "content": content, **common}


def _message(headers: tuple[tuple[str, str], ...], body: bytes) -> dict[str, Any]:
    named = [{"name": name, "value": value} for name, value in redact(headers)]
    return {"httpVersion": "HTTP/1.1", "headers": named, "cookies": [], "headersSize": -1, "bodySize": len(body)}


def _content(media_type: str, body: bytes) -> dict[str, Any]:
    return {"size": len(body), "mimeType": media_type, "text": _text(body)}


def _text(body: bytes) -> str:
    return body.decode("utf-8", "replace")[:_LONGEST]
