"""Samples that a partner can copy and run: each example of the contract for curl, for the Python client and for httpx.

They read the address and the key from the environment (`MOMENT_BASE_URL`, `MOMENT_API_KEY`), so that the same lines
work with the sandbox and with the API.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from generator.site.examples import IDEMPOTENCY_KEY, as_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from generator.site.examples import Example

__all__ = ["Call", "Sample", "samples"]


@dataclass(frozen=True)
class Call:
    """How the Python client names an operation.

    Attributes:
        resource: The resource that has the method.
        method: The method.
        keywords: Its arguments, by where they go and their name in the contract: `("body", "name")`.
        result: A name for what it returns, or "" when that is nothing.
    """

    resource: str
    method: str
    keywords: Mapping[tuple[str, str], str]
    result: str


class Sample(NamedTuple):
    """An example in one language: the title of its tab, the name of its syntax, and the source."""

    title: str
    language: str
    source: str


def samples(example: Example, call: Call) -> tuple[Sample, ...]:
    """An example in every language of the site."""
    return (
        Sample("curl", "sh", curl(example)),
        Sample("Python client", "python", client(example, call)),
        Sample("httpx", "python", httpx(example)),
    )


def curl(example: Example) -> str:
    """A call of curl, one option a line."""
    method = example.operation.method
    lines = [f'curl "$MOMENT_BASE_URL{_in_double_quotes(example.target)}"']
    if method not in {"GET", "POST"} or (method == "POST" and example.body is None):
        lines.append(f"-X {method}")
    lines.append('-H "Authorization: Bearer $MOMENT_API_KEY"')
    for name, value in example.headers.items():
        shown = "$(uuidgen)" if name == IDEMPOTENCY_KEY else _in_double_quotes(as_text(value))
        lines.append(f'-H "{name}: {shown}"')
    if example.body is not None:
        lines.append(f'-H "Content-Type: {example.media}"')
        lines.append(f"-d {_in_single_quotes(json.dumps(example.body, indent=2, ensure_ascii=False))}")
    return " \\\n  ".join(lines) + "\n"


def client(example: Example, call: Call) -> str:
    """A call of the Python client."""
    arguments = list(_arguments(example, call))
    inline = ", ".join(arguments)
    given = inline if len(arguments) < 3 and "\n" not in inline else "\n    " + ",\n    ".join(arguments) + ",\n"
    made = f"moment.{call.resource}.{call.method}({given})\n"
    shown = f"{call.result} = {made}print({call.result})\n" if call.result else made
    return f"from moment_billing import Moment\n\nmoment = Moment()\n{shown}"


def _arguments(example: Example, call: Call) -> Iterator[str]:
    """The arguments of the client's call: those of the path by position, the others by name."""
    yield from (_literal(value, 0) for value in example.path.values())
    headers = {name: value for name, value in example.headers.items() if name != IDEMPOTENCY_KEY}
    for location, values in (("query", example.query), ("header", headers), ("body", _fields(example.body))):
        yield from (
            f"{call.keywords.get((location, name), name)}={_literal(value, 4)}" for name, value in values.items()
        )
    if example.body is not None and not isinstance(example.body, dict):
        yield f"body={_literal(example.body, 4)}"


def _fields(body: Any) -> dict[str, Any]:
    return body if isinstance(body, dict) else {}


def httpx(example: Example) -> str:
    """The request with httpx alone."""
    fresh = any(name == IDEMPOTENCY_KEY for name in example.headers)
    headers = ['"Authorization": f"Bearer {os.environ[\'MOMENT_API_KEY\']}"']
    for name, value in example.headers.items():
        headers.append(
            f"{json.dumps(name)}: {'str(uuid.uuid4())' if name == IDEMPOTENCY_KEY else json.dumps(as_text(value))}"
        )
    held = (
        f"{{{headers[0]}}}"
        if len(headers) == 1
        else "{\n" + "".join(f"        {item},\n" for item in headers) + "    }"
    )
    target = json.dumps(example.target)
    arguments = [f'os.environ["MOMENT_BASE_URL"] + {target}', f"headers={held}"]
    if example.body is not None:
        arguments.append(f"json={_literal(example.body, 4)}")
    lines = "".join(f"    {argument},\n" for argument in arguments)
    return (
        f"import os\n{'import uuid' + chr(10) if fresh else ''}\nimport httpx\n\n"
        f"response = httpx.{example.operation.method.lower()}(\n{lines})\n"
        "response.raise_for_status()\n"
        f"print({'response.json()' if example.is_answered else 'response.status_code'})\n"
    )


def _in_double_quotes(text: str) -> str:
    return "".join(f"\\{char}" if char in '"\\$`' else char for char in text)


def _in_single_quotes(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _literal(value: Any, indent: int) -> str:
    """A JSON value as Python writes it, with double quotes; objects one property a line."""
    if isinstance(value, dict):
        return _container(
            "{}", [f"{_literal(key, 0)}: {_literal(item, indent + 4)}" for key, item in value.items()], indent
        )
    if isinstance(value, list):
        return _container("[]", [_literal(item, indent + 4) for item in value], indent)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def _container(brackets: str, items: list[str], indent: int) -> str:
    """Short values in one line; several pairs, or items of several lines, one a line."""
    inline = f"{brackets[0]}{', '.join(items)}{brackets[1]}"
    if "\n" not in inline and (len(items) < 2 or (brackets == "[]" and len(inline) < 60)):
        return inline
    pad = " " * indent
    return f"{brackets[0]}\n" + "".join(f"{pad}    {item},\n" for item in items) + pad + brackets[1]
