"""A helper ends at its deadline, whatever the server does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from streamkit import (
    AsyncOpenAI,
    OpenAI,
    PollTimeoutError,
)
from tests.http_server import Do, Script, ScriptedServer, response
from tests.polled import (
    RUN,
    Helper,
    Way,
    asked,
    serving,
)
from tests.polling.polling_helpers import every_helper, every_way

pytestmark = pytest.mark.diagonal


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
