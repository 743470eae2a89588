"""Faults of single fields: limits off by one, kinds mistaken, values changed on their way."""

from __future__ import annotations

import html
import json
import unicodedata
from typing import TYPE_CHECKING, Any

from tests.conformance.faults.corpus import (
    accepts,
    changes,
    creates,
    everything,
    fault,
    refuses,
    sends,
    updates,
    writes,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conformance.faults.server import Answer, Call, Switch


def _length(field: str, limit: int, size: Callable[[str], int] = len) -> Callable[[Call], bool]:
    return lambda call: isinstance(call.json.get(field), str) and size(call.json[field]) > limit


def _text(field: str, test: Callable[[str], bool]) -> Callable[[Call], bool]:
    return lambda call: isinstance(call.json.get(field), str) and test(call.json[field])


def _is(kind: type) -> Callable[[Any], bool]:
    return lambda value: type(value) is kind


def _utf8(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _long(limit: int, most: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and limit < len(value) <= most


# ── Texts: how long, and in which script

for field, claim, limit in (
    ("name", "name.max-length", 255),
    ("external_reference", "external-reference.max-length", 255),
):
    fault(claim, "one character less is the most", refuses(_length(field, limit - 1)))
    stand_in = "x" if field == "name" else ...
    if field == "name":
        fault(claim, "one character more is accepted", accepts(field, _long(limit, limit + 1), stand_in=stand_in))
        fault(claim, "any length is accepted", accepts(field, _long(limit, 10**9), stand_in=stand_in))
        fault(claim, "any length is accepted in an update", accepts(field, _long(limit, 10**9), updates, stand_in="x"))
        fault(claim, "limits count bytes", refuses(_length(field, limit, _utf8)))
        fault(claim, "limits count UTF-16 units", refuses(_length(field, limit, _utf16)))
        cut = changes(
            writes, lambda answer: answer.having(name=answer.json["name"][:200]) if "name" in answer.json else answer
        )
        fault(claim, "long names are cut", cut)


def _replacing(field: str, change: Callable[[Any], Any], when: Callable[[Call], bool] = writes) -> Switch:
    """Store another value than was sent."""

    def changed(call: Call) -> Call:
        value = call.json.get(field)
        return call.holding({**call.json, field: change(value)}) if value is not None else call

    return sends(when, changed)


def _strings(change: Callable[[str], str]) -> Callable[[Any], Any]:
    return lambda value: change(value) if isinstance(value, str) else value


def _reference_of_256(call: Call) -> Call:
    reference = call.json.get("external_reference")
    if not isinstance(reference, str) or len(reference) != 256:
        return call
    return call.holding({**call.json, "external_reference": reference[:255]})


fault("external-reference.max-length", "256 characters are taken and cut to 255", sends(creates, _reference_of_256))

_IN_TEXT: dict[str, Callable[[str], str]] = {
    "texts are normalised to NFC": lambda text: unicodedata.normalize("NFC", text),
    "characters beyond the basic plane become question marks": lambda text: "".join(
        char if ord(char) < 0x10000 else "?" for char in text
    ),
    "characters beyond Latin-1 are dropped": lambda text: text.encode("latin-1", "ignore").decode("latin-1"),
    "characters beyond ASCII are dropped": lambda text: text.encode("ascii", "ignore").decode(),
    "markup is escaped": html.escape,
    "texts are trimmed": lambda text: text.strip() or text,
    "spaces are collapsed": lambda text: " ".join(text.split(" ")) if "  " not in text else text.replace("  ", " "),
    "backslashes are dropped": lambda text: text.replace("\\", ""),
    "quotes are doubled": lambda text: text.replace("'", "''"),
    "joiners are dropped": lambda text: text.replace("\u200d", ""),
}
for what, change in _IN_TEXT.items():
    fault("text.characters", what, _replacing("name", _strings(change)))
fault(
    "text.characters",
    "UTF-8 is read as Latin-1 in updates",
    _replacing("name", _strings(lambda text: text.encode("utf-8", "replace").decode("latin-1")[:255]), updates),
)
fault("text.characters", "names in other scripts are refused", refuses(_text("name", lambda text: not text.isascii())))
fault("text.characters", "titles are capitalised", _replacing("name", _strings(str.title)))


# ── Kinds


def _reading(field: str, kind: type, good: str) -> Switch:
    return _replacing(field, lambda value: good if type(value) is kind else value)


def _null(field: str) -> Switch:
    return changes(everything, lambda answer: answer.having(**{field: None}) if "id" in answer.json else answer)


for field, claim, good in (
    ("name", "name.type", "5"),
    ("email", "email.type", "a@example.com"),
    ("phone", "phone.type", "+27123456789"),
    ("currency", "currency.type", "ZAR"),
):
    for kind in (int, bool, list, dict):
        fault(claim, f"{kind.__name__} is accepted and read as text", _reading(field, kind, good))
    fault(claim, "answers hold null", _null(field))


def _no_null(field: str) -> Switch:
    return sends(lambda call: writes(call) and call.json.get(field, 0) is None, lambda call: call.without(field))


for field in ("name", "email", "phone", "currency", "balance", "metadata"):
    fault(f"{field}.type", "null is taken as if it were not there", _no_null(field))

fault(
    "external-reference.type",
    "numbers are accepted as references",
    _replacing("external_reference", lambda value: str(value) + "-n" if _is(int)(value) else value),
)
fault(
    "external-reference.type",
    "answers hold the reference as a list",
    changes(everything, lambda answer: answer.having(external_reference=[answer.json["external_reference"]])),
)
fault("balance.type", "numbers in strings are accepted", _replacing("balance", lambda v: int(v) if v == "2000" else v))
fault("balance.type", "fractions are cut", _replacing("balance", lambda v: int(v) if isinstance(v, float) else v))
fault("balance.type", "true is accepted as 1", _replacing("balance", lambda v: 1 if v is True else v))
fault("balance.type", "an empty string is 0", _replacing("balance", lambda v: 0 if v == "" else v))


def _balance(change: Callable[[Any], Any]) -> Callable[[Answer], Answer]:
    return lambda answer: answer.having(balance=change(answer.json["balance"])) if "balance" in answer.json else answer


fault("balance.type", "answers hold the balance as a string", changes(everything, _balance(str)))
fault("balance.type", "answers hold the balance with a fraction", changes(everything, _balance(lambda v: v + 0.5)))


# ── E-mail, phone, currency

fault(
    "email.format", "any text is accepted", accepts("email", lambda value: isinstance(value, str) and "@" not in value)
)
fault(
    "email.format",
    "an address without a local part is accepted",
    _replacing("email", _strings(lambda text: f"x{text}" if text.startswith("@") else text)),
)
fault("email.format", "addresses with a plus sign are refused", refuses(_text("email", lambda text: "+" in text)))
fault("email.max-length", "256 characters are accepted", accepts("email", _long(255, 256)))
fault("email.max-length", "any length is accepted", accepts("email", _long(255, 10**9)))
fault("email.max-length", "100 characters are the most", refuses(_length("email", 100)))
fault(
    "phone.e164", "00 is read as +", _replacing("phone", _strings(lambda t: f"+{t[2:]}" if t.startswith("00") else t))
)
fault(
    "phone.e164", "brackets are taken out", _replacing("phone", _strings(lambda t: t.replace("(", "").replace(")", "")))
)
fault(
    "phone.e164",
    "a 0 after the country code is dropped",
    _replacing("phone", _strings(lambda text: text.replace("+270", "+27", 1))),
)
fault(
    "currency.iso-4217", "names of currencies are read", _replacing("currency", lambda v: "ZAR" if v == "Rand" else v)
)
fault(
    "balance.minor-unit",
    "amounts go through floats of the major unit",
    _replacing("balance", lambda value: int(value / 100 * 100) if type(value) is int else value),
)
fault("phone.e164", "15 digits are refused", refuses(_length("phone", 15)))
fault("phone.e164", "2 digits are refused", refuses(_text("phone", lambda text: len(text) < 5)))
fault(
    "phone.e164",
    "16 digits are accepted",
    accepts("phone", lambda v: isinstance(v, str) and len(v) == 17 and v[1:].isdecimal() and v.isascii()),
)
fault("phone.e164", "a final newline is accepted", _replacing("phone", _strings(lambda text: text.removesuffix("\n"))))
fault(
    "phone.e164",
    "digits of other scripts are accepted",
    accepts("phone", lambda v: isinstance(v, str) and not v.isascii() and v[1:].isdecimal()),
)
fault(
    "phone.e164",
    "a number without a plus sign is accepted",
    _replacing("phone", _strings(lambda t: f"+{t}" if t[:1].isdigit() and t[:1] != "0" else t)),
)
fault("phone.e164", "a leading zero is accepted", accepts("phone", lambda v: isinstance(v, str) and v.startswith("+0")))
fault("phone.e164", "spaces are taken out", _replacing("phone", _strings(lambda text: text.replace(" ", ""))))
fault("phone.e164", "any text is accepted in an update", accepts("phone", lambda v: isinstance(v, str), updates))
fault("phone.e164", "one digit is accepted", accepts("phone", lambda v: isinstance(v, str) and len(v) == 2))
fault(
    "currency.iso-4217",
    "any three capitals are accepted",
    accepts("currency", lambda v: v in {"ZZZ", "QQQ", "AAA", "ABC"}, stand_in="ZAR"),
)
fault(
    "currency.iso-4217",
    "unknown codes are accepted in an update",
    accepts("currency", lambda v: v in {"ZZZ", "QQQ", "AAA", "ABC"}, updates, stand_in="ZAR"),
)
fault(
    "currency.iso-4217", "two letters are accepted", accepts("currency", lambda v: isinstance(v, str) and len(v) == 2)
)
fault(
    "currency.iso-4217",
    "lower case is kept",
    accepts("currency", lambda v: isinstance(v, str) and v.islower(), stand_in="ZAR"),
)
fault(
    "external-reference.pattern",
    "spaces are taken out",
    _replacing("external_reference", _strings(lambda text: text.replace(" ", "-"))),
)
fault(
    "external-reference.pattern",
    "dots are accepted",
    _replacing("external_reference", _strings(lambda text: text.replace(".", "-"))),
)
fault(
    "external-reference.pattern",
    "letters beyond ASCII are accepted",
    accepts(
        "external_reference", lambda v: isinstance(v, str) and not v.isascii() and v.isprintable(), stand_in="ascii"
    ),
)
fault(
    "external-reference.pattern",
    "a final newline is accepted",
    _replacing("external_reference", _strings(lambda text: text.removesuffix("\n"))),
)
fault(
    "external-reference.pattern",
    "underscores are refused",
    refuses(_text("external_reference", lambda text: "_" in text)),
)
fault(
    "external-reference.pattern",
    "references are turned to capitals",
    _replacing("external_reference", _strings(lambda t: t if t.startswith("bcus_") else t.upper())),
)
fault(
    "external-reference.pattern",
    "an empty reference is accepted",
    _replacing("external_reference", lambda v: "generated-1" if v == "" else v),
)
fault(
    "external-reference.reserved-prefix",
    "references may begin with bcus_",
    accepts("external_reference", lambda v: isinstance(v, str) and v.startswith("bcus_"), stand_in="stand-in"),
)
fault(
    "external-reference.reserved-prefix",
    "bcus_ alone is accepted",
    accepts("external_reference", lambda v: v == "bcus_", stand_in="alone"),
)
fault(
    "external-reference.reserved-prefix",
    "bcus_ is refused anywhere",
    refuses(_text("external_reference", lambda text: "bcus_" in text[1:])),
)
fault(
    "external-reference.reserved-prefix",
    "BCUS_ is reserved too",
    refuses(_text("external_reference", lambda text: text.startswith("BCUS_"))),
)
fault(
    "external-reference.reserved-prefix",
    "bcus is reserved without its underscore",
    refuses(_text("external_reference", lambda text: text.startswith("bcus"))),
)


# ── Balance

fault("balance.sign", "credit is stored as debt", _replacing("balance", lambda v: abs(v) if _is(int)(v) else v))
fault(
    "balance.sign",
    "credit becomes debt in updates",
    _replacing("balance", lambda v: abs(v) if _is(int)(v) else v, updates),
)
fault(
    "balance.sign",
    "a balance of zero is dropped",
    changes(everything, lambda answer: answer.having(balance=...) if answer.json.get("balance") == 0 else answer),
)
fault(
    "balance.sign",
    "credit is refused",
    refuses(lambda call: _is(int)(call.json.get("balance")) and call.json["balance"] < 0),
)
fault(
    "balance.minor-unit",
    "balances are stored in 32 bits",
    _replacing("balance", lambda v: (v + 2**31) % 2**32 - 2**31 if _is(int)(v) else v),
)
fault(
    "balance.minor-unit",
    "balances beyond 32 bits are refused",
    refuses(lambda call: _is(int)(call.json.get("balance")) and abs(call.json["balance"]) >= 2**31),
)
fault(
    "balance.minor-unit",
    "balances are stored as floats",
    _replacing("balance", lambda v: int(float(v)) if _is(int)(v) else v),
)
fault(
    "balance.minor-unit",
    "balances are stored in 32-bit floats",
    changes(writes, _balance(lambda v: v - v % 256 if abs(v) > 2**24 else v)),
)
fault(
    "balance.minor-unit",
    "balances are rounded to the major unit",
    _replacing("balance", lambda v: v // 100 * 100 if _is(int)(v) else v),
)


def _yen(call: Call) -> Call:
    body = call.json
    in_yen = body.get("currency") == "JPY" and "balance" in body
    return call.holding({**body, "balance": body["balance"] * 100}) if in_yen else call


fault("balance.minor-unit", "yen are stored in hundredths", sends(writes, _yen))
fault("balance.minor-unit", "99 is multiplied by 100", _replacing("balance", lambda v: v * 100 if v == 99 else v))
fault(
    "balance.untracked",
    "a balance of 0 is made up",
    changes(
        creates,
        lambda answer: (
            answer
            if "balance" in answer.json
            else answer.having(balance=0, currency=answer.json.get("currency", "ZAR"))
        ),
    ),
)
fault(
    "balance.needs-currency",
    "answers leave the currency out",
    changes(everything, lambda answer: answer.having(currency=...)),
)
fault(
    "balance.needs-currency",
    "look-ups leave the currency out",
    changes(lambda call: call.retrieves, lambda answer: answer.having(currency=...)),
)


# ── Metadata


def _metadata(change: Callable[[dict[str, Any]], Any], when: Callable[[Call], bool] = writes) -> Switch:
    return _replacing("metadata", lambda value: change(value) if isinstance(value, dict) else value, when)


def _pairs(test: Callable[[str, Any], bool]) -> Callable[[Call], bool]:
    def found(call: Call) -> bool:
        metadata = call.json.get("metadata")
        return isinstance(metadata, dict) and any(test(key, value) for key, value in metadata.items())

    return found


def _most(limit: int) -> Callable[[dict[str, Any]], Any]:
    return lambda metadata: dict(list(metadata.items())[:limit])


fault("metadata.type", "a list is accepted", _replacing("metadata", lambda v: {} if isinstance(v, list) else v))
fault("metadata.type", "a text is accepted", _replacing("metadata", lambda v: {} if isinstance(v, str) else v))
fault(
    "metadata.type",
    "answers hold a list of pairs",
    changes(everything, lambda a: a.having(metadata=list(a.json["metadata"].items())) if "metadata" in a.json else a),
)
fault("metadata.max-keys", "more than 20 keys are cut to 20", _metadata(_most(20), creates))
fault(
    "metadata.max-keys",
    "21 keys are accepted",
    accepts("metadata", lambda v: isinstance(v, dict) and len(v) == 21, creates),
)
fault(
    "metadata.max-keys",
    "5 keys are the most",
    refuses(lambda call: isinstance(call.json.get("metadata"), dict) and len(call.json["metadata"]) > 5),
)
fault(
    "update.metadata.max-keys",
    "11 keys are accepted",
    accepts("metadata", lambda v: isinstance(v, dict) and len(v) == 11, updates),
)
fault("update.metadata.max-keys", "more than 10 keys are cut to 10", _metadata(_most(10), updates))
fault(
    "update.metadata.max-keys",
    "10 keys are refused",
    refuses(
        lambda call: call.updates and isinstance(call.json.get("metadata"), dict) and len(call.json["metadata"]) > 9
    ),
)
fault(
    "metadata.key-length",
    "41 characters are accepted",
    accepts("metadata", lambda v: isinstance(v, dict) and any(len(k) == 41 for k in v)),
)
fault("metadata.key-length", "long keys are cut to 40", _metadata(lambda m: {k[:40]: v for k, v in m.items()}))
fault("metadata.key-length", "40 characters are refused", refuses(_pairs(lambda key, _: len(key) > 39)))
fault("metadata.key-length", "keys count in bytes", refuses(_pairs(lambda key, _: _utf8(key) > 40)))
fault(
    "metadata.value-length",
    "501 characters are accepted",
    accepts(
        "metadata", lambda v: isinstance(v, dict) and any(isinstance(x, str) and len(x) == 501 for x in v.values())
    ),
)
fault(
    "metadata.value-length",
    "long values are cut to 500",
    _metadata(lambda m: {k: v[:500] if isinstance(v, str) else v for k, v in m.items()}),
)
fault(
    "metadata.value-length",
    "500 characters are refused",
    refuses(_pairs(lambda _, value: isinstance(value, str) and len(value) > 499)),
)
fault(
    "metadata.value-length",
    "values count in UTF-16 units",
    refuses(_pairs(lambda _, value: isinstance(value, str) and _utf16(value) > 500)),
)
fault(
    "metadata.value-type",
    "numbers become strings",
    _metadata(lambda m: {k: str(v) if _is(int)(v) else v for k, v in m.items()}),
)
fault(
    "metadata.value-type",
    "booleans become strings",
    _metadata(lambda m: {k: str(v) if _is(bool)(v) else v for k, v in m.items()}),
)
fault("metadata.value-type", "null removes a key", _metadata(lambda m: {k: v for k, v in m.items() if v is not None}))
fault(
    "metadata.value-type",
    "nested objects become strings",
    _metadata(lambda m: {k: json.dumps(v) if isinstance(v, dict | list) else v for k, v in m.items()}),
)
fault(
    "metadata.value-type",
    "answers hold numbers",
    changes(
        everything, lambda a: a.having(metadata=dict.fromkeys(a.json["metadata"], 1)) if a.json.get("metadata") else a
    ),
)
fault("metadata.inert", "keys are stored in lower case", _metadata(lambda m: {k.lower(): v for k, v in m.items()}))
fault(
    "metadata.inert",
    "keys with an underscore at the front are dropped",
    _metadata(lambda m: {k: v for k, v in m.items() if not k.startswith("_")}),
)
fault(
    "metadata.inert", "keys beyond ASCII are dropped", _metadata(lambda m: {k: v for k, v in m.items() if k.isascii()})
)
fault(
    "metadata.inert",
    "values are trimmed",
    _metadata(lambda m: {k: v.strip() or v if isinstance(v, str) else v for k, v in m.items()}),
)
fault(
    "metadata.inert",
    "numbers in values are normalised",
    _metadata(lambda m: {k: str(int(v)) if isinstance(v, str) and v.isdecimal() else v for k, v in m.items()}),
)
fault(
    "metadata.inert", "dots in keys are replaced", _metadata(lambda m: {k.replace(".", "_"): v for k, v in m.items()})
)
fault(
    "metadata.inert",
    "a key is added",
    changes(
        everything,
        lambda a: a.having(metadata={**a.json["metadata"], "source": "api"}) if a.json.get("metadata") else a,
    ),
)
fault(
    "metadata.inert",
    "values beyond the basic plane are lost in updates",
    _metadata(
        lambda m: {
            k: "".join(c for c in v if ord(c) < 0x10000) or "?" if isinstance(v, str) else v for k, v in m.items()
        },
        updates,
    ),
)
