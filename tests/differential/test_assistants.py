"""Handlers of runs, compared with the openai package on the same bytes.

If the package behaves as documented, both must make the same calls with the same arguments, per
callback and in order, except for A02 and A08 below. A test for each defect shows both sides, and
has the number of the defect.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

import httpx
import httpx2
import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

import streamkit
from tests.assistant_streams import (
    Said,
    body,
    code,
    image,
    message,
    message_delta,
    requires_action,
    run,
    step,
    step_delta,
    text,
)
from tests.differential.listening import ASYNC_CLIENT, CLIENT, OURS, PEER, PEER_CLIENT, plain
from tests.run_ways import CALLBACKS

pytestmark = pytest.mark.filterwarnings("ignore:The Assistants API is deprecated")

IDS: Any = {"thread_id": "thread_1", "assistant_id": "asst_1"}


def peer_stream(**options: Any) -> Any:
    """Return a run's stream in the `openai` package, untyped because the method is deprecated."""
    runs: Any = PEER_CLIENT.beta.threads.runs
    return runs.stream(**options)


class Heard:
    """The callbacks of a handler and their arguments, as plain data of that moment."""

    def __init__(self) -> None:
        self.calls: dict[str, list[Any]] = defaultdict(list)
        self.names: list[str] = []
        self.error: Exception | None = None

    def note(self, name: str, *arguments: Any) -> None:
        self.names.append(name.removeprefix("on_"))
        given = [plain(getattr(each, "data", each)) for each in arguments]
        self.calls[name].append(given)


def listening(base: type[Any], heard: Heard) -> Any:
    """Return a handler of either package that notes its callbacks."""

    def noting(name: str) -> Callable[..., None]:
        def note(_: object, *arguments: Any) -> None:
            heard.note(name, *arguments)

        return note

    return type("Listening", (base,), {name: noting(name) for name in CALLBACKS})()


def hear(client: Any, replay: Any, base: type[Any], wire: bytes) -> Heard:
    heard = Heard()
    with replay.saying([wire]):
        try:
            handler = listening(base, heard)
            with client.beta.threads.runs.stream(**IDS, event_handler=handler) as stream:
                stream.until_done()
        except Exception as error:  # noqa: BLE001 - the test judges it
            heard.error = error
    return heard


def both(*events: Said | str, done: bool = True) -> tuple[Heard, Heard]:
    """Return the callbacks of both packages for the events."""
    wire = body(*events, done=done)
    return (
        hear(PEER_CLIENT, PEER, openai.AssistantEventHandler, wire),
        hear(CLIENT, OURS, streamkit.AssistantEventHandler, wire),
    )


# Agreement


pieces = st.lists(st.text(min_size=1, max_size=4), min_size=1, max_size=5)


@st.composite
def documented_runs(draw: st.DrawFn) -> list[Said | str]:
    """Draw a run as the API streams it: it may run code, and then it writes a message."""
    events: list[Said | str] = ["r:created", "r:queued", "r:in_progress"]
    if draw(st.booleans()):
        typed = draw(pieces)
        events += [step("s1", "created"), step("s1", "in_progress")]
        events.append(step_delta("s1", code(0, typed[0], id="s10")))
        events += [step_delta("s1", code(0, piece)) for piece in typed[1:]]
        events.append(step("s1", "completed", "".join(typed)))
    written = draw(pieces)
    details = {"type": "message_creation", "message_creation": {"message_id": "m"}}
    events += [step("s2", "created", step_details=details)]
    events += [message("m", "created"), message("m", "in_progress")]
    events.append(message_delta("m", text(0, written[0], annotations=[])))
    events += [message_delta("m", text(0, piece)) for piece in written[1:]]
    events.append(
        message("m", draw(st.sampled_from(["completed", "incomplete"])), "".join(written))
    )
    events += [step("s2", "completed", step_details=details)]
    end = draw(st.sampled_from(["completed", "failed", "cancelled", "expired", "incomplete"]))
    return [*events, run(end)]


@given(documented_runs())
def test_both_emit_the_same_for_documented_streams(events: Sequence[Said | str]) -> None:
    peer, ours = both(*events)
    assert peer.error is ours.error is None
    # A02: the peer repeats that a call is done, at the end of each later step and of the run.
    assert len(ours.calls["on_tool_call_done"]) <= 1
    del peer.calls["on_tool_call_done"][1:]
    # A08: the first fragment of a call is a delta as well, like the first piece of a text.
    del ours.calls["on_tool_call_delta"][:1]
    for name in CALLBACKS:
        assert len(peer.calls[name]) == len(ours.calls[name]), name
        assert agrees(peer.calls[name], ours.calls[name]), name


@given(documented_runs())
def test_both_give_the_same_final_results(events: Sequence[Said | str]) -> None:
    wire = body(*events)
    with PEER.saying([wire]), peer_stream(**IDS) as peer:
        theirs = peer.get_final_run(), peer.get_final_messages(), list(peer.text_deltas)
    with OURS.saying([wire]), CLIENT.beta.threads.runs.stream(**IDS) as stream:
        ours = stream.get_final_run(), stream.get_final_messages(), list(stream.text_deltas)
    assert agrees([plain(each) for each in theirs], [plain(each) for each in ours])


def agrees(peer: Any, ours: Any) -> bool:
    """Return whether both values are equal; streamkit's may have defaults for missing fields.

    The peer's content and calls keep the ``index`` of the deltas.
    """
    if isinstance(peer, dict):
        fields = cast("dict[str, Any]", peer)
        return all(agrees(fields[key], ours.get(key)) for key in {*fields} - {"index"})
    if isinstance(peer, list):
        items = cast("list[Any]", peer)
        return len(items) == len(ours) and all(map(agrees, items, ours))
    return bool(peer == ours)


# Defects


def test_a01_final_steps_are_the_completed_ones() -> None:
    events = ("r:created", "s:new", "s:0+1", step("s", "completed", "1", status="completed"))
    wire = body(*events, step("t", "completed", status="completed"), "r:completed")
    with PEER.saying([wire]), peer_stream(**IDS) as peer:
        assert [each.id for each in peer.get_final_run_steps()] == ["s"]
        assert peer.get_final_run_steps()[0].status is None
    with OURS.saying([wire]), CLIENT.beta.threads.runs.stream(**IDS) as ours:
        steps = [(each.id, each.status) for each in ours.get_final_run_steps()]
    assert steps == [("s", "completed"), ("t", "completed")]


def test_a02_a_call_is_done_once() -> None:
    peer, ours = both("s:new", "s:0+1", "s:=1", step("s2", "completed"), "r:completed")
    assert peer.names.count("tool_call_done") == 3
    assert ours.names.count("tool_call_done") == 1


def test_a02_interleaved_calls_begin_and_end_once() -> None:
    peer, ours = both("s:new", "s:0+a", "s:1+x", "s:0+b", step("s", "completed", "ab", "x"))
    assert peer.names.count("tool_call_created") == 3
    assert ours.names.count("tool_call_created") == ours.names.count("tool_call_done") == 2


def test_a03_each_step_has_calls_of_its_own() -> None:
    peer, ours = both("s1:new", "s1:0+a", "s1:=a", "s2:new", "s2:0+x", "s2:=x", "r:completed")
    assert peer.names.count("tool_call_created") == 1
    assert ours.names.count("tool_call_created") == 2


def test_a04_each_message_has_blocks_of_its_own() -> None:
    first = ("m1:new", "m1:0+a", "m1:1+b", message("m1", "completed", "a", "b"))
    second = ("m2:new", "m2:0+x", "m2:=x")
    peer, ours = both(*first, *second, "r:completed")
    values = [given[0]["value"] for given in peer.calls["on_text_done"]]
    assert values == ["a", "b", "b", "x"]
    assert [given[0]["value"] for given in ours.calls["on_text_done"]] == ["a", "b", "x"]


@pytest.mark.parametrize(
    "events",
    [
        ("m1:new", "m1:0+a", "m1:1+b", message("m1", "completed", "a", "b"), "m2:new", "m2:=x"),
        ("m:new", "m:0+a", "m:2+b"),
    ],
    ids=["no deltas", "a gap"],
)
def test_a05_blocks_may_be_anywhere(events: Sequence[Said | str]) -> None:
    peer, ours = both(*events, "r:completed")
    assert isinstance(peer.error, IndexError)
    assert ours.error is None
    assert ours.names.count("text_created") == ours.names.count("text_done")


def test_a06_interleaved_messages_do_not_mix() -> None:
    events = ("m1:new", "m2:new", "m1:0+a", "m2:0+x", "m1:=a", "m2:=x", "r:completed")
    peer, ours = both(*events)
    assert peer.names.count("text_created") == 1
    assert ours.names.count("text_created") == 2
    assert [given[1]["value"] for given in ours.calls["on_text_delta"]] == ["a", "x"]


def test_a07_the_documented_error_is_raised() -> None:
    wire = body("r:created", done=False)
    wire += b'event: error\ndata: {"code": "c", "message": "too hot"}\n\n'
    peer = hear(PEER_CLIENT, PEER, openai.AssistantEventHandler, wire)
    assert peer.error is None
    ours = hear(CLIENT, OURS, streamkit.AssistantEventHandler, wire)
    assert isinstance(ours.error, streamkit.APIError)
    assert ours.error.message == "too hot"


def test_a08_the_first_fragment_of_a_call_is_a_delta() -> None:
    peer, ours = both("s:new", "s:0+1", "s:0+2", "s:=12", "r:completed")
    assert peer.names.count("tool_call_delta") == 1
    assert ours.names.count("tool_call_delta") == 2


def test_a09_of_a_text_that_goes_on_after_the_next_began_the_last_done_is_the_whole() -> None:
    peer, ours = both("m:new", "m:0+a", "m:1+x", "m:0+b", message("m", "completed", "ab", "x"))
    # The peer calls on_text_done after the second text has begun, streamkit before that.
    assert [given[0]["value"] for given in peer.calls["on_text_done"]] == ["a", "x", "ab"]
    assert [given[0]["value"] for given in ours.calls["on_text_done"]] == ["a", "ab", "x"]
    both_began = ["text_created", "text_created", "text_done"]
    assert [name for name in peer.names if name in both_began][:3] == both_began
    assert [name for name in ours.names if name in both_began][:3] == [
        *("text_created", "text_done", "text_created")
    ]


@pytest.mark.parametrize("event", ["m:0+a", "s:0+a"])
def test_a10_what_began_in_an_earlier_stream_goes_on(event: str) -> None:
    peer, ours = both(event, "r:completed")
    assert isinstance(peer.error, (KeyError, RuntimeError))
    assert ours.error is None
    assert [name.rpartition("_")[2] for name in ours.names[1:3]] == ["created", "created"]


@pytest.mark.parametrize("wire", [body("r:created", done=False), b""], ids=["cut", "empty"])
def test_a11_a_stream_that_is_not_whole_is_an_error(wire: bytes) -> None:
    peer = hear(PEER_CLIENT, PEER, openai.AssistantEventHandler, wire)
    assert peer.error is None
    ours = hear(CLIENT, OURS, streamkit.AssistantEventHandler, wire)
    assert isinstance(ours.error, (streamkit.StreamTruncatedError, streamkit.StreamDecodeError))


@pytest.mark.parametrize("error", [None, ZeroDivisionError()], ids=["A12", "A16"])
def test_a12_a16_leaving_the_loop_is_an_end(error: Exception | None) -> None:
    def leave(client: Any, replay: Any, base: type[Any]) -> Heard:
        heard = Heard()
        handler = listening(base, heard)
        with replay.saying([body("r:created", "r:completed")]):
            try:
                with client.beta.threads.runs.stream(**IDS, event_handler=handler) as stream:
                    for _ in stream:
                        if error is not None:
                            raise error
                        break
            except ZeroDivisionError as raised:
                heard.error = raised
        # The peer's generator is closed later, when it is collected.
        return heard

    assert leave(PEER_CLIENT, PEER, openai.AssistantEventHandler).names == ["event"]
    ours = leave(CLIENT, OURS, streamkit.AssistantEventHandler)
    assert ours.names == (["event", "end"] if error is None else ["event", "exception", "end"])


@pytest.mark.parametrize(
    ("client", "replay", "base", "library", "expected"),
    [
        (PEER_CLIENT, PEER, openai.AssistantEventHandler, httpx2, []),
        (
            *(CLIENT, OURS, streamkit.AssistantEventHandler, httpx),
            ["timeout", "exception", "end"],
        ),
    ],
    ids=["peer", "ours"],
)
def test_a13_a_request_that_fails_is_reported(
    client: Any, replay: Any, base: type[Any], library: Any, expected: list[str]
) -> None:
    class Late:
        def __iter__(self) -> Iterator[bytes]:
            raise library.ConnectTimeout("too late")

    heard = Heard()
    with replay.saying(Late()):
        with pytest.raises((openai.APITimeoutError, streamkit.APITimeoutError)):
            with client.beta.threads.runs.stream(**IDS, event_handler=listening(base, heard)):
                pass
    assert heard.names == expected


def test_a14_the_current_event_is_known_in_the_loop() -> None:
    wire = body("r:created", "r:completed")
    with PEER.saying([wire]), peer_stream(**IDS) as peer:
        assert [peer.current_event for _ in peer] == [None, None]
    with OURS.saying([wire]), CLIENT.beta.threads.runs.stream(**IDS) as ours:
        assert [ours.current_event() is event for event in ours] == [True, True]


def test_a15_a_handler_serves_again_and_needs_no_super() -> None:
    class Peer(openai.AssistantEventHandler):
        def __init__(self) -> None:
            """Skip the base class's method."""

    class Ours(streamkit.AssistantEventHandler):
        def __init__(self) -> None:
            """Skip the base class's method."""

    wire = body("r:completed")
    with PEER.saying([wire]), pytest.raises(AttributeError):
        with peer_stream(**IDS, event_handler=Peer()):
            pass
    used = openai.AssistantEventHandler()
    handler = Ours()
    for count in (1, 2):
        with PEER.saying([wire]):
            if count == 2:
                with pytest.raises(RuntimeError, match="cannot be shared"):
                    with peer_stream(**IDS, event_handler=used):
                        pass
            else:
                with peer_stream(**IDS, event_handler=used):
                    pass
        with OURS.saying([wire]):
            with CLIENT.beta.threads.runs.stream(**IDS, event_handler=handler) as stream:
                assert stream.get_final_run().status == "completed"


def test_a17_iterating_too_early_does_not_spoil_a_handler() -> None:
    wire = body("r:created", "r:completed")
    peer = openai.AssistantEventHandler()
    with pytest.raises(RuntimeError):
        next(iter(peer))
    with PEER.saying([wire]):
        with peer_stream(**IDS, event_handler=peer) as stream:
            assert list(stream) == []
    ours = streamkit.AssistantEventHandler()
    with pytest.raises(RuntimeError):
        next(iter(ours))
    with OURS.saying([wire]):
        with CLIENT.beta.threads.runs.stream(**IDS, event_handler=ours) as started:
            assert len(list(started)) == 2


async def test_both_of_ours_emit_the_same() -> None:
    events = ("r:created", "m:new", message_delta("m", text(0, "a"), image(1, "f")), "s:0+1")
    wire = body(*events, requires_action("c"))
    ours = hear(CLIENT, OURS, streamkit.AssistantEventHandler, wire)
    heard = Heard()
    handler = listening(streamkit.AsyncAssistantEventHandler, heard)
    runs = ASYNC_CLIENT.beta.threads.runs
    with OURS.saying([wire]):
        async with runs.stream(**IDS, event_handler=handler) as stream:
            await stream.until_done()
    assert (heard.names, heard.calls) == (ours.names, ours.calls)
