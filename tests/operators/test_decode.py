from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import httpx
import httpx_sse
import pytest
import reactivex as rx
from hypothesis import given
from hypothesis import strategies as st
from reactivex import operators as rx_operators

from streamkit._core.object_decoder import ObjectDecoder
from streamkit._core.sse import ServerSentEvent, SSEDecoder
from streamkit.errors import (
    APIError,
    APIResponseValidationError,
    StreamDecodeError,
    StreamTruncatedError,
)
from streamkit.events import ChunkEvent
from streamkit.families.chat.decoder import ChunkDecoder
from streamkit.operators import accumulate, decode, pipe
from streamkit.types import ChatCompletionChunk, ChoiceDelta, ChunkChoice, CompletionUsage, Wire
from tests.chat_chunks import body, choice, chunk, cut, ends, run, says
from tests.http_server import ScriptedServer
from tests.sse_bodies import DONE, part, stream

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable

    from tests.conftest import Marbles

ERROR = b'event: error\ndata: {"error":\ndata: {"message": "overloaded"}}\n\n'
DATA = {
    "a": says("a").to_json(),
    "b": says("b").to_json(),
    "stop": ends().to_json(),
    "stop1": ends(index=1).to_json(),
    "DONE": "[DONE]",
    "blank": " ",
    "ping": '{"type": "ping"}',
    "half": '{"id": ',
    "overloaded": '{"error": {"message": "overloaded"}}',
}


def event(name: str) -> ServerSentEvent:
    return ServerSentEvent(DATA[name].encode())


def content_or_finish_reason(chunk: ChatCompletionChunk) -> str:
    (only,) = chunk.choices or [ChunkChoice()]
    return only.finish_reason or (only.delta and only.delta.content) or ""


def decoded(**options: Any) -> Callable[[Observable[str]], Observable[str]]:
    return pipe(
        rx_operators.map(event), decode(**options), rx_operators.map(content_or_finish_reason)
    )


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("--a--b--DONE--|", "--a--b--|", id="[DONE] completes"),
        pytest.param("--a--stop--|", "--a--stop--|", id="a finish reason is an end too"),
        pytest.param("--a--blank--DONE--|", "--a---------|", id="an event without data"),
        pytest.param("--a--#", "--a--#", id="error"),
        pytest.param("--a--DONE--#", "--a--|", id="nothing matters after [DONE]"),
        pytest.param("-----", "-----", id="never"),
    ],
)
def test_events_become_chunks(marbles: Marbles, source: str, expected: str) -> None:
    marbles(source, decoded(), expected)


@pytest.mark.parametrize(
    ("source", "expected", "error"),
    [
        pytest.param("--|", "--#", StreamDecodeError, id="empty"),
        pytest.param("--a--|", "--a--#", StreamTruncatedError, id="cut"),
        pytest.param("--half--a", "--#", StreamDecodeError, id="no JSON"),
        pytest.param("--a--overloaded--b--|", "--a--#", APIError, id="reported by the server"),
    ],
)
def test_what_is_wrong_with_a_stream_is_its_error(
    marbles: Marbles, source: str, expected: str, error: type[Exception]
) -> None:
    marbles(source, decoded(), expected, raises=error)


def test_an_error_of_the_stream_says_how_many_events_had_come() -> None:
    events = rx.from_iterable(map(event, ["a", "b", "overloaded"]))
    failures: list[Exception] = []
    events.pipe(decode()).subscribe(on_error=failures.append)
    (failure,) = failures
    assert isinstance(failure, APIError)
    assert failure.events_received == 3


def test_nothing_comes_after_disposal(marbles: Marbles) -> None:
    marbles("--a--b--DONE--|", decoded(), "--a--", until="---!")


def test_a_cut_stream_may_be_accepted(marbles: Marbles) -> None:
    marbles("--a--|", decoded(on_truncated="accept"), "--a--|")


def test_every_choice_that_was_asked_for_must_finish(marbles: Marbles) -> None:
    marbles("--stop--stop1--|", decoded(choices=2), "--stop--stop---|")


def test_a_choice_that_never_spoke_has_not_finished(marbles: Marbles) -> None:
    marbles("--a--stop--|", decoded(choices=2), "--a--stop--#", raises=StreamTruncatedError)


def test_a_choice_that_nobody_asked_for_must_finish_too() -> None:
    machine = ChunkDecoder(ChatCompletionChunk)
    with pytest.raises(StreamTruncatedError):
        run(machine, events(says("b", index=1), ends()))


def test_a_finished_choice_may_be_in_a_later_chunk() -> None:
    chunks = [ends(), chunk(choice(), usage={"total_tokens": 3})]
    assert run(ChunkDecoder(ChatCompletionChunk), events(*chunks)) == chunks


def test_a_finish_reason_of_no_characters_is_none() -> None:
    with pytest.raises(StreamTruncatedError):
        run(ChunkDecoder(ChatCompletionChunk), events(says("a"), ends("")))


@pytest.mark.parametrize("data", ["[DONE]", "[DONE] ", " [DONE]", "[DONE]\n"])
def test_done_may_have_space_around_it(data: str) -> None:
    machine = ChunkDecoder(ChatCompletionChunk)
    assert run(machine, [event("a"), ServerSentEvent(data.encode())]) == [says("a")]
    assert machine.done


def test_a_machine_that_is_done_takes_nothing_more() -> None:
    machine = ChunkDecoder(ChatCompletionChunk)
    machine.feed(event("DONE"))
    assert machine.feed(event("half")) == ()


def test_done_is_no_truncation_even_before_a_finish_reason() -> None:
    assert run(ChunkDecoder(ChatCompletionChunk), [event("a"), event("DONE")]) == [says("a")]


def test_events_of_httpx_sse_are_decoded_as_well() -> None:
    events = [httpx_sse.ServerSentEvent(data=DATA[name]) for name in ("a", "blank", "DONE")]
    assert run(ChunkDecoder(ChatCompletionChunk), events) == [says("a")]


@pytest.mark.parametrize(
    ("parts", "end"),
    [((part("Hel"), part("lo", "stop"), DONE), "|"), ((part("Hel"), ERROR), "overloaded")],
    ids=["whole", "ended by an error event"],
)
def test_a_stream_of_httpx_sse_goes_through_the_operators(
    parts: tuple[bytes, ...], end: str
) -> None:
    ends: list[str] = []
    snapshots: list[ChunkEvent] = []
    with ScriptedServer(stream(*parts)) as server, httpx.Client(timeout=10) as client:
        with httpx_sse.connect_sse(client, "POST", server.url + "/chat/completions") as source:
            rx.from_iterable(source.iter_sse()).pipe(decode(), accumulate()).subscribe(
                snapshots.append, lambda error: ends.append(str(error)), lambda: ends.append("|")
            )
    assert ends == [end]
    content = snapshots[-1].snapshot.choices[0].message.content
    assert content == ("Hello" if end == "|" else "Hel")


def test_other_wire_types_can_be_decoded() -> None:
    class Tick(Wire):
        n: int = 0

    machine = ObjectDecoder(Tick, on_truncated="accept")
    ticks = run(machine, [ServerSentEvent(b'{"n": 1}'), ServerSentEvent(b'{"n": 2, "of": 3}')])
    assert [tick.to_dict() for tick in ticks] == [{"n": 1}, {"n": 2, "of": 3}]


@pytest.mark.parametrize(
    ("data", "event_name", "message", "body"),
    [
        ('{"error": {"message": "no"}}', "message", "no", {"message": "no"}),
        ('{"error": {"detail": "no"}}', "message", "no", {"detail": "no"}),
        ('{"error": {"code": 5}}', "message", '{"code": 5}', {"code": 5}),
        ('{"error": "no"}', "message", "no", "no"),
        (
            '{"id": "c1", "choices": [], "error": {"message": "no"}}',
            "message",
            "no",
            {"message": "no"},
        ),
        ('{"error": {"message": "no"}}', "error", "no", {"message": "no"}),
        ('{"message": "no"}', "error", "no", {"message": "no"}),
        ('"no"', "error", "no", "no"),
        ("no", "error", "no", "no"),
        ("", "error", "an error occurred during streaming", ""),
    ],
)
def test_an_error_in_any_shape_is_raised_with_its_text(
    data: str, event_name: str, message: str, body: object
) -> None:
    machine = ChunkDecoder(ChatCompletionChunk)
    with pytest.raises(APIError) as raised:
        machine.feed(ServerSentEvent(data.encode(), event_name))
    assert raised.value.message == message
    assert raised.value.body == body


def test_the_code_of_an_error_is_kept() -> None:
    data = json.dumps({"error": {"message": "no", "code": 503, "type": "server_error"}})
    with pytest.raises(APIError) as raised:
        ChunkDecoder(ChatCompletionChunk).feed(ServerSentEvent(data.encode()))
    assert (raised.value.code, raised.value.type) == (503, "server_error")


@pytest.mark.parametrize("error", ["null", "{}", '""'])
def test_an_error_of_nothing_is_none(error: str) -> None:
    data = f'{{"id": "c1", "choices": [], "error": {error}}}'
    (chunk,) = ChunkDecoder(ChatCompletionChunk).feed(ServerSentEvent(data.encode()))
    assert chunk.id == "c1"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"<html>Bad gateway</html>", id="HTML"),
        pytest.param(b'{"id": ', id="half a chunk"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"12345678901234567890", id="a number"),
        pytest.param(b'"\xff"', id="no UTF-8"),
        pytest.param(b'{"a": ' + b"[" * 100_000, id="nested too deeply"),
        pytest.param(b'{"choices": "none"}', id="choices that are no list"),
        pytest.param(b'{"choices": ["none"]}', id="a choice that is no object"),
    ],
)
def test_data_that_are_no_chunk_are_quoted(data: bytes) -> None:
    with pytest.raises(StreamDecodeError) as raised:
        ChunkDecoder(ChatCompletionChunk).feed(ServerSentEvent(data))
    quote = data[:20].decode(errors="replace")
    assert raised.value.received.startswith(quote)
    assert repr(quote)[1:-1] in str(raised.value)


@pytest.mark.parametrize("data", ['{"type": "ping"}', '{"status": "thinking", "id": "c1"}', "{}"])
def test_an_object_that_is_no_chunk_is_skipped_and_logged(
    data: str, caplog: pytest.LogCaptureFixture
) -> None:
    machine = ChunkDecoder(ChatCompletionChunk)
    with caplog.at_level(logging.DEBUG, "streamkit"):
        assert machine.feed(ServerSentEvent(data.encode())) == ()
    assert caplog.messages == ["skipped event 1, which is no chunk"]


@pytest.mark.parametrize(
    "data",
    [
        '{"choices": [], "object": ""}',
        '{"choices": null, "object": "chat.completion.chunk"}',
        '{"choices": null, "usage": {"total_tokens": 3}}',
        '{"id": "c1", "model": "m"}',
    ],
)
def test_a_chunk_is_judged_by_its_shape(data: str) -> None:
    assert len(ChunkDecoder(ChatCompletionChunk).feed(ServerSentEvent(data.encode()))) == 1


@pytest.mark.parametrize(
    "data",
    [
        '{"detail": "too hot"}',
        '{"code": 7, "message": "too hot"}',
        '{"data": {"error": "too hot"}}',
        '[{"error": {"message": "too hot"}}]',
        '{"choices": [{"delta": {"content": "x"}}, {"index": 1, "error": "too hot"}]}',
    ],
)
def test_an_error_is_found_wherever_it_is(data: str) -> None:
    with pytest.raises(APIError, match="too hot"):
        ChunkDecoder(ChatCompletionChunk).feed(ServerSentEvent(data.encode()))


@pytest.mark.parametrize("skipped", [(), ("ping",)], ids=["nothing", "a ping"])
def test_done_without_a_choice_is_an_error(marbles: Marbles, skipped: tuple[str, ...]) -> None:
    source = "".join(f"--{name}" for name in skipped) + "--DONE--|"
    expected = "-" * source.index("DONE") + "#"
    marbles(source, decoded(), expected, raises=APIResponseValidationError)


def test_a_whole_completion_is_a_chunk() -> None:
    data = b'{"object": "chat.completion", "choices": [{"index": 0, "message": {"content": "Hi"}}]}'
    (chunk,) = ChunkDecoder(ChatCompletionChunk).feed(ServerSentEvent(data))
    assert chunk.choices is not None
    assert chunk.choices[0].delta == ChoiceDelta(content="Hi")


def test_other_types_may_have_whatever_fields_they_like() -> None:
    class Tick(Wire):
        message: str = ""
        code: int = 0

    (tick,) = ObjectDecoder(Tick).feed(ServerSentEvent(b'{"message": "no", "code": 7, "of": 3}'))
    assert (tick.message, tick.code, tick.model_extra) == ("no", 7, {"of": 3})


def test_usage_without_choices_is_a_chunk() -> None:
    data = b'{"choices": null, "usage": {"total_tokens": 3}}'
    (chunk,) = ChunkDecoder(ChatCompletionChunk).feed(ServerSentEvent(data))
    assert chunk.usage == CompletionUsage(total_tokens=3)


@given(places=st.lists(st.integers(0, 500), max_size=8))
def test_any_cut_of_the_body_gives_the_same_chunks(places: list[int]) -> None:
    chunks = [says("Hé"), says("\N{ROCKET}"), ends()]
    sse, machine = SSEDecoder(), ChunkDecoder(ChatCompletionChunk)
    assert run(machine, run(sse, cut(body(*chunks), places))) == chunks


def events(*chunks: ChatCompletionChunk) -> list[ServerSentEvent]:
    return [ServerSentEvent(chunk.to_json().encode()) for chunk in chunks]
