"""The end of a stream says how it ended, to readers in other processes as well."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import streamkit
from streamkit import errors
from streamkit.errors._copies import again
from streamkit.events import EndEvent, decode, encode, end_of

ENDS: dict[str, tuple[BaseException | None, str]] = {
    "whole": (None, "complete"),
    "cut": (streamkit.StreamTruncatedError("the stream ended early"), "truncated"),
    "an error of the API": (streamkit.APIError("sorry", body={"code": "overloaded"}), "error"),
    "of the program": (RuntimeError("secret"), "error"),
    "closed": (streamkit.StreamClosedError("closed"), "cancelled"),
    "a cancelled task": (asyncio.CancelledError(), "cancelled"),
    "a closed generator": (GeneratorExit(), "cancelled"),
    "too large": (streamkit.LimitExceededError("stream_bytes", 9, "10 bytes"), "limit"),
    "too slow": (streamkit.StreamTimeoutError("slow", limit="total", seconds=3), "limit"),
    "too many turns": (streamkit.TurnLimitError(limit=3, answer=None, history=[]), "limit"),
}


@pytest.mark.parametrize(("error", "status"), ENDS.values(), ids=ENDS)
def test_an_end_has_a_status(error: BaseException | None, status: str) -> None:
    assert end_of(error).status == status


@pytest.mark.parametrize(("error", "status"), ENDS.values(), ids=ENDS)
def test_an_end_comes_back(error: BaseException | None, status: str) -> None:
    back = decode(encode(end_of(error)))
    assert back == end_of(error)
    assert isinstance(back, EndEvent)
    assert (back.exception() is None) == (status == "complete")


def an_error(kind: type[Any]) -> Any:
    """Return an error of a class, whatever its constructor takes."""
    try:
        return kind("sorry")
    except TypeError:
        return again(kind, ("sorry",), {})


KINDS = [
    kind
    for name in errors.__all__
    if isinstance(kind := getattr(errors, name), type) and issubclass(kind, errors.StreamkitError)
]


@pytest.mark.parametrize("kind", dict.fromkeys(KINDS))
def test_an_error_is_raised_elsewhere_as_of_its_own_class(kind: type[Any]) -> None:
    back = decode(encode(end_of(an_error(kind))))
    assert isinstance(back, EndEvent)
    error = back.exception()
    assert type(error) is kind
    assert str(error) == "sorry"


def test_an_error_of_a_class_of_the_users_is_raised_as_ours() -> None:
    class Own(streamkit.APIError):
        pass

    assert type(end_of(Own("sorry")).exception()) is streamkit.APIError


def test_what_programs_look_at_is_kept() -> None:
    server = streamkit.APIError("sorry", body={"code": "overloaded"}, request_id="req_1")
    error: Any = end_of(server).exception()
    assert (error.code, error.request_id, error.body) == ("overloaded", "req_1", None)
    slow: Any = end_of(streamkit.StreamTimeoutError("slow", limit="total", seconds=3)).exception()
    assert (slow.limit, slow.seconds) == ("total", None)


def test_the_message_of_a_foreign_error_stays_where_it_was_raised() -> None:
    end = end_of(RuntimeError("Authorization: Bearer sk-1"))
    assert b"sk-1" not in encode(end)
    assert "RuntimeError" in str(end.exception())


def test_a_whole_end_says_no_more_than_that() -> None:
    assert encode(end_of()) == b'{"type":"end","status":"complete"}'
    assert end_of().to_dict() == {"type": "end", "status": "complete"}
