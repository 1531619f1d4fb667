"""A request that may succeed is sent again, after the wait that the server asks for."""

from __future__ import annotations

import logging
import socket
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit import errors
from streamkit._http.backoff import LONGEST_RETRY_AFTER, retry_after
from streamkit._http.config import ClientConfig
from streamkit._http.request import Request
from tests.exchange import KEY, Connect
from tests.http.requests import BUSY, OK, POST
from tests.http.traces import everything_shown
from tests.http_server import Do, ScriptedServer, head, response

pytestmark = pytest.mark.diagonal


@pytest.mark.parametrize("status", [408, 409, 429, 500, 503])
def test_what_may_pass_is_tried_again(connect: Connect, status: int) -> None:
    with ScriptedServer([response(status)], [response(status)], [OK]) as server:
        api = connect(server.url)
        assert api.send(POST).status_code == 200
        assert len({request.body for request in server.requests}) == 1
        assert len(server.requests) == 3
        assert server.connections == 1
    first, second = api.naps
    assert 0.375 <= first <= 0.5
    assert 0.75 <= second <= 1.0


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_what_cannot_pass_is_not(connect: Connect, status: int) -> None:
    with ScriptedServer([response(status)]) as server:
        api = connect(server.url)
        with pytest.raises(errors.APIStatusError):
            api.send(POST)
        assert len(server.requests) == 1
    assert api.naps == []


def test_the_back_off_ends_at_eight_seconds(connect: Connect) -> None:
    with ScriptedServer([BUSY]) as server:
        api = connect(server.url, max_retries=7)
        with pytest.raises(errors.InternalServerError):
            api.send(POST)
    limits = [0.5, 1, 2, 4, 8, 8, 8]
    assert all(0.75 * limit <= nap <= limit for nap, limit in zip(api.naps, limits, strict=True))


def test_a_request_may_have_its_own_number_of_retries(connect: Connect) -> None:
    with ScriptedServer([BUSY]) as server:
        api = connect(server.url, max_retries=5)
        with pytest.raises(errors.InternalServerError):
            api.send(Request(method="GET", path="/x", max_retries=1))
        assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("header", "value", "seconds"),
    [
        ("Retry-After", "7", 7.0),
        ("Retry-After", "0.25", 0.25),
        ("Retry-After", str(int(LONGEST_RETRY_AFTER)), LONGEST_RETRY_AFTER),
        ("retry-after-ms", "1500", 1.5),
    ],
)
def test_the_wait_is_the_one_the_server_asks_for(
    connect: Connect, header: str, value: str, seconds: float
) -> None:
    with ScriptedServer([response(429, headers=[(header, value)])], [OK]) as server:
        api = connect(server.url)
        api.send(POST)
    assert api.naps == [seconds]


@pytest.mark.parametrize("value", ["soon", "", "0", "-3", "nan", "Wed, 21 Oct 2015 07:28:00 GMT"])
def test_a_wait_that_makes_no_sense_is_passed_over(connect: Connect, value: str) -> None:
    with ScriptedServer([response(429, headers=[("Retry-After", value)])], [OK]) as server:
        api = connect(server.url)
        api.send(POST)
    assert 0.375 <= api.naps[0] <= 0.5


@pytest.mark.parametrize("value", ["121", "inf", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_a_wait_that_is_too_long_is_left_to_the_caller(connect: Connect, value: str) -> None:
    with ScriptedServer([response(429, headers=[("Retry-After", value)])]) as server:
        api = connect(server.url)
        with pytest.raises(errors.RateLimitError) as caught:
            api.send(POST)
        assert len(server.requests) == 1
    assert caught.value.response.headers["retry-after"] == value


NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "Mon, 23 Nov 2026 12:00:30 GMT"}, 30.0),
        ({"retry-after": "Mon, 23 Nov 2026 12:00:30 -0000"}, 30.0),
        ({"retry-after": "Mon, 23 Nov 2026 13:00:30 +0100"}, 30.0),
        ({"retry-after": "Mon, 23 Nov 2026 11:59:30 GMT"}, None),
        (
            {
                "date": "Mon, 23 Nov 2026 13:00:10 GMT",
                "retry-after": "Mon, 23 Nov 2026 13:00:30 GMT",
            },
            20.0,
        ),
        ({"date": "today", "retry-after": "Mon, 23 Nov 2026 12:00:30 GMT"}, 30.0),
        ({"retry-after-ms": "2000", "retry-after": "9"}, 2.0),
        ({"retry-after-ms": "soon", "retry-after": "9"}, 9.0),
        ({}, None),
    ],
)
def test_retry_after_is_seconds_milliseconds_or_a_date(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert retry_after(headers, NOW) == seconds


@given(st.text(st.characters(max_codepoint=255), max_size=40))
def test_no_retry_after_header_breaks_the_retry(value: str) -> None:
    seconds = retry_after({"retry-after": value}, NOW)
    assert seconds is None or seconds > 0


@given(st.integers(1, 10**9))
def test_any_http_date_says_how_long_to_wait(seconds: int) -> None:
    date = (NOW + timedelta(seconds=seconds)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    assert retry_after({"retry-after": date}, NOW) == seconds


@pytest.mark.parametrize(("status", "advice", "attempts"), [(400, "true", 3), (500, "false", 1)])
def test_the_server_may_say_whether_to_try_again(
    connect: Connect, status: int, advice: str, attempts: int
) -> None:
    with ScriptedServer([response(status, headers=[("x-should-retry", advice)])]) as server:
        with pytest.raises(errors.APIStatusError):
            connect(server.url).open(POST)
        assert len(server.requests) == attempts


def test_a_server_that_is_not_there_is_tried_again_and_named(connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host = f"127.0.0.1:{listener.getsockname()[1]}"
    api = connect(f"http://{host}/v1", default_query={"secret": KEY})
    with pytest.raises(errors.APIConnectionError, match=host) as caught:
        api.send(POST)
    assert len(api.naps) == 2
    assert "ConnectError" in str(caught.value)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    assert KEY not in everything_shown(caught.value)


@pytest.mark.parametrize("how", ["send", "open"])
@pytest.mark.parametrize("end", [Do.HANG_UP, Do.RESET])
def test_a_connection_that_breaks_before_the_answer_is_made_again(
    connect: Connect, how: str, end: Do
) -> None:
    with ScriptedServer([end], [OK]) as server:
        api = connect(server.url)
        answer = getattr(api, how)(POST)
        assert len(server.requests) == 2
        if how == "open":
            assert api.rest(answer) == b"{}"


def test_an_answer_that_breaks_off_is_asked_for_again(connect: Connect) -> None:
    half = head(200, [("Content-Length", "100")]) + b"half"
    with ScriptedServer([half, Do.HANG_UP], [OK]) as server:
        assert connect(server.url).send(POST).content == b"{}"


def test_a_negative_number_of_retries_is_refused() -> None:
    with pytest.raises(ValueError, match="max_retries"):
        ClientConfig(api_key="k", max_retries=-1)


def test_the_log_has_each_attempt_and_no_secret(
    connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    busy = response(503, headers=[("x-request-id", "req_1")])
    with ScriptedServer([busy], [Do.HANG_UP], [OK]) as server:
        connect(server.url, default_query={"token": KEY}).send(
            Request(method="POST", path="/x", json={"text": KEY})
        )
    logged = [record.getMessage() for record in caplog.records if record.name == "streamkit"]
    assert len(logged) == 3
    assert "POST /x: attempt 1 ended with status 503" in logged[0]
    assert "req_1" in logged[0]
    assert "attempt 2 ended with APIConnectionError" in logged[1]
    assert "attempt 3 ended with status 200" in logged[2]
    assert all(KEY not in message for message in logged)


def test_the_log_is_silent_unless_asked(
    connect: Connect, capfd: pytest.CaptureFixture[str]
) -> None:
    with ScriptedServer([BUSY], [OK]) as server:
        connect(server.url).send(POST)
    assert capfd.readouterr() == ("", "")
