"""The helpers of runs and batches know what is over, and which id they poll."""

from __future__ import annotations

import pytest

from tests.polled import (
    BATCH,
    POLL_BATCH,
    RUN,
    Helper,
    Way,
    asked,
    blocking,
    serving,
)
from tests.polling.polling_helpers import every_helper, every_way

pytestmark = pytest.mark.diagonal


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


def test_an_id_cannot_write_lines_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    state = RUN | {"id": "run\n\x1b[31mERROR\u202e", "status": "l\u00f6st\n"}
    with serving(state, state) as server:
        blocking(server.url, "beta.threads.create_and_run_poll", assistant_id="a")
    (record,) = [each for each in caplog.records if each.levelname == "WARNING"]
    assert record.getMessage().isascii()
    assert record.getMessage().isprintable()
