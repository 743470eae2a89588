"""Render the client's files with openapi-python-client's own machinery, from our templates and runtime."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, Any

from jinja2 import FileSystemBytecodeCache
from openapi_python_client import Project

from generator.client_plans import plans, problems
from generator.client_view import literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from openapi_python_client.config import Config
    from openapi_python_client.parser.errors import GeneratorError
    from openapi_python_client.parser.openapi import GeneratorData

    from generator.client_view import View

__all__ = ["RENDERED", "ClientProject"]

RENDERED = {
    "README.md.jinja": "README.md",
    "pyproject.toml.jinja": "pyproject.toml",
    "package_init.py.jinja": "{package}/__init__.py",
    "client.py.jinja": "{package}/_client.py",
    "codes.py.jinja": "{package}/_codes.py",
    "errors.py.jinja": "{package}/_statuses.py",
    "model.py.jinja": "{package}/models.py",
    "params.py.jinja": "{package}/params.py",
    "schemas.py.jinja": "{package}/_schemas.py",
    "wire_tests.py.jinja": "tests/test_wire.py",
    "version.py.jinja": "{package}/_version.py",
    "events.py.jinja": "{package}/_events.py",
    "testing_plans.py.jinja": "{package}/testing/_plans.py",
    "cli_commands.py.jinja": "{package}/cli/_commands.py",
}
"""Each template that is rendered once, and the file it makes. `endpoint_module.py.jinja` is rendered for each
resource."""

_MARKERS = {".md": "<!-- {} -->", ".html": "<!-- {} -->"}


class ClientProject(Project):
    """The client's distribution, as openapi-python-client would build it, but with our files."""

    def __init__(self, *, data: GeneratorData, config: Config, templates: Path, view: View) -> None:
        super().__init__(openapi=data, config=config, custom_template_path=templates)
        self._runtime = templates / "runtime"
        self._view = view
        self.env.bytecode_cache = FileSystemBytecodeCache()  # compiling the templates takes longer than rendering them
        self.env.globals.update(view=view, marker=view.marker)
        self.env.globals.update(derive_plans=lambda: plans(view), problem_kinds=lambda: problems(view.contract))
        self.env.filters.update(docstring=docstring, sentence=sentence, reflow=reflow, string_literal=literal)

    def build(self) -> Sequence[GeneratorError]:
        """Write every file into the project's folder."""
        for name, text in self.files():
            path = self.project_dir / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_marked(path, self._view.marker, text), encoding="utf-8")
        return []

    def files(self) -> Iterator[tuple[str, str]]:
        """Name and text of each file."""
        for template, name in RENDERED.items():
            yield name.format(package=self.package_name), self.env.get_template(template).render()
        endpoint = self.env.get_template("endpoint_module.py.jinja")
        folder = f"{self.package_name}/resources"
        yield f"{folder}/__init__.py", f'"""The resources of {self._view.title}."""\n'
        for resource in self._view.resources:
            yield f"{folder}/{resource.name}.py", endpoint.render(resource=resource)
        for file in sorted(self._runtime.rglob("*.py")):
            yield f"{self.package_name}/{file.relative_to(self._runtime).as_posix()}", file.read_text(encoding="utf-8")
        yield f"{self.package_name}/py.typed", ""


def _marked(path: Path, marker: str, text: str) -> str:
    return f"{_MARKERS.get(path.suffix, '# {}').format(marker)}\n{text}"


def docstring(text: str, indent: int = 0) -> str:
    """A text as a docstring: quotes and backslashes kept from meaning anything, long lines wrapped."""
    lines = [line for paragraph in text.strip().split("\n") for line in _wrapped(paragraph, 112 - indent)]
    body = "\n".join(lines).replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    body = f"{body} " if body.endswith('"') else body
    closing = "\n" if len(lines) > 1 else ""
    return textwrap.indent(f'"""{body}{closing}"""', " " * indent, lambda line: bool(line.strip())).lstrip()


def _wrapped(line: str, width: int) -> list[str]:
    """A line in lines of that width; what follows an indented line keeps its indentation."""
    if len(line) <= width or line.lstrip().startswith((">>>", "...")):
        return [line]
    indent = line[: len(line) - len(line.lstrip())]
    hanging = f"{indent}    " if indent else ""
    return textwrap.wrap(
        line, width, initial_indent="", subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False
    )


def reflow(text: str) -> str:
    """The same paragraphs, each on one line; items of a list keep their own."""
    paragraphs = re.split(r"\n\s*\n|\n(?=\s*[-*] )", text.strip())
    separators = re.findall(r"\n\s*\n|\n(?=\s*[-*] )", text.strip())
    lines = [" ".join(paragraph.split()) for paragraph in paragraphs]
    ends = ["\n\n" if separator.count("\n") > 1 else "\n" for separator in separators]
    return "".join(line + end for line, end in zip(lines, [*ends, ""], strict=True))


def sentence(text: Any) -> str:
    """A text on one line, ending in a full stop."""
    line = " ".join(str(text).split())
    return line if not line or line.endswith((".", "!", "?", ":")) else f"{line}."
