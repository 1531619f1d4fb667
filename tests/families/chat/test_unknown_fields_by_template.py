"""Chunks with unknown fields are read by templates, and show what full decoding shows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.read_by_template import by_template, decoded, frames_read_by_template, pipeline


@pytest.fixture
def hits(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Return the list of the frames that are read by a template."""
    return frames_read_by_template(monkeypatch)


def frame_of(
    piece: str,
    index: int = 0,
    *,
    chunk: dict[str, Any] | None = None,
    choice: dict[str, Any] | None = None,
    delta: dict[str, Any] | None = None,
) -> bytes:
    """Return the frame of a chunk with a piece of content, and unknown fields at three places."""
    inner = {"index": index, "delta": {"content": piece, **(delta or {})}, **(choice or {})}
    whole = {"id": "c", "model": "m", "created": 1, "choices": [inner], **(chunk or {})}
    return b"data: %b\n\n" % json.dumps(whole).encode()


SCALARS: dict[str, dict[str, Any]] = {
    "a chunk's text": {"chunk": {"provider": "p"}},
    "a chunk's number": {"chunk": {"seconds": 1.5, "is_fast": True}},
    "a choice's null": {"choice": {"stop_reason": None, "token_ids": None}},
    "a choice's number": {"choice": {"stop_reason": 3}},
    "a delta's text": {"delta": {"language": "en", "text": "said "}},
    "a delta's odd details, which are a thought": {"delta": {"reasoning_details": "a"}},
    "a name that Python has taken": {"chunk": {"to_dict": "p"}, "delta": {"__class__": 1}},
    "all": {"chunk": {"provider": "p"}, "choice": {"native": "stop"}, "delta": {"tokens": 1}},
}
FILTERS = {name: {"filtered": False, "severity": "safe"} for name in ("hate", "violence")}
CONTAINERS: dict[str, dict[str, Any]] = {
    "a chunk's object": {"chunk": {"timings": {"first": 1, "all": [1, 2]}}},
    "a chunk's list": {"chunk": {"citations": ["a", {"url": "b"}]}},
    "a choice's objects": {"choice": {"content_filter_results": FILTERS}},
    "a choice's list of texts, which is said again": {"choice": {"sources": ["a", "a"]}},
    "a choice's list of numbers, which grows": {"choice": {"token_ids": [1]}},
    "a delta's objects": {"delta": {"meta": {"a": 1, "of": {"b": None, "c": {}}}}},
    "a delta's empty list": {"delta": {"tags": []}},
    "a delta's objects that are said again": {"delta": {"tags": [{"a": ["b"]}, {"a": []}]}},
    "a delta's list in a list, which grows": {"delta": {"tags": [[1], "a"]}},
    "a delta's items with an index": {"delta": {"tags": [{"index": 0, "a": 1}]}},
    "a delta's text in an object, which grows": {"delta": {"meta": {"content": "a"}}},
    "objects at all places": {
        "chunk": {"a": {"b": []}},
        "choice": {"a": {"b": ["c"]}},
        "delta": {"a": {"b": ["c"]}, "d": ["e"]},
    },
}
PIECES = ["nil", "zero", "one", "two", '"', "\u00e9\n", ""]


@pytest.mark.parametrize(
    "fields",
    [*SCALARS.values(), *CONTAINERS.values()],
    ids=[*SCALARS, *CONTAINERS],
)
def test_chunks_with_unknown_fields_are_read_by_a_template(
    fields: dict[str, Any], hits: list[bytes]
) -> None:
    first, second, *parts = [frame_of(piece, **fields) for piece in PIECES]
    # A frame is no read by itself before the first event has passed.
    parts = [first + second, *parts]
    assert by_template("chat", parts) == decoded("chat", parts)
    assert hits == parts[3:]


UNREAD: dict[str, dict[str, Any]] = {
    "a known field's unreadable value": {"chunk": {"usage": "none"}},
    "a count's unreadable value": {"chunk": {"usage": {"total_tokens": "none"}}},
    "another count's unreadable value": {"chunk": {"usage": {"prompt_tokens_details": [1]}}},
    "a usage in the choice": {"choice": {"usage": {"total_tokens": 1}}},
    "a message beside the delta": {"choice": {"message": {"content": "so far"}}},
}


@pytest.mark.parametrize("fields", UNREAD.values(), ids=UNREAD)
def test_chunks_with_other_unknown_values_are_decoded_and_read_the_same(
    fields: dict[str, Any], hits: list[bytes]
) -> None:
    parts = [frame_of(piece, **fields) for piece in PIECES]
    assert by_template("chat", parts) == decoded("chat", parts)
    assert not hits


def test_a_list_that_was_longer_grows_when_a_part_of_it_comes_again(hits: list[bytes]) -> None:
    tags = [["a", "b"], *[["a"]] * 9, ["b"], *[["a"]] * 9]
    parts = [frame_of(f"{at}", delta={"tags": each}) for at, each in enumerate(tags)]
    assert by_template("chat", parts) == decoded("chat", parts)
    assert hits


def test_an_empty_list_adds_nothing_to_an_event_that_is_read_when_more_has_come(
    hits: list[bytes],
) -> None:
    parts = [frame_of(f"{at}", choice={"n": at}, delta={"tags": []}) for at in range(1, 9)]
    parts.append(frame_of("9", delta={"tags": ["a"]}))
    assert by_template("chat", parts) == decoded("chat", parts)
    assert hits == parts[3:-1]


def test_an_object_of_a_choice_may_have_other_scalars_in_each_chunk(hits: list[bytes]) -> None:
    parts = [
        frame_of(f"piece {at}", choice={"a": {"b": {"c": at}, "d": ["e"]}}, delta={"f": {"g": at}})
        for at in range(1, 9)
    ]
    assert by_template("chat", parts) == decoded("chat", parts)
    assert hits == parts[3:]


def test_the_unknown_fields_of_the_newest_chunk_count_whatever_template_reads_it(
    hits: list[bytes],
) -> None:
    parts = [
        frame_of(
            f"piece {at}",
            at % 2,
            chunk={"provider": f"p{of}"},
            choice={"native": of} if at % 3 else None,
        )
        for at, of in enumerate([1, 2] * 3 + [2, 1] * 3 + [1, 1, 2, 2] * 4)
    ]
    assert by_template("chat", parts) == decoded("chat", parts)
    assert hits


@pytest.mark.parametrize("flag", [True, False])
def test_an_empty_piece_is_content_if_its_own_delta_says_something(
    flag: bool, hits: list[bytes]
) -> None:
    parts = [frame_of(f"{at}", delta={"live": bool(at % 2) != flag}) for at in range(8)]
    parts += 3 * [frame_of("", delta={"live": flag})] + [frame_of("", delta={"live": not flag})]
    assert by_template("chat", parts) == decoded("chat", parts)
    assert hits[-4:] == parts[-4:]


def test_an_unknown_field_that_a_reader_changes_changes_in_no_later_chunk() -> None:
    read = pipeline("chat")
    seen: list[Any] = []
    for piece in PIECES:
        for event in read.read(frame_of(piece, chunk={"provider": "p"})):
            if event.type == "chunk":
                seen.append((event.chunk.provider, event.chunk.model_extra))
                event.chunk.provider = "changed"
                event.chunk.unknown_fields["provider"] = "changed"
    assert seen == [("p", {"provider": "p"})] * len(PIECES)


@pytest.mark.parametrize("fields", CONTAINERS.values(), ids=CONTAINERS)
def test_each_chunk_has_its_own_objects_and_lists(fields: dict[str, Any]) -> None:
    read = pipeline("chat")
    held: list[Any] = []
    for piece in PIECES:
        for event in read.read(frame_of(piece, **fields)):
            if event.type == "chunk":
                part = event.chunk.choices[0]
                for wire in (event.chunk, part, part.delta):
                    held += _containers(wire)
    assert held
    assert len({*map(id, held)}) == len(held)


def _containers(wire: Any) -> list[Any]:
    """Return all objects and lists in the unknown fields of an object."""
    waiting: list[Any] = [*(wire.unknown_fields or {}).values()]
    for each in waiting:
        waiting += each.values() if isinstance(each, dict) else each if type(each) is list else ()
    return [each for each in waiting if isinstance(each, dict | list)]
