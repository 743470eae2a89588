"""Fresh references and idempotency keys, the same ones under the same seed, and recognisable on the server."""

from __future__ import annotations

import hashlib
import random
import uuid
from typing import Final

__all__ = ["PREFIX", "Names"]

PREFIX: Final = "conformance-"
"""Every customer that the suite creates has a reference that begins with this."""


class Names:
    """A source of names that no other run and no other check draws.

    Args:
        seed: The seed of the run.
        attempt: Counts up until the server knows no name of this source, so that a run can be repeated on one server.
        shard: Which of several runners this one is.
    """

    def __init__(self, seed: int, attempt: int = 0, shard: int = 1, scope: str = "") -> None:
        self._identity = (seed, attempt, shard)
        digest = hashlib.sha256(repr((*self._identity, "names")).encode()).hexdigest()
        self.run = f"{PREFIX}{digest[:8]}-"
        self.prefix = f"{self.run}{hashlib.sha256(scope.encode()).hexdigest()[:5]}-" if scope else self.run
        self.random = random.Random(repr((*self._identity, scope)))  # noqa: S311 - for tests, not for secrets
        self._count = 0

    def within(self, scope: str) -> Names:
        """A source for one check: what it draws does not depend on what other checks draw."""
        return Names(*self._identity, scope)

    def reference(self) -> str:
        """An external reference that is not taken."""
        self._count += 1
        return f"{self.prefix}{self._count}"

    def key(self) -> str:
        """An idempotency key that was never used: a random UUID."""
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))
