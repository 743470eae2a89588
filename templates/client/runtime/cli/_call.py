"""Make one call of what the command line was given, and send it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moment_billing._client import Moment
from moment_billing._errors import MomentError
from moment_billing._models import UNSET
from moment_billing._pages import Pages
from moment_billing._settings import DEFAULT_MAX_RETRIES
from moment_billing.cli._model import UsageError
from moment_billing.cli._show import result
from moment_billing.cli._values import read_option

if TYPE_CHECKING:
    from argparse import Namespace

    from moment_billing.cli._model import Command

__all__ = ["call_once", "given", "require_key"]


def call_once(command: Command, args: Namespace) -> None:
    """Send one call and show its result, or with `--all` each record of each page as it arrives.

    Raises:
        UsageError: Something is missing, or cannot be read.
        MomentError: The request breaks the contract, the API said no, or it did not answer.
    """
    values, fields = given(command, args)
    _refuse_missing(command, values)
    body = _body(command, args, fields)
    key = getattr(args, "idempotency_key", None)
    call = command.operation.call(values, body, key=key)
    with _client(args) as moment:
        engine = moment._engine  # noqa: SLF001 - the same package
        if not getattr(args, "all", False):
            result(engine.send(call), args.output)
            return
        pages: Pages[Any, Any] = Pages(engine, call)
        for record in pages:
            result(record, args.output)


def given(command: Command, args: Namespace) -> tuple[dict[str, Any], dict[str, Any]]:
    """The parameters and the fields of the body that options were given for.

    Raises:
        UsageError: A pair has no `=`; all of them are named.
    """
    values: dict[str, Any] = {}
    fields: dict[str, Any] = {}
    wrong = []
    for each in command.inputs:
        texts = getattr(args, each.dest, None)
        if texts is None:
            continue
        try:
            value = read_option(each.kind, [texts] if isinstance(texts, str) else texts)
        except ValueError as error:
            wrong.append(f"{each.shown}: {error}")
        else:
            (fields if each.location == "body" else values)[each.name] = value
    if wrong:
        raise UsageError("some values cannot be read; nothing was sent", tuple(wrong))
    return values, fields


def _refuse_missing(command: Command, values: dict[str, Any]) -> None:
    missing = [
        each.shown
        for each in command.inputs
        if each.required and each.location in {"path", "query", "header"} and each.name not in values
    ]
    if missing:
        hint = " (or --from FILE)" if command.many else ""
        raise UsageError(f"{', '.join(missing)} must be given{hint}")


def _body(command: Command, args: Namespace, fields: dict[str, Any]) -> Any:
    """The body; options win over the members of the file."""
    if command.operation.body is None:
        return UNSET
    if args.json is None:
        if not fields and command.operation.body_required:
            options = ", ".join(each.option for each in command.properties)
            raise UsageError(f"there is nothing to send: give --json FILE{options and ', or some of ' + options}")
        return fields or UNSET
    body = _read_json(args.json)
    if not command.properties:
        return body
    if not isinstance(body, dict):
        raise UsageError(f"--json: {args.json} must hold a JSON object")
    return {**body, **fields}


def _read_json(name: str) -> Any:
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise UsageError(f"--json: cannot read {name}: {error.strerror}") from None
    try:
        return json.loads(data)
    except ValueError as error:
        raise UsageError(f"--json: {name} is not JSON: {error}") from None
    except RecursionError:
        raise UsageError(f"--json: {name} is nested too deeply") from None


def require_key() -> None:
    """See that there is a key.

    Raises:
        UsageError: There is none.
    """
    if not os.environ.get("MOMENT_API_KEY"):
        raise UsageError("there is no API key: set the environment variable MOMENT_API_KEY")


def _client(args: Namespace) -> Moment:
    retries = DEFAULT_MAX_RETRIES if args.max_retries is None else args.max_retries
    require_key()
    try:
        return Moment(base_url=args.base_url, timeout=args.timeout, max_retries=retries)
    except MomentError as error:
        raise UsageError(error.message) from None
