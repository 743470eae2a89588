"""What to say to whoever starts a sandbox or looks at it: where it is, which keys work, what to try."""

from __future__ import annotations

import json
from shlex import quote
from textwrap import indent
from typing import TYPE_CHECKING

from sandbox.idempotency import KEY_HEADER
from sandbox.merchants import FIRST_MERCHANTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contract import Contract
    from sandbox.database import Database

__all__ = ["advice", "first_calls", "greeting"]


def greeting(contract: Contract, url: str, keys: Sequence[str], database: Database) -> str:
    """What a start says; `keys` are the first ones, if they were just made."""
    if not keys:
        command = f"moment-sandbox keys create {FIRST_MERCHANTS[0]} --database {quote(str(database))}"
        return f"Sandbox on {url}\n\nIts database has keys already. To make another:\n  {command}"
    create, _ = first_calls(contract, url, f"'Authorization: Bearer {keys[0]}'")
    return (
        f"Sandbox on {url}\n\n"
        f"  secret key of one merchant       {keys[0]}\n"
        f"  secret key of another merchant   {keys[1]}\n"
        f"  public key of the first          {keys[2]}\n\n"
        f"Try:\n{indent(create, '  ')}\n\n"
        f"Stop with Ctrl-C."
    )


def advice(database: Database) -> str:
    """How to get a key, for whoever looks at the page, who need not know where the database is."""
    if database.in_memory:
        return "Those of this sandbox were printed when it was started, and a new start makes new ones."
    command = "moment-sandbox keys create MERCHANT --database URL"
    return f"`{command}` makes one, with the URL of the database that this sandbox was started with."


def first_calls(contract: Contract, url: str, authorization: str) -> tuple[str, str]:
    """Commands that create the customer of the contract's first example, and retrieve it.

    `authorization` is that header, quoted for a shell.
    """
    create, retrieve = contract.operation("createCustomer"), contract.operation("retrieveCustomer")
    media = create.body[0]
    example, _ = contract.resolve(next(iter(media.node.get("examples", {}).values()), {}))
    value = example.get("value")  # none when it stands in a file of its own
    customer = {"external_reference": "INV-2024-001", **(value if isinstance(value, dict) else {})}
    body = json.dumps(customer, ensure_ascii=False)
    command = (
        f"curl {url}{create.path} \\\n"
        f"  -H {authorization} \\\n"
        f"  -H '{KEY_HEADER}: first-try' -H 'Content-Type: {media.type}' \\\n"
        f"  -d {quote(body)}"
    )
    path = retrieve.path.replace("{customer}", str(customer["external_reference"]))
    return command, f"curl {url}{path} -H {authorization}"
