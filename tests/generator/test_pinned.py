"""openapi-python-client's templates and classes are no public interface: this fails loudly when it moves."""

from __future__ import annotations

import inspect
import re
import tomllib
from importlib.metadata import version
from typing import TYPE_CHECKING

from openapi_python_client import Project
from openapi_python_client.config import Config
from openapi_python_client.parser.openapi import Endpoint, GeneratorData
from openapi_python_client.parser.properties import ModelProperty

from generator.client_project import RENDERED, ClientProject

if TYPE_CHECKING:
    from pathlib import Path

VERSION = "0.29.1"


def test_the_version_is_the_pinned_one(root: Path) -> None:
    """The installed version is the one that pyproject.toml pins exactly."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"openapi-python-client=={VERSION}" in project["dependencies"]
    assert version("openapi-python-client") == VERSION


def test_what_the_generator_builds_on_is_still_there() -> None:
    """The classes have the attributes and signatures that the generator uses."""
    assert list(inspect.signature(Project.__init__).parameters) == ["self", "openapi", "config", "custom_template_path"]
    assert list(inspect.signature(GeneratorData.from_dict).parameters) == ["data", "config"]
    assert {"models", "enums", "errors", "endpoint_collections_by_tag"} <= set(GeneratorData.__dataclass_fields__)
    assert {"name", "method", "bodies", "responses", "path_parameters"} <= set(Endpoint.__dataclass_fields__)
    fields = {field.name for field in ModelProperty.__attrs_attrs__}
    assert {"class_info", "required_properties", "optional_properties", "additional_properties"} <= fields
    assert {"output_path", "package_name_override", "post_hooks"} <= {field.name for field in Config.__attrs_attrs__}


def test_the_project_is_openapi_python_clients_own(root: Path) -> None:
    """The templates that it knows by name are overridden by name, in `templates/client/`."""
    assert issubclass(ClientProject, Project)
    texts = {path.name: path.read_text(encoding="utf-8") for path in (root / "templates" / "client").glob("*.jinja")}
    included = {name for text in texts.values() for name in re.findall(r'{% include "([^"]+)"', text)}
    assert set(RENDERED) | {"endpoint_module.py.jinja"} | included == set(texts)
