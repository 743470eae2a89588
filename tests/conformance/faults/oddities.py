"""Faults that only odd values, odd bodies or odd places for a key show."""

from __future__ import annotations

import base64
import codecs
import html
import json
import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.conformance.faults.corpus import accepts, changes, creates, fault, refuses, sends, updates, writes
from tests.conformance.faults.server import Answer, Call, Memory, problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conformance.faults.server import Forward, Switch


def _metadata(change: Callable[[dict[str, Any]], Any], when: Callable[[Call], bool] = writes) -> Switch:
    return sends(
        lambda c: when(c) and isinstance(c.json.get("metadata"), dict),
        lambda c: c.holding({**c.json, "metadata": change(c.json["metadata"])}),
    )


def _values(change: Callable[[str], str]) -> Callable[[dict[str, Any]], Any]:
    return lambda pairs: {key: change(value) if isinstance(value, str) else value for key, value in pairs.items()}


def _keys(change: Callable[[str], str]) -> Callable[[dict[str, Any]], Any]:
    return lambda pairs: {change(key): value for key, value in pairs.items()}


_FIELDS = {"id", "name", "balance", "metadata"}

# ── Texts

for what, change in (
    ("names of digits lose their zeros", lambda text: text.lstrip("0") or "0" if text.isdecimal() else text),
    ("no-break spaces are trimmed", lambda text: text.strip("\u00a0\u3000")),
    ("texts are normalised to NFD", lambda text: unicodedata.normalize("NFD", text)[:255]),
    ("texts are normalised to NFKC", lambda text: unicodedata.normalize("NFKC", text)[:255]),
    ("capitals become small", lambda text: text.swapcase().swapcase() if text.islower() else text.lower()),
    ("plus signs become spaces", lambda text: text.replace("+", " ")),
    ("percent signs are decoded", lambda text: text.replace("%20", " ")),
    ("ampersands are escaped", lambda text: text.replace("&", "&amp;")[:255]),
    ("directions are dropped", lambda text: text.replace("\u200f", "")),
    ("variation selectors are dropped", lambda text: text.replace("\ufe0f", "")),
    ("line separators become spaces", lambda text: text.replace("\u2028", " ")),
):
    fault(
        "text.characters",
        what,
        sends(
            lambda c: writes(c) and isinstance(c.json.get("name"), str),
            lambda c, change=change: c.holding({**c.json, "name": change(c.json["name"])}),  # type: ignore[misc]
        ),
    )
fault(
    "name.type",
    "names of digits are shown as numbers",
    changes(
        lambda c: not c.retrieves,
        lambda a: a.having(name=int(a.json["name"])) if re.fullmatch("[1-9][0-9]*", a.json.get("name", "")) else a,
    ),
)
for what, told in (("SQL", "drop table"), ("a script", "<script")):
    fault(
        "text.characters",
        f"names with {what} are refused",
        refuses(lambda c, told=told: writes(c) and told in str(c.json.get("name")).lower()),  # type: ignore[misc]
    )
for falsehood in ("0", "false", "null"):
    fault(
        "text.characters",
        f"the name {falsehood} is refused",
        refuses(lambda c, falsehood=falsehood: c.json.get("name") == falsehood),  # type: ignore[misc]
    )
    fault(
        "text.characters",
        f"the name {falsehood} is not stored by an update",
        sends(
            lambda c, falsehood=falsehood: c.updates and c.json.get("name") == falsehood,  # type: ignore[misc]
            lambda c: c.without("name"),
        ),
    )

# ── Metadata

fault(
    "metadata.inert",
    "keys named like fields are dropped",
    _metadata(lambda m: {k: m[k] for k in m if k not in _FIELDS}),
)
fault("metadata.inert", "a key named id is dropped", _metadata(lambda m: {k: v for k, v in m.items() if k != "id"}))
fault(
    "metadata.inert",
    "keys named like the language's own are dropped",
    _metadata(lambda m: {k: v for k, v in m.items() if k not in {"__proto__", "constructor"}}),
)
for what, change in (
    (
        "capitals that read like a truth value become small",
        lambda text: text.lower() if text in {"TRUE", "FALSE"} else text,
    ),
    ("values that read like a whole number lose their fraction", lambda text: re.sub(r"^(\d+)\.0$", r"\1", text)),
    ("values that read like a moment lose their zone", lambda text: re.sub(r"(T\d\d:\d\d:\d\d)Z$", r"\1+00:00", text)),
    (
        "values that are addresses lose their query",
        lambda text: text.split("?")[0] if text.startswith("http") else text,
    ),
):
    fault("metadata.inert", what, _metadata(_values(change)))
fault("metadata.inert", "spaces in keys are trimmed", _metadata(_keys(lambda key: key.strip() or key)))
fault("metadata.inert", "spaces in keys become underscores", _metadata(_keys(lambda key: key.replace(" ", "_"))))
fault("metadata.inert", "dollar signs in keys are dropped", _metadata(_keys(lambda key: key.replace("$", ""))))
fault("metadata.inert", "keys are normalised to NFC", _metadata(_keys(lambda key: unicodedata.normalize("NFC", key))))
fault(
    "metadata.inert",
    "keys of digits are dropped",
    _metadata(lambda m: {k: v for k, v in m.items() if not k.isdecimal()}),
)
fault("metadata.inert", "newlines in values become spaces", _metadata(_values(lambda text: text.replace("\n", " "))))
fault(
    "metadata.inert", "markup in values is escaped", _metadata(_values(lambda t: html.escape(t) if len(t) < 99 else t))
)
fault(
    "metadata.inert",
    "values are normalised to NFC",
    _metadata(_values(lambda text: unicodedata.normalize("NFC", text))),
)
fault(
    "metadata.inert",
    "values that read like nothing are dropped",
    _metadata(lambda m: {k: v for k, v in m.items() if v != "null"}),
)
fault(
    "metadata.value-length",
    "values are cut at 255 characters in updates",
    _metadata(_values(lambda text: text if len(text) > 500 else text[:255]), updates),
)


def _only(place: int) -> Switch:
    """Look at one pair of metadata only."""

    def wrong(pair: tuple[str, Any]) -> bool:
        return isinstance(pair[1], str) and len(pair[1]) > 500

    def unseen(value: Any) -> bool:
        pairs = list(value.items()) if isinstance(value, dict) else []
        return any(map(wrong, pairs)) and not wrong(pairs[place])

    return accepts("metadata", unseen)


fault("metadata.value-length", "only the first value is looked at", _only(0))
fault("metadata.value-length", "only the last value is looked at", _only(-1))
fault(
    "metadata.value-type",
    "a wrong value among good ones is dropped",
    _metadata(lambda m: {k: v for k, v in m.items() if isinstance(v, str)} if len(m) > 1 else m),
)
fault(
    "metadata.key-length",
    "a long key among others is dropped",
    _metadata(lambda m: {k: v for k, v in m.items() if len(k) < 41} if len(m) > 1 else m),
)


@fault("errors.refused-changes-nothing", "the good pairs of refused metadata are stored")
async def _good_pairs(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    metadata = call.json.get("metadata")
    if call.updates and answer.status in {400, 422} and isinstance(metadata, dict):
        good = {k: v for k, v in metadata.items() if len(k) < 41 and isinstance(v, str) and len(v) < 501}
        if 0 < len(good) < 11:
            await forward(call.holding({"metadata": good}))
    return answer


# ── Formats


def _email(test: Callable[[str], bool]) -> Switch:
    return accepts("email", lambda value: isinstance(value, str) and test(value))


fault("email.format", "an address with a space is accepted", _email(lambda text: " " in text and text.count("@") == 1))
fault("email.format", "an address with two at-signs is accepted", _email(lambda text: text.count("@") == 2))
fault("email.format", "an address with a second line is accepted", _email(lambda text: "\n" in text))
fault("email.format", "an address with space before it is accepted", _email(lambda text: text.startswith(" ")))
fault("email.format", "an address with a line break at its end is accepted", _email(lambda text: text.endswith("\n")))
fault("email.format", "a bare at-sign is accepted", _email(lambda text: text == "@"))
fault(
    "currency.iso-4217",
    "four letters are cut to three",
    sends(lambda c: c.json.get("currency") == "ZARX", lambda c: c.holding({**c.json, "currency": "ZAR"})),
)
fault(
    "currency.iso-4217",
    "a final newline is dropped",
    sends(lambda c: c.json.get("currency") == "ZAR\n", lambda c: c.holding({**c.json, "currency": "ZAR"})),
)
fault(
    "currency.iso-4217",
    "numbers of currencies are accepted",
    accepts("currency", lambda value: value == "710", stand_in="ZAR", stored=lambda _: "ZAR"),
)


def _shows_rules(part: Callable[[Any], bool]) -> Switch:
    """Take payment rules in a body, some of them unchecked."""

    async def switch(call: Call, forward: Forward, memory: Memory) -> Answer:
        rules = call.json.get("payment_rules")
        answer = await forward(call)
        if not answer.succeeded or "id" not in answer.json:
            return answer
        shown = memory.shown.setdefault(answer.json["id"], {})
        if writes(call) and rules is not None and part(rules):
            shown["payment_rules"] = rules
        return answer.having(**shown)

    return switch


fault(
    "payment-rules.type", "payment rules in a body are shown unchecked", _shows_rules(lambda r: not isinstance(r, dict))
)
fault("payment-rules.amounts", "amounts in a body are shown unchecked", _shows_rules(lambda r: "min_amount" in r))
fault("payment-rules.flags", "flags in a body are shown unchecked", _shows_rules(lambda r: "underpayment_allowed" in r))

# ── Keys in odd places


def _from(header: str) -> Switch:
    """Take the key from another header, too."""

    def moved(call: Call) -> Call:
        value = call.headers.get(header, "")
        return call.headed(authorization=f"Bearer {value.removeprefix('Bearer ').removeprefix('api_key=')}")

    return sends(lambda c: "authorization" not in c.headers and header in c.headers, moved)


for header in ("x-api-key", "cookie", "proxy-authorization"):
    fault("auth.missing-key", f"a key in {header} is enough", _from(header))
fault(
    "auth.missing-key",
    "updates of nobody are 404 without a key",
    changes(
        lambda c: c.updates and "authorization" not in c.headers,
        lambda a: problem(404) if a.status == 401 else a,
        failed=True,
    ),
)


def _basic(call: Call) -> Call:
    try:
        name = base64.b64decode(call.headers["authorization"].removeprefix("Basic "), validate=True).decode()
    except ValueError:
        return call
    return call.headed(authorization=f"Bearer {name.rstrip(':')}")


fault(
    "auth.malformed-key",
    "a key as the name of basic authentication is taken",
    sends(lambda c: c.headers.get("authorization", "").startswith("Basic "), _basic),
)
fault(
    "auth.malformed-key",
    "a colon behind the scheme is taken",
    sends(
        lambda c: c.headers.get("authorization", "").startswith("Bearer:"),
        lambda c: c.headed(authorization=c.headers["authorization"].replace(":", " ", 1)),
    ),
)

# ── Odd bodies


def _broken(when: Callable[[Call], bool]) -> Switch:
    async def switch(call: Call, forward: Forward, memory: Memory) -> Answer:
        return problem(500) if when(call) else await forward(call)

    return switch


def _repeats(call: Call) -> bool:
    try:
        pairs: list[tuple[str, Any]] = json.loads(call.body, object_pairs_hook=list)
    except (ValueError, RecursionError):
        return False
    names = [pair[0] for pair in pairs if isinstance(pair, tuple)] if isinstance(pairs, list) else []
    return len(set(names)) < len(names)


fault("errors.invalid-is-4xx", "a byte-order mark is 500", _broken(lambda c: c.body.startswith(codecs.BOM_UTF8)))
fault("errors.invalid-is-4xx", "UTF-16 is 500", _broken(lambda c: c.body.startswith(codecs.BOM_UTF16_LE)))
fault("errors.invalid-is-4xx", "a field twice is 500", _broken(_repeats))
fault(
    "errors.invalid-is-4xx", "thousands of metadata are 500", _broken(lambda c: len(c.json.get("metadata") or ()) > 999)
)
fault("errors.invalid-is-4xx", "payment rules in a body are 500", _broken(lambda c: "payment_rules" in c.json))
fault(
    "retrieve.success",
    "look-ups begin with a byte-order mark",
    changes(lambda c: c.retrieves, lambda a: replace(a, body=codecs.BOM_UTF8 + a.body)),
)
fault(
    "create.success",
    "answers to creates are in UTF-16",
    changes(creates, lambda a: replace(a, body=a.body.decode().encode("utf-16"))),
)
fault(
    "update.success",
    "answers to updates are in Latin-1",
    changes(
        updates, lambda a: replace(a, body=json.dumps({**a.json, "name": "Zoë"}, ensure_ascii=False).encode("latin-1"))
    ),
)
