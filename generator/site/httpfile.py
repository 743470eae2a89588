"""The contract's examples as an HTTP file with tests, as editors run it (JetBrains HTTP client, httpYac)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from generator.site.chains import steps, with_fresh
from generator.site.examples import IDEMPOTENCY_KEY, as_text

if TYPE_CHECKING:
    from contract import Contract
    from generator.site.chains import Step

__all__ = ["http_file"]

_FRESH = "{{$random.uuid}}"


def http_file(contract: Contract) -> str:
    """A file that can be run from the top to the bottom against any server."""
    info = contract.document["info"]
    head = (
        f"# {info['title']} {contract.version}\n"
        "# Set the key that your sandbox printed, then run the requests from the top to the bottom.\n\n"
        "@baseUrl = http://127.0.0.1:4010\n"
        "@apiKey = sk_test_example\n"
    )
    return "\n".join([head, *(_request(step) for step in steps(contract))])


def _request(step: Step) -> str:
    example = step.example
    summary = str(example.operation.node.get("summary", example.operation.id))
    lines = [
        f"### {summary}: {example.title}" if example.title else f"### {summary}",
        f"{example.operation.method} {{{{baseUrl}}}}{_target(step)}",
        "Authorization: Bearer {{apiKey}}",
    ]
    lines += [
        f"{name}: {_FRESH if name == IDEMPOTENCY_KEY else as_text(value)}" for name, value in example.headers.items()
    ]
    if example.body is not None:
        body = with_fresh(example.body, step.fresh, _FRESH)
        lines += [f"Content-Type: {example.media}", "", json.dumps(body, indent=2, ensure_ascii=False)]
    return "\n".join([*lines, "", "> {%", *(f"  {line}" for line in _tests(step)), "%}", ""])


def _target(step: Step) -> str:
    """The target of the example, with variables in place of the values that earlier answers gave."""
    return step.example.filled({name: f"{{{{{variable}}}}}" for name, variable in step.variables.items()})


def _tests(step: Step) -> list[str]:
    lines = [_test(f"answers {step.status}", f"response.status === {step.status}")]
    if not step.media:
        return lines
    lines.append(_test(f"answers with {step.media}", f"response.contentType.mimeType === {json.dumps(step.media)}"))
    lines += [_test(f"has {name}", f"{json.dumps(name)} in response.body") for name in step.required]
    lines += [
        _test(
            f"returns the {name} that was sent",
            f"response.body[{json.dumps(name)}] === {json.dumps(step.example.body[name])}",
        )
        for name in step.echoed
    ]
    for taken in step.takes:
        path = "".join(f"[{json.dumps(name)}]" for name in taken.path)
        lines.append(f"client.global.set({json.dumps(taken.variable)}, response.body{path});")
    return lines


def _test(name: str, condition: str) -> str:
    return f"client.test({json.dumps(name)}, () => client.assert({condition}, {json.dumps(f'not so: {name}')}));"
