"""The rules on schemas: each has an example, an opposite, and a level that follows from its direction."""

from __future__ import annotations

from typing import Any

import pytest

from contract.diff import Effect, Level
from contract.diff.operation_rules import OPERATION_RULES
from contract.diff.rules import DIRECTIONS, LEVELS, SCHEMA_RULES, SUBJECTS, catalogue
from contract.language import ANNOTATIONS, ASSERTIONS, GRAMMAR
from tests.contract.diff.examples import EXAMPLES

_OTHER = {"request": "response", "response": "request"}


def _cases() -> list[Any]:
    """Every rule with its example, half of them the pair of the opposite in reverse."""
    cases = []
    for change, rule in SCHEMA_RULES.items():
        pair = EXAMPLES.get(change) or tuple(reversed(EXAMPLES[rule.opposite]))
        cases.append(pytest.param(change, *pair, id=change))
    return cases


@pytest.mark.parametrize(("change", "old", "new"), _cases())
def test_each_rule_finds_its_example_and_nothing_else(change: str, old: Any, new: Any, changes_between: Any) -> None:
    """The example of a rule shows that rule alone, at its level, in the request and in the response."""
    rule = SCHEMA_RULES[change]
    found = changes_between(old, new)
    assert {item.rule for item in found} == {
        rule.id("request", "body"),
        rule.id("response", "body"),
    }
    for item in found:
        assert item.level in {rule.level(item.direction, effect) for effect in rule.effects}
        assert item.message[-1] in ".!"


@pytest.mark.parametrize(("change", "old", "new"), _cases())
def test_each_rule_is_found_within_a_property(change: str, old: Any, new: Any, changes_between: Any) -> None:
    """Within a property of a body, the id says so, and the place leads there."""
    wrapped = [{"type": "object", "properties": {"deep": {"type": "array", "items": side}}} for side in (old, new)]
    found = changes_between(*wrapped)
    expected = {SCHEMA_RULES[change].id(direction, "property") for direction in DIRECTIONS}
    assert {item.rule for item in found} == expected
    assert all("/deep/*" in item.place for item in found)


_OTHERWISE = {"became-nullable", "became-not-nullable", "const-added", "const-removed", "const-changed"}
"""What is told of in another way beside null: a constant or null is an `enum`."""


@pytest.mark.parametrize(("change", "old", "new"), [case for case in _cases() if case.id not in _OTHERWISE])
def test_each_rule_is_found_beside_null(change: str, old: Any, new: Any, changes_between: Any) -> None:
    """What may be null as well, by a union, is compared like what may not."""
    rule = SCHEMA_RULES[change]
    found = changes_between(*({"anyOf": [{"type": "null"}, side]} for side in (old, new)))
    assert {item.rule for item in found} == {rule.id(direction, "body") for direction in DIRECTIONS}


@pytest.mark.parametrize(("change", "old", "new"), _cases())
def test_under_not_each_rule_means_the_reverse(change: str, old: Any, new: Any, changes_between: Any) -> None:
    """Excluding fewer instances accepts more: under `not`, what narrows a request becomes a note."""
    rule = SCHEMA_RULES[change]
    found = [item for item in changes_between({"not": old}, {"not": new}) if item.level is not Level.NOTE]
    effects = {effect.flipped() for effect in rule.effects}
    for item in found:
        assert item.rule == rule.id(item.direction, "body", negated=True)
        assert item.level in {LEVELS[item.direction, effect] for effect in effects}


def test_every_rule_has_one_example() -> None:
    """No rule is without an example, and none is without a rule."""
    covered = set(EXAMPLES) | {SCHEMA_RULES[change].opposite for change in EXAMPLES}
    assert covered == set(SCHEMA_RULES)


@pytest.mark.parametrize("rule", SCHEMA_RULES.values(), ids=SCHEMA_RULES.keys())
def test_rules_are_symmetric(rule: Any) -> None:
    """What undoes a change has the reverse effect, and a change is for responses what its opposite is for requests."""
    opposite = SCHEMA_RULES[rule.opposite]
    assert opposite.opposite == rule.change
    assert {effect.flipped() for effect in rule.effects} == set(opposite.effects)
    for direction in DIRECTIONS:
        for effect in rule.effects:
            excepted = (direction, effect) in rule.exceptions
            excepted |= (_OTHER[direction], effect.flipped()) in opposite.exceptions
            mirrored = opposite.level(_OTHER[direction], effect.flipped())
            assert excepted or rule.level(direction, effect) == mirrored
    assert bool(rule.exceptions) == bool(rule.reason)


def test_direction_decides_the_level() -> None:
    """Narrowing a request and widening a response break; the reverse is a note."""
    assert LEVELS["request", Effect.NARROWER] == LEVELS["response", Effect.WIDER] == Level.BREAKING
    assert LEVELS["request", Effect.WIDER] == LEVELS["response", Effect.NARROWER] == Level.NOTE
    assert all(LEVELS[direction, Effect.EITHER] == Level.BREAKING for direction in DIRECTIONS)


def test_ids_are_unique_and_in_the_style_of_the_field() -> None:
    """Every id is lower-case words joined by hyphens, and has one level for the schema of a parameter and itself."""
    levels = {identifier: level for identifier, level, _ in catalogue()}
    assert len(levels) == len(list(catalogue()))
    assert all(levels.get(identifier, rule.level) == rule.level for identifier, rule in OPERATION_RULES.items())
    ids = [*levels, *OPERATION_RULES]
    assert all(part.isalpha() and part.islower() for identifier in ids for part in identifier.split("-"))


def test_every_keyword_of_the_language_has_a_rule() -> None:
    """Every keyword that a contract may use decides in some example; none is passed over in silence."""

    def used(schema: Any) -> set[str]:
        if isinstance(schema, list):
            return {name for item in schema for name in used(item)}
        if not isinstance(schema, dict):
            return set()
        return set(schema) | {name for value in schema.values() for name in used(value)}

    keywords = ANNOTATIONS | ASSERTIONS | GRAMMAR["schema"].keys()
    assert keywords - {name for pair in EXAMPLES.values() for side in pair for name in used(side)} == {"allOf"}


@pytest.mark.parametrize("rule", OPERATION_RULES.values(), ids=OPERATION_RULES.keys())
def test_operation_rules_undo_each_other(rule: Any) -> None:
    """Every rule on operations names the one that undoes it, and of two opposites one at most breaks."""
    opposite = OPERATION_RULES[rule.opposite]
    assert opposite.opposite == rule.id
    assert rule is opposite or Level.BREAKING not in (rule.level, opposite.level) or rule.level != opposite.level


def test_subjects_are_those_of_the_catalogue() -> None:
    """A rule for a keyword exists for every subject of both directions."""
    ids = {identifier for identifier, _, _ in catalogue()}
    for direction in DIRECTIONS:
        for subject in SUBJECTS:
            assert f"{direction}-{subject}-max-length-decreased" in ids
