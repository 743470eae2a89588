"""Go through a list page by page. Each page is a call of its own, with its own attempts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from moment_billing._errors import ResponseValidationError
from moment_billing._models import UNSET

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    import httpx

    from moment_billing._engine import AsyncEngine, Engine
    from moment_billing._operations import Call

__all__ = ["AsyncPages", "Pages"]

P = TypeVar("P")
T = TypeVar("T")


class Pages(Generic[P, T]):
    """Every record of a list. Each `for` begins anew, and asks for a page when it needs one."""

    def __init__(self, engine: Engine, call: Call[P]) -> None:
        self._engine = engine
        self._call = call

    def __iter__(self) -> Iterator[T]:
        for page in self.pages():
            yield from _records(self._call, page)

    def pages(self) -> Iterator[P]:
        """The pages themselves."""
        call: Call[P] | None = self._call
        while call is not None:
            response = self._engine.respond(call)
            page = call.operation.decode(response)
            yield page
            call = _next(call, page, response)


class AsyncPages(Generic[P, T]):
    """Every record of a list. Each `async for` begins anew, and asks for a page when it needs one."""

    def __init__(self, engine: AsyncEngine, call: Call[P]) -> None:
        self._engine = engine
        self._call = call

    async def __aiter__(self) -> AsyncIterator[T]:
        async for page in self.pages():
            for record in _records(self._call, page):
                yield record

    async def pages(self) -> AsyncIterator[P]:
        """The pages themselves."""
        call: Call[P] | None = self._call
        while call is not None:
            response = await self._engine.respond(call)
            page = call.operation.decode(response)
            yield page
            call = _next(call, page, response)


def _records(call: Call[Any], page: Any) -> Sequence[Any]:
    records: Sequence[Any] = getattr(page, call.operation.paging.records)
    return records or ()  # a page without records may leave them out


def _next(call: Call[P], page: P, response: httpx.Response) -> Call[P] | None:
    """The call for the next page; None after the last one, whose cursor is absent, null or empty.

    Raises:
        ResponseValidationError: The next page is said to be this one, so the list would never end.
    """
    paging = call.operation.paging
    cursor: Any = page
    for name in paging.cursor:
        cursor = getattr(cursor, name, None)
    if cursor in (UNSET, None, ""):
        return None
    following = call.with_query({paging.parameter: cursor})
    if following.query == call.query:
        raise ResponseValidationError("the API names the same page as its own next one, again and again", response)
    return following
