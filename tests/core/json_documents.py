"""JSON texts of every kind, as Hypothesis draws them, and ways to cut them into pieces."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = st.sampled_from(["a", "b", "answer", "a b", "it's", '"', "\\", "/~", "é", "", "0"])
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**6), 10**6),
    st.floats(-1e6, 1e6, allow_nan=False),
    st.text(max_size=6),
)
VALUES = st.recursive(
    SCALARS,
    lambda values: st.one_of(
        st.lists(values, max_size=4), st.dictionaries(NAMES, values, max_size=4)
    ),
    max_leaves=16,
)
SIZES = st.lists(st.integers(1, 7), min_size=1, max_size=6)


def cut(text: str, sizes: list[int]) -> Iterator[str]:
    """Cut a text into pieces of these sizes, over and over."""
    at = number = 0
    while at < len(text):
        size = sizes[number % len(sizes)]
        yield text[at : at + size]
        at += size
        number += 1


def as_text(value: Any) -> str:
    """Write a value as JSON in which some characters are escaped and some are not."""
    return json.dumps(value, ensure_ascii=hash(str(value)) % 2 == 0, indent=1)
