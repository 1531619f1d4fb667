"""A parser reads short pieces and long ones with the same outcome, on its two roads."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given

from streamkit._core.json import parser as module
from streamkit._core.json.parser import MAX_REPEATS, PartialJSON
from tests.core.json_texts import SIZES, nearly_documents, pieces


def read(text: str, sizes: list[int], *, short: int) -> list[tuple[Any, ...]]:
    """Return what is known after each piece, where pieces up to a length take the short road."""
    parser = PartialJSON(max_depth=3)
    states: list[tuple[Any, ...]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_SHORT", short)
        for piece in pieces(text, sizes):
            parser.feed(piece)
            view = repr(parser.view())
            states.append((view, parser.complete, parser.error, parser.error_position))
        parser.close()
    return [*states, (repr(parser.view()), parser.complete, parser.position)]


@given(nearly_documents(), SIZES)
@example('{"a": "b" : 1}', [3])
@example('["a" "b"]', [4])
@example('{"a": {"b": [[[', [2])
@example('{"a": 1, "a": {"b": 2}, "c": "d"}', [5])
@example('{"a", "b"}', [40])
@example('[{"a":"b\\u00e9"}, {}, [], ,]', [6])
@example('"a"b"', [5])
@example("{" + '"a":"b",' * (MAX_REPEATS + 3), [8])
def test_the_road_of_a_piece_makes_no_difference(text: str, sizes: list[int]) -> None:
    assert read(text, sizes, short=64) == read(text, sizes, short=0)
