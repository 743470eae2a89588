"""Contracts that nobody should write and anybody could: whatever reads contracts must stay correct, or refuse clearly.

Every place that takes a free text holds one that would break out of code, markup or a template; names are keywords,
names of the runtime, or collide; schemas recurse, or are far too large.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["CANARY", "NAMES", "TEXTS", "corpus", "document", "endless", "everything"]

CANARY = "hostile_canary"
"""What injected code would leave in the working directory of whoever runs it."""

_TOUCH = f"__import__('pathlib').Path('{CANARY}').touch()"

TEXTS: Mapping[str, str] = {
    "docstring-end": f'"""\n{_TOUCH}\n"""',
    "quotes": '\'\'\'""""',
    "statement": f'"); {_TOUCH}  # ',
    "apostrophe-statement": f"'); {_TOUCH}  # ",
    "backslash-end": "ends with a backslash \\",
    "quote-end": 'ends with a quote "',
    "escapes": r"\N{BULLET} \x41 \u0041 \777 \d \"",
    "template": f"{{{{ {_TOUCH} }}}} {{% raw %}} {{# comment",
    "jinja-attribute": "{{ ''.__class__.__mro__ }}{% endblock %}",
    "format": "%s %(name)s {0} {name!r} {place} {old}",
    "f-string": f"{{{_TOUCH}}}",
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)> ]]> --> </style>",
    "markdown": "| a | b |\n|---|---|\n```\n# heading\n[x](javascript:alert(1)) `code",
    "shell": "$(touch hostile_canary) `touch hostile_canary` ; | & > x",
    "lines": "one\r\ntwo\rthree\u2028four\u2029five\x0bsix\x0cseven\x85eight",
    "terminal": "\x1b[31mred\x1b]0;title\x07 \x9b31m \x7f \x08",
    "direction": "\u202eevil\u2066 \ufeff zero\u200bwidth",
    "long": "x" * 10_000,
}
"""Texts that break out of where a careless tool would put them."""

NAMES: tuple[str, ...] = (
    *("class", "def", "import", "None", "True", "async", "await", "match", "type", "print", "self", "cls"),
    *("id", "list", "dict", "str", "int", "bool", "object", "property", "Any", "UNSET", "Optional", "Literal"),
    *("__init__", "__class__", "__dict__", "_private", "from_dict", "to_dict", "additional_properties", "extra_fields"),
    *("api_key", "base_url", "timeout", "headers", "extra_body", "extra_headers", "idempotency_key", "body", "client"),
    *(
        "a-b",
        "a_b",
        "a.b",
        "a b",
        "aB",
        "AB",
        "ab",
        "A_B",
        "1st",
        "9",
        "-",
        "_",
        "__",
        " ",
        "$",
        "@type",
        "#",
        "/",
        "~",
    ),
    *("ünïcode", "名前", "Ω", "ﬁ", "\u0435", "e", "İ"),
    *('a"b', "a'b", "a\\b", "a\nb", "{{ a }}", "{% a %}", "${a}", f"x = {_TOUCH}"),
)
"""Names that are keywords or builtins, that a runtime uses itself, or that are or collide as no identifiers."""


def document(
    properties: Mapping[str, Any],
    *,
    text: str = "A text.",
    name: str = "Thing",
    operation: str = "createThing",
    tag: str = "Things",
    schemas: Mapping[str, Any] | None = None,
    parameters: tuple[Mapping[str, Any], ...] = (),
) -> dict[str, Any]:
    """A contract that keeps every rule: one schema that is sent and answered, with these properties.

    Args:
        properties: The properties of the schema.
        text: What stands in every title, summary and description.
        name: What the schema is called.
        operation: The id of the operation that creates.
        tag: The tag of both operations.
        schemas: Further schemas.
        parameters: Further parameters of the operation that creates.
    """
    reference = {"$ref": f"#/components/schemas/{name}"}
    thing = {
        "name": "thing",
        "in": "path",
        "required": True,
        "description": text,
        "schema": {"type": "string"},
        "example": "a",
    }
    common = {"summary": text, "description": text, "tags": [tag]}
    error = {"$ref": "#/components/responses/BadRequest"}
    return {
        "openapi": "3.1.1",
        "info": {"title": text.replace("\n", " "), "version": "1.0.0", "description": text},
        "servers": [{"url": "https://api.example.test", "description": text}],
        "security": [{"Key": []}],
        "tags": [{"name": tag, "description": text}],
        "paths": {
            "/things": {
                "post": {
                    "operationId": operation,
                    **common,
                    "parameters": list(parameters),
                    "requestBody": {"description": text, "required": True, "content": _json(reference)},
                    "responses": {"201": {"description": text, "content": _json(reference)}, "400": error},
                }
            },
            "/things/{thing}": {
                "get": {
                    "operationId": "retrieveThing",
                    **common,
                    "parameters": [thing],
                    "responses": {"200": {"description": text, "content": _json(reference)}, "400": error},
                }
            },
        },
        "components": {
            "securitySchemes": {"Key": {"type": "http", "scheme": "bearer", "description": text}},
            "responses": {"BadRequest": {"description": text, "content": _json(_reference("Problem"), _PROBLEM)}},
            "schemas": {
                name: _object(name, properties, text),
                "Problem": _object("Problem", {"title": _string(text)}, text),
                **(schemas or {}),
            },
        },
    }


def _object(name: str, properties: Mapping[str, Any], text: str = "A text.") -> dict[str, Any]:
    return {"title": name, "description": text, "type": "object", "properties": dict(properties), "examples": [{}]}


_PROBLEM = "application/problem+json"


def _json(schema: Mapping[str, Any], media_type: str = "application/json") -> dict[str, Any]:
    return {media_type: {"schema": schema, "example": {}}}


def _string(text: str = "A text.", **keywords: Any) -> dict[str, Any]:
    return {"type": "string", "description": text, "examples": ["a"], **keywords}


def _reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def corpus() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every hostile contract, by a name for its hazard."""
    yield from _texts()
    yield from _names()
    yield from _recursive()
    yield from _large()


def _texts() -> Iterator[tuple[str, dict[str, Any]]]:
    for hazard, text in TEXTS.items():
        yield f"text-{hazard}", document(_valued(text), text=text)


def _valued(text: str) -> dict[str, Any]:
    """A property for each place of a schema that holds a value."""
    return {
        "described": _string(text),
        "chosen": _string(text, enum=[text, "a"], examples=[text]),
        "fixed": _string(text, const=text, examples=[text]),
        "usual": _string(text, default=text, examples=[text]),
        "shown": _string(text, examples=[text]),
    }


def everything() -> dict[str, Any]:
    """A contract with every hostile text at once."""
    properties = {
        f"{place}_{number}": schema
        for number, text in enumerate(TEXTS.values())
        for place, schema in _valued(text).items()
    }
    whole = document(properties, text="\n\n".join(TEXTS.values()))
    post = whole["paths"]["/things"]["post"]
    for extended in (whole, whole["info"], whole["paths"], whole["paths"]["/things"], post, post["responses"]):
        extended["x-more"] = {**TEXTS}
    return whole


def _names() -> Iterator[tuple[str, dict[str, Any]]]:
    yield "property-names", document({name: _string(f"Named {name}.") for name in NAMES})
    yield (
        "required-names",
        _requiring(document({name: _string() for name in NAMES if name.isidentifier()})),
    )
    for name in (
        "class",
        "None",
        "List",
        "Any",
        "str",
        "Moment",
        "Client",
        "Model",
        "UNSET",
        "a.b",
        "1a",
        "_",
        "models",
    ):
        yield f"schema-{name}", document({"name": _string()}, name=name)
    pair = {other: _object(other, {"x": _string()}) for other in ("a-thing", "a_thing", "AThing", "aThing")}
    yield "schemas-collide", document({name: _reference(name) for name in pair}, schemas=pair)
    for operation in (
        "import",
        "class",
        "retrieve_thing",
        "RetrieveThing",
        "retrieve-thing",
        "__init__",
        "a b",
        "9",
        "ü",
    ):
        yield f"operation-{operation}", document({"name": _string()}, operation=operation)
    for hazard in ("statement", "template", "docstring-end"):
        yield f"operation-{hazard}", document({"name": _string()}, operation=TEXTS[hazard])
    for tag in ("class", "import", "client", "1", " ", "Things/and more", TEXTS["statement"], TEXTS["docstring-end"]):
        yield f"tag-{tag[:20]!r}", document({"name": _string()}, tag=tag)
    yield "parameters", document({"name": _string()}, parameters=tuple(_parameters()))


def _requiring(contract: dict[str, Any]) -> dict[str, Any]:
    schema = contract["components"]["schemas"]["Thing"]
    schema["required"] = list(schema["properties"])
    schema["examples"] = [dict.fromkeys(schema["properties"], "a")]
    for item in contract["paths"].values():
        for operation in item.values():
            for place in (operation.get("requestBody"), *operation["responses"].values()):
                if place and "content" in place:
                    place["content"]["application/json"]["example"] = schema["examples"][0]
    return contract


def _parameters() -> Iterator[dict[str, Any]]:
    for location in ("query", "header"):
        for name in ("class", "name", "self", "timeout", "a-b", "a_b", "x y" if location == "query" else "X-Y"):
            yield {"name": name, "in": location, "description": "A.", "schema": {"type": "string"}, "example": "a"}


def _recursive() -> Iterator[tuple[str, dict[str, Any]]]:
    whole = _reference("Tree")
    hazards: dict[str, dict[str, Any]] = {
        "itself": {"next": whole},
        "a-list": {"children": {"type": "array", "description": "A.", "items": whole, "examples": [[]]}},
        "a-map": {"by_name": {"type": "object", "description": "A.", "additionalProperties": whole, "examples": [{}]}},
        "a-union": {"next": {"description": "A.", "anyOf": [whole, {"type": "null"}], "examples": [None]}},
        "a-circle": {"other": _reference("Other")},
    }
    for hazard, properties in hazards.items():
        schemas = {"Tree": _object("Tree", properties), "Other": _object("Other", {"tree": whole})}
        yield f"recursive-{hazard}", document({"name": _string(), "tree": whole}, schemas=schemas)


def endless() -> dict[str, Any]:
    """A contract with a schema that is nothing but itself."""
    nothing = {"description": "A.", "allOf": [_reference("Nothing")], "examples": [{}]}
    return document({"nothing": _reference("Nothing")}, schemas={"Nothing": nothing})


def _large() -> Iterator[tuple[str, dict[str, Any]]]:
    yield "large-10000-properties", document({f"property_{number}": _string() for number in range(10_000)})
    values = [f"value-{number}" for number in range(5_000)]
    yield "large-5000-values", document({"chosen": _string(enum=[*values, "a"])})
    deep: dict[str, Any] = _string()
    for _ in range(60):
        deep = {"type": "object", "description": "A.", "properties": {"deeper": deep}, "examples": [{}]}
    yield "large-60-levels", document({"deeper": deep})
    last = 299
    parts = {
        f"Part{number}": _object(
            f"Part{number}",
            {"left": _reference(f"Part{min(number + 1, last)}"), "right": _reference(f"Part{min(number + 2, last)}")},
        )
        for number in range(last)
    }
    shared = {**parts, f"Part{last}": _object(f"Part{last}", {"name": _string()})}
    yield "large-300-schemas-that-share", document({"first": _reference("Part0")}, schemas=shared)
