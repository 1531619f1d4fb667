"""An event late in a stream costs as much as an early one (N12), whatever the stream is of."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import pytest

from streamkit._core.decoding import loads
from streamkit.families.messages import block
from streamkit.families.messages.call import MessageCall
from tests.message_streams import (
    ASKED,
    PING,
    cites,
    delta,
    ends,
    frames,
    opens,
    opens_call,
    opens_text,
    opens_thought,
    says,
    signs,
    start,
    stops,
    thinks,
    writes,
)

LONG = 300
"""The number of events between an early one and a late one."""
FORMAT = {"output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}}}
STREAMS: dict[str, tuple[Any, Callable[[int], Any]]] = {
    "text": (opens_text(), lambda at: says("[1," if at else "[")),
    "the input of a call": (opens_call(), lambda at: writes('"ab",' if at else '["')),
    "invalid input": (opens_call(), lambda at: writes("x" if at else "{")),
    "a thought": (opens_thought(), lambda _: thinks("hm ")),
    "signatures": (opens_thought(), lambda at: signs(str(at))),
    "citations": (opens_text(), lambda at: cites(str(at))),
    "new deltas": (opens_text(), lambda at: delta({"type": "new", f"k{at}": at})),
    "an unknown block": (opens({"type": "new"}), lambda _: says("a")),
    "usage": (PING, lambda at: ends(None, at)),
    "pings": (PING, lambda _: PING),
    "stops of nothing": (PING, stops),
    "starts of messages": (PING, lambda _: start()),
    "two blocks in turn": (
        opens_text(1),
        lambda at: says("a", 1) if at % 2 else delta({"type": "text_delta", "text": "b"}, 2),
    ),
}


@pytest.mark.diagonal
@pytest.mark.parametrize("common", [False, True], ids=["stream", "common"])
@pytest.mark.parametrize(("first", "make"), STREAMS.values(), ids=STREAMS)
def test_a_late_event_costs_as_much_as_an_early_one(
    first: Any, make: Callable[[int], Any], common: bool
) -> None:
    streamed = MessageCall({**ASKED, **FORMAT}, stream=True).streamed()
    pipeline: Any = (streamed.in_common() if common else streamed).pipelines()()
    body = [frames([event]) for event in [start(), first, *map(make, range(3 * LONG))]]
    _calls(pipeline, body[:LONG])
    early = _calls(pipeline, body[LONG : LONG + 50])
    _calls(pipeline, body[LONG + 50 : -50])
    late = _calls(pipeline, body[-50:])
    assert late <= 1.1 * early + 20, json.dumps([early, late])


def test_the_input_in_a_snapshot_is_decoded_again_only_where_it_may_be_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    decoded: list[str] = []

    def note(text: str) -> Any:
        decoded.append(text)
        return loads(text)

    monkeypatch.setattr(block, "loads", note)
    pieces = ['{"days": [', *[f'"day {number}", ' for number in range(LONG)], '{"a": 1}', "]", "}"]
    pipeline: Any = MessageCall(ASKED, stream=True).streamed().in_common().pipelines()()
    events = [
        event
        for sent in [start(), opens_call(), *map(writes, pieces)]
        for event in pipeline.read(frames([sent]))
        if event.type == "chunk"
    ]
    inputs = [event.snapshot.content[0].input for event in events[2:]]
    assert [len(value.get("days", ())) for value in inputs] == [
        *range(LONG + 1),
        *[LONG + 1] * 3,
    ]
    assert len(decoded) == 3
    assert all(text.endswith(("}", "]")) for text in decoded)


def _calls(pipeline: Any, pieces: list[bytes]) -> int:
    """Return the number of function calls that taking the pieces and reading the events makes."""
    calls = 0

    def count(_frame: object, event: str, _arg: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        for piece in pieces:
            for event in pipeline.read(piece):
                if event.type == "input_json":
                    _ = event.snapshot
                elif event.type in ("text", "content.delta"):
                    _ = event.parsed
    finally:
        sys.setprofile(None)
    return calls
