"""Frames in which several values change are read by a template, and show what decoding shows."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Literal, TypeAlias

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.read_by_template import by_template, decoded, frames_read_by_template, pipeline

Place: TypeAlias = Literal["chunk", "choice", "delta"]
PLACES: list[Place] = ["chunk", "choice", "delta"]


@pytest.fixture
def hits(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Return the list of the frames that are read by a template."""
    return frames_read_by_template(monkeypatch)


def frame_of(
    piece: str, fields: dict[tuple[Place, str], str], *, name: str = "content", colon: str = ": "
) -> bytes:
    """Return the frame of a chunk with a piece, and with fields, whose values are JSON."""

    def joined(place: Place, **known: str) -> str:
        given = {key: text for (at, key), text in fields.items() if at == place}
        texts = {**known, **given}.items()
        inner = ", ".join(f"{json.dumps(key)}{colon}{text}" for key, text in texts)
        return f"{{{inner}}}"

    text = json.dumps(piece)
    known = {name: text}
    if name == "arguments":
        known = {"tool_calls": f'[{{"index": 0, "function": {{"arguments": {text}}}}}]'}
    choice = joined("choice", index="0", delta=joined("delta", **known))
    chunk = joined("chunk", id='"c"', created="1", model='"m"', choices=f"[{choice}]")
    return f"data: {chunk}\n\n".encode("utf-8", "surrogatepass")


VALUES: dict[str, Callable[[int], str]] = {
    "a count": lambda at: str(at + 1),
    "a count from 0": str,
    "a fraction": lambda at: f"{at}.50",
    "a fraction of negative zero": lambda at: f"-0.{'0' * (at + 1)}",
    "an exponent": lambda at: f"{at + 1}E-{at}",
    "a large integer": lambda at: str(10**25 + at),
    "integers and fractions": lambda at: str(at) if at % 2 else f"{at}.0",
    "an id": lambda at: f'"id-{at}"',
    "a text with escapes": lambda at: json.dumps(f'"\u00e9\n{at}'),
    "a flag": lambda at: "true" if at % 2 else "false",
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_an_unknown_scalar_may_change_in_each_chunk(
    place: Place, value: Callable[[int], str], hits: list[bytes]
) -> None:
    parts = [frame_of(f"piece {at}", {(place, "latency"): value(at)}) for at in range(8)]
    assert by_template("chat", parts) == decoded("chat", parts)
    assert hits == parts[3:]


def _objects(at: int) -> str:
    return json.dumps({"since": at / 4, "of": [{"name": f"n{at}", "none": None}, at], "empty": {}})


ALL: dict[str, Callable[[int], dict[tuple[Place, str], str]]] = {
    "an object": lambda at: {("chunk", "timings"): _objects(at)},
    "an object that stays": lambda _: {("chunk", "timings"): _objects(1)},
    "a time and an id": lambda at: {("chunk", "created"): str(at + 1), ("chunk", "id"): f'"{at}"'},
    "a padding and a count": lambda at: {
        ("chunk", "obfuscation"): json.dumps("0123456789"[: at * 7 % 10]),
        ("choice", "count"): str(at),
    },
    "fields at each place": lambda at: {
        (place, f"{name}_{kind}"): value
        for place in PLACES
        for name in ("a", "b")
        for kind, value in (("count", str(at)), ("id", f'"{name}{at}"'), ("none", "null"))
    },
    "a name that Python has taken": lambda at: {
        ("chunk", "to_dict"): str(at),
        ("delta", "__class__"): f'"{at}"',
    },
    "one name at each place": lambda at: {(place, "n"): f"{at}.{len(place)}" for place in PLACES},
}


@pytest.mark.parametrize("colon", [":", ": "], ids=["dense", "spaced"])
@pytest.mark.parametrize("fields", ALL.values(), ids=ALL)
def test_several_values_may_change(
    fields: Callable[[int], dict[tuple[Place, str], str]], colon: str, hits: list[bytes]
) -> None:
    parts = [frame_of(f"piece {at}", fields(at), colon=colon) for at in range(8)]
    assert by_template("chat", parts) == decoded("chat", parts)
    assert hits == parts[3:]


@pytest.mark.parametrize("count", [63, 64, 65, 200])
def test_a_template_finds_the_same_when_it_is_compiled(count: int, hits: list[bytes]) -> None:
    parts = [
        frame_of(
            f'piece{at}"' if at > 2 else f"{at}",
            {("delta", "at"): f'"\\u00e9{at}"', ("chunk", "n"): str(at)},
        )
        for at in range(count)
    ]
    assert by_template("chat", parts) == decoded("chat", parts)
    assert hits == parts[3:]


DECODED: dict[str, Callable[[int], dict[tuple[Place, str], str]]] = {
    "a text that accumulates": lambda at: {
        ("delta", "reasoning_text"): "1",
        ("delta", "data"): f'"{at}"',
    },
    "a list that grows": lambda at: {("choice", "sources"): json.dumps([*range(at)])},
    "a list that adds": lambda at: {("choice", "token_ids"): f"[{at}]"},
    "a code that may be an error's": lambda at: {("chunk", "code"): str(200 + at)},
    "an error's name with escapes": lambda at: {
        ("chunk", "x"): f'{{"a": 1, "b": {at}}}, "\\u0065rror": {at}' if at < 2 else "0"
    },
    "the index of a choice": lambda at: {("choice", "index"): str(at % 2)},
    "a time of 0": lambda at: {("chunk", "created"): str(at % 2)},
    "a fraction of a time": lambda at: {("chunk", "created"): f"{at}.5"},
    "a number that no float holds": lambda at: {("chunk", "n"): f"{at + 1}e999"},
    "a value that is null at times": lambda at: {("chunk", "n"): "null" if at % 2 else str(at)},
    "half a surrogate pair": lambda at: {("chunk", "n"): f'"{at}\\ud83d"'},
    "a role": lambda at: {("delta", "role"): f'"{at}"'},
    "usage": lambda at: {("chunk", "usage"): f'{{"total_tokens": {at}}}'},
}


@pytest.mark.parametrize("fields", DECODED.values(), ids=DECODED)
def test_other_values_that_change_read_the_same(
    fields: Callable[[int], dict[tuple[Place, str], str]],
) -> None:
    parts = [frame_of(f"piece {at}", fields(at)) for at in range(12)]
    assert by_template("chat", parts) == decoded("chat", parts)


SCALARS = st.one_of(
    st.integers().map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(json.dumps),
    st.text(max_size=3).map(json.dumps),
    st.sampled_from(["0", "-0", "-0.0", "1e5", "1E+2", "00", "1.", "null", "true", "1 ", "\n1"]),
    st.sampled_from(['"\\ud83d"', '"a"b"', '"\\"', "[1]", "{}", "1,2", '1,"x":2', "9" * 50]),
)
FIELDS = st.dictionaries(
    st.tuples(st.sampled_from(PLACES), st.sampled_from(["n", "text", "created", "id", "data"])),
    st.lists(SCALARS, min_size=1, max_size=9),
    max_size=3,
)


@given(
    fields=FIELDS,
    names=st.lists(st.sampled_from(["content", "content", "arguments", "reasoning"]), max_size=12),
    ahead=st.integers(0, 80),
)
@example(fields={("chunk", "n"): ["1", "2", "\n3", "4"]}, names=["content"] * 8, ahead=0)
def test_any_scalars_beside_any_pieces_read_the_same(
    fields: dict[tuple[Place, str], list[str]], names: list[str], ahead: int
) -> None:
    parts = [
        frame_of(f"ahead {at}", {place: str(at + 1) for place in fields}) for at in range(ahead)
    ]
    parts += [
        frame_of(
            f"piece {at}" * (at % 3),
            {place: texts[at % len(texts)] for place, texts in fields.items()},
            name=name,
        )
        for at, name in enumerate(names)
    ]
    assert by_template("chat", parts) == decoded("chat", parts)


@pytest.mark.parametrize("space", ["\n", " ", "\r"], ids=["a line's end", "a space", "a return"])
@pytest.mark.parametrize("value", ["7", '"x7"'], ids=["a number", "a text"])
def test_white_space_around_values_reads_the_same(space: str, value: str) -> None:
    plain = [frame_of(f"{at}", {("chunk", "n"): value.replace("7", str(at))}) for at in range(6)]
    frame = frame_of("six", {("chunk", "n"): value})
    odd = [
        frame.replace(text.encode(), changed.encode())
        for text in ('"six"', value)
        for changed in (space + text, text + space)
    ]
    for each in odd:
        assert by_template("chat", [*plain, each]) == decoded("chat", [*plain, each])


@pytest.mark.parametrize("name", ["content", "reasoning", "arguments"])
@pytest.mark.parametrize("text", ['"{at}"', '"stays"'], ids=["changes", "stays"])
def test_a_text_that_may_stand_for_an_empty_delta_reads_the_same(name: str, text: str) -> None:
    parts = [
        frame_of(
            "" if at in {9, 12} else f"piece {at}",
            {("choice", "text"): text.format(at=at)},
            name=name,
        )
        for at in range(15)
    ]
    assert by_template("chat", parts) == decoded("chat", parts)


def test_a_snapshot_between_frames_has_the_values_of_the_last_one(hits: list[bytes]) -> None:
    parts = [frame_of(f"{at}", {(place, "n"): str(at) for place in PLACES}) for at in range(12)]
    read = pipeline("chat")
    for at, part in enumerate(parts):
        list(read.read(part))
        if at % 3:
            now = read.machine.snapshot()
            choice = now.choices[0]
            assert (now.n, choice.n, choice.message.n) == (at, at, at)
            assert choice.message.content == "".join(str(each) for each in range(at + 1))
    assert hits


def test_an_object_that_a_reader_changes_changes_in_no_later_chunk() -> None:
    read = pipeline("chat")
    seen: list[Any] = []
    for at in range(6):
        for event in read.read(frame_of(f"{at}", {("chunk", "timings"): '{"first": 1}'})):
            if event.type == "chunk":
                seen.append((event.chunk.timings, event.snapshot.timings))
                event.chunk.timings["first"] = 2
    assert seen == [({"first": 2}, {"first": 1})] * 6
