"""JSON is read strictly, and what was read is written as it was."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.strictjson import DEPTH_MAX, JsonError, decode, encode

CHARACTERS = st.characters(exclude_categories=["Cs"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(CHARACTERS),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(CHARACTERS), inner),
)


@given(VALUES, st.booleans())
def test_what_is_read_is_written_as_it_was(value, ensure_ascii):
    """Texts of any characters and integers of any size survive, escaped or not."""
    assert decode(json.dumps(value, ensure_ascii=ensure_ascii).encode()) == value
    assert decode(encode(value).encode()) == value


@given(st.binary())
def test_reading_ends_with_a_value_or_a_json_error(data):
    """No input makes reading fail in another way."""
    try:
        value = decode(data)
    except JsonError:
        return
    assert json.loads(data) == value


@given(st.integers(-(10**20), 10**20).filter(bool), st.integers(0, 5))
def test_integral_numbers_are_integers(number, zeros):
    """`2000.0`, `2000` and `2.000e3` are the same integer."""
    for text in (f"{number}.{'0' * zeros}0", f"{number}e0", f"{number}00e-2"):
        assert decode(text.encode()) == number
        assert isinstance(decode(text.encode()), int)


@pytest.mark.parametrize(
    "text", ["9007199254740993.5", "-12345678901234567890.5", f"0.{'9' * 20}", f"2000.{'0' * 20}1", f"{10**30 + 5}e-1"]
)
def test_a_fraction_never_becomes_an_integer(text):
    """What a double would round to an integer is refused: an amount is an integer as it was sent, or none."""
    with pytest.raises(JsonError, match="more digits"):
        decode(text.encode())
    assert decode(b"0.5") == 0.5


@pytest.mark.parametrize(
    "text", ["1e309", "-1e41", "1.5e308", "-1e999999999999", f"1e{'9' * 30}", "1e-5000", "9" * 4301, "NaN", "-Infinity"]
)
def test_numbers_out_of_range_are_refused(text):
    """A number that could not be kept is refused, at once, and so is an integer far longer than its text."""
    with pytest.raises(JsonError):
        decode(text.encode())


def test_long_integers_are_those_that_are_written_out():
    """What an exponent asks for stays short; digits that came in cost as much to send as to keep."""
    assert decode(b"1e40") == 10**40
    assert decode(b"9" * 4300) == int("9" * 4300)
    assert decode(b"1e-40") == 1e-40


@pytest.mark.parametrize(
    ("text", "said"), [('"\n"', "character at line 1, column 2"), ('"', "starting at line 1, column 1")]
)
def test_what_is_wrong_is_said_with_its_place(text, said):
    """In one sentence."""
    with pytest.raises(JsonError, match=said):
        decode(text.encode())


@pytest.mark.parametrize(("begin", "end"), [("[", "]"), ('{"a":', "}")])
def test_nesting_has_a_limit(begin, end):
    """What is deeper is refused, long before anything that recurses gives up. Brackets side by side are not deep."""
    assert decode(f"{begin * DEPTH_MAX}1{end * DEPTH_MAX}".encode())
    assert decode(f"[{','.join(['[]'] * 10_000)}]".encode())
    for inner in ("[]", "{}", begin * 100 + "1" + end * 100):
        with pytest.raises(JsonError, match="nested"):
            decode(f"{begin * DEPTH_MAX}{inner}{end * DEPTH_MAX}".encode())


def test_a_name_twice_is_found_among_many():
    """The last of many names repeats the first; comparing each with each would take minutes."""
    names = ",".join(f'"{number}":0' for number in range(100_000))
    with pytest.raises(JsonError, match="'0' stands twice"):
        decode(f'{{{names},"0":0}}'.encode())


@pytest.mark.parametrize("text", [r'"\ud800"', r'["\uDFFF\uD800"]', r'{"\ud83d": 1}'])
def test_half_a_surrogate_pair_is_refused(text):
    """It is no character and could not be sent back."""
    with pytest.raises(JsonError, match="surrogate"):
        decode(text.encode())
    assert decode(rb'"\ud83e\udd8a"') == "🦊"
