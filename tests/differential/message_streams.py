"""Well-formed streams of messages: generated ones, and those of the API's documentation rebuilt."""

from __future__ import annotations

import itertools
import json
from typing import Any

from hypothesis import strategies as st

from tests.message_streams import (
    PING,
    STOP,
    cites,
    delta,
    ends,
    opens,
    opens_call,
    opens_text,
    opens_thought,
    says,
    signs,
    start,
    stops,
    text,
    thinks,
    whole,
    writes,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 10**12) | TEXTS | st.sampled_from([1.5, -2e-3]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
INPUTS = st.dictionaries(TEXTS, VALUES, max_size=4)


@st.composite
def pieces(draw: st.DrawFn, whole_text: str) -> list[str]:
    """Cut a text anywhere, also into empty pieces."""
    cuts = draw(st.lists(st.integers(0, len(whole_text)), max_size=6))
    places = itertools.pairwise([0, *sorted(cuts), len(whole_text)])
    return [whole_text[begin:end] for begin, end in places]


@st.composite
def block(draw: st.DrawFn, index: int) -> list[Any]:
    """Make a block of any kind that the plain client of the package knows."""
    kind = draw(st.sampled_from(["text", "cited", "thinking", "call", "search", "result", "red"]))
    match kind:
        case "text":
            said = draw(pieces(draw(TEXTS)))
            inner = [opens_text(index), *(says(piece, index) for piece in said)]
        case "cited":
            inner = [opens_text(index), says(draw(TEXTS), index), cites("a", index)]
            inner += [cites(draw(TEXTS), index), says(draw(TEXTS), index)]
        case "thinking":
            thought = draw(pieces(draw(TEXTS)))
            inner = [opens_thought(index), *(thinks(piece, index) for piece in thought)]
            inner.append(signs(draw(TEXTS), index))
        case "call" | "search":
            written = json.dumps(draw(INPUTS), ensure_ascii=draw(st.booleans()))
            use = "tool_use" if kind == "call" else "server_tool_use"
            inner = [opens_call(index, "web_search", f"id_{index}", type=use), writes("", index)]
            inner += [writes(piece, index) for piece in draw(pieces(written))]
        case "result":
            page: dict[str, Any] = {"type": "web_search_result", "url": draw(TEXTS)}
            page |= {"title": "t", "encrypted_content": "e", "page_age": None}
            content = [page] * draw(st.integers(0, 2))
            found = {"type": "web_search_tool_result", "tool_use_id": "s", "content": content}
            inner = [opens(found, index)]
        case _:
            inner = [opens({"type": "redacted_thinking", "data": draw(TEXTS)}, index)]
    return [*inner, stops(index)]


@st.composite
def message(draw: st.DrawFn) -> list[Any]:
    """Make the events of a whole message."""
    usage = {"input_tokens": draw(st.integers(0, 9)), "output_tokens": 1}
    if draw(st.booleans()):
        usage |= {"cache_read_input_tokens": 4, "cache_creation_input_tokens": 2}
    events: list[Any] = [start(usage=usage)]
    for index in range(draw(st.integers(0, 4))):
        if draw(st.booleans()):
            events.append(PING)
        events += draw(block(index))
    reasons = ["end_turn", "max_tokens", "stop_sequence", "tool_use", "pause_turn", "refusal"]
    reason = draw(st.sampled_from(reasons))
    more: dict[str, Any] = {"stop_sequence": "END"} if reason == "stop_sequence" else {}
    counts: dict[str, Any] = {"output_tokens": draw(st.integers(0, 99))}
    if draw(st.booleans()):
        counts |= {"input_tokens": 7, "server_tool_use": {"web_search_requests": 1}}
        counts["cache_read_input_tokens"] = None
    return [*events, ends(reason, usage=counts, **more), STOP]


_SEARCH: dict[str, Any] = {
    "type": "server_tool_use",
    "id": "srvtoolu_1",
    "name": "web_search",
    "input": {},
}
_FOUND = {
    "type": "web_search_tool_result",
    "tool_use_id": "srvtoolu_1",
    "content": [
        {
            "type": "web_search_result",
            "title": "Weather in Rome",
            "url": "https://example.org/rome",
            "encrypted_content": "abc=",
            "page_age": None,
        }
    ],
}
_CITED = {
    "type": "citations_delta",
    "citation": {
        "type": "web_search_result_location",
        "cited_text": "Sunny",
        "url": "https://example.org/rome",
        "title": "Weather in Rome",
        "encrypted_index": "xyz=",
    },
}

DOCUMENTED: dict[str, list[Any]] = {
    "text": [start(), opens_text(), PING, says("Hello"), says("!"), stops(), ends(), STOP],
    "a tool": [
        *(start(), opens_text(), PING, says("Okay"), says(", let me check."), stops()),
        *(opens_call(1), writes("", 1), writes('{"location":', 1), writes(' "San', 1)),
        *(writes(" Francisc", 1), writes('o"}', 1), stops(1), ends("tool_use", 89), STOP),
    ],
    "thinking": whole(
        *(opens_thought(), thinks("Let me solve it:\n\n1. "), thinks("27 * 453"), signs("EqQB")),
        *(stops(), *text("27 * 453 = 12,231", index=1)),
    ),
    "a thought that is left out": whole(opens_thought(), signs("EqQB"), stops()),
    "web search": whole(
        *text("I'll look."),
        *(opens(_SEARCH, 1), writes("", 1), writes('{"query":"weather', 1), writes(' Rome"}', 1)),
        *(stops(1), opens(_FOUND, 2), stops(2), opens_text(3), delta(_CITED, 3)),
        *(says("It is sunny.", 3), stops(3)),
    ),
    "a call without arguments": whole(opens_call(), writes(""), stops(), reason="tool_use"),
    "a refusal": [
        start(),
        *text("I"),
        ends(
            "refusal",
            stop_details={"type": "refusal", "category": "cyber", "explanation": "No."},
        ),
        STOP,
    ],
}
"""The streams that the API's documentation shows, with other words."""
