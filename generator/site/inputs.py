"""What the site is made of: where each part is found, and what to say when it is not there."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contract import ContractError, Finding, load
from contract.ledger import load_claims
from contract.lint import check

if TYPE_CHECKING:
    from contract import Contract
    from contract.ledger import Claim

__all__ = ["Inputs", "find_inputs", "python", "templates"]

CONSOLE = Path("node_modules/@scalar/api-reference")


@dataclass(frozen=True)
class Inputs:
    """Everything that a site is built from.

    Attributes:
        contract: The contract.
        claims: Its ledger.
        templates: The folder of templates and static files.
        client: The folder of the client's distribution.
        toolkit: The folder of this project's own, which holds the sandbox and the suite, or None to leave it out.
        releases: The folder of frozen versions; it may not exist yet.
        changelog: The changelog in Markdown; it may not exist yet.
        report: The folder of a conformance report, or None.
        console: The folder of the console's npm package, or None to leave the console out.
    """

    contract: Contract
    claims: tuple[Claim, ...]
    templates: Path
    client: Path
    toolkit: Path | None
    releases: Path
    changelog: Path
    report: Path | None
    console: Path | None

    @property
    def client_project(self) -> dict[str, Any]:
        """The `project` table of the client's pyproject.toml."""
        return _project(self.client)


def _project(folder: Path) -> dict[str, Any]:
    """The `project` table of a folder's pyproject.toml."""
    table: dict[str, Any] = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return table


def python(folder: Path) -> str:
    """The oldest version of Python that a folder's project works with."""
    return str(_project(folder)["requires-python"]).removeprefix(">=")


def find_inputs(root: Path, *, contract: str | None = None, report: Path | None = None, console: bool = True) -> Inputs:
    """Find every part in a checkout.

    Raises:
        ContractError: The contract or the ledger cannot be read or breaks a rule, or the client has not been rendered.
    """
    loaded = load(contract)
    if findings := check(loaded):
        raise ContractError(findings)
    ledger = Path(contract).with_name("claims.yaml") if contract else None
    claims = () if ledger and not ledger.is_file() else load_claims(ledger)
    client, package = root / "generated", root / CONSOLE
    if not (client / "pyproject.toml").is_file():
        message = "there is no client to publish; run `moment-generate client` first"
        raise ContractError([Finding(str(client), 0, "", "client", message)])
    if report and not report.is_dir():
        message = "there is no such folder; make one with `moment-conformance --report DIR`"
        raise ContractError([Finding(str(report), 0, "", "report", message)])
    return Inputs(
        contract=loaded,
        claims=claims,
        templates=templates(),
        client=client,
        toolkit=root if (root / "pyproject.toml").is_file() else None,
        releases=root / "releases",
        changelog=root / "CHANGELOG.md",
        report=report,
        console=package if console and package.is_dir() else None,
    )


def templates() -> Path:
    """The site's templates: beside the packages in a checkout, inside this one when installed."""
    checkout = Path(__file__).parents[2] / "templates" / "site"
    return checkout if checkout.is_dir() else Path(str(files("generator") / "data" / "templates" / "site"))
