"""Name the place of a change, and tell of the change there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contract.diff.model import ABSENT, Change, Effect
from contract.diff.operation_rules import OPERATION_RULES
from contract.diff.rules import CONSEQUENCES, LEVELS, SCHEMA_RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contract.diff.model import Difference
    from contract.diff.walk import Located, Walker

__all__ = ["Place"]


@dataclass(frozen=True)
class Place:
    """Where in an exchange a change lies.

    Attributes:
        operation: The operation's id; "" for the whole contract.
        direction: `request`, `response` or "".
        subject: What rules call it: `body`, `parameter`, `header`.
        name: What a person calls it: `request body`, `query parameter limit`.
    """

    operation: str
    direction: str = ""
    subject: str = ""
    name: str = ""

    def change(self, rule: str, pointer: str, old: Any = ABSENT, new: Any = ABSENT) -> Change:
        """A change here of anything but a schema."""
        found = OPERATION_RULES[rule]
        place = f"the {self.name}" if self.name else "the operation" if self.operation else "the contract"
        message = found.says.format(place=place, old=show(old), new=show(new))
        return Change(
            rule,
            found.level,
            self.operation,
            self.direction,
            _plain(self.name),
            pointer,
            old,
            new,
            sentence(message),
            found.prose,
        )

    def schema_changes(self, walker: Walker, old: str, new: str) -> Iterator[Change]:
        """Every change between the schemas at two pointers; "" stands for no schema."""
        return (self._schema_change(located) for located in walker.compare(old, new))

    def _schema_change(self, located: Located) -> Change:
        found = located.difference
        change = _constraint(located) or found.change
        rule = SCHEMA_RULES[change]
        subject = "property" if located.path and self.subject == "body" else self.subject
        effect = found.effect.flipped() if located.negated else found.effect
        usual = LEVELS[self.direction, effect], CONSEQUENCES[self.direction, effect]
        level, consequence = usual if located.negated else rule.judge(self.direction, effect)
        said = _types if change in _OF_TYPES else show
        message = rule.says.format(place=self._at(located), old=said(found.old), new=said(found.new), name=found.name)
        return Change(
            rule=rule.id(self.direction, subject, negated=located.negated),
            level=level,
            operation=self.operation,
            direction=self.direction,
            place=" ".join(filter(None, [_plain(self.name), located.path])),
            pointer=found.pointer,
            old=found.old,
            new=found.new,
            message=sentence(f"{message} {consequence}"),
            prose=rule.prose,
        )

    def _at(self, located: Located) -> str:
        path, names, _ = located.path.partition(" (names)")
        place = f"`{path}` of the {self.name}" if path else f"the {self.name}"
        if names:
            place = f"each name in {place}"
        return f"what is excluded (not) from {place}" if located.negated else place


def _constraint(located: Located) -> str:
    """A schema for a property that others name already is a further constraint on it, not a new property."""
    found: Difference = located.difference
    if found.name not in located.declared or found.effect is Effect.NONE:
        return ""
    return {
        "optional-property-added": "property-constraint-added",
        "optional-property-removed": "property-constraint-removed",
    }.get(found.change, "")


_OF_TYPES = {"type-narrowed", "type-widened", "type-changed"}


def _types(names: list[str]) -> str:
    """Types in a sentence."""
    return "any" if set(names) == _ANY else " or ".join(names) or "none"


_ANY = {"null", "boolean", "object", "array", "string", "number"}


def _plain(name: str) -> str:
    return name.replace("`", "")


def show(value: Any, length: int = 100) -> str:
    """A value in a sentence: in JSON, cut when it is long; the report holds the whole of it."""
    if value is ABSENT:
        return "nothing"
    if isinstance(value, dict):
        value = {key: item for key, item in value.items() if key not in {"title", "description", "examples"}}
    text = value if isinstance(value, str) and " " in value else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= length else f"{text[: length - 1]}…"


def sentence(text: str) -> str:
    """A text with its first letter in capitals."""
    text = text.strip()
    return text[:1].upper() + text[1:]
