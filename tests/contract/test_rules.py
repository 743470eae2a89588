"""Each rule of our own: the contract keeps it, and a contract that breaks it in one place is told so there."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract import Contract, ContractError
from contract.lint import check
from contract.rules import RULES
from tests.contract.conftest import SMALL, Edit, read

GET = "/paths/~1things~1{thing}/get"
NAME = "/components/schemas/Name"
THING = "/components/schemas/Thing"

# Rule, where the small contract is changed, the new value (none: removed), and where the finding must point.
BREACHES: list[tuple[str, str, tuple[Any, ...], str]] = [
    ("reference-resolves", f"{THING}/properties/name", ({"$ref": "#/nowhere"},), f"{THING}/properties/name"),
    ("reference-resolves", f"{THING}/properties/name", ({"$ref": "other.yaml"},), f"{THING}/properties/name"),
    ("reference-resolves", NAME, ({"$ref": f"#{NAME}"},), NAME),
    ("reference-resolves", f"{GET}/parameters/0", ({"$ref": f"#{NAME}"},), f"{GET}/parameters/0"),
    ("known-keyword", f"{NAME}/minLenght", (3,), f"{NAME}/minLenght"),
    ("known-keyword", f"{NAME}/nullable", (True,), f"{NAME}/nullable"),
    ("valid-schema", f"{NAME}/maxLength", ("3",), f"{NAME}/maxLength"),
    ("valid-schema", f"{NAME}/type", ("text",), f"{NAME}/type"),
    ("valid-openapi", f"{GET}/respones", ({},), GET),
    ("valid-openapi", f"{GET}/responses/200/description", (3,), f"{GET}/responses/200/description"),
    ("openapi-spec-validator", "/tags", ([{"name": "Things", "description": str(n)} for n in range(2)],), ""),
    ("operation-id", f"{GET}/operationId", (), GET),
    ("operation-tag", f"{GET}/tags", (), GET),
    ("operation-tag", f"{GET}/tags", (["Others"],), GET),
    ("operation-security", "/security", (), GET),
    ("operation-security", "/security", ([{"Other": []}],), GET),
    ("operation-errors", f"{GET}/responses/404", (), GET),
    ("operation-statuses", f"{GET}/responses/200", (), GET),
    ("operation-statuses", f"{GET}/responses/default", ({"description": "Any."},), f"{GET}/responses/default"),
    ("path-once", "/paths/~1things~1{other}", ({},), "/paths/~1things~1{other}"),
    ("callbacks", f"{GET}/callbacks", ({"paid": {}},), f"{GET}/callbacks/paid"),
    ("path-parameters", f"{GET}/parameters", ([],), GET),
    ("path-parameters", "/components/parameters/Thing/name", ("thong",), "/components/parameters/Thing"),
    ("link-target", "/components/links/Again/operationId", ("gone",), "/components/links/Again"),
    ("link-target", "/components/links/Again/parameters/x", ("y",), "/components/links/Again/parameters/x"),
    ("described", f"{NAME}/description", (), NAME),
    ("described", f"{GET}/summary", (), GET),
    ("described", "/components/parameters/Thing/description", (" ",), "/components/parameters/Thing"),
    ("pattern-compiles", f"{NAME}/pattern", ("^[a-z",), f"{NAME}/pattern"),
    ("pattern-compiles", f"{NAME}/pattern", (r"^\p{L}+$",), f"{NAME}/pattern"),
    ("known-format", f"{NAME}/format", ("telephone",), f"{NAME}/format"),
    ("required-is-defined", f"{THING}/required", (["id"],), THING),
    ("required-is-defined", f"{THING}/dependentRequired", ({"name": ["id"]},), THING),
    ("example-given", f"{NAME}/examples", (), NAME),
    ("example-given", "/components/parameters/Thing/example", (), "/components/parameters/Thing"),
    ("example-holds", f"{NAME}/examples", (["A"],), f"{NAME}/examples/0"),
    ("example-holds", f"{NAME}/default", ("a\n",), f"{NAME}/default"),
    ("example-holds", "/components/parameters/Thing/example", (3,), "/components/parameters/Thing/example"),
]


def test_the_contract_keeps_every_rule(contract: Contract) -> None:
    """This project's own contract has no finding."""
    assert check(contract) == []


def test_the_small_contract_keeps_every_rule(small: dict[str, Any]) -> None:
    """What the other tests break is whole to begin with."""
    assert check(read(small)) == []


@pytest.mark.parametrize(("rule", "place", "value", "at"), BREACHES)
def test_a_breach_is_found_where_it_stands(edit: Edit, rule: str, place: str, value: tuple[Any, ...], at: str) -> None:
    """Breaking a rule in one place yields a finding of that rule at that place, with its line."""
    broken = edit(place, *value)
    found = [(finding.rule, finding.pointer) for finding in check(broken)]
    assert (rule, at) in found
    assert all(finding.line for finding in check(broken))


def test_an_operation_id_is_taken_once(small: dict[str, Any]) -> None:
    """Two operations of one id are refused, and the message names the first."""
    small["paths"]["/others/{thing}"] = copy.deepcopy(small["paths"]["/things/{thing}"])
    (finding,) = check(read(small))
    assert finding.rule == "operation-id"
    assert "is taken, at /paths/~1things~1{thing}/get" in finding.message


def test_extensions_stand_beside_what_they_extend(small: dict[str, Any]) -> None:
    """What a contract says beyond OpenAPI is passed over, also where only names of its own are expected."""
    get = small["paths"]["/things/{thing}"]["get"]
    for extended in (small, small["paths"], small["paths"]["/things/{thing}"], get, get["responses"]):
        extended["x-more"] = 1
    assert check(read(small)) == []
    assert [operation.path for operation in read(small).operations] == ["/things/{thing}"]


def test_a_webhook_answers_with_no_error_of_the_api(small: dict[str, Any]) -> None:
    """Whoever receives a webhook is not the API: it has no keys of it and none of its shared errors, but a success."""
    answered = {"responses": {"200": {"description": "Taken."}}}
    told = {"summary": "Paid", "description": "Something was paid.", "tags": [small["tags"][0]["name"]]}
    small["webhooks"] = {"paid": {"post": {"operationId": "paid", "security": [{"None": []}], **told, **answered}}}
    assert check(read(small)) == []
    small["webhooks"]["paid"]["post"]["responses"] = {"400": {"description": "No."}}
    assert [finding.rule for finding in check(read(small))] == ["operation-statuses"]


def test_every_rule_has_a_contract_that_breaks_it() -> None:
    """No rule goes unproven."""
    assert {rule.name for rule in RULES} == {rule for rule, *_ in BREACHES}


def test_rules_have_names_and_reasons_of_their_own() -> None:
    """Each rule says in one sentence what it asks for, and no two share a name."""
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(rule.summary.endswith(".") for rule in RULES)


def _containers(node: Any) -> list[Any]:
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else []
    return [node, *(found for item in inner for found in _containers(item))] if inner else []


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_no_broken_contract_is_a_traceback(data: st.DataObject) -> None:
    """Whatever stands at whatever place, the answer is a list of findings or one refusal."""
    document = copy.deepcopy(SMALL)
    for _ in range(data.draw(st.integers(1, 3))):
        container = data.draw(st.sampled_from(_containers(document) or [document]))
        keys = sorted(container) if isinstance(container, dict) else range(len(container))
        if not keys:
            continue
        key = data.draw(st.sampled_from(list(keys)))
        container[key] = data.draw(
            st.sampled_from([None, 0, "", "x", [], {}, [{}], {"$ref": "#/components/schemas/Name"}, {"x": {}}, True])
        )
    try:
        broken = read(document)
    except ContractError:
        return
    check(broken)
    list(broken.places)
