"""Servers that conform in another way than the sandbox does. None of them may be accused of anything."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.conformance.faults.corpus import accepts, changes, creates, everything, refuses, sends, together, variant
from tests.conformance.faults.server import Answer, Call, Memory, problem

if TYPE_CHECKING:
    from tests.conformance.faults.server import Forward, Switch

_FIELDS = {"external_reference", "name", "email", "phone", "currency", "balance", "metadata"}
_LOOSE_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_RATE, _BURST = 400, 20
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _texts(call: Call) -> list[str]:
    values = [
        text for value in call.json.values() for text in (value.items() if isinstance(value, dict) else [(value,)])
    ]
    return [text for pair in values for text in pair if isinstance(text, str)]


def _in_powers(match: re.Match[bytes]) -> bytes:
    return b'"balance":%e%s' % (float(match[1]), match[2])


def _status(old: set[int], new: int) -> Switch:
    def change(answer: Answer) -> Answer:
        return replace(answer, status=new).having(status=new) if answer.status in old else answer

    return changes(everything, change, failed=True)


variant("the sandbox itself", sends(lambda _: False, lambda call: call))
variant("invalid input is 400", _status({422}, 400))
variant("invalid input is 422", _status({400}, 422))
variant("a taken reference is 422", _status({409}, 422))
variant("a taken reference is 400", _status({409}, 400))
variant(
    "unknown keys are 403",
    changes(
        lambda c: "authorization" in c.headers,
        lambda a: replace(a, status=403).having(status=403) if a.status == 401 else a,
        failed=True,
    ),
)
variant(
    "unknown keys are 400",
    changes(
        lambda c: "authorization" in c.headers,
        lambda a: replace(a, status=400).having(status=400) if a.status == 401 else a,
        failed=True,
    ),
)
variant("public keys are 401", _status({403}, 401))
variant("unknown properties are refused", refuses(lambda c: (c.creates or c.updates) and bool(set(c.json) - _FIELDS)))
variant("an e-mail address in an update is refused", refuses(lambda c: c.updates and "email" in c.json))
variant("empty updates are refused", refuses(lambda c: c.updates and not c.json, 400))
variant(
    "extra fields in answers",
    changes(
        everything, lambda a: a.having(object="customer", created_at="2026-01-01T00:00:00Z") if "id" in a.json else a
    ),
)
variant(
    "unknown methods are 404",
    changes(lambda c: c.method not in {"GET", "POST", "PATCH"}, lambda _: problem(404), failed=True),
)
variant("keys must be UUIDs", refuses(lambda c: c.creates and not _UUID.fullmatch(c.key), 400))
variant(
    "integers beyond 64 bits are refused",
    refuses(lambda c: type(c.json.get("balance")) is int and abs(c.json["balance"]) >= 2**63),
)
variant(
    "integers beyond 53 bits are refused",
    refuses(lambda c: type(c.json.get("balance")) is int and abs(c.json["balance"]) >= 2**53),
)


def _trimmed(call: Call) -> bool:
    return (call.creates or call.updates) and isinstance(call.json.get("email"), str)


variant(
    "space around an address is dropped",
    sends(_trimmed, lambda c: c.holding({**c.json, "email": c.json["email"].strip()})),
)
variant(
    "large numbers are written in powers of ten",
    changes(
        everything,
        lambda a: replace(a, body=re.sub(rb'"balance": ?(-?10{20,})([,}])', _in_powers, a.body)),
    ),
)
variant("NUL is refused", refuses(lambda c: any("\x00" in text for text in _texts(c))))
variant("control characters are refused", refuses(lambda c: any(ord(char) < 32 for text in _texts(c) for char in text)))
variant("empty strings are refused", refuses(lambda c: any(text == "" for text in _texts(c))))
variant(
    "rare currencies are refused",
    refuses(
        lambda c: (
            c.json.get("currency") not in [None, "ZAR", "USD", "EUR", "GBP", "JPY", "CHF", "KWD"]
            and isinstance(c.json.get("currency"), str)
        )
    ),
)
variant(
    "customers have payment rules",
    changes(
        everything,
        lambda a: a.having(payment_rules={"min_amount": 100, "underpayment_allowed": True}) if "id" in a.json else a,
    ),
)
variant(
    "media types have a charset",
    changes(
        everything,
        lambda a: a.headed(content_type=f"{a.headers.get('content-type', 'application/json')}; charset=utf-8"),
    ),
)
variant(
    "errors have a charset and a language",
    changes(
        everything,
        lambda a: a.headed(content_type="application/problem+json; charset=utf-8", content_language="en"),
        failed=True,
    ),
)
variant(
    "problems have more members",
    changes(
        everything,
        lambda a: a.having(errors=[{"pointer": "/"}], trace_id="t") if "status" in a.json else a,
        failed=True,
    ),
)
variant(
    "first answers say Idempotent-Replayed: false",
    changes(creates, lambda a: a if "idempotent-replayed" in a.headers else a.headed(idempotent_replayed="false")),
)
variant(
    "a new customer has at most 10 keys of metadata",
    refuses(lambda c: c.creates and isinstance(c.json.get("metadata"), dict) and len(c.json["metadata"]) > 10),
)
variant(
    "oversized bodies are 413 without a body",
    changes(lambda c: len(c.body) > 1_000_000, lambda _: Answer(413, {}, b""), failed=True),
)
variant(
    "long paths are 414",
    changes(lambda c: len(c.path) > 2000, lambda _: Answer(414, {"content-type": "text/html"}, b"<p>"), failed=True),
)
variant(
    "other media types are 415",
    changes(
        lambda c: bool(c.body) and "json" not in c.headers.get("content-type", ""),
        lambda _: Answer(415, {}, b""),
        failed=True,
    ),
)
variant(
    "malformed names in the path are 400",
    changes(
        lambda c: bool(c.name) and not re.fullmatch(r"[A-Za-z0-9_-]{1,255}", c.name),
        lambda a: replace(a, status=400).having(status=400) if a.status == 404 else a,
        failed=True,
    ),
)


@variant("metadata is merged")
async def _merges(call: Call, forward: Forward, memory: Memory) -> Answer:
    metadata = call.json.get("metadata") if call.updates else None
    if isinstance(metadata, dict):
        proper = await forward(call)
        if not proper.succeeded:
            return proper
        old = memory.shown.get(proper.json["id"], {})
        merged = {**old.get("metadata", {}), **metadata}
        if len(merged) > 20:
            return problem(422, instance=call.path)
        memory.shown[proper.json["id"]] = {"metadata": merged}
        return proper.having(metadata=merged)
    answer = await forward(call)
    if answer.succeeded and "id" in answer.json:
        known = memory.shown.setdefault(answer.json["id"], {k: v for k, v in answer.json.items() if k == "metadata"})
        # A replay repeats its first answer, whatever happened since.
        return answer if call.creates else answer.having(**known)
    return answer


@variant("metadata is merged, and holds at most 10 keys")
async def _merges_few(call: Call, forward: Forward, memory: Memory) -> Answer:
    if (call.creates or call.updates) and isinstance(call.json.get("metadata"), dict):
        found = await forward(Call("GET", call.path, call.headers, b"")) if call.updates else problem(404)
        old = memory.shown.get(found.json["id"], found.json).get("metadata", {}) if found.succeeded else {}
        if len({**old, **call.json["metadata"]}) > 10:
            return problem(422, instance=call.path)
    return await _merges(call, forward, memory)


@variant("e-mail addresses are stored in lower case")
async def _lower_email(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    if answer.succeeded and isinstance(answer.json.get("email"), str):
        return answer.having(email=answer.json["email"].lower())
    return answer


@variant("a used key with another body is refused")
async def _other_body(call: Call, forward: Forward, memory: Memory) -> Answer:
    if (
        call.creates
        and call.key
        and memory.seen.setdefault((call.headers.get("authorization"), call.key), call.body) != call.body
    ):
        return problem(422, instance=call.path)
    return await forward(call)


@variant("a key that is in use is 409")
async def _in_flight(call: Call, forward: Forward, memory: Memory) -> Answer:
    mine = (call.headers.get("authorization"), call.key)
    if not call.creates or not call.key:
        return await forward(call)
    if memory.seen.get(mine):
        return problem(409, instance=call.path)
    memory.seen[mine] = True
    await asyncio.sleep(0.002)
    answer = await forward(call)
    memory.seen[mine] = False
    return answer


@variant("invalid requests are judged anew each time, and do not use their key up")
async def _early(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    if call.creates and answer.status in {400, 422}:
        return answer.headed(idempotent_replayed=None)
    return answer


@variant("a currency in lower case is read as the code")
async def _generous_currency(call: Call, forward: Forward, memory: Memory) -> Answer:
    currency = call.json.get("currency")
    if isinstance(currency, str) and currency == "zar":
        return await forward(call.holding({**call.json, "currency": "ZAR"}))
    return await forward(call)


@variant("a balance alone is taken for a customer that has a currency")
async def _balance_alone(call: Call, forward: Forward, memory: Memory) -> Answer:
    if call.updates and "balance" in call.json and "currency" not in call.json:
        found = await forward(Call("GET", call.path, call.headers, b""))
        if found.succeeded and "currency" in found.json:
            return await forward(call.holding({**call.json, "currency": found.json["currency"]}))
    return await forward(call)


@variant("ids are long")
async def _long_ids(call: Call, forward: Forward, memory: Memory) -> Answer:
    tail, path = "x" * 200, call.path
    if call.name.startswith("bcus_"):
        if not call.name.endswith(tail):
            return problem(404, instance=call.path)
        call = call.renamed(call.name.removesuffix(tail))
    answer = await forward(call)
    if not answer.succeeded:
        return answer.having(instance=path)
    return answer.having(id=answer.json["id"] + tail)


@variant("public keys create")
async def _public_creates(call: Call, forward: Forward, memory: Memory) -> Answer:
    caller = call.headers.get("authorization", "")
    answer = await forward(call)
    if caller.startswith("Bearer sk_") and answer.status not in {400, 401, 403}:
        memory.seen.setdefault("secret", caller)
    if call.creates and answer.status == 403 and "secret" in memory.seen:
        return await forward(call.headed(authorization=memory.seen["secret"]))
    return answer


@variant("refusals repeat the request")
async def _repeats_the_request(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    if answer.succeeded or "status" not in answer.json:
        return answer
    said = f"{call.method} {call.path} {call.body[:1_000].decode('utf-8', 'replace')}"
    return answer.having(detail=f"No: {said}")


@variant("numbers beyond all bounds are taken, and shown in digits")
async def _boundless(call: Call, forward: Forward, memory: Memory) -> Answer:
    if b'"balance":1e' not in call.body:
        return await forward(call)
    answer = await forward(replace(call, body=call.body.replace(b"1e999", b"7").replace(b"1e400", b"7")))
    return replace(answer, body=answer.body.replace(b'"balance":7', b'"balance":1' + b"0" * 9_000))


variant(
    "a body without a proper media type is read as JSON",
    sends(
        lambda c: c.headers.get("content-type") in {None, "", "application", "application/json; charset=nonsense"},
        lambda c: c.headed(content_type="application/json"),
    ),
)


def _slow(seconds: float) -> Switch:
    async def switch(call: Call, forward: Forward, memory: Memory) -> Answer:
        await asyncio.sleep(seconds)
        return await forward(call)

    return switch


variant("answers take 30 ms", _slow(0.03))


def _is_loose_email(value: object) -> bool:
    return isinstance(value, str) and len(value) <= 255 and bool(_LOOSE_EMAIL.fullmatch(value))


variant("anything with an @ and a dot behind it is an e-mail address", accepts("email", _is_loose_email, creates))
variant(
    "answers set a cookie, and nobody reads it", changes(everything, lambda a: a.headed(set_cookie="seen=1; Path=/"))
)


@variant("HEAD is answered like GET, without a body")
async def _answers_head(call: Call, forward: Forward, memory: Memory) -> Answer:
    if call.method != "HEAD":
        return await forward(call)
    return replace(await forward(replace(call, method="GET")), body=b"")


@variant("every fiftieth request is 429")
async def _busy(call: Call, forward: Forward, memory: Memory) -> Answer:
    memory.count += 1
    if memory.count % 50 == 0:
        return Answer(
            429, {"content-type": "application/problem+json", "retry-after": "0"}, json.dumps({"status": 429}).encode()
        )
    return await forward(call)


@variant("a limiter takes 400 requests a second, and 20 at once")
async def _limited(call: Call, forward: Forward, memory: Memory) -> Answer:
    now = time.monotonic()
    left, then = memory.seen.get("bucket", (_BURST, now))
    left = min(_BURST, left + (now - then) * _RATE)
    memory.seen["bucket"] = (left - 1 if left >= 1 else left, now)
    if left >= 1:
        return await forward(call)
    return problem(429, title="Too Many Requests", instance=call.path).headed(retry_after="1")


@variant("every fiftieth request is 503")
async def _is_out(call: Call, forward: Forward, memory: Memory) -> Answer:
    memory.count += 1
    return Answer(503, {}, b"") if memory.count % 50 == 0 else await forward(call)


variant("only the documented currency is taken", refuses(lambda call: call.json.get("currency", "ZAR") != "ZAR"))


@variant("answers have fields that nobody lists, and that change")
async def _more_fields(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    if not answer.succeeded or answer.headers.get("idempotent-replayed"):
        return answer
    if call.creates:
        return answer  # what is replayed must stay as it was
    memory.seen["version"] = memory.seen.get("version", 0) + 1
    return answer.having(updated_at=f"v{memory.seen['version']}")


def _without_case(call: Call) -> str:
    reference = call.json.get("external_reference") if call.creates else call.name
    return reference.lower() if isinstance(reference, str) and not reference.startswith("bcus_") else ""


@variant("references are the same in any case")
async def _any_case(call: Call, forward: Forward, memory: Memory) -> Answer:
    caller = call.headers.get("authorization")
    first = memory.seen.get((caller, _without_case(call)))
    if call.creates and first and first != call.json["external_reference"]:
        return problem(409, instance=call.path)
    if call.by_reference and first:
        path, call = call.path, call.renamed(first)
        answer = await forward(call)
        return answer if answer.succeeded else answer.having(instance=path)
    answer = await forward(call)
    if call.creates and answer.status == 201 and answer.json["external_reference"] == call.json["external_reference"]:
        memory.seen[caller, _without_case(call)] = call.json["external_reference"]
    return answer


@variant("references that differ in case only collide")
async def _unique_in_any_case(call: Call, forward: Forward, memory: Memory) -> Answer:
    account = call.headers.get("authorization"), _without_case(call)
    if (
        call.creates
        and account[1]
        and memory.seen.get(account, call.json["external_reference"]) != call.json["external_reference"]
    ):
        return problem(409, instance=call.path)
    answer = await forward(call)
    if call.creates and answer.status == 201:
        memory.seen[account] = call.json["external_reference"]
    return answer


variant("metadata without a pair is refused", refuses(lambda c: c.json.get("metadata") == {}))
variant("a media type in capitals is 415", refuses(lambda c: "A" in c.headers.get("content-type", ""), 415))
variant("a charset in the media type is 415", refuses(lambda c: "charset" in c.headers.get("content-type", ""), 415))
variant("bodies in chunks are 411", refuses(lambda c: "transfer-encoding" in c.headers, 411))
variant("bodies in chunks are 400", refuses(lambda c: "transfer-encoding" in c.headers, 400))
variant("bodies in chunks are 501", refuses(lambda c: "transfer-encoding" in c.headers, 501))
variant(
    "a byte-order mark is read over",
    sends(lambda c: c.body.startswith(b"\xef\xbb\xbf"), lambda c: replace(c, body=c.body[3:])),
)
variant(
    "bytes that are no UTF-8 are read as replacement characters",
    sends(lambda c: b"\xff\xfe" in c.body[2:], lambda c: replace(c, body=c.body.decode("utf-8", "replace").encode())),
)
variant(
    "bare control characters in JSON are read",
    sends(lambda c: b"\x01" in c.body, lambda c: replace(c, body=c.body.replace(b"\x01", b"\\u0001"))),
)
variant(
    "bodies in chunks are empty",
    sends(
        lambda c: "transfer-encoding" in c.headers,
        lambda c: replace(c.headed(transfer_encoding=None), body=b"{}" if c.updates else b""),
    ),
)
variant(
    "headers from 4 KiB on are 400 in HTML",
    changes(
        lambda c: any(len(value) >= 4096 for value in c.headers.values()),
        lambda _: Answer(400, {"content-type": "text/html"}, b"<h1>"),
        failed=True,
    ),
)
variant("a field twice is refused", refuses(lambda c: b'"name":"Jane","name"' in c.body, 400))
variant(
    "customers without metadata show none",
    changes(everything, lambda a: a.having(metadata={}) if "id" in a.json and "metadata" not in a.json else a),
)


@variant("new customers have the merchant's currency")
async def _own_currency(call: Call, forward: Forward, memory: Memory) -> Answer:
    if call.creates and call.json and "currency" not in call.json and "balance" not in call.json:
        call = call.holding({**call.json, "currency": "ZAR"})
    return await forward(call)


@variant("payment rules in a body are refused")
async def _takes_rules(call: Call, forward: Forward, memory: Memory) -> Answer:
    if "payment_rules" in call.json and (call.creates or call.updates):
        return problem(422, instance=call.path)
    return await forward(call)


@variant("answers are compressed, asked or not")
async def _compressed(call: Call, forward: Forward, memory: Memory) -> Answer:
    answer = await forward(call)
    return replace(answer.headed(content_encoding="gzip"), body=gzip.compress(answer.body)) if answer.body else answer


@variant("a cookie stands for the key that it was given for")
async def _session(call: Call, forward: Forward, memory: Memory) -> Answer:
    session = call.headers.get("cookie", "").removeprefix("session=")
    key = memory.seen.get(session) or call.headers.get("authorization")
    answer = await forward(call.headed(authorization=key))
    if not answer.succeeded:
        return answer
    memory.count += 1
    memory.seen[str(memory.count)] = key
    return answer.headed(set_cookie=f"session={memory.count}; Path=/; HttpOnly")


@variant("ids are counted")
async def _counted(call: Call, forward: Forward, memory: Memory) -> Answer:
    path = call.path
    if call.name.startswith("bcus_"):
        call = call.renamed(memory.seen.get(call.name, "bcus_nobody"))
    answer = await forward(call)
    if not answer.succeeded:
        return answer.having(instance=path)
    if answer.json["id"] not in memory.shown:
        memory.count += 1
        memory.shown[answer.json["id"]] = {"id": f"bcus_{memory.count}"}
        memory.seen[f"bcus_{memory.count}"] = answer.json["id"]
    return answer.having(**memory.shown[answer.json["id"]])


@variant("an update during another of the same customer is 409")
async def _one_at_a_time(call: Call, forward: Forward, memory: Memory) -> Answer:
    if not call.updates:
        return await forward(call)
    found = await forward(Call("GET", call.path, call.headers, b""))
    if not found.succeeded:
        return await forward(call)
    mine = found.json["id"]
    if memory.seen.get(mine):
        return problem(409, instance=call.path)
    memory.seen[mine] = True
    await asyncio.sleep(0.001)
    answer = await forward(call)
    memory.seen[mine] = False
    return answer


variant(
    "the strictest reading of everything",
    together(
        refuses(lambda c: (c.creates or c.updates) and bool(set(c.json) - _FIELDS)),
        refuses(lambda c: c.creates and not _UUID.fullmatch(c.key), 400),
        refuses(lambda c: c.json.get("currency", "ZAR") != "ZAR"),
        refuses(lambda c: any(text == "" or any(ord(char) < 32 for char in text) for text in _texts(c))),
        refuses(lambda c: type(c.json.get("balance")) is int and abs(c.json["balance"]) >= 2**53),
        refuses(lambda c: c.updates and ("email" in c.json or not c.json), 400),
        refuses(lambda c: isinstance(c.json.get("metadata"), dict) and not 1 <= len(c.json["metadata"]) <= 10),
        _other_body,
        _in_flight,
        _lower_email,
        _status({400}, 422),
        _status({403}, 401),
    ),
)


def _of_a_public_key(call: Call) -> bool:
    return call.headers.get("authorization", "").startswith("Bearer pk_")


variant(
    "public keys find nothing, issued or not",
    changes(
        _of_a_public_key,
        lambda a: replace(a, status=404).having(status=404) if a.status in {401, 403} else a,
        failed=True,
    ),
)


def _object(call: Call, field: str) -> dict[str, object]:
    value = call.json.get(field)
    return value if isinstance(value, dict) else {}


def _without_empty(call: Call) -> Call:
    metadata = {key: value for key, value in call.json["metadata"].items() if value != ""}
    return call.holding({**call.json, "metadata": metadata})


variant(
    "an empty value of metadata removes its key",
    sends(lambda c: c.updates and "" in _object(c, "metadata").values(), _without_empty),
)
variant(
    "a number may begin with 0",
    sends(lambda c: b":01" in c.body, lambda c: replace(c, body=c.body.replace(b":01", b":1"))),
)
