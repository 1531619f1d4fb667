from __future__ import annotations

import gzip
import json
import logging
import socket
import traceback
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import httpx
import httpx2
import msgspec
import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit import errors
from streamkit._http._async.transport import AsyncTransport
from streamkit._http._sync.transport import SyncTransport
from streamkit._http.async_exchange import AsyncExchange
from streamkit._http.backoff import LONGEST_RETRY_AFTER, retry_after
from streamkit._http.config import ClientConfig, timeouts
from streamkit._http.errors import ERROR_BODY_LIMIT, library_of, status_error
from streamkit._http.exchange import SyncExchange
from streamkit._http.request import Request, encoded, headers
from streamkit.types import ChatCompletionMessage
from tests.exchange import KEY, AsyncApi, Connect
from tests.http_server import Do, ScriptedServer, head, response

pytestmark = pytest.mark.diagonal

OK = response()
POST = Request(method="POST", path="/chat/completions", json={"model": "m"})
BUSY = response(503, b'{"error": {"message": "busy"}}')


# Sending


def test_a_request_arrives_whole(connect: Connect) -> None:
    with ScriptedServer([OK]) as server:
        connect(server.url, organization="org", project="proj").send(POST)
        [got] = server.requests
    assert (got.method, got.target) == ("POST", "/v1/chat/completions")
    assert json.loads(got.body) == {"model": "m"}
    assert got.headers["authorization"] == f"Bearer {KEY}"
    assert got.headers["content-type"] == "application/json"
    assert got.headers["accept"] == "application/json"
    assert got.headers["openai-organization"] == "org"
    assert got.headers["openai-project"] == "proj"
    assert got.headers["user-agent"].startswith("streamkit/")


def test_a_stream_asks_for_server_sent_events(connect: Connect) -> None:
    with ScriptedServer([OK]) as server:
        connect(server.url).send(Request(method="POST", path="/x", json={}, stream=True))
        assert server.requests[0].headers["accept"] == "text/event-stream"


def test_a_request_without_a_body_has_no_content_type(connect: Connect) -> None:
    with ScriptedServer([OK]) as server:
        connect(server.url).send(Request(method="GET", path="files"))
        assert "content-type" not in server.requests[0].headers
        assert server.requests[0].target == "/v1/files"


def test_the_request_s_headers_beat_the_client_s_which_beat_ours(connect: Connect) -> None:
    with ScriptedServer([OK]) as server:
        api = connect(server.url, default_headers={"X-A": "client", "X-B": "b", "accept": "a/b"})
        api.send(Request(method="GET", path="/x", headers={"x-a": "request"}))
        headers = server.requests[0].headers
    assert (headers["x-a"], headers["x-b"], headers["accept"]) == ("request", "b", "a/b")


def test_a_header_that_is_no_string_is_not_sent(connect: Connect) -> None:
    with ScriptedServer([OK]) as server:
        connect(server.url, default_headers={"Authorization": None, "X-A": "a"}).send(
            Request(method="GET", path="/x", headers={"x-a": None, "User-Agent": msgspec.UNSET})
        )
        headers = server.requests[0].headers
    assert headers.keys().isdisjoint({"authorization", "x-a", "user-agent"})


def test_query_parameters_merge_and_none_is_left_out(connect: Connect) -> None:
    with ScriptedServer([OK]) as server:
        connect(server.url, default_query={"api-version": "1", "a": "x", "b": 1}).send(
            Request(method="GET", path="/x", query={"a": None, "b": 2, "include[]": ["p", "q"]})
        )
        target = server.requests[0].target
    assert httpx.URL(target).params.multi_items() == [
        ("api-version", "1"),
        ("b", "2"),
        ("include[]", "p"),
        ("include[]", "q"),
    ]


def test_a_header_that_http_cannot_carry_is_refused_without_being_quoted(connect: Connect) -> None:
    with ScriptedServer([OK]) as server:
        api = connect(server.url)
        with pytest.raises(errors.OpenAIError, match="x-token") as caught:
            api.send(Request(method="GET", path="/x", headers={"X-Token": f"{KEY}\nX: y"}))
    assert KEY not in _everything_shown(caught.value)
    assert server.requests == []


@pytest.mark.parametrize("name", ["X\r\nY", "X Y", "X:", "", "Zürich"])
def test_a_header_s_name_that_http_cannot_carry_is_refused(connect: Connect, name: str) -> None:
    with ScriptedServer([OK]) as server:
        api = connect(server.url)
        with pytest.raises(errors.OpenAIError, match="a name that HTTP cannot carry"):
            api.send(Request(method="GET", path="/x", headers={name: "value"}))
    assert server.requests == []


@pytest.mark.parametrize("host", ["xn--", "xn--a-", "ü..x"])
def test_a_host_that_cannot_be_written_is_no_raw_exception(connect: Connect, host: str) -> None:
    with pytest.raises(errors.OpenAIError) as caught:
        connect(f"http://{host}/v1").send(POST)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


@pytest.mark.parametrize("seconds", [1e10, -1, float("nan"), float("inf")])
def test_seconds_that_nothing_can_wait_are_refused(connect: Connect, seconds: float) -> None:
    api = connect("http://127.0.0.1:1/v1")
    with pytest.raises(ValueError, match="must be a number from 0"):
        api.send(Request(method="GET", path="/", timeout=seconds))
    for timeout in (seconds, httpx.Timeout(1, read=seconds)):
        with pytest.raises(ValueError, match="must be a number from 0"):
            ClientConfig(api_key="k", timeout=timeout)


class _Model(pydantic.BaseModel):
    name: str = pydantic.Field(alias="Name")
    at: datetime = datetime(2026, 1, 2, tzinfo=UTC)


@dataclass
class _Dataclass:
    x: int


class _Struct(msgspec.Struct):
    x: int


class _Dict(dict[str, Any]):
    model = _Model


class _Text(str):
    __slots__ = ()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (_Model(Name="n"), {"Name": "n"}),
        (_Dataclass(1), {"x": 1}),
        (_Struct(1), {"x": 1}),
        (_Dict(a=[_Dict(b=1)]), {"a": [{"b": 1}]}),
        (MappingProxyType({"a": 1}), {"a": 1}),
        ((n for n in (1, 2)), [1, 2]),
        (_Text("t"), "t"),
        ("\u2028 é \U0001f680", "\u2028 é \U0001f680"),
        (None, None),
    ],
)
def test_a_body_may_hold_anything_that_can_say_itself_in_json(value: Any, expected: Any) -> None:
    content = encoded(Request(method="POST", path="/x", json={"deep": [value]}))
    assert content is not None
    assert json.loads(content) == {"deep": [expected]}


def test_a_message_of_the_api_goes_back_as_it_came() -> None:
    sent = {"role": "assistant", "content": "hi", "signature": "hm"}
    message = msgspec.convert({"role": "assistant", "content": "hi"}, ChatCompletionMessage)
    message.add_unknown({"signature": "hm"})
    content = encoded(Request(method="POST", path="/x", json={"messages": [message]}))
    assert json.loads(content or b"") == {"messages": [sent]}


def test_a_body_that_is_no_json_is_refused_by_its_type() -> None:
    with pytest.raises(TypeError, match="object"):
        encoded(Request(method="POST", path="/x", json={"x": object()}))


ENDLESS: list[Any] = []
ENDLESS.append(ENDLESS)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"messages": [{"content": "a\ud83d"}]}, r"'messages\[0\].content' has half .*'\\ud83d'"),
        ({"metadata": {"\udfff": 1}}, "'a key of metadata' has half of a surrogate pair"),
        ({"temperature": float("nan")}, "'temperature' is nan"),
        ({"logit_bias": {5: float("-inf")}}, "'logit_bias.5' is -inf"),
        ({"metadata": {(1, 2): 1}}, "a key of 'metadata' is a tuple"),
        ({"seed": 10**5000}, "ValueError: Exceeds the limit"),
        ({"stop": ENDLESS}, "nested too deeply, or contains itself"),
    ],
    ids=["text", "key", "nan", "inf", "tuple", "number", "endless"],
)
def test_a_body_that_no_json_can_carry_is_named_and_not_sent(body: object, said: str) -> None:
    with pytest.raises(errors.OpenAIError, match=said) as caught:
        encoded(Request(method="POST", path="/x", json=body))
    assert str(caught.value).encode()
    assert caught.value.__context__ is None


def test_the_name_of_a_header_is_a_string() -> None:
    odd: Any = {5: "x"}
    request = Request(method="GET", path="/x", headers=odd)
    with pytest.raises(errors.OpenAIError, match="is a string, not int"):
        headers(request, ClientConfig(api_key=KEY), KEY)


def test_a_time_is_a_number_or_a_timeout() -> None:
    odd: Any = "5"
    with pytest.raises(TypeError, match="a number of seconds or a Timeout, not '5'"):
        timeouts(odd)


# The key


def test_a_key_may_come_from_a_function_that_is_asked_before_each_attempt(connect: Connect) -> None:
    keys = iter(["first", "second"])
    with ScriptedServer([BUSY], [OK]) as server:
        connect(server.url, api_key=lambda: next(keys)).send(POST)
        sent = [request.headers["authorization"] for request in server.requests]
    assert sent == ["Bearer first", "Bearer second"]


def test_an_async_client_may_await_its_key() -> None:
    async def key() -> str:
        return "awaited"

    with ScriptedServer([OK]) as server:
        api = AsyncApi(httpx, server.url, api_key=key)
        api.send(POST)
        api.close()
        assert server.requests[0].headers["authorization"] == "Bearer awaited"


def test_a_function_that_returns_no_key_is_named(connect: Connect) -> None:
    api = connect("http://127.0.0.1:1/v1", api_key=lambda: None)
    with pytest.raises(errors.OpenAIError, match=r"api_key\(\) returned NoneType"):
        api.send(POST)


def test_an_empty_key_sends_none(connect: Connect) -> None:
    with ScriptedServer([OK]) as server:
        connect(server.url, api_key="").send(POST)
        assert "authorization" not in server.requests[0].headers


def test_line_breaks_around_a_key_are_no_part_of_it(connect: Connect) -> None:
    with ScriptedServer([OK]) as server:
        connect(server.url, api_key=f" {KEY}\r\n").send(POST)
        assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"


# Statuses


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (304, errors.APIStatusError),
        (400, errors.BadRequestError),
        (401, errors.AuthenticationError),
        (402, errors.PaymentRequiredError),
        (403, errors.PermissionDeniedError),
        (404, errors.NotFoundError),
        (408, errors.RequestTimeoutError),
        (409, errors.ConflictError),
        (412, errors.PreconditionFailedError),
        (413, errors.ContentTooLargeError),
        (418, errors.APIStatusError),
        (422, errors.UnprocessableEntityError),
        (429, errors.RateLimitError),
        (431, errors.RequestHeaderFieldsTooLargeError),
        (499, errors.ClientClosedRequestError),
        (500, errors.InternalServerError),
        (501, errors.HTTPNotImplementedError),
        (503, errors.ServiceUnavailableError),
        (504, errors.GatewayTimeoutError),
        (529, errors.OverloadedError),
        (599, errors.InternalServerError),
    ],
)
@pytest.mark.parametrize("how", ["send", "open"])
def test_each_status_has_its_error(
    connect: Connect, how: str, status: int, kind: type[errors.APIStatusError]
) -> None:
    said = {"message": "no", "code": "c", "type": "t", "param": "p"}
    body = json.dumps({"error": said}).encode() if status != 304 else b""
    answer = response(status, body, [("x-request-id", "req_1"), ("x-left", "3")])
    with ScriptedServer([answer]) as server:
        with pytest.raises(errors.APIStatusError) as caught:
            getattr(connect(server.url, max_retries=0), how)(POST)
        error = caught.value
    assert type(error) is kind
    assert (error.status_code, error.request_id) == (status, "req_1")
    assert error.response.headers["x-left"] == "3"
    if status != 304:
        assert str(error) == f"Error code: {status} - no"
        assert error.body == said
        assert (error.code, error.type, error.param) == ("c", "t", "p")
        assert error.response.json() == {"error": said}


@pytest.mark.parametrize(
    ("body", "message", "fields"),
    [
        ({"error": {"message": "m", "code": 400, "type": "t"}}, "m", (400, "t", None)),
        ({"error": "plain"}, "plain", (None, None, None)),
        ({"message": "m", "code": "c", "object": "error"}, "m", ("c", None, None)),
        ({"detail": "Not Found"}, "Not Found", (None, None, None)),
        ({"detail": [{"loc": ["body"]}]}, '[{"loc":["body"]}]', (None, None, None)),
        ([{"error": {"message": "m", "code": 429}}], "m", (429, None, None)),
        ({"error": {"message": None}}, '{"error": {"message": null}}', (None, None, None)),
        ({"error": True, "message": "m"}, "m", (None, None, None)),
        ("text", "text", (None, None, None)),
        ([], "[]", (None, None, None)),
        (7, "7", (None, None, None)),
    ],
)
def test_an_error_s_message_is_found_in_every_shape(
    body: Any, message: str, fields: tuple[Any, Any, Any]
) -> None:
    error = _status_error(400, json.dumps(body).encode())
    assert str(error) == f"Error code: 400 - {message}"
    assert (error.code, error.type, error.param) == fields


def test_a_page_in_place_of_an_error_is_quoted_in_part() -> None:
    page = "<html>" + "x" * 10_000
    error = _status_error(502, page.encode())
    assert error.body == page
    assert str(error) == f"Error code: 502 - {page[: errors.QUOTE_LIMIT]}"


def test_an_error_without_a_body_says_its_status() -> None:
    error = _status_error(500, b"")
    assert (str(error), error.body) == ("Error code: 500", None)


@given(st.binary(max_size=200))
def test_no_body_keeps_a_status_from_being_raised(body: bytes) -> None:
    assert _status_error(500, body).status_code == 500


def test_an_error_s_body_is_read_up_to_a_limit(connect: Connect) -> None:
    endless = head(500, [("Content-Length", str(1 << 40))]) + b"x" * (ERROR_BODY_LIMIT + 1)
    with ScriptedServer([endless, Do.HOLD]) as server:
        with pytest.raises(errors.InternalServerError) as caught:
            connect(server.url, max_retries=0).open(POST)
        assert server.hung_up.wait(10)
    assert len(caught.value.response.content) == ERROR_BODY_LIMIT


def test_an_error_whose_body_breaks_off_is_still_raised(connect: Connect) -> None:
    half = head(400, [("Content-Length", "100")]) + b"half"
    with (
        ScriptedServer([half, Do.HANG_UP]) as server,
        pytest.raises(errors.BadRequestError, match="half"),
    ):
        connect(server.url).send(POST)


def test_a_compressed_error_is_unpacked(connect: Connect) -> None:
    packed = gzip.compress(b'{"error": {"message": "unpacked"}}')
    with (
        ScriptedServer([response(400, packed, [("Content-Encoding", "gzip")])]) as server,
        pytest.raises(errors.BadRequestError, match="unpacked") as caught,
    ):
        connect(server.url).send(POST)
    assert caught.value.response.json()["error"]["message"] == "unpacked"


def test_a_compressed_answer_is_unpacked(connect: Connect) -> None:
    packed = response(200, gzip.compress(b'{"a": 1}'), [("Content-Encoding", "gzip")])
    with ScriptedServer([packed]) as server:
        assert connect(server.url).send(POST).json() == {"a": 1}


def test_garbled_compression_is_the_server_s_fault(connect: Connect) -> None:
    garbled = response(200, b"this is no gzip", [("Content-Encoding", "gzip")])
    with ScriptedServer([garbled]) as server:
        with pytest.raises(errors.APIResponseValidationError, match="garbled"):
            connect(server.url).send(POST)
        assert len(server.requests) == 1


# Retries


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


# Connections


def test_a_server_that_is_not_there_is_tried_again_and_named(connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host = f"127.0.0.1:{listener.getsockname()[1]}"
    api = connect(f"http://{host}/v1", default_query={"secret": KEY})
    with pytest.raises(errors.APIConnectionError, match=host) as caught:
        api.send(POST)
    assert len(api.naps) == 2
    assert "ConnectError" in str(caught.value)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    assert KEY not in _everything_shown(caught.value)


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


def test_a_server_that_says_nothing_times_out(connect: Connect) -> None:
    with ScriptedServer([Do.HOLD]) as server:
        api = connect(server.url, timeout=httpx.Timeout(10, read=0.01))
        with pytest.raises(errors.APITimeoutError, match=server.host) as caught:
            api.open(POST)
        assert len(api.naps) == 2
    assert "ReadTimeout" in str(caught.value)


# Clients


@pytest.mark.parametrize("library", [httpx, httpx2])
def test_a_client_that_was_given_is_not_closed(library: Any) -> None:
    with library.Client() as client:
        transport = SyncTransport(ClientConfig(api_key=KEY), client)
        transport.close()
        assert not client.is_closed
        with pytest.raises(errors.OpenAIError, match="closed"):
            SyncExchange(transport, POST).send()


def test_another_configuration_keeps_the_connections() -> None:
    transport = SyncTransport(ClientConfig(api_key=KEY))
    other = transport.with_config(ClientConfig(api_key=KEY, max_retries=0))
    assert other.http_client is transport.http_client
    assert (transport.config.max_retries, other.config.max_retries) == (2, 0)
    transport.close()
    with pytest.raises(errors.OpenAIError, match="closed"):
        SyncExchange(other, POST).send()


def test_our_own_client_is_closed() -> None:
    transport = SyncTransport(ClientConfig(api_key=KEY))
    client = transport.http_client
    assert client is transport.http_client
    transport.close()
    transport.close()
    assert isinstance(client, httpx.Client)
    assert client.is_closed


def test_a_client_of_the_wrong_kind_is_refused() -> None:
    config = ClientConfig(api_key=KEY)
    with httpx.Client() as client, pytest.raises(TypeError, match="AsyncClient"):
        AsyncTransport(config, client)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] - wrong on purpose
    with pytest.raises(TypeError, match=r"httpx\.Client"):
        SyncTransport(config, httpx.AsyncClient())  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] - wrong on purpose


@pytest.mark.parametrize("library", [httpx, httpx2])
def test_a_transport_without_sockets_will_do(library: Any) -> None:
    def answer(request: Any) -> Any:
        return library.Response(200, json={"path": request.url.path})

    with library.Client(transport=library.MockTransport(answer)) as client:
        transport = SyncTransport(ClientConfig(api_key=KEY), client)
        assert SyncExchange(transport, POST).send().json() == {"path": "/v1/chat/completions"}
        assert b"".join(SyncExchange(transport, POST).open()) == b'{"path":"/v1/chat/completions"}'


@pytest.mark.parametrize("library", [httpx, httpx2])
async def test_an_application_will_do(library: Any) -> None:
    async def app(scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": scope["path"].encode()})

    async with library.AsyncClient(transport=library.ASGITransport(app)) as client:
        transport = AsyncTransport(ClientConfig(api_key=KEY, base_url="http://app"), client)
        assert (await AsyncExchange(transport, POST).send()).content == b"/chat/completions"


def test_the_library_is_that_of_the_class_or_of_its_base() -> None:
    class Own(httpx2.Client):
        """A subclass in the user's program."""

    assert library_of(object.__new__(Own)) is httpx2
    assert library_of(object.__new__(httpx.Client)) is httpx
    assert library_of(object()) is httpx


DEFAULT = {"connect": 5.0, "read": 600.0, "write": 600.0, "pool": 600.0}
SEVEN = dict.fromkeys(DEFAULT, 7.0)
NEVER = dict.fromkeys(DEFAULT)


@pytest.mark.parametrize("library", [httpx, httpx2])
@pytest.mark.parametrize(
    ("client", "config", "request_", "expected"),
    [
        ({}, {}, {}, DEFAULT),
        ({"timeout": 7.0}, {}, {}, SEVEN),
        ({"timeout": 9.0}, {"timeout": 7.0}, {}, SEVEN),
        ({}, {"timeout": 9.0}, {"timeout": 7}, SEVEN),
        ({}, {"timeout": None}, {}, NEVER),
        ({}, {"timeout": 7.0}, {"timeout": None}, NEVER),
        ({}, {"timeout": httpx.Timeout(7.0, read=1)}, {}, SEVEN | {"read": 1}),
        ({}, {"timeout": httpx2.Timeout(7.0, read=1)}, {}, SEVEN | {"read": 1}),
    ],
)
def test_the_nearest_timeout_counts(
    library: Any,
    client: dict[str, Any],
    config: dict[str, Any],
    request_: dict[str, Any],
    expected: dict[str, float | None],
) -> None:
    seen: list[Any] = []

    def answer(request: Any) -> Any:
        seen.append(request.extensions["timeout"])
        return library.Response(200)

    with library.Client(transport=library.MockTransport(answer), **client) as http_client:
        transport = SyncTransport(ClientConfig(api_key=KEY, **config), http_client)
        SyncExchange(transport, Request(method="GET", path="/x", **request_)).send()
    assert seen == [expected]


# Configuration


VARIABLES = {
    "OPENAI_API_KEY": "env-key",
    "OPENAI_BASE_URL": "http://env/v1/",
    "OPENAI_ORG_ID": "env-org",
    "OPENAI_PROJECT_ID": "env-project",
}


def test_what_is_not_said_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    config = ClientConfig.from_environment()
    assert config.api_key == "env-key"
    assert config.base_url == "http://env/v1"
    assert (config.organization, config.project) == ("env-org", "env-project")
    said = ClientConfig.from_environment(
        api_key="k", base_url="https://said", organization="o", project="p"
    )
    assert (said.api_key, said.base_url) == ("k", "https://said")
    assert (said.organization, said.project) == ("o", "p")


@pytest.mark.parametrize("value", [None, ""])
def test_without_a_key_the_error_says_where_to_put_it(
    monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    if value is not None:
        monkeypatch.setenv("OPENAI_API_KEY", value)
    with pytest.raises(errors.OpenAIError, match=r"api_key.*OPENAI_API_KEY"):
        ClientConfig.from_environment()


def test_the_default_server_is_openai_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    config = ClientConfig.from_environment(api_key="k")
    assert config.base_url == "https://api.openai.com/v1"
    assert config.max_retries == 2


@pytest.mark.parametrize(
    "url",
    [
        f"https://user:{KEY}@host/v1",
        f"https://{KEY}@host/v1",
        f"https://host/v1?key={KEY}",
        f"https://host/v1#{KEY}",
        f"{KEY}.example.com/v1",
        f"ftp://{KEY}/v1",
        f"https://[{KEY}/v1",
        f"https://host:{KEY}/v1",
        f"https://host:99999/{KEY}",
        f"https://a..b/{KEY}",
        f"https://{'a' * 64}.test/{KEY}",
        f"https://ho st/{KEY}",
        f"https://host/\x00{KEY}",
        f"https://host/\n{KEY}",
        "https://",
    ],
)
def test_a_base_url_that_cannot_serve_is_refused_without_being_quoted(url: str) -> None:
    with pytest.raises(errors.OpenAIError, match="base_url") as caught:
        ClientConfig(api_key="k", base_url=url)
    assert KEY not in _everything_shown(caught.value)


def test_a_negative_number_of_retries_is_refused() -> None:
    with pytest.raises(ValueError, match="max_retries"):
        ClientConfig(api_key="k", max_retries=-1)


@pytest.mark.parametrize("key", [f"{KEY}\n{KEY}", f"{KEY}\x00", f"{KEY}é"])
def test_a_key_that_http_cannot_carry_is_refused_at_once_without_being_quoted(key: str) -> None:
    with pytest.raises(errors.OpenAIError, match="Authorization") as caught:
        ClientConfig(api_key=key)
    assert KEY not in _everything_shown(caught.value)


# Secrets and logs


def test_no_repr_shows_a_secret() -> None:
    config = ClientConfig(
        api_key=KEY, default_headers={"X-Token": KEY}, default_query={"token": KEY}
    )
    request = Request(method="GET", path="/x", headers={"X": KEY}, json=[KEY], query={"q": KEY})
    assert KEY not in repr(config) + repr(request) + str(config) + str(request)
    assert KEY not in repr(config.__rich_repr__())  # which rich prints a Struct with


@pytest.mark.parametrize(
    "script",
    [[response(401)], [Do.HANG_UP], [response(200, b"no gzip", [("Content-Encoding", "gzip")])]],
    ids=["status", "connection", "garbled"],
)
def test_no_error_carries_the_key(connect: Connect, script: list[Any]) -> None:
    with ScriptedServer(script) as server:
        with pytest.raises(errors.APIError) as caught:
            connect(server.url, default_headers={"X-Token": KEY}).send(POST)
        assert KEY in server.requests[0].headers["x-token"]
    assert KEY not in _everything_shown(caught.value)


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


def _status_error(status: int, body: bytes) -> errors.APIStatusError:
    request = httpx.Request("POST", "http://host/x")
    return status_error(httpx.Response(status, request=request), body)


def _everything_shown(error: BaseException | None) -> str:
    """Return the text that a traceback prints and a tracker of errors and requests collects."""
    shown = "" if error is None else "".join(traceback.format_exception(error))
    while error is not None:
        shown += repr(vars(error))
        for request in (_request_of(error), _request_of(getattr(error, "response", None))):
            shown += repr(request and (request.url, request.headers.raw))
        error = error.__cause__ or error.__context__
    return shown


def _request_of(holder: Any) -> Any:
    try:
        return getattr(holder, "request", None)
    except RuntimeError:
        return None
