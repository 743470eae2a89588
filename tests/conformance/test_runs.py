"""What a run sends and says: its order, its scope, what it leaves out and why."""

from __future__ import annotations

import shutil
import socket
import subprocess
from typing import TYPE_CHECKING

import hypothesis
import pytest
from redis import Redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from conformance.checks import all_checks
from conformance.names import PREFIX
from conformance.runner import judge
from conformance.settings import Settings, UsageError
from conformance.verdict import State
from tests.conformance.faults import FAULTS, VARIANTS
from tests.conformance.faults.judging import judge_whole, serving

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.exchange import Exchange
    from conformance.subject import Subject
    from tests.conformance.conftest import Sandbox

CLAIMS = ("create.fields", "external-reference.pattern")


def test_each_judged_claim_has_a_check(subject: Subject) -> None:
    """Every must and should that something can check has a check, and no check stands for an unknown claim."""
    judged = {claim.id for claim in subject.claims.values() if claim.level != "open" and not claim.unchecked}
    assert {claim for check in all_checks(subject) for claim in check.claims} == judged


def test_names_of_checks_are_unique(subject: Subject) -> None:
    """A check draws its references by its name, so two of one name would meet."""
    names = [check.name for check in all_checks(subject)]
    assert len(names) == len(set(names))


def test_only_the_named_claims_are_judged(sandbox: Sandbox, subject: Subject) -> None:
    """With --claim the verdict is about those claims alone."""
    verdict = judge(sandbox.settings(claims=("retrieve.unknown",)), subject)
    assert [(result.claim.id, result.state) for result in verdict.results] == [("retrieve.unknown", State.PASS)]


def test_no_request_is_generated_when_the_time_is_up(sandbox: Sandbox, subject: Subject) -> None:
    """What is left of the time is for the last look; the verdict says what was left out."""
    verdict = judge(sandbox.settings(claims=("id.stable",), generated=True, max_time=3.0), subject)
    assert [note for note in verdict.notes if "no generated requests: there was no time left" in note]


def test_same_seed_same_requests(subject: Subject) -> None:
    """Under one seed two runs send the same requests in the same order, each to a fresh server."""
    first, second = (_requests(subject, seed=7) for _ in range(2))
    assert first == second
    assert first != _requests(subject, seed=8)


def _requests(subject: Subject, seed: int) -> list[tuple[str, str, bytes | None]]:
    assert VARIANTS[0].what == "the sandbox itself"
    log = judge_whole(VARIANTS[0], seed, claims=CLAIMS).verdict.exchanges
    return [(_without_ids(exchange), exchange.request.method, exchange.request.body) for exchange in log]


def _without_ids(exchange: Exchange) -> str:
    """The target, but for the ids that the server draws."""
    head, _, name = exchange.request.target.rpartition("/")
    return head if name.startswith("bcus_") else exchange.request.target


def test_a_run_can_be_repeated_on_one_server(sandbox: Sandbox, subject: Subject) -> None:
    """The second run under a seed draws names that the first did not use, and passes as well."""
    for _ in range(2):
        verdict = judge(sandbox.settings(seed=99, claims=("create.stored",)), subject)
        assert [result.state for result in verdict.results] == [State.PASS]


def test_customers_carry_a_recognisable_reference(sandbox: Sandbox, subject: Subject) -> None:
    """Whatever the checks create can be found again by its reference."""
    verdict = judge(sandbox.settings(claims=("update.only-this",)), subject)
    created = [exchange for exchange in verdict.exchanges if exchange.status == 201]
    assert created
    assert all(PREFIX in exchange.record["external_reference"].lower() for exchange in created)


def test_read_only_sends_only_gets(sandbox: Sandbox, subject: Subject) -> None:
    """With --read-only nothing is written, and the rest says what it would need."""
    made = judge(sandbox.settings(claims=("id.unique",)), subject).exchanges
    name = next(exchange.record["id"] for exchange in made if exchange.status == 201)
    verdict = judge(sandbox.settings(read_only=True, customer=name), subject)
    assert {exchange.request.method for exchange in verdict.exchanges} == {"GET"}
    assert verdict.exit_status == 0
    states = {result.claim.id: result for result in verdict.results}
    for claim in ("retrieve.success", "retrieve.unknown", "retrieve.reads-only", "auth.missing-key", "id.pattern"):
        assert states[claim].state is State.PASS, states[claim]
    assert "--read-only" in states["create.success"].note


def test_missing_keys_are_told(sandbox: Sandbox, subject: Subject) -> None:
    """Without a second merchant's key, what needs one is not exercised, and says so."""
    verdict = judge(sandbox.settings(other_api_key="", claims=("auth.merchant.reads-own",)), subject)
    assert verdict.results[0].state is State.NOT_EXERCISED
    assert "--other-api-key" in verdict.results[0].note
    assert verdict.exit_status == 2


@pytest.mark.skipif(shutil.which("redis-server") is None, reason="needs redis-server on the PATH")
@pytest.mark.parametrize("profile", ["default", "ci"])
def test_examples_are_shared_through_redis(profile: str, subject: Subject, tmp_path: Path) -> None:
    """What one runner's generator finds is kept where the others look, also under Hypothesis's profile for CI."""
    fault = next(fault for fault in FAULTS if fault.what == "creates answer 200")  # whatever is drawn shows it
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    before = hypothesis.settings.get_current_profile_name()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process, serving(fault) as (url, key, _, _):
        settings = Settings(url, key, seed=3, claims=("create.success",), examples=f"redis://127.0.0.1:{port}/0")
        client = Redis(port=port, retry=Retry(ConstantBackoff(0.1), 100))
        assert client.ping()
        hypothesis.settings.load_profile(profile)
        try:
            verdict = judge(settings, subject)
            assert hypothesis.settings.get_current_profile_name() == profile
        finally:
            hypothesis.settings.load_profile(before)
        kept = client.keys("moment-conformance:*")
        client.close()
        process.terminate()
    assert kept, verdict.notes


def test_shards_share_the_checks(subject: Subject) -> None:
    """The parts of a campaign have no check in common, and together have all."""
    from conformance.runner import shard_of

    parts = [shard_of(all_checks(subject), (part, 3)) for part in (1, 2, 3)]
    assert sorted(check.name for part in parts for check in part) == sorted(c.name for c in all_checks(subject))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"url": "localhost:8000"}, "no URL"),
        ({"url": "http://127.0.0.1:99999"}, "no URL"),
        ({"url": "http://127.0.0.1:port"}, "no URL"),
        ({"url": "http://[::1"}, "no URL"),
        ({"url": "http://user:secret@127.0.0.1"}, "--api-key"),
        ({"url": "http://127.0.0.1/?version=1"}, r"before the \?"),
        ({"api_key": ""}, "--api-key"),
        ({"api_key": "sk_test_1\n"}, "--api-key"),
        ({"public_api_key": "pk_tést"}, "--public-api-key"),
        ({"other_api_key": "sk_test_example"}, "the same"),
        ({"max_time": float("nan")}, "--max-time"),
        ({"rate": float("nan")}, "--rate"),
        ({"read_only": True}, "--customer"),
        ({"shard": (3, 2)}, "--shard"),
        ({"max_time": 0}, "--max-time"),
    ],
)
def test_senseless_settings(changes: dict[str, object], says: str) -> None:
    """What makes no sense is refused with the option to change."""
    usual: dict[str, object] = {"url": "http://127.0.0.1", "api_key": "sk_test_example"}
    with pytest.raises(UsageError, match=says):
        Settings(**{**usual, **changes})  # type: ignore[arg-type]
