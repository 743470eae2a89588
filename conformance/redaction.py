"""The keys of a run kept out of all that it shows, also where a server repeats them or a check sends them elsewhere."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.exchange import Exchange
    from conformance.oracle import Finding
    from conformance.verdict import Verdict

__all__ = ["Redaction"]

_REDACTED = "[redacted]"
_SHORTEST = 6
"""Characters of a key that can be kept secret; shorter ones stand in other words by chance."""


class Redaction:
    """Puts a mark in the place of each key, in any case, of what the checks make of one, and of Basic credentials.

    Args:
        keys: The keys that the run was given.
    """

    def __init__(self, keys: Iterable[str]) -> None:
        # Checks send keys without their last character, or with another one, and so do careless answers.
        long = [key for key in keys if len(key) >= _SHORTEST]
        forms = [form for key in long for form in (key[:-1], base64.b64encode(f"{key}:".encode()).decode())]
        found = "|".join(f"{re.escape(form)}[0-9A-Za-z_-]?" for form in forms) or "(?!)"
        self._text = re.compile(found, re.IGNORECASE | re.ASCII)
        self._bytes = re.compile(found.encode(), re.IGNORECASE)

    def verdict(self, verdict: Verdict) -> Verdict:
        """A verdict whose exchanges, findings and notes hold no key."""
        results = tuple(replace(one, findings=tuple(map(self._finding, one.findings))) for one in verdict.results)
        exchanges = [self._exchange(exchange) for exchange in verdict.exchanges]
        notes = tuple(map(self.text, verdict.notes))
        return replace(verdict, results=results, exchanges=exchanges, notes=notes, refusal=self.text(verdict.refusal))

    def text(self, text: str) -> str:
        """A text without keys."""
        return self._text.sub(_REDACTED, text)

    def _finding(self, finding: Finding) -> Finding:
        exchanges = tuple(map(self._exchange, finding.exchanges))
        return replace(finding, message=self.text(finding.message), exchanges=exchanges)

    def _exchange(self, exchange: Exchange) -> Exchange:
        request, response = exchange.request, exchange.response
        body = None if request.body is None else self._body(request.body)
        sent = replace(request, target=self.text(request.target), headers=self._headers(request.headers), body=body)
        if response is not None:
            response = replace(response, headers=self._headers(response.headers), body=self._body(response.body))
        return replace(exchange, request=sent, response=response, trouble=self.text(exchange.trouble))

    def _headers(self, headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        return tuple((name, self.text(value)) for name, value in headers)

    def _body(self, body: bytes) -> bytes:
        return self._bytes.sub(_REDACTED.encode(), body)
