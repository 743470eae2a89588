"""The contract's examples as a Postman collection (format 2.1), with tests in each request."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from generator.site.chains import steps, with_fresh
from generator.site.examples import IDEMPOTENCY_KEY, as_text

if TYPE_CHECKING:
    from contract import Contract
    from generator.site.chains import Step

__all__ = ["collection"]

_SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"


def collection(contract: Contract) -> dict[str, Any]:
    """A collection that can be run from the top to the bottom; `baseUrl` and `apiKey` are its settings."""
    info = contract.document["info"]
    identity = uuid.uuid5(uuid.NAMESPACE_URL, f"{info['title']} {contract.version}")
    return {
        "info": {
            "_postman_id": str(identity),
            "name": f"{info['title']} {contract.version}",
            "description": info.get("summary", ""),
            "schema": _SCHEMA,
        },
        "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{apiKey}}", "type": "string"}]},
        "variable": [
            {"key": "baseUrl", "value": "http://127.0.0.1:4010", "type": "string"},
            {"key": "apiKey", "value": "", "type": "string"},
        ],
        "item": [_item(step) for step in steps(contract)],
    }


def _item(step: Step) -> dict[str, Any]:
    example = step.example
    summary = str(example.operation.node.get("summary", example.operation.id))
    request: dict[str, Any] = {
        "method": example.operation.method,
        "header": [{"key": name, "value": _header(name, value)} for name, value in example.headers.items()],
        "url": _url(step),
        "description": example.operation.node.get("description", ""),
    }
    if example.body is not None:
        request["header"].append({"key": "Content-Type", "value": example.media})
        body = with_fresh(example.body, step.fresh, "{{$guid}}")
        request["body"] = {
            "mode": "raw",
            "raw": json.dumps(body, indent=2, ensure_ascii=False),
            "options": {"raw": {"language": "json"}},
        }
    return {
        "name": f"{summary}: {example.title}" if example.title else summary,
        "request": request,
        "event": [{"listen": "test", "script": {"type": "text/javascript", "exec": _tests(step)}}],
    }


def _header(name: str, value: Any) -> str:
    return "{{$guid}}" if name == IDEMPOTENCY_KEY else as_text(value)


def _url(step: Step) -> dict[str, Any]:
    example = step.example
    path = [part for part in example.operation.path.split("/") if part]
    query = "&".join(f"{name}={value}" for name, value in example.pairs)
    values = {name: f"{{{{{variable}}}}}" for name, variable in step.variables.items()}
    return {
        "raw": "{{baseUrl}}/" + "/".join(_segment(part) for part in path) + (f"?{query}" if query else ""),
        "host": ["{{baseUrl}}"],
        "path": [_segment(part) for part in path],
        "query": [{"key": name, "value": value} for name, value in example.pairs],
        "variable": [{"key": name, "value": values.get(name, as_text(value))} for name, value in example.path.items()],
    }


def _segment(part: str) -> str:
    return f":{part[1:-1]}" if part.startswith("{") and part.endswith("}") else part


def _tests(step: Step) -> list[str]:
    lines = [f'pm.test("answers {step.status}", () => pm.response.to.have.status({step.status}));']
    if not step.media:
        return lines
    lines.append(
        f'pm.test("answers with {step.media}", () => '
        f'pm.expect(pm.response.headers.get("Content-Type")).to.include({json.dumps(step.media)}));'
    )
    lines.append("const body = pm.response.json();")
    lines += [
        f"pm.test({json.dumps(f'has {name}')}, () => pm.expect(body).to.have.property({json.dumps(name)}));"
        for name in step.required
    ]
    lines += [
        f"pm.test({json.dumps(f'returns the {name} that was sent')}, () => "
        f"pm.expect(body[{json.dumps(name)}]).to.eql({json.dumps(step.example.body[name])}));"
        for name in step.echoed
    ]
    for taken in step.takes:
        path = "".join(f"[{json.dumps(name)}]" for name in taken.path)
        lines.append(f"pm.collectionVariables.set({json.dumps(taken.variable)}, body{path});")
    return lines
