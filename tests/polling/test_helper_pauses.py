"""Between two polls a helper pauses as the server or the caller says, in virtual time."""

from __future__ import annotations

from typing import Any

import pytest
from reactivex import Observable
from reactivex.notification import OnCompleted, OnError
from reactivex.testing import ReactiveTest, TestScheduler

from streamkit import (
    NOT_GIVEN,
    OpenAI,
)
from tests.http_server import ScriptedServer
from tests.polled import (
    FILE,
    RUN,
    method,
    ok,
    serving,
    twin,
)

pytestmark = pytest.mark.diagonal


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
