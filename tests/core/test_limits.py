"""No answer makes the client hang or use a gigabyte, because each buffer has a limit."""

from __future__ import annotations

import gzip
import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

import streamkit
from streamkit import LimitExceededError, Limits, OpenAI
from streamkit import operators as ops
from streamkit._core.merge import merged, resolved
from streamkit._core.sse import ServerSentEvent, SSEDecoder
from streamkit.errors import StreamDecodeError
from streamkit.events import ChunkEvent
from streamkit.families.assistants.decoder import AssistantEventDecoder
from streamkit.families.assistants.growing import Growing
from streamkit.families.chat.decoder import ChunkDecoder
from streamkit.families.chat.emitters import ToolArgumentsParser
from streamkit.families.chat.log import CallMark, CompletionLog, ToolCallLog
from streamkit.families.chat.log.rules import DELTAS
from streamkit.families.chat.log.tool_calls import ToolCallsLog
from streamkit.families.chat.machine import ChatEvents
from streamkit.machine import Machine
from streamkit.structured.reader import Reader
from streamkit.types import (
    ChatCompletionChunk,
    ChoiceDelta,
    ChoiceDeltaToolCall,
    ChoiceDeltaToolCallFunction,
    ChunkChoice,
    WireDecoder,
    construct,
)
from streamkit.types.beta.threads import Message, MessageDelta
from tests import run_ways
from tests.assistant_streams import frame, requires_action
from tests.exchange import Connect
from tests.http.requests import POST
from tests.http_server import ScriptedServer, response
from tests.pipelines import chat_pipeline
from tests.sse_bodies import stream
from tests.ways import WAYS, Way

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.diagonal


def chunk(delta: dict[str, Any] | None = None, index: int = 0, **more: Any) -> dict[str, Any]:
    choice = {"index": index, "delta": delta or {}, "finish_reason": None}
    return {"id": "c", "object": "chat.completion.chunk", "model": "m", "choices": [choice], **more}


def call(index: int | None, arguments: str = "") -> dict[str, Any]:
    return {
        "index": index,
        "id": f"call_{index}",
        "function": {"name": "f", "arguments": arguments},
    }


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


def wire(*events: dict[str, Any] | str) -> bytes:
    texts = [event if isinstance(event, str) else json.dumps(event) for event in events]
    return b"".join(b"data: %b\n\n" % text.encode() for text in texts)


def with_field(name: str, value: str) -> str:
    """Return a chunk with a field whose JSON is given as text."""
    return json.dumps(chunk({name: 0})).replace(f'"{name}": 0', f'"{name}": {value}')


HELLO = chunk({"content": "Hello"})

# One body for each limit: chunks that are still within it, and one that exceeds it.
BEYOND: dict[str, tuple[Limits, list[dict[str, Any] | str], dict[str, Any] | str]] = {
    "event_bytes": (Limits(event_bytes=400), [HELLO], chunk({"content": "x" * 400})),
    "stream_bytes": (Limits(stream_bytes=400), [HELLO], chunk({"content": "x" * 400_000})),
    "json_depth": (
        Limits(json_depth=20),
        [HELLO, with_field("vendor", nested(16))],
        with_field("vendor", nested(17)),
    ),
    "choices": (
        Limits(choices=2),
        [HELLO, chunk({"content": "Hello"}, index=7)],
        chunk({"content": "Hello"}, index=3),
    ),
    "tool_calls": (
        Limits(tool_calls=2),
        [HELLO, chunk({"tool_calls": [call(0), call(9)]})],
        chunk({"tool_calls": [call(1)]}),
    ),
    "name_length": (
        Limits(name_length=8),
        [HELLO, chunk({"tool_calls": [call(0)]})],
        chunk({"tool_calls": [{"index": 0, "function": {"name": "nine_more"}}]}),
    ),
    "fields": (
        Limits(fields=8),
        [HELLO, chunk({"vendor": {"a": 1, "b": 2}})],
        chunk({"vendor": {f"k{at}": at for at in range(9)}}),
    ),
}
STREAMED = pytest.mark.parametrize("name", BEYOND)


@STREAMED
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_beyond_a_limit_the_error_has_its_name_and_what_had_come(name: str, way: Way) -> None:
    limits, within, beyond = BEYOND[name]
    body = wire(*within, beyond, chunk({"content": " lost"}), "[DONE]")
    with ScriptedServer([response(200, body)]) as server:
        taken = way(server.url, limits=limits)
    error = taken.error
    assert isinstance(error, LimitExceededError)
    assert (error.limit, error.value) == (name, getattr(limits, name))
    assert f"Limits.{name} = {error.value}" in str(error)
    assert error.completion is not None
    assert (error.completion.choices[0].message.content or "").startswith("Hello")


@STREAMED
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_within_a_limit_there_is_no_error(name: str, way: Way) -> None:
    limits, within, _ = BEYOND[name]
    with ScriptedServer([response(200, wire(*within, "[DONE]"))]) as server:
        taken = way(server.url, limits=limits)
    assert taken.error is None
    assert taken.events


@STREAMED
def test_a_pipeline_of_one_s_own_has_the_same_limits(name: str) -> None:
    limits, within, beyond = BEYOND[name]
    machines: list[Machine[Any, Any]] = [
        SSEDecoder(limits=limits),
        ChunkDecoder(ChatCompletionChunk, limits=limits),
        ChatEvents(Reader(), limits=limits),
    ]
    with pytest.raises(LimitExceededError, match=name):
        _run(machines, wire(*within, beyond), b"data: {}\n\n")


def _run(machines: list[Machine[Any, Any]], *inputs: Any) -> None:
    first, *rest = machines
    for value in inputs:
        outputs = first.feed(value)
        if rest:
            _run(rest, *outputs)


def test_every_operator_that_keeps_something_takes_limits() -> None:
    limits = Limits(choices=1)
    for make in (
        ops.decode,
        ops.accumulate,
        ops.chat_events,
        ops.decode_assistant_events,
        ops.accumulate_messages,
        ops.accumulate_run,
        ops.assistant_events,
    ):
        assert callable(make(limits=limits))


def test_a_client_gives_its_limits_to_every_call_and_with_options_other_ones() -> None:
    body = wire(HELLO, chunk({"content": "!"}, index=1), "[DONE]")
    with ScriptedServer([response(200, body)]) as server:
        with OpenAI(base_url=server.url, api_key="k", limits=Limits(choices=1)) as client:
            with pytest.raises(LimitExceededError):
                client.chat.completions.create(model="m", messages=[], stream=True).until_done()
            generous = client.with_options(limits=Limits())
            stream = generous.chat.completions.create(model="m", messages=[], stream=True)
            assert len(list(stream)) == 2


@pytest.mark.parametrize("name", Limits.__struct_fields__)
def test_a_limit_that_allows_nothing_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        Limits(**{name: 0})


# Bytes.


@pytest.mark.parametrize("size", [1, 7, 100, 10_000])
def test_a_stream_s_bytes_count_however_they_are_cut_and_whatever_they_are(size: int) -> None:
    bodies = [
        b"data: {}\n\n" * 100,
        b": keep-alive\n" * 100,
        b"\n" * 1000,
        b"data: {}\r\n\r\n" * 99,
    ]
    for body in bodies:
        decoder = SSEDecoder(limits=Limits(stream_bytes=700))
        with pytest.raises(LimitExceededError, match="stream_bytes"):
            _feed(decoder, body, size)


def _feed(decoder: SSEDecoder, body: bytes, size: int) -> None:
    _feed_on(decoder, body, size)
    list(decoder.close())


def _feed_on(decoder: SSEDecoder, body: bytes, size: int) -> None:
    for at in range(0, len(body), size):
        decoder.feed(body[at : at + size])


@pytest.mark.parametrize("size", [1, 7, 10_000])
@pytest.mark.parametrize(
    "limits",
    [Limits(event_bytes=20), Limits(stream_bytes=40)],
    ids=["of an event", "of the stream"],
)
@pytest.mark.parametrize("late", [b"data: " + b"x" * 40 + b"\n\n", b"data: x\ndata: " + b"y" * 40])
def test_an_event_that_is_not_the_first_has_the_same_limits(
    late: bytes, limits: Limits, size: int
) -> None:
    decoder = SSEDecoder(limits=limits)
    _feed_on(decoder, b"data: 1\n\n" * 2, size)
    with pytest.raises(LimitExceededError, match=r"(event|stream)_bytes"):
        _feed(decoder, late, size)


def test_comments_between_lines_are_no_part_of_an_event() -> None:
    decoder = SSEDecoder(limits=Limits(event_bytes=10))
    events = [*decoder.feed(b"data: 1\n" + b": keep-alive\n" * 9), *decoder.feed(b"\n")]
    assert [event.data for event in events] == [b"1"]


def test_a_response_that_is_not_streamed_has_a_limit_too(connect: Connect) -> None:
    bodies = [response(200, b"x" * 2000)]
    bomb = gzip.compress(b" " * 1_000_000)
    bodies.append(response(200, bomb, [("Content-Encoding", "gzip")]))
    for body in bodies:
        with ScriptedServer([body]) as server:
            with pytest.raises(LimitExceededError, match=r"response_bytes = 1000\b") as raised:
                connect(server.url, limits=Limits(response_bytes=1000)).send(POST)
            assert len(server.requests) == 1
        assert raised.value.received


def test_a_file_may_be_larger_than_a_response() -> None:
    limits = Limits(response_bytes=10, file_bytes=1000)
    with ScriptedServer([response(200, b"x" * 1000)], [response(200, b"x" * 1001)]) as server:
        with OpenAI(base_url=server.url, api_key="k", limits=limits) as client:
            assert client.files.content("file-1").content == b"x" * 1000
            with pytest.raises(LimitExceededError, match="file_bytes"):
                client.files.content("file-1")


# Depth.


@pytest.mark.parametrize("depth", [201, 2_000, 200_000])
@pytest.mark.parametrize("bracket", ["[", '{"a":'])
def test_no_depth_of_an_unknown_field_exhausts_python(bracket: str, depth: int) -> None:
    value = bracket * depth + "0" + {"[": "]"}.get(bracket, "}") * depth
    pipeline = chat_pipeline()
    with pytest.raises(LimitExceededError, match="json_depth = 200"):
        list(pipeline.read(wire(HELLO, with_field("vendor", value))))


@pytest.mark.parametrize("depth", [201, 2_000, 200_000])
@pytest.mark.parametrize("name", ["thread.message.delta", "thread.of.tomorrow"])
def test_nor_does_one_of_an_assistant_s_event(name: str, depth: int) -> None:
    data = '{"id": "m", "delta": {"vendor": ' + nested(depth) + "}}"
    with pytest.raises(LimitExceededError, match=f"json_depth = 200.*{name}|{name}.*json_depth"):
        AssistantEventDecoder().feed(ServerSentEvent(data.encode(), name))


@pytest.mark.parametrize("depth", [201, 2_000, 200_000])
def test_nor_does_one_of_an_answer_that_is_not_streamed(depth: int) -> None:
    body = '{"id": "c", "choices": [], "vendor": ' + nested(depth) + "}"
    with ScriptedServer([response(200, body.encode())]) as server:
        with OpenAI(base_url=server.url, api_key="k") as client:
            with pytest.raises(LimitExceededError, match="json_depth"):
                client.chat.completions.create(model="m", messages=[])


@pytest.mark.parametrize("depth", [2_000, 200_000])
def test_nor_does_one_of_an_error_in_the_stream(depth: int) -> None:
    event = ServerSentEvent(b'{"error": ' + nested(depth).encode() + b"}", "error")
    with pytest.raises(streamkit.APIError):
        ChunkDecoder(ChatCompletionChunk).feed(event)


def test_what_is_as_deep_as_may_be_survives_everything_that_is_done_to_it() -> None:
    events = [*chat_pipeline().read(wire(*[with_field("vendor", nested(196))] * 3))]
    snapshot = [event.snapshot for event in events if isinstance(event, ChunkEvent)][-1]
    assert json.dumps(snapshot.to_dict()).count("[" * 196) == 1
    assert snapshot.to_json()
    assert repr(snapshot)


def test_depth_is_counted_by_containers_and_not_by_brackets() -> None:
    text = json.dumps({"id": "c", "choices": [], "vendor": ["[{" * 500, [[]] * 500]})
    assert WireDecoder(ChatCompletionChunk).decode(text, 4).id == "c"
    assert WireDecoder(ChatCompletionChunk).decode(text.encode(), 4).id == "c"
    with pytest.raises(ValueError, match="deeper than 3"):
        WireDecoder(ChatCompletionChunk).decode(text, 3)


# The JSON of an answer: beyond the limit the view stops, and no text is lost.


PAST_A_LIMIT: list[tuple[Limits, str, dict[str, Any]]] = [
    (Limits(json_depth=3), '{"a": 1, "b": [[[', {"a": 1, "b": [[]]}),
    (Limits(number_length=3), '{"a": 123, "b": 1234, "c', {"a": 123}),
]


@pytest.mark.parametrize(
    ("limits", "text", "shown"), PAST_A_LIMIT, ids=["json_depth", "number_length"]
)
def test_beyond_a_limit_parsed_stays_and_the_text_goes_on(
    limits: Limits, text: str, shown: Any
) -> None:
    log = CompletionLog(limits)
    log.append(construct(ChatCompletionChunk, chunk({"content": text})))
    content = log.choices[0].content
    assert content.partial_json(len(text)) == shown
    assert content.first(len(text)) == text


# Assistants.


def message_delta(*parts: dict[str, Any]) -> MessageDelta:
    return construct(MessageDelta, {"content": list(parts)})


def text_part(index: int | None = None, **more: Any) -> dict[str, Any]:
    return {"index": index, "type": "text", "text": {"value": "x"}, **more}


def test_a_message_has_as_many_parts_as_may_be() -> None:
    messages = Growing(Message, Limits(parts=3))
    messages.add("m", message_delta(*map(text_part, range(3))))
    messages.add("m", message_delta(text_part(2)))
    with pytest.raises(LimitExceededError, match="parts = 3"):
        messages.add("m", message_delta(text_part(3)))
    assert len(messages.snapshot("m").content) == 3


def test_parts_within_a_part_count_as_well() -> None:
    messages = Growing(Message, Limits(parts=3))
    notes = [{"index": at, "type": "file_citation", "text": "t"} for at in range(4)]
    with pytest.raises(LimitExceededError, match="parts = 3"):
        messages.add("m", message_delta(text_part(0, text={"value": "x", "annotations": notes})))


def test_a_run_has_as_many_messages_as_may_be() -> None:
    messages = Growing(Message, Limits(objects=2))
    for id in ("a", "b", "a", "b"):
        messages.add(id, message_delta(text_part(0)))
    with pytest.raises(LimitExceededError, match="objects = 2"):
        messages.add("c", message_delta(text_part(0)))
    assert len(messages.snapshots()) == 2


# Work, counted in calls, not in time: twice the input takes twice the work, or a limit ends it.


class Counted(int):
    """An index that counts its comparisons and its uses as a key."""

    looks = 0

    def __lt__(self, other: int) -> bool:
        Counted.looks += 1
        return int(self) < int(other)

    def __eq__(self, other: object) -> bool:
        Counted.looks += 1
        return int(self) == other

    def __hash__(self) -> int:
        Counted.looks += 1
        return int(self)


def looks(work: Callable[[], object]) -> int:
    before = Counted.looks
    work()
    return Counted.looks - before


def calls_made(work: Callable[[], object]) -> int:
    """Return the number of Python functions that were called."""
    made = 0

    def note(_frame: object, event: str, _argument: object) -> None:
        nonlocal made
        made += event == "call"

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return made


def test_a_known_choice_among_many_costs_no_look_at_the_others() -> None:
    def cost(choices: int) -> int:
        log = CompletionLog()
        parts = [
            ChunkChoice(index=Counted(at), delta=ChoiceDelta(content="x")) for at in range(choices)
        ]
        log.append(ChatCompletionChunk(choices=parts))
        return looks(lambda: log.append(ChatCompletionChunk(choices=parts[-1:])))

    assert cost(1000) == cost(10)


def fragment(index: int, id: str | None = None) -> ChoiceDeltaToolCall:
    function = ChoiceDeltaToolCallFunction(arguments="x")
    return ChoiceDeltaToolCall(index=Counted(index), id=id, function=function)


def test_a_fragment_of_a_call_among_many_costs_no_look_at_the_others() -> None:
    def cost(calls: int) -> int:
        log = ToolCallsLog()
        log.append([fragment(at) for at in range(calls)])
        return looks(lambda: log.append([fragment(0)]))

    assert cost(1000) == cost(10)


def test_many_fragments_in_one_delta_make_one_mark_of_each_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    marked: list[ToolCallLog] = []
    mark = ToolCallLog.mark

    def noted(call: ToolCallLog) -> CallMark:
        marked.append(call)
        return mark(call)

    monkeypatch.setattr(ToolCallLog, "mark", noted)
    log = ToolCallsLog()
    log.append([fragment(at % 64) for at in range(10_000)])
    assert len(marked) == 64
    log.append([fragment(at % 64) for at in range(10_000)])
    assert len(marked) == 128


def test_a_million_tool_calls_end_at_the_limit() -> None:
    log = ToolCallsLog()
    endless = (fragment(at) for at in range(1_000_000))
    with pytest.raises(LimitExceededError, match="tool_calls = 1024"):
        log.append(endless)  # type: ignore[arg-type]  # as far as it is read
    assert next(endless).index == 1025


def test_fragments_of_many_open_calls_cost_what_they_are() -> None:
    def cost(fragments: int) -> int:
        log, parser = CompletionLog(), ToolArgumentsParser(Reader())
        opened = construct(
            ChatCompletionChunk, chunk({"tool_calls": [call(at) for at in range(64)]})
        )
        more = [{"index": at % 64, "function": {"arguments": "1"}} for at in range(fragments)]
        added = construct(ChatCompletionChunk, chunk({"tool_calls": more}))
        parser.feed(log.append(opened)[0])
        return calls_made(lambda: parser.feed(log.append(added)[0]))

    assert cost(4000) < 2.1 * cost(2000)


def test_fields_that_go_on_coming_end_at_the_limit() -> None:
    extra = {f"k{at}": at for at in range(4095)}
    extra = merged(extra, {"last": 1}, DELTAS)
    with pytest.raises(LimitExceededError, match=r"4097 fields of one object.*fields = 4096"):
        merged(extra, {"one more": 1}, DELTAS)
    assert len(resolved(merged(extra, {"last": 2}, DELTAS))) == 4096


def test_items_that_go_on_coming_end_at_the_limit() -> None:
    limits = Limits(fields=4)
    extra = merged({}, {"list": [{"index": at} for at in range(4)]}, DELTAS, limits)
    with pytest.raises(LimitExceededError, match=r"5 items of one list.*fields = 4"):
        merged(extra, {"list": [{"index": 4}]}, DELTAS, limits)


def test_a_list_without_indices_may_have_any_length() -> None:
    extra: dict[str, Any] = {}
    for at in range(100):
        extra = merged(extra, {"list": [at]}, DELTAS, Limits(fields=4))
    assert resolved(extra) == {"list": list(range(100))}


@pytest.mark.parametrize("size", [1, 2, 5, 4096])
def test_an_event_that_comes_in_small_pieces_is_kept_in_one(size: int) -> None:
    decoder = SSEDecoder()
    data = b"data: " + b"x" * 10_000
    for at in range(0, len(data), size):
        decoder.feed(data[at : at + size])
    held = sum(map(sys.getsizeof, vars(decoder).values()))
    assert held < 2 * len(data)
    assert [event.data for event in decoder.feed(b"\n\n")] == [b"x" * 10_000]


def test_parts_without_an_index_are_placed_without_a_look_at_each_other() -> None:
    def cost(parts: int) -> int:
        messages = Growing(Message)
        messages.add("m", message_delta(*(text_part(at, id=f"p{at}") for at in range(1000))))
        delta = message_delta(*({"type": "text", "id": "p999"} for _ in range(parts)))
        return calls_made(lambda: messages.add("m", delta))

    assert cost(2000) - cost(1000) < 1.1 * (cost(1000) - cost(1))


@pytest.mark.parametrize("way", [run_ways.pulled, run_ways.pulled_async], ids=["sync", "async"])
def test_a_run_that_requires_action_for_ever_is_answered_a_limited_number_of_times(
    way: run_ways.Way,
) -> None:
    def answered(_run: object) -> list[dict[str, str]]:
        return [{"tool_call_id": "c", "output": "1"}]

    waiting = stream(frame(requires_action("c")), b"event: done\ndata: [DONE]\n\n")
    with ScriptedServer(waiting) as server:
        taken = way(
            server.url,
            limits=Limits(required_actions=3),
            on_requires_action=answered,
        )
        assert len(server.requests) == 1 + 3
    assert isinstance(taken.error, LimitExceededError)
    assert (taken.error.limit, taken.error.value) == ("required_actions", 3)
    assert taken.error.run is not None
    assert taken.error.run.status == "requires_action"


def test_the_error_is_one_that_callers_already_expect() -> None:
    error = LimitExceededError("choices", 2, "the server sent a choice 3")
    assert isinstance(error, StreamDecodeError)
    assert str(error) == "the server sent a choice 3: more than Limits.choices = 2 allows"
