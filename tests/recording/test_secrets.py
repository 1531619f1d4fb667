"""A cassette has no secret of the client, nor of those that the caller names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamkit.recording import Cassette, record
from streamkit.testing import VirtualClock
from tests.recording.clients import KEY, server_of

if TYPE_CHECKING:
    from pathlib import Path

    from streamkit.recording import Recording


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "made.jsonl"


@pytest.mark.parametrize(
    "request_",
    [
        {"headers": {"authorization": f"Bearer {KEY}"}},
        {"headers": {"x-api-key": KEY}},
        {"headers": {"x-some-services-name": KEY}},
        {"headers": {"cookie": f"session={KEY}"}},
        {"url": f"http://user:{KEY}@api.test/v1"},
        {"url": f"http://api.test/v1?key={KEY}"},
        {"url": f"http://api.test/v1?{KEY}"},
    ],
    ids=str,
)
def test_the_key_is_nowhere(request_: dict[str, object], path: Path) -> None:
    quoted = f'data: "{KEY}"\n\n'.encode()
    headers = {"set-cookie": KEY, "x-request-id": KEY, "content-type": "text/event-stream"}
    with server_of(VirtualClock(), quoted, headers=headers) as client, record(client, path):
        options: dict[str, Any] = {"url": "http://api.test/v1", "json": {"asked": KEY}, **request_}
        client.post(**options)
    assert KEY not in path.read_text()
    (recording,) = Cassette.load(path).recordings
    assert recording.body == b'data: "[redacted]"\n\n'
    assert ("content-type", "text/event-stream") in recording.headers


def test_what_is_harmless_is_kept(path: Path) -> None:
    url = "http://api.test/v1/files?limit=3&order=asc"
    headers = {"anthropic-version": "1", "x-mine": "a value", "authorization": "Bearer any"}
    with server_of(VirtualClock(), b"any", headers={"retry-after": "3"}) as client:
        with record(client, path, kept_headers=["X-Mine"]):
            client.post(url, headers=headers, json={"model": "any"})
    (recording,) = Cassette.load(path).recordings
    assert recording.url == url
    assert recording.request == {"model": "any"}
    assert recording.body == b"any"  # a key of few letters is a part of any text
    assert {("anthropic-version", "1"), ("x-mine", "a value")} < {*recording.request_headers}
    assert ("retry-after", "3") in recording.headers


def test_the_caller_names_texts_and_fields(path: Path) -> None:
    body = {
        "user": "ada@example.com",
        "messages": [{"content": "Call Ada"}, {"content": {"text": "Ada's"}}],
        "metadata": {"trace": 1},
    }
    with server_of(VirtualClock(), b"Hello Ada, hello Adam") as client:
        with record(client, path, secrets=["Ada"], fields=["user", "messages[*].content.text"]):
            client.post("http://api.test/v1", json=body)
    (recording,) = Cassette.load(path).recordings
    assert recording.request == {
        "user": "[redacted]",
        "messages": [{"content": "Call [redacted]"}, {"content": {"text": "[redacted]"}}],
        "metadata": {"trace": 1},
    }
    assert recording.body == b"Hello [redacted], hello Adam"
    assert "ada@example.com" not in path.read_text()


@given(st.data())
def test_a_secret_that_reads_divide_is_left_out(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    text = f"before {KEY} after, and sk-do-not that is none".encode()
    cuts = sorted(data.draw(st.sets(st.integers(1, len(text) - 1), max_size=4)))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    recording = recorded(tmp_path_factory.mktemp("cut") / "made.jsonl", pieces)
    assert recording.body == text.replace(KEY.encode(), b"[redacted]")


def recorded(path: Path, pieces: list[bytes]) -> Recording:
    with server_of(VirtualClock(), *pieces) as client, record(client, path):
        client.get("http://api.test/", headers={"authorization": f"Bearer {KEY}"})
    (recording,) = Cassette.load(path).recordings
    return recording


def test_an_error_is_recorded_without_the_secret(path: Path) -> None:
    with server_of(VirtualClock(), httpx.ReadError(f"no {KEY}")) as client, record(client, path):
        with pytest.raises(httpx.ReadError, match=KEY):
            client.get("http://api.test/", headers={"authorization": f"Bearer {KEY}"})
    assert KEY not in path.read_text()
