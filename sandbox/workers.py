"""Several processes on one port: start them, replace one that dies, stop them together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import traceback
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["supervise"]

_STOP = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
_WATCHED = _STOP | {signal.SIGCHLD}
_SECONDS_MIN = 1.0
"""A worker that gives up sooner is not replaced: the next one would fare no better."""


def supervise(
    count: int,
    listener: socket.socket,
    work: Callable[[int], int],
    command: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
) -> int:
    """Run `work` in each of `count` processes until a signal comes or the command ends; return the status to exit with.

    The processes accept connections from `listener`, which they inherit; this process lets go of it before they stop.

    `work` gets a file descriptor that becomes readable when this process has ended in any way, even by SIGKILL: it
    must end then too, or it would keep the port.

    The caller must have no threads and no event loop: the processes are forks of this one.

    Raises:
        OSError: The command cannot be started.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _WATCHED)
    try:
        return _Workers(listener, work, before).run(count, command, environment or {})
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Workers:
    def __init__(self, listener: socket.socket, work: Callable[[int], int], mask: set[signal.Signals | int]) -> None:
        self._listener = listener
        self._work = work
        self._mask = mask
        self._parent_ended, self._parent_lives = os.pipe()
        self._started: dict[int, float] = {}

    def run(self, count: int, command: Sequence[str], environment: Mapping[str, str]) -> int:
        process = None
        try:
            for _ in range(count):
                self._start()
            if command:
                process = self._run_command(command, environment)
            return self._watch(process)
        finally:
            self._stop(process)

    def _start(self) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid:
            self._started[pid] = time.monotonic()
            return
        status = 1
        try:
            signal.pthread_sigmask(signal.SIG_SETMASK, self._mask)
            os.close(self._parent_lives)
            status = self._work(self._parent_ended)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)

    def _run_command(self, command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        signal.pthread_sigmask(signal.SIG_SETMASK, self._mask)  # the command inherits the mask
        try:
            return subprocess.Popen(command, env={**os.environ, **environment})  # noqa: S603 - the user's own
        finally:
            signal.pthread_sigmask(signal.SIG_BLOCK, _WATCHED)

    def _watch(self, process: subprocess.Popen[bytes] | None) -> int:
        """Wait for what ends the service, and replace workers meanwhile."""
        while True:
            if process and process.poll() is not None:
                return process.returncode if process.returncode >= 0 else 128 - process.returncode
            if not self._replace_dead():
                print("moment-sandbox: a worker failed at its start; giving up", file=sys.stderr)
                return 1
            number = signal.sigwait(_WATCHED)
            if number in _STOP and not process:
                return 0
            if process and number in _STOP - {signal.SIGINT}:
                process.terminate()  # and serve until it ends; Ctrl-C has reached it already

    def _replace_dead(self) -> bool:
        """Start a worker for each that has died; False when one gave up by itself as soon as it was started."""
        for pid in list(self._started):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                lived = time.monotonic() - self._started.pop(pid)
                if os.WIFEXITED(status) and lived < _SECONDS_MIN:
                    return False
                self._start()
        return True

    def _stop(self, process: subprocess.Popen[bytes] | None) -> None:
        self._listener.close()  # or clients could connect to where nobody listens any more
        for pid in self._started:
            os.kill(pid, signal.SIGTERM)
        if process and process.poll() is None:
            process.terminate()
            process.wait()
        for pid in self._started:
            os.waitpid(pid, 0)
        self._started.clear()
