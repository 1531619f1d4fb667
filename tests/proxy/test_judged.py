"""Streams from the proxy as the packages of their readers take them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from streamkit.eventlog import MemoryLog
from tests.families.common.answers import ANSWERS
from tests.http_server import ScriptedServer
from tests.proxy.proxied import UPSTREAMS, proxied
from tests.proxy.test_browser_fronts import HELD, PATHS, post
from tests.proxy.test_kept import IDS, get, id_of, streamed
from tests.proxy.test_openai_fronts import cut, whole
from tests.relay.judging import verdicts

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.thorough, pytest.mark.timeout(600)]

PACKAGES = {"ui-message": ("ai-5", "ai-6", "ai-7"), "ag-ui": ("client-0", "client-1")}


def streams_of(front: str) -> dict[str, bytes]:
    """Return the bodies of answers of every kind, as the proxy sends them."""
    found: dict[str, bytes] = {}
    for api in UPSTREAMS:
        for name in ("text", "calls", "reasoning", "refusal"):
            with ScriptedServer(whole(api, name)) as server:
                with proxied(front, server.url, api=api, log=MemoryLog()) as proxy:
                    found[f"{name}, {api}"] = post(proxy.url, front).content
        with ScriptedServer(cut(api)) as server, proxied(front, server.url, api=api) as proxy:
            found[f"cut, {api}"] = post(proxy.url, front).content
    with ScriptedServer(HELD) as server:
        with proxied(front, server.url, log=MemoryLog(), keep=True) as proxy:
            with streamed(proxy.url, front) as answer:
                pieces = answer.iter_bytes()
                begun = next(pieces)
                httpx.post(f"{proxy.url}{PATHS[front]}/{IDS[front]}/stop")
                found["stopped"] = begun + b"".join(pieces)
    return found


@pytest.mark.parametrize("front", PACKAGES)
def test_every_version_of_a_reader_takes_every_stream(front: str, tmp_path: Path) -> None:
    streams = streams_of(front)
    for package in PACKAGES[front]:
        found = verdicts(front, package, streams, tmp_path)
        for name, verdict in found.items():
            about = package, name
            has_failed = name.startswith("cut") or (name == "stopped" and front == "ag-ui")
            assert bool(verdict["errors"]) == has_failed, about
            assert not verdict.get("refused"), about
            assert not verdict.get("complaints"), about
            if name.startswith("text"):
                assert ANSWERS["text"].content in str(verdict.get("message", verdict)), about


def test_a_stream_that_is_resumed_is_read_as_one(tmp_path: Path) -> None:
    joined: dict[str, bytes] = {}
    with ScriptedServer(whole("responses", "calls")) as server:
        options: Any = {"api": "responses", "log": MemoryLog(), "keep": True}
        with proxied("ag-ui", server.url, **options) as proxy:
            with streamed(proxy.url, "ag-ui") as answer:
                blocks = [block + b"\n\n" for block in answer.read().split(b"\n\n") if block]
            for place, block in enumerate(blocks[:-1]):
                if (last := id_of(block)) is not None:
                    rest = get(proxy.url, "ag-ui", last_event_id=last).content
                    joined[f"after {place}"] = b"".join(blocks[: place + 1]) + rest
    assert {*joined.values()} == {b"".join(blocks)}
    for package in PACKAGES["ag-ui"]:
        found = verdicts("ag-ui", package, joined, tmp_path)
        assert [each["errors"] for each in found.values()] == [[] for _ in joined]
