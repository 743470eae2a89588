"""The keys of a run kept out of all that it shows, also where a server repeats them or a check sends them elsewhere.

In the place of a key stands its variable, `${MOMENT_API_KEY}`: the reader learns which one was meant, and a shell can
send it again.
"""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.exchange import Exchange
    from conformance.finding import Finding
    from conformance.verdict import Verdict

__all__ = ["Redaction"]

_HEADERS = 1_000
"""So many values of headers are remembered: nearly all of them come again."""

_SHORTEST = 6
"""Characters of a key that can be kept secret everywhere; a shorter one stands in other words by chance."""


class Redaction:
    """Puts its variable in the place of each key, of what the checks make of one, and of Basic credentials.

    Args:
        keys: The keys that the run was given, each with the name of its variable.
    """

    def __init__(self, keys: Mapping[str, str]) -> None:
        self._shown: dict[str, str] = {}
        for key, variable in keys.items():
            basic = base64.b64encode(f"{key}:".encode()).decode()
            self._shown |= {key: f"${{{variable}}}", basic: f"$(printf %s: ${{{variable}}} | base64)"}
            if not key[:-1].endswith("_"):
                # Checks send keys without their last character, or with another one, and so do careless answers.
                self._shown[key[:-1]] = f"${{{variable}%?}}"
        long = {form: shown for form, shown in self._shown.items() if len(form) >= _SHORTEST - 1}
        self._everywhere = _replacing(long, "")
        self._alone = _replacing(self._shown, r"\b")
        self._header = lru_cache(_HEADERS)(lambda value: self._alone(self._everywhere(value)))

    def verdict(self, verdict: Verdict) -> Verdict:
        """A verdict whose exchanges, findings and notes hold no key."""
        results = tuple(replace(one, findings=tuple(map(self._finding, one.findings))) for one in verdict.results)
        exchanges = [self.exchange(exchange) for exchange in verdict.exchanges]
        notes = tuple(map(self.text, verdict.notes))
        return replace(verdict, results=results, exchanges=exchanges, notes=notes, refusal=self.text(verdict.refusal))

    def text(self, text: str) -> str:
        """A text without keys."""
        return self._everywhere(text)

    def _finding(self, finding: Finding) -> Finding:
        exchanges = tuple(map(self.exchange, finding.exchanges))
        return replace(finding, message=self.text(finding.message), exchanges=exchanges)

    def exchange(self, exchange: Exchange) -> Exchange:
        """An exchange without keys, which a shell can still send again."""
        request, response = exchange.request, exchange.response
        body = None if request.body is None else self._body(request.body)
        sent = replace(request, target=self.text(request.target), headers=self._headers(request.headers), body=body)
        if response is not None:
            response = replace(response, headers=self._headers(response.headers), body=self._body(response.body))
        return replace(exchange, request=sent, response=response, trouble=self.text(exchange.trouble))

    def _headers(self, headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        return tuple((name, self._header(value)) for name, value in headers)

    def _body(self, body: bytes) -> bytes:
        return self.text(body.decode("latin-1")).encode("latin-1")


def _replacing(shown: Mapping[str, str], edge: str) -> Callable[[str], str]:
    """Puts what is shown in the place of each form, in any case; `edge` is what must be on both sides of it."""
    longest_first = sorted(shown, key=len, reverse=True)
    pattern = re.compile(f"{edge}({'|'.join(map(re.escape, longest_first))}){edge}", re.IGNORECASE | re.ASCII)
    lowered = {form.lower(): f"[{text} in another case]" for form, text in shown.items()}

    def replaced(text: str) -> str:
        plain = text.lower()
        for form in lowered:
            if form in plain:  # much sooner said than by the pattern
                return pattern.sub(lambda match: shown.get(match[0], lowered[match[0].lower()]), text)
        return text

    return replaced
