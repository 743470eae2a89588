"""Run pieces of work side by side in one thread, and ask the database once for what all of them look up.

Asking PostgreSQL takes a hundred times as long as reading its answer. A piece of work is written as if it were alone;
it is a greenlet, and where it looks something up it is left until every other one has come that far.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from greenlet import getcurrent, greenlet

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Connection

__all__ = ["Outcome", "Question", "ask", "in_turn", "together"]

Outcome: TypeAlias = tuple[Any, Exception | None]
"""The result of a piece of work, or what it raised."""


class Question(NamedTuple):
    """What a piece of work looks up, over which connection, and what finds that for several keys at once."""

    find: Callable[[Connection, Sequence[Any]], Mapping[Any, Any]]
    connection: Connection
    key: Any


class _Piece(greenlet):
    """A piece of work that is run by `together`."""


def ask(question: Question) -> Any:
    """What is found for a key; within `together`, found with what others ask for."""
    piece = getcurrent()
    if isinstance(piece, _Piece) and piece.parent:
        return piece.parent.switch(question)
    return question.find(question.connection, [question.key])[question.key]


def in_turn(works: Sequence[Callable[[], Any]]) -> list[Outcome]:
    """The outcomes of pieces of work that are done one after the other."""
    return [_outcome(work) for work in works]


def together(works: Sequence[Callable[[], Any]]) -> list[Outcome]:
    """The outcomes of pieces of work that are done side by side."""
    pieces = [_Piece(partial(_outcome, work)) for work in works]
    said: dict[_Piece, Any] = {piece: piece.switch() for piece in pieces}
    while asking := {piece: question for piece, question in said.items() if not piece.dead}:
        for group in _groups(asking).values():
            said.update(_answered(group))
    return [said[piece] for piece in pieces]


def _outcome(work: Callable[[], Any]) -> Outcome:
    try:
        return work(), None
    except Exception as error:
        return None, error


def _groups(asking: Mapping[_Piece, Question]) -> Mapping[Any, Mapping[_Piece, Question]]:
    groups: dict[Any, dict[_Piece, Question]] = {}
    for piece, question in asking.items():
        groups.setdefault((question.find, question.connection), {})[piece] = question
    return groups


def _answered(asking: Mapping[_Piece, Question]) -> dict[_Piece, Any]:
    """What each piece says next: another question, or its outcome."""
    find, connection, _ = next(iter(asking.values()))
    try:
        found = find(connection, [question.key for question in asking.values()])
    except Exception as error:
        return {piece: piece.throw(error) for piece in asking}
    return {piece: piece.switch(found[question.key]) for piece, question in asking.items()}
