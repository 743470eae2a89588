"""Read YAML as JSON with lines: YAML 1.2's core schema, and nothing that JSON cannot say."""

from __future__ import annotations

import json
import re
import sys
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from contract.errors import ContractError, Finding, unusable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["compose", "construct"]

_MAX_DEPTH = 200


class _Loader(yaml.CSafeLoader):
    """YAML 1.2's core schema: `no` is a string, a date is a string, `010` is not eight."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own way to say it
    depth = 0

    def descend_resolver(self, parent: yaml.Node | None, index: Any) -> None:
        """Called on the way into every node. The composer is recursive C, which a deep document would overrun."""
        super().descend_resolver(parent, index)
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            message = f"it is nested more than {_MAX_DEPTH} levels deep"
            raise yaml.YAMLError(message)

    def ascend_resolver(self) -> None:
        """Called on the way out of every node."""
        super().ascend_resolver()
        self.depth -= 1


class _Scalar(NamedTuple):
    """A kind of scalar: how it is written, what it can begin with, and what it stands for."""

    form: re.Pattern[str]
    first: str
    value: Callable[[str], Any]


_TAG = "tag:yaml.org,2002:"
_STRING = f"{_TAG}str"
_FRACTION = r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?"
_SCALARS = {
    f"{_TAG}null": _Scalar(re.compile(r"(?:~|null|Null|NULL|)\Z"), "~nN", lambda _: None),
    f"{_TAG}bool": _Scalar(
        re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z"), "tTfF", lambda text: text.lower() == "true"
    ),
    f"{_TAG}int": _Scalar(re.compile(r"[-+]?(?:0|[1-9][0-9]*)\Z"), "-+0123456789", int),
    f"{_TAG}float": _Scalar(re.compile(rf"{_FRACTION}\Z"), "-+0123456789", float),
}
_NUMBERS = {f"{_TAG}int", f"{_TAG}float"}
for _tag, _scalar in _SCALARS.items():
    _Loader.add_implicit_resolver(_tag, _scalar.form, [*_scalar.first, *([""] if _scalar.form.match("") else [])])


def construct(node: yaml.Node) -> Any:
    """The value that a tree of nodes from `compose` stands for."""
    if isinstance(node, yaml.MappingNode):
        return {key.value: construct(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [construct(value) for value in node.value]
    return node.value if node.tag == _STRING else _SCALARS[node.tag].value(node.value)


def compose(data: bytes, source: str) -> yaml.Node:
    """The tree of nodes that a text stands for, each with its line.

    Raises:
        ContractError: The text is no YAML, or uses what JSON does not have: tags, aliases, keys that are no strings.
    """
    root = _composed(data, source)
    problems = [Finding(source, mark.line + 1, "", "plain-yaml", message) for mark, message in _irregular(root)]
    if problems:
        raise ContractError(problems)
    return root


def _composed(data: bytes, source: str) -> yaml.Node:
    try:
        root = _Loader(_joined(data)).get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = " ".join(filter(None, [error.context, error.problem]))
        raise unusable(source, mark.line + 1 if mark else 0, "readable", f"this is no YAML: {message}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise unusable(source, 0, "readable", f"this is no YAML: {' '.join(str(error).split())}") from None
    if root is None:
        raise unusable(source, 0, "readable", "the file is empty")
    return root


_ESCAPE = re.compile(rb"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|.)", re.DOTALL)


def _joined(data: bytes) -> bytes:
    """A text whose surrogate pairs, by which JSON escapes what is beyond U+FFFF, are the characters they stand for."""
    if rb"\ud" not in data.lower():
        return data
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return data  # no JSON, and YAML has no such pairs
    return _ESCAPE.sub(lambda escape: _character(escape[0]), data)


def _character(escape: bytes) -> bytes:
    return json.loads(b'"%s"' % escape).encode() if len(escape) > 2 else escape


def _irregular(root: yaml.Node) -> Iterator[tuple[yaml.Mark, str]]:
    """What YAML allows and JSON does not: it has no pointer, or not one meaning for every reader."""
    seen: set[int] = set()
    stack = [root]
    while stack:
        node = stack.pop()
        if not _is_plain(node):
            yield node.start_mark, f"the tag {node.tag!r} has no meaning here; remove it"
        elif node.tag in _NUMBERS and not _is_finite(node.value):
            yield node.start_mark, "the number is out of range"
        if isinstance(node, yaml.ScalarNode):
            continue
        if id(node) in seen:
            yield node.start_mark, "an alias repeats this value; use $ref instead"
            continue
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            yield from _irregular_keys(node)
            stack.extend(value for _, value in node.value)
        else:
            stack.extend(node.value)


def _is_plain(node: yaml.Node) -> bool:
    """Whether a node is what its tag says, and JSON has it."""
    if isinstance(node, yaml.ScalarNode):
        scalar = _SCALARS.get(node.tag)
        return node.tag == _STRING or bool(scalar and scalar.form.match(node.value))
    kind = "map" if isinstance(node, yaml.MappingNode) else "seq"
    return bool(node.tag == f"{_TAG}{kind}")


def _is_finite(text: str) -> bool:
    return len(text) < sys.int_info.default_max_str_digits and isfinite(float(text))


def _irregular_keys(node: yaml.MappingNode) -> Iterator[tuple[yaml.Mark, str]]:
    names: set[str] = set()
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode) or key.tag != _STRING:
            yield key.start_mark, "a key must be a string; put it in quotes"
        elif key.value in names:
            yield key.start_mark, f"the key {key.value!r} stands here twice; keep one"
        else:
            names.add(key.value)
