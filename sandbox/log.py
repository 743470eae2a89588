"""What goes to standard error while the sandbox serves: lines of JSON, for requests and for failures alike."""

from __future__ import annotations

import json
import logging
import os
import re
import select
import sys
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["log_failures", "redacted", "write_lines"]

# Wherever a text has a key: behind `%20` or `\n` as well. Only what is short and not for tests must begin as a word,
# as `risk_factor` holds no key.
_KEY = re.compile(r"([sp]k_test_(?=\w{4})|[sp]k_(?=\w{20})|\b[sp]k_(?=\w{4}))\w+", re.ASCII)


def redacted(text: str) -> str:
    """A text with everything that looks like an API key cut to its prefix."""
    return _KEY.sub(r"\1…", text) if "k_" in text else text


def write_lines(lines: Iterable[str]) -> None:
    """Write lines, many at a time, but never so many that those of another process can come in between."""
    block = b""
    for line in lines:
        data = line.encode()
        if len(block) + len(data) > select.PIPE_BUF:
            _write(block)
            block = b""
        block += data
    _write(block)


def _write(block: bytes) -> None:
    with suppress(OSError):  # nobody reads, or the disk is full: no reason to stop serving
        os.write(sys.stderr.fileno(), block)


def log_failures() -> None:
    """Let whatever fails be written like this. What clients do wrong is no failure of the sandbox."""
    logging.getLogger().handlers = [_Handler()]
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)


class _Handler(logging.Handler):
    """Writes a record as a line of JSON."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record."""
        members = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "message": redacted(record.getMessage().strip()),
        }
        if record.exc_info:
            members["traceback"] = redacted(logging.Formatter().formatException(record.exc_info))
        write_lines([json.dumps(members) + "\n"])
