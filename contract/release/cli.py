"""`moment-release`: hold a contract against its last release, raise its version, and freeze a new one.

Exit status: 0 done or in order, 1 the contract asks for something first, 2 it cannot be used.
"""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from contract.diff.inputs import load_comparable
from contract.errors import ContractError, Finding, exit_status, unusable
from contract.lint import check
from contract.loading import default_path, parse
from contract.release.changelog import entry, first_entry, is_within, with_entry
from contract.release.gate import asked_for, type_faults, version_faults
from contract.release.store import CONTRACT, Release, freeze, refuse_published, releases
from contract.release.versions import Version

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from contract.loading import Contract

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    options = _parser().parse_args(arguments)
    options.root = options.contract.parent
    return exit_status(lambda: _run(options))


def _run(options: argparse.Namespace) -> int:
    published = releases(options.root / "releases")
    return int(options.run(options, published[-1] if published else None, published))


def _refuse(findings: Sequence[Finding]) -> int:
    for finding in findings:
        print(finding, file=sys.stderr)
    return 1


def _check(options: argparse.Namespace, last: Release | None, published: Sequence[Release]) -> int:
    """Say whether every release is as it was, the version is high enough, and users of the last client can go on."""
    contract = load_comparable(options.contract)
    version = _version(contract)
    if last is None:
        print(f"{contract.source}: version {contract.version}; nothing is published yet")
        return 0
    if findings := [fault for release in published for fault in release.faults()]:
        return _refuse(findings)
    findings = version_faults(version, contract, last)
    faults = type_faults(last, options.root / "generated")
    if not findings and faults and version.major == last.version.major:
        findings = faults
    if findings:
        return _refuse(findings)
    users = "no longer type-check, as a new major version allows" if faults else "type-check"
    print(f"{contract.source}: version {contract.version} is enough since {last.version}; its client's users {users}")
    return 0


def _bump(options: argparse.Namespace, last: Release | None, _: Sequence[Release]) -> int:
    """Raise `info.version` to what the changes since the last release ask for, if it is lower."""
    contract = load_comparable(options.contract)
    version = _version(contract)
    if last is None:
        return 0
    least, report = asked_for(contract, last)
    if not report.changes:
        print(f"{contract.source}: nothing changed since {last.version}; there is nothing to release", file=sys.stderr)
        return 1
    if version < least:
        options.contract.write_bytes(_with_version(contract, least).encode())
        print(f"{contract.source}: version {contract.version} raised to {least}")
    return 0


def _version(contract: Contract) -> Version:
    try:
        return Version.parse(contract.version)
    except ValueError as error:
        raise ContractError([contract.finding("/info/version", "version-needed", str(error))]) from None


def _with_version(contract: Contract, version: Version) -> str:
    """The text of a contract with another version, and every other character as it was."""
    text, span = contract.data.decode(), contract.span("/info/version")
    written = text[span].replace(contract.version, str(version), 1)
    raised = text[: span.start] + written + text[span.stop :]
    if parse(raised.encode(), contract.source).version != str(version):
        message = f"the version is written in a way that cannot be raised; write {version} yourself"
        raise ContractError([contract.finding("/info/version", "version-needed", message)])
    return raised


def _freeze(options: argparse.Namespace, last: Release | None, _: Sequence[Release]) -> int:
    """Freeze the contract as a release, and write its entry of the changelog."""
    contract = load_comparable(options.contract)
    version, folder = _version(contract), options.root / "releases"
    if findings := check(contract) or (version_faults(version, contract, last) if last else []):
        return _refuse(findings)
    refuse_published(folder, version)
    text = _entry(options, version, contract, last)
    usage = {f"client/{path.name}": _bytes(path) for path in options.usage}
    # The changelog first: a run that stops in between can be repeated, and what is frozen is told of.
    changelog = options.root / "CHANGELOG.md"
    before = _text(changelog) if changelog.is_file() else ""
    changelog.write_text(with_entry(before, text), encoding="utf-8")
    release = freeze(folder, version, {CONTRACT: contract.data, **usage})
    print(f"{version} is frozen in {release.folder}, and {changelog.name} tells of it")
    return 0


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise unusable(str(path), 0, "readable", f"cannot read this: {error.strerror}") from None


def _text(path: Path) -> str:
    try:
        return _bytes(path).decode()
    except UnicodeDecodeError:
        raise unusable(str(path), 0, "readable", "this is no text in UTF-8") from None


def _entry(options: argparse.Namespace, version: Version, contract: Contract, last: Release | None) -> str:
    if last is None:
        return first_entry(version, _today(), contract)
    _, report = asked_for(contract, last)
    notes = _text(options.notes) if options.notes else ""
    for correction in options.correction:
        if not any(is_within(change, correction) for change in report.changes):
            message = f"{correction!r} is no operation and no place that changed since {last.version}"
            raise ContractError([Finding(contract.source, 0, "", "correction-known", message)])
    return entry(version, _today(), report, options.correction, notes)


def _today() -> date:
    """The day of the release: today, or the one that SOURCE_DATE_EPOCH asks for."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    try:
        return (datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)).date()
    except (ValueError, OverflowError, OSError):
        message = f"{epoch!r} is no number of seconds since 1970"
        raise unusable("SOURCE_DATE_EPOCH", 0, "readable", message) from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="moment-release", description="Check, raise and publish versions of a contract."
    )
    parser.add_argument(
        "--contract",
        type=Path,
        default=_project_contract(),
        help="the contract; releases/, generated/ and CHANGELOG.md stand beside it (default: this project's own)",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, run, about in (
        ("check", _check, "fail when the version is too low, a release was altered, or users of its client break"),
        ("bump", _bump, "raise info.version to what the changes since the last release ask for"),
        ("freeze", _freeze, "freeze the contract under its version, and write its entry of CHANGELOG.md"),
    ):
        command = commands.add_parser(name, help=about, description=about)
        command.set_defaults(run=run)
        if name == "freeze":
            _add_freeze_options(command)
    return parser


def _project_contract() -> Path:
    """This project's own contract, named as a person in the working directory would name it."""
    path = default_path()
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _add_freeze_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--usage", type=Path, nargs="*", default=[], help="typed Python that users of the client write"
    )
    command.add_argument("--notes", type=Path, help="what to add for those who migrate, in Markdown")
    command.add_argument(
        "--correction",
        nargs="*",
        default=[],
        metavar="WHERE",
        help="where the description was wrong and the API is as it was: JSON pointers, or ids of operations",
    )


if __name__ == "__main__":
    sys.exit(main())
