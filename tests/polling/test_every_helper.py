"""Each helper polls until the work is over, with the caller's options."""

from __future__ import annotations

import itertools

import pytest

from streamkit import (
    NotFoundError,
)
from tests.http_server import ScriptedServer, response
from tests.polled import (
    FILE,
    OBSERVING,
    WAYS,
    Helper,
    Way,
    asked,
    brief,
    ok,
    serving,
)
from tests.polling.polling_helpers import HELPERS, every_helper, every_way, starting_helpers

pytestmark = pytest.mark.diagonal


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
