"""What a comparison finds: differences in what is accepted, and the changes that a report tells of."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Any, Final

__all__ = ["ABSENT", "Absent", "Change", "Difference", "Effect", "Level", "Report"]


class Absent(enum.Enum):
    """The value of what does not stand in a contract, apart from `null`."""

    ABSENT = "absent"

    def __repr__(self) -> str:
        return "nothing"


ABSENT: Final = Absent.ABSENT
"""Nothing stands here in this version."""


class Effect(enum.Flag):
    """What a difference does to the set of instances that a place accepts."""

    NONE = 0
    NARROWER = enum.auto()
    WIDER = enum.auto()
    EITHER = NARROWER | WIDER

    def flipped(self) -> Effect:
        """The effect on what encloses this place when it stands under `not`, or when old and new change places."""
        return _FLIPPED[self]


_FLIPPED = {
    Effect.NONE: Effect.NONE,
    Effect.NARROWER: Effect.WIDER,
    Effect.WIDER: Effect.NARROWER,
    Effect.EITHER: Effect.EITHER,
}


class Level(enum.IntEnum):
    """How much a change matters to those who use the other version."""

    NOTE = 0
    WARNING = 1
    BREAKING = 2

    def __str__(self) -> str:
        return self.name.lower()


@dataclass(frozen=True)
class Difference:
    """Two schemas differ at one keyword.

    Attributes:
        change: What happened, as the rules name it: `max-length-decreased`.
        effect: What it does to the accepted instances.
        pointer: Where it stands in the new contract; in the old one when it is gone.
        old: The value before.
        new: The value now.
        name: The property or pattern that the change is about, if it is about one.
    """

    change: str
    effect: Effect
    pointer: str
    old: Any = ABSENT
    new: Any = ABSENT
    name: str = ""


@dataclass(frozen=True)
class Change:
    """One change of an API that a client or a server can notice.

    Attributes:
        rule: The rule's id: `request-property-max-length-decreased`.
        level: Whether it breaks those who use the old version.
        operation: The operation's id, or "" when the change concerns them all.
        direction: `request` or `response`, or "" when neither is meant.
        place: Where in the exchange: `body /metadata`, `query limit`, `200 body /id`.
        pointer: JSON pointer into the new contract, or into the old one when it is gone from the new.
        old: The value before, or `ABSENT`.
        new: The value now, or `ABSENT`.
        message: Who is affected, and what to do.
        prose: Whether only words changed, which no client or server acts on.
    """

    rule: str
    level: Level
    operation: str
    direction: str
    place: str
    pointer: str
    old: Any
    new: Any
    message: str
    prose: bool = False

    def to_json(self) -> dict[str, Any]:
        """The change as an object of the JSON report; a value that is absent is left out."""
        values = {"old": self.old, "new": self.new}
        return {
            "rule": self.rule,
            "level": str(self.level),
            "operation": self.operation,
            "direction": self.direction,
            "place": self.place,
            "pointer": self.pointer,
            **{name: value for name, value in values.items() if value is not ABSENT},
            "message": self.message,
        }


@dataclass(frozen=True)
class Report:
    """Every change between two contracts, the most severe first."""

    old_version: str
    new_version: str
    changes: tuple[Change, ...] = field(default=())

    @property
    def level(self) -> Level | None:
        """The most severe level, or None when nothing changed."""
        return max((change.level for change in self.changes), default=None)

    def at(self, level: Level) -> tuple[Change, ...]:
        """The changes of one level."""
        return tuple(change for change in self.changes if change.level == level)
