"""Whatever stands in a place of a stream, the stream ends well or in a typed error."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from streamkit import OpenAIError, read
from tests.read_by_template import FOLDERS, RECORDINGS, Protocol, frames

ODD: list[Any] = [None, True, -1, 1.5, 10**30, "1", "\ud83d", [], [None], {}, {"a": [1]}]
STREAMS: list[tuple[Protocol, str]] = [
    ("chat", "tools_n2"),
    ("chat", "text_short"),
    ("messages", "thinking"),
    ("messages", "tools_cut"),
    ("responses", "reasoning"),
    ("responses", "tools_several"),
]


@pytest.mark.diagonal
@pytest.mark.parametrize("odd", ODD, ids=json.dumps)
@pytest.mark.parametrize(("protocol", "name"), STREAMS)
def test_a_value_of_any_type_in_any_place_ends_well_or_in_a_typed_error(
    protocol: Protocol, name: str, odd: Any
) -> None:
    body = (RECORDINGS / FOLDERS[protocol] / f"{name}.sse").read_bytes()
    for other in _with(odd, _first_of_each_kind(frames(body))):
        whole = _outcome(protocol, [b"".join(other)])
        assert _outcome(protocol, other) == whole, other


def _first_of_each_kind(given: list[bytes]) -> list[bytes]:
    """Return the first two frames of each shape, in their order."""
    seen: dict[Any, int] = {}
    kept: list[bytes] = []
    for frame in given:
        data = _data(frame)
        kind = None if data is None else repr([*_places(data)]) + str(data.get("type"))
        seen[kind] = seen.get(kind, 0) + 1
        if seen[kind] <= 2:
            kept.append(frame)
    return kept


def _with(odd: Any, given: list[bytes]) -> Iterator[list[bytes]]:
    """Yield the frames with the odd value in each place of each of them in turn."""
    for number, frame in enumerate(given):
        data = _data(frame)
        for place in () if data is None else _places(data):
            changed = copy.deepcopy(data)
            inner: Any = changed
            for name in place[:-1]:
                inner = inner[name]
            inner[place[-1]] = odd
            head = frame[: frame.index(b"data:")]
            new = b"%bdata: %b\n\n" % (head, json.dumps(changed).encode())
            yield [*given[:number], new, *given[number + 1 :]]


def _data(frame: bytes) -> Any:
    data = frame.partition(b"data:")[2].strip()
    return json.loads(data) if data.startswith(b"{") else None


def _places(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    pairs: Any = ()
    if hasattr(value, "items"):
        pairs = value.items()
    elif hasattr(value, "append"):
        pairs = enumerate(value)
    for name, inner in pairs:
        yield (*before, name)
        yield from _places(inner, (*before, name))


def _outcome(protocol: Protocol, parts: list[bytes]) -> Any:
    """Return all events, and the end of the stream: its answer, or its error."""
    events: list[Any] = []
    try:
        stream = read(parts, protocol)
        events.extend(event.to_dict() for event in stream)
        final = stream.get_final()
    except OpenAIError as error:
        partial: Any = error.partial
        return events, type(error), str(error), partial and partial.to_dict()
    return events, final.text, final.reason, final.tool_calls, final.raw.to_dict()
