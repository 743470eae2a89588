"""The reports of a run, and the report of several merged."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import httpx
import jsonschema_rs
import msgspec
import pytest

from conformance.cli import main
from conformance.report import document, schema, write, write_exchanges
from conformance.report.merge import MergeError, merge, read
from conformance.runner import judge
from conformance.settings import Settings
from conformance.verdict import State
from tests.conformance.conftest import BIN
from tests.conformance.faults import FAULTS
from tests.conformance.faults.judging import judge_whole

if TYPE_CHECKING:
    from conformance.report import Report
    from conformance.subject import Subject
    from tests.conformance.conftest import Sandbox

BROKEN = "phone.e164"
UNSEEN = "server.base-url"
"""A claim that nothing outside a server can check."""


@pytest.fixture(scope="module")
def broken() -> Report:
    """The report on a server that takes any phone number in an update."""
    fault = next(fault for fault in FAULTS if fault.what == "any text is accepted in an update")
    return document(judge_whole(fault, claims=(BROKEN, "name.type", "create.success", UNSEEN)).verdict)


@pytest.fixture(scope="module")
def folder(broken: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reports in files."""
    made = tmp_path_factory.mktemp("report")
    write(broken, made)
    return made


def test_json_keeps_its_schema(folder: Path) -> None:
    """report.json is valid by the published schema."""
    jsonschema_rs.validate(schema(), json.loads((folder / "report.json").read_text()))


def test_published_schema_is_current() -> None:
    """The schema beside the code is the one that the code writes by."""
    published = json.loads((Path(document.__code__.co_filename).parent / "report.schema.json").read_text())
    assert published == schema()


def test_failure_can_be_followed(folder: Path) -> None:
    """A failure has the claim in words, the page, an exchange without secrets, a curl command, and how to repeat it."""
    claims = {claim["claim"]: claim for claim in _json(folder)["claims"]}
    failed = claims[BROKEN]
    assert failed["state"] == "fail"
    assert failed["says"]
    assert failed["page"]
    assert f"--claim {BROKEN} --seed 1" in failed["again"]
    exchange = failed["findings"][0]["exchanges"][0]
    assert "/billing/customers/" in exchange["request"][0]
    assert "Authorization: Bearer ${MOMENT_API_KEY}" in exchange["request"]
    assert '-H "Authorization: Bearer ${MOMENT_API_KEY}"' in exchange["curl"]


def test_no_secret_in_any_report(sandbox: Sandbox, subject: Subject, tmp_path: Path) -> None:
    """The keys that were used stand in no file."""
    code = main(
        [*sandbox.options(), "--claim", "auth.bearer", "--claim", "auth.malformed-key", "--report", str(tmp_path)]
    )
    assert code == 0
    names = {file.name for file in tmp_path.iterdir()}
    assert names == {"report.json", "junit.xml", "report.html", "badge.json", "exchanges.har"}
    for file in tmp_path.iterdir():
        text = file.read_text()
        assert not any(key in text for key in (sandbox.key, sandbox.other_key, sandbox.public_key)), file.name


def test_no_secret_of_a_server_that_repeats_it(subject: Subject, tmp_path: Path) -> None:
    """The keys stand in no file either where the server repeats them, or all of them but the last character."""
    keys = ("sk_test_mine0001", "sk_test_theirs02", "pk_test_mine0003")

    def repeats(request: httpx.Request) -> httpx.Response:
        sent = request.headers.get("Authorization", "nothing")
        record = {"id": "bcus_1", "external_reference": "somebody", "name": sent}
        status = {"POST": 201, "PATCH": 200}.get(request.method, 404)
        return httpx.Response(status, headers={"X-Sent": sent}, json=record)

    settings = Settings("http://repeating.example", *keys, seed=1, claims=("auth.unknown-key", "auth.malformed-key"))
    verdict = judge(settings, subject, transport=httpx.MockTransport(repeats))
    assert verdict.count(State.FAIL) == 2
    write(document(verdict), tmp_path)
    write_exchanges(verdict, tmp_path)
    for file in tmp_path.iterdir():
        assert not any(key[:-1].lower() in file.read_text().lower() for key in keys), file.name


def test_junit_has_a_case_for_each_claim(folder: Path) -> None:
    """JUnit XML counts claims, a failure shows its exchange, and what is not judged is skipped with its reason."""
    suite = ET.parse(folder / "junit.xml").getroot()[0]
    assert {case.get("name") for case in suite} == {BROKEN, "name.type", "create.success", UNSEEN}
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("4", "1", "1")
    skipped = suite.find(f"testcase[@name='{UNSEEN}']/skipped")
    assert skipped is not None
    assert skipped.get("message")
    failure = suite.find(f"testcase[@name='{BROKEN}']/failure")
    assert failure is not None
    assert "/billing/customers/" in (failure.text or "")


def test_badge(folder: Path) -> None:
    """The badge has the format of shields.io's endpoint."""
    badge = json.loads((folder / "badge.json").read_text())
    assert badge == {"schemaVersion": 1, "label": "conformance", "message": "2 of 3 claims", "color": "red"}


def test_html_stands_alone(folder: Path) -> None:
    """report.html needs no script and nothing from elsewhere, and escapes what servers said."""
    page = (folder / "report.html").read_text()
    assert "<script" not in page
    assert "src=" not in page
    assert "prefers-color-scheme: dark" in page
    assert BROKEN in page


def test_har_holds_every_exchange(sandbox: Sandbox, tmp_path: Path) -> None:
    """exchanges.har has as many entries as the report counts requests."""
    main([*sandbox.options(), "--claim", "id.unique", "--report", str(tmp_path)])
    entries = json.loads((tmp_path / "exchanges.har").read_text())["log"]["entries"]
    assert len(entries) == _json(tmp_path)["requests"]


def test_merge_takes_the_worst(broken: Report, sandbox: Sandbox, subject: Subject, tmp_path: Path) -> None:
    """Of each claim the merged report has the worst verdict, and a failure anywhere fails the whole."""
    good = document(judge(sandbox.settings(claims=(BROKEN, "id.stable")), subject))
    merged = merge([good, broken])
    states = {claim.claim: claim.state for claim in merged.claims}
    assert states[BROKEN] is State.FAIL
    assert states["id.stable"] is State.PASS
    assert merged.exit_status == 1
    assert merged.requests == good.requests + broken.requests


def test_merge_command(folder: Path, tmp_path: Path) -> None:
    """`moment-conformance merge` reads folders, writes the reports and exits by the merged verdict."""
    command = [str(BIN / "moment-conformance"), "merge", str(folder), str(folder), "--report", str(tmp_path / "all")]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 1
    assert read(tmp_path / "all").count(State.FAIL) == 1


def test_merge_of_nothing_useful(tmp_path: Path) -> None:
    """What is no report is named, without a traceback."""
    (tmp_path / "report.json").write_text("{}")
    with pytest.raises(MergeError, match=r"report\.json is no report"):
        read(tmp_path)
    with pytest.raises(MergeError, match="cannot read"):
        read(tmp_path / "nowhere")


def test_list_names_every_claim(subject: Subject, capsys: pytest.CaptureFixture[str]) -> None:
    """--list shows each claim, what it says, and how it is checked or why not; it needs no server."""
    assert main(["--list"]) == 0
    listed = capsys.readouterr().out
    assert all(claim in listed for claim in subject.claims)


def test_unknown_claim(capsys: pytest.CaptureFixture[str]) -> None:
    """A claim that the ledger lacks is refused by name."""
    assert main(["http://127.0.0.1:9", "--api-key", "sk_test_example", "--claim", "no.such"]) == 2
    assert "no.such" in capsys.readouterr().err


def _json(folder: Path) -> Any:
    return msgspec.json.decode((folder / "report.json").read_bytes())
