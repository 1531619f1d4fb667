"""A request is answered by the recording of its method, path, query and body."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from streamkit.recording import Cassette, Read, Recording, replay

if TYPE_CHECKING:
    from collections.abc import Iterable

URL = "http://api.test/v1/chat"


def recorded(answer: str = "1", request: Any = None, **more: Any) -> Recording:
    options: dict[str, Any] = {"url": URL, "headers": (), **more}
    return Recording(request=request, reads=(Read(0, answer.encode()),), **options)


def answers(
    recordings: Iterable[Recording], *requests: dict[str, Any], ignored: Iterable[str] = ()
) -> list[str]:
    """Return the answer to each request, or what differs."""
    transport = replay(Cassette(tuple(recordings)), ignored=ignored)
    found: list[str] = []
    with httpx.Client(transport=transport) as client:
        for request in requests:
            options: dict[str, Any] = {"method": "POST", "url": URL, **request}
            response = client.request(**options)
            missed = response.status_code == 404
            found.append(response.json()["error"]["message"] if missed else response.text)
    return found


HI: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "Hi"}], "seed": 1}


@pytest.mark.parametrize(
    ("request_", "ignored"),
    [
        ({"json": HI}, []),
        ({"content": json.dumps(HI, indent=2, sort_keys=True)}, []),
        ({"json": {**HI, "seed": 2, "user": "ada"}}, ["seed", "user"]),
        ({"json": {**HI, "messages": []}}, ["messages"]),
        ({"json": HI, "params": {"user": "ada"}}, ["?user"]),
        ({"json": HI, "headers": {"user-agent": "another"}}, []),
        ({"json": HI, "url": "https://elsewhere.test:99/v1/chat"}, []),
    ],
    ids=str,
)
def test_what_is_equal_or_ignored_is_answered(request_: dict[str, Any], ignored: list[str]) -> None:
    assert answers([recorded(request=HI)], request_, ignored=ignored) == ["1"]


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ({"json": {**HI, "seed": 2}}, "body.seed is 2, and was recorded as 1"),
        ({"json": {**HI, "seed": True}}, "body.seed is true, and was recorded as 1"),
        ({"json": {**HI, "seed": None}}, "body.seed is null, and was recorded as 1"),
        ({"json": {**HI, "user": "ada"}}, 'body.user is "ada", and was not recorded'),
        ({"json": {"model": "m", "seed": 1}}, "body.messages is missing, and was recorded as [{"),
        ({"json": {**HI, "messages": []}}, "body.messages has 0 elements, and was recorded with 1"),
        ({"json": [HI]}, "body is [{"),
        ({"content": b"Hi"}, 'body is "Hi", and was recorded as {"model"'),
        ({}, "body is"),
        ({"json": HI, "params": {"a": 1}}, 'query.a is ["1"], and was not recorded'),
        ({"json": HI, "method": "PUT"}, "has no PUT /v1/chat; recorded was POST /v1/chat"),
        ({"json": HI, "url": "http://api.test/v2/chat"}, "has no POST /v2/chat; recorded was POST"),
    ],
    ids=str,
)
def test_a_miss_says_what_differs(request_: dict[str, Any], said: str) -> None:
    (message,) = answers([recorded(request=HI)], request_)
    assert said in message
    assert message.startswith("The cassette has no ")


def test_a_miss_is_of_the_nearest_request() -> None:
    recordings = [recorded(request=request) for request in ({}, {**HI, "seed": 3}, {"model": "m"})]
    (message,) = answers(recordings, {"json": HI})
    assert "Of its request 2, body.seed is 1, and was recorded as 3" in message


def test_a_miss_names_few_differences_and_quotes_little() -> None:
    was = {str(number): "a" * 1000 for number in range(9)}
    (message,) = answers([recorded(request=was)], {"json": {}})
    assert message.endswith("; and 4 more")
    assert len(message) < 800


@pytest.mark.parametrize(
    ("was", "now", "fits"),
    [
        ("[redacted]", "sk-1", True),
        ("[redacted]", {"any": 1}, True),
        ("Bearer [redacted]!", "Bearer sk\n1!", True),
        ("Bearer [redacted]!", "Bearer sk", False),
        ("a.[redacted]", "ab", False),
    ],
)
def test_what_was_left_out_may_be_anything(was: str, now: object, fits: bool) -> None:
    (answer,) = answers([recorded(request={"key": was})], {"json": {"key": now}})
    assert (answer == "1") is fits


def test_equal_requests_get_their_answers_in_turn_and_then_anew() -> None:
    recordings = [recorded("a", HI), recorded("x", {}), recorded("b", HI)]
    asked: list[dict[str, Any]] = [
        {"json": HI},
        {"json": HI},
        {"json": {}},
        {"json": HI},
        {"json": HI},
    ]
    assert answers(recordings, *asked) == ["a", "b", "x", "a", "b"]


def test_a_body_that_was_left_out_may_be_any() -> None:
    assert answers([recorded(request=None)], {"files": {"file": b"1"}}, {"json": HI}) == ["1", "1"]


def test_an_empty_cassette_says_so() -> None:
    assert answers([], {}) == ["The cassette has no POST /v1/chat; recorded was nothing"]


def test_a_path_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match=r"path 'a\[', character 2"):
        replay(Cassette(()), ignored=["a["])
