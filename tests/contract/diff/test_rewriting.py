"""However a schema is written, arranged, split or moved behind references, the report is silent on it."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.diff import compare
from contract.language import GRAMMAR
from tests.contract.diff.test_soundness import components, schemas

_BOUND = {"unevaluatedProperties", "additionalProperties", "items", "contains", "minContains", "maxContains", "if"}
"""Keywords that cannot be parted from what stands beside them."""


@given(schema=schemas, parts=components, random=st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_another_way_of_writing_is_no_change(schema: Any, parts: Any, random: Random, contract_around: Any) -> None:
    """The same schema in another order, with its parts elsewhere, is the same, up to which default comes first."""
    moved = dict(parts)
    other = _Rewriter(random, moved).rewritten(schema)
    changes = compare(contract_around(schema, parts), contract_around(other, moved)).changes
    assert [change for change in changes if not (change.prose or "default" in change.rule)] == []


class _Rewriter:
    """Writes schemas otherwise; what it moves away becomes a component."""

    def __init__(self, random: Random, components: dict[str, Any]) -> None:
        self.random, self.components = random, components

    def rewritten(self, schema: Any) -> Any:
        if isinstance(schema, bool):
            return schema
        items = [(keyword, self._value(keyword, value)) for keyword, value in schema.items()]
        self.random.shuffle(items)
        return self._elsewhere(dict(items))

    def _value(self, keyword: str, value: Any) -> Any:
        shape = GRAMMAR["schema"].get(keyword)
        if isinstance(shape, dict):
            return {name: self.rewritten(value[name]) for name in self._shuffled(value)}
        if isinstance(shape, list):
            schemas = [self.rewritten(item) for item in value]
            return schemas if keyword == "prefixItems" else self._shuffled(schemas)
        if shape:
            return self.rewritten(value)
        if keyword in {"enum", "required"} or (keyword == "type" and isinstance(value, list)):
            return self._shuffled(value)
        return float(value) if type(value) is int and self.random.random() < 0.3 else value

    def _elsewhere(self, schema: dict[str, Any]) -> dict[str, Any]:
        chance = self.random.random()
        if chance < 0.2:
            return {self.random.choice(["allOf", "anyOf", "oneOf"]): [schema]}
        if chance < 0.4:
            name = f"Moved{len(self.components)}"
            self.components[name] = schema
            return {"$ref": f"#/components/schemas/{name}"}
        if chance < 0.5 and not schema.keys() & _BOUND:
            return {"allOf": [{keyword: value} for keyword, value in schema.items()]}
        return schema

    def _shuffled(self, values: Any) -> list[Any]:
        return self.random.sample(list(values), len(values))
