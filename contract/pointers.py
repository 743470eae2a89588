"""JSON pointers (RFC 6901), the way to name a place in a document."""

from __future__ import annotations

__all__ = ["escape", "tokens"]


def escape(token: str) -> str:
    """One reference token of a JSON pointer (RFC 6901, section 3)."""
    return token.replace("~", "~0").replace("/", "~1")


def tokens(pointer: str) -> list[str]:
    """The reference tokens of a JSON pointer, or of a reference such as `#/components/schemas/Customer`."""
    pointer = pointer.removeprefix("#")
    if not pointer:
        return []
    if not pointer.startswith("/"):
        message = f"{pointer!r} is not a JSON pointer: it must be empty or begin with '/'"
        raise ValueError(message)
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer[1:].split("/")]
