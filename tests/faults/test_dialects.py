"""Faults in the streams of Responses and Messages, before the packages `openai` and `anthropic`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anthropic
import httpx2
import openai
import pytest

from streamkit.server import EmbeddedServer
from tests.faults.roads import PATIENCE

WORDS = "The server had an error while processing your request."
Read = Callable[..., list[Any]]
ERRORS: dict[str, tuple[type[Exception], type[Exception]]] = {
    "status?code=500": (openai.InternalServerError, anthropic.InternalServerError),
    "status?code=529": (openai.InternalServerError, anthropic.OverloadedError),
    "status?code=429&retry_after=1": (openai.RateLimitError, anthropic.RateLimitError),
    "hang_up": (openai.APIConnectionError, anthropic.APIConnectionError),
    "not_http": (openai.APIConnectionError, anthropic.APIConnectionError),
    "cut?after=4": (openai.APIConnectionError, httpx2.TransportError),
    "cut?after=900&unit=bytes": (openai.APIConnectionError, httpx2.TransportError),
    "half_frame?after=4": (openai.APIConnectionError, httpx2.TransportError),
    "reset?after=4": (openai.APIConnectionError, httpx2.TransportError),
    "garbage?after=4": (UnicodeDecodeError, UnicodeDecodeError),
}
"""How each package ends, by the fault: what cuts its stream, `anthropic` passes on as it is."""


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer() as server:
        yield server


@pytest.fixture
def responses(server: EmbeddedServer) -> Iterator[Read]:
    with openai.OpenAI(base_url=server.base_url, api_key="k", max_retries=0) as client:

        def read(fault: str, **more: Any) -> list[Any]:
            asked: dict[str, Any] = {"model": "m", "input": "Hi", "stream": True, **more}
            headers = {"x-streamkit-fault": fault}
            responses: Any = client.responses
            return list(responses.create(**asked, store=False, extra_headers=headers))

        yield read


@pytest.fixture
def messages(server: EmbeddedServer) -> Iterator[Read]:
    with anthropic.Anthropic(base_url=server.url, api_key="k", max_retries=0) as client:

        def read(fault: str, **more: Any) -> list[Any]:
            said: Any = [{"role": "user", "content": "Hi"}]
            asked: dict[str, Any] = {"model": "m", "messages": said, "max_tokens": 99, **more}
            headers = {"x-streamkit-fault": fault}
            stream: Any = client.messages.create(**asked, stream=True, extra_headers=headers)
            return list(stream)

        yield read


@pytest.mark.parametrize(("fault", "errors"), ERRORS.items(), ids=ERRORS)
def test_both_packages_fail_as_the_fault_says(
    responses: Read, messages: Read, fault: str, errors: tuple[type[Exception], type[Exception]]
) -> None:
    for read, error in zip((responses, messages), errors, strict=True):
        with pytest.raises(error):
            read(fault)


@pytest.mark.parametrize("fault", ["keep_alives?after=4&count=50", "drip?size=50"])
def test_both_packages_take_what_is_only_slow(responses: Read, messages: Read, fault: str) -> None:
    for read in (responses, messages):
        assert read(fault) == read("keep_alives?after=0&count=1")


def test_an_error_in_a_stream_of_a_response_is_an_event(responses: Read) -> None:
    *before, error = responses("error?after=5")
    assert [event.sequence_number for event in before] == [0, 1, 2, 3, 4]
    assert error.to_dict() == {
        "type": "error",
        "code": "server_error",
        "message": WORDS,
        "param": None,
        "sequence_number": 5,
    }


@pytest.mark.parametrize(
    ("fault", "kind"),
    [("error?after=4", "api_error"), ("error?error_type=overloaded_error", "overloaded_error")],
)
def test_an_error_in_a_stream_of_a_message_has_its_type(
    messages: Read, fault: str, kind: str
) -> None:
    with pytest.raises(anthropic.APIStatusError) as caught:
        messages(fault)
    assert caught.value.type == kind
    assert caught.value.body["error"]["message"] == WORDS  # type: ignore[index]  # a dict


def test_an_error_instead_of_an_answer_has_the_form_of_its_api(server: EmbeddedServer) -> None:
    headers = {"x-streamkit-fault": "error"}
    with anthropic.Anthropic(base_url=server.url, api_key="k") as client:
        said: Any = [{"role": "user", "content": "Hi"}]
        raw = client.messages.with_raw_response.create(
            model="m", messages=said, max_tokens=9, extra_headers=headers
        )
    assert raw.http_response.json()["error"] == {"type": "api_error", "message": WORDS}
    assert raw.headers["request-id"] == raw.http_response.json()["request_id"]


@pytest.mark.parametrize("protocol", ["responses", "messages"])
def test_a_stalled_answer_goes_on_when_it_is_released(
    protocol: str, server: EmbeddedServer, request: pytest.FixtureRequest
) -> None:
    read: Read = request.getfixturevalue(protocol)
    whole = read("keep_alives?count=1")
    with ThreadPoolExecutor(1) as pool:
        stalled = pool.submit(read, "stall?after=4")
        assert server.stalled(PATIENCE)
        assert server.release() == 1
        assert stalled.result(PATIENCE) == whole


def test_a_truncated_message_is_taken_for_a_whole_one(messages: Read) -> None:
    whole = messages("keep_alives?count=1")
    assert messages("truncate?after=5") == [event for event in whole if event.type != "ping"][:4]
