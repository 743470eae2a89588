"""The options of the command, and the settings that they ask for."""

from __future__ import annotations

import argparse
import os
import random
from pathlib import Path

from conformance.settings import KEY_VARIABLES, Settings, UsageError

__all__ = ["merge_parser", "parser", "settings"]

_KEYS = {
    "api_key": "secret key of a merchant",
    "other_api_key": "secret key of another merchant",
    "public_api_key": "public key of the first merchant",
}


def parser() -> argparse.ArgumentParser:
    """The parser of the command itself."""
    made = argparse.ArgumentParser(
        prog="moment-conformance",
        description="Judge a running server of the customer endpoints against the documentation, claim by claim.",
        epilog="Exit status: 0 it conforms, 1 it does not, 2 it could not be judged. "
        "`moment-conformance merge DIR ... --report DIR` merges the reports of several runners.",
    )
    url = os.environ.get("MOMENT_BASE_URL", "")
    made.add_argument("url", nargs="?", metavar="URL", default=url, help="the server (default: $MOMENT_BASE_URL)")
    for name, what in _KEYS.items():
        option, variable = f"--{name.replace('_', '-')}", KEY_VARIABLES[name]
        default = os.environ.get(variable, "")
        made.add_argument(option, metavar="KEY", default=default, help=f"{what} (default: ${variable})")
    _add_scope(made)
    _add_limits(made)
    made.add_argument("--report", type=Path, metavar="DIR", help="write report.json, junit.xml, report.html and more")
    return made


def _add_scope(made: argparse.ArgumentParser) -> None:
    made.add_argument("--customer", metavar="REF", default="", help="id or reference of a customer that exists")
    made.add_argument("--spec", type=Path, metavar="FILE", help="the contract to judge by (default: this project's)")
    made.add_argument(
        "--level", choices=("must", "should"), default="must", help="which claims decide (default: %(default)s)"
    )
    made.add_argument("--claim", action="append", default=[], metavar="ID", help="judge this claim only; repeatable")
    made.add_argument("--read-only", action="store_true", help="send nothing but GETs; needs --customer")
    made.add_argument("--list", action="store_true", help="list the claims and their checks, and exit")


def _add_limits(made: argparse.ArgumentParser) -> None:
    made.add_argument("--max-time", type=float, default=60.0, metavar="S", help="verdict after S seconds (default: 60)")
    made.add_argument("--rate", type=_rate, default=0.0, metavar="N/s", help="requests a second (default: no limit)")
    made.add_argument("--workers", type=int, default=0, metavar="N", help="checks at once (default: by latency)")
    made.add_argument("--seed", type=int, metavar="N", help="repeat the run of this seed (default: a new one)")
    made.add_argument("--fail-fast", action="store_true", help="stop at the first claim that is broken")
    made.add_argument("--no-generated", action="store_true", help="send only what the checks send")
    made.add_argument("--shard", type=_shard, default=(1, 1), metavar="I/N", help="run the Ith of N parts")
    made.add_argument("--examples", default="", metavar="URL", help="share found examples in a Redis database")


def merge_parser() -> argparse.ArgumentParser:
    """The parser of `moment-conformance merge`."""
    made = argparse.ArgumentParser(
        prog="moment-conformance merge", description="Merge the reports of several runners into one."
    )
    made.add_argument("reports", nargs="+", type=Path, metavar="DIR", help="folder of a report, or its report.json")
    made.add_argument("--report", type=Path, required=True, metavar="DIR", help="where to write the merged report")
    return made


def settings(options: argparse.Namespace) -> Settings:
    """The settings that the options ask for.

    Raises:
        UsageError: They make no sense.
    """
    if not options.url:
        raise UsageError("no server: give a URL, or set MOMENT_BASE_URL")
    seed = random.SystemRandom().randrange(1_000_000) if options.seed is None else options.seed
    names = ["url", "api_key", "other_api_key", "public_api_key", "customer", "spec", "level", "read_only", "max_time"]
    names += ["rate", "workers", "fail_fast", "shard", "report", "examples"]
    given = {name: getattr(options, name) for name in names}
    return Settings(**given, claims=tuple(options.claim), seed=seed, generated=not options.no_generated)


def _shard(text: str) -> tuple[int, int]:
    part, slash, parts = text.partition("/")
    if not (slash and part.isdecimal() and parts.isdecimal()):
        raise argparse.ArgumentTypeError("write I/N, such as 2/4")
    return int(part), int(parts)


def _rate(text: str) -> float:
    try:
        return float(text.removesuffix("/s"))
    except ValueError:
        raise argparse.ArgumentTypeError("write a number of requests a second, such as 20 or 20/s") from None
