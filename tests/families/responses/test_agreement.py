"""Both packages agree on the streams that the API documents."""

from __future__ import annotations

from typing import Any

import openai
import pytest
from pydantic import BaseModel

from streamkit import pydantic_function_tool
from tests.families.responses.agreement import check
from tests.families.responses.documented import STREAMS
from tests.families.responses.hearing import hear_ours, hear_peer
from tests.families.responses.wire import body


class Find(BaseModel):
    name: str


OURS: Any = {"tools": [pydantic_function_tool(Find)]}
PEERS: Any = {"tools": [openai.pydantic_function_tool(Find)]}


@pytest.mark.parametrize("name", STREAMS)
def test_both_packages_say_the_same_of_a_documented_stream(name: str) -> None:
    stream = body(STREAMS[name])
    check(hear_peer([stream], **PEERS), hear_ours([stream], **OURS))


@pytest.mark.diagonal
@pytest.mark.parametrize("size", [1, 7, 100])
@pytest.mark.parametrize("name", STREAMS)
def test_any_cut_of_the_bytes_gives_the_same_events(name: str, size: int) -> None:
    stream = body(STREAMS[name])
    whole = hear_ours([stream], **OURS)
    cut = hear_ours([stream[at : at + size] for at in range(0, len(stream), size)], **OURS)
    assert cut.events == whole.events
    assert cut.response == whole.response
