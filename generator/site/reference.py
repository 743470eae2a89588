"""What the pages of operations and schemas show: fields with their constraints in words, references followed."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contract.pointers import escape, tokens
from generator.site.wording import Rule, rules

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from contract import Contract

__all__ = ["Alternative", "Field", "Fields", "kebab", "schema_pointers", "schema_title"]


@dataclass(frozen=True)
class Alternative:
    """One of the forms that a value may have: a link to its schema, or "", and its rules."""

    title: str
    pointer: str
    description: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Field:
    """A property, a parameter, a header or a whole schema, as a reader sees it.

    Attributes:
        name: Its name in the contract.
        anchor: Its anchor on the page.
        type: Its type in a few words.
        required: Whether it must be there.
        required_at: The pointer of what says so, or "".
        description: What it means, in Markdown.
        rules: Its constraints in words, those of the schemas that it refers to included.
        covers: Pointers that the type and the name state beside the rules.
        schema: The pointer of the component that describes it, or "".
        examples: Values from the contract, as JSON.
        alternatives: The forms that it may have, when the contract lists several.
        fields: Its own properties.
        deprecated: Whether the contract advises against it.
        default: The value that is taken when it is absent, as JSON, or "".
    """

    name: str
    anchor: str
    type: str
    required: bool
    required_at: str
    description: str
    rules: tuple[Rule, ...]
    covers: tuple[str, ...]
    schema: str
    examples: tuple[str, ...]
    alternatives: tuple[Alternative, ...] = ()
    fields: tuple[Field, ...] = ()
    deprecated: bool = False
    default: str = ""


def kebab(name: str) -> str:
    """A name of the contract in the form of an address: `createCustomer` is `create-customer`."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", name)
    return re.sub(r"[^a-z0-9]+", "-", spaced.lower()).strip("-") or "x"


def schema_pointers(contract: Contract) -> list[str]:
    """The schemas that have a page: the components, in the contract's order."""
    schemas = contract.document.get("components", {}).get("schemas", {})
    return [f"/components/schemas/{escape(name)}" for name in schemas]


def schema_title(contract: Contract, pointer: str) -> str:
    """The title of a schema for a person: its own, or its name in words."""
    schema = contract.at(pointer)
    title = schema.get("title") if isinstance(schema, dict) else None
    return title if isinstance(title, str) else kebab(tokens(pointer)[-1]).replace("-", " ").capitalize()


@dataclass(frozen=True)
class _Part:
    """One of the schemas that together describe a value, and where it stands."""

    schema: Mapping[str, Any]
    pointer: str


@dataclass(frozen=True)
class Fields:
    """Makes fields from schemas. `refer` writes a link to the schema at a pointer, in Markdown."""

    contract: Contract
    refer: Callable[[str], str]

    def field(
        self,
        schema: Any,
        pointer: str,
        name: str = "",
        *,
        required_at: str = "",
        anchor: str = "",
        trail: tuple[str, ...] = (),
    ) -> Field:
        """A field for the schema at a pointer; `trail` are the pointers of the schemas around it, against recursion."""
        parts = self._parts(schema, pointer)
        whole = {part.pointer for part in parts}
        inner = () if whole & set(trail) else self._inner(parts, anchor or name, (*trail, *whole))
        stated, typed = self._rules(parts)
        return Field(
            name=name,
            anchor=_anchor(anchor or name),
            type=self._type(parts),
            required=bool(required_at),
            required_at=required_at,
            description=_first(parts, "description", ""),
            rules=stated,
            covers=(*typed, *(at for part in parts if (at := part.pointer) != pointer or not stated), pointer),
            schema=schema["$ref"].removeprefix("#") if isinstance(schema, dict) and "$ref" in schema else "",
            examples=tuple(json.dumps(item, ensure_ascii=False) for item in _first(parts, "examples", ())),
            alternatives=self._alternatives(parts),
            fields=inner,
            deprecated=_first(parts, "deprecated", False),
            default=json.dumps(default, ensure_ascii=False)
            if (default := _first(parts, "default", _NONE)) is not _NONE
            else "",
        )

    def stated(self, pointer: str) -> tuple[Rule, ...]:
        """The rules that stand in one schema itself, references not followed."""
        return rules(self.contract.at(pointer), pointer, self.refer)

    def _parts(self, schema: Any, pointer: str, trail: tuple[str, ...] = ()) -> list[_Part]:
        """The schema, with the schemas that it refers to and those of its `allOf`, the outermost first."""
        if not isinstance(schema, dict) or pointer in trail:
            return []
        found = [_Part(schema, pointer)]
        if "$ref" in schema:
            at = schema["$ref"].removeprefix("#")
            found += self._parts(self.contract.at(at), at, (*trail, pointer))
        for index, branch in enumerate(schema.get("allOf", [])):
            found += self._parts(branch, f"{pointer}/allOf/{index}", (*trail, pointer))
        return found

    def _rules(self, parts: list[_Part]) -> tuple[tuple[Rule, ...], tuple[str, ...]]:
        """The rules of all parts, the stricter of two limits, and the pointers of what the type's label says."""
        kept: dict[str, Rule] = {}
        typed: list[str] = []
        for part in parts:
            several = any(keyword in part.schema for keyword in ("anyOf", "oneOf"))
            for rule in rules(part.schema, part.pointer, self.refer):
                if rule.keyword in {"type", "$ref", "allOf", "required"}:
                    typed += rule.covers
                    continue
                if several and rule.keyword in {"anyOf", "oneOf"} and _all_references(rule.value):
                    typed += rule.covers
                    continue
                other = kept.get(rule.keyword)
                if other is None:
                    kept[rule.keyword] = rule
                elif rule.keyword in _STRICTER:
                    kept[rule.keyword] = _STRICTER[rule.keyword](other, rule, key=lambda rule: rule.value)
                else:
                    kept[rule.pointer] = rule
        return tuple(kept.values()), tuple(typed)

    def _inner(self, parts: list[_Part], around: str, trail: tuple[str, ...]) -> tuple[Field, ...]:
        required = {
            name: f"{part.pointer}/required" for part in parts for name in part.schema.get("required", []) if name
        }
        found: dict[str, Field] = {}
        for part in parts:
            holder, at = part.schema, part.pointer
            while isinstance(holder.get("items"), dict):
                holder, at = self.contract.resolve(holder["items"], f"{at}/items")
            for name, schema in holder.get("properties", {}).items():
                anchor = f"{around}.{name}" if around else name
                pointer = f"{at}/properties/{escape(name)}"
                found[name] = self.field(
                    schema, pointer, name, required_at=required.get(name, ""), anchor=anchor, trail=(*trail, at)
                )
        return tuple(found.values())

    def _type(self, parts: list[_Part]) -> str:
        """The type in a few words: `string`, `integer`, `array of string`, `string or null`."""
        named = _first(parts, "type", None)
        if named is None:
            return self._shared_type(parts)
        items = _first(parts, "items", None)
        inner = self._type(self._parts(items, "items")) if named == "array" and isinstance(items, dict) else ""
        text = " or ".join([named] if isinstance(named, str) else named)
        return f"{text} of {inner}" if inner else text

    def _shared_type(self, parts: list[_Part]) -> str:
        """The type of every form that a value may have, where they agree."""
        branches = [branch for part in parts for name in ("anyOf", "oneOf") for branch in part.schema.get(name, ())]
        types = {self._type(self._parts(branch, f"branch {index}")) for index, branch in enumerate(branches)}
        return types.pop() if len(types) == 1 else "any of several" if types else "any"

    def _alternatives(self, parts: list[_Part]) -> tuple[Alternative, ...]:
        for part in parts:
            for keyword in ("anyOf", "oneOf"):
                branches = part.schema.get(keyword, [])
                if branches and _all_references(branches):
                    return tuple(self._alternative(branch["$ref"].removeprefix("#")) for branch in branches)
        return ()

    def _alternative(self, pointer: str) -> Alternative:
        parts = self._parts(self.contract.at(pointer), pointer)
        stated, _ = self._rules(parts)
        return Alternative(schema_title(self.contract, pointer), pointer, _first(parts, "description", ""), stated)


_NONE = object()
_STRICTER = {
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"), min),
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"), max),
}


def _anchor(name: str) -> str:
    """The name itself, where an address can hold it as it is."""
    return name if re.fullmatch(r"[\w.-]*", name, re.ASCII) else kebab(name)


def _first(parts: list[_Part], keyword: str, default: Any) -> Any:
    return next((part.schema[keyword] for part in parts if keyword in part.schema), default)


def _all_references(branches: Any) -> bool:
    return isinstance(branches, list) and all(
        isinstance(branch, dict) and set(branch) == {"$ref"} for branch in branches
    )
