"""Deltas with unknown fields are read by templates, and show what full decoding shows."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.read_by_template import by_template, decoded, frames_read_by_template, pipeline


@pytest.fixture
def hits(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Return the list of the frames that are read by a template."""
    return frames_read_by_template(monkeypatch)


KINDS = {
    "text": ("text_delta", "text"),
    "thinking": ("thinking_delta", "thinking"),
    "input": ("input_json_delta", "partial_json"),
}
PIECES = ["nil", "zero", "one", "two", '"', "\u00e9\n", ""]


def frame_of(
    kind: str,
    piece: str,
    *,
    event: dict[str, Any] | None = None,
    delta: dict[str, Any] | None = None,
) -> bytes:
    """Return the frame of a delta with a piece of a kind, and unknown fields at two places."""
    type_, name = KINDS[kind]
    inner = {"type": type_, name: piece, **(delta or {})}
    whole = {"type": "content_block_delta", "index": 0, "delta": inner, **(event or {})}
    return b"event: content_block_delta\ndata: %b\n\n" % json.dumps(whole).encode()


SCALARS: dict[str, dict[str, Any]] = {
    "an event's text": {"event": {"provider": "p"}},
    "an event's number": {"event": {"seconds": 1.5, "is_fast": True, "choice": None}},
    "a delta's text": {"delta": {"language": "en", "note": "said "}},
    "a name that Python has taken": {"event": {"to_dict": "p"}, "delta": {"__class__": 1}},
    "both": {"event": {"provider": "p"}, "delta": {"tokens": 1}},
}


@pytest.mark.parametrize("fields", SCALARS.values(), ids=SCALARS)
@pytest.mark.parametrize("kind", KINDS)
def test_deltas_with_unknown_scalars_are_read_by_a_template(
    kind: str, fields: dict[str, Any], hits: list[bytes]
) -> None:
    first, second, *parts = [frame_of(kind, piece, **fields) for piece in PIECES]
    # A frame is no read by itself before the first event has passed.
    parts = [first + second, *parts]
    assert by_template("messages", parts) == decoded("messages", parts)
    assert hits == parts[3:]


VALUES: dict[str, Callable[[int], Any]] = {
    "a count": lambda at: at,
    "a negative count": lambda at: -at - 1,
    "a fraction": lambda at: at / 4,
    "a large number": lambda at: 1e30 + at * 1e20,
    "an id": lambda at: f"id-{at}",
    "a text with escapes": lambda at: f'"\u00e9\n{at}',
    "a flag": lambda at: at % 2 == 1,
    "counts and texts": lambda at: at if at % 2 else f"{at}",
}


@pytest.mark.parametrize("place", ["event", "delta"])
@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize("kind", KINDS)
def test_deltas_of_which_each_has_another_unknown_scalar_are_read_by_a_template(
    kind: str, value: Callable[[int], Any], place: str, hits: list[bytes]
) -> None:
    given: list[dict[str, Any]] = [
        {place: {"stays": 1, "latency": value(at)}} for at in range(len(PIECES) + 3)
    ]
    pieces = [*PIECES, "more", "and", "more"]
    first, *parts = [
        frame_of(kind, piece, **fields) for piece, fields in zip(pieces, given, strict=True)
    ]
    parts = [first + parts[0], *parts[1:]]
    assert by_template("messages", parts) == decoded("messages", parts)
    assert hits == parts[3:]


@pytest.mark.parametrize("place", ["event", "delta"])
def test_half_characters_in_unknown_texts_read_the_same(place: str) -> None:
    given: list[dict[str, Any]] = [{place: {"n": f"\ud83d{at}"}} for at in range(8)]
    parts = [frame_of("text", f"piece {at}", **fields) for at, fields in enumerate(given)]
    assert by_template("messages", parts) == decoded("messages", parts)


def test_several_unknown_scalars_may_change_at_both_places(hits: list[bytes]) -> None:
    parts = [
        frame_of(
            "text",
            f"piece {at}",
            event={"at": at, "id": f"e{at}", "to_dict": at},
            delta={"n": at / 8, "id": "d0"},
        )
        for at in range(20)
    ]
    assert by_template("messages", parts) == decoded("messages", parts)
    assert not hits  # a name at both places does not say which of them changes
    parts = [part.replace(b', "id": "d0"', b"") for part in parts]
    assert by_template("messages", parts) == decoded("messages", parts)
    assert hits == parts[3:]


ODD_NUMBERS = [
    "00",
    "01",
    "-0",
    "-0.0",
    "+1",
    "1.",
    ".5",
    "1e400",
    "9" * 20,
    "1" * 16,
    "0x1",
    "1_0",
]
ODD_VALUES = [
    *ODD_NUMBERS,
    "null",
    "[1]",
    "{}",
    " 1",
    "1 ",
    "\n1",
    "1\n",
    "\r1",
    "tru",
    '"\n"',
    '"',
]


@pytest.mark.parametrize("odd", ODD_VALUES, ids=repr)
def test_an_odd_value_in_place_of_a_scalar_reads_the_same(odd: str) -> None:
    parts = [frame_of("text", f"piece {at}", event={"latency": at}) for at in range(8)]
    parts.append(parts[-1].replace(b'"latency": 7', f'"latency": {odd}'.encode()))
    parts += [frame_of("text", f"later {at}", event={"latency": at}) for at in range(3)]
    assert parts[8] != parts[7]
    assert by_template("messages", parts) == decoded("messages", parts)


CONTAINERS: dict[str, Callable[[int], Any]] = {
    "a list": lambda at: [at],
    "the same list": lambda _: ["a"],
    "an empty list": lambda _: [],
    "an empty object": lambda _: {},
    "an object": lambda at: {"first": at, "e": "\u00e9\n", "more": {"e": 1e20}},
    "lists in lists": lambda at: [[[at]], [], {"a": [{"b": "]}"}]}],
    "a list or null": lambda at: [at] if at < 5 or at % 2 else None,
    "a list or a scalar": lambda at: [at] if at < 5 or at % 2 else at,
    "a long list": lambda at: [at, *range(100, 200)],
}


@pytest.mark.parametrize("place", ["event", "delta"])
@pytest.mark.parametrize("value", CONTAINERS.values(), ids=CONTAINERS)
@pytest.mark.parametrize("kind", KINDS)
def test_deltas_with_an_unknown_container_are_read_by_a_template(
    kind: str, value: Callable[[int], Any], place: str, hits: list[bytes]
) -> None:
    pieces = [*PIECES, "more", "and", "more"]
    first, *parts = [
        frame_of(kind, piece, **{place: {"stays": 1, "latency": value(at)}})
        for at, piece in enumerate(pieces)
    ]
    parts = [first + parts[0], *parts[1:]]
    assert by_template("messages", parts) == decoded("messages", parts)
    assert hits == parts[3:]


def test_unknown_containers_may_be_at_both_places_and_before_the_piece(hits: list[bytes]) -> None:
    parts = [
        frame_of("text", f"piece {at}", event={"a": [at], "n": at}, delta={"b": {"c": at}})
        for at in range(8)
    ]
    moved = [
        part.replace(b'"index"', b'"d": [{"e": %d}], "index"' % at) for at, part in enumerate(parts)
    ]
    parts += moved
    assert by_template("messages", parts) == decoded("messages", parts)
    assert len(hits) > 8


def test_a_container_whose_name_is_at_both_places_is_in_no_template(hits: list[bytes]) -> None:
    parts = [frame_of("text", f"piece {at}", event={"a": [at]}, delta={"a": at}) for at in range(8)]
    assert by_template("messages", parts) == decoded("messages", parts)
    assert not hits


UNREAD: dict[str, dict[str, Any]] = {
    "an unreadable text": {"event": {"index": "none"}},
    "an unreadable list": {"event": {"index": [1]}},
    "what may be an error": {"event": {"response": {}}},
}


@pytest.mark.parametrize("fields", UNREAD.values(), ids=UNREAD)
@pytest.mark.parametrize("kind", KINDS)
def test_deltas_with_other_unknown_values_are_decoded_and_read_the_same(
    kind: str, fields: dict[str, Any], hits: list[bytes]
) -> None:
    parts = [frame_of(kind, piece, **fields) for piece in PIECES]
    assert by_template("messages", parts) == decoded("messages", parts)
    assert not hits


ERRORS: dict[str, tuple[Any, Any]] = {
    "an object": ({}, {"message": "overloaded", "type": "overloaded_error"}),
    "a text": ("", "overloaded"),
}


@pytest.mark.parametrize(("none", "error"), ERRORS.values(), ids=ERRORS)
def test_a_field_that_reported_no_error_may_report_one(none: Any, error: Any) -> None:
    parts = [frame_of("text", f"piece {at}", event={"error": none}) for at in range(8)]
    parts.append(frame_of("text", "piece", event={"error": error}))
    assert by_template("messages", parts) == decoded("messages", parts)


def test_a_changing_field_that_reported_no_error_may_report_one() -> None:
    said = [*(f"step {at}" for at in range(8)), "failed"]
    parts = [
        frame_of("text", f"piece {at}", event={"status": status, "message": "m"})
        for at, status in enumerate(said)
    ]
    assert by_template("messages", parts) == decoded("messages", parts)


ODD_CONTAINERS = [
    *("[1,\n2]", "[1,\r2]", "\n[1]", "[1]\n", "\r[1]", "[1]\r", " [1]", "[1] ", "[\t1 ]"),
    *("[1", "[1]]", "[1,]", "[1][2]", "[NaN]", "[-0]", "[1e400]", "[01]", '["\n"]', '["\\ud83d"]'),
    *(
        '["\\ud83d\\ude00"]',
        "[%s]" % ("9" * 30),
        '{"a": 1, "a": [2]}',
        '{"latency": [1]}',
        "{1: 2}",
    ),
    *("[" * depth + "]" * depth for depth in (99, 100, 198, 199, 200, 201, 100_000)),
    *('["' + "[" * size + '"]' for size in (99, 300)),
]


@pytest.mark.parametrize("place", ["event", "delta"])
@pytest.mark.parametrize("odd", ODD_CONTAINERS, ids=lambda odd: f"{odd!r:.20} of {len(odd)}")
def test_an_odd_container_reads_the_same(odd: str, place: str) -> None:
    parts = [frame_of("text", f"piece {at}", **{place: {"latency": [at]}}) for at in range(8)]
    parts.append(parts[-1].replace(b'"latency": [7]', f'"latency": {odd}'.encode()))
    parts += [frame_of("text", f"later {at}", **{place: {"latency": [at]}}) for at in range(3)]
    assert parts[8] != parts[7]
    assert by_template("messages", parts) == decoded("messages", parts)


def test_deltas_with_and_without_unknown_fields_keep_their_own(hits: list[bytes]) -> None:
    parts = [
        frame_of(
            "text",
            f"piece {at}",
            event={"provider": f"p{of}"} if of else None,
            delta={"tokens": of} if at % 3 else None,
        )
        for at, of in enumerate([1, 2] * 3 + [0, 1] * 3 + [1, 1, 0, 0] * 4)
    ]
    assert by_template("messages", parts) == decoded("messages", parts)
    assert hits


def test_an_unknown_field_that_a_reader_changes_changes_in_no_later_delta() -> None:
    read = pipeline("messages")
    seen: list[Any] = []
    for piece in PIECES:
        frame = frame_of("text", piece, event={"provider": "p"}, delta={"tokens": 1})
        for event in read.read(frame):
            if event.type == "content_block_delta":
                seen.append((event.provider, event.model_extra, event.delta.model_extra))
                event.provider = "changed"
                event.unknown_fields["provider"] = "changed"
                event.delta.unknown_fields["tokens"] = 2
    assert seen == [("p", {"provider": "p"}, {"tokens": 1})] * len(PIECES)


@pytest.mark.parametrize("is_constant", [True, False])
@pytest.mark.parametrize("place", ["event", "delta"])
def test_an_unknown_container_that_a_reader_changes_changes_in_no_other_delta(
    place: str, is_constant: bool
) -> None:
    read = pipeline("messages")
    seen: list[Any] = []
    given = [{"a": [0 if is_constant else at]} for at in range(len(PIECES))]
    for piece, value in zip(PIECES, given, strict=True):
        frame = frame_of("text", piece, **{place: {"list": [value], "object": value}})
        for event in read.read(frame):
            if event.type == "content_block_delta":
                wire = event if place == "event" else event.delta
                seen.append(json.loads(json.dumps(wire.model_extra)))
                wire.list[0]["a"].append("changed")
                wire.object["b"] = "changed"
                wire.unknown_fields["list"].append("changed")
    assert seen == [{"list": [value], "object": value} for value in given]
