from __future__ import annotations

import itertools
import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from reactivex import Observable
from reactivex.notification import OnCompleted, OnError
from reactivex.scheduler import NewThreadScheduler
from reactivex.testing import ReactiveTest, TestScheduler

from streamkit import (
    NOT_GIVEN,
    AsyncOpenAI,
    NotFoundError,
    OpenAI,
    PollTimeoutError,
    UploadProgress,
)
from tests.http_server import Do, Script, ScriptedServer, response
from tests.polled import (
    BATCH,
    FILE,
    OBSERVING,
    POLL_BATCH,
    POLL_FILE,
    POLL_RUN,
    POLL_STORED,
    RUN,
    STORED,
    WAYS,
    Helper,
    Way,
    asked,
    awaiting,
    blocking,
    brief,
    method,
    ok,
    serving,
    twin,
)
from tests.upload_server import UploadServer

pytestmark = pytest.mark.diagonal

PATIENCE = 10.0

HELPERS = [
    Helper(
        "beta.threads.create_and_run_poll",
        {"assistant_id": "asst_1"},
        "POST /v1/threads/runs",
        POLL_RUN,
        RUN,
    ),
    Helper(
        "beta.threads.runs.create_and_poll",
        {"thread_id": "thread_1", "assistant_id": "asst_1"},
        "POST /v1/threads/thread_1/runs",
        POLL_RUN,
        RUN,
    ),
    Helper(
        "beta.threads.runs.submit_tool_outputs_and_poll",
        {
            "thread_id": "thread_1",
            "run_id": "run_1",
            "tool_outputs": [{"tool_call_id": "call_1", "output": "1"}],
        },
        "POST /v1/threads/thread_1/runs/run_1/submit_tool_outputs",
        POLL_RUN,
        RUN,
        working="queued",
    ),
    Helper(
        "beta.threads.runs.poll",
        {"thread_id": "thread_1", "run_id": "run_1"},
        "",
        POLL_RUN,
        RUN,
        working="cancelling",
        final="cancelled",
    ),
    Helper(
        "vector_stores.files.create_and_poll",
        {"file_id": "file_1", "vector_store_id": "vs_1"},
        "POST /v1/vector_stores/vs_1/files",
        POLL_STORED,
        STORED,
    ),
    Helper(
        "vector_stores.files.poll",
        {"file_id": "file_1", "vector_store_id": "vs_1"},
        "",
        POLL_STORED,
        STORED,
    ),
    Helper(
        "vector_stores.file_batches.create_and_poll",
        {"vector_store_id": "vs_1", "file_ids": ["file_1"]},
        "POST /v1/vector_stores/vs_1/file_batches",
        POLL_BATCH,
        BATCH,
    ),
    Helper(
        "vector_stores.file_batches.poll",
        {"batch_id": "vsfb_1", "vector_store_id": "vs_1"},
        "",
        POLL_BATCH,
        BATCH,
    ),
    Helper(
        "files.wait_for_processing", {"id": "file_1"}, "", POLL_FILE, FILE, "uploaded", "processed"
    ),
]
UPLOADS = [
    Helper(
        "vector_stores.files.upload_and_poll",
        {"vector_store_id": "vs_1", "file": ("a", b"text")},
        "POST /v1/vector_stores/vs_1/files",
        POLL_STORED,
        STORED,
    ),
    Helper(
        "vector_stores.file_batches.upload_and_poll",
        {"vector_store_id": "vs_1", "files": [("a", b"text")]},
        "POST /v1/vector_stores/vs_1/file_batches",
        POLL_BATCH,
        BATCH,
    ),
]


every_way = pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
every_helper = pytest.mark.parametrize("helper", HELPERS, ids=lambda helper: helper.name)
every_upload = pytest.mark.parametrize("helper", UPLOADS, ids=lambda helper: helper.name)
starting_helpers = pytest.mark.parametrize(
    "helper", [helper for helper in HELPERS if helper.starts], ids=lambda helper: helper.name
)


# All helpers


# One axis, so that all cells run, and not a diagonal: each helper is written by hand.
@pytest.mark.parametrize(
    ("helper", "way"),
    [
        pytest.param(helper, way, id=f"{helper.name}-{way.__name__}")
        for helper, way in itertools.product(HELPERS, WAYS)
    ],
)
def test_it_asks_until_it_is_over(helper: Helper, way: Way) -> None:
    answers = helper.answers(helper.working, helper.working, helper.final)
    with serving(*answers) as server:
        outcome = way(server.url, helper.name, **helper.params, poll_interval_ms=0)
        assert brief(outcome.last) == brief(answers[-1])
        first = helper.starts or helper.polls
        assert asked(server) == [first, helper.polls, helper.polls]
        if way in OBSERVING:
            assert [brief(state) for state in outcome.states] == [brief(one) for one in answers]


@every_way
@starting_helpers
def test_what_is_over_when_it_starts_is_not_polled(helper: Helper, way: Way) -> None:
    with serving(*helper.answers(helper.final)) as server:
        outcome = way(server.url, helper.name, **helper.params, max_wait_seconds=0)
        assert (outcome.last.status, asked(server)) == (helper.final, [helper.starts])


@every_way
@every_helper
def test_failed_work_is_returned(helper: Helper, way: Way) -> None:
    failed = "error" if helper.object is FILE else "failed"
    with serving(*helper.answers(failed)) as server:
        assert way(server.url, helper.name, **helper.params).last.status == failed


@every_way
@every_helper
def test_an_unknown_status_ends_it(
    helper: Helper, way: Way, caplog: pytest.LogCaptureFixture
) -> None:
    with serving(*helper.answers("paused")) as server:
        assert way(server.url, helper.name, **helper.params).last.status == "paused"
        assert len(server.requests) == 1
    assert "'paused'" in caplog.text


@every_way
@every_helper
def test_there_is_a_deadline(helper: Helper, way: Way) -> None:
    with serving(*helper.answers(helper.working)) as server:
        outcome = way(server.url, helper.name, **helper.params, max_wait_seconds=0)
        assert isinstance(outcome.error, PollTimeoutError)
        assert outcome.error.resource_id == helper.object["id"]
        assert asked(server) == ([helper.starts] if helper.starts else [])
        last: Any = outcome.error.last
        assert last is None if not helper.starts else last.status == helper.working


HANGING: dict[str, Script] = {
    "no answer": [Do.HOLD],
    "half an answer": [response(200, b"{}")[:-1], Do.HOLD],
}


@every_way
@pytest.mark.parametrize("script", HANGING.values(), ids=HANGING)
@pytest.mark.timeout(20)
def test_a_poll_that_hangs_has_no_longer_than_there_is(way: Way, script: Script) -> None:
    begun = response(200, json.dumps(RUN | {"status": "in_progress"}).encode())
    with ScriptedServer([begun], script) as server:
        outcome = way(
            server.url,
            "beta.threads.runs.poll",
            thread_id="thread_1",
            run_id="run_1",
            poll_interval_ms=1,
            max_wait_seconds=0.3,
        )
        assert isinstance(outcome.error, PollTimeoutError)
        last: Any = outcome.error.last
        assert last.status == "in_progress"
        assert outcome.error.resource_id == "run_1"


BUSY: list[Script] = [
    [response(200, json.dumps(RUN | {"status": "in_progress"}).encode())],
    [response(503, headers=[("Retry-After", "30")])],
]
TERMS: dict[str, Any] = {"thread_id": "thread_1", "poll_interval_ms": 1, "max_wait_seconds": 0.3}


@pytest.mark.timeout(20)
def test_a_wait_that_the_server_asks_for_has_no_longer_than_there_is() -> None:
    with ScriptedServer(*BUSY) as server, OpenAI(api_key="k", base_url=server.url) as client:
        with pytest.raises(PollTimeoutError) as raised:
            client.beta.threads.runs.poll("run_1", **TERMS)
    assert raised.value.resource_id == "run_1"


@pytest.mark.timeout(20)
async def test_nor_has_one_that_is_awaited() -> None:
    with ScriptedServer(*BUSY) as server:
        async with AsyncOpenAI(api_key="k", base_url=server.url) as client:
            with pytest.raises(PollTimeoutError):
                await client.beta.threads.runs.poll("run_1", **TERMS)


@every_way
@every_helper
@pytest.mark.parametrize("name", ["poll_interval_ms", "max_wait_seconds"])
@pytest.mark.parametrize("value", [-1, float("nan"), 1e11])
def test_a_time_that_nobody_can_wait_is_refused_before_any_request(
    helper: Helper, way: Way, name: str, value: float
) -> None:
    with serving({}) as server:
        outcome = way(server.url, helper.name, **{**helper.params, name: value})
        assert isinstance(outcome.error, ValueError)
        assert str(outcome.error).startswith(f"{name} must be a number from 0")
        assert server.requests == []


@every_way
@every_helper
def test_an_error_of_a_poll_keeps_the_id(helper: Helper, way: Way) -> None:
    scripts = [ok(helper.answers(helper.working)[0]), [response(404)]]
    with ScriptedServer(*scripts) as server:
        outcome = way(server.url, helper.name, **helper.params, poll_interval_ms=0)
        assert isinstance(outcome.error, NotFoundError)
        assert outcome.error.resource_id == helper.object["id"]


@every_way
@every_helper
def test_polls_have_their_headers_and_the_callers_options(helper: Helper, way: Way) -> None:
    with serving(*helper.answers(helper.working, helper.final)) as server:
        options = {"extra_headers": {"X-Own": "1"}, "extra_query": {"own": "2"}, "timeout": 30}
        outcome = way(server.url, helper.name, **helper.params, poll_interval_ms=0, **options)
        assert outcome.error is None
        for request in server.requests:
            assert request.headers["x-own"] == "1"
            assert request.target.endswith("?own=2")
        poll = server.requests[-1].headers
        assert poll["x-stainless-poll-helper"] == "true"
        assert poll["x-stainless-custom-poll-interval"] == "0"
        if helper.starts:
            assert "x-stainless-poll-helper" not in server.requests[0].headers


@every_way
@every_helper
def test_what_none_stands_for_is_the_default(helper: Helper, way: Way) -> None:
    with serving(*helper.answers(helper.final)) as server:
        terms = {"poll_interval_ms": None, "max_wait_seconds": None}
        assert way(server.url, helper.name, **helper.params, **terms).last.status == helper.final
        assert "x-stainless-custom-poll-interval" not in server.requests[0].headers
        assert b"poll_interval_ms" not in server.requests[0].body


# The pauses, in virtual time


def diagram(url: str, name: str, **params: Any) -> str:
    """Return a helper's diagram: ``o`` for a state, a column a second, ``#`` for an error."""
    with OpenAI(api_key="k", base_url=url) as client:
        observed: Observable[Any] = method(client, twin(name))(**params)
        observer = TestScheduler().start(lambda: observed, disposed=9999)
    text = ""
    for record in observer.messages:
        if not isinstance(record.value, OnCompleted):
            sign = "#" if isinstance(record.value, OnError) else "o"
            text = text.ljust(int(record.time - ReactiveTest.subscribed), "-") + sign
    return text


WORKING, DONE = RUN | {"status": "in_progress"}, RUN | {"status": "completed"}
POLLED: dict[str, Any] = {"run_id": "run_1", "thread_id": "thread_1"}


def test_the_newest_hint_of_the_server_holds() -> None:
    hints = ["3000", "soon", "2000", "-5"]
    scripts = [*(ok(WORKING, openai_poll_after_ms=hint) for hint in hints), ok(DONE)]
    with ScriptedServer(*scripts) as server:
        assert diagram(server.url, "beta.threads.runs.poll", **POLLED) == "o--o--o-o-o"


def test_an_interval_of_the_callers_is_stronger_than_hints() -> None:
    with ScriptedServer(ok(WORKING, openai_poll_after_ms="2000"), ok(DONE)) as server:
        seen = diagram(server.url, "beta.threads.runs.poll", **POLLED, poll_interval_ms=4000)
        assert seen == "o---o"


def test_without_either_a_second_lies_between_two_polls() -> None:
    with serving(WORKING, WORKING, DONE) as server:
        assert diagram(server.url, "beta.threads.runs.poll", **POLLED) == "ooo"


def test_what_was_started_is_looked_at_right_away() -> None:
    params = {"thread_id": "thread_1", "assistant_id": "asst_1", "poll_interval_ms": 3000}
    with serving(WORKING, WORKING, DONE) as server:
        seen = diagram(server.url, "beta.threads.runs.create_and_poll", **params)
        assert seen == "oo-o"  # the first two come at once


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "o----o"),
        ({"poll_interval": 2}, "o-o"),
        ({"poll_interval_ms": 3000}, "o--o"),
        ({"poll_interval": NOT_GIVEN, "poll_interval_ms": NOT_GIVEN}, "o----o"),
    ],
    ids=["default", "seconds", "milliseconds", "left out"],
)
def test_a_file_is_looked_at_every_five_seconds(given: dict[str, Any], expected: str) -> None:
    with serving(FILE | {"status": "uploaded"}, FILE | {"status": "processed"}) as server:
        seen = diagram(server.url, "files.wait_for_processing", id="file_1", **given)
        assert seen == expected


@pytest.mark.parametrize(
    "given", [{}, {"max_wait_seconds": NOT_GIVEN}], ids=["default", "left out"]
)
def test_a_file_is_not_waited_for_for_ever(given: dict[str, Any]) -> None:
    with serving(FILE | {"status": "uploaded"}) as server:
        params = {"id": "file_1", "poll_interval": 600}
        seen = diagram(server.url, "files.wait_for_processing", **params, **given)
        assert (len(seen), seen.count("o"), seen[-1]) == (1801, 3, "#")


# Single helpers


@every_way
def test_a_run_that_requires_action_is_over(way: Way) -> None:
    with serving(RUN | {"status": "requires_action"}) as server:
        outcome = way(server.url, "beta.threads.runs.poll", run_id="run_1", thread_id="thread_1")
        assert outcome.last.status == "requires_action"


@every_way
def test_a_batch_is_polled_by_the_id_that_it_was_given(way: Way) -> None:
    answers = [
        BATCH | {"status": "in_progress"},
        BATCH | {"status": "in_progress", "id": "vs_1"},
        BATCH | {"status": "completed", "id": "vs_1"},
    ]
    with serving(*answers) as server:
        params = {"file_ids": ["file_1"], "poll_interval_ms": 0}
        way(
            server.url,
            "vector_stores.file_batches.create_and_poll",
            vector_store_id="vs_1",
            **params,
        )
        assert asked(server)[1:] == [POLL_BATCH, POLL_BATCH]


@every_way
@every_helper
def test_an_id_that_is_none_is_refused_before_any_request(helper: Helper, way: Way) -> None:
    ids = [name for name in helper.params if name.endswith("id") and name != "assistant_id"]
    with serving({}) as server:
        for name in ids:
            if name == "file_id" and helper.starts:
                continue
            outcome = way(server.url, helper.name, **{**helper.params, name: ""})
            assert isinstance(outcome.error, ValueError)
        assert server.requests == []


# Uploads


@every_way
@every_upload
def test_files_are_uploaded_first(helper: Helper, way: Way) -> None:
    answers = [FILE, *helper.answers("in_progress", "completed")]
    with serving(*answers) as server:
        outcome = way(server.url, helper.name, **helper.params, poll_interval_ms=0)
        assert brief(outcome.last) == brief(answers[-1])
        assert asked(server) == ["POST /v1/files", helper.starts, helper.polls]
        form = server.requests[0].body
        for part in (b'name="purpose"\r\n\r\nassistants', b'filename="a"', b"text"):
            assert part in form
        started = json.loads(server.requests[1].body)
        assert started in ({"file_id": "file_1"}, {"file_ids": ["file_1"]})
        if way in OBSERVING:
            progress = [state for state in outcome.states if isinstance(state, UploadProgress)]
            assert progress[-1].file_id == "file_1"
            assert progress[-1].bytes_sent == progress[-1].bytes_total == len(form)
            states = outcome.states[len(progress) :]
            assert [brief(state) for state in states] == [brief(one) for one in answers[1:]]


@every_way
@every_upload
def test_what_is_left_behind_is_on_the_error(helper: Helper, way: Way) -> None:
    working = helper.answers("in_progress")[0]
    for scripts in ([[response(404)]], [ok(working), [response(404)]]):
        with ScriptedServer(ok(FILE), *scripts) as server:
            outcome = way(server.url, helper.name, **helper.params)
            assert isinstance(outcome.error, NotFoundError)
            assert outcome.error.file_ids == ["file_1"]


@every_way
@every_upload
def test_options_are_those_of_the_upload_too(helper: Helper, way: Way) -> None:
    with serving(FILE, *helper.answers("completed")) as server:
        options = {"extra_headers": {"X-Own": "1"}, "extra_body": {"own": 2}}
        assert way(server.url, helper.name, **helper.params, **options).error is None
        assert [request.headers["x-own"] for request in server.requests] == ["1", "1"]
        assert b"own" not in server.requests[0].body
        assert json.loads(server.requests[1].body)["own"] == 2


@every_way
@every_upload
@pytest.mark.parametrize("bad", [{"vector_store_id": ""}, {"poll_interval_ms": -1}])
def test_what_is_wrong_is_found_before_anything_is_uploaded(
    helper: Helper, way: Way, bad: dict[str, Any]
) -> None:
    with serving(FILE) as server:
        outcome = way(server.url, helper.name, **{**helper.params, **bad})
        assert isinstance(outcome.error, ValueError)
        assert server.requests == []


@every_way
@every_helper
def test_an_extra_body_goes_with_what_starts_the_work(helper: Helper, way: Way) -> None:
    with serving(*helper.answers(helper.working, helper.final)) as server:
        options = {"extra_body": {"own": 2}, "extra_query": {"v": "1"}, "poll_interval_ms": 0}
        assert way(server.url, helper.name, **helper.params, **options).error is None
        first, *polls = server.requests
    assert json.loads(first.body)["own"] == 2
    bodies = [request.body for request in polls]
    assert bodies == ([b""] if helper.starts else [first.body])
    assert all(request.target.endswith("?v=1") for request in server.requests)


def test_an_id_cannot_write_lines_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    state = RUN | {"id": "run\n\x1b[31mERROR\u202e", "status": "l\u00f6st\n"}
    with serving(state, state) as server:
        blocking(server.url, "beta.threads.create_and_run_poll", assistant_id="a")
    (record,) = [each for each in caplog.records if each.levelname == "WARNING"]
    assert record.getMessage().isascii()
    assert record.getMessage().isprintable()


UPLOAD = "vector_stores.file_batches.upload_and_poll"


@every_way
@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ({"files": []}, ValueError, "no files, no file_ids"),
        ({"files": [b""], "max_concurrency": 0}, ValueError, "max_concurrency must be 1 or more"),
        ({"files": ["a/path"]}, TypeError, "a file is bytes"),
    ],
    ids=["nothing", "nobody", "no file"],
)
def test_what_cannot_be_uploaded_is_refused_before_any_request(
    way: Way, params: dict[str, Any], error: type[Exception], message: str
) -> None:
    with serving(FILE) as server:
        outcome = way(server.url, UPLOAD, vector_store_id="vs_1", **params)
        assert isinstance(outcome.error, error)
        assert message in str(outcome.error)
        assert server.requests == []


@every_way
def test_ids_that_exist_need_no_file(way: Way) -> None:
    with serving(BATCH | {"status": "completed"}) as server:
        way(server.url, UPLOAD, vector_store_id="vs_1", files=[], file_ids=["file_8"])
        assert json.loads(server.requests[0].body) == {"file_ids": ["file_8"]}


@every_way
def test_five_files_are_sent_at_a_time_and_their_order_is_kept(way: Way) -> None:
    names = "abcdefghij"
    files = [(name, name.encode()) for name in names]
    with UploadServer(together=5) as server:
        outcome = way(
            server.url, UPLOAD, vector_store_id="vs_1", files=iter(files), file_ids=iter(["file_0"])
        )
        assert outcome.error is None
        ids = ["file_0", *(f"file_{name}" for name in names)]
        assert (server.most, server.batches) == (5, [{"file_ids": ids}])


SENDING = """
import asyncio, pathlib, resource, sys
import streamkit

def memory():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

async def main():
    client = getattr(streamkit, sys.argv[1])(api_key="k", base_url=sys.argv[2])
    for file in (b"", pathlib.Path(sys.argv[3])):
        before = memory()
        sent = client.vector_stores.file_batches.upload_and_poll("vs_1", files=[file])
        if sys.argv[1] == "AsyncOpenAI":
            await sent
    print(memory() - before)

asyncio.run(main())
"""


@pytest.mark.thorough
@pytest.mark.parametrize("client", ["OpenAI", "AsyncOpenAI"])
def test_a_large_file_is_never_in_memory(client: str, tmp_path: Path, thorough: bool) -> None:
    size = 1 << 30 if thorough else 1 << 26
    sparse = tmp_path / "sparse"
    with sparse.open("wb") as file:
        file.truncate(size)
    with UploadServer() as server:
        command = [sys.executable, "-c", SENDING, client, server.url, str(sparse)]
        ran = subprocess.run(command, capture_output=True, text=True, check=True)
        assert server.sizes[1] > size
    assert int(ran.stdout) << 10 < 16 << 20


def test_every_subscription_uploads_anew() -> None:
    with UploadServer() as server, OpenAI(api_key="k", base_url=server.url) as client:
        observed = client.vector_stores.file_batches.observe_upload_and_poll("vs_1", files=[b"a"])
        assert server.sizes == []
        observed.subscribe()
        observed.subscribe()
        assert len(server.batches) == len(server.sizes) == 2


def test_an_upload_may_be_observed_on_another_thread() -> None:
    seen: list[Any] = []
    ended = threading.Event()
    with UploadServer() as server, OpenAI(api_key="k", base_url=server.url) as client:
        observed = client.vector_stores.file_batches.observe_upload_and_poll("vs_1", files=[b"a"])
        observed.subscribe(seen.append, on_completed=ended.set, scheduler=NewThreadScheduler())
        assert ended.wait(PATIENCE)
    assert seen[-1].status == "completed"


@every_way
def test_a_failed_upload_leaves_the_others_on_the_error(way: Way) -> None:
    with ScriptedServer(ok(FILE), [response(404)]) as server:
        files = [b"a", b"b", b"c"]
        outcome = way(server.url, UPLOAD, vector_store_id="vs_1", files=files, max_concurrency=1)
        assert isinstance(outcome.error, NotFoundError)
        assert outcome.error.file_ids == ["file_1"]
        assert len(server.requests) == 2


@every_way
def test_a_file_that_is_not_there_is_an_error_with_the_others(way: Way, tmp_path: Path) -> None:
    with serving(FILE) as server:
        files = [b"a", tmp_path / "missing"]
        outcome = way(server.url, UPLOAD, vector_store_id="vs_1", files=files, max_concurrency=1)
        assert isinstance(outcome.error, FileNotFoundError)
        assert outcome.error.__notes__ == ["These files were uploaded and exist: file_1"]


def test_upload_does_not_poll() -> None:
    with serving(FILE, STORED | {"status": "in_progress"}) as server:
        outcome = blocking(
            server.url, "vector_stores.files.upload", vector_store_id="vs_1", file=b"text"
        )
        assert outcome.last.status == "in_progress"
        assert asked(server) == ["POST /v1/files", "POST /v1/vector_stores/vs_1/files"]


def test_upload_does_not_poll_when_awaited() -> None:
    with serving(FILE, STORED | {"status": "in_progress"}) as server:
        outcome = awaiting(
            server.url, "vector_stores.files.upload", vector_store_id="vs_1", file=b"text"
        )
        assert outcome.last.status == "in_progress"
        assert len(server.requests) == 2
