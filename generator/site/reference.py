"""What the pages of operations and schemas show: fields with their constraints in words, references followed."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from contract.pointers import escape, tokens
from generator.site.wording import Rule, rules, with_ranges

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from contract import Contract

__all__ = ["STRUCTURE", "Choice", "Field", "Fields", "kebab", "schema_pointers", "schema_title"]


@dataclass(frozen=True)
class Choice:
    """The forms that a value may have: where they stand, how many of them it must have, and each as a field."""

    pointer: str
    words: str
    forms: tuple[Field, ...]


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
        choice: The forms that it may have, when the contract lists several.
        fields: Its own properties, or those of its items.
        deprecated: Whether the contract advises against it.
        access: `read-only` when only answers have it, `write-only` when only requests do, or "".
        default: The value that is taken when it is absent, as JSON, or "".
        sent: How a parameter with several values is written, as `ids=1,2`, or "".
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
    choice: Choice | None = None
    fields: tuple[Field, ...] = ()
    deprecated: bool = False
    access: str = ""
    default: str = ""
    sent: str = ""


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
    """Makes the fields of one page. `refer` writes a link to the schema at a pointer, in Markdown."""

    contract: Contract
    refer: Callable[[str], str]
    _anchors: Counter[str] = field(default_factory=Counter)

    def field(
        self,
        schema: Any,
        pointer: str,
        name: str = "",
        *,
        required_at: str = "",
        within: str = "",
        trail: tuple[str, ...] = (),
    ) -> Field:
        """A field for the schema at a pointer.

        `within` is the anchor of what is around it; `trail` are the schemas around it, against recursion.
        """
        parts = self._parts(schema, pointer)
        anchor = self._anchor(f"{within}.{name}" if within else name) if name else within
        whole = {part.pointer for part in parts}
        trail = (*trail, *whole) if not whole & set(trail) else ()
        inner = self._inner(parts, anchor, trail) if trail else ()
        choice = self._choice(parts, anchor, trail) if trail else None
        stated, typed = self._rules(parts, choice, inner)
        default = _first(parts, "default", _NONE)
        return Field(
            name=name,
            anchor=anchor,
            type=self._type(parts),
            required=bool(required_at),
            required_at=required_at,
            description=_first(parts, "description", ""),
            rules=stated,
            covers=(*typed, *(at for part in parts if (at := part.pointer) != pointer or not stated), pointer),
            schema=schema["$ref"].removeprefix("#") if isinstance(schema, dict) and "$ref" in schema else "",
            examples=tuple(json.dumps(item, ensure_ascii=False) for item in _first(parts, "examples", ())),
            choice=choice,
            fields=inner,
            deprecated=_first(parts, "deprecated", False),
            access=next((word for keyword, word in _ACCESS.items() if _first(parts, keyword, False)), ""),
            default=json.dumps(default, ensure_ascii=False) if default is not _NONE else "",
        )

    def stated(self, pointer: str) -> tuple[Rule, ...]:
        """The rules that stand in one schema itself and in its `allOf`, references not followed."""
        return with_ranges(tuple(self._stated(self.contract.at(pointer), pointer)))

    def _stated(self, schema: Any, pointer: str) -> Iterator[Rule]:
        for rule in rules(schema, pointer, self.refer):
            if rule.keyword != "allOf":
                yield rule
                continue
            for index, branch in enumerate(rule.value):
                yield from self._stated(branch, f"{rule.pointer}/{index}")

    def _anchor(self, name: str) -> str:
        """The name itself, where an address can hold it as it is and nothing else on the page has it."""
        anchor = name if re.fullmatch(r"[\w.-]*", name, re.ASCII) else kebab(name)
        if STRUCTURE.fullmatch(anchor):
            anchor = f"{anchor}-field"
        self._anchors[anchor] += 1
        return anchor if self._anchors[anchor] == 1 else f"{anchor}-{self._anchors[anchor]}"

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

    def _rules(
        self, parts: list[_Part], choice: Choice | None, inner: tuple[Field, ...]
    ) -> tuple[tuple[Rule, ...], tuple[str, ...]]:
        """The rules of all parts, the stricter of two limits, and the pointers of what the field says elsewhere."""
        kept: dict[str, Rule] = {}
        said: list[str] = []
        names = {one.name for one in inner}
        for part in parts:
            for rule in rules(_without_fields(part.schema, inner), part.pointer, self.refer):
                is_choice = choice is not None and rule.pointer == choice.pointer
                if is_choice or rule.keyword in {"type", "$ref", "allOf"} or _names_only(rule, names):
                    said += [rule.pointer] if is_choice else rule.covers
                elif rule.keyword not in kept:
                    kept[rule.keyword] = rule
                elif rule.keyword in _STRICTER:
                    kept[rule.keyword] = _STRICTER[rule.keyword](kept[rule.keyword], rule, key=lambda rule: rule.value)
                else:
                    kept[rule.pointer] = rule
        return with_ranges(tuple(kept.values())), tuple(said)

    def _inner(self, parts: list[_Part], within: str, trail: tuple[str, ...]) -> tuple[Field, ...]:
        """The properties of an object, or of the items of an array."""
        while (items := _first(parts, "items", None)) and isinstance(items, dict):
            at = next(part.pointer for part in parts if "items" in part.schema)
            parts = self._parts(items, f"{at}/items")
            if {part.pointer for part in parts} & set(trail):
                return ()
            trail = (*trail, *(part.pointer for part in parts))
        required = {name: f"{part.pointer}/required" for part in parts for name in part.schema.get("required", [])}
        found: dict[str, Field] = {}
        for part in parts:
            for name, schema in part.schema.get("properties", {}).items():
                pointer = f"{part.pointer}/properties/{escape(name)}"
                if name not in found:
                    at = required.get(name, "")
                    found[name] = self.field(schema, pointer, name, required_at=at, within=within, trail=trail)
        return tuple(found.values())

    def _choice(self, parts: list[_Part], within: str, trail: tuple[str, ...]) -> Choice | None:
        """The first `anyOf` or `oneOf`; others are rules like any."""
        for part in parts:
            for keyword, words in _CHOICES.items():
                if branches := part.schema.get(keyword):
                    at = f"{part.pointer}/{keyword}"
                    forms = (self._form(item, f"{at}/{i}", within, trail) for i, item in enumerate(branches))
                    return Choice(at, words, tuple(forms))
        return None

    def _form(self, schema: Any, pointer: str, within: str, trail: tuple[str, ...]) -> Field:
        """One form of a value. The properties of a schema that has a page are told there."""
        form = self.field(schema, pointer, within=within, trail=trail)
        return replace(form, fields=()) if form.schema in schema_pointers(self.contract) else form

    def _type(self, parts: list[_Part]) -> str:
        """The type in a few words: `string`, `integer`, `array of string`, `string or null`."""
        named = _first(parts, "type", None)
        if named is None:
            return " or ".join(self._implied_types(parts)) or "any"
        items = _first(parts, "items", None)
        inner = self._type(self._parts(items, "items")) if named == "array" and isinstance(items, dict) else ""
        text = " or ".join([named] if isinstance(named, str) else named)
        return f"{text} of {inner}" if inner else text

    def _implied_types(self, parts: list[_Part]) -> list[str]:
        """The types of the values, or of the forms, that the contract lists."""
        values = _first(parts, "enum", [_first(parts, "const", _NONE)])
        branches = [branch for part in parts for name in _CHOICES for branch in part.schema.get(name, ())]
        types = [self._type(self._parts(branch, f"branch {index}")) for index, branch in enumerate(branches)]
        types += [_json_type(value) for value in values if value is not _NONE]
        return [] if "any" in types else list(dict.fromkeys(types))


_NONE = object()
_STRICTER = {
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"), min),
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"), max),
}


_CHOICES = {"anyOf": "at least one", "oneOf": "exactly one"}
_ACCESS = {"readOnly": "read-only", "writeOnly": "write-only"}

STRUCTURE = re.compile(
    r"(main|search|results|found|navigation|authorization|body|errors|follow-ups|rules|forms|properties|together"
    r"|headers|cookies)|(path|query)-parameters|(sample|response|error)-.*"
)
"""The anchors that the templates give to parts of a page, which no field may have."""


def _names_only(rule: Rule, names: set[str]) -> bool:
    """Whether a rule only requires properties that are marked as required where they are listed."""
    return rule.keyword == "required" and names.issuperset(rule.value)


def _without_fields(schema: Mapping[str, Any], fields: tuple[Field, ...]) -> Mapping[str, Any]:
    """A schema without what is told of its items field by field."""
    items = schema.get("items")
    if not fields or not isinstance(items, dict):
        return schema
    told = {"properties", "required"}
    return {**schema, "items": _without_fields({k: v for k, v in items.items() if k not in told}, fields)}


def _json_type(value: Any) -> str:
    kinds = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return kinds.get(type(value), "null")


def _first(parts: list[_Part], keyword: str, default: Any) -> Any:
    return next((part.schema[keyword] for part in parts if keyword in part.schema), default)
