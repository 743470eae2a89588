"""What the client's templates see: the operations, models and constraints of a contract, ready to be written.

Everything that is rendered from the contract is rendered from one `View`, by a template in `templates/client/`; plain
Python that needs no contract stands in `templates/client/runtime/` and is copied. To render one more file, add a
template and name it in `client_project.RENDERED`; it finds the view under the name `view`:

- `view.resources` -> `resource.operations` -> an `Operation`: how it is called in Python (`name`, `arguments`), what
  stands in the contract (`id`, `method`, `path`, `parameters`, `summary`, `page`, `statuses`), what it returns
  (`result`), whether it may be repeated (`repeatable`, `repeatable_because`, `idempotency`), how it leads from page to
  page (`paging`, and the method that goes through them, `all_name`), and its examples. Each
  `Argument` has the name of the keyword, the name in the contract (`wire`), where it goes (`location`: path, query,
  header or body), its type, its description, its constraints in words, and the schema itself with references followed
  (`schema`), so that a command line can choose how to read it.
- `view.models` and `view.params` are the objects of answers and of requests, `view.constants` the checks of
  `_schemas.py`.
- `view.contract` is the contract, for what is not listed here: `view.contract.document["webhooks"]`, or
  `view.document()`, the whole document as JSON for a server in memory.

At run time, every call passes through `Engine.respond` or `AsyncEngine.respond` in `_engine.py`. Whatever watches
single attempts (logs, traces) is an `Observer` of `_observers.py`, returned by `default_observers()` and told of each
attempt's beginning and end; with none, no time is spent. A server in memory is an httpx transport:
`Moment(transport=...)`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from keyword import iskeyword
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from generator.client_text import literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contract import Contract

__all__ = [
    "Argument",
    "Enumeration",
    "Event",
    "Field",
    "Model",
    "Operation",
    "Paging",
    "Parameter",
    "Resource",
    "Status",
    "View",
]


@dataclass(frozen=True)
class Field:
    """A property of a model.

    Attributes:
        name: Its name in Python.
        wire: Its name in the contract.
        type: Its type, without `UnsetType`.
        required: Whether the object must have it.
        description: What it means.
        phrases: Its constraints in words.
        schema: Its schema, with references followed.
    """

    name: str
    wire: str
    type: str
    required: bool
    description: str
    phrases: tuple[str, ...]
    schema: Mapping[str, Any]

    @property
    def is_plain(self) -> bool:
        """Whether the name in the contract can stand as a name in Python."""
        return self.wire.isidentifier() and not iskeyword(self.wire)


@dataclass(frozen=True)
class Model:
    """An object of the contract."""

    name: str
    description: str
    fields: tuple[Field, ...]
    pointer: str


@dataclass(frozen=True)
class Enumeration:
    """A named set of values."""

    name: str
    description: str
    type: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Argument(Field):
    """A keyword, or the first positional argument, of a method.

    Attributes:
        location: `path`, `query`, `header` or `body` (a field of the body), or `whole-body`.
        examples: Values from the contract, the best first.
    """

    location: str
    examples: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Parameter:
    """A parameter as the client's runtime knows it."""

    name: str
    location: str
    check: str
    required: bool
    explode: bool


@dataclass(frozen=True)
class Status:
    """An error that an operation documents."""

    code: int
    name: str
    description: str


@dataclass(frozen=True)
class Paging:
    """How a list leads from page to page; all empty where there are no pages.

    Attributes:
        parameter: The parameter of the query that asks for a page.
        cursor: The names in Python that lead to the cursor of the next page.
        records: The field of a page that holds its records.
        record: The type of a record.
    """

    parameter: str = ""
    cursor: tuple[str, ...] = ()
    records: str = ""
    record: str = ""


@dataclass(frozen=True)
class Operation:
    """An operation of the contract and the method that calls it.

    Attributes:
        id: Its id in the contract.
        name: The name of the method.
        page: The title of the documentation page, or "".
        result: The type of its result; "None" when answers have no body.
        returned: What the result is, in words.
        repeatable: Whether the client may send a request again whose answer was lost.
        repeatable_because: Why, where the contract says so in `x-idempotent`.
        idempotency: The header that names a call, or None.
        body: The check of the body, or "" when there is none.
        examples: Every documented request body, by name.
        answer: An example of the body of an answer; None when there is none.
        answer_status: The status of that answer.
        shown: The field of the result that an example shows, and that holds what the call sent; "" when there is none.
        looked_up: The fields by which its record is looked up, each with the example of the path.
        paging: How it leads from page to page.
        pointer: Where it stands in the contract.
    """

    id: str
    name: str
    method: str
    path: str
    summary: str
    description: str
    page: str
    arguments: tuple[Argument, ...]
    parameters: tuple[Parameter, ...]
    idempotency: Parameter | None
    body: str
    body_required: bool
    media_type: str
    result: str
    returned: str
    statuses: tuple[Status, ...]
    repeatable: bool
    repeatable_because: str
    examples: Mapping[str, Any]
    answer: Any
    answer_status: int
    shown: str
    looked_up: Mapping[str, Any]
    paging: Paging
    pointer: str

    @property
    def constant(self) -> str:
        """The name of the operation's own constant."""
        return self.name.upper().strip("_")

    @property
    def all_name(self) -> str:
        """The name of the method that goes through all pages; "" when there are none."""
        return f"{self.name.rstrip('_')}_all" if self.paging.parameter else ""

    @cached_property
    def positional(self) -> list[Argument]:
        """The arguments that are given without their names."""
        return [argument for argument in self.arguments if argument.location == "path"]

    @cached_property
    def keywords(self) -> list[Argument]:
        """The arguments that are given by name, the required ones first."""
        named = [argument for argument in self.arguments if argument.location != "path"]
        return sorted(named, key=lambda argument: not argument.required)

    @cached_property
    def example(self) -> dict[str, Any]:
        """Arguments by their names in Python, for an example: the first documented body, and examples of the rest."""
        return self.example_with(next(iter(self.examples.values()), {}))

    def example_with(self, body: Any) -> dict[str, Any]:
        """Arguments by their names in Python, for a body."""
        chosen = {}
        for argument in self.positional + self.keywords:
            if argument.location == "body":
                if argument.wire in body:
                    chosen[argument.name] = body[argument.wire]
            elif argument.location == "whole-body":
                chosen[argument.name] = body
            elif argument.required and argument.examples:
                chosen[argument.name] = argument.examples[0]
        return chosen

    def example_of(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """Arguments for an example about the record that holds these fields."""
        known = {argument.name: record[argument.wire] for argument in self.keywords if argument.wire in record}
        return {name: known.get(name, value) for name, value in self.example.items()}

    @cached_property
    def example_call(self) -> str:
        """The arguments of an example as they are written in Python."""
        return self._written(self.example)

    def example_call_of(self, record: Mapping[str, Any]) -> str:
        """The arguments of an example about the record that holds these fields, as they are written in Python."""
        return self._written(self.example_of(record))

    @cached_property
    def example_calls(self) -> list[tuple[str, str, Any]]:
        """For each documented body, its name, the arguments as they are written in Python, and the body itself."""
        bodies = dict(self.examples) or {"no_body": None}
        return [(name, self._written(self.example_with(body or {})), body) for name, body in bodies.items()]

    @cached_property
    def example_path(self) -> str:
        """The path that the examples call, encoded."""
        path = self.path
        for argument in self.positional:
            path = path.replace(f"{{{argument.wire}}}", quote(str(self.example[argument.name]), safe=""))
        return path

    def _written(self, arguments: Mapping[str, Any]) -> str:
        unnamed = {argument.name for argument in self.positional}
        return ", ".join(
            literal(value) if name in unnamed else f"{name}={literal(value)}" for name, value in arguments.items()
        )

    @property
    def example_shown(self) -> str:
        """What an example shows, as Python prints it."""
        by_wire = {argument.wire: self.example.get(argument.name) for argument in self.arguments}
        by_lookup = next((self.example.get(argument.name) for argument in self.positional), None)
        return repr(by_wire.get(self.shown, by_lookup))

    @property
    def takes_extra_body(self) -> bool:
        """Whether the body is an object, to which a caller can add."""
        return any(argument.location == "body" for argument in self.arguments)

    def in_(self, location: str) -> list[Argument]:
        """The arguments of one location."""
        return [argument for argument in self.arguments if argument.location == location]


@dataclass(frozen=True)
class Event:
    """A webhook of the contract.

    Attributes:
        name: Its name, which is also the `type` of the event.
        model: The model of its body.
    """

    name: str
    model: str


@dataclass(frozen=True)
class Resource:
    """The operations of one tag.

    Attributes:
        name: The attribute of the client, such as `customers`.
        class_name: Its class.
    """

    name: str
    class_name: str
    description: str
    operations: tuple[Operation, ...]

    @property
    def looked_up(self) -> Mapping[str, Any]:
        """The fields by which the record of all its examples is looked up."""
        return next((operation.looked_up for operation in self.operations if operation.looked_up), {})

    @property
    def singular(self) -> str:
        """The name of one of them, for examples."""
        return self.name.removesuffix("s") or self.name


@dataclass(frozen=True)
class View:
    """A contract as the templates see it."""

    contract: Contract
    title: str
    description: str
    version: str
    server: str
    resources: tuple[Resource, ...]
    models: tuple[Model, ...]
    params: tuple[Model, ...]
    enumerations: tuple[Enumeration, ...]
    statuses: tuple[Status, ...]
    events: tuple[Event, ...]
    constants: Mapping[str, str]
    codes: Mapping[str, tuple[str, ...]]
    marker: str = field(default="")

    @property
    def has_pages(self) -> bool:
        """Whether any operation is a list in pages."""
        return any(operation.all_name for resource in self.resources for operation in resource.operations)

    def document(self) -> str:
        """The whole contract as JSON, in the document's order."""
        return json.dumps(self.contract.document, ensure_ascii=False, separators=(",", ":"))
