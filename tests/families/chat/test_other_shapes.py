"""An answer in another shape than requested is read correctly on every road."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.chat_roads import PLAIN, STREAMED, Road, plain, streamed
from tests.sse_bodies import DONE, USAGE, part

pytestmark = pytest.mark.diagonal

SIZES = pytest.mark.parametrize("size", [0, 7], ids=["at once", "in sevens"])
BY_EVERY_ROAD = pytest.mark.parametrize("road", STREAMED.values(), ids=STREAMED)
BY_EVERY_PLAIN_ROAD = pytest.mark.parametrize("road", PLAIN.values(), ids=PLAIN)

HEADING = {"id": "c", "object": "chat.completion", "created": 1, "model": "m"}


def data(value: object) -> bytes:
    return b"data: %b\n\n" % json.dumps(value).encode()


def whole(*choices: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return HEADING | {"choices": list(choices)} | fields


def says(content: str | None = "Hello", index: int = 0, **fields: Any) -> dict[str, Any]:
    """Return a complete choice of a plain answer."""
    message = {"role": "assistant", "content": content} | fields
    return {"index": index, "message": message, "finish_reason": "stop"}


USED = {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4}
CALL = {"id": "k", "type": "function", "function": {"name": "run", "arguments": "{}"}}
SAID = whole(says(), usage=USED)
CHUNK = json.loads(part("Hello", "stop").removeprefix(b"data: ")) | {"usage": USED}
SHAPES: dict[str, bytes] = {
    "a completion": data(SAID),
    "a completion without a frame": json.dumps(SAID).encode() + b"\n\n",
    "a completion without a frame, on many lines": json.dumps(SAID, indent=2).encode() + b"\n\n",
    "a message called a chunk": data(SAID | {"object": "chat.completion.chunk"}),
    "a completion as a list of one": data([SAID]),
    "a completion in data": data({"code": 0, "msg": "ok", "data": SAID}),
    "a chunk in data": data({"data": CHUNK}),
    "a chunk in result": data({"result": CHUNK}),
    "choices in output": data({"output": {"choices": [says()]}, "usage": USED}),
    "a chunk without a frame": json.dumps(CHUNK).encode() + b"\n\n",
    "an opened choice, then a completion": part(None) + data(SAID),
    "chunks, then the completion of them": part("Hel") + part("lo") + data(SAID),
    "a completion, then chunks": data(whole({"index": 0, "message": {"content": "Hel"}}))
    + part("lo", "stop", usage=USED),
    "messages that grow": data(whole({"index": 0, "message": {"content": "Hel"}})) + data(SAID),
    "messages that are pieces": data(
        {
            "choices": [{"index": 0, "message": {"content": "Hel"}}],
            "object": "chat.completion.chunk",
        }
    )
    + data(
        {"choices": [{"index": 0, "message": {"content": "lo"}}], "object": "chat.completion.chunk"}
    )
    + part("", "stop", usage=USED),
    "messages in pieces that are not called chunks": b"".join(
        data({"choices": [{"index": 0, "message": {"content": piece}}], "usage": USED})
        for piece in ("Hel", "l", "o")
    ),
    "the same completion twice": data(SAID) + data(SAID),
    "mere text": data({"choices": [{"index": 0, "text": "Hel"}]})
    + data({"choices": [{"index": 0, "text": "lo", "finish_reason": "stop"}], "usage": USED}),
    "a message beside an empty delta": data(
        whole(says() | {"delta": {"role": "assistant", "content": ""}}, usage=USED)
    ),
    "a message beside each delta": b"".join(
        data({"choices": [{"delta": {"content": new}, "message": {"content": all_}}]})
        for new, all_ in (("Hel", "Hel"), ("lo", "Hello"), ("", "Hello"))
    )
    + part("", "stop", usage=USED),
    "a delta that is a string": data({"choices": [{"index": 0, "delta": "Hello"}]})
    + part("", "stop", usage=USED),
}


@pytest.mark.parametrize("body", SHAPES.values(), ids=SHAPES)
@SIZES
@BY_EVERY_ROAD
def test_an_answer_in_another_shape_is_read_once(road: Road, body: bytes, size: int) -> None:
    came = road(streamed(body + DONE, size))
    assert came.error is None
    assert came.joined("content.delta", "delta") == "Hello"
    assert came.completion.choices[0].message.content == "Hello"
    assert came.completion.usage.total_tokens == 4


@BY_EVERY_ROAD
@pytest.mark.parametrize("end", [b"", b"\n", b"\n\n"])
def test_a_plain_completion_is_an_answer_without_done(road: Road, end: bytes) -> None:
    came = road(streamed(json.dumps(SAID).encode() + end, 7))
    assert came.error is None
    assert came.completion.choices[0].message.content == "Hello"


PLAIN_SHAPES: dict[str, Any] = {
    "in data": {"code": 0, "msg": "ok", "data": SAID},
    "in a list of one": [SAID],
    "a chunk": CHUNK,
    "beside an empty delta": whole(says() | {"delta": {}}),
    "mere text": whole({"index": 0, "text": "Hello", "finish_reason": "stop"}),
    "a message that is a string": whole({"index": 0, "message": "Hello"}),
    "usage in the choice": whole(says() | {"usage": USED}),
}


@pytest.mark.parametrize("body", PLAIN_SHAPES.values(), ids=PLAIN_SHAPES)
@BY_EVERY_PLAIN_ROAD
def test_a_plain_answer_in_another_shape_is_read(road: Road, body: Any) -> None:
    came = road(plain(json.dumps(body).encode()))
    assert came.error is None
    assert came.completion.choices[0].message.content == "Hello"
    assert "usage" not in str(body) or came.completion.usage.total_tokens == 4


@BY_EVERY_ROAD
def test_all_of_a_completion_is_read(road: Road) -> None:
    tokens = {"content": [{"token": "Hello", "logprob": -0.5}]}
    body = whole(
        says(reasoning_content="Hm") | {"logprobs": tokens},
        says(None, 1, tool_calls=[CALL, CALL | {"id": "l"}]),
        says(None, 2, refusal="No"),
    )
    came = road(streamed(data(body) + DONE), n=3)
    assert came.error is None
    first, second, third = came.completion.choices
    assert first.message.reasoning_content == came.joined("reasoning.delta", "delta") == "Hm"
    assert first.logprobs.content[0].logprob == -0.5
    assert [call.id for call in second.message.tool_calls] == ["k", "l"]
    assert third.message.refusal == came.joined("refusal.delta", "delta") == "No"


def test_choices_without_an_index_are_distinguished_by_their_places() -> None:
    body = whole(*({"message": {"content": text}, "finish_reason": "stop"} for text in "ab"))
    came = [road(plain(json.dumps(body).encode()), n=2) for road in PLAIN.values()]
    came += [road(streamed(data(body)), n=2) for road in STREAMED.values()]
    for each in came:
        assert each.error is None
        choices = each.completion.choices
        assert [(each.index, each.message.content) for each in choices] == [(0, "a"), (1, "b")]


@BY_EVERY_ROAD
def test_nothing_of_a_completion_is_emitted_twice(road: Road) -> None:
    first = says("Hel", reasoning_content="H", refusal="N", tool_calls=[CALL])
    second = says(reasoning_content="Hm", refusal="No", tool_calls=[CALL, CALL | {"id": "l"}])
    came = road(streamed(data(whole(first)) + data(whole(second)) * 2 + DONE))
    assert came.error is None
    message = came.completion.choices[0].message
    assert (message.content, message.reasoning_content, message.refusal) == ("Hello", "Hm", "No")
    assert [(call.id, call.function.arguments) for call in message.tool_calls] == [
        ("k", "{}"),
        ("l", "{}"),
    ]


@BY_EVERY_ROAD
@pytest.mark.parametrize("delta", [part("lo"), part("lo", index=0, odd=1)], ids=["known", "odd"])
def test_a_completion_after_deltas_repeats_them_whatever_came_before(
    road: Road, delta: bytes
) -> None:
    began = data(whole(says("Hel") | {"finish_reason": None}))
    came = road(streamed(began + delta + data(whole(says())) + DONE))
    assert came.error is None
    assert came.completion.choices[0].message.content == "Hello"
    assert came.joined("content.delta", "delta") == "Hello"


@BY_EVERY_ROAD
@pytest.mark.parametrize("parts", [False, True], ids=["text", "parts"])
def test_calls_and_parts_of_completions_grow(road: Road, parts: bool) -> None:
    def so_far(content: str, arguments: str) -> bytes:
        said: Any = [{"type": "text", "text": content}] if parts else content
        call = CALL | {"function": {"name": "f", "arguments": arguments}}
        return data(whole(says(said, tool_calls=[call])))

    came = road(streamed(so_far("Hel", '{"a":') + so_far("Hello", '{"a": 1}') + DONE))
    assert came.error is None
    message = came.completion.choices[0].message
    assert (message.content, message.tool_calls[0].function.arguments) == ("Hello", '{"a": 1}')


@pytest.mark.parametrize(
    "indices",
    [(0, 0), ("0", "1"), (0.0, 1.0), (None, None), ("a", "b")],
    ids=["equal", "texts", "floats", "null", "none that are"],
)
def test_no_choice_is_lost_by_its_index(indices: tuple[Any, Any]) -> None:
    one, other = (says(text) | {"index": index} for text, index in zip("ab", indices, strict=True))
    body = whole(one, other)
    came = [road(plain(json.dumps(body).encode()), n=2) for road in PLAIN.values()]
    came += [road(streamed(data(body) + DONE), n=2) for road in STREAMED.values()]
    for each in came:
        assert each.error is None
        choices = each.completion.choices
        assert [(each.index, each.message.content) for each in choices] == [(0, "a"), (1, "b")]


@BY_EVERY_ROAD
def test_several_completions_are_several_choices(road: Road) -> None:
    body = data(whole(says("a"))) + data(whole(says("b", 1))) + DONE
    came = road(streamed(body), n=2)
    assert [each.message.content for each in came.completion.choices] == ["a", "b"]


# Usage.


def used(total: int, index: int = 0) -> bytes:
    choice = {
        "index": index,
        "delta": {},
        "finish_reason": "stop",
        "usage": {"total_tokens": total},
    }
    return data({"id": "c", "model": "m", "choices": [choice]})


@BY_EVERY_ROAD
def test_the_usage_in_the_last_choice_is_the_completions(road: Road) -> None:
    came = road(streamed(part("Hi") + part("Ho", index=1) + used(5) + used(6, 1) + DONE), n=2)
    assert came.completion.usage.total_tokens == 6


@BY_EVERY_ROAD
@pytest.mark.parametrize("body", [used(5) + USAGE, USAGE + used(5)], ids=["after", "before"])
def test_a_usage_of_the_completions_own_goes_first(road: Road, body: bytes) -> None:
    came = road(streamed(part("Hi") + body + DONE))
    assert came.completion.usage.total_tokens == 7
