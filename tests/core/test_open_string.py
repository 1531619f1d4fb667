"""A piece of a string at a path reads the string as it was, however late it is read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit._core.json import located, parser
from streamkit._core.json.path import Path
from streamkit._core.json.watch import Found, Grown, PathWatch
from tests.core.json_documents import SIZES, cut

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TEXTS = st.text(st.sampled_from('ab"\\\n\N{DEGREE SIGN}\N{GRINNING FACE}'), max_size=40)


@pytest.fixture(autouse=True, scope="module")
def blocks_of_three_pieces() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for module in (parser, located):
            patch.setattr(module, "PIECES_PER_BLOCK", 3)
        yield


def grown(pieces: Iterable[str]) -> Iterator[Grown]:
    """Yield the pieces of the string at ``a``, each while the parser is where it came."""
    watch: PathWatch[Found | Grown] = PathWatch([Path.of("a")], Found, Grown)
    for piece in pieces:
        yield from (one for one in watch.take(piece) if isinstance(one, Grown))


@given(TEXTS, SIZES, st.booleans())
def test_each_piece_reads_the_string_as_it_was(text: str, sizes: list[int], escaped: bool) -> None:
    document = json.dumps({"a": text, "b": text}, ensure_ascii=escaped)
    kept: list[Grown] = []
    so_far: list[str] = []
    for one in grown(cut(document, sizes)):
        kept.append(one)
        so_far.append("".join(each.delta for each in kept))
        assert [each.value for each in kept] == so_far
    assert [each.value for each in kept] == so_far
    assert "".join(so_far[-1:]) == text


@given(TEXTS, SIZES)
def test_the_text_between_two_pieces_is_what_came_between_them(text: str, sizes: list[int]) -> None:
    kept: list[Grown] = []
    for one in grown(cut(json.dumps({"a": text}), sizes)):
        kept.append(one)
        log = one.text
        for first in kept:
            if isinstance(log, str):
                continue
            start = first.end - len(first.delta)
            assert log.between(start, one.end) == one.value[start:]


def test_pieces_of_an_ended_string_read_its_whole_text() -> None:
    *_, last = pieces = list(grown(['{"a":"', *"abcdefgh", '"}']))
    assert all(one.text is last.text for one in pieces)
    assert last.value is last.value
