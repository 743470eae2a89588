"""The records of the server in memory, apart for each merchant, found by any of their names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moment_billing.testing._answers import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moment_billing._models import Model
    from moment_billing.testing._plan import Plan

__all__ = ["Records"]


class Records:
    """Records by merchant, model and name. A caller holds a lock around each method."""

    def __init__(self) -> None:
        self._records: dict[tuple[str, type[Model] | None], list[dict[str, Any]]] = {}
        self._by_name: dict[tuple[str, type[Model] | None, str, str], dict[str, Any]] = {}

    def all(self, merchant: str, model: type[Model]) -> list[dict[str, Any]]:
        """The records of a merchant, the oldest first."""
        return list(self._records.get((merchant, model), ()))

    def create(self, merchant: str, plan: Plan, body: Mapping[str, Any]) -> dict[str, Any]:
        """Add a record of what the caller sent and what Moment makes.

        Raises:
            Refusal: 409, another record has one of its names.
        """
        values = {name: make() for name, make in plan.made.items()}
        values.update((name, body[name]) for name in plan.fields if name in body)
        return self.add(merchant, plan, values)

    def add(self, merchant: str, plan: Plan, values: Mapping[str, Any]) -> dict[str, Any]:
        """Add a record as it is.

        Raises:
            Refusal: 409, another record has one of its names.
        """
        record = {name: values[name] for name in plan.shape if name in values}
        keys = {name: (merchant, plan.record, name, str(record[name])) for name in plan.names if name in record}
        for name, key in keys.items():
            if key in self._by_name:
                raise Refusal(409, f"Another record has this {name}.", [f"{name} is taken"])
        self._records.setdefault((merchant, plan.record), []).append(record)
        self._by_name.update((key, record) for key in keys.values())
        return record

    def find(self, merchant: str, plan: Plan, value: str) -> dict[str, Any]:
        """The record that a path names.

        Raises:
            Refusal: 404, there is none.
        """
        for name in plan.names:
            record = self._by_name.get((merchant, plan.record, name, value))
            if record is not None:
                return record
        raise Refusal(404, "Nothing of this merchant has this name.")

    def update(self, merchant: str, plan: Plan, value: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Replace the named fields of a record.

        Raises:
            Refusal: 404, there is none; 409, another record has one of its new names.
        """
        record = self.find(merchant, plan, value)
        sent = {name: body[name] for name in plan.fields if name in body}
        for name in plan.names:
            if name in sent and sent[name] != record.get(name):
                self._rename(merchant, plan, record, name, str(sent[name]))
        changed = {**record, **sent}
        record.clear()
        record.update((name, changed[name]) for name in plan.shape if name in changed)
        return record

    def _rename(self, merchant: str, plan: Plan, record: dict[str, Any], name: str, value: str) -> None:
        key = (merchant, plan.record, name, value)
        if key in self._by_name:
            raise Refusal(409, f"Another record has this {name}.", [f"{name} is taken"])
        self._by_name.pop((merchant, plan.record, name, str(record.get(name))), None)
        self._by_name[key] = record
