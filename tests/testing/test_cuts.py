"""`assert_any_cut` finds the cut that changes what is made of an input."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from streamkit import read
from streamkit.recording import shipped
from streamkit.testing import assert_any_cut

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_events_do_not_depend_on_the_cuts_of_a_stream() -> None:
    body = b"".join(each.data for each in shipped("json_schema_short").reads[-2:])

    def events(pieces: list[bytes]) -> list[dict[str, Any]]:
        return [event.to_dict(delta=True) for event in read(pieces)]

    assert_any_cut(events, body)


def test_a_cut_that_matters_is_named() -> None:
    def words(pieces: list[str]) -> Iterator[str]:
        for piece in pieces:
            yield from piece.split()

    said = "cut into ['a', 'b c'], value 0 is 'a', and of the whole it is 'ab'"
    with pytest.raises(AssertionError, match=re.escape(said)):
        assert_any_cut(words, "ab c")


def test_values_too_few_are_missing() -> None:
    with pytest.raises(AssertionError, match=r"value 0 is missing, and of the whole it is b'ab'"):
        assert_any_cut(lambda pieces: pieces if len(pieces) == 1 else [], b"ab")
