"""Requests are held to the contract before a byte is sent, exactly as its own validator would hold them."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import load
from contract.formats import ISO_4217
from moment_billing import Moment, RequestValidationError, Violation, _schemas
from moment_billing import _formats as formats
from moment_billing._checks import Anything, Check, Choice, Fields, Flag, Items, Null, Nullable, Number, Some, Text
from moment_billing._operations import Extra, Operation, Parameter
from tests.client.rows import Row, shows

if TYPE_CHECKING:
    from collections.abc import Callable

CONTRACT = load()
SCHEMAS = {name: f"/components/schemas/{name}" for name in CONTRACT.document["components"]["schemas"]}

_EDGES = [
    *(
        "",
        "bcus_1",
        "bcus_",
        "INV-2024-001",
        "a\n",
        "ab c",
        "+27123456789",
        "+27123456789\n",
        "+2\u0667\u0661",
        "+\u0667",
    ),
    *(
        "+" + "1" * 15,
        "+" + "1" * 16,
        "+0123",
        "ZAR",
        "zar",
        "ZAR ",
        "XXX",
        "\u2028",
        "é@b.co",
        "a@b",
        "a b@c.de",
        "@b.co",
    ),
    *("john.doe@example.com", "a@", '"a b"@c.de', "a..b@c.de", "a@b..c"),
    *("x" * size + end for size in (39, 40, 254, 255, 499, 500) for end in ("", "x", "é")),
]
"""Texts on either side of the contract's limits, and where ECMA-262 and Python differ. Each is tried every time."""

_TEXTS = st.one_of(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), st.sampled_from(_EDGES))
_PAIRS = st.one_of(
    st.dictionaries(_TEXTS, st.one_of(_TEXTS, st.integers()), max_size=3),
    st.sampled_from([9, 10, 11, 20, 21]).map(lambda count: {f"key{i}": "value" for i in range(count)}),
)
_VALUES = st.one_of(
    _TEXTS, _PAIRS, st.integers(), st.booleans(), st.none(), st.just(2.0), st.just(2.5), st.lists(_TEXTS)
)
_BODIES = st.dictionaries(
    st.sampled_from(["external_reference", "name", "email", "phone", "currency", "balance", "metadata", "other"]),
    _VALUES,
)


def _found(check: Any, value: Any) -> list[Any]:
    found: list[Any] = []
    check.find(value, (), found)
    return found


@pytest.mark.parametrize("constant", _schemas.__all__)
@shows(Row.CONSTRAINTS)
def test_every_check_agrees_with_the_contract(constant: str) -> None:
    """Whatever value is drawn, the client refuses it exactly when the contract does."""
    place = f"/components/parameters/{_camel(constant.removesuffix('_PARAMETER'))}/schema"
    pointer = place if constant.endswith("_PARAMETER") else SCHEMAS[_camel(constant)]
    validator = CONTRACT.validator(pointer)
    check = getattr(_schemas, constant)
    node, _ = CONTRACT.resolve(CONTRACT.at(pointer), pointer)
    values = _BODIES if "properties" in node else _VALUES

    def agree(value: Any) -> None:
        assert bool(_found(check, value)) is not validator.is_valid(value)

    for edge in [*_EDGES, *({f"k{i}": "v" for i in range(count)} for count in (10, 11, 20, 21))]:
        agree(edge)
        agree({"external_reference": edge, "metadata": {"a": edge}})
    given(values)(agree)()


def _camel(constant: str) -> str:
    return "".join(word.capitalize() for word in constant.split("_"))


@pytest.mark.parametrize(
    ("name", "is_one", "texts"),
    [
        (
            "date",
            formats.is_date,
            ["2024-02-29", "2023-02-29", "2024-2-9", "20240229", "2024-W05-1", "2024-02-29\n", "٢٠٢٤-٠٢-٢٩"],
        ),
        (
            "date-time",
            formats.is_date_time,
            [
                *("2024-01-01T00:00:00Z", "2024-01-01t00:00:00.5+02:00", "2024-01-01 00:00:00Z", "2024-01-01T00:00:00"),
                *("2024-01-01T24:00:00Z", "2024-01-01T00:00:00+24:00", "2024-13-01T00:00:00Z"),
            ],
        ),
        ("uuid", formats.is_uuid, ["7b92a9a8-3b0f-4b4a-9d39-7d5f3f1c2e60", "7b92a9a83b0f4b4a9d397d5f3f1c2e60", "x"]),
        ("uri", formats.is_uri, ["https://a.b/c?d#e", "urn:a:b", "/a", "a b:c", "https://a b", "http://x/%zz"]),
        ("uri-reference", formats.is_uri_reference, ["/a/b", "a b", "https://a.b", "", "%41", "%4"]),
    ],
)
def test_formats_mean_what_the_standards_say(name: str, is_one: Callable[[str], bool], texts: list[str]) -> None:
    """The client's formats agree with an independent implementation of JSON Schema."""
    import jsonschema_rs

    judge = jsonschema_rs.Draft202012Validator({"format": name}, validate_formats=True)
    assert {text: is_one(text) for text in texts} == {text: judge.is_valid(text) for text in texts}


def test_the_code_table_is_that_of_the_contract() -> None:
    """Every code of ISO 4217 passes, and no other three capitals do."""
    assert [code for code in sorted(ISO_4217) if _found(_schemas.CURRENCY, code)] == []
    chance = random.Random(1)
    others = {"".join(chance.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ", k=3)) for _ in range(500)} - ISO_4217
    assert [code for code in sorted(others) if not _found(_schemas.CURRENCY, code)] == []


@pytest.fixture
def silent() -> Moment:
    """A client whose transport fails the test when anything is sent."""

    def refuse(request: httpx.Request) -> httpx.Response:
        pytest.fail(f"{request.method} was sent")

    return Moment("sk_test_example", base_url="https://api.test", transport=httpx.MockTransport(refuse))


@shows(Row.CONSTRAINTS)
def test_all_violations_come_at_once_each_with_its_field_and_rule(silent: Moment) -> None:
    """One error lists everything that is wrong, in words a person can act on."""
    with pytest.raises(RequestValidationError) as caught:
        silent.customers.update(
            "bcus_", balance=1, phone="12", name="x" * 256, metadata={"k" * 41: "v", "a": "v" * 501}
        )
    rules = {(violation.field, violation.rule) for violation in caught.value.violations}
    assert rules == {
        ("customer", "anyOf"),
        ("balance", "dependentRequired"),
        ("phone", "pattern"),
        ("name", "maxLength"),
        (f"metadata.{'k' * 41}", "propertyNames"),
        ("metadata.a", "maxLength"),
    }
    assert "balance needs currency" in str(caught.value)
    assert "x" * 256 not in str(caught.value)


@pytest.mark.parametrize("segment", ["", ".", ".."])
def test_a_segment_that_would_name_another_path_is_refused(silent: Moment, segment: str) -> None:
    """Empty and dot segments never leave, whatever the pattern says of them."""
    with pytest.raises(RequestValidationError, match="another path"):
        silent.customers.retrieve(segment)


@shows(Row.UNSET, Row.CONSTRAINTS)
def test_null_is_refused_where_the_contract_has_none(silent: Moment) -> None:
    """None is not "not given": it is refused with the field's name, instead of being sent as null."""
    with pytest.raises(RequestValidationError, match="name must be a string, not null"):
        silent.customers.update("x", name=None)  # type: ignore[arg-type]


def test_half_a_surrogate_pair_is_refused(silent: Moment) -> None:
    """A text that UTF-8 cannot carry is a violation, not an error of the encoder."""
    with pytest.raises(RequestValidationError, match="name must be text"):
        silent.customers.update("x", name="\ud800")


def test_a_name_that_cannot_be_printed_is_shown_escaped(silent: Moment) -> None:
    """The error can be printed anywhere: half a surrogate pair breaks no encoder, an escape sequence no terminal."""
    with pytest.raises(RequestValidationError) as caught:
        silent.customers.update("x", metadata={"\ud800": "v", "\x1b[2J\x9b": 5})  # type: ignore[dict-item]
    assert {each.field for each in caught.value.violations} == {r"metadata.\ud800", r"metadata.\u001b[2J\u009b"}
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("value", [None, 5])
def test_a_value_of_the_wrong_type_is_not_also_told_what_it_must_not_be(silent: Moment, value: Any) -> None:
    """A `not` that only a text can keep says nothing new of what is no text."""
    with pytest.raises(RequestValidationError) as caught:
        silent.customers.create(external_reference=value)
    assert [(each.field, each.rule) for each in caught.value.violations] == [("external_reference", "type")]
    with pytest.raises(RequestValidationError, match="must not match"):
        silent.customers.create(external_reference="bcus_1")


def test_an_integer_too_long_to_be_written_is_refused(silent: Moment) -> None:
    """Python writes 4300 digits; a longer integer is a violation, also in what the caller adds."""
    with pytest.raises(RequestValidationError, match="balance must have at most 4300 digits"):
        silent.customers.update("x", currency="ZAR", balance=-(10**4300))
    with pytest.raises(RequestValidationError, match=r"a\.0 must have at most 4300 digits"):
        silent.customers.update("x", extra_body={"a": [10**4300]})
    with pytest.raises(RequestValidationError, match=r"customer cannot be written: .*4300 digits"):
        silent.customers.retrieve(10**4300)  # type: ignore[arg-type]
    for location in ("header", "query"):
        parameter = Parameter("size", location, Number())
        operation: Operation[None] = Operation("op", "GET", "/", None, repeatable=True, parameters=(parameter,))
        with pytest.raises(RequestValidationError, match="size must have at most 4300 digits"):
            operation.call({"size": 10**4300})


def test_a_body_that_never_ends_is_refused(silent: Moment) -> None:
    """A mapping that holds itself is a violation; so is one that is nested too deeply."""
    body: dict[str, Any] = {}
    body["self"] = [body]
    with pytest.raises(RequestValidationError, match="nested too deeply, or holds itself"):
        silent.customers.update("x", extra_body=body)


def test_an_idempotency_key_is_checked_too(silent: Moment) -> None:
    """The contract's pattern holds for a key of one's own."""
    with pytest.raises(RequestValidationError, match="Idempotency-Key"):
        silent.customers.create(external_reference="x", idempotency_key="not a key")


def test_a_query_of_ones_own_stands_in_place_of_the_clients() -> None:
    """`extra_query` replaces the parameter of its name, and leaves the others."""
    page, size = (Parameter(name, "query", Number()) for name in ("page", "size"))
    listing: Operation[None] = Operation("list", "GET", "/list", None, repeatable=True, parameters=(page, size))
    call = listing.call({"page": 1, "size": 5}, extra=Extra(query={"page": 2, "flag": True}))
    assert call.query == [("size", "5"), ("page", "2"), ("flag", "true")]
    assert call.with_query({"page": 3}).query == [("size", "5"), ("flag", "true"), ("page", "3")]
    assert call.query[1] == ("page", "2")


def test_path_values_are_encoded() -> None:
    """What the runtime is given as a path value can never reach another path."""
    operation: Operation[None] = Operation(
        "op", "GET", "/a/{b}/c", None, repeatable=True, parameters=(Parameter("b", "path", Anything(), required=True),)
    )
    assert operation.call({"b": "../x?y#z%é {c}"}).path == "/a/..%2Fx%3Fy%23z%25%C3%A9%20%7Bc%7D/c"


@pytest.mark.parametrize(
    ("check", "good", "bad", "rule"),
    [
        (Number(minimum=1), 1, 0, "minimum"),
        (Number(maximum=1), 1, 2, "maximum"),
        (Number(exclusive_minimum=1), 2, 1, "exclusiveMinimum"),
        (Number(exclusive_maximum=1), 0.5, 1, "exclusiveMaximum"),
        (Number(multiple_of=0.1), 0.3, 0.35, "multipleOf"),
        (Number(integer=True), 1.0, 1.5, "type"),
        (Number(), 1.5, float("nan"), "type"),
        (Number(), 1, True, "type"),
        (Text(min_length=2), "ab", "a", "minLength"),
        (Items(min_items=1), [0], [], "minItems"),
        (Items(max_items=1), [0], [0, 1], "maxItems"),
        (Items(unique=True), [1, True, "1"], [{"a": 1, "b": 2}, {"b": 2.0, "a": 1}], "uniqueItems"),
        (Items(item=Flag()), [True], [1], "type"),
        (Items(), (), "text", "type"),
        (Fields(min_properties=1), {"a": 1}, {}, "minProperties"),
        (Fields(others=None, properties={"a": Flag()}), {"a": True}, {"b": 1}, "additionalProperties"),
        (Choice((1, "a")), 1, True, "enum"),
        (Nullable(Flag()), None, 0, "type"),
        (Null(), None, 0, "type"),
        (Some(Flag(), Number(minimum=1), wanted="one"), 1, 0, "anyOf"),
        (Some(Number(minimum=1), Number(maximum=2), exactly_one=True, wanted="one"), 3, 1, "oneOf"),
    ],
)
def test_each_limit_ends_where_json_schema_says(check: Check, good: object, bad: object, rule: str) -> None:
    """The last value that passes, and the first that does not, of what this contract does not use yet too."""
    found: list[Violation] = []
    check.find(good, ("field",), found)
    assert found == []
    check.find(bad, ("field",), found)
    assert [violation.rule for violation in found] == [rule]
    assert found[0].field.startswith("field")
