"""The pages of the operations: what is sent, what comes back, what can go wrong, and samples."""

from __future__ import annotations

import json
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from contract.pointers import tokens
from generator.site.backing import Backing
from generator.site.examples import examples, query_string, shown
from generator.site.links import Links, operation_path
from generator.site.markdown import slug
from generator.site.pages import Page, first_sentence
from generator.site.reference import Fields
from generator.site.samples import samples
from generator.site.terms import code

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from contract import Contract, Operation, Response
    from contract.ledger import Claim
    from generator.site.samples import Call

__all__ = ["operation_pages", "problems"]


def operation_pages(contract: Contract, claims: Sequence[Claim], calls: Mapping[str, Call]) -> tuple[Page, ...]:
    """A page for each operation; `calls` says how the client names it."""
    backing = Backing(tuple(claims))
    return tuple(
        Page(
            path=operation_path(operation.id),
            title=str(operation.node.get("summary", operation.id)),
            summary=first_sentence(str(operation.node.get("description", ""))),
            template="operation",
            context=_operation_context(contract, operation, backing, calls[operation.id]),
            badge=operation.method,
        )
        for operation in contract.operations
    )


def problems(contract: Contract) -> list[dict[str, Any]]:
    """Each error that some operation documents, once, in the order of the statuses."""
    found = {
        response.status: _problem(contract, response)
        for operation in contract.operations
        for response in operation.responses.values()
        if not _is_success(response)
    }
    return [found[status] for status in sorted(found)]


def _operation_context(
    contract: Contract, operation: Operation, backing: Backing, call: Call
) -> Callable[[Links], Mapping[str, Any]]:
    def context(links: Links) -> Mapping[str, Any]:
        fields = Fields(contract, links.schema)
        return {
            "operation": operation,
            "backing": backing,
            "description": operation.node.get("description", ""),
            "deprecated": operation.node.get("deprecated", False),
            "idempotent": operation.node.get("x-idempotent", ""),
            "groups": _parameter_groups(contract, operation, fields),
            "body": _body(contract, operation, fields),
            "answers": [
                _answer(contract, response, fields)
                for response in operation.responses.values()
                if _is_success(response)
            ],
            "errors": [
                _problem(contract, response) for response in operation.responses.values() if not _is_success(response)
            ],
            "samples": [(example, samples(example, call)) for example in examples(contract, operation)],
            "follow_ups": list(_follow_ups(contract, operation, links)),
            "problem_schema": _problem_schema(operation),
            "security": _security(contract, operation),
            "console_link": _console_link(operation, links),
        }

    return context


def _parameter_groups(contract: Contract, operation: Operation, fields: Fields) -> list[tuple[str, str, list[Any]]]:
    titles = {"path": "Path parameters", "query": "Query parameters", "header": "Headers", "cookie": "Cookies"}
    groups = []
    for location, title in titles.items():
        found = [
            _carried(contract, parameter.node, parameter.pointer, parameter.name, fields)
            for parameter in operation.parameters
            if parameter.location == location
        ]
        if found:
            groups.append((slug(title), title, found))
    return groups


def _carried(contract: Contract, node: Mapping[str, Any], pointer: str, name: str, fields: Fields) -> dict[str, Any]:
    """A parameter or a header: the field for its schema, with its own description and examples."""
    required_at = f"{pointer}/required" if node.get("required") else ""
    field = fields.field(node.get("schema", {}), f"{pointer}/schema", name, required_at=required_at)
    values = [node["example"]] if "example" in node else []
    for item in node.get("examples", {}).values():
        example, _ = contract.resolve(item)
        values += [example["value"]] if "value" in example else []
    shown = [value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) for value in values]
    field = replace(field, deprecated=field.deprecated or node.get("deprecated", False), sent=_sent(node, name, values))
    return {"field": field, "description": node.get("description", ""), "pointer": pointer, "examples": shown}


def _sent(node: Mapping[str, Any], name: str, values: Sequence[Any]) -> str:
    """How the query holds a parameter with several values; "" for any other."""
    several = next((value for value in values if isinstance(value, list)), [])
    if node.get("in") != "query" or not several:
        return ""
    items = several if len(several) > 1 else several * 2
    return query_string(name, items, explode=node.get("explode", True))


def _body(contract: Contract, operation: Operation, fields: Fields) -> dict[str, Any] | None:
    if not operation.body:
        return None
    node, pointer = contract.resolve(operation.node["requestBody"], f"{operation.pointer}/requestBody")
    media = operation.body[0]
    return {
        "required": operation.body_required,
        "description": node.get("description", ""),
        "media": [media.type for media in operation.body],
        "pointer": pointer,
        "field": fields.field(media.node.get("schema", {}), media.schema, within="body") if media.schema else None,
    }


def _answer(contract: Contract, response: Response, fields: Fields) -> dict[str, Any]:
    media = response.media[0] if response.media else None
    anchor = f"response-{response.status}"
    return {
        "status": response.status,
        "name": _phrase(response.status),
        "description": response.node.get("description", ""),
        "pointer": response.pointer,
        "media": [media.type for media in response.media],
        "headers": [_carried(contract, contract.at(at), at, name, fields) for name, at in response.headers.items()],
        "field": fields.field(media.node.get("schema", {}), media.schema, within=anchor)
        if media and media.schema
        else None,
        "examples": list(shown(contract, media).values()) if media else [],
    }


def _problem(contract: Contract, response: Response) -> dict[str, Any]:
    examples_ = list(shown(contract, response.media[0]).values()) if response.media else []
    example = examples_[0][1] if examples_ else None
    title = example.get("title") if isinstance(example, dict) else None
    return {
        "status": response.status,
        "name": title or _phrase(response.status),
        "description": response.node.get("description", ""),
        "pointer": response.pointer,
        "example": example,
    }


def _problem_schema(operation: Operation) -> str:
    """The pointer of the schema that describes the operation's errors, or ""."""
    for response in operation.responses.values():
        for media in response.media:
            if not _is_success(response) and "$ref" in media.node.get("schema", {}):
                return str(media.node["schema"]["$ref"]).removeprefix("#")
    return ""


def _follow_ups(contract: Contract, operation: Operation, links: Links) -> Any:
    """What can be called next with values of the answer, as the contract's links declare it."""
    for response in operation.responses.values():
        for item in response.node.get("links", {}).values():
            link, _ = contract.resolve(item)
            if "operationId" in link:
                yield {
                    "operation": links.operation(link["operationId"]),
                    "description": link.get("description", ""),
                    "parameters": [(name, _source(value)) for name, value in link.get("parameters", {}).items()],
                }


def _source(value: Any) -> str:
    """Where a link takes a value from, in Markdown: `$response.body#/a/b` is the field `a.b`."""
    text = str(value)
    if text.startswith("$response.body#/"):
        return f"the field {code('.'.join(tokens(text.removeprefix('$response.body#'))))}"
    return code(text)


def _security(contract: Contract, operation: Operation) -> list[dict[str, Any]]:
    needed = operation.node.get("security", contract.document.get("security", []))
    schemes = contract.document.get("components", {}).get("securitySchemes", {})
    return [{"name": name, **schemes.get(name, {})} for requirement in needed for name in requirement]


def _console_link(operation: Operation, links: Links) -> str:
    """Where the console shows the operation; "" for one without a tag, which it shows at a place of its own."""
    tags = operation.node.get("tags", [])
    anchor = f"tag/{slug(tags[0])}/{operation.method}{operation.path}" if tags else ""
    return links.url("console/index.html", quote(anchor, safe="/{}")) if anchor else ""


def _is_success(response: Response) -> bool:
    return response.status[0] in "123"


def _phrase(status: str) -> str:
    return HTTPStatus(int(status)).phrase if status.isdecimal() else status
