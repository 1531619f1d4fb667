"""An answer that is not understood is never a success, but the same error on every road."""

from __future__ import annotations

import json
from itertools import chain
from typing import Any

import pytest

from streamkit import APIError, APIResponseValidationError, OpenAIError, StreamTruncatedError
from tests.chat_roads import PLAIN, STREAMED, Road, plain, streamed
from tests.pipelines import chat_pipeline
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


# Errors.

REPORTS: dict[str, Any] = {
    "an error": {"error": {"message": "too hot", "code": 5}},
    "an error that is a string": {"error": "too hot"},
    "an error that is true": {"error": True, "message": "too hot"},
    "an error beside the answer": whole(says(), error={"message": "too hot"}),
    "a list of errors": {"errors": [{"code": 5, "message": "too hot"}]},
    "a list of one": [{"error": {"message": "too hot"}}],
    "a code and a message": {"code": "InvalidParameter", "message": "too hot", "request_id": "q"},
    "a code and a msg": {"code": 5, "msg": "too hot", "data": None},
    "a detail": {"detail": "too hot"},
    "a list of details": {"detail": [{"loc": ["body"], "msg": "too hot"}]},
    "the type error": {"type": "error", "message": "too hot"},
    "an error within the type error": {"type": "error", "error": {"message": "too hot"}},
    "the object error": {"object": "error", "message": "too hot", "code": 400},
    "a kind of error": {"type": "invalid_request_error", "message": "too hot", "param": None},
    "a message alone": {"message": "too hot"},
    "a status": {"status": 503, "message": "too hot"},
    "no success": {"success": False, "message": "too hot", "result": None},
    "an error in data": {"data": {"error": {"message": "too hot"}}},
    "a code in data": {"event": "message", "data": {"code": 500, "message": "too hot"}},
    "a response of its own": whole(base_resp={"status_code": 1008, "status_msg": "too hot"}),
    "an error of a choice": whole(says() | {"error": {"message": "too hot"}}),
    "an error of the second choice": whole(says(), says(index=1) | {"error": "too hot"}),
    "an error in a message": whole(says(error={"message": "too hot"})),
}
BY_ITSELF = pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)


@BY_ITSELF
@BY_EVERY_ROAD
def test_an_error_in_the_stream_is_raised_with_its_text(road: Road, report: Any) -> None:
    came = road(streamed(data(report) + DONE))
    assert type(came.error) is APIError
    assert "too hot" in came.error.message


ENDS = pytest.mark.parametrize("end", [b"", b"\n", b"\n\n", b"\n\n" + DONE, b"\n" + DONE])


@BY_ITSELF
@ENDS
def test_an_error_without_a_frame_is_raised_with_its_text(report: Any, end: bytes) -> None:
    pipeline, body = chat_pipeline(), json.dumps(report).encode() + end
    with pytest.raises(APIError, match="too hot") as raised:
        list(chain(pipeline.read(body), pipeline.end()))
    assert type(raised.value) is APIError


@ENDS
@BY_EVERY_ROAD
def test_it_is_raised_by_every_road(road: Road, end: bytes) -> None:
    came = road(streamed(json.dumps(REPORTS["a detail"]).encode() + end, 7))
    assert type(came.error) is APIError
    assert "too hot" in came.error.message


@BY_ITSELF
@BY_EVERY_PLAIN_ROAD
def test_an_error_that_is_answered_with_success_is_raised_with_its_text(
    road: Road, report: Any
) -> None:
    came = road(plain(json.dumps(report).encode()))
    assert type(came.error) is APIError
    assert "too hot" in came.error.message


LINES = {
    "framed": data(REPORTS["an error"]),
    "framed, without its blank line": data(REPORTS["an error"])[:-2],
    "flat": data(REPORTS["a code and a message"]),
    "bare": b'{"error": {"message": "too hot"}}\n\n',
    "bare, on lines of its own": b'{\n  "error": {\n    "message": "too hot"\n  }\n}\n\n',
    "bare, in another's frame": b'{"detail": "too hot"}\n: ping\n' + data({"type": "ping"}),
    "a field": b'error: {"message": "too hot"}\n\n',
    "a field in another's frame": b"error: too hot\n" + data({"type": "ping"}),
    "a field at the end": b"error: too hot",
    "an event": b"event: error\ndata: too hot\n\n",
    "an event, cut": b"event: error\ndata: too hot",
    "a finish reason": part("", "error", error={"message": "too hot"}),
}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
@SIZES
@BY_EVERY_ROAD
def test_after_content_the_error_has_what_had_arrived(road: Road, line: bytes, size: int) -> None:
    came = road(streamed(part("Hi") + line, size))
    assert type(came.error) is APIError
    assert "too hot" in came.error.message
    assert came.completion.choices[0].message.content == "Hi"


@BY_EVERY_ROAD
def test_an_error_after_the_finish_reason_is_one(road: Road) -> None:
    came = road(streamed(part("Hi", "stop") + data({"detail": "too hot"}) + DONE))
    assert type(came.error) is APIError
    assert came.completion.choices[0].message.content == "Hi"


@pytest.mark.parametrize("reason", ["error", "ERROR", "network_error"])
def test_a_finish_reason_may_be_all_that_is_said_of_an_error(reason: str) -> None:
    choice = says("Hi") | {"finish_reason": reason}
    came = [road(streamed(part("Hi") + part("", reason) + DONE)) for road in STREAMED.values()]
    came += [road(plain(json.dumps(whole(choice)).encode())) for road in PLAIN.values()]
    for each in came:
        assert type(each.error) is APIError
        assert each.error.message == f"choice 0 ended with the finish reason '{reason}'"
        assert each.completion.choices[0].message.content == "Hi"


HARMLESS: dict[str, Any] = {
    "a ping": {"type": "ping"},
    "a ping that says something": {"type": "ping", "message": "still here"},
    "a state": {"status": "processing", "message": "you are third", "code": 7},
    "no error": {"error": None, "detail": None},
    "no code": {"code": 0, "msg": "ok"},
    "success": {"code": 200, "message": "success", "success": True},
    "a code of 1": {"code": 1, "msg": "Success"},
    "nothing": {},
    "nothing wrapped": {"data": {}, "result": None},
    "a message that is an object": {"message": {"role": "assistant"}},
    "a good response of its own": {"base_resp": {"status_code": 0, "status_msg": ""}},
    "figures": {"type": "figures", "data": {"message": "42 tokens a second"}},
}


@pytest.mark.parametrize("value", HARMLESS.values(), ids=HARMLESS)
@BY_EVERY_ROAD
def test_a_harmless_object_is_passed_over(road: Road, value: Any) -> None:
    for line in (data(value), json.dumps(value).encode() + b"\n\n"):
        came = road(streamed(line + part("H") + line + part("i", "stop") + line + DONE + line))
        assert came.error is None
        assert came.completion.choices[0].message.content == "Hi"


@pytest.mark.parametrize("event", ["ping", "progress"])
@BY_EVERY_ROAD
def test_the_type_of_an_event_may_say_that_it_is_harmless(road: Road, event: str) -> None:
    line = b'event: %b\ndata: {"code": 3, "message": "still here"}\n\n' % event.encode()
    came = road(streamed(line + part("Hi", "stop") + line + DONE))
    assert came.error is None


@pytest.mark.parametrize("event", ["error", "upstream_error", "response.failed", "Exception"])
@BY_EVERY_ROAD
def test_the_type_of_an_event_may_say_that_it_is_an_error(road: Road, event: str) -> None:
    line = b"event: %b\ndata: too hot\n\n" % event.encode()
    came = road(streamed(part("Hi") + line + DONE))
    assert type(came.error) is APIError
    assert came.error.message == "too hot"


@BY_EVERY_ROAD
@pytest.mark.parametrize("nothing", ["null", "{}", '""', "[]", "false"])
def test_an_error_of_nothing_beside_the_answer_is_none(road: Road, nothing: str) -> None:
    chunk = json.loads(part("Hi", "stop").removeprefix(b"data: ")) | {"error": json.loads(nothing)}
    came = road(streamed(data(chunk) + DONE))
    assert came.error is None
    assert came.completion.choices[0].message.content == "Hi"


# No answer.

NOT_UNDERSTOOD: dict[str, tuple[bytes, str]] = {
    "[DONE] alone": (DONE, ""),
    "comments": (b": ping\n\n" + DONE, ""),
    "usage alone": (USAGE + DONE, "total_tokens"),
    "another protocol": (data({"candidates": [{"text": "Hello"}]}) + DONE, "candidates"),
    "several of its events": (data({"delta": "Hel"}) + data({"delta": "lo"}) + DONE, '"lo"'),
    "choices without end": (data({"choices": []}) + DONE, "choices"),
    "a choice of nothing known": (data({"choices": [{"answer": "Hello"}]}) + DONE, "Hello"),
    "after a choice that was only opened": (
        part(None) + data({"answer": "Hello"}) + DONE,
        "Hello",
    ),
}


@pytest.mark.parametrize(("body", "quoted"), NOT_UNDERSTOOD.values(), ids=NOT_UNDERSTOOD)
@SIZES
@BY_EVERY_ROAD
def test_done_without_an_answer_is_an_error_that_quotes_what_came(
    road: Road, body: bytes, quoted: str, size: int
) -> None:
    for params in ({}, {"on_truncated": "accept"}):
        came = road(streamed(body, size), **params)
        assert type(came.error) is APIResponseValidationError
        assert quoted in str(came.error)
        assert quoted in str(came.error.body)


@BY_EVERY_ROAD
def test_the_end_without_an_answer_quotes_what_came(road: Road) -> None:
    came = road(streamed(data({"type": "ping"}) + data({"answer": "Hello"})))
    assert type(came.error) is StreamTruncatedError
    assert '"answer": "Hello"' in str(came.error)


@BY_EVERY_ROAD
def test_as_much_is_quoted_as_a_reader_reads(road: Road) -> None:
    came = road(streamed(b"".join(data({"n": at}) for at in range(200)) + DONE))
    assert isinstance(came.error, APIResponseValidationError)
    assert len(str(came.error)) < 600


@BY_EVERY_ROAD
def test_an_empty_answer_is_an_answer(road: Road) -> None:
    came = road(streamed(part("") + USAGE + DONE))
    assert came.error is None
    assert came.completion.choices[0].message.content == ""


@pytest.mark.parametrize("body", [b"{}", b'{"hello": 1}', b'{"choices": []}', b'{"choices": [{}]}'])
def test_a_plain_answer_that_is_no_completion_is_quoted(body: bytes) -> None:
    for road in PLAIN.values():
        came = road(plain(body))
        assert type(came.error) is APIResponseValidationError
        assert body.decode() in str(came.error)
    for road in STREAMED.values():
        came = road(streamed(body))
        assert isinstance(came.error, OpenAIError)
        assert body.decode() in str(came.error)


# The last frame.


@BY_EVERY_ROAD
@pytest.mark.parametrize("cut", [-1, -2])
def test_a_last_frame_without_its_blank_line_counts_when_all_else_is_whole(
    road: Road, cut: int
) -> None:
    came = road(streamed(part("Hi", "stop") + USAGE[:cut], 7))
    assert came.error is None
    assert came.completion.usage.total_tokens == 7


@BY_EVERY_ROAD
def test_a_last_frame_that_is_half_is_dropped(road: Road) -> None:
    came = road(streamed(part("Hi", "stop") + USAGE[:-3]))
    assert came.error is None
    assert came.completion.usage is None


@BY_EVERY_ROAD
def test_done_counts_without_its_blank_line(road: Road) -> None:
    came = road(streamed(part("Hi") + DONE[:-2]))
    assert came.error is None
    assert came.completion.choices[0].message.content == "Hi"


@BY_EVERY_ROAD
def test_a_last_frame_does_not_make_an_answer_whole(road: Road) -> None:
    came = road(streamed(part("Hi") + part("", "stop")[:-1]))
    assert type(came.error) is StreamTruncatedError
