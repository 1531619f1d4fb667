"""Documents as text, with every way to write a value, not only that of json.dumps."""

from __future__ import annotations

import json
import re
from itertools import accumulate, cycle, pairwise
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from streamkit._core.json.parser import (
    PartialJSON,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    JSON: TypeAlias = bool | float | str | list["JSON"] | dict[str, "JSON"] | None

SPACES = st.text(" \t\n\r", max_size=2)
NUMBERS = st.from_regex(
    r"-?(0|[1-9][0-9]{0,5})(\.[0-9]{1,4})?([eE][+-]?[0-9]{1,2})?", fullmatch=True
)
PLAIN = st.characters(min_codepoint=0x20, exclude_characters='"\\', exclude_categories=["Cs"])
ESCAPES = st.sampled_from(
    [r"\"", r"\\", r"\/", r"\b", r"\f", r"\n", r"\r", r"\t", r"\u00e9", r"\u2028", r"\uFFFF"]
)
PAIRS = st.sampled_from([r"\ud83d\ude80", r"\uD834\uDD1E"])
HALVES = st.sampled_from([r"\ud83d", r"\uDBFF", r"\ude80"])


def strings(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(parts, max_size=5).map(lambda content: f'"{"".join(content)}"')


def documents(
    texts: st.SearchStrategy[str], keys: st.SearchStrategy[str], *, unique: bool = False
) -> st.SearchStrategy[str]:
    def spaced(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.tuples(SPACES, parts, SPACES).map("".join)

    def containers(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        items = st.lists(spaced(values), max_size=4)
        pairs = st.lists(
            st.tuples(spaced(keys), spaced(values)),
            max_size=4,
            unique_by=(lambda pair: json.loads(pair[0])) if unique else None,
        )
        members = pairs.map(lambda found: [f"{key}:{value}" for key, value in found])
        return st.one_of(
            st.tuples(SPACES, items).map(lambda found: f"[{','.join(found[1]) or found[0]}]"),
            st.tuples(SPACES, members).map(lambda found: f"{{{','.join(found[1]) or found[0]}}}"),
        )

    scalars = NUMBERS | st.sampled_from(["true", "false", "null"]) | texts
    return spaced(st.recursive(scalars, containers, max_leaves=10))


STRINGS = strings(PLAIN | ESCAPES | PAIRS | HALVES)
TIDY_STRINGS = strings(PLAIN | ESCAPES | PAIRS)
FEW_KEYS = st.sampled_from(['"a"', '"b"', r'"\u0061"', '""'])
DOCUMENTS = documents(STRINGS, STRINGS | FEW_KEYS)
TIDY_DOCUMENTS = documents(TIDY_STRINGS, TIDY_STRINGS, unique=True)
SIZES = st.lists(st.integers(1, 7), min_size=1, max_size=5)

# Texts that are almost documents.
NOISE = st.text('{}[]",:\\/u0123dDeE+-.tfnrualse \n\x01é', max_size=12)


@st.composite
def nearly_documents(draw: st.DrawFn) -> str:
    text = draw(DOCUMENTS)
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, min(start + 2, len(text))))
    return text[:start] + draw(NOISE) + text[end:]


def without_halves(text: str) -> str:
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def load(text: str) -> Any:
    """Return the result of json.loads without its known extensions of JSON."""

    def refuse(constant: str) -> None:
        raise ValueError(constant)

    def tidy(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
        return {without_halves(key): tidy_value(value) for key, value in pairs}

    def tidy_value(value: JSON) -> JSON:
        if isinstance(value, str):
            return without_halves(value)
        return [tidy_value(item) for item in value] if isinstance(value, list) else value

    return tidy_value(json.loads(text, parse_constant=refuse, object_pairs_hook=tidy))


def loads(text: str) -> bool:
    try:
        load(text)
    except ValueError:
        return False
    return True


def pieces(text: str, sizes: list[int]) -> Iterator[str]:
    ends = accumulate(cycle(sizes), initial=0)
    for start, end in pairwise(ends):
        if start >= len(text):
            return
        yield text[start:end]


def fed(*texts: str, **limits: int) -> PartialJSON:
    parser = PartialJSON(**limits)
    for text in texts:
        parser.feed(text)
    return parser
