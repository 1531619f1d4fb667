"""A copy of an event shows what the event shows, in every protocol."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from pydantic import BaseModel

from streamkit import OpenAIError, pydantic_function_tool, pydantic_message_tool
from streamkit._core.emitters.events import ArgumentsEvent, TextEvent
from streamkit.families._common.parser import CommonEventParser
from streamkit.families.assistants.machine import AssistantEvents
from streamkit.families.chat.call import CompletionCall
from streamkit.families.messages.call import MessageCall
from streamkit.families.messages.log import MessageMark
from streamkit.families.responses.call import ResponseCall
from streamkit.families.responses.log.response import ResponseMark
from streamkit.structured.reader import Reader
from streamkit.structured.response_format import response_format
from streamkit.structured.tools import tool_parsers
from streamkit.types import Wire
from tests import assistant_streams as runs
from tests import chat_chunks as chat
from tests import message_streams as messages
from tests.families.responses import wire as responses
from tests.families.responses.documented import STREAMS
from tests.read_by_template import frames


class Answer(BaseModel):
    numbers: list[int]
    word: str


class Where(BaseModel):
    city: str


JSON = '{"numbers": [1, 22], "word": "a\\ud83d\\ude80"}'
PIECES = [JSON[:9], JSON[9:14], JSON[14:20], JSON[20:34], JSON[34:]]
ARGUMENTS = ['{"ci', 'ty": "Ro', 'me"', "}"]
TOOL = pydantic_function_tool(Where)
ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "Hi."}]}


def of_chat() -> Iterator[Any]:
    yield chat.chunk(chat.choice(role="assistant", content=""), vendor={"a": 1})
    for piece in ("Be", "cau", "se"):
        yield chat.chunk(chat.choice(reasoning=piece))
    for index in (0, 1):
        for piece in PIECES:
            logprobs = {"content": [chat.token(piece)], "refusal": None}
            yield chat.chunk(
                chat.choice(index, content=piece, logprobs=logprobs if index else None)
            )
    for piece in ("I ", "can", "not"):
        logprobs = {"refusal": [chat.token(piece)]}
        yield chat.chunk(chat.choice(2, refusal=piece, logprobs=logprobs))
    yield chat.calls(chat.call(0, "", id="c0", name="Where"), index=3)
    for piece in ARGUMENTS:
        yield chat.calls(chat.call(0, piece, note=piece), index=3)
    yield chat.calls(chat.call(1, "".join(ARGUMENTS), id="c1", name="Where"), index=3)
    yield chat.chunk(chat.choice(3, annotations=[{"type": "url_citation", "url_citation": {}}]))
    for index in range(4):
        yield chat.ends("tool_calls" if index == 3 else "stop", index)
    yield chat.chunk(usage={"completion_tokens": 1, "prompt_tokens": 2, "total_tokens": 3})


def of_chat_with_counts() -> Iterator[Any]:
    """Yield chunks with an unknown field that changes, whose frames are decoded when read."""
    for number, piece in enumerate(PIECES * 3):
        yield chat.chunk(chat.choice(content=piece), latency=number / 4)
    yield chat.ends()


def of_messages() -> list[Any]:
    thought = [messages.thinks(piece, 1) for piece in ("Hm", "m", ".")]
    return messages.whole(
        *(messages.opens_text(), *map(messages.says, PIECES), messages.cites("a")),
        *(messages.stops(), messages.opens_thought(1), *thought, messages.signs("xyz", 1)),
        messages.stops(1),
        *messages.call(*ARGUMENTS, index=2, name="Where"),
        reason="tool_use",
    )


def of_responses() -> list[Any]:
    """Return the events of a response with every kind of text, among them JSON with tokens."""
    token: dict[str, Any] = {"token": "a", "logprob": -0.5, "top_logprobs": []}
    return responses.answer(
        responses.reasoning("Be", "cause"),
        responses.message(*PIECES, index=1, logprobs=[token]),
        responses.call("Where", *ARGUMENTS, index=2),
    )


def of_a_run() -> Iterator[runs.Said | str]:
    yield from ("r:queued", "r:in_progress", "m:new")
    yield from (f"m:0+{piece}" for piece in PIECES)
    yield from ("m:1@f", f"m:={JSON}", "s:new", "s:0+1", "s:0+2")
    yield from (runs.step_delta("s", runs.function(1, piece, id="c1")) for piece in ARGUMENTS)
    yield from ("s:=12", "r:completed")


def asked(call: Any, body: bytes, *, is_common: bool) -> list[Any]:
    """Return the events that a client's call makes of a body."""
    streamed = call.streamed()
    pipeline = (streamed.in_common() if is_common else streamed).pipelines()()
    events: list[Any] = []
    try:
        for frame in frames(body):
            events += pipeline.read(frame)
        events += pipeline.end()
    except OpenAIError:
        pass
    return events


def chat_events(*, is_common: bool, chunks: Callable[[], Iterator[Any]] = of_chat) -> list[Any]:
    call = CompletionCall(
        {**ASKED, "n": 4, "response_format": Answer, "tools": [TOOL]}, stream=True
    )
    return asked(call, chat.body(*chunks()), is_common=is_common)


def message_events(*, is_common: bool) -> list[Any]:
    params = {**ASKED, "max_tokens": 9, "tools": [pydantic_message_tool(Where)]}
    call = MessageCall(params, stream=True, output_format=Answer)
    return asked(call, messages.frames(of_messages()), is_common=is_common)


def response_events(*, is_common: bool, sent: list[Any] | None = None) -> list[Any]:
    params: dict[str, Any] = {"model": "m", "input": "Hi.", "tools": [TOOL]}
    if sent is None:
        params["text_format"] = Answer
    call = ResponseCall(params, stream=True)
    return asked(call, responses.body(sent or of_responses()), is_common=is_common)


def run_events(*, is_common: bool) -> list[Any]:
    """Return the events of a run; in the place of common ones, those whose texts are parsed."""
    machine = AssistantEvents()
    reader = Reader(response_format(Answer), tool_parsers([TOOL]))
    text, arguments = (CommonEventParser(kind, reader) for kind in (TextEvent, ArgumentsEvent))
    events = [event for each in of_a_run() for event in machine.feed(runs.read(each))]
    if not is_common:
        return events
    return [last for event in events for read in text.feed(event) for last in arguments.feed(read)]


SHAPES: dict[str, Callable[..., list[Any]]] = {
    "chat": chat_events,
    "chat with counts": partial(chat_events, chunks=of_chat_with_counts),
    "messages": message_events,
    "responses": response_events,
    "runs": run_events,
    **{f"responses: {name}": partial(response_events, sent=sent) for name, sent in STREAMS.items()},
}
WAYS: dict[str, Callable[[Any], Any]] = {
    "copied": copy.copy,
    "copied deeply": copy.deepcopy,
    "pickled": lambda event: pickle.loads(pickle.dumps(event)),
}


def shown(event: Any) -> dict[str, Any]:
    """Return all members of an event by name, and the state of the answer after it."""
    names = [name for name in dir(event) if name[0] != "_" and name not in POSITIONS]
    members = {name: getattr(event, name) for name in names}
    mark = getattr(event, "mark", None)
    if isinstance(mark, MessageMark | ResponseMark):
        log: Any = mark.log
        members["state"] = log.as_of(mark if isinstance(mark, MessageMark) else event)
    if "raw" in members and event.raw is not event:
        members["raw"] = shown(event.raw)
    return {name: typed(it) for name, it in members.items() if not callable(it)}


POSITIONS = {"mark", "updates"}
"""The names of members that show only where in its log an event stands."""


def typed(value: Any) -> Any:
    """Return a value with the types of all that is in it; of a log, which is within, the type."""
    kind: Any = value.__class__
    if kind in (list, tuple):
        return kind, [typed(inner) for inner in value]
    if kind is dict:
        return kind, [(name, typed(inner)) for name, inner in value.items()]
    if isinstance(value, Wire):
        return kind, [(name, typed(inner)) for name, inner in value], typed(value.model_extra)
    return kind, value if kind.__eq__ is not object.__eq__ else None


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("is_common", [False, True], ids=["its own", "common"])
@pytest.mark.parametrize("events", SHAPES.values(), ids=SHAPES)
def test_a_copy_shows_the_same(
    events: Callable[..., list[Any]], is_common: bool, way: Callable[[Any], Any]
) -> None:
    emitted = events(is_common=is_common)
    assert emitted
    for event in emitted:
        same = way(event)
        assert shown(same) == shown(event)
        assert same == event
        assert same.to_dict() == event.to_dict()
