"""The parser of the command line, made of the contract's operations."""

from __future__ import annotations

import argparse
import difflib
import shlex
import textwrap
from typing import TYPE_CHECKING, Any

from moment_billing._client import BASE_URL
from moment_billing._settings import DEFAULT_MAX_RETRIES, DEFAULT_TIMEOUT
from moment_billing._version import VERSION
from moment_billing.cli._commands import GROUPS, PROGRAM_ABOUT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from moment_billing.cli._model import Command, Input

__all__ = ["parse"]

_WIDTH = 100

_FOR_FILES = {
    "concurrency": 16,
    "column": (),
    "delimiter": ",",
    "report": None,
    "progress": None,
    "restart": False,
    "dry_run": False,
}
"""The options that mean nothing without `--from`, and what they are when they are not given."""

_EPILOG = f"""\
environment:
  MOMENT_API_KEY   the API key; not an option, because other users of the machine can read those
  MOMENT_BASE_URL  where the API is, instead of {BASE_URL}
  MOMENT_LOG       info or debug: a line on standard error for each attempt

exit codes:
  0    done
  1    the API said no, or did not answer
  2    not usable as given; nothing was sent
  130  interrupted"""


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """What the words of the command line say: `command`, or None when they name none, and its options.

    Words that mean nothing end the process, with the usage of the command that was meant (exit code 2).
    """
    args, unknown = _parser().parse_known_args(arguments)
    if unknown:
        parser: argparse.ArgumentParser = args.parser
        options = [option for action in parser._actions for option in action.option_strings]  # noqa: SLF001 - no other way
        close = difflib.get_close_matches(unknown[0].partition("=")[0], options, n=1)
        parser.error(f"no such argument: {unknown[0]}{f' (is {close[0]} meant?)' if close else ''}")
    _settle(args)
    return args


def _settle(args: argparse.Namespace) -> None:
    """Refuse options for files where there is none, lest `--dry-run` be carried out; fill in those not given."""
    if args.command is None or args.many is not None:
        vars(args).update({name: value for name, value in _FOR_FILES.items() if name not in args})
        return
    given = [f"--{name.replace('_', '-')}" for name in _FOR_FILES if name in args]
    if given:
        args.parser.error(f"{', '.join(given)} {'needs' if len(given) == 1 else 'need'} --from FILE")


def _parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    root = argparse.ArgumentParser(
        prog="moment", description=PROGRAM_ABOUT, epilog=_EPILOG, formatter_class=_Formatter, allow_abbrev=False
    )
    root.add_argument("--version", action="version", version=f"moment-billing {VERSION}")
    root.set_defaults(command=None, parser=root)
    groups = root.add_subparsers(title="commands", metavar="COMMAND")
    for group in GROUPS:
        under = groups.add_parser(
            group.name, help=group.about, description=group.about, formatter_class=_Formatter, allow_abbrev=False
        )
        under.set_defaults(parser=under)
        commands = under.add_subparsers(title="commands", metavar="COMMAND")
        for command in group.commands:
            _add(commands, group.name, command)
    return root


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Keeps the lines of examples, wraps those of descriptions, and leaves room for options."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=30, width=_WIDTH)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        lines = text.splitlines()
        return "\n".join(textwrap.fill(line, width, initial_indent=indent, subsequent_indent=indent) for line in lines)


def _add(commands: argparse._SubParsersAction[Any], group: str, command: Command) -> None:
    epilog = f"example:\n  {_example(group, command)}"
    if command.many:
        epilog += f"\n  moment {group} {command.name} --from {group}.csv --concurrency 16"
    if command.page:
        epilog += f"\n\ndocumentation page: {command.page}"
    one = commands.add_parser(
        command.name,
        help=command.about.partition("\n")[0],
        description=command.about,
        epilog=epilog,
        formatter_class=_Formatter,
        allow_abbrev=False,
    )
    one.set_defaults(command=command, parser=one, many=None)
    for each in command.inputs:
        _add_input(one, each, optional=command.many)
    if command.operation.body is not None:
        one.add_argument("--json", metavar="FILE", help="take the body from a JSON file, - for standard input")
    if command.operation.idempotency is not None:
        one.add_argument("--idempotency-key", metavar="KEY", help="names this call, so that repeating it does no more")
    if command.operation.paging.parameter:
        one.add_argument("--all", action="store_true", help="every record of every page, one by one")
    if command.many:
        _add_many(one, command)
    _add_common(one)


def _add_input(one: argparse.ArgumentParser, each: Input, *, optional: bool) -> None:
    about = each.about.replace("%", "%%")
    if each.limits:
        about += f" ({'; '.join(each.limits)})".replace("%", "%%")
    if each.location == "path":
        one.add_argument(each.dest, metavar=each.metavar, nargs="?" if optional else None, help=about)
    elif each.location != "whole-body":
        prefix = "required. " if each.required else ""
        one.add_argument(each.option, dest=each.dest, metavar=each.metavar, action="append", help=prefix + about)


def _add_many(one: argparse.ArgumentParser, command: Command) -> None:
    name = command.path_input.name
    about = (
        f"The header of the file names the properties and {name!r}. An empty cell is not sent; a column whose name "
        "begins with _ is passed over. Options above hold for each row whose cell is empty or missing."
    )
    many = one.add_argument_group("for each row of a file", about, argument_default=argparse.SUPPRESS)
    many.add_argument(
        "--from", dest="many", default=None, metavar="FILE", help="a CSV file in UTF-8, - for standard input"
    )
    many.add_argument(
        "--concurrency", type=_count, metavar="N", help=f"rows under way at a time ({_FOR_FILES['concurrency']})"
    )
    many.add_argument("--column", action="append", metavar="NAME=HEADER", help="take a property from the column HEADER")
    many.add_argument("--delimiter", metavar="CHAR", help="what separates the cells (,)")
    many.add_argument("--report", metavar="FILE", help="where failed rows go, with the reason (FILE.failures.csv)")
    many.add_argument("--progress", metavar="FILE", help="what is done already, for the next run (FILE.progress)")
    many.add_argument(
        "--restart", action="store_const", const=True, help="send all rows, also those that an earlier run did"
    )
    many.add_argument(
        "--dry-run", action="store_const", const=True, help="check every row, say what is wrong, and send nothing"
    )


def _add_common(one: argparse.ArgumentParser) -> None:
    common = one.add_argument_group("for every command")
    common.add_argument(
        "--output", choices=("auto", "table", "json"), default="auto", help="auto: a table on a terminal, else JSON"
    )
    common.add_argument("--base-url", metavar="URL", help="where the API is")
    common.add_argument(
        "--timeout",
        type=_seconds,
        default=DEFAULT_TIMEOUT,
        metavar="SECONDS",
        help=f"for each wait, and for a whole body ({DEFAULT_TIMEOUT:g})",
    )
    common.add_argument(
        "--max-retries", type=int, metavar="N", help=f"further attempts ({DEFAULT_MAX_RETRIES}; 5 for a file)"
    )


def _count(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if not 1 <= number <= 1000:
        raise argparse.ArgumentTypeError("must be a whole number from 1 to 1000")
    return number


def _seconds(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number <= 86400:
        raise argparse.ArgumentTypeError("must be a number of seconds, more than 0")
    return number


def _example(group: str, command: Command) -> str:
    words = ["moment", group, command.name]
    for each in command.inputs:
        if each.location == "path":
            words.append(str(each.example))
        elif each.example is not None and each.location != "whole-body":
            pairs = each.example.items() if isinstance(each.example, dict) else ()
            for text in [f"{name}={value}" for name, value in pairs] or [str(each.example)]:
                words += [each.option, text]
    return shlex.join(words)
