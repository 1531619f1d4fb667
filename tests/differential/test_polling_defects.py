"""The defects of polling in the openai package 3.54.0 that streamkit does not have.

As in defects.py, each has a number; P stands for the polling helpers.
"""

from __future__ import annotations

import asyncio
import time
import warnings
from itertools import pairwise
from types import ModuleType
from typing import Any

import openai
import pytest
from reactivex.testing import TestScheduler

import streamkit
from tests.http_server import ScriptedServer, response
from tests.polled import (
    BATCH,
    FILE,
    POLL_BATCH,
    POLL_STORED,
    RUN,
    STORED,
    asked,
    brief,
    method,
    ok,
    serving,
)
from tests.upload_server import UploadServer

POLL = "beta.threads.runs.poll"
POLLED: dict[str, Any] = {"run_id": "run_1", "thread_id": "thread_1"}
CREATE = "beta.threads.runs.create_and_poll"
CREATED: dict[str, Any] = {"thread_id": "thread_1", "assistant_id": "asst_1"}
BATCHES = "vector_stores.file_batches"

WORKING, DONE = RUN | {"status": "in_progress"}, RUN | {"status": "completed"}


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the seconds that the openai package would have slept; nothing sleeps."""
    naps: list[float] = []
    monkeypatch.setattr(time, "sleep", naps.append)
    return naps


def call(package: ModuleType, server: Any, name: str, **params: Any) -> Any:
    """Return the result of a helper of the package."""
    with package.OpenAI(api_key="k", base_url=server.url, max_retries=0) as client:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            return method(client, name)(**params)


def pauses(server: ScriptedServer, **params: Any) -> list[float]:
    """Return the seconds between the states that streamkit emits, in virtual time."""
    with streamkit.OpenAI(api_key="k", base_url=server.url, max_retries=0) as client:
        observed = client.beta.threads.runs.observe_poll(**POLLED, **params)
        observer = TestScheduler().start(lambda: observed)
    times = [record.time for record in observer.messages[:-1]]
    return [after - before for before, after in pairwise(times)]


def hinting(*hints: str) -> ScriptedServer:
    return ScriptedServer(*(ok(WORKING, openai_poll_after_ms=hint) for hint in hints), ok(DONE))


def test_both_ask_the_same_where_nothing_is_wrong() -> None:
    for package in (openai, streamkit):
        with serving(WORKING, WORKING, DONE) as server:
            run = call(package, server, CREATE, **CREATED, poll_interval_ms=0)
            assert brief(run) == brief(DONE)
            polls = [request.headers for request in server.requests[1:]]
            assert {poll["x-stainless-poll-helper"] for poll in polls} == {"true"}
            assert {poll["x-stainless-custom-poll-interval"] for poll in polls} == {"0"}
            assert {poll["openai-beta"] for poll in polls} == {"assistants=v2"}
            assert len(polls) == 2


def test_p01_the_newest_hint_holds(naps: list[float]) -> None:
    with hinting("2000", "5000", "3000") as server:
        call(openai, server, POLL, **POLLED)
    assert naps == [2.0, 2.0, 2.0]
    with hinting("2000", "5000", "3000") as server:
        assert pauses(server) == [2.0, 5.0, 3.0]


def test_p02_a_hint_that_is_none_is_passed_over(naps: list[float]) -> None:
    with hinting("soon") as server, pytest.raises(ValueError, match="invalid literal"):
        call(openai, server, POLL, **POLLED)
    with hinting("-5000") as server:
        call(openai, server, POLL, **POLLED)
    assert naps == [-5.0]  # a real sleep would raise an error
    with hinting("soon", "-5000") as server:
        assert pauses(server) == [1.0, 1.0]


def test_p03_what_is_over_when_it_starts_is_not_polled() -> None:
    for package, requests in ((openai, 2), (streamkit, 1)):
        with serving(DONE) as server:
            call(package, server, CREATE, **CREATED)
            assert len(server.requests) == requests


def test_p04_every_helper_has_a_deadline() -> None:
    with serving(WORKING) as server:
        with pytest.raises(TypeError, match="max_wait_seconds"):
            call(openai, server, CREATE, **CREATED, max_wait_seconds=0)
        with pytest.raises(TimeoutError) as caught:
            call(streamkit, server, CREATE, **CREATED, max_wait_seconds=0)
    assert isinstance(caught.value, streamkit.PollTimeoutError)
    assert caught.value.resource_id == "run_1"


def test_p04_an_unknown_status_is_no_loop() -> None:
    for package, requests in ((openai, 4), (streamkit, 1)):
        with serving(*[RUN | {"status": "paused"}] * 3, DONE) as server:
            call(package, server, POLL, **POLLED, poll_interval_ms=0)
            assert len(server.requests) == requests


def test_p05_an_error_keeps_the_id() -> None:
    for package, kept in ((openai, None), (streamkit, "run_1")):
        with ScriptedServer(ok(WORKING), [response(404)]) as server:
            with pytest.raises(package.NotFoundError) as caught:
                call(package, server, CREATE, **CREATED)
        assert getattr(caught.value, "resource_id", None) == kept


def test_p06_a_batch_is_over_when_its_status_says_so() -> None:
    counts = {"cancelled": 0, "completed": 0, "failed": 0, "in_progress": 0, "total": 0}
    busy = counts | {"in_progress": 1, "total": 1}
    begun = BATCH | {"status": "in_progress", "file_counts": counts}
    given_up = BATCH | {"status": "cancelled", "file_counts": busy}
    params = {"batch_id": "vsfb_1", "vector_store_id": "vs_1", "poll_interval_ms": 0}
    for package, ending in ((openai, "in_progress"), (streamkit, "completed")):
        with serving(begun, BATCH | {"status": "completed", "file_counts": counts}) as server:
            assert call(package, server, f"{BATCHES}.poll", **params).status == ending
    for package, requests in ((openai, 2), (streamkit, 1)):
        with serving(given_up, BATCH | {"status": "cancelled", "file_counts": counts}) as server:
            call(package, server, f"{BATCHES}.poll", **params)
            assert len(server.requests) == requests


def test_p07_uploads_keep_the_order_of_the_files() -> None:
    async def upload(package: ModuleType, url: str) -> None:
        async with package.AsyncOpenAI(api_key="k", base_url=url) as client:
            await client.vector_stores.file_batches.upload_and_poll(
                "vs_1", files=[(name, b"") for name in "abc"], max_concurrency=2
            )

    for package, is_ordered in ((openai, False), (streamkit, True)):
        with UploadServer(follows={"a": "c"}) as server:  # "c" is sent when "b" is done
            asyncio.run(upload(package, server.url))
            ids = server.batches[0]["file_ids"]
            assert sorted(ids) == ["file_a", "file_b", "file_c"]
            assert (ids == sorted(ids)) == is_ordered


def test_p07_an_error_says_which_files_exist() -> None:
    files = [("a", b"a"), ("b", b"b")]
    params = {"vector_store_id": "vs_1", "files": files, "max_concurrency": 1}
    for package, ids in ((openai, None), (streamkit, ["file_1"])):
        with ScriptedServer(ok(FILE), [response(404)]) as server:
            with pytest.raises(package.NotFoundError) as caught:
                call(package, server, f"{BATCHES}.upload_and_poll", **params)
        assert getattr(caught.value, "file_ids", None) == ids


def test_p08_nothing_is_no_batch() -> None:
    params: dict[str, Any] = {"vector_store_id": "vs_1", "files": []}
    done = BATCH | {"status": "completed", "file_counts": {"in_progress": 0}}
    with serving(done) as server:
        call(openai, server, f"{BATCHES}.upload_and_poll", **params)
        assert server.requests[0].method == "POST"
    with serving(done) as server:
        with pytest.raises(ValueError, match="no files, no file_ids"):
            call(streamkit, server, f"{BATCHES}.upload_and_poll", **params)
        assert server.requests == []


def test_p08_no_interval_is_the_usual_one() -> None:
    with serving(WORKING, DONE) as server, pytest.raises(TypeError):
        call(openai, server, POLL, **POLLED, poll_interval_ms=None)
    with serving(WORKING, DONE) as server:
        assert pauses(server, poll_interval_ms=None) == [1.0]


@pytest.mark.parametrize(
    ("helper", "params", "answer", "poll"),
    [
        (
            "vector_stores.files.create_and_poll",
            {"file_id": "file_1", "vector_store_id": "vs_1"},
            STORED,
            POLL_STORED,
        ),
        (
            f"{BATCHES}.create_and_poll",
            {"file_ids": ["file_1"], "vector_store_id": "vs_1"},
            BATCH,
            POLL_BATCH,
        ),
    ],
)
def test_p09_the_options_of_a_helper_are_those_of_its_polls(
    helper: str, params: dict[str, Any], answer: dict[str, Any], poll: str
) -> None:
    counts = {"file_counts": {"in_progress": 0}}
    for package, sent in ((openai, None), (streamkit, "1")):
        with serving(
            answer | {"status": "in_progress"}, answer | {"status": "completed"} | counts
        ) as server:
            options = {"extra_headers": {"X-Own": "1"}, "poll_interval_ms": 0}
            call(package, server, helper, **params, **options)
            assert asked(server)[-1] == poll
            assert server.requests[-1].headers.get("x-own") == sent


def test_p09_vector_stores_are_in_both_places() -> None:
    assert not hasattr(openai.OpenAI(api_key="k").beta, "vector_stores")
    client = streamkit.OpenAI(api_key="k")
    assert client.beta.vector_stores is client.vector_stores


def test_p10_nobody_is_warned() -> None:
    for package, most in ((openai, 99), (streamkit, 0)):
        with serving(WORKING, DONE) as server:
            with package.OpenAI(api_key="k", base_url=server.url) as client:
                with warnings.catch_warnings(record=True) as caught:
                    warnings.simplefilter("always")
                    method(client, CREATE)(**CREATED, poll_interval_ms=0)
        assert bool(caught) == bool(most)
