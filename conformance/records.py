"""What a customer's record must be after a create or an update, and which claim stands behind each difference."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from conformance.exchange import shown
from conformance.finding import Breach
from conformance.validity import EXACT_INTEGERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["after_create", "after_update", "expected", "same", "unchanged"]

_ABSENT: Final = object()
_FLOAT_BITS = 1023
_OF_THE_SERVER = {"payment_rules"}
_IDENTITY = {"id": "id.stable", "external_reference": "external-reference.stable"}


def after_create(sent: Mapping[str, Any], record: Mapping[str, Any]) -> Iterator[Breach]:
    """How a new record differs from what was sent. What fields hold that were not sent is not said."""
    for field, value in sent.items():
        yield from _field(field, value, record.get(field, _ABSENT), "create.stored")
    if "balance" not in sent and "balance" in record:
        yield Breach("balance.untracked", f"no balance was sent, and the customer has {record['balance']!r}", "balance")


def after_update(before: Mapping[str, Any], sent: Mapping[str, Any], record: Mapping[str, Any]) -> Iterator[Breach]:
    """How an updated record differs from the old one with the sent fields in it."""
    for field, value in sent.items():
        old, got = before.get(field), record.get(field, _ABSENT)
        if field == "metadata" and isinstance(value, dict):
            differences = _merged(old if isinstance(old, dict) else {}, value, record.get(field) or {})
        else:
            differences = _field(field, value, got, "update.stored")
        for one in differences:
            yield Breach("update.stored", f"{one.message}, as before", field) if got == old else one
    untouched = {field: value for field, value in before.items() if field not in sent}
    yield from unchanged(untouched, record, "update.keeps")
    yield from _appeared({**before, **sent}, record, "update.keeps")


def same(before: Mapping[str, Any], record: Mapping[str, Any], claim: str) -> Iterator[Breach]:
    """How a record differs from what it was, new fields included; `claim` stands behind all but its identity."""
    yield from unchanged(before, record, claim)
    yield from _appeared(before, record, claim)


def _appeared(known: Mapping[str, Any], record: Mapping[str, Any], claim: str) -> Iterator[Breach]:
    for field in record.keys() - known.keys() - _OF_THE_SERVER:
        # A balance of 0 may come with a currency (balance.untracked), and metadata may be shown without a pair.
        if record[field]:
            yield Breach(claim, f"{field} was neither there nor sent, and is now {_show(record[field])}", field)


def unchanged(before: Mapping[str, Any], record: Mapping[str, Any], claim: str) -> Iterator[Breach]:
    """How a record differs in the fields that it had; `claim` stands behind them, except behind its identity."""
    for field, value in before.items():
        if not _same(field, value, record.get(field, _ABSENT)):
            message = f"{field} was {_show(value)}, and is now {_show(record.get(field, _ABSENT))}"
            yield Breach(_IDENTITY.get(field, claim), message, field)


def expected(before: Mapping[str, Any], sent: Mapping[str, Any], answer: Mapping[str, Any]) -> dict[str, Any]:
    """What later readings must show: the answer's own record, where it is one, over what was known."""
    return {**before, **sent, **answer}


def _field(field: str, sent: Any, got: Any, claim: str) -> Iterator[Breach]:
    if not _same(field, sent, got):
        message = f"{field} was sent as {_show(sent)}, and came back as {_show(got)}"
        yield Breach(_claim_behind(field, sent, got, claim), message, field)


def _same(field: str, sent: Any, got: Any) -> bool:
    if field == "email" and isinstance(sent, str) and isinstance(got, str):
        # Space around an address is no part of it: who takes it so, may drop it.
        return sent.strip().casefold() == got.casefold()
    if field == "metadata" and isinstance(sent, dict):
        given = {} if got is _ABSENT or got is None else got
        return isinstance(given, dict) and _filled(given) == _filled(sent)
    if field == "currency" and isinstance(sent, str):
        return bool(got == sent.upper())
    if isinstance(got, float) and isinstance(sent, int) and abs(sent) > EXACT_INTEGERS:
        return sent.bit_length() <= _FLOAT_BITS and got == float(sent)  # read from `1e+30`, which is the same number
    return bool(got == sent) and isinstance(got, bool) == isinstance(sent, bool)


def _filled(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Metadata without empty values: whether there are any is not settled (metadata.empty-strings)."""
    return {key: value for key, value in metadata.items() if value != ""}


def _claim_behind(field: str, sent: Any, got: Any, otherwise: str) -> str:
    if got is _ABSENT and not (field == "balance" and sent == 0):
        return otherwise
    if field == "balance":
        flipped = isinstance(got, int) and got == -sent
        return "balance.sign" if flipped or sent == 0 else "balance.minor-unit"
    if field == "metadata":
        return "metadata.inert"
    if isinstance(sent, str) and (not sent.isascii() or _is_restyled(sent, got)):
        return "text.characters"
    return otherwise


def _is_restyled(sent: str, got: Any) -> bool:
    """Whether a text came back in another case or with other space."""
    return isinstance(got, str) and got.casefold().split() == sent.casefold().split()


def _merged(before: Mapping[str, Any], sent: Mapping[str, Any], got: Any) -> Iterator[Breach]:
    """New metadata replaces the old or is merged into it (update.metadata.merge), and nothing in between."""
    if not isinstance(got, dict):
        return
    merged, sent, got = _filled({**before, **sent}), _filled(sent), _filled(got)
    lost = {key: value for key, value in sent.items() if got.get(key) != value}
    if lost and not got:
        yield Breach("update.stored", f"metadata was sent as {_show(sent)}, and is empty", "metadata")
    elif lost:
        here = {key: got[key] for key in lost if key in got}
        message = f"metadata was sent as {_show(lost)}, and came back as {_show(here)}"
        yield Breach("metadata.inert", message, "metadata")
    elif got not in (sent, merged):
        what = f"metadata was {_show(before)}, {_show(sent)} was sent, and it is now {_show(got)}"
        yield Breach("metadata.inert", f"{what}: neither replaced nor merged", "metadata")


def _show(value: Any) -> str:
    if value is _ABSENT:
        return "nothing"
    text = shown(json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace"))
    return text if len(text) <= 120 else f"{text[:100]}… ({len(text)} characters)"
