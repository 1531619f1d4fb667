"""A rate limit that one request of ``map`` meets slows all of them; retries are the client's."""

from __future__ import annotations

import threading
from collections import Counter

import pytest

from streamkit import InternalServerError, RateLimitError
from tests.answering_server import AnsweringServer, Reply, asked
from tests.families.common.mapping import WAYS, Way
from tests.leftovers import PATIENCE, nothing_left

SOON = {"retry-after-ms": "1"}


def refusal(status: int, headers: dict[str, str] = SOON) -> Reply:
    return Reply({"error": {"message": "slow down"}}, status, headers)


@pytest.fixture(params=[*WAYS])
def way(request: pytest.FixtureRequest) -> Way:
    return WAYS[request.param]


def test_after_a_429_fewer_requests_are_sent_at_once_and_all_are_answered(way: Way) -> None:
    together = 16
    counts: Counter[str] = Counter()
    most: list[int] = []

    def answer(text: str) -> str | Reply:
        with server.lock:
            counts[text] += 1
            is_first = counts[text] == 1
        if not is_first:
            most.append(server.at_once)
            return text
        all_there.wait(PATIENCE)
        return refusal(429)

    all_there = threading.Barrier(together)
    words = [str(number) for number in range(together)]
    with nothing_left(), AnsweringServer(answer) as server:
        results = way(server.url, map(asked, words), max_concurrent=together)
    assert [result.error for result in results] == [None] * together
    assert set(counts.values()) == {2}
    # Half of them, and one more for each time that as many were answered.
    assert max(most) <= together // 2 + 2


@pytest.mark.parametrize(
    ("status", "error", "attempts"),
    [(429, RateLimitError, 2), (503, InternalServerError, 2), (400, None, 1)],
)
def test_a_request_is_retried_as_often_as_the_client_says(
    way: Way, status: int, error: type[Exception] | None, attempts: int
) -> None:
    with AnsweringServer(lambda _: refusal(status)) as server:
        (result,) = way(server.url, [asked("a")], max_retries=1)
    assert isinstance(result.error, error or Exception)
    assert len(server.asked) == attempts
