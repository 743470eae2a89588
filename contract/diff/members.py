"""The members of an object: which schema applies to the member of a given name.

`properties`, `patternProperties`, `additionalProperties` and `unevaluatedProperties` of every schema that applies work
together here (JSON Schema core, sections 10.3.2 and 11.3).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from contract.diff.expressions import never_both, plain
from contract.patterns import matches
from contract.pointers import escape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contract.diff.normal import Conjunction, Schemas, View

__all__ = ["CONDITIONAL", "Closing", "Members"]


@dataclass(frozen=True)
class Closing:
    """What `additionalProperties` or `unevaluatedProperties` says of the members that nothing else names.

    Attributes:
        keyword: Which of the two.
        pointer: Where it stands.
        names: The names that it does not concern.
        patterns: The patterns of names that it does not concern.
    """

    keyword: str
    pointer: str
    names: frozenset[str]
    patterns: frozenset[str]

    def concerns(self, name: str) -> bool:
        """Whether the member of this name is left to it."""
        return name not in self.names and not any(matches(pattern, name) for pattern in self.patterns)

    def concerns_all(self, pattern: str) -> bool:
        """Whether every member is left to it whose name matches a pattern, as far as that shows at once."""
        named = any(matches(pattern, name) for name in self.names)
        return not named and all(never_both(pattern, other) for other in self.patterns)


@dataclass
class Members:
    """The members of the objects that a view accepts.

    Attributes:
        schemas: The schemas of their contract.
        spelling: How the patterns are written here, by what they mean.
        named: For each named property, where its schemas stand.
        patterns: For each pattern of names, where its schemas stand.
        closings: What applies to the rest.
        opaque: Whether the rest depends on which conditional branch an instance takes (`unevaluatedProperties`).
    """

    schemas: Schemas
    spelling: dict[str, str]
    named: dict[str, list[str]] = field(default_factory=dict)
    patterns: dict[str, list[str]] = field(default_factory=dict)
    closings: list[Closing] = field(default_factory=list)
    opaque: bool = False

    @classmethod
    def of(cls, schemas: Schemas, view: View, spelling: dict[str, str] | None = None) -> Members:
        """Gather the members of a view.

        Args:
            schemas: The schemas of its contract.
            view: The view.
            spelling: How the patterns are written of which several spellings mean the same; those met first are added.
        """
        members = cls(schemas, {} if spelling is None else spelling)
        for found in view.all("properties"):
            for name in found.value:
                members.named.setdefault(name, []).append(f"{found.pointer}/{escape(name)}")
        for found in view.all("patternProperties"):
            for pattern in found.value:
                members.patterns.setdefault(members._spelt(pattern), []).append(f"{found.pointer}/{escape(pattern)}")
        for found in view.all("additionalProperties"):
            owner = schemas.node(found.pointer.rpartition("/")[0])
            names, patterns = members._known(owner)
            members._close("additionalProperties", found.pointer, found.value, names, patterns)
        for found in view.all("unevaluatedProperties"):
            members._close_unevaluated(found.pointer, found.value)
        return members

    def _close(self, keyword: str, pointer: str, value: Any, names: frozenset[str], patterns: frozenset[str]) -> None:
        if value is not True and value != {}:
            self.closings.append(Closing(keyword, pointer, names, patterns))

    def _close_unevaluated(self, pointer: str, value: Any) -> None:
        holder = pointer.rpartition("/")[0]
        parts = {part: self.schemas.node(part) for part in self.schemas.at(holder)}
        objects = {part: node for part, node in parts.items() if isinstance(node, dict)}
        if any(node.keys() & CONDITIONAL for node in objects.values()):
            self.opaque = True
        elif not any(_leaves_nothing(node, within=part != holder) for part, node in objects.items()):
            known = [self._known(node) for node in objects.values()]
            names = frozenset[str]().union(*(names for names, _ in known))
            patterns = frozenset[str]().union(*(patterns for _, patterns in known))
            self._close("unevaluatedProperties", pointer, value, names, patterns)

    def _known(self, node: Mapping[str, Any]) -> tuple[frozenset[str], frozenset[str]]:
        return frozenset(node.get("properties", ())), frozenset(map(self._spelt, node.get("patternProperties", ())))

    def _spelt(self, pattern: str) -> str:
        return self.spelling.setdefault(plain(pattern), pattern)

    @property
    def names(self) -> frozenset[str]:
        """Every name that this view treats apart from others."""
        return frozenset(self.named).union(*(closing.names for closing in self.closings))

    def refuses(self, pattern: str) -> bool:
        """Whether no member may have a name that matches a pattern, as far as that shows at once."""
        return any(
            self.schemas.accepts_nothing(self.schemas.at(closing.pointer)) and closing.concerns_all(pattern)
            for closing in self.closings
        )

    def schema_of(self, name: str) -> Conjunction:
        """Everything that applies to the member of this name."""
        pointers = list(self.named.get(name, ()))
        pointers += [at for pattern, places in self.patterns.items() if matches(pattern, name) for at in places]
        pointers += [closing.pointer for closing in self.closings if closing.concerns(name)]
        return self.schemas.join(pointers)


CONDITIONAL = frozenset({"anyOf", "oneOf", "if", "dependentSchemas", "not"})
"""Keywords by which an instance decides what `unevaluatedProperties` beside them leaves."""


def _leaves_nothing(node: Mapping[str, Any], *, within: bool) -> bool:
    """Whether a schema speaks for every member, so that none is left to an `unevaluatedProperties` around it."""
    return "additionalProperties" in node or (within and "unevaluatedProperties" in node)
