"""The container's files name what exists; building them needs an engine, which few machines of tests have."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import httpx
import yaml

from sandbox.serving import _CLOSE_SECONDS, _GRACE_SECONDS

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
CONTAINERFILE = (ROOT / "sandbox" / "Containerfile").read_text()
COMPOSE = yaml.safe_load((ROOT / "sandbox" / "compose.yaml").read_text())


def test_the_image_is_built_from_all_that_the_wheel_needs():
    """Of the project, only what the ignore file names goes into the build: each exists, and nothing is missing."""
    ignored = (ROOT / "sandbox" / "Containerfile.dockerignore").read_text().split()
    sent = {name[1:] for name in ignored if name.startswith("!")}
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {*wheel["packages"], *wheel["force-include"], PROJECT["project"]["readme"]}
    assert {"pyproject.toml", "requirements.lock", *needed, *PROJECT["project"]["license-files"]} == sent
    assert all((ROOT / name).exists() for name in sent)


def test_the_image_runs_the_sandbox_with_its_versions(sandbox):
    """Its command is a script of this project, its versions are those of the lock file, its health is a path served."""
    (command,) = re.findall(r'^ENTRYPOINT \["([^"]+)"\]', CONTAINERFILE, re.MULTILINE)
    assert command in PROJECT["project"]["scripts"]
    (pattern,) = re.findall(r"sed -nE 's/(.*)/\\1\\3/p' requirements.lock", CONTAINERFILE)
    pinned = re.findall(pattern, (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    assert ("starlette", "==") in {(name, version[:2]) for name, _, version in pinned}
    (user,) = re.findall(r"^USER (\d+)$", CONTAINERFILE, re.MULTILINE)
    assert f"--uid {user} " in CONTAINERFILE
    (health,) = re.findall(r"http://127\.0\.0\.1:4010(/[\w/]+)", CONTAINERFILE)
    assert httpx.get(f"{sandbox.url}{health}", verify=False).is_success


def test_the_services_fit_together():
    """The sandbox is built from the file beside, and waits for the database that its URL names."""
    sandbox, database = COMPOSE["services"]["sandbox"], COMPOSE["services"]["database"]
    context = (ROOT / "sandbox" / sandbox["build"]["context"]).resolve()
    assert (context / sandbox["build"]["dockerfile"]).samefile(ROOT / "sandbox" / "Containerfile")
    user, password = (database["environment"][f"POSTGRES_{name}"] for name in ("USER", "PASSWORD"))
    assert sandbox["environment"]["MOMENT_SANDBOX_DATABASE"] == f"postgresql://{user}:{password}@database/{user}"
    assert "--host" in database["healthcheck"]["test"]  # as the sandbox reaches it
    assert int(sandbox["stop_grace_period"].removesuffix("s")) > _GRACE_SECONDS + _CLOSE_SECONDS
    assert set(sandbox["depends_on"]) <= set(COMPOSE["services"])
    assert {mount.partition(":")[0] for mount in database["volumes"]} == set(COMPOSE["volumes"])
