"""`moment-contract`: check a contract and its ledger, and list the rules.

Exit status: 0 the contract keeps every rule, 2 it does not or cannot be read.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from contract.errors import ContractError, Finding
from contract.ledger import load_claims, mismatches, unbacked
from contract.lint import check
from contract.loading import default_path, load
from contract.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contract.ledger import Claim
    from contract.loading import Contract

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    options = _parser().parse_args(arguments)
    if options.command == "rules":
        for rule in sorted(RULES, key=lambda rule: rule.name):
            print(f"{rule.name:22} {rule.summary}")
        return 0
    try:
        return _check(options.contract, options.claims)
    except ContractError as error:
        return _report(error.findings)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="moment-contract", description="Check a contract by this project's rules.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    command = commands.add_parser("check", help="hold a contract and its ledger against every rule")
    command.add_argument("contract", nargs="?", help="an OpenAPI 3.1 document (default: this project's own)")
    command.add_argument("--claims", help="the ledger (default: claims.yaml beside the contract, if there is one)")
    commands.add_parser("rules", help="list the rules, a line each")
    return parser


def _check(source: str | None, ledger: str | None) -> int:
    contract = load(source)
    if findings := check(contract):
        return _report(findings)
    summary = _summary(contract)
    ledger_path = Path(ledger) if ledger else Path(source or default_path()).with_name("claims.yaml")
    if ledger or ledger_path.is_file():
        claims = load_claims(ledger_path)
        if findings := _ledger_findings(contract, claims, ledger_path):
            return _report(findings)
        levels = Counter(claim.level for claim in claims)
        summary += f"; {len(claims)} claims ({', '.join(f'{count} {level}' for level, count in levels.items())})"
    print(f"{contract.source}: {summary}; every rule holds")
    return 0


def _summary(contract: Contract) -> str:
    schemas = contract.document.get("components", {}).get("schemas", {})
    return f"version {contract.version}, {len(contract.operations)} operations, {len(schemas)} schemas"


def _ledger_findings(contract: Contract, claims: Sequence[Claim], ledger: Path) -> list[Finding]:
    twice = [name for name, count in Counter(claim.id for claim in claims).items() if count > 1]
    named = ledger.name
    return [
        *(Finding(named, 0, "", "claim-id", f"the claim {name!r} stands here twice") for name in twice),
        *(
            Finding(named, 0, pointer, "claim-holds", f"the claim {claim.id!r} does not hold: {message}")
            for claim, pointer, message in mismatches(contract, claims)
        ),
        *(
            contract.finding(pointer, "constraint-backed", "no claim records this; add the statement it rests on")
            for pointer in unbacked(contract, claims)
        ),
    ]


def _report(findings: Sequence[Finding]) -> int:
    for finding in findings:
        print(finding, file=sys.stderr)
    count = len(findings)
    print(f"{count} finding{'s' if count > 1 else ''}. The contract was not used.", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
