"""Each status that is no success raises its error, with what the body says."""

from __future__ import annotations

import gzip
import json
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit import errors
from streamkit._http.errors import ERROR_BODY_LIMIT, status_error
from tests.exchange import Connect
from tests.http.requests import POST
from tests.http_server import Do, ScriptedServer, head, response

pytestmark = pytest.mark.diagonal


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


def _status_error(status: int, body: bytes) -> errors.APIStatusError:
    request = httpx.Request("POST", "http://host/x")
    return status_error(httpx.Response(status, request=request), body)
