"""The embedded server answers Responses and Messages as llama.cpp's own server does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, cast

import httpx
import pytest

from streamkit.server import EmbeddedServer
from tests.real_server.model import write_model
from tests.real_server.process import serving

SAID = [{"role": "user", "content": "hello"}]
SCHEMA = {
    "type": "object",
    "properties": {"a": {"type": "integer"}, "b": {"type": "boolean"}},
    "required": ["a", "b"],
    "additionalProperties": False,
}
FORMAT = {"type": "json_schema", "name": "n", "schema": SCHEMA, "strict": True}
RESPONSE: dict[str, Any] = {"model": "tiny", "input": SAID}
MESSAGE: dict[str, Any] = {"model": "tiny", "messages": SAID, "max_tokens": 300}
FUNCTION = {"type": "function", "name": "f", "parameters": SCHEMA, "strict": True}
TOOL = {"name": "f", "input_schema": SCHEMA}
TEXT: dict[str, tuple[str, dict[str, Any]]] = {
    "a response": ("/responses", {**RESPONSE, "max_output_tokens": 40}),
    "a structured response": ("/responses", {**RESPONSE, "text": {"format": FORMAT}}),
    "a message": ("/messages", {**MESSAGE, "max_tokens": 40}),
}
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "a response": ("/responses", {**RESPONSE, "tools": [FUNCTION], "max_output_tokens": 300}),
    "a message": ("/messages", {**MESSAGE, "tools": [TOOL]}),
}
HEADERS = {"anthropic-version": "2023-06-01"}
OF_ITS_OWN = {"timings"}
"""The fields that llama.cpp's server adds to the protocol."""


class Servers(NamedTuple):
    ours: str
    theirs: str


def both(folder: Path, *, calling: bool) -> Iterator[Servers]:
    model = folder / "tiny.gguf"
    write_model(model, calling=calling)
    with serving(model) as (_, url), EmbeddedServer() as server:
        yield Servers(server.base_url, url)


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    yield from both(tmp_path_factory.mktemp("model"), calling=False)


@pytest.fixture(scope="module")
def calling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    yield from both(tmp_path_factory.mktemp("model"), calling=True)


def post(url: str, body: dict[str, Any], **more: Any) -> httpx.Response:
    return httpx.post(url, json={**body, **more}, headers=HEADERS, timeout=60)


def streamed(url: str, body: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    response = post(url, body, stream=True, **more)
    lines = response.text.splitlines()
    events: list[dict[str, Any]] = [
        json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")
    ]
    names = [line.removeprefix("event: ") for line in lines if line.startswith("event: ")]
    assert names == [event["type"] for event in events]
    return events


def kind(event: dict[str, Any]) -> str:
    """The type of an event and of what it holds.

    A response that was cut is the end of a response: llama.cpp's server calls it completed.
    """
    held: Any = event.get("delta") or event.get("item") or event.get("content_block")
    name: str = event["type"].replace("response.incomplete", "response.completed")
    if isinstance(held, dict):
        name += f" {cast('dict[str, Any]', held).get('type', '')}"
    return name


def kinds(events: list[dict[str, Any]]) -> list[str]:
    """The kinds of events, one for each stretch of the same, without pings."""
    found = [kind(event) for event in events if event["type"] != "ping"]
    return [name for place, name in enumerate(found) if found[place - 1 : place] != [name]]


def missing(theirs: Any, ours: Any, place: str = "") -> set[str]:
    """The places of the fields that their value has, and ours has not."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        return {
            lack
            # Narrowed from `Any`, so its types are unknown.
            for key, value in theirs.items()  # pyright: ignore[reportUnknownVariableType]
            if key not in OF_ITS_OWN
            for lack in (
                missing(value, ours[key], f"{place}.{key}") if key in ours else {f"{place}.{key}"}
            )
        }
    if isinstance(theirs, list) and isinstance(ours, list):
        known = {type_of(item): item for item in reversed(cast("list[Any]", ours))}
        return {
            lack
            for item in cast("list[Any]", theirs)
            if type_of(item) in known  # by chance, theirs may talk before it calls, or not
            for lack in missing(item, known[type_of(item)], f"{place}[]")
        }
    return set()


def type_of(item: Any) -> object:
    """Return the type that an item of a list names; None if it has none."""
    return cast("dict[str, Any]", item).get("type") if isinstance(item, dict) else None


def lacking(theirs: list[dict[str, Any]], ours: list[dict[str, Any]]) -> dict[str, set[str]]:
    """The same for the events of two streams, by the kind of the event."""
    known = {kind(event): event for event in reversed(ours)}
    first = {kind(event): event for event in reversed(theirs)}
    found = {name: missing(first[name], known[name]) for name in first if name in known}
    return {name: places for name, places in found.items() if places}


@pytest.mark.parametrize(("path", "body"), TEXT.values(), ids=TEXT)
def test_text_comes_in_the_same_events(servers: Servers, path: str, body: dict[str, Any]) -> None:
    ours = streamed(servers.ours + path, body)
    theirs = streamed(servers.theirs + path, body, ignore_eos="format" not in str(body))
    assert kinds(ours) == kinds(theirs)


@pytest.mark.parametrize(("path", "body"), CALLS.values(), ids=CALLS)
def test_calls_come_in_events_that_ours_sends_as_well(
    calling: Servers, path: str, body: dict[str, Any]
) -> None:
    ours = streamed(calling.ours + path, body)
    theirs = streamed(calling.theirs + path, body)
    assert any(name in str(theirs) for name in ("function_call", "tool_use"))
    assert kinds(theirs)[0] == kinds(ours)[0]
    assert set(kinds(theirs)) <= set(kinds(ours))
    assert not lacking(theirs, ours)


@pytest.mark.parametrize(("path", "body"), TEXT.values(), ids=TEXT)
def test_ours_has_every_field_that_theirs_has(
    servers: Servers, path: str, body: dict[str, Any]
) -> None:
    assert not lacking(streamed(servers.theirs + path, body), streamed(servers.ours + path, body))
    assert not missing(
        post(servers.theirs + path, body).json(), post(servers.ours + path, body).json()
    )


def test_tokens_are_counted_in_the_same_form(servers: Servers) -> None:
    body = {"model": "tiny", "messages": SAID}
    ours, theirs = (post(f"{url}/messages/count_tokens", body).json() for url in servers)
    assert ours.keys() == theirs.keys()
