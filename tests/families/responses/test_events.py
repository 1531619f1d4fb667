"""Every event is true as of its moment, and costs nothing that grows with the stream."""

from __future__ import annotations

import inspect
from typing import Any, get_args

import openai.types.responses as peer
import pytest
from openai.types.responses import response_output_item, response_stream_event
from rich.pretty import pretty_repr

import streamkit.types.responses as ours
from streamkit import LimitExceededError, Limits, OpenAI
from streamkit.types.responses import ResponseTextDeltaEvent
from tests.differential.listening import CLIENT, OURS, plain
from tests.families.responses.documented import STREAMS
from tests.families.responses.hearing import hear_ours
from tests.families.responses.wire import answer, body, call, message


def members(union: Any) -> list[Any]:
    """Return the members of a union that may have a discriminator."""
    first = get_args(union)[0]
    return list(get_args(first)) if get_args(first) else list(get_args(union))


@pytest.mark.parametrize("name", ["event", "item"])
def test_every_type_of_the_openai_package_is_here(name: str) -> None:
    unions = {
        "event": (response_stream_event.ResponseStreamEvent, ours.ResponseStreamEvent),
        "item": (response_output_item.ResponseOutputItem, ours.ResponseOutputItem),
    }
    his, mine = (members(union) for union in unions[name])
    assert len(mine) == len(his) == {"event": 59, "item": 28}[name]
    fields = {type_.model_fields["type"].annotation: type_.model_fields for type_ in his}
    for type_ in mine:
        (known,) = [names for tag, names in fields.items() if get_args(tag) == (type_.type,)]
        missing = known.keys() - {"type", "async_", *type_.__struct_fields__}
        assert not missing, f"{type_.__name__} has no {missing}"


def test_classes_have_the_names_of_the_openai_package() -> None:
    unknown = {"UnknownResponseEvent"}
    for name in ours.__all__:
        if (
            name.startswith("Response")
            and name not in unknown
            and inspect.isclass(getattr(ours, name))
        ):
            assert hasattr(peer, name) or name == "ResponseDeleted", name


def test_snapshots_are_true_as_of_their_event_when_read_late() -> None:
    stream = body(answer(message("a", "b", "c"), call("f", "1", "2", index=1)))
    heard = hear_ours([stream])
    assert [event.snapshot for event in heard.of("output_text.delta")] == ["a", "ab", "abc"]
    assert [event.snapshot for event in heard.of("function_call_arguments.delta")] == ["1", "12"]


@pytest.mark.parametrize("name", STREAMS)
def test_the_response_of_a_chunk_is_true_as_of_it_when_read_late(name: str) -> None:
    """The chunk events of the common vocabulary have it."""
    chunks: list[Any] = []
    early: list[Any] = []

    def take(event: Any) -> None:
        if event.type == "chunk":
            chunks.append(event)
            early.append(plain(event.snapshot))

    with OURS.saying([body(STREAMS[name])]):
        CLIENT.responses.observe(model="m", input="x").subscribe(take)
    assert early == [plain(chunk.snapshot) for chunk in chunks]
    assert len(chunks) == len(STREAMS[name])
    final = chunks[-1].snapshot
    assert final.output_text == chunks[-1].chunk.response.output_text


def test_equal_events_of_two_streams_are_equal() -> None:
    stream = body(STREAMS["comment, call, answer"])
    one, other = hear_ours([stream]), hear_ours([stream])
    assert one.events == other.events
    assert one.events != other.events[1:]
    assert "PartLog" not in repr(one.events) + pretty_repr(one.events)


def test_an_event_as_a_dict_is_what_the_server_sent() -> None:
    heard = hear_ours([body(STREAMS["text"])])
    delta = heard.of("output_text.delta")[0]
    assert isinstance(delta, ResponseTextDeltaEvent)
    assert delta.to_dict() == {
        "type": "response.output_text.delta",
        "item_id": "msg_1",
        "output_index": 0,
        "content_index": 0,
        "delta": "Hel",
        "logprobs": [],
        "sequence_number": 3,
    }


def test_the_resource_is_made_when_it_is_asked_for() -> None:
    client = OpenAI(api_key="k")
    assert "responses" not in vars(client)
    assert client.responses is client.responses
    client.close()


def test_a_thousand_items_are_matched_with_those_of_the_last_event() -> None:
    items = [
        call(f"f{n}", "{", "}", index=n, id=f"fc_{n}", call_id=f"call_{n}") for n in range(1000)
    ]
    heard = hear_ours([body(answer(*items))])
    assert heard.error is None
    assert [item.call_id for item in heard.response.output] == [f"call_{n}" for n in range(1000)]


def test_more_items_than_the_limit_allows_are_an_error() -> None:
    client = CLIENT.with_options(limits=Limits(objects=3))
    events = answer(*[message("a", index=n, id=f"msg_{n}") for n in range(4)])
    with OURS.saying([body(events)]), client.responses.stream(model="m", input="x") as stream:
        with pytest.raises(LimitExceededError) as caught:
            stream.until_done()
    assert caught.value.limit == "objects"
    partial: Any = caught.value.partial
    assert len(partial.output) == 3
