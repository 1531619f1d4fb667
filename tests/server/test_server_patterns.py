"""Patterns of clients match as in `re`, and each search stays within a budget."""

from __future__ import annotations

import re
import warnings
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streamkit.server.sampling.budget import Budget, ExhaustedError
from streamkit.server.sampling.pattern import check_pattern, matches, matching
from streamkit.server.sampling.unsatisfiable import UnsatisfiableError

ATOMS = st.sampled_from(
    [
        *("a", "b", "c", "1", "_", " ", r"\n", r"\x61", r"\u0062", r"\t", r"\-", "]", "é"),
        *(
            r"\d",
            r"\D",
            r"\w",
            r"\W",
            r"\s",
            r"\S",
            ".",
            "[ab]",
            "[^a]",
            "[a-c1]",
            r"[^\s]",
            "[]a]",
        ),
        *(
            r"\b",
            r"\B",
            "^",
            "$",
            r"\A",
            r"\Z",
            "{a",
            "{",
            "[a",
            "(",
            ")",
            "*",
            "[b-a]",
            r"\y",
            r"\x6",
        ),
    ]
)
QUANTIFIERS = st.sampled_from(
    ["", "", "", "*", "+", "?", "{2}", "{1,2}", "{,2}", "{2,}", "{,}", "*?", "{2,1}", "{0}", "+?"]
)
PATTERNS = st.recursive(
    st.tuples(ATOMS, QUANTIFIERS).map("".join),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=4).map("".join),
        st.lists(inner, min_size=2, max_size=3).map("|".join),
        st.tuples(
            st.sampled_from(["(", "(?:", "(?=", "(?!", "(?P<n>"]), inner, st.just(")"), QUANTIFIERS
        ).map("".join),
        st.sampled_from(["(?<=a)", "(?<!b)", r"(?<=\b)", "(?<![ab]c)"]),
    ),
    max_leaves=6,
)

# Python has possessive quantifiers since 3.11; JSON Schema's expressions, JavaScript's, do not.
POSSESSIVE = re.compile(r"(?:[*+?]|\{\d*,?\d*\})\+")


def meant(pattern: str) -> re.Pattern[str] | None:
    """Return Python's pattern, or None if the text is invalid or valid in Python alone."""
    if POSSESSIVE.search(pattern):
        return None
    try:
        with warnings.catch_warnings(action="ignore"):  # sets that look nested
            return re.compile(pattern)
    except (re.error, OverflowError):
        return None


@pytest.mark.thorough
@settings(max_examples=500)
@given(pattern=PATTERNS, texts=st.lists(st.text("abc1_ \né-", max_size=7), max_size=4))
def test_a_pattern_is_found_where_python_finds_it(pattern: str, texts: list[str]) -> None:
    python = meant(pattern)
    if python is None:
        with pytest.raises(UnsatisfiableError):
            check_pattern(pattern)
        return
    for text in texts:
        # Before 3.14 neither \b nor \B matches the empty text.
        if text or r"\B" not in pattern:
            assert matches(pattern, text) == (python.search(text) is not None)


@pytest.mark.thorough
@settings(max_examples=300)
@given(pattern=PATTERNS, seed=st.integers(0, 2**32))
def test_a_text_that_is_drawn_matches_unless_an_anchor_is_in_its_way(
    pattern: str, seed: int
) -> None:
    assert pattern is not None
    if meant(pattern) is None or re.search(r"[\^$]|\\[ABZb]|\(\?[=!<]", pattern):
        return
    text = matching(pattern, Random(seed))  # noqa: S311 - it guards nothing
    assert re.search(pattern, text)
    assert matching(pattern, Random(seed)) == text  # noqa: S311 - it guards nothing


@pytest.mark.parametrize("pattern", [r"[^\x00-\x7f]{3}", "[日-本]", r"\W+", r"[^ -~]", r"[\D]{2}"])
def test_what_is_not_ascii_can_be_drawn(pattern: str) -> None:
    for seed in range(20):
        assert re.search(pattern, matching(pattern, Random(seed)))  # noqa: S311 - it guards nothing


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(((^{9999}){9999}){9999})", "nothing to repeat"),
        ("a" * 200_000, "200000 characters is too long"),
        (r"\xZZ", "incomplete escape"),
        (r"\x+1", "incomplete escape"),
        (r"\u12", "incomplete escape"),
        (r"\U00110000", "incomplete escape"),
        ("a{" + "9" * 5000 + "}", "repetitions are too many"),
        ("a{" + "9" * 5000 + ",}", "repetitions are too many"),
        ("(" * 4000 + ")" * 4000, "nested too deeply"),
        ("(?:" * 60 + ")" * 60, "nested too deeply"),
        ("(?=" * 60 + ")" * 60, "nested too deeply"),
        ("[" * 9000, "ends too early"),
        (r"(a)\1", "back-references"),
        (r"(?P<x>a)(?P=x)", "unknown extension"),
        (r"(?i)a", "unknown extension"),
        (r"(?>a)", "unknown extension"),
        (r"(?(1)a|b)", "unknown extension"),
        ("a++", "possessive"),
        ("a**", "multiple repeat"),
        ("a{2,1}", "min repeat"),
        ("[z-a]", "bad character range"),
        ("a)", "unbalanced"),
        ("\\", "ends too early"),
        (r"\p{L}", "bad escape"),
    ],
    ids=lambda text: f"{text[:20]}{text[-5:]}",
)
def test_what_is_no_pattern_is_refused(pattern: str, why: str) -> None:
    for work in (lambda: check_pattern(pattern), lambda: matches(pattern, "a")):
        with pytest.raises(UnsatisfiableError, match=re.escape(why)) as caught:
            work()
        assert len(str(caught.value)) < 300


EXPONENTIAL = [
    "^(a+)+$",
    "^(a|a)*$",
    "^((a|b?)*)*$",
    "^(a|aa|aaa|aaaa)+$",
    "(.*)*x",
    "(((a?){99}){99}){99}b",
    "((((b?)*)?)*)?$",
    "^(?=(a+)+b)(?!(a*)*c)",
    "(?<=(a|b)*c)d",
    "(?:a?){5000}a{5000}",
    "(((()*){9999})*){9999}",
    "|".join(["a*b"] * 500),
]


@pytest.mark.parametrize("pattern", EXPONENTIAL, ids=lambda text: text[:20])
def test_no_search_backtracks(pattern: str) -> None:
    text = "a" * 5000 + "!"
    assert matches(pattern, text) == (
        pattern in {"((((b?)*)?)*)?$", "(((()*){9999})*){9999}"} or pattern.startswith("(?:a?)")
    )


@pytest.mark.parametrize(
    "pattern",
    [
        "(((a?){9999}){9999}){9999}",
        "((((|){9999}){9999}){9999})",
        "(((){9999}){9999}){9999}",
        "(((?=a){9999}){9999}){9999}",
        "[^" + "".join(map(chr, range(0x4E00, 0x4E00 + 2000))) + "]{9999}",
    ],
    ids=lambda text: text[:20],
)
def test_drawing_ends_with_its_budget(pattern: str) -> None:
    with pytest.raises((ExhaustedError, UnsatisfiableError)):
        matching(pattern, Random(0), stretch=1000, budget=Budget(100_000))  # noqa: S311 - it guards nothing


def test_searching_ends_with_its_budget() -> None:
    alternatives = "|".join(f"{letter}{{99}}" for letter in "abcdefgh" * 200)
    with pytest.raises(ExhaustedError):
        matches(alternatives, "abcdefgh" * 1000, budget=Budget(10_000))
