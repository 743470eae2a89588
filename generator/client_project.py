"""Render the client's files with openapi-python-client's own machinery, from our templates and runtime."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from jinja2 import FileSystemBytecodeCache
from openapi_python_client import Project

from generator.client_plans import plans, problems
from generator.client_text import docstring, inside_docstring, literal, one_line, reflow, sentence

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

    def __init__(self, *, data: GeneratorData, config: Config, templates: Path, licence: Path, view: View) -> None:
        super().__init__(openapi=data, config=config, custom_template_path=templates)
        self._runtime = templates / "runtime"
        self._licence = licence
        self._view = view
        self.env.bytecode_cache = FileSystemBytecodeCache()  # compiling the templates takes longer than rendering them
        self.env.globals.update(view=view, marker=view.marker)
        self.env.globals.update(derive_plans=lambda: plans(view), problem_kinds=lambda: problems(view.contract))
        self.env.filters.update(docstring=docstring, inside_docstring=inside_docstring, string_literal=literal)
        self.env.filters.update(one_line=one_line, reflow=reflow, sentence=sentence)

    def build(self) -> Sequence[GeneratorError]:
        """Write every file into the project's folder."""
        for name, text in self.files():
            path = self.project_dir / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_marked(path, self._view.marker, text), encoding="utf-8")
        shutil.copyfile(self._licence, self.project_dir / "LICENSE")  # as it is: not even marked
        return []

    def files(self) -> Iterator[tuple[str, str]]:
        """Name and text of each file but the licence."""
        for template, name in RENDERED.items():
            yield name.format(package=self.package_name), self.env.get_template(template).render()
        endpoint = self.env.get_template("endpoint_module.py.jinja")
        folder = f"{self.package_name}/resources"
        yield f"{folder}/__init__.py", docstring(f"The resources of {self._view.title}.") + "\n"
        for resource in self._view.resources:
            yield f"{folder}/{resource.name}.py", endpoint.render(resource=resource)
        for file in sorted(self._runtime.rglob("*.py")):
            yield f"{self.package_name}/{file.relative_to(self._runtime).as_posix()}", file.read_text(encoding="utf-8")
        yield f"{self.package_name}/py.typed", ""


def _marked(path: Path, marker: str, text: str) -> str:
    return f"{_MARKERS.get(path.suffix, '# {}').format(marker)}\n{text}"
