"""Show results and errors: tables to people, JSON to programs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import msgspec

from moment_billing._errors import APIStatusError, RequestValidationError
from moment_billing._models import Model
from moment_billing._visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from moment_billing._errors import MomentError
    from moment_billing.cli._model import Command

__all__ = ["complain", "explain", "is_table", "result", "write_json"]


def is_table(output: str) -> bool:
    """Whether results are shown as a table."""
    return output == "table" or (output == "auto" and sys.stdout.isatty())


def result(value: Any, output: str) -> None:
    """Show what a call returned."""
    plain = _plain(value)
    if plain is None:
        return
    if not is_table(output):
        write_json(plain)
        return
    from rich.console import Console  # noqa: PLC0415 - only a table needs it

    for each in plain if isinstance(plain, list) else [plain]:
        Console().print(_table(each))


def write_json(plain: Any) -> None:
    """Write plain values as a line of JSON."""
    sys.stdout.write(visible(msgspec.json.encode(plain).decode()) + "\n")


def _plain(value: Any) -> Any:
    if isinstance(value, Model):
        return value.to_dict()
    return [_plain(item) for item in value] if isinstance(value, list) else msgspec.to_builtins(value)


def _table(record: Any) -> Any:
    from rich.table import Table  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415 - as above

    table = Table(show_header=False, box=None, pad_edge=False, padding=(0, 3, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in _flat(record if isinstance(record, dict) else {"": record}):
        table.add_row(Text(visible(name)), Text(visible(value)))
    return table


def _flat(record: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Each field and its text; those of objects within, by their whole names."""
    for name, value in record.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value if isinstance(value, str) else msgspec.json.encode(value).decode()


def complain(message: str, details: tuple[str, ...] = ()) -> None:
    """Say on standard error what is wrong."""
    lines = [f"moment: {message}", *(f"  {detail}" for detail in details)]
    sys.stderr.write(visible("\n".join(lines)) + "\n")


def explain(error: MomentError, command: Command) -> tuple[str, tuple[str, ...]]:
    """An error in a line, and in further lines each thing that is wrong."""
    if isinstance(error, RequestValidationError):
        return "the request breaks the contract; nothing was sent", tuple(_violations(error, command))
    if isinstance(error, APIStatusError) and error.problem:
        return error.message, tuple(_members(error.problem.extra_fields.get("errors")))
    return error.message, ()


def _violations(error: RequestValidationError, command: Command) -> Iterator[str]:
    for violation in error.violations:
        name, dot, rest = violation.field.partition(".")
        known = command.input(name)
        shown = f"{known.shown if known else name or 'body'}{dot}{rest}"
        yield f"{shown}: {violation.message.removeprefix(violation.field).strip()}"


def _members(errors: Any) -> Iterator[str]:
    """What an API says in the member `errors` of a problem (RFC 9457, section 3.2)."""
    for each in errors if isinstance(errors, list) else ():
        if isinstance(each, dict) and isinstance(each.get("detail"), str):
            place = each.get("parameter") or each.get("pointer") or ""
            yield f"{place}: {each['detail']}" if place else each["detail"]
