"""Put the pages of the site together: its navigation, and the facts that guides fill in from the contract."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from iso4217 import Currency

from generator.site.calls import client_names
from generator.site.conformance import conformance_page
from generator.site.examples import examples
from generator.site.inputs import python
from generator.site.ledger import ledger_page
from generator.site.operations import operation_pages, problems
from generator.site.pages import Page, Section
from generator.site.rendering import Renderer, front
from generator.site.samples import samples
from generator.site.schemas import schema_pages
from generator.site.terms import FORMATS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from contract import Contract
    from generator.site.calls import Client
    from generator.site.inputs import Inputs
    from generator.site.samples import Sample

__all__ = ["GUIDES", "REPEATABLE", "assemble"]

GUIDES = ("getting-started", "authentication", "errors", "idempotency", "amounts", "balances", "metadata")
"""The guides in the order in which a newcomer reads them: `templates/site/guides/NAME.md` each."""

REPEATABLE = frozenset({"408", "429", "500", "502", "503", "504"})
"""The statuses after which the same request may succeed later (RFC 9110, section 15, and RFC 6585 for 429)."""

_AMOUNTS = ((2000, "ZAR"), (2000, "JPY"), (2000, "KWD"), (-500, "ZAR"))


def assemble(
    inputs: Inputs, downloads: Mapping[str, Any], changelog: Mapping[str, Any], report: Mapping[str, Any]
) -> tuple[Renderer, list[Page]]:
    """The renderer and every page of the site, in the order of its navigation.

    `downloads`, `changelog` and `report` are what the pages of those names show.
    """
    contract, client = inputs.contract, client_names(inputs.contract)
    operations = operation_pages(contract, inputs.claims, client.calls)
    schemas = schema_pages(contract, inputs.claims)
    guides = [_prose(inputs, f"guides/{name}", f"guides/{name}.md") for name in GUIDES]
    guides.append(_client_page(inputs))
    trust = (
        ledger_page(inputs.claims, report.get("verdicts", {})),
        conformance_page(report),
        _prose(inputs, "guides/compatibility", "guides/compatibility.md"),
        _prose(inputs, "changelog", "prose/changelog.md", changelog),
        _prose(inputs, "downloads", "prose/downloads.md", downloads),
    )
    home = Page(
        path="index",
        title="Overview",
        summary=str(contract.document["info"].get("summary", "")),
        template="index",
        context=lambda _: {
            "operations": operations,
            "schemas": schemas,
            "guides": guides,
            "trust": trust,
            "first_samples": _samples_of(contract, client, contract.operations[0].id, "", {}),
        },
    )
    sections = (
        Section("Start", (home, *guides[:2])),
        Section("Guides", tuple(guides[2:])),
        Section("Operations", operations),
        Section("Schemas", schemas),
        Section("The contract", trust),
    )
    renderer = Renderer(contract, sections, _facts(inputs, client, downloads), inputs.templates)
    return renderer, [page for section in sections for page in section.pages]


def _prose(inputs: Inputs, path: str, source: str, context: Mapping[str, Any] | None = None) -> Page:
    text = (inputs.templates / source).read_text(encoding="utf-8")
    title, summary = front(text[text.index("# ") :])
    return Page(path, title, summary, "prose", lambda _: context or {}, source)


def _client_page(inputs: Inputs) -> Page:
    """The client's own README as a page."""
    readme = (inputs.client / "README.md").read_text(encoding="utf-8")
    text = readme[readme.index("# ") :]
    _, summary = front(text)
    body = text[text.index("\n") :]
    return Page("guides/python-client", "Python client", summary, "prose", text=f"# Python client\n{body}")


def _facts(inputs: Inputs, client: Client, downloads: Mapping[str, Any]) -> dict[str, Any]:
    """What guides take from the contract, by name."""
    contract = inputs.contract
    by_id = {operation.id: operation for operation in contract.operations}
    return {
        "claims_by_id": {claim.id: claim for claim in inputs.claims},
        "wheels": downloads["wheels"],
        "python": {"client": python(inputs.client), "toolkit": python(inputs.toolkit) if inputs.toolkit else ""},
        "client": {
            "exception": client.exception,
            "repeatable": REPEATABLE,
        },
        "console": inputs.console is not None,
        "formats": FORMATS,
        "amounts": [_amount(amount, code) for amount, code in _AMOUNTS],
        "problems": problems(contract),
        "operation_at": lambda name: by_id[name].pointer,
        "operation_path_of": lambda name: examples(contract, by_id[name])[0].target,
        "example_value": lambda name: contract.at(f"/components/examples/{name}/value"),
        "samples_of": lambda operation_id, name, **path: _samples_of(contract, client, operation_id, name, path),
    }


def _samples_of(
    contract: Contract, client: Client, operation_id: str, name: str, path: Mapping[str, Any]
) -> Sequence[Sample]:
    """The samples of an operation's example, the first when `name` is empty; `path` replaces values of its path."""
    found = {example.name: example for example in examples(contract, contract.operation(operation_id))}
    example = found[name] if name else next(iter(found.values()))
    return samples(replace(example, path={**example.path, **path}), client.calls[operation_id])


def _amount(amount: int, code: str) -> tuple[int, str, int, str]:
    currency = Currency(code)
    decimals = currency.exponent or 0
    value: Decimal | float = abs(amount) / 10**decimals
    credit = " of credit" if amount < 0 else ""
    return amount, code, decimals, f"{value:.{decimals}f} {currency.currency_name}{credit}"
