"""Patterns mean what ECMA-262 says, in every tool."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import Contract
from contract.patterns import PatternError, compile_ecma, matches, to_python

PATTERNS = [
    r"^\d+$",
    r"^\w*$",
    r"\s",
    r"^\S+$",
    r"^[\w-]+$",
    r"^\D$",
    r"^.$",
    r"a$|^b",
    r"^[^\d]$",
    r"^(?<year>\d{4})-\k<year>$",
    r"^\u0041\x42\u{1F600}$",
    r"\bword\b",
    r"^\/[$.]\.[\]\\]$",
    r"^(?:a|b){1,3}?$",
    r"^(?=a)(?!b).$",
    r"^\+[1-9]\d{1,14}$",
]


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        (r"^\d$", "3", True),
        (r"^\d$", "\u0663", False),  # an Arabic-Indic digit
        (r"^a$", "a\n", False),
        (r"^\w$", "é", False),
        (r"^\s$", "\ufeff", True),
        (r"^.$", "\u2028", False),
        (r"^.$", "😀", True),
        (r"^\b$", "", False),
    ],
)
def test_where_the_dialects_differ_ecma_wins(pattern: str, text: str, *, expected: bool) -> None:
    """Digits beyond ASCII and a final newline do not match, whichever engine matches."""
    assert matches(pattern, text) is expected
    assert bool(re.search(to_python(pattern), text)) is expected


@given(
    st.sampled_from(PATTERNS),
    st.text(alphabet=st.sampled_from("ab3٣é_-+/.$]\\ \t\n\r\u2028\ufeff😀wordAB"), max_size=6),
)
def test_the_python_pattern_matches_the_same_texts(pattern: str, text: str) -> None:
    """Translation changes the dialect and nothing else."""
    assert bool(re.search(to_python(pattern), text)) is matches(pattern, text)


@pytest.mark.parametrize("pattern", ["[", "(", "a{2,1}", r"\k<none>", "*"])
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    """A pattern that ECMA-262 refuses is refused with the pattern in the message."""
    with pytest.raises(PatternError, match="is no regular expression of ECMA-262"):
        compile_ecma(pattern)


@pytest.mark.parametrize("pattern", [r"^\p{L}$", "[]", "[^]", r"\cA"])
def test_what_python_cannot_say_is_refused(pattern: str) -> None:
    """No translation is better than one that matches something else."""
    with pytest.raises(PatternError):
        to_python(pattern)


def test_the_validator_applies_the_ecma_meaning(contract: Contract) -> None:
    """A schema's pattern refuses a final newline and digits beyond ASCII."""
    phone = contract.validator("/components/schemas/Phone")
    assert phone.is_valid("+27123456789")
    assert not phone.is_valid("+27123456789\n")
    assert not phone.is_valid("+2712345678\u0669")


def test_every_pattern_of_the_contract_is_translated(contract: Contract) -> None:
    """The contract's patterns exist, and each has an equal in Python."""
    patterns = [
        place.value["pattern"] for place in contract.places if place.kind == "schema" and "pattern" in place.value
    ]
    assert len(patterns) >= 5
    for pattern in patterns:
        re.compile(to_python(pattern))
