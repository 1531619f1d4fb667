"""The openai package, as a client of the embedded server, sees each fault as documented."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import openai
import pytest

from streamkit.server import EmbeddedServer
from streamkit.server.faults import BrokenTLS

ASKED: Any = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
BEFORE: dict[str, type[Exception]] = {
    "status?code=500": openai.InternalServerError,
    "status?code=429": openai.RateLimitError,
    "hang_up": openai.APIConnectionError,
    "not_http": openai.APIConnectionError,
}
MIDWAY: dict[str, type[Exception]] = {
    "cut?after=4": openai.APIConnectionError,
    "half_frame?after=4": openai.APIConnectionError,
    "reset?after=4": openai.APIConnectionError,
    "error?after=4": openai.APIError,
    "garbage?after=4": UnicodeDecodeError,
}
HARMLESS = ["keep_alives?after=4&count=50", "drip?size=50"]


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer() as server:
        yield server


@pytest.fixture
def peer(server: EmbeddedServer) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=server.base_url, api_key="k", max_retries=0) as peer:
        yield peer


@pytest.fixture
def read(peer: openai.OpenAI) -> Callable[..., list[str]]:
    def read(fault: str | None = None) -> list[str]:
        headers = {} if fault is None else {"x-streamkit-fault": fault}
        chunks = peer.chat.completions.create(**ASKED, stream=True, extra_headers=headers)
        return [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]

    return read


@pytest.mark.parametrize(("fault", "error"), [*BEFORE.items(), *MIDWAY.items()])
def test_it_fails_as_the_fault_says(
    read: Callable[..., list[str]], fault: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        read(fault)


@pytest.mark.parametrize("fault", HARMLESS)
def test_it_takes_what_is_only_slow(read: Callable[..., list[str]], fault: str) -> None:
    assert read(fault) == read()


def test_it_takes_a_truncated_answer_for_a_whole_one(read: Callable[..., list[str]]) -> None:
    assert read("truncate?after=4") == read()[:4]


def test_it_sees_events_twice_and_in_another_order(read: Callable[..., list[str]]) -> None:
    whole = read()
    assert read("duplicate?after=2") == [*whole[:3], *whole[2:]]
    assert read("reorder?after=2") == [*whole[:2], whole[3], whole[2], *whole[4:]]


def test_it_retries_after_the_time_that_the_server_names(
    server: EmbeddedServer, peer: openai.OpenAI
) -> None:
    fault = "status?code=429&retry_after=0.01&times=1"
    completion = peer.with_options(max_retries=1).chat.completions.create(
        model="m",
        messages=[{"role": "user", "content": "hi"}],
        extra_headers={"x-streamkit-fault": fault},
    )
    assert completion.choices[0].message.content
    statuses = [each.status for each in server.exchanges if fault in each.headers.values()]
    assert statuses == [429, 200]


def test_it_trusts_no_self_signed_certificate() -> None:
    with BrokenTLS("self_signed") as listener:
        with openai.OpenAI(base_url=listener.base_url, api_key="k", max_retries=0) as peer:
            with pytest.raises(openai.APIConnectionError) as caught:
                peer.chat.completions.create(**ASKED)
    assert "self-signed" in str(caught.value.__cause__)
