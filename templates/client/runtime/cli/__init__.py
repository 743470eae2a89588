"""The command line `moment`: every operation of the contract as a command.

It needs the extra `moment-billing[cli]`. Results go to standard output, as a table on a terminal and as JSON otherwise;
everything else goes to standard error. Exit codes: 0 done, 1 the API said no or did not answer, 2 not usable as given,
130 interrupted.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out a command and return its exit code.

    Args:
        arguments: The words after `moment`; by default, those of this process.
    """
    _open_closed_streams()
    if importlib.util.find_spec("rich") is None:
        sys.stderr.write("moment: the command line needs its extra: pip install 'moment-billing[cli]'\n")
        return 2
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # Nobody reads on; Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("moment: interrupted\n")
        return INTERRUPTED
    return code


def _open_closed_streams() -> None:
    """What a shell closed (`>&-`) is None to Python: it is empty, or takes whatever is written and keeps nothing."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: PTH123, SIM115 - as long as the process


def _run(arguments: Sequence[str] | None) -> int:
    # Only here, so that the message about the extra comes first, and fast.
    from moment_billing._errors import MomentError, RequestValidationError  # noqa: PLC0415
    from moment_billing.cli._arguments import parse  # noqa: PLC0415
    from moment_billing.cli._bulk import call_many  # noqa: PLC0415
    from moment_billing.cli._call import call_once  # noqa: PLC0415
    from moment_billing.cli._model import UsageError  # noqa: PLC0415
    from moment_billing.cli._show import complain, explain  # noqa: PLC0415

    args = parse(arguments)
    if args.command is None:
        args.parser.print_help(sys.stderr)
        return 2
    try:
        if args.many is not None:
            return call_many(args.command, args)
        call_once(args.command, args)
    except UsageError as error:
        complain(error.message, error.details)
        return 2
    except MomentError as error:
        complain(*explain(error, args.command))
        return 2 if isinstance(error, RequestValidationError) else 1
    except BrokenPipeError:
        raise
    except OSError as error:
        complain(str(error))
        return 1
    return 0
