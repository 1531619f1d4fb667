"""Whatever a server sends, a stream of messages ends in one of our errors or in a message."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from streamkit.errors import StreamkitError
from tests.message_streams import frames, run, start, types

TEXTS = st.sampled_from(["", "a", '{"a": ', "1", "]", "\ud83d", "\ude00", "é"])
ANY: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 3) | TEXTS | st.just(1e999),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=4,
)
INDEX = st.integers(-1, 2) | ANY
KINDS = st.sampled_from(
    [
        *("text", "thinking", "tool_use", "server_tool_use", "redacted_thinking", "compaction"),
        *("web_search_tool_result", "mcp_tool_use", "mcp_tool_result", "new"),
    ]
)
FIELDS = [
    *("text", "thinking", "signature", "partial_json", "citation", "citations", "input"),
    *("name", "id", "content", "tool_use_id", "data", "stop_reason", "usage", "odd"),
]
DELTAS = st.sampled_from(
    [
        *("text_delta", "thinking_delta", "signature_delta", "input_json_delta"),
        *("citations_delta", "compaction_delta", "new_delta"),
    ]
)
BODIES = st.dictionaries(st.sampled_from(FIELDS), TEXTS | ANY, max_size=4)


@st.composite
def typed(draw: st.DrawFn, kinds: st.SearchStrategy[str]) -> Any:
    body = draw(BODIES)
    return body if draw(st.integers(0, 9)) == 0 else {"type": draw(kinds), **body}


EVENTS: st.SearchStrategy[Any] = st.one_of(
    st.fixed_dictionaries(
        {"type": st.just("content_block_start")},
        optional={"index": INDEX, "content_block": typed(KINDS) | ANY},
    ),
    st.fixed_dictionaries(
        {"type": st.just("content_block_delta")},
        optional={"index": INDEX, "delta": typed(DELTAS) | ANY},
    ),
    st.fixed_dictionaries({"type": st.just("content_block_stop")}, optional={"index": INDEX}),
    st.fixed_dictionaries(
        {"type": st.just("message_start")},
        optional={"message": BODIES | st.just(start()["message"])},
    ),
    st.fixed_dictionaries(
        {"type": st.just("message_delta")},
        optional={"delta": BODIES | ANY, "usage": BODIES | ANY},
    ),
    st.fixed_dictionaries({"type": st.sampled_from(["ping", "message_stop", "new"]) | ANY}),
)


@given(events=st.lists(EVENTS, max_size=12), cut=st.none() | st.integers(1, 40))
def test_no_stream_raises_an_error_that_is_not_ours(events: list[Any], cut: int | None) -> None:
    body = frames(events, named=False)
    emitted, end = run(body, cut)
    _read(emitted)
    assert not isinstance(end, Exception) or isinstance(end, StreamkitError), end
    common, same = run(body, cut, common=True)
    _read(common)
    if isinstance(end, Exception):
        assert type(same) is type(end)
    else:
        assert same.to_dict() == end.to_dict()
        stops = types(emitted).count("content_block_stop")
        assert stops == len(end.content)
        said = "".join(event.text for event in emitted if event.type == "text")
        whole = "".join(b.text for b in end.content if getattr(b, "type", None) == "text")
        assert sorted(said) == sorted(whole)  # blocks may take turns


@given(events=st.lists(EVENTS, max_size=8))
def test_a_stream_gives_the_same_whatever_its_cut(events: list[Any]) -> None:
    body = frames(events, named=False)
    expected, end = run(body)
    for cut in (1, 13):
        emitted, same = run(body, cut)
        assert [json.dumps(e.to_dict(), default=repr) for e in emitted] == [
            json.dumps(e.to_dict(), default=repr) for e in expected
        ]
        assert type(same) is type(end)


def _read(events: list[Any]) -> None:
    """Read all that the events say."""
    for event in events:
        event.to_dict()
        repr(event)
