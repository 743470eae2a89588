"""Put each constraint of a schema into words: one phrase for each keyword, in the terms of a person who sends JSON.

Every phrase continues "The value ...": `maxLength: 255` is "has at most 255 characters". So phrases join into sentences
and a keyword that holds further schemas speaks of them with their own phrases: "Each key has at most 40 characters".
Phrases and sentences are inline Markdown.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from contract.formats import CUSTOM, STANDARD
from contract.language import ANNOTATIONS
from contract.pointers import escape
from generator.site.patterns import pattern_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["FORMATS", "SILENT", "WORDS", "Rule", "code", "listed", "rules"]


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


def code(value: Any) -> str:
    """A value as inline code in Markdown: a string as it is, anything else as JSON."""
    text = (
        value if isinstance(value, str) and value.strip() == value and value else json.dumps(value, ensure_ascii=False)
    )
    text = re.sub(r"\s", " ", text)
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    padding = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{padding}{text}{padding}{fence}"


def listed(items: Sequence[str], word: str = "and") -> str:
    """Items as a list in a sentence: "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {word} {items[-1]}"


def _joined(schema: Any, pointer: str, refer: Callable[[str], str]) -> _Said:
    found = list(rules(schema, pointer, refer))
    phrases = [rule.phrase for rule in found]
    covers = [at for rule in found for at in rule.covers]
    properties = schema.get("properties", {}) if isinstance(schema, dict) else {}
    for name, value in properties.items():
        at = f"{pointer}/properties/{escape(name)}"
        said = _joined(value, at, refer)
        phrases.append(f"if it has {code(name)}, that {said.phrase}")
        covers += [at, *said.covers]
    return _Said(listed(phrases) or "may be anything", tuple(covers))


def _plain(write: Callable[[Any], str]) -> Callable[[_Here], _Said]:
    """Words for a keyword whose value says all."""
    return lambda here: _Said(write(here.value))


def _many(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


_TYPES = {
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
    "object": "an object",
    "array": "an array",
    "null": "null",
}

FORMATS: Final[dict[str, str]] = {
    "date-time": "a date and time by RFC 3339",
    "date": "a date by RFC 3339",
    "time": "a time of day by RFC 3339",
    "duration": "a duration by ISO 8601",
    "email": "an e-mail address",
    "hostname": "a host name",
    "ipv4": "an IPv4 address",
    "ipv6": "an IPv6 address",
    "uri": "an absolute URI",
    "uri-reference": "a URI, absolute or relative",
    "uri-template": "a URI template",
    "uuid": "a UUID",
    "json-pointer": "a JSON pointer",
    "regex": "a regular expression of ECMA-262",
    "int32": "an integer of 32 bits",
    "int64": "an integer of 64 bits",
    "float": "a number of single precision",
    "double": "a number of double precision",
    "iso-4217": "a currency code of ISO 4217",
}
"""For each format that contracts may name, what has it. `contract.formats` says which those are."""


def _type(value: str | list[str]) -> str:
    return f"is {listed([_TYPES[name] for name in ([value] if isinstance(value, str) else value)], 'or')}"


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
    return _Said(phrase, alone="; ".join(f"a {given} needs {names} beside it" for given, names in needs.items()))


def _contains(here: _Here) -> _Said:
    item = here.within(here.value)
    low, high = here.schema.get("minContains", 1), here.schema.get("maxContains")
    count = f"at least {low:,}" + (f" and at most {high:,}" if high is not None else "")
    return _Said(f"has {count} items of this kind: it {item.phrase}", item.covers)


def _all_of(here: _Here) -> _Said:
    parts = [here.within(branch, index) for index, branch in enumerate(here.value)]
    return _Said(listed([part.phrase for part in parts]), _covers(parts))


def _branches(opening: str) -> Callable[[_Here], _Said]:
    def words(here: _Here) -> _Said:
        parts = [here.within(branch, index) for index, branch in enumerate(here.value)]
        choices = "; or ".join(f"it {part.phrase}" for part in parts)
        return _Said(f"meets {opening} of these: {choices}", _covers(parts))

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
    part = here.within(here.value)
    return _Said(f"takes as an item only what {part.phrase}", part.covers, f"each item {part.phrase}")


def _names(here: _Here) -> _Said:
    part = here.within(here.value)
    return _Said(f"takes as a key only what {part.phrase}", part.covers, f"each key {part.phrase}")


def _others(here: _Here) -> _Said:
    others = " beyond those listed" if here.schema.get("properties") or here.schema.get("patternProperties") else ""
    if here.value is False:
        return _Said(f"has no keys{others}")
    part = here.within(here.value)
    return _Said(f"takes as a value{others} only what {part.phrase}", part.covers, f"each value{others} {part.phrase}")


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
    "enum": _plain(lambda value: f"is one of {listed([code(item) for item in value], 'or')}"),
    "const": _plain(lambda value: f"is {code(value)}"),
    "format": _plain(_format),
    "multipleOf": _plain(lambda value: f"is a multiple of {value}"),
    "maximum": _plain(lambda value: f"is at most {value}"),
    "exclusiveMaximum": _plain(lambda value: f"is less than {value}"),
    "minimum": _plain(lambda value: f"is at least {value}"),
    "exclusiveMinimum": _plain(lambda value: f"is greater than {value}"),
    "maxLength": _plain(lambda value: f"has at most {_many(value, 'character')}"),
    "minLength": _plain(lambda value: f"has at least {_many(value, 'character')}"),
    "pattern": _plain(_pattern),
    "maxItems": _plain(lambda value: f"has at most {_many(value, 'item')}"),
    "minItems": _plain(lambda value: f"has at least {_many(value, 'item')}"),
    "uniqueItems": lambda here: _Said("has no item twice") if here.value else None,
    "maxProperties": _plain(lambda value: f"has at most {_many(value, 'key')}"),
    "minProperties": _plain(lambda value: f"has at least {_many(value, 'key')}"),
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
    "additionalProperties": _others,
    "unevaluatedProperties": _others,
    "patternProperties": _keyed(
        lambda name, phrase: f"has under each name that matches {code(name)} a value that {phrase}"
    ),
    "dependentSchemas": _keyed(lambda name, phrase: f"when it has {code(name)}, it {phrase}"),
}
"""For each keyword that refuses something, its words; None when the value refuses nothing."""

assert CUSTOM.keys() | STANDARD == FORMATS.keys()  # noqa: S101 - a new format needs words before anything is published
