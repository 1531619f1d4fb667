"""A call that is written wrongly is an error that says what is right, before any request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from streamkit import Anthropic, AsyncAnthropic, AsyncOpenAI, OpenAI
from streamkit.families._resource._sync.managers import StreamManager

if TYPE_CHECKING:
    from collections.abc import Callable

SYNC: dict[str, Callable[..., Any]] = {
    "chat": OpenAI(api_key="k").chat.completions.stream,
    "responses": OpenAI(api_key="k").responses.stream,
    "messages": Anthropic(api_key="k").messages.stream,
}
ASYNC: dict[str, Callable[..., Any]] = {
    "chat": AsyncOpenAI(api_key="k").chat.completions.stream,
    "responses": AsyncOpenAI(api_key="k").responses.stream,
    "messages": AsyncAnthropic(api_key="k").messages.stream,
}
ASKED: dict[str, dict[str, Any]] = {
    "chat": {"model": "m", "messages": []},
    "responses": {"model": "m", "input": "x"},
    "messages": {"model": "m", "messages": [], "max_tokens": 1},
}


@pytest.mark.parametrize("family", ASKED)
@pytest.mark.parametrize(("streams", "how"), [(SYNC, "with"), (ASYNC, "async with")])
def test_a_stream_that_was_not_entered_says_how_it_is(
    family: str, streams: dict[str, Callable[..., Any]], how: str
) -> None:
    manager = streams[family](**ASKED[family])
    with pytest.raises(AttributeError, match=f"'get_final' .* enter it first, `{how} client"):
        manager.get_final()
    assert not hasattr(manager, "__iter__")
    assert not hasattr(manager, "__aiter__")


def test_a_manager_that_lacks_its_own_parts_is_no_endless_search() -> None:
    with pytest.raises(AttributeError, match="object has no attribute '_opening'"):
        StreamManager.__new__(StreamManager).__enter__()


@pytest.mark.parametrize("family", ASKED)
def test_a_single_tool_is_no_list_of_tools(family: str) -> None:
    with pytest.raises(TypeError, match="tools must be an iterable of tools, not function: put it"):
        SYNC[family](**ASKED[family], tools=test_a_single_tool_is_no_list_of_tools)
