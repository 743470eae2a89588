"""The rules of the change report on everything but schemas: operations and what they exchange, security, servers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from contract.diff.model import Level

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["OPERATION_RULES", "OperationRule"]

NOTE, WARNING, BREAKING = Level.NOTE, Level.WARNING, Level.BREAKING


Told: TypeAlias = tuple[str, Level, str]
"""A rule's id, level and sentence."""


@dataclass(frozen=True)
class OperationRule:
    """One kind of change of an operation or of what surrounds it.

    Attributes:
        id: The rule's id.
        level: How much it matters.
        opposite: The rule that undoes it.
        says: Who is affected and what to do; `{place}`, `{old}` and `{new}` stand for the case at hand.
        prose: Whether it changes words only.
    """

    id: str
    level: Level
    opposite: str
    says: str
    prose: bool = False


_PAIRS = (
    # Two rules that undo each other: id, level and sentence of each.
    (
        ("operation-removed", BREAKING, "{old} is gone. Callers must stop using it."),
        ("operation-added", NOTE, "{new} is new. Nobody needs to change."),
    ),
    (
        ("operation-deprecated", NOTE, "Callers should look for what replaces it; it still works."),
        ("operation-deprecation-withdrawn", NOTE, "Callers can rely on the operation again."),
    ),
    (
        (
            "operation-idempotency-removed",
            WARNING,
            "Sent twice, the operation may work twice: callers must not repeat it before they know the outcome.",
        ),
        ("operation-idempotency-added", NOTE, "Callers may repeat the operation now; that does nothing more."),
    ),
    (
        (
            "request-parameter-empty-value-forbidden",
            BREAKING,
            "Callers that send {place} without a value are refused: send one.",
        ),
        (
            "request-parameter-empty-value-allowed",
            NOTE,
            "Callers may send {place} without a value now; servers must cope with it.",
        ),
    ),
    (
        (
            "request-parameter-reserved-characters-forbidden",
            BREAKING,
            "Callers must encode reserved characters in {place} (RFC 3986, section 2.2).",
        ),
        (
            "request-parameter-reserved-characters-allowed",
            NOTE,
            "Callers need no longer encode reserved characters in {place}; servers must cope with them.",
        ),
    ),
    (
        ("request-required-body-added", BREAKING, "Callers must send a body now."),
        (
            "request-required-body-removed",
            WARNING,
            "The server no longer reads a body. Callers should stop sending one.",
        ),
    ),
    (
        ("request-optional-body-added", NOTE, "Callers may send a body now; nobody needs to change."),
        (
            "request-optional-body-removed",
            WARNING,
            "The server no longer reads a body. Callers should stop sending one.",
        ),
    ),
    (
        ("request-body-became-required", BREAKING, "Callers that send no body are refused: send one always."),
        ("request-body-became-optional", NOTE, "Callers may leave out the body now; servers must cope without it."),
    ),
    (
        ("response-parameter-empty-value-allowed", BREAKING, "Readers may find {place} without a value: cope with it."),
        ("response-parameter-empty-value-forbidden", NOTE, "Readers always find {place} with a value now."),
    ),
    (
        (
            "response-parameter-reserved-characters-allowed",
            BREAKING,
            "Readers may find reserved characters in {place} that are not encoded (RFC 3986, section 2.2).",
        ),
        (
            "response-parameter-reserved-characters-forbidden",
            NOTE,
            "Readers find reserved characters in {place} encoded now.",
        ),
    ),
    (
        ("response-required-body-removed", BREAKING, "Readers no longer find a body: do without it."),
        ("response-required-body-added", WARNING, "Readers are sent a body now: pass over it or read it."),
    ),
    (
        ("response-optional-body-removed", BREAKING, "Readers no longer find a body: do without it."),
        ("response-optional-body-added", WARNING, "Readers may be sent a body now: pass over it or read it."),
    ),
    (
        ("response-body-became-optional", BREAKING, "Readers may no longer find a body: do without it."),
        ("response-body-became-required", NOTE, "Readers always find a body now; servers must send it."),
    ),
    (
        ("request-media-type-removed", BREAKING, "Callers that send {old} are refused: send another media type."),
        ("request-media-type-added", NOTE, "Callers may send {new} now; servers must read it."),
    ),
    (
        ("response-media-type-added", WARNING, "Readers may be sent {new}: name what you read in `Accept`."),
        ("response-media-type-removed", BREAKING, "Readers are no longer sent {old}: read another media type."),
    ),
    (
        (
            "response-success-status-added",
            BREAKING,
            "Readers may get {place} now, which the old contract does not know: handle it.",
        ),
        ("response-success-status-removed", WARNING, "Readers no longer get {place}: do not wait for it."),
    ),
    (
        ("response-error-status-added", WARNING, "Readers may get {place} now: handle it like other errors."),
        ("response-error-status-removed", NOTE, "Readers no longer get {place}; nobody needs to change."),
    ),
    (
        ("response-link-removed", WARNING, "Those who follow {place} no longer find it."),
        ("response-link-added", NOTE, "{place} can be followed now; nobody needs to change."),
    ),
    (
        (
            "security-alternative-removed",
            BREAKING,
            "Callers with {old} are refused: they need {new} now.",
        ),
        ("security-alternative-added", NOTE, "Callers with {new} are accepted as well now; nobody needs to change."),
    ),
    (
        ("security-scope-added", BREAKING, "Callers need the further permission {new}."),
        ("security-scope-removed", NOTE, "Callers no longer need the permission {old}."),
    ),
    (
        ("server-removed", BREAKING, "Callers can no longer reach the API at {old}: use another server."),
        ("server-added", NOTE, "Callers can reach the API at {new} as well; nobody needs to change."),
    ),
    (
        (
            "server-variable-value-removed",
            BREAKING,
            "Callers can no longer put {old} into {place}: use a value that is listed.",
        ),
        ("server-variable-value-added", NOTE, "Callers may put {new} into {place} as well; nobody needs to change."),
    ),
)

_CARRIED = (
    # The same of parameters and headers, sent as well as told.
    (
        ("request-required-{subject}-added", BREAKING, "{who} must send {place} now."),
        ("request-required-{subject}-removed", WARNING, "{place} is no longer read. {who} should stop sending it."),
    ),
    (
        ("request-optional-{subject}-added", NOTE, "{who} may send {place} now; nobody needs to change."),
        ("request-optional-{subject}-removed", WARNING, "{place} is no longer read. {who} should stop sending it."),
    ),
    (
        ("request-{subject}-became-required", BREAKING, "{who} that leave out {place} are refused: send it always."),
        ("request-{subject}-became-optional", NOTE, "{who} may leave out {place} now; readers must cope without it."),
    ),
    (
        ("request-{subject}-deprecated", NOTE, "{who} should stop sending {place}; it is still read."),
        ("request-{subject}-deprecation-withdrawn", NOTE, "{who} can rely on {place} again."),
    ),
    (
        ("response-required-{subject}-removed", BREAKING, "Readers no longer find {place}: do without it."),
        ("response-required-{subject}-added", NOTE, "Readers find {place} now; servers must send it."),
    ),
    (
        ("response-optional-{subject}-removed", BREAKING, "Readers no longer find {place}: do without it."),
        ("response-optional-{subject}-added", NOTE, "Readers may find {place} now; nobody needs to change."),
    ),
    (
        ("response-{subject}-became-optional", BREAKING, "Readers may no longer find {place}: do without it."),
        ("response-{subject}-became-required", NOTE, "Readers always find {place} now; servers must send it."),
    ),
    (
        ("response-{subject}-deprecated", NOTE, "Readers should stop using {place}; it is still sent."),
        ("response-{subject}-deprecation-withdrawn", NOTE, "Readers can rely on {place} again."),
    ),
)

_WRITTEN = (
    # How a parameter or header is written.
    ("request-{subject}-serialization-changed", BREAKING, "{who} must write {place} as {new}; before, {old}."),
    ("request-{subject}-media-type-changed", BREAKING, "{who} must write {place} as {new}; before, {old}."),
    ("response-{subject}-serialization-changed", BREAKING, "Readers must read {place} as {new}; before, {old}."),
    ("response-{subject}-media-type-changed", BREAKING, "Readers must read {place} as {new}; before, {old}."),
)

_SENDERS = {"parameter": "Callers", "header": "Senders"}
"""Who sends each of them: a header that is described apart from parameters stands in an answer to the API."""

_NOTICES = (
    # The same of webhooks and callbacks, which both are sent by the API.
    (
        ("{kind}-removed", BREAKING, "{old} is no longer sent. Receivers must not wait for it."),
        ("{kind}-added", WARNING, "{new} is sent now. Receivers should pass over what they do not know."),
    ),
    (
        ("{kind}-deprecated", NOTE, "Receivers should look for what replaces it; it is still sent."),
        ("{kind}-deprecation-withdrawn", NOTE, "Receivers can rely on the {kind} again."),
    ),
    (
        ("{kind}-answer-removed", BREAKING, "Receivers that answer {old} are not understood: answer otherwise."),
        ("{kind}-answer-added", NOTE, "Receivers may answer {new} now; nobody needs to change."),
    ),
)

_NOTICE_KEYS = (
    "{kind}-security-changed",
    WARNING,
    "Receivers of the {kind} must know its sender by {new}; before, by {old}.",
)

_ALONE = (
    ("operation-moved", BREAKING, "What was {old} is {new} now. Callers must call it there."),
    (
        "operation-id-changed",
        WARNING,
        "The name changed from {old} to {new}: users of generated clients call another method.",
    ),
    (
        "path-parameter-renamed",
        WARNING,
        "The URL is as before, but generated clients name the argument {new}, no longer {old}.",
    ),
    ("request-encoding-changed", BREAKING, "Senders must encode {place} as {new}; before, {old}."),
    ("response-encoding-changed", BREAKING, "Readers must read {place} as {new}; before, {old}."),
    ("response-link-changed", WARNING, "{place} leads elsewhere now: check what you follow it for."),
    ("security-scheme-changed", BREAKING, "Callers must identify themselves by {new}; before, by {old}."),
    ("server-variable-default-changed", BREAKING, "Callers that name no {place} reach {new} now; before, {old}."),
)

_PROSE = ("summary", "description", "examples", "tags", "extension", "information")


def _rules() -> Iterator[OperationRule]:
    yield from (rule for pair in _PAIRS for rule in _both(*pair))
    for subject, who in _SENDERS.items():
        yield from (rule for pair in _CARRIED for rule in _both(*pair, subject=subject, who=who))
        yield from (_alone(*rule, subject=subject, who=who) for rule in _WRITTEN)
    for kind in ("webhook", "callback"):
        yield from (rule for pair in _NOTICES for rule in _both(*pair, kind=kind))
        yield _alone(*_NOTICE_KEYS, kind=kind)
    yield from (_alone(*rule) for rule in _ALONE)
    for name in _PROSE:
        yield OperationRule(f"{name}-changed", NOTE, f"{name}-changed", f"The {name} of {{place}} changed.", prose=True)


def _both(one: Told, other: Told, **names: str) -> Iterator[OperationRule]:
    """Two rules that undo each other, for the kind of thing that some names stand for."""
    for (rule, level, says), (opposite, *_) in ((one, other), (other, one)):
        yield OperationRule(_filled(rule, names), level, _filled(opposite, names), _filled(says, names))


def _alone(rule: str, level: Level, says: str, **names: str) -> OperationRule:
    """A rule that undoes itself, for the kind of thing that some names stand for."""
    return OperationRule(_filled(rule, names), level, _filled(rule, names), _filled(says, names))


def _filled(text: str, names: Mapping[str, str]) -> str:
    """A text with names put in; what stands for the case at hand is left."""
    for name, value in names.items():
        text = text.replace(f"{{{name}}}", value)
    return text


OPERATION_RULES: Mapping[str, OperationRule] = {rule.id: rule for rule in _rules()}
"""Every rule on anything but schemas, by its id."""
