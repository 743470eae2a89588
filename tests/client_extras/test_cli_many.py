"""The command line for each row of a file: what is sent, what is reported, and what a second run does."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import signal
import subprocess
import sys
import threading
import tracemalloc
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from moment_billing import UNSET, Customer
from moment_billing.cli import main
from moment_billing.testing import MomentServer
from tests.client.rows import Row, shows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def run(
    moment_server: MomentServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, dict[str, Any], str]]:
    """Runs an update from a file of these lines; gives the exit code, the summary, and standard error."""

    def run(lines: str | bytes | None, *options: str) -> tuple[int, dict[str, Any], str]:
        if lines is not None:
            (tmp_path / "rows.csv").write_bytes(lines if isinstance(lines, bytes) else lines.encode())
        code = main(["customers", "update", "--from", str(tmp_path / "rows.csv"), *options])
        shown = capsys.readouterr()
        return code, json.loads(shown.out) if shown.out else {}, shown.err

    return run


@pytest.fixture
def customers(moment_server: MomentServer) -> list[str]:
    """Customers c0 to c9."""
    names = [f"c{number}" for number in range(10)]
    for name in names:
        moment_server.add(Customer(id=f"bcus_{name}", external_reference=name))
    return names


def report(tmp_path: Path) -> list[dict[str, str]]:
    with (tmp_path / "rows.failures.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def balances(server: MomentServer) -> dict[str, Any]:
    return {each.external_reference: each.balance for each in server.records(Customer) if each.balance is not UNSET}


@shows(Row.COMMANDS)
def test_every_row_is_sent(run: Any, customers: list[str], moment_server: MomentServer, tmp_path: Path) -> None:
    """All customers have the values of their rows; without failures nothing is left beside the file."""
    lines = "customer,currency,balance,metadata.a\n" + "".join(
        f"{name},ZAR,{n},v{n}\n" for n, name in enumerate(customers)
    )
    code, told, _ = run(lines)
    assert (code, told["done"], told["failed"], told["report"]) == (0, 10, 0, None)
    found = {each.external_reference: (each.balance, each.metadata) for each in moment_server.records(Customer)}
    assert found == {name: (n, {"a": f"v{n}"}) for n, name in enumerate(customers)}
    assert [path.name for path in tmp_path.iterdir()] == ["rows.csv"]


def test_options_fill_empty_cells(run: Any, customers: list[str], moment_server: MomentServer) -> None:
    """An option holds for rows whose cell is empty, a cell wins over it, and an empty cell alone sends nothing."""
    run("customer,currency,balance,name\nc0,USD,1,\nc1,,2,\n", "--currency", "ZAR")
    sent = {request.path[-2:]: request.json for request in moment_server.requests}
    assert sent == {"c0": {"currency": "USD", "balance": 1}, "c1": {"currency": "ZAR", "balance": 2}}


def test_pairs_of_an_option_and_of_cells_come_together(
    run: Any, customers: list[str], moment_server: MomentServer
) -> None:
    """A cell adds its pair to those of the option, in its own row only."""
    run("customer,metadata.k\nc0,1\nc1,\nc2,3\n", "--metadata", "all=x", "--concurrency", "1")
    sent = [request.json["metadata"] for request in moment_server.requests]
    assert sent == [{"all": "x", "k": "1"}, {"all": "x"}, {"all": "x", "k": "3"}]


def test_a_file_waits_longer_for_a_busy_api(run: Any, customers: list[str], moment_server: MomentServer) -> None:
    """Each row may have five further attempts, where a single call has two."""
    moment_server.fail(503, times=5, retry_after=0)
    assert run("customer,name\nc0,x\n")[0] == 0
    moment_server.fail(503, times=6, retry_after=0)
    code, told, _ = run("customer,name\nc0,y\n")
    assert (code, told["failed"]) == (1, 1)


def test_columns_can_be_renamed_and_separated_otherwise(
    run: Any, customers: list[str], moment_server: MomentServer
) -> None:
    """A file of a spreadsheet: another delimiter, a byte order mark, other headers, a note of its owner's."""
    lines = '\ufeffref; amount due ;_note\nc0;5;"mine; not yours"\n'.encode()
    options = ["--delimiter", ";", "--column", "customer=ref", "--column", "balance=amount due", "--currency", "ZAR"]
    code, _, shown = run(lines, *options)
    assert code == 0, shown
    assert moment_server.records(Customer)[0].balance == 5


def test_failed_rows_are_reported_with_line_and_reason(
    run: Any, customers: list[str], moment_server: MomentServer, tmp_path: Path
) -> None:
    """Rows that break the contract and rows that the API refuses stand in the report; the others are done."""
    lines = (
        b'customer,currency,balance,name\nc0,ZAR,1,"two\nlines"\nnobody,ZAR,2,\nc1,,3,\nc2,ZAR,x,\nc3,ZAR\n'
        b"c4,ZAR,4,\xff\nc5,,,\n\nc6,ZAR,6,\n"
    )
    code, told, _ = run(lines)
    assert (code, told["done"], told["failed"]) == (1, 2, 6)
    found = {int(row["_line"]): (row["_status"], row["_error"]) for row in report_bytes(tmp_path)}
    assert sorted(found) == [4, 5, 6, 7, 8, 9]
    assert found[4][0] == "404"
    assert "404 Not Found" in found[4][1]
    assert found[5] == ("", "balance needs currency")
    assert found[6] == ("", "balance must be an integer, not a string")
    assert found[7] == ("", "the row has 2 cells, but the header has 4")
    assert found[8] == ("", "the row is not UTF-8")
    assert found[9] == ("", "the row sets nothing")
    assert {each.external_reference for each in moment_server.records(Customer) if each.balance} == {"c0", "c6"}


def report_bytes(tmp_path: Path) -> list[dict[str, str]]:
    text = (tmp_path / "rows.failures.csv").read_bytes().decode("utf-8", "surrogateescape")
    return list(csv.DictReader(text.splitlines(keepends=True)))


def test_the_report_can_be_corrected_and_run(run: Any, customers: list[str], tmp_path: Path) -> None:
    """Its own columns are passed over, so that it is a file of rows itself."""
    run("customer,currency,balance\nc0,ZAR,1\nc1,,2\n")
    text = (tmp_path / "rows.failures.csv").read_text()
    corrected = tmp_path / "corrected.csv"
    corrected.write_text(text)
    assert main(["customers", "update", "--from", str(corrected)]) == 1
    again = tmp_path / "corrected.failures.csv"
    assert again.read_text().splitlines()[0] == "customer,currency,balance,_line,_status,_error"
    corrected.write_text(text.replace("c1,,2", "c1,ZAR,2"))
    assert main(["customers", "update", "--from", str(corrected)]) == 0
    assert not again.exists()


@pytest.mark.parametrize(
    ("lines", "options", "words"),
    [
        ("customer,colour\nc0,red\n", (), "column 'colour' names no property"),
        ("customer,name,name\nc0,a,b\n", (), "column 'name' is there twice"),
        ("name\nx\n", (), "there is no column 'customer'"),
        ("customer;name\nx;y\n", (), "names no property"),
        ("customer;name\nx;y\n", (), "--delimiter ';'"),
        ("customer\nc0\n", (), "no column sets a property"),
        ("", (), "is empty"),
        ("customer,n\xe4me\n".encode("latin-1"), (), "not UTF-8"),
        ("customer,name\n", ("--column", "name=nom"), "there is no column 'nom'"),
        ("customer,name\n", ("--column", "zzz=nom"), "'zzz' is no property"),
        ("customer,name,nom\n", ("--column", "zzz=nom"), "'zzz' is no property"),
        ("customer,name\n", ("--column", "name"), "must be NAME=HEADER"),
        ("customer,name\n", ("--delimiter", "ab"), "--delimiter must be one character"),
        ("customer,name\n", ("--json", "x"), "not both"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_before_anything_is_sent(
    lines: Any, options: tuple[str, ...], words: str, run: Any, moment_server: MomentServer
) -> None:
    """Exit code 2, the reason, and no request."""
    code, _, shown = run(lines, *options)
    assert code == 2
    assert words in shown
    assert moment_server.requests == []


def test_a_run_that_did_nothing_is_not_spoken_of(run: Any, customers: list[str], moment_server: MomentServer) -> None:
    """Only rows that are done are told of when a job goes on."""
    moment_server.fail(422)
    lines = "customer,currency,balance\nc0,ZAR,1\n"
    assert run(lines)[0] == 1
    code, told, shown = run(lines)
    assert (code, told["done"], told["skipped"]) == (0, 1, 0)
    assert "are done" not in shown


def test_a_second_run_leaves_out_what_is_done(run: Any, customers: list[str], moment_server: MomentServer) -> None:
    """Only the row that failed is sent again; then the job is finished, and a third run sends everything."""
    moment_server.fail(422)
    lines = "customer,currency,balance\nc0,ZAR,1\nc1,ZAR,2\nc2,ZAR,3\n"
    code, told, _ = run(lines, "--concurrency", "1")
    assert (code, told["done"], told["failed"]) == (1, 2, 1)
    code, told, shown = run(None)
    assert (code, told["done"], told["skipped"], told["failed"]) == (0, 1, 2, 0)
    assert "2 rows are done since" in shown
    assert balances(moment_server) == {"c0": 1, "c1": 2, "c2": 3}
    assert run(None)[1]["done"] == 3


@pytest.mark.parametrize("changed", ["file", "option", "column", "place", "key", "restart"])
def test_what_is_done_counts_for_the_same_run_only(
    changed: str, run: Any, customers: list[str], moment_server: MomentServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another file, option, column, place or key, or --restart, sends every row."""
    lines = "customer,currency,balance\nc0,ZAR,1\nnobody,ZAR,2\n"
    run(lines)
    options = {
        "option": ("--name", "x"),
        "column": ("--column", "balance=balance"),
        "place": ("--base-url", "https://other.test"),
        "restart": ("--restart",),
    }.get(changed, ())
    if changed == "key":
        moment_server.add_key("sk_test_second")
        monkeypatch.setenv("MOMENT_API_KEY", "sk_test_second")
    _, told, shown = run(lines.replace("2", "3") if changed == "file" else None, *options)
    assert (told["done"], told["skipped"]) == (1, 0)
    assert ("every row is sent" in shown) is (changed != "restart")


def test_the_key_is_in_no_file(run: Any, customers: list[str], moment_server: MomentServer, tmp_path: Path) -> None:
    """Neither the report nor the progress holds it."""
    run("customer,currency,balance\nc0,ZAR,1\nnobody,ZAR,2\n")
    files = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert sorted(files) == ["rows.csv", "rows.csv.progress", "rows.failures.csv"]
    assert not any(moment_server.api_key.encode() in data for data in files.values())


def test_rows_of_one_customer_keep_their_order(run: Any, customers: list[str], moment_server: MomentServer) -> None:
    """The last row of a customer has the last word, though the answer to the first comes late."""
    moment_server.delay(0.05)
    lines = "customer,currency,balance\n" + "".join(f"c0,ZAR,{n}\nc{n},ZAR,{n}\n" for n in range(1, 8))
    assert run(lines)[0] == 0
    sent = [request.json["balance"] for request in moment_server.requests if request.path.endswith("c0")]
    assert sent == list(range(1, 8))
    assert balances(moment_server)["c0"] == 7


def test_a_row_that_is_sent_again_brings_the_later_ones_of_its_customer_along(
    run: Any, customers: list[str], moment_server: MomentServer
) -> None:
    """The first row failed and the second was done; after the second run, the second row still has the last word."""
    moment_server.fail(422)
    lines = "customer,currency,balance\nc0,ZAR,1\nc0,ZAR,2\nc1,ZAR,3\n"
    assert run(lines, "--concurrency", "1")[1]["done"] == 2
    code, told, _ = run(None)
    assert (code, told["done"], told["skipped"]) == (0, 2, 1)
    assert balances(moment_server) == {"c0": 2, "c1": 3}


def test_a_refused_key_ends_the_job_at_once(
    run: Any, monkeypatch: pytest.MonkeyPatch, moment_server: MomentServer
) -> None:
    """A thousand rows do not get the same answer a thousand times."""
    monkeypatch.setenv("MOMENT_API_KEY", "sk_test_wrong")
    lines = "customer,name\n" + "".join(f"c{n},x\n" for n in range(1000))
    code, told, shown = run(lines, "--concurrency", "4")
    assert code == 1
    assert "the API refuses the key" in shown
    assert "goes on from here" in shown
    assert len(moment_server.requests) <= 8
    assert told["stopped"]


def test_an_api_out_of_reach_ends_the_job(run: Any, moment_server: MomentServer) -> None:
    """After twenty rows without an answer, no more are sent."""
    moment_server.drop(times=1000)
    lines = "customer,name\n" + "".join(f"c{n},x\n" for n in range(1000))
    code, _, shown = run(lines, "--max-retries", "0", "--concurrency", "1")
    assert code == 1
    assert "the API does not answer" in shown
    assert len(moment_server.requests) == 20


def test_an_api_that_answers_now_and_then_does_not_end_the_job(
    run: Any, customers: list[str], moment_server: MomentServer
) -> None:
    """Any answer, a good or a bad one, shows that the API is there: only twenty failures one after another count."""
    moment_server.drop(times=19)
    moment_server.fail(422)
    moment_server.drop(times=19)
    moment_server.delay(0)
    moment_server.drop(times=19)
    lines = "customer,name\n" + "".join(f"c{n % 3},x\n" for n in range(60))
    code, told, _ = run(lines, "--max-retries", "0", "--concurrency", "1")
    assert (code, told["done"], told["failed"], told["stopped"]) == (1, 2, 58, None)


def test_a_dry_run_checks_and_sends_nothing(
    run: Any, monkeypatch: pytest.MonkeyPatch, moment_server: MomentServer, tmp_path: Path
) -> None:
    """It needs no key, tells what breaks the contract, and neither writes a file nor touches one of an earlier run."""
    monkeypatch.delenv("MOMENT_API_KEY")
    (tmp_path / "rows.failures.csv").write_text("being corrected")
    code, told, shown = run("customer,currency,balance\nc0,ZAR,1\nc1,,2\n", "--dry-run")
    assert (code, told["done"], told["failed"], told["report"]) == (1, 1, 1, None)
    assert shown == "moment: line 3: balance needs currency\n"
    assert moment_server.requests == []
    assert (tmp_path / "rows.failures.csv").read_text() == "being corrected"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["rows.csv", "rows.failures.csv"]


def test_a_dry_run_tells_the_first_failures_and_reports_all_where_asked(
    run: Any, moment_server: MomentServer, tmp_path: Path
) -> None:
    """A file of a million wrong rows does not fill the terminal."""
    lines = "customer,balance\n" + "c0,1\n" * 25
    code, told, shown = run(lines, "--dry-run")
    assert (code, told["failed"]) == (1, 25)
    assert shown.count("\n") == 21
    assert "--report FILE takes all of them" in shown
    code, told, shown = run(lines, "--dry-run", "--report", str(tmp_path / "rows.failures.csv"))
    assert (code, len(report(tmp_path)), shown) == (1, 25, "")


@pytest.mark.parametrize(
    "option",
    ["--dry-run", "--restart", "--column=name=x", "--delimiter=,", "--concurrency=16", "--report=x", "--progress=x"],
)
def test_an_option_for_files_needs_one(
    option: str, customers: list[str], moment_server: MomentServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without --from it would be passed over, and `--dry-run` would carry the update out."""
    with pytest.raises(SystemExit, match="2"):
        main(["customers", "update", "c0", "--name", "x", option])
    assert f"{option.partition('=')[0]} needs --from FILE" in capsys.readouterr().err
    assert moment_server.requests == []


def test_a_report_of_an_earlier_run_is_kept(run: Any, customers: list[str], tmp_path: Path) -> None:
    """Somebody may be correcting it: it is moved aside, under a name that is free, and that is told."""
    lines = "customer,currency,balance\nc0,,1\n"
    run(lines)
    mine = tmp_path / "rows.failures.csv"
    for number in (1, 2):
        mine.write_text(f"corrected {number}")
        _, _, shown = run(lines)
        assert f"{mine} of an earlier run is now {tmp_path / f'rows.failures.{number}.csv'}" in shown
        assert (tmp_path / f"rows.failures.{number}.csv").read_text() == f"corrected {number}"
        assert report(tmp_path)[0]["_error"] == "balance needs currency"


def test_a_report_that_cannot_be_written_is_noticed_before_anything_is_sent(
    run: Any, customers: list[str], moment_server: MomentServer, tmp_path: Path
) -> None:
    """Though only the last row would need it."""
    code, _, shown = run("customer,name\nc0,x\nnobody,x\n", "--report", str(tmp_path / "nowhere" / "x.csv"))
    assert code == 2
    assert "--report names another file" in shown
    assert moment_server.requests == []
    assert [path.name for path in tmp_path.iterdir()] == ["rows.csv"]


def device(tmp_path: Path, name: str) -> Path:
    """A link to a device: were it removed or replaced, the machine would still have its own."""
    link = tmp_path / "report.csv"
    link.symlink_to(f"/dev/{name}")
    return link


def test_a_full_disk_stops_the_job(run: Any, customers: list[str], moment_server: MomentServer, tmp_path: Path) -> None:
    """What cannot be reported is not left to chance: no further rows are sent, and the reason is told."""
    lines = "customer,currency,balance\nc0,,1\n" + "".join(f"{name},ZAR,1\n" for name in customers)
    full = device(tmp_path, "full")
    code, told, shown = run(lines, "--report", str(full), "--concurrency", "1")
    assert code == 1
    assert told["stopped"] == f"cannot write {full}: No space left on device; --report names another file"
    assert told["stopped"] in shown
    assert moment_server.requests == []


def test_a_device_takes_the_report_and_stays(run: Any, customers: list[str], tmp_path: Path) -> None:
    """`--report /dev/null` neither renames nor removes it, with failures or without."""
    null = device(tmp_path, "null")
    for lines in ("customer,currency,balance\nc0,,1\n", "customer,currency,balance\nc0,ZAR,1\n"):
        run(lines, "--report", str(null))
        assert null.is_char_device()


def test_a_reason_in_the_report_steers_no_terminal(
    run: Any, customers: list[str], moment_server: MomentServer, tmp_path: Path
) -> None:
    """Whatever an API says, showing the file shows it as text; the cells stay as they were."""
    moment_server.fail(422, detail="\x1b[2J\x9b31m")
    code, _, _ = run("customer,name\nc0,\x1b[1m\n")
    assert code == 1
    (row,) = report(tmp_path)
    assert row["_error"].endswith(r"\u001b[2J\u009b31m")
    assert row["name"] == "\x1b[1m"


def test_standard_input_can_hold_the_rows(
    customers: list[str], moment_server: MomentServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`--from -` reads them as they come."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.csv").write_text("customer,name\nc0,x\n")
    with (tmp_path / "rows.csv").open() as file:
        monkeypatch.setattr(sys, "stdin", file)
        assert main(["customers", "update", "--from", "-"]) == 0
    assert moment_server.records(Customer)[0].name == "x"


def test_a_file_that_is_no_progress_is_left_alone(run: Any, tmp_path: Path) -> None:
    """A file of the user's own is not written over."""
    mine = tmp_path / "mine.txt"
    mine.write_text("mine")
    code, _, shown = run("customer,name\nc0,x\n", "--progress", str(mine))
    assert code == 2
    assert "not a file of progress" in shown
    assert mine.read_text() == "mine"
    code, _, shown = run("customer,name\nc0,x\n", "--report", str(tmp_path / "rows.csv"))
    assert code == 2
    assert "three files" in shown


def test_a_long_file_is_not_held_in_memory(moment_server: MomentServer, tmp_path: Path) -> None:
    """Checking a file of 2 MB takes a small part of that."""
    path = tmp_path / "rows.csv"
    path.write_text("customer,name\nc0,x\n")
    main(["customers", "update", "--from", str(path), "--dry-run"])  # whatever is imported late
    with path.open("a") as file:
        file.writelines(f"c{number},{'x' * 250}\n" for number in range(8_000))
    tracemalloc.start()
    assert main(["customers", "update", "--from", str(path), "--dry-run"]) == 0
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert path.stat().st_size > 2_000_000
    assert peak < 400_000


class Holding:
    """A server that answers the first rows, then holds every request until it is let go."""

    def __init__(self, free: int) -> None:
        self.free = free
        self.arrived = threading.Semaphore(0)
        self.go_on = threading.Event()
        self.done: list[str] = []
        holding = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_PATCH(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                if len(holding.done) >= holding.free:
                    holding.arrived.release()
                    holding.go_on.wait(60)
                holding.done.append(self.path)
                body = b'{"id":"bcus_1","external_reference":"x"}'
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                with contextlib.suppress(ConnectionError):
                    self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture
def holding() -> Iterator[Holding]:
    held = Holding(free=3)
    threading.Thread(target=held.server.serve_forever, daemon=True).start()
    yield held
    held.go_on.set()
    held.server.shutdown()
    held.server.server_close()


def environment(holding: Holding, root: Path) -> dict[str, str]:
    ours = {"MOMENT_API_KEY": "sk_test_x", "MOMENT_BASE_URL": holding.url}
    return {**os.environ, "PYTHONPATH": str(root / "generated"), **ours}


def start(holding: Holding, tmp_path: Path, root: Path) -> subprocess.Popen[str]:
    path = tmp_path / "rows.csv"
    if not path.exists():
        path.write_text("customer,name\n" + "".join(f"c{number},x\n" for number in range(50)))
    command = [sys.executable, "-m", "moment_billing", "customers", "update", "--from", str(path), "--concurrency", "2"]
    env = environment(holding, root)
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def interrupt(process: subprocess.Popen[str]) -> None:
    """Interrupt it, and wait until it says that it knows."""
    process.send_signal(signal.SIGINT)
    assert process.stderr is not None
    assert "waiting for the rows under way" in process.stderr.readline()


def test_an_interrupt_lets_the_rows_under_way_end(holding: Holding, tmp_path: Path, root: Path) -> None:
    """After Ctrl-C no new row is sent, those under way are confirmed, and the next run does exactly the rest."""
    process = start(holding, tmp_path, root)
    assert holding.arrived.acquire(timeout=30)
    assert holding.arrived.acquire(timeout=30)
    interrupt(process)
    holding.go_on.set()
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    told = json.loads(out)
    assert told["stopped"] == "interrupted"
    assert told["done"] == len(holding.done)
    assert "the same command goes on from here" in err
    rest = start(holding, tmp_path, root)
    out, err = rest.communicate(timeout=30)
    assert rest.returncode == 0, err
    assert json.loads(out)["skipped"] == told["done"]
    assert sorted(holding.done) == sorted(f"/billing/customers/c{number}" for number in range(50))


def test_an_interrupted_call_ends_quietly(holding: Holding, tmp_path: Path, root: Path) -> None:
    """Ctrl-C during one call is exit code 130 and one line."""
    holding.free = 0
    command = [sys.executable, "-m", "moment_billing", "customers", "update", "c0", "--name", "x"]
    with subprocess.Popen(command, env=environment(holding, root), stderr=subprocess.PIPE, text=True) as process:
        assert holding.arrived.acquire(timeout=60)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, "moment: interrupted\n")


def test_a_second_interrupt_ends_it_at_once(holding: Holding, tmp_path: Path, root: Path) -> None:
    """With requests that hang, the second Ctrl-C does not wait, and what was confirmed is not sent again."""
    process = start(holding, tmp_path, root)
    assert holding.arrived.acquire(timeout=30)
    assert holding.arrived.acquire(timeout=30)
    confirmed = len(holding.done)
    interrupt(process)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert json.loads(out)["done"] == confirmed
    holding.go_on.set()
    rest = start(holding, tmp_path, root)
    out, _ = rest.communicate(timeout=30)
    assert json.loads(out)["skipped"] == confirmed


def test_a_killed_run_goes_on_where_it_was(holding: Holding, tmp_path: Path, root: Path) -> None:
    """A kill that no handler sees loses nothing that was confirmed."""
    process = start(holding, tmp_path, root)
    assert holding.arrived.acquire(timeout=30)
    assert holding.arrived.acquire(timeout=30)
    confirmed = len(holding.done)
    process.kill()
    process.communicate(timeout=30)
    holding.go_on.set()
    out, err = start(holding, tmp_path, root).communicate(timeout=30)
    assert json.loads(out)["skipped"] == confirmed, err
