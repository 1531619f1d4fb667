"""A helper that uploads files first does so within limits, and says which it left behind."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from reactivex.scheduler import NewThreadScheduler

from streamkit import (
    NotFoundError,
    OpenAI,
    UploadProgress,
)
from tests.http_server import ScriptedServer, response
from tests.polled import (
    BATCH,
    FILE,
    OBSERVING,
    STORED,
    Helper,
    Way,
    asked,
    awaiting,
    blocking,
    brief,
    ok,
    serving,
)
from tests.polling.polling_helpers import every_helper, every_upload, every_way
from tests.upload_server import UploadServer

pytestmark = pytest.mark.diagonal

PATIENCE = 10.0


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
