"""What a handler gets: everything that the contract says about the request has been checked before it is called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection

    from sandbox.keys import Caller
    from sandbox.routes import Route

__all__ = ["Call", "Handler"]


@dataclass(frozen=True)
class Call:
    """A valid request to an operation, within a transaction.

    Attributes:
        route: The operation.
        connection: The transaction; plain reading where the method is safe.
        caller: Who sent the request.
        path: The path parameters.
        inputs: The query, header and cookie parameters that were given.
        body: The body, or None.
    """

    route: Route
    connection: Connection
    caller: Caller
    path: Mapping[str, Any]
    inputs: Mapping[str, Any]
    body: Any

    @property
    def fields(self) -> dict[str, Any]:
        """The members of the body that the contract names. Others are ignored: they mean nothing here."""
        members = self.body if isinstance(self.body, dict) else {}  # a contract may not require one
        return {name: members[name] for name in self.route.fields if name in members}


Handler: TypeAlias = "Callable[[Call], str]"
"""Does an operation and returns the answer's JSON text; refuses by raising Refusal."""
