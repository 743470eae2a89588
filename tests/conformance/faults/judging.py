"""Judge one server of the corpus: its claim alone and in this process, or everything over a socket."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from multiprocessing import Pipe, get_context
from typing import TYPE_CHECKING, Literal

import httpx
import uvicorn

from conformance.runner import judge
from conformance.settings import Settings
from conformance.subject import Subject
from conformance.verdict import State, Verdict
from sandbox.app import Application
from sandbox.database import Database
from sandbox.merchants import first_keys
from sandbox.migrations import migrate
from sandbox.serving import base_url, listen
from tests.conformance.faults import FAULTS, VARIANTS
from tests.conformance.faults.server import Switched

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

    from tests.conformance.faults.corpus import Fault

__all__ = ["Judged", "judge_claim", "judge_over_http", "judge_whole", "serving", "subject"]


@cache
def subject() -> Subject:
    """What all are judged by, read once."""
    return Subject()


@dataclass(frozen=True)
class Judged:
    """What became of a server of the corpus."""

    fault: Fault
    verdict: Verdict
    seconds: float

    @property
    def accused(self) -> list[str]:
        """The claims that the server was found to break, warnings included."""
        return [result.claim.id for result in self.verdict.of(State.FAIL, State.WARNING)]

    @property
    def is_found(self) -> bool:
        """Whether the very claim was found broken."""
        return self.fault.claim in self.accused

    @property
    def why(self) -> str:
        """What the server was accused of, for a person."""
        results = self.verdict.of(State.FAIL, State.WARNING, State.ERROR)
        told = [f"{one.claim.id}: {one.shown.message if one.shown else one.note}" for one in results]
        return self.verdict.refusal or "; ".join(told) or "nothing"


def judge_claim(fault: Fault, seed: int = 1) -> Judged:
    """Judge a faulty server by the checks of its claim, until one finds it, without a network."""
    return _judge(fault, seed, (fault.claim,), fail_fast=True)


def judge_whole(fault: Fault, seed: int = 1, claims: tuple[str, ...] = ()) -> Judged:
    """Judge a server by every check, or by those of some claims, without a network and without generated requests."""
    return _judge(fault, seed, claims)


def judge_over_http(index: int, seed: int = 1) -> Judged:
    """Judge a server of the corpus by everything, generated requests included, in a process of its own."""
    fault = (FAULTS + VARIANTS)[index]
    started = time.perf_counter()
    with serving(fault) as (url, own, other, public):
        verdict = judge(Settings(url, own, other, public, seed=seed), subject())
    return Judged(fault, verdict, time.perf_counter() - started)


@contextmanager
def serving(fault: Fault) -> Iterator[tuple[str, str, str, str]]:
    """Serve a server of the corpus in a process of its own; gives its URL and its three keys."""
    here, there = Pipe()
    server = get_context("fork").Process(target=_serve, args=(fault, there), daemon=True)
    server.start()
    try:
        yield here.recv()
    finally:
        server.terminate()
        server.join(10)


def _judge(fault: Fault, seed: int, claims: tuple[str, ...], *, fail_fast: bool = False) -> Judged:
    started = time.perf_counter()
    with _sandbox() as (database, keys):
        switched = Switched(Application(subject().contract, database, access_log=False), fault.switch)
        own, other, public = keys
        level: Literal["must", "should"] = "should" if fail_fast else "must"
        settings = Settings(
            "http://faulty.example", own, other, public, level=level, claims=claims, fail_fast=fail_fast, seed=seed
        )
        verdict = judge(settings, subject(), transport=httpx.ASGITransport(switched))
    return Judged(fault, verdict, time.perf_counter() - started)


def _serve(fault: Fault, parent: Connection) -> None:
    """Serve until the process is ended; tell the URL and the keys."""
    with _sandbox() as (database, keys):
        switched = Switched(Application(subject().contract, database, access_log=False), fault.switch)
        listener = listen("127.0.0.1", 0)
        parent.send((base_url(listener), *keys))
        uvicorn.Server(uvicorn.Config(switched, ws="none", lifespan="off", log_config=None)).run(sockets=[listener])


@contextmanager
def _sandbox() -> Iterator[tuple[Database, list[str]]]:
    database = Database("sqlite://")
    try:
        migrate(database)
        yield database, database.write(lambda connection: first_keys(connection, renew=False))
    finally:
        database.close()
