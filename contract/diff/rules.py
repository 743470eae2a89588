"""The rules of the change report on schemas: what each change is called, what it does, and how much it matters.

Direction decides the level: a request that narrows refuses its callers, a response that widens surprises its readers.
A rule departs from that only by an exception of its own, with the reason beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from contract.diff.model import Effect, Level

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["CONSEQUENCES", "DIRECTIONS", "LEVELS", "SCHEMA_RULES", "SUBJECTS", "SchemaRule", "catalogue"]

DIRECTIONS = ("request", "response")

SUBJECTS = ("body", "property", "parameter", "header")
"""What a rule's id calls the place; `property` is anything within a body."""

NONE, NARROWER, WIDER, EITHER = Effect.NONE, Effect.NARROWER, Effect.WIDER, Effect.EITHER
NOTE, WARNING, BREAKING = Level.NOTE, Level.WARNING, Level.BREAKING

LEVELS: Mapping[tuple[str, Effect], Level] = {
    ("request", NARROWER): BREAKING,
    ("request", WIDER): NOTE,
    ("response", NARROWER): NOTE,
    ("response", WIDER): BREAKING,
    **{(direction, EITHER): BREAKING for direction in DIRECTIONS},
    **{(direction, NONE): NOTE for direction in DIRECTIONS},
}
"""The level of a change by its direction and effect."""


CONSEQUENCES: Mapping[tuple[str, Effect], str] = {
    ("request", NARROWER): "Callers that send what no longer fits are refused: check what you send first.",
    ("request", WIDER): "Callers need not change; servers must accept it.",
    ("request", EITHER): "Callers may be refused: check what you send against the new form.",
    ("response", NARROWER): "Readers need not change; servers must keep to it.",
    ("response", WIDER): "Readers may meet what they do not expect: make them accept it first.",
    ("response", EITHER): "Readers may meet what they do not expect: check them against the new form.",
    **{(direction, NONE): "" for direction in DIRECTIONS},
}
"""Who is affected by a change, and what to do, by its direction and effect."""


@dataclass(frozen=True)
class SchemaRule:
    """One kind of change of a schema.

    Attributes:
        change: Its name, without direction and subject.
        effects: What it can do to the accepted instances; most changes do one thing.
        opposite: The change that undoes it.
        says: What happened, in words; `{place}`, `{old}`, `{new}` and `{name}` stand for the case at hand.
        exceptions: Levels other than direction and effect would give, each with who is affected and what to do.
        reason: Why they are other.
        advice: Who is affected and what to do, where that can be said more plainly than of most changes.
        names_property: Whether the change is about one property of an object, so that its id needs no other subject.
        prose: Whether it changes words only, and nothing that a client or server acts on.
    """

    change: str
    effects: tuple[Effect, ...]
    opposite: str
    says: str
    exceptions: Mapping[tuple[str, Effect], tuple[Level, str]] = field(default_factory=dict)
    reason: str = ""
    advice: Mapping[tuple[str, Effect], str] = field(default_factory=dict)
    names_property: bool = False
    prose: bool = False

    def level(self, direction: str, effect: Effect) -> Level:
        """How much this change matters in a direction."""
        return self.judge(direction, effect)[0]

    def judge(self, direction: str, effect: Effect) -> tuple[Level, str]:
        """How much this change matters in a direction; and who is affected and what to do, "" when nobody is."""
        case = direction, effect
        return self.exceptions.get(case) or (LEVELS[case], self.advice.get(case) or CONSEQUENCES[case])

    def id(self, direction: str, subject: str, *, negated: bool = False) -> str:
        """The rule's id; under `not` the change has the reverse meaning, and another id."""
        about = "" if self.names_property else f"{subject}-"
        return f"{direction}-{about}{'not-' if negated else ''}{self.change}"


def _both(name: str, added: str, removed: str, effect: Effect, says: tuple[str, str]) -> Iterator[SchemaRule]:
    """Two changes that undo each other; the effect is that of the first."""
    first, second = f"{name}-{added}", f"{name}-{removed}"
    yield SchemaRule(first, (effect,), second, says[0])
    yield SchemaRule(second, (effect.flipped(),), first, says[1])


_SIZES = {
    "max-length": ("characters", True),
    "min-length": ("characters", False),
    "max-items": ("items", True),
    "min-items": ("items", False),
    "max-properties": ("members", True),
    "min-properties": ("members", False),
    "max-contains": ("items of the contained kind", True),
    "min-contains": ("items of the contained kind", False),
}

_BOUNDS = {
    "minimum": ("{new} or more", "{old} or more", False),
    "exclusive-minimum": ("more than {new}", "more than {old}", False),
    "maximum": ("{new} or less", "{old} or less", True),
    "exclusive-maximum": ("less than {new}", "less than {old}", True),
}


def _sizes() -> Iterator[SchemaRule]:
    for name, (unit, upper) in _SIZES.items():
        most = "most" if upper else "least"
        has = f"{{place}} has at {most} {{new}} {unit}"
        yield from _both(
            name,
            "added",
            "removed",
            NARROWER,
            (
                f"{has} now; there was no such limit.",
                f"{{place}} no longer has a limit of at {most} {{old}} {unit}.",
            ),
        )
        yield from _both(
            name,
            "increased",
            "decreased",
            WIDER if upper else NARROWER,
            (
                f"{has} now, more than the {{old}} before.",
                f"{has} now, fewer than the {{old}} before.",
            ),
        )


def _bounds() -> Iterator[SchemaRule]:
    for name, (now, before, upper) in _BOUNDS.items():
        says = f"{{place}} must be {now} now; before, {before}."
        yield from _both(
            name,
            "added",
            "removed",
            NARROWER,
            (
                f"{{place}} must be {now} now.",
                f"{{place}} need no longer be {before}.",
            ),
        )
        yield from _both(name, "increased", "decreased", WIDER if upper else NARROWER, (says, says))
    for name in ("minimum", "maximum"):
        (now, before, _), (more_now, more_before, _) = _BOUNDS[name], _BOUNDS[f"exclusive-{name}"]
        for became, opposite, effects, says in (
            ("exclusive", "inclusive", (NARROWER, WIDER), f"{{place}} must be {more_now} now; before, {before}."),
            ("inclusive", "exclusive", (WIDER, NARROWER), f"{{place}} must be {now} now; before, {more_before}."),
        ):
            yield SchemaRule(f"{name}-became-{became}", effects, f"{name}-became-{opposite}", says)


_APPLIED = {
    "items": "the items of {place}",
    "prefix-items": "an item of {place}",
    "contains": "what {place} must contain",
    "property-names": "the names of the members of {place}",
    "pattern-properties": "the members of {place} whose names match `{name}`",
    "dependent-schemas": "{place} when it holds `{name}`",
    "any-of": "the alternatives (anyOf) of {place}",
    "one-of": "the exclusive alternatives (oneOf) of {place}",
    "not": "what {place} must not be (not)",
    "if": "{place} on a condition (if)",
    "then": "{place} when its condition holds (then)",
    "else": "{place} when its condition does not hold (else)",
}


def _applied() -> Iterator[SchemaRule]:
    for name, about in _APPLIED.items():
        yield from _both(
            name,
            "added",
            "removed",
            NARROWER,
            (
                f"A schema for {about} was added.",
                f"The schema for {about} was removed.",
            ),
        )
    for name in ("contains", "if", "one-of"):
        says = f"The schema for {_APPLIED[name]} changed in a way that can accept more, less or both."
        yield SchemaRule(f"{name}-changed", (EITHER,), f"{name}-changed", says)
    for name in ("any-of", "one-of"):
        for first, second, effect, says in (
            ("added", "removed", WIDER, "{place} may now also be what a new branch says: {new}."),
            ("removed", "added", NARROWER, "{place} may no longer be what a removed branch said: {old}."),
        ):
            effects = (effect, EITHER) if name == "one-of" else (effect,)
            yield SchemaRule(f"{name}-branch-{first}", effects, f"{name}-branch-{second}", says)
    says = "Of the alternatives of {place}, one alone may apply now (oneOf); before, several could (anyOf)."
    yield SchemaRule("any-of-became-one-of", (NARROWER,), "one-of-became-any-of", says)
    says = "Of the alternatives of {place}, several may apply now (anyOf); before, one alone (oneOf)."
    yield SchemaRule("one-of-became-any-of", (WIDER,), "any-of-became-one-of", says)
    for name in ("additional-properties", "unevaluated-properties"):
        yield from _both(
            name,
            "restricted",
            "opened",
            NARROWER,
            (
                "{place} may hold fewer members than before beside those it names.",
                "{place} may hold more members than before beside those it names.",
            ),
        )
        says = (
            "Which members {place} may hold beside those it names changed in a way that can accept more, less or both."
        )
        yield SchemaRule(f"{name}-changed", (EITHER,), f"{name}-changed", says)


def _values() -> Iterator[SchemaRule]:
    yield from _both(
        "type",
        "narrowed",
        "widened",
        NARROWER,
        (
            "The type of {place} is {new} now; before, {old}.",
            "The type of {place} is {new} now; before, {old}.",
        ),
    )
    yield SchemaRule("type-changed", (EITHER,), "type-changed", "The type of {place} is {new} now; before, {old}.")
    yield from _both(
        "became",
        "not-nullable",
        "nullable",
        NARROWER,
        (
            "{place} may no longer be null.",
            "{place} may be null now.",
        ),
    )
    for name in ("enum", "const"):
        yield from _both(
            name,
            "added",
            "removed",
            NARROWER,
            (
                "{place} must be one of certain values now: {new}.",
                "{place} need no longer be one of certain values: {old}.",
            ),
        )
    yield SchemaRule("const-changed", (EITHER,), "const-changed", "{place} must be {new} now; before, {old}.")
    yield from _both(
        "enum-value",
        "removed",
        "added",
        NARROWER,
        (
            "{place} may no longer be {old}.",
            "{place} may be {new} now.",
        ),
    )
    for name in ("pattern", "format"):
        yield from _both(
            name,
            "added",
            "removed",
            NARROWER,
            (
                f"{{place}} must have the {name} {{new}} now.",
                f"{{place}} need no longer have the {name} {{old}}.",
            ),
        )
        says = f"The {name} of {{place}} is {{new}} now; before, {{old}}. Neither is shown to include the other."
        yield SchemaRule(f"{name}-changed", (EITHER,), f"{name}-changed", says)
    for name in ("format", "multiple-of"):
        says = f"The {name.replace('-', ' ')} of {{place}} is {{new}} now; before, {{old}}."
        yield from _both(name, "narrowed", "widened", NARROWER, (says, says))
    yield from _both(
        "multiple-of",
        "added",
        "removed",
        NARROWER,
        (
            "{place} must be a multiple of {new} now.",
            "{place} need no longer be a multiple of {old}.",
        ),
    )
    says = "{place} must be a multiple of {new} now; before, of {old}."
    yield SchemaRule("multiple-of-changed", (EITHER,), "multiple-of-changed", says)
    yield from _both(
        "unique-items",
        "added",
        "removed",
        NARROWER,
        (
            "The items of {place} must differ from each other now.",
            "The items of {place} need no longer differ from each other.",
        ),
    )


_SEND_IT = "Callers that leave it out are refused: send it."
_DO_WITHOUT = "Readers can no longer rely on it: do without it."


def _properties() -> Iterator[SchemaRule]:
    unread = (WARNING, "What callers send under this name is no longer read: stop sending it.")
    untold = (WARNING, "Readers no longer learn it: do without it.")
    yield SchemaRule(
        "optional-property-added",
        (NARROWER, WIDER, NONE),
        "optional-property-removed",
        "{place} has a new optional property `{name}`.",
        exceptions={
            ("request", NARROWER): (
                WARNING,
                "Callers need not send it; one that sends this name already, undocumented, is refused unless it fits.",
            ),
        },
        reason="Only callers that already send this name, undocumented, with another meaning are refused.",
        names_property=True,
    )
    yield SchemaRule(
        "optional-property-removed",
        (WIDER, NARROWER, NONE),
        "optional-property-added",
        "{place} no longer has the optional property `{name}`.",
        exceptions={
            ("request", WIDER): unread,
            ("request", NONE): unread,
            ("response", NARROWER): untold,
            ("response", NONE): untold,
        },
        reason="It is no longer read, or no longer told, even where nothing is refused.",
        advice={("response", WIDER): _DO_WITHOUT},
        names_property=True,
    )
    yield SchemaRule(
        "required-property-added",
        (NARROWER, EITHER),
        "required-property-removed",
        "{place} has a new required property `{name}`.",
        advice={("request", effect): _SEND_IT for effect in (NARROWER, EITHER)},
        names_property=True,
    )
    yield SchemaRule(
        "required-property-removed",
        (WIDER, EITHER),
        "required-property-added",
        "{place} no longer has the required property `{name}`.",
        exceptions={("request", WIDER): unread},
        reason="It is no longer read, even though nothing is refused.",
        advice={("response", effect): _DO_WITHOUT for effect in (WIDER, EITHER)},
        names_property=True,
    )
    pairs = (
        _both(
            *("property", "forbidden", "allowed", NARROWER),
            ("{place} may no longer have a property `{name}`.", "{place} may have a property `{name}` now."),
        ),
        _both(
            *("property", "became-required", "became-optional", NARROWER),
            ("`{name}` of {place} is required now.", "`{name}` of {place} may be missing now."),
        ),
        _both(
            *("property-constraint", "added", "removed", NARROWER),
            ("`{name}` of {place} is constrained further now.", "`{name}` of {place} is constrained less now."),
        ),
        _both(
            *("dependent-required", "added", "removed", NARROWER),
            (
                "{place} needs further properties beside `{name}` now: {new}.",
                "{place} needs fewer properties beside `{name}` now: {old} no longer holds.",
            ),
        ),
    )
    advice = {
        "property-forbidden": {("request", NARROWER): "Callers that send it are refused: do without it."},
        "property-became-required": {("request", NARROWER): _SEND_IT},
        "property-became-optional": {("response", WIDER): "Readers may no longer find it: do without it."},
    }
    for rule in (rule for pair in pairs for rule in pair):
        yield replace(rule, names_property=True, advice=advice.get(rule.change, {}))


_UNSAID = "Callers that leave it out come to mean something else: send the value you mean."
_UNREAD = "Callers' values for it are no longer read: stop sending it."
_UNTOLD = "Readers no longer learn it: do without it."
_ASSUMED = "Readers that put in the default for a missing value must put in the new one."
_UNASSUMED = "Readers that put in the default for a missing value have none to put in: do without it."

_MARKS = (
    # The change, what undoes it, what it says, and its exceptions for requests and responses.
    ("default-added", "default-removed", "{place} stands for {new} when it is left out.", (WARNING, _UNSAID), None),
    (
        *("default-removed", "default-added", "{place} no longer stands for {old} when it is left out."),
        *((BREAKING, _UNSAID), (WARNING, _UNASSUMED)),
    ),
    (
        *("default-changed", "default-changed", "{place} stands for {new} when it is left out; before, for {old}."),
        *((BREAKING, _UNSAID), (WARNING, _ASSUMED)),
    ),
    ("became-read-only", "became-not-read-only", "{place} stands in responses only now.", (WARNING, _UNREAD), None),
    ("became-not-read-only", "became-read-only", "{place} can be sent in requests now.", None, None),
    ("became-write-only", "became-not-write-only", "{place} stands in requests only now.", None, (BREAKING, _UNTOLD)),
    ("became-not-write-only", "became-write-only", "{place} is told in responses now.", None, None),
    ("deprecated", "deprecation-withdrawn", "{place} is deprecated now. Look for what replaces it.", None, None),
    ("deprecation-withdrawn", "deprecated", "{place} is no longer deprecated.", None, None),
)


def _annotations() -> Iterator[SchemaRule]:
    for change, opposite, says, *levels in _MARKS:
        exceptions = {
            (direction, NONE): exception for direction, exception in zip(DIRECTIONS, levels, strict=True) if exception
        }
        reason = "Every instance is accepted as before, but it comes to mean something else." if exceptions else ""
        yield SchemaRule(change, (NONE,), opposite, says, exceptions, reason)
    for name in ("title", "description", "examples", "comment", "extension"):
        says = f"The {name} of {{place}} changed."
        yield SchemaRule(f"{name}-changed", (NONE,), f"{name}-changed", says, prose=True)


SCHEMA_RULES: Mapping[str, SchemaRule] = {
    rule.change: rule
    for part in (_sizes(), _bounds(), _values(), _applied(), _properties(), _annotations())
    for rule in part
}
"""Every kind of change of a schema, by its name."""


def catalogue() -> Iterator[tuple[str, Level, SchemaRule]]:
    """Every id that a change of a schema can have, with its level (of its first effect, where there are several)."""
    for rule in SCHEMA_RULES.values():
        for direction in DIRECTIONS:
            subjects = ("property",) if rule.names_property else SUBJECTS
            for subject in subjects:
                yield rule.id(direction, subject), rule.level(direction, rule.effects[0]), rule
                if rule.effects != (NONE,):
                    level = LEVELS[direction, rule.effects[0].flipped()]
                    yield rule.id(direction, subject, negated=True), level, rule
