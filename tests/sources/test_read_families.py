"""Sources that speak Responses and Messages, read as the common events."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import anthropic
import httpx
import openai
import pytest

import streamkit
from streamkit import StreamTruncatedError, ThinkTags, aread, read
from streamkit.server import EmbeddedServer
from tests.sources.kinds import KINDS, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

MESSAGES: list[Any] = [{"role": "user", "content": "hi"}]
ASKED: dict[str, dict[str, Any]] = {
    "responses": {"model": "m", "input": "hi", "stream": True},
    "messages": {"model": "m", "max_tokens": 99, "messages": MESSAGES, "stream": True},
}
GENERIC = [kind for kind in KINDS if kind not in {"our chunks", "chunks of openai"}]
HEADERS = {"x-api-key": "k", "anthropic-version": "2026-10-21"}
CUTS = {"responses": b"event: response.completed", "messages": b"event: message_delta"}


@pytest.fixture(scope="module")
def embedded() -> Iterator[EmbeddedServer]:
    with EmbeddedServer(seed=5) as server:
        yield server


@pytest.fixture(scope="module")
def wires(embedded: EmbeddedServer) -> dict[str, bytes]:
    return {
        family: httpx.post(
            f"{embedded.base_url}/{family}",
            json=body,
            headers=HEADERS,
        ).content
        for family, body in ASKED.items()
    }


def taken(way: str, source: Any, family: Any, **options: Any) -> tuple[list[Any], Any]:
    if way == "read":
        with read(source, family, **options) as stream:
            return list(stream), stream.get_final()

    async def take() -> tuple[list[Any], Any]:
        is_whole = isinstance(source, list | bytes | str)
        given: object = source if is_whole else Source(source)
        async with aread(given, family, **options) as stream:
            return [event async for event in stream], await stream.get_final()

    return asyncio.run(take())


@pytest.mark.diagonal
@pytest.mark.parametrize("kind", [kind for kind in GENERIC if "file" not in kind])
@pytest.mark.parametrize("way", ["read", "aread"])
@pytest.mark.parametrize("family", ASKED)
def test_every_kind_of_source_gives_the_same_events(
    family: str, way: str, kind: str, wires: dict[str, bytes]
) -> None:
    if way == "aread" and kind in {"a memoryview", "a response in memory"}:
        way = "read"
    wire = wires[family]
    expected, expected_final = taken("read", wire, family)
    events, final = taken(way, KINDS[kind](wire), family)
    assert [event.to_dict() for event in events] == [event.to_dict() for event in expected]
    assert (final.text, final.reason) == (expected_final.text, "stop")
    assert {event.type for event in events} >= {"chunk", "content.delta", "content.done", "finish"}


@pytest.mark.parametrize("family", ASKED)
def test_the_events_of_the_packages_own_streams_are_read(
    family: str, embedded: EmbeddedServer, wires: dict[str, bytes]
) -> None:
    url = embedded.base_url
    client: Any = (
        openai.OpenAI(base_url=url, api_key="k")
        if family == "responses"
        else anthropic.Anthropic(base_url=url.removesuffix("/v1"), api_key="k")
    )
    with client:
        _, final = taken("read", getattr(client, family).create(**ASKED[family]), family)
    assert final.text == taken("read", wires[family], family)[1].text


@pytest.mark.parametrize("family", ASKED)
def test_a_source_without_its_end_was_cut(family: str, wires: dict[str, bytes]) -> None:
    wire = wires[family]
    with pytest.raises(StreamTruncatedError) as caught:
        taken("read", wire[: wire.index(CUTS[family])], family)
    assert caught.value.partial is not None


@pytest.mark.parametrize("family", ASKED)
def test_the_events_are_those_of_observe(
    family: str, embedded: EmbeddedServer, wires: dict[str, bytes]
) -> None:
    url = embedded.base_url
    client: Any = (
        streamkit.OpenAI(base_url=url, api_key="k")
        if family == "responses"
        else streamkit.Anthropic(base_url=url.removesuffix("/v1"), api_key="k")
    )
    asked = {name: value for name, value in ASKED[family].items() if name != "stream"}
    seen: list[Any] = []
    with client:
        getattr(client, family).observe(**asked).subscribe(seen.append)
    events, _ = taken("read", wires[family], family)
    assert [event.type for event in events] == [event.type for event in seen]


@pytest.mark.parametrize("options", [{"choices": 2}, {"think_tags": ThinkTags()}], ids=str)
def test_an_option_that_only_chat_has_is_refused(options: Any) -> None:
    with pytest.raises(ValueError, match="are for chat, and not for messages"):
        read([], "messages", **options)
