"""Frames that came together are read at once where they differ in their pieces alone."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit._core.runs import RunReader
from streamkit._core.template import Hole, Template, places_of

BEFORE, AFTER = b'event: e\ndata: {"text":', b',"n":1}\n\n'

ODD = [
    b"",
    b"a",
    b'"',
    b"\\",
    b'","',
    b'"\n,"',
    b",",
    b"\n",
    b"\n\n",
    b" ",
    b'" "',
    b"\xc3",
    b"\xa9",
]
"""Bytes that are pieces, or that would merge or divide pieces if they were put side by side."""


def frames_of(*pieces: bytes) -> bytes:
    return b"".join(b'%b"%b"%b' % (BEFORE, piece, AFTER) for piece in pieces)


def one_by_one(*pieces: bytes) -> list[str]:
    """Decode each piece by itself; raise ``ValueError`` if one is no string."""
    texts = [json.loads(b'{"text":"%b"}' % piece) for piece in pieces]
    if any(text.keys() != {"text"} for text in texts):
        raise ValueError(pieces)
    return [text["text"] for text in texts]


@given(texts=st.lists(st.text(), min_size=2, max_size=9), ascii_only=st.booleans())
def test_the_pieces_of_a_run_are_the_texts_that_were_sent(
    texts: list[str], ascii_only: bool
) -> None:
    pieces = [json.dumps(text, ensure_ascii=ascii_only)[1:-1].encode() for text in texts]
    assert RunReader(BEFORE, AFTER).pieces_in(frames_of(*pieces)) == texts


@given(parts=st.lists(st.lists(st.sampled_from(ODD), max_size=3), min_size=2, max_size=4))
def test_pieces_side_by_side_are_read_as_each_by_itself(parts: list[list[bytes]]) -> None:
    pieces = [b"".join(part) for part in parts]
    try:
        texts = RunReader(BEFORE, AFTER).pieces_in(frames_of(*pieces))
    except ValueError:
        with pytest.raises(ValueError):  # noqa: PT011 - the same as of any JSON
            one_by_one(*pieces)
    else:
        assert texts == one_by_one(*pieces)


@pytest.mark.parametrize(
    "frames",
    [
        frames_of(b"one"),
        frames_of(b"one") + b": a comment\n\n" + frames_of(b"two"),
        frames_of(b"one") + frames_of(b"two").replace(b"1", b"2") + frames_of(b"three"),
        frames_of(b"one") + b"\n" + frames_of(b"two"),
        frames_of(b"one", b"\\ud83d", b"\\ude00"),
        frames_of(b"one", b"tw\to"),
        frames_of(b'one","more":"', b"two"),
    ],
    ids=["one frame", "a comment", "another field", "a line break", "halves", "a tab", "a field"],
)
def test_other_frames_are_no_run(frames: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of msgspec, or ours
        RunReader(BEFORE, AFTER).pieces_in(frames)


@pytest.mark.parametrize("between", ["", "b" * 500], ids=["near", "far apart"])
def test_a_read_of_one_frame_is_not_taken_for_several_wherever_its_values_stand(
    between: str,
) -> None:
    frame = b'data: {"text":"piece","n":"%b","pad":"xy"}\n\n' % between.encode()
    hole = Hole("piece", {"pad": "xy"})
    template: Template[object, object] = Template(frame, places_of(hole, frame, 6), hole)
    assert len(frame) <= template.most_alone
    shortest = template.frame_of(["", ""])
    assert len(shortest * 2) > template.most_alone
