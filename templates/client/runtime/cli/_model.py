"""What the command line knows of the operations that it calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from moment_billing._operations import Operation

__all__ = ["Command", "Group", "Input", "UsageError"]

TAKEN = frozenset(
    {
        *("help", "version", "output", "base-url", "timeout", "max-retries", "json", "idempotency-key"),
        *("from", "concurrency", "column", "delimiter", "report", "progress", "restart", "dry-run", "all"),
    }
)
"""Options that are not properties."""


class UsageError(Exception):
    """The command cannot be carried out as it was given (exit code 2). Each detail names one thing that is wrong."""

    def __init__(self, message: str, details: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


@dataclass(frozen=True)
class Input:
    """A parameter or a property of the body.

    Attributes:
        name: Its name in the contract.
        location: `path`, `query`, `header`, `body` (a property of the body) or `whole-body`.
        kind: How a text is read: `text`, `integer`, `number`, `flag`, `json`, or `pairs:` or `list:` and one of these.
        required: Whether a call must have it.
        about: What it means.
        limits: Its constraints in words.
        example: A value from the contract.
    """

    name: str
    location: str
    kind: str = "text"
    required: bool = False
    about: str = ""
    limits: tuple[str, ...] = ()
    example: Any = None

    @property
    def dest(self) -> str:
        """Under which name the parser keeps it: none that the parser itself uses."""
        return f"input {self.name}"

    @property
    def option(self) -> str:
        """The option that sets it."""
        name = self.name.replace("_", "-").replace(".", "-")
        return f"--field-{name}" if name in TAKEN else f"--{name}"

    @property
    def shown(self) -> str:
        """What a person calls it: the option, or the argument."""
        return self.metavar if self.location == "path" else self.option

    @property
    def metavar(self) -> str:
        """What stands for its value in the help."""
        if self.location == "path":
            return self.name.upper().replace("-", "_")
        return _METAVARS.get(self.kind.partition(":")[0], self.kind.upper())

    @property
    def repeats(self) -> bool:
        """Whether the option can be given more than once."""
        return self.kind.startswith(("pairs:", "list:"))


_METAVARS = {"pairs": "KEY=VALUE", "list": "VALUE", "flag": "true|false"}


@dataclass(frozen=True)
class Command:
    """An operation as a command.

    Attributes:
        operation: What is called.
        name: The name of the command.
        about: What it does.
        page: The title of the documentation page, or "".
        inputs: What it takes, the path's first.
        many: Whether it can be done for each row of a file: repeating it changes nothing more.
    """

    operation: Operation[Any]
    name: str
    about: str
    page: str
    inputs: tuple[Input, ...]
    many: bool = False

    def input(self, name: str) -> Input | None:
        """The input of this name."""
        return next((each for each in self.inputs if each.name == name), None)

    @property
    def path_input(self) -> Input:
        """What names the record, for a command that can be done for each row of a file."""
        return next(each for each in self.inputs if each.location == "path")

    @property
    def properties(self) -> tuple[Input, ...]:
        """The properties of the body."""
        return tuple(each for each in self.inputs if each.location == "body")


@dataclass(frozen=True)
class Group:
    """The commands of one resource."""

    name: str
    about: str
    commands: tuple[Command, ...]
