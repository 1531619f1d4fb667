"""Recordings of Responses and Messages, replayed by the embedded server and read by the clients."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from streamkit import Anthropic, OpenAI
from streamkit.recording import Read, Recording
from streamkit.server import EmbeddedServer

FOLDER = Path(__file__).parent.parent / "recordings"


def recorded(path: Path) -> Recording:
    body = path.read_bytes()
    return Recording(request={"stream": path.suffix == ".sse"}, reads=(Read(0.0, body),))


def streams(folder: str) -> dict[str, Recording]:
    return {path.stem: recorded(path) for path in sorted((FOLDER / folder).glob("*.sse"))}


RESPONSES, MESSAGES = streams("responses"), streams("anthropic")


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    recordings = {
        **{f"responses/{name}": each for name, each in RESPONSES.items()},
        **{f"messages/{name}": each for name, each in MESSAGES.items()},
        "plain": recorded(FOLDER / "responses" / "not_streamed.json"),
    }
    with EmbeddedServer(recordings=recordings) as server:
        yield server


@pytest.mark.parametrize("name", [name for name in RESPONSES if name != "killed"])
def test_a_recorded_response_is_read(server: EmbeddedServer, name: str) -> None:
    with OpenAI(base_url=server.base_url, api_key="any") as client:
        with client.responses.stream(model=f"recording:responses/{name}", input="Hi") as stream:
            response = stream.get_final_response()
    assert response.output


@pytest.mark.parametrize("name", MESSAGES)
def test_a_recorded_message_is_read(server: EmbeddedServer, name: str) -> None:
    with Anthropic(base_url=server.url, api_key="any") as client:
        with client.messages.stream(
            model=f"recording:messages/{name}",
            max_tokens=100,
            messages=[{"role": "user", "content": "Hi"}],
        ) as stream:
            message = stream.get_final_message()
    assert message.content
    assert message.stop_reason


def test_a_recording_is_refused_to_a_request_that_streams_what_was_not(
    server: EmbeddedServer,
) -> None:
    body = {"model": "recording:plain", "input": "Hi"}
    url = f"{server.base_url}/responses"
    assert httpx.post(url, json=body).status_code == 200
    assert httpx.post(url, json={**body, "stream": True}).status_code == 400
