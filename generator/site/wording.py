"""Put each constraint of a schema into words: one phrase for each keyword, in the terms of a person who sends JSON.

Every phrase continues "The value ...": `maxLength: 255` is "has at most 255 characters". So phrases join into sentences
and a keyword that holds further schemas speaks of them with their own phrases: "Each key has at most 40 characters".
Phrases and sentences are inline Markdown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from contract.language import ANNOTATIONS
from contract.pointers import escape
from generator.site.patterns import pattern_words
from generator.site.terms import FORMATS, TYPES, code, listed, many, value_code

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["SILENT", "WORDS", "Rule", "rules", "with_ranges"]


@dataclass(frozen=True)
class Rule:
    """One constraint in words.

    Attributes:
        pointer: Where its keyword stands in the contract.
        keyword: The keyword, such as `maxLength`.
        value: The keyword's value.
        phrase: The constraint, as a phrase that continues "The value".
        sentence: The constraint, as a sentence that stands alone.
        covers: The pointers of every constraint that the phrase states: its own, and those of the schemas within it.
    """

    pointer: str
    keyword: str
    value: Any
    phrase: str
    sentence: str
    covers: tuple[str, ...]


@dataclass(frozen=True)
class _Here:
    """A keyword where it stands: its pointer, its value, the schema around it, and how to write references."""

    pointer: str
    value: Any
    schema: Mapping[str, Any]
    refer: Callable[[str], str]

    def within(self, schema: Any, *path: str | int) -> _Said:
        """The phrases of a schema within this one, joined."""
        pointer = "/".join([self.pointer, *(escape(str(token)) for token in path)])
        return _joined(schema, pointer, self.refer)


@dataclass(frozen=True)
class _Said:
    """A phrase, the pointers that it covers beside its own keyword's, and its sentence where that is another."""

    phrase: str
    covers: tuple[str, ...] = ()
    alone: str = ""


def rules(schema: Mapping[str, Any] | bool, pointer: str, refer: Callable[[str], str]) -> tuple[Rule, ...]:
    """Every constraint that stands in a schema, in words, in the contract's order. Properties are not among them.

    Raises:
        KeyError: A keyword has no words; `WORDS` is where to add them.
    """
    if isinstance(schema, bool):
        return () if schema else (Rule(pointer, "false", schema, "is refused", "Is refused.", (pointer,)),)
    found = []
    for keyword, value in schema.items():
        if keyword in ANNOTATIONS or keyword in SILENT or keyword.startswith("x-"):
            continue
        at = f"{pointer}/{escape(keyword)}"
        said = WORDS[keyword](_Here(at, value, schema, refer))
        if said is not None:
            found.append(
                Rule(at, keyword, value, said.phrase, _sentence(said.alone or said.phrase), (at, *said.covers))
            )
    return tuple(found)


def _sentence(phrase: str) -> str:
    return f"{phrase[:1].upper()}{phrase[1:]}."


def with_ranges(found: Sequence[Rule]) -> tuple[Rule, ...]:
    """The rules with a lower and an upper limit of the same thing as one: "has 1 to 255 characters"."""
    by_keyword = {rule.keyword: rule for rule in found}
    result = list(found)
    for (least, most), thing in _RANGES.items():
        if least in by_keyword and most in by_keyword:
            low, high = by_keyword[least], by_keyword[most]
            phrase = _range(low.value, high.value, thing)
            joined = replace(low, phrase=phrase, sentence=_sentence(phrase), covers=(*low.covers, *high.covers))
            result = [joined if rule is low else rule for rule in result if rule is not high]
    return tuple(result)


_RANGES: Final = {
    ("minLength", "maxLength"): "character",
    ("minItems", "maxItems"): "item",
    ("minProperties", "maxProperties"): "key",
    ("minimum", "maximum"): "",
}


def _range(low: float, high: float, thing: str) -> str:
    if not thing:
        return f"is {low:,} to {high:,}" if low != high else f"is {low:,}"
    return f"has {low:,} to {many(int(high), thing)}" if low != high else f"has exactly {many(int(high), thing)}"


_ANYTHING: Final = "may be anything"


def _joined(schema: Any, pointer: str, refer: Callable[[str], str]) -> _Said:
    """Every phrase of a schema within another, its properties included, as one phrase."""
    found = with_ranges(rules(schema, pointer, refer))
    covers = [at for rule in found for at in rule.covers]
    phrases, named = [], set()
    required = set(schema.get("required", ())) if isinstance(schema, dict) else set()
    for name, value in schema.get("properties", {}).items() if isinstance(schema, dict) else ():
        at = f"{pointer}/properties/{escape(name)}"
        said = _joined(value, at, refer)
        covers += [at, *said.covers]
        if value is False:
            phrases.append(f"has no {code(name)}")
        elif said.phrase != _ANYTHING:
            named.add(name)
            phrases.append(
                f"has {code(name)} (which {said.phrase})"
                if name in required
                else f"has no {code(name)}, or one that {said.phrase}"
            )
    own = [_without(rule, named) if rule.keyword == "required" else rule.phrase for rule in found]
    return _Said(listed([phrase for phrase in (*own, *phrases) if phrase]) or _ANYTHING, tuple(covers))


def _without(rule: Rule, named: set[str]) -> str:
    """The phrase of `required` for the properties of which nothing else says that they are there."""
    names = [code(name) for name in rule.value if name not in named]
    return f"has {listed(names)}" if names else ""


def _plain(write: Callable[[Any], str]) -> Callable[[_Here], _Said]:
    """Words for a keyword whose value says all."""
    return lambda here: _Said(write(here.value))


def _type(value: str | list[str]) -> str:
    return f"is {listed([TYPES[name] for name in ([value] if isinstance(value, str) else value)], 'or')}"


def _format(value: str) -> str:
    return f"is {FORMATS[value]} (format {code(value)})" if value in FORMATS else f"has the format {code(value)}"


def _pattern(value: str) -> str:
    words = pattern_words(value)
    return f"matches {code(value)}" + (f" ({words})" if words else "")


def _required(here: _Here) -> _Said | None:
    if not here.value:
        return None
    names = listed([code(name) for name in here.value])
    return _Said(f"has {names}", alone=f"{names} {'is' if len(here.value) == 1 else 'are'} required")


def _dependent_required(here: _Here) -> _Said | None:
    needs = {code(given): listed([code(name) for name in names]) for given, names in here.value.items() if names}
    if not needs:
        return None
    phrase = listed([f"has {names} whenever it has {given}" for given, names in needs.items()])
    return _Said(phrase, alone="; ".join(f"{given} needs {names} beside it" for given, names in needs.items()))


def _contains(here: _Here) -> _Said | None:
    low, high = here.schema.get("minContains", 1), here.schema.get("maxContains")
    if high is not None:
        count = f"at most {many(high, 'item')}" if not low else _range(low, high, "item").removeprefix("has ")
    elif low:
        count = f"at least {many(low, 'item')}"
    else:
        return None
    item = here.within(here.value)
    return _Said(f"has {count} of this kind: it {item.phrase}", item.covers)


def _all_of(here: _Here) -> _Said:
    parts = [here.within(branch, index) for index, branch in enumerate(here.value)]
    return _Said(listed([part.phrase for part in parts]), _covers(parts))


def _branches(opening: str) -> Callable[[_Here], _Said]:
    def words(here: _Here) -> _Said:
        parts = [here.within(branch, index) for index, branch in enumerate(here.value)]
        choices = "; or ".join(f"it {part.phrase}" for part in parts)
        return _Said(f"meets {opening} of these ({choices})", _covers(parts), f"meets {opening} of these: {choices}")

    return words


def _covers(parts: Sequence[_Said]) -> tuple[str, ...]:
    return tuple(pointer for part in parts for pointer in part.covers)


def _not(here: _Here) -> _Said:
    part = here.within(here.value)
    return _Said(f"is refused when it {part.phrase}", part.covers)


def _if(here: _Here) -> _Said:
    base = here.pointer.rsplit("/", 1)[0]
    condition = here.within(here.value)
    parts = [condition]
    phrases: list[str] = []
    for keyword, word in (("then", f"when it {condition.phrase}, it"), ("else", "otherwise it")):
        if keyword in here.schema:
            part = _joined(here.schema[keyword], f"{base}/{keyword}", here.refer)
            phrases.append(
                f"{word if phrases or keyword == 'then' else f'unless it {condition.phrase}, it'} {part.phrase}"
            )
            parts.append(part)
    return _Said("; ".join(phrases) or "may be anything", _covers(parts))


def _items(here: _Here) -> _Said:
    first = len(here.schema.get("prefixItems", ()))
    after = f" after the first {first}" if first > 1 else " after the first" if first else ""
    if here.value is False:
        return _Said(f"has no items{after}")
    part = here.within(here.value)
    return _Said(f"has only items{after} of which each {part.phrase}", part.covers, f"each item{after} {part.phrase}")


def _names(here: _Here) -> _Said:
    part = here.within(here.value)
    return _Said(f"has only keys of which each {part.phrase}", part.covers, f"each key {part.phrase}")


_NAMING: Final = frozenset({"properties", "patternProperties"})
_ELSEWHERE: Final = frozenset(
    {"$ref", "allOf", "anyOf", "oneOf", "if", "then", "else", "dependentSchemas", "additionalProperties"}
)


def _others(naming: frozenset[str]) -> Callable[[_Here], _Said]:
    """Words for what holds of the keys that no keyword of `naming` names."""

    def words(here: _Here) -> _Said:
        others = " beyond those listed" if naming & here.schema.keys() else ""
        if here.value is False:
            return _Said(f"has no keys{others}")
        part = here.within(here.value)
        return _Said(
            f"has only values{others} of which each {part.phrase}", part.covers, f"each value{others} {part.phrase}"
        )

    return words


def _prefix(here: _Here) -> _Said:
    parts = [here.within(item, index) for index, item in enumerate(here.value)]
    items = [f"item {index} {part.phrase}" for index, part in enumerate(parts, 1)]
    return _Said(f"is a sequence in which {listed(items)}", _covers(parts))


def _keyed(write: Callable[[str, str], str]) -> Callable[[_Here], _Said]:
    """Words for a keyword that holds a schema for each of several names."""

    def words(here: _Here) -> _Said:
        parts = {name: here.within(value, name) for name, value in here.value.items()}
        return _Said(listed([write(name, part.phrase) for name, part in parts.items()]), _covers(list(parts.values())))

    return words


SILENT: Final = frozenset({"properties", "then", "else", "minContains", "maxContains", "$defs"})
"""Keywords without a phrase of their own: properties are listed one by one, the others are part of another's phrase."""

WORDS: Final[dict[str, Callable[[_Here], _Said | None]]] = {
    "$ref": lambda here: _Said(f"is a valid {here.refer(here.value.removeprefix('#'))}"),
    "type": _plain(_type),
    "enum": _plain(lambda value: f"is one of {listed([value_code(item) for item in value], 'or')}"),
    "const": _plain(lambda value: f"is {value_code(value)}"),
    "format": _plain(_format),
    "multipleOf": _plain(lambda value: f"is a multiple of {value:,}"),
    "maximum": _plain(lambda value: f"is at most {value:,}"),
    "exclusiveMaximum": _plain(lambda value: f"is less than {value:,}"),
    "minimum": _plain(lambda value: f"is at least {value:,}"),
    "exclusiveMinimum": _plain(lambda value: f"is greater than {value:,}"),
    "maxLength": _plain(lambda value: f"has at most {many(value, 'character')}"),
    "minLength": _plain(lambda value: f"has at least {many(value, 'character')}"),
    "pattern": _plain(_pattern),
    "maxItems": _plain(lambda value: f"has at most {many(value, 'item')}"),
    "minItems": _plain(lambda value: f"has at least {many(value, 'item')}"),
    "uniqueItems": lambda here: _Said("has no item twice") if here.value else None,
    "maxProperties": _plain(lambda value: f"has at most {many(value, 'key')}"),
    "minProperties": _plain(lambda value: f"has at least {many(value, 'key')}"),
    "required": _required,
    "dependentRequired": _dependent_required,
    "allOf": _all_of,
    "anyOf": _branches("at least one"),
    "oneOf": _branches("exactly one"),
    "not": _not,
    "if": _if,
    "items": _items,
    "prefixItems": _prefix,
    "contains": _contains,
    "propertyNames": _names,
    "additionalProperties": _others(_NAMING),
    "unevaluatedProperties": _others(_NAMING | _ELSEWHERE),
    "patternProperties": _keyed(
        lambda name, phrase: f"has under each name that matches {code(name)} a value that {phrase}"
    ),
    "dependentSchemas": _keyed(lambda name, phrase: f"when it has {code(name)}, it {phrase}"),
}
"""For each keyword that refuses something, its words; None when the value refuses nothing."""
