from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from reactivex import operators as rx

from streamkit._core.sse import ServerSentEvent, SSEDecoder
from streamkit.errors import (
    APIError,
    APIResponseValidationError,
    OpenAIError,
    StreamDecodeError,
    StreamTruncatedError,
)
from streamkit.families.assistants.decoder import AssistantEventDecoder
from streamkit.operators import decode_assistant_events, pipe
from streamkit.types.beta.assistant_stream_event import (
    ThreadMessageDelta,
    ThreadRunCompleted,
    UnknownStreamEvent,
)
from tests.assistant_streams import body, message_delta, requires_action, run, said, text

if TYPE_CHECKING:
    from streamkit.types.beta import AssistantStreamEvent
    from tests.conftest import Marbles


def sent(short: str) -> ServerSentEvent:
    if short == "done":
        return ServerSentEvent(b"[DONE]", "done")
    if short == "error":
        return ServerSentEvent(b'{"code": "c", "message": "too hot"}', "error")
    name, data = said(short)
    return ServerSentEvent(json.dumps(data).encode(), name)


def shown(event: AssistantStreamEvent) -> str:
    return event.event.removeprefix("thread.")


DECODED = pipe(rx.map(sent), decode_assistant_events(), rx.map(shown))


@pytest.mark.parametrize(
    ("source", "expected", "raises"),
    [
        pytest.param(
            "--r:queued---m:0+H---------done--",
            "--run.queued-message.delta-|",
            None,
            id="until done",
        ),
        pytest.param(
            "--r:completed---|", "--run.completed-|", None, id="until the end, once the run ended"
        ),
        pytest.param(
            "--r:queued---|", "--run.queued-#", StreamTruncatedError, id="cut while the run goes on"
        ),
        pytest.param("--m:0+H----------|", "--message.delta--#", StreamTruncatedError, id="no run"),
        pytest.param("--|", "--#", StreamDecodeError, id="empty"),
        pytest.param("--done--", "--#", APIResponseValidationError, id="done alone"),
        pytest.param("-----", "-----", None, id="never"),
        pytest.param("--r:queued---error--|", "--run.queued-#", APIError, id="an error event"),
        pytest.param("--r:queued---#", "--run.queued-#", None, id="an error of the source"),
    ],
)
def test_events_are_decoded_until_the_stream_is_done(
    marbles: Marbles, source: str, expected: str, raises: type[Exception] | None
) -> None:
    marbles(source, DECODED, expected, raises=raises)


def test_nothing_comes_after_disposal(marbles: Marbles) -> None:
    marbles("--r:queued---m:0+H---|", DECODED, "--run.queued---", until="------------!")


def test_an_early_end_downstream_lets_go_of_the_source(marbles: Marbles) -> None:
    marbles("--r:queued---m:0+H---|", pipe(DECODED, rx.take(1)), "--(run.queued,|)")


@pytest.mark.parametrize("size", [1, 2, 3, 5, 17, 4096])
def test_any_cut_of_the_bytes_gives_the_same_events(size: int) -> None:
    wire = body(run("queued"), message_delta("m", text(0, "hé🚀")), run("completed"))
    decoder, events = SSEDecoder(), list[Any]()
    machine = AssistantEventDecoder()
    for start in range(0, len(wire), size):
        for frame in decoder.feed(wire[start : start + size]):
            events += machine.feed(frame)
    assert [event.event for event in events] == [
        "thread.run.queued",
        "thread.message.delta",
        "thread.run.completed",
    ]
    assert events[1].data.delta.content[0].text.value == "hé🚀"
    assert machine.done


@pytest.mark.parametrize(
    "status", ["cancelled", "completed", "expired", "failed", "incomplete", "requires_action"]
)
def test_without_a_done_event_a_run_that_rests_is_complete(status: str) -> None:
    machine = AssistantEventDecoder()
    machine.feed(sent(f"r:{status}"))
    assert list(machine.close()) == []
    assert not machine.done


@pytest.mark.parametrize("status", ["created", "queued", "in_progress", "cancelling"])
def test_a_run_that_goes_on_is_not(status: str) -> None:
    machine = AssistantEventDecoder()
    machine.feed(sent(f"r:{status}"))
    with pytest.raises(StreamTruncatedError, match=f"the run was {status}"):
        machine.close()


def test_the_status_counts_and_not_the_name_of_the_event() -> None:
    _, data = requires_action("c")
    machine = AssistantEventDecoder()
    (event,) = machine.feed(ServerSentEvent(json.dumps(data).encode(), "thread.run.completed"))
    assert isinstance(event, ThreadRunCompleted)
    assert list(machine.close()) == []


def test_where_there_is_no_status_the_name_of_the_event_counts() -> None:
    machine = AssistantEventDecoder()
    machine.feed(ServerSentEvent(b'{"id": "run_1"}', "thread.run.completed"))
    assert list(machine.close()) == []


def test_a_cut_stream_can_be_taken_for_a_whole_one() -> None:
    machine = AssistantEventDecoder(on_truncated="accept")
    machine.feed(sent("r:queued"))
    assert list(machine.close()) == []


@pytest.mark.parametrize("name", ["done", "message", "thread.done"])
def test_done_is_done_under_any_name(name: str) -> None:
    machine = AssistantEventDecoder()
    assert machine.feed(ServerSentEvent(b" [DONE]", name)) == ()
    assert machine.done
    assert machine.feed(sent("r:queued")) == ()


def test_an_event_of_unknown_name_is_passed_on_with_its_data() -> None:
    machine = AssistantEventDecoder()
    events: list[object] = [
        *machine.feed(ServerSentEvent(b'{"a": 1}', "thread.run.step.paused")),
        *machine.feed(ServerSentEvent(b"12:30", "ping")),
        *machine.feed(ServerSentEvent(b'{"b": 2}')),
    ]
    assert events == [
        UnknownStreamEvent("thread.run.step.paused", {"a": 1}),
        UnknownStreamEvent("ping", "12:30"),
        UnknownStreamEvent("message", {"b": 2}),
    ]


def test_an_event_without_data_is_none() -> None:
    assert AssistantEventDecoder().feed(ServerSentEvent(b"", "thread.run.queued")) == ()


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [
        (b'{"code": "c", "message": "too hot", "param": null, "type": "t"}', "error", "too hot"),
        (b'{"error": {"message": "too hot", "code": "c"}}', "message", "too hot"),
        (b'{"error": "too hot"}', "message", "too hot"),
        (b"too hot", "error", "too hot"),
    ],
)
def test_an_error_is_raised_with_its_text(data: bytes, name: str, message: str) -> None:
    with pytest.raises(APIError, match=message):
        AssistantEventDecoder().feed(ServerSentEvent(data, name))


def test_the_documented_error_has_its_fields() -> None:
    with pytest.raises(APIError) as raised:
        AssistantEventDecoder().feed(sent("error"))
    assert (raised.value.message, raised.value.code) == ("too hot", "c")


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"{nope", "thread.run.queued"),
        (b"[1]", "thread.message.delta"),
        (b"<html>", "message"),
        (b"[1]", "message"),
        (b'{"id": "\xff"}', "thread.run.queued"),
    ],
)
def test_what_is_no_json_object_is_quoted(data: bytes, name: str) -> None:
    with pytest.raises(StreamDecodeError) as raised:
        AssistantEventDecoder().feed(ServerSentEvent(data, name))
    assert isinstance(raised.value, OpenAIError)
    assert raised.value.received == data.decode("utf-8", "replace")


def test_data_may_have_what_no_type_has() -> None:
    (event,) = AssistantEventDecoder().feed(
        ServerSentEvent(
            b'{"id": "m", "vendor": 1, "delta": {"content": [{"index": 0, "type": "hologram"}]}}',
            "thread.message.delta",
        )
    )
    assert isinstance(event, ThreadMessageDelta)
    assert event.to_dict()["data"]["vendor"] == 1
    assert event.to_dict()["data"]["delta"]["content"] == [{"index": 0, "type": "hologram"}]
