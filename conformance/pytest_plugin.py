"""The suite inside an implementer's own pytest: a test for each claim, against a URL or an application of the process.

    # conftest.py
    pytest_plugins = ["conformance.pytest_plugin"]

    # test_conformance.py
    import pytest
    from conformance.pytest_plugin import Implementation

    @pytest.fixture(scope="session")
    def implementation():
        return Implementation(app, api_key="sk_test_one", other_api_key="sk_test_two", public_api_key="pk_test_one")

    def test_claim(conformance_claim):
        conformance_claim.hold()

The server is judged once for all the tests that were selected.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.settings import Settings
    from conformance.verdict import Result, Verdict

__all__ = ["ClaimTest", "Implementation", "conformance_claim", "conformance_results", "implementation"]


@dataclass(frozen=True)
class Implementation:
    """What to judge: the URL of a running server, or an ASGI or WSGI application; and the keys that it knows.

    Attributes:
        target: A URL, or an application, which is served on a free local port.
        api_key: A secret key of one merchant.
        other_api_key: A secret key of another merchant; without one, what merchants hide from each other is skipped.
        public_api_key: A public key of the first merchant; without one, what it may not do is skipped.
        customer: A customer that exists, perhaps with payment rules.
        seed: What generated values are drawn from.
        max_time: Seconds after which the verdict is given.
    """

    target: Any
    api_key: str
    other_api_key: str = ""
    public_api_key: str = ""
    customer: str = ""
    seed: int = 0
    max_time: float = 60.0

    def settings(self, url: str, claims: tuple[str, ...]) -> Settings:
        """The settings of the run; all claims when none are named."""
        from conformance.settings import Settings  # noqa: PLC0415 - loaded with every pytest, so it must be light

        return Settings(
            url=url,
            api_key=self.api_key,
            other_api_key=self.other_api_key,
            public_api_key=self.public_api_key,
            customer=self.customer,
            claims=claims,
            seed=self.seed,
            max_time=self.max_time,
        )


class ClaimTest:
    """One claim, ready to be held against the implementation."""

    def __init__(self, claim: str, results: Mapping[str, Result], url: str) -> None:
        self.claim = claim
        self._result = results[claim]
        self._url = url

    def hold(self) -> None:
        """Fail when the claim is broken, with what shows it; skip when it was not exercised, with what that needs."""
        from conformance.verdict import State  # noqa: PLC0415

        result = self._result
        if result.state is State.NOT_EXERCISED:
            pytest.skip(result.note)
        if result.state is State.ERROR:
            pytest.fail(f"the suite itself failed: {result.note}", pytrace=False)
        if result.state is State.FAIL:
            pytest.fail(self._message(), pytrace=False)

    def _message(self) -> str:
        finding = self._result.shown
        lines = [f"{self._result.claim.says} ({self._result.claim.page})"]
        if finding is not None:
            lines.append(finding.message)
            for exchange in finding.exchanges:
                lines += [*exchange.lines(), exchange.curl(self._url), ""]
        return "\n".join(lines)


@pytest.fixture(scope="session")
def implementation() -> Implementation:
    """The implementation to judge; define a fixture of this name yourself."""
    pytest.fail("define a session fixture `implementation` that returns a conformance.pytest_plugin.Implementation")


@pytest.fixture(scope="session")
def conformance_results(implementation: Implementation, request: pytest.FixtureRequest) -> Verdict:
    """The verdict on the claims whose tests were selected, reached once."""
    from conformance.runner import judge  # noqa: PLC0415
    from conformance.serving import serving  # noqa: PLC0415
    from conformance.subject import Subject  # noqa: PLC0415

    subject = Subject()
    selected = _selected(request.session.items)
    claims = () if len(selected) == len(_judged()) else tuple(sorted(selected))
    target = implementation.target
    with nullcontext(target) if isinstance(target, str) else serving(target) as url:
        verdict = judge(implementation.settings(url, claims), subject)
    if verdict.refusal:
        pytest.fail(verdict.refusal, pytrace=False)
    return verdict


@pytest.fixture
def conformance_claim(request: pytest.FixtureRequest, conformance_results: Verdict) -> ClaimTest:
    """One claim of the ledger; a test that takes it runs once for each claim that can be judged."""
    results = {result.claim.id: result for result in conformance_results.results}
    return ClaimTest(request.param, results, conformance_results.url)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for a claim once for each."""
    if "conformance_claim" in metafunc.fixturenames:
        metafunc.parametrize("conformance_claim", _judged(), indirect=True)


def _judged() -> list[str]:
    from contract.ledger import load_claims  # noqa: PLC0415

    return [claim.id for claim in load_claims() if claim.level != "open" and not claim.unchecked]


def _selected(items: list[pytest.Item]) -> set[str]:
    calls = (getattr(item, "callspec", None) for item in items)
    return {call.params["conformance_claim"] for call in calls if call and "conformance_claim" in call.params}
