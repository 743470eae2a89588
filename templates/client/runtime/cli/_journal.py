"""What an earlier run did already, so that the next one need not do it again.

A file with one line of JSON, and after it one byte for each row: `1` when it was done. A row counts as done only when
the API has confirmed it, so a run that was killed at any moment at worst sends some rows again. The first line tells
nothing about the key: it holds a hash of all that makes a run the same run (the file, the options, the place and the
key) under a random salt.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from datetime import datetime, timezone
from typing import IO, TYPE_CHECKING, Any

from moment_billing.cli._model import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["Journal", "digest_of"]

_DONE = b"1"


class Journal:
    """The rows that are done.

    Args:
        path: The file; None keeps nothing.
        identity: What makes this run the same as an earlier one.
        restart: Whether to forget the earlier one.

    Attributes:
        done: How many rows an earlier run did.
        begun: When that run began; "" when there was none.
        forgotten: Whether there was one that was of another file, other options, another place or another key.

    Raises:
        UsageError: The file cannot be written, or is something else.
    """

    def __init__(self, path: Path | None, identity: Iterable[str], *, restart: bool = False) -> None:
        self._path = path
        self._file: IO[bytes] | None = None
        self._rows = b""
        self._first = 0
        self.begun = ""
        self.forgotten = False
        if path is None:
            return
        try:
            known = path.exists() and not restart and self._read(path, identity)
            if not known:
                self._begin(path, identity)
            self._file = path.open("r+b", buffering=0)
        except OSError as error:
            raise UsageError(f"cannot write {path}: {error.strerror}; --progress names another file") from None

    @property
    def done(self) -> int:
        """How many rows an earlier run did."""
        return self._rows.count(_DONE)

    @property
    def last(self) -> int:
        """The number of the last row that an earlier run did; -1 when there is none."""
        return self._rows.rfind(_DONE)

    def has(self, number: int) -> bool:
        """Whether an earlier run did this row."""
        return self._rows[number : number + 1] == _DONE

    def add(self, number: int) -> None:
        """This row is done."""
        if self._file is not None:
            self._file.seek(self._first + number)
            self._file.write(_DONE)

    def close(self, *, finished: bool) -> None:
        """Close the file; when every row is done, remove it: the next run is a new one."""
        if self._file is not None and self._path is not None:
            self._file.close()
            if finished:
                self._path.unlink(missing_ok=True)

    def _read(self, path: Path, identity: Iterable[str]) -> bool:
        with path.open("rb") as file:
            try:
                head: dict[str, Any] = json.loads(file.readline(1000))
                salt, known, begun = bytes.fromhex(head["salt"]), str(head["run"]), str(head["begun"])
            except (ValueError, KeyError, TypeError):
                raise UsageError(f"{path} is not a file of progress; --progress names another one") from None
            if not hmac.compare_digest(_hash(salt, identity), known):
                self.forgotten = True
                return False
            self._first = file.tell()
            self._rows = file.read()
        self.begun = begun
        return True

    def _begin(self, path: Path, identity: Iterable[str]) -> None:
        salt = secrets.token_bytes(16)
        begun = datetime.now(timezone.utc).isoformat(timespec="seconds")  # noqa: UP017 - of Python 3.11
        line = json.dumps({"begun": begun, "salt": salt.hex(), "run": _hash(salt, identity)}).encode() + b"\n"
        path.write_bytes(line)
        self._first = len(line)


def _hash(salt: bytes, identity: Iterable[str]) -> str:
    return hmac.new(salt, json.dumps(list(identity)).encode(), hashlib.sha256).hexdigest()


def digest_of(path: Path) -> str:
    """The hash of a file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()
