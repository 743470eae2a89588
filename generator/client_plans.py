"""Work out what a server in memory can do for each operation by the contract alone (`moment_billing.testing`).

An operation that creates, retrieves or updates a record says so by its method, its path, its answer and its parameter;
for every other the plan holds the reason why its behaviour cannot be derived, and the server refuses it by that.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contract import Contract
    from contract import operations as described
    from generator.client_view import Operation, View

__all__ = ["Plan", "plans", "problems"]

_BODY_LINK = "$response.body#/"


class UnderivableError(Exception):
    """The contract does not say what an operation does; the message says what is missing."""


@dataclass(frozen=True)
class Plan:
    """What the server in memory does for one operation.

    Attributes:
        constant: The operation, as Python code.
        action: `create`, `retrieve` or `update`; "" when it cannot be derived.
        refusal: Why it cannot be derived.
        record: The model of the records that it is about.
        status: The status of success.
        shape: The properties of the record, in the order of its schema.
        names: The properties by which a record is found.
        fields: The properties that the body may name.
        made: For a new record, the properties that the caller does not send, each with Python code that makes it.
        key_required: Whether a request must have its idempotency key.
    """

    constant: str
    action: str = ""
    refusal: str = ""
    record: str = "Any"
    status: int = 0
    shape: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    made: Mapping[str, str] = field(default_factory=dict)
    key_required: bool = False


def plans(view: View) -> list[Plan]:
    """A plan for each operation of the view, in its order."""
    return [
        _plan(view.contract, f"{resource.name}._{operation.constant}", operation)
        for resource in view.resources
        for operation in resource.operations
    ]


def problems(contract: Contract) -> dict[int, tuple[str, str]]:
    """Type and title of the problem for each status, as the contract's examples of error answers have them."""
    kinds: dict[int, tuple[str, str]] = {}
    for operation in contract.operations:
        for status, response in operation.responses.items():
            for media in response.media:
                example = media.node.get("example", {})
                if status.isdecimal() and {"type", "title"} <= example.keys():
                    kinds.setdefault(int(status), (example["type"], example["title"]))
    return dict(sorted(kinds.items()))


def _plan(contract: Contract, constant: str, operation: Operation) -> Plan:
    try:
        return _derived(contract, constant, operation)
    except UnderivableError as reason:
        return Plan(constant, refusal=str(reason))


def _derived(contract: Contract, constant: str, operation: Operation) -> Plan:
    node = contract.operation(operation.id)
    action = _action(node)
    success = next(each for status, each in node.responses.items() if status.startswith("2"))
    if not success.media or not success.media[0].schema:
        raise UnderivableError("its answer holds no record")
    record = _properties(contract, success.media[0].schema)
    if not record:
        raise UnderivableError("its answer is not an object with named properties")
    body = _properties(contract, node.body[0].schema) if node.body else {}
    _refuse_other_types(contract, body, record)
    names = _names(contract, node, record) if action != "create" else _names_of_created(contract, node, record)
    required = _required(contract, success.media[0].schema) if action == "create" else set()
    return Plan(
        constant=constant,
        action=action,
        record=operation.result,
        status=int(success.status),
        shape=tuple(record),
        names=names,
        fields=tuple(body),
        made=dict(_made(contract, record, required - body.keys(), names)),
        key_required=bool(operation.idempotency and operation.idempotency.required),
    )


def _action(node: described.Operation) -> str:
    """What an operation does to a record, by its method and the form of its path."""
    if any(parameter.location == "query" for parameter in node.parameters):
        raise UnderivableError("the contract does not say what its query parameters do to a record")
    head, _, last = node.path.rpartition("/")
    if "{" in head:
        raise UnderivableError("its path names a record within another one")
    is_item = last.startswith("{")
    if node.method == "POST" and not is_item and node.body and "201" in node.responses:
        return "create"
    if node.method == "GET" and is_item:
        return "retrieve"
    if node.method == "PATCH" and is_item and node.body:
        return "update"
    raise UnderivableError("it neither creates, nor retrieves, nor updates one record")


def _names(contract: Contract, node: described.Operation, record: Mapping[str, str]) -> tuple[str, ...]:
    """The properties of a record that a path parameter can hold: by the contract's links, or by their schemas."""
    parameter = next(each for each in node.parameters if each.location == "path")
    names = dict.fromkeys(name for name in _linked(contract, node.id, parameter.name) if name in record)
    schema, at = contract.resolve(contract.at(parameter.schema), parameter.schema)
    same = {at} | {
        contract.resolve(branch)[1] for keyword in ("anyOf", "oneOf") for branch in schema.get(keyword, ())
    } - {""}
    names.update(dict.fromkeys(name for name, pointer in record.items() if pointer in same))
    if not names:
        raise UnderivableError(f"the contract does not say which property of a record {parameter.name!r} holds")
    return tuple(names)


def _names_of_created(contract: Contract, node: described.Operation, record: Mapping[str, str]) -> tuple[str, ...]:
    """The properties by which the operations on one record of this collection find it."""
    names: dict[str, None] = {}
    for other in contract.operations:
        if other.path.rpartition("/")[0] == node.path and other.path.endswith("}"):
            names.update(dict.fromkeys(_names(contract, other, record)))
    return tuple(names)


def _linked(contract: Contract, operation_id: str, parameter: str) -> Iterator[str]:
    for link in contract.links.get(operation_id, ()):
        expression = str(link.get("parameters", {}).get(parameter, ""))
        if expression.startswith(_BODY_LINK):
            yield expression.removeprefix(_BODY_LINK)


def _made(
    contract: Contract, record: Mapping[str, str], missing: set[str], names: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    """Code for each property that Moment adds to a new record."""
    for name, pointer in record.items():
        schema = contract.at(pointer)
        if "const" in schema or "default" in schema:
            yield name, f"constant({schema.get('const', schema.get('default'))!r})"
        elif name in missing:
            yield name, _maker(contract, name, pointer, names)


def _maker(contract: Contract, name: str, pointer: str, names: tuple[str, ...]) -> str:
    schema = contract.at(pointer)
    if schema.get("format") == "date-time":
        return "now"
    example = next(iter(schema.get("examples", ())), None)
    if name in names and isinstance(example, str):
        head, underscore, tail = example.rpartition("_")
        # The letters and digits of both ends of the alphabet stand for all that will be drawn.
        if all(contract.validator(pointer).is_valid(f"{head}{underscore}{each * len(tail)}") for each in "azAZ09"):
            return f'token("{head}{underscore}", {len(tail)})'
    raise UnderivableError(f"the contract does not say what Moment puts into {name!r} of a new record")


def _refuse_other_types(contract: Contract, body: Mapping[str, str], record: Mapping[str, str]) -> None:
    """A property that is sent as one type and returned as another means something that the contract does not say."""
    for name in body.keys() & record.keys():
        sent, returned = _types(contract, body[name]), _types(contract, record[name])
        if returned and not sent <= returned:
            raise UnderivableError(f"{name!r} is returned as another type than it is sent as")


def _types(contract: Contract, pointer: str) -> frozenset[str]:
    """The JSON types that a schema allows; empty when it names none."""
    node, at = contract.resolve(contract.at(pointer), pointer)
    if "type" in node:
        return frozenset([node["type"]] if isinstance(node["type"], str) else node["type"])
    found = frozenset[str]()
    for keyword in ("allOf", "anyOf", "oneOf"):
        for index in range(len(node.get(keyword, ()))):
            found |= _types(contract, f"{at}/{keyword}/{index}")
    return found


def _properties(contract: Contract, pointer: str) -> dict[str, str]:
    """The properties that an object's schema names, those of its parts included, and where each has its schema."""
    node, at = contract.resolve(contract.at(pointer), pointer)
    found: dict[str, str] = {}
    for index in range(len(node.get("allOf", ()))):
        found.update(_properties(contract, f"{at}/allOf/{index}"))
    for name, item in node.get("properties", {}).items():
        found[name] = contract.resolve(item, f"{at}/properties/{name}")[1]
    return found


def _required(contract: Contract, pointer: str) -> set[str]:
    node, at = contract.resolve(contract.at(pointer), pointer)
    parts: list[Any] = [_required(contract, f"{at}/allOf/{index}") for index in range(len(node.get("allOf", ())))]
    return set(node.get("required", ())).union(*parts)
