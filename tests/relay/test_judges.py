"""Relayed streams as the packages of their readers take them: ``ai``, and AG-UI's client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from streamkit import relay
from tests.relay.judging import verdicts
from tests.relay.scenes import SCENES, relayed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = [pytest.mark.thorough, pytest.mark.timeout(600)]

SAID = {
    "an error": "An error occurred.",
    "an error of the program": "An error occurred.",
    "an error at once": "An error occurred.",
    "a cut": "The answer was cut off.",
    "a limit": "The answer reached a limit.",
}
STOPPED = {
    "a cancellation": "The answer was stopped.",
    "a cancelled call": "The answer was stopped.",
}


@pytest.fixture
def judged(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Return a function that has a package read all scenes."""

    def judged(protocol: Any, package: str, **options: Any) -> dict[str, Any]:
        streams = {
            name: relayed(relay.encoder(protocol, **options), scene)
            for name, scene in SCENES.items()
        }
        return verdicts(protocol, package, streams, tmp_path)

    return judged


def errors_of(name: str, others: dict[str, str] | None = None) -> list[str]:
    """Return the errors that the reader of a scene gets to see."""
    told = SAID | (others or {})
    return [told[name]] if name in told else []


def parts(message: Any, kind: str) -> list[Any]:
    """Return the parts of a kind of a message."""
    found: list[Any] = message["parts"] if message else []
    return [part for part in found if part["type"].startswith(kind)]


def test_every_version_of_use_chat_shows_each_stream_and_its_end(
    judged: Callable[..., dict[str, Any]],
) -> None:
    for package in ("ai-5", "ai-6", "ai-7"):
        for objects in ("text", "whole"):
            found = judged("ui-message", package, objects=objects)
            for name, verdict in found.items():
                about = package, objects, name
                assert verdict["refused"] == [], about
                assert verdict["errors"] == errors_of(name), about
                assert verdict["finish"]["isError"] == (name in SAID), about
                message = verdict["message"]
                for part in [*parts(message, "text"), *parts(message, "reasoning")]:
                    assert part["state"] == "done", about
                for part in parts(message, "tool-"):
                    assert part["state"] != "input-streaming", about
                shown = "".join(part["text"] for part in parts(message, "text"))
                if objects == "text" and SCENES[name].text:
                    assert shown == SCENES[name].text, about
            assert found["calls, chat"]["calls"] == ["call_1", "call_2"]
            assert found["turns"]["calls"] == []
            tools = parts(found["turns"]["message"], "tool-")
            assert [tool["state"] for tool in tools] == ["output-available", "output-error"]
        assert parts(found["an object"]["message"], "data-object")[0]["data"] == {"name": "Ada"}


def test_every_version_of_ag_ui_takes_each_stream_and_its_end(
    judged: Callable[..., dict[str, Any]],
) -> None:
    for package in ("client-0", "client-1"):
        found = judged("ag-ui", package, state="answer")
        for name, verdict in found.items():
            about = package, name
            assert verdict["complaints"] == [], about
            assert verdict["errors"] == errors_of(name, STOPPED), about
            assert ("finished" in verdict) == (not verdict["errors"]), about
            if SCENES[name].text:
                texts = [message.get("content") for message in verdict["messages"]]
                assert SCENES[name].text in texts, about
        assert found["structured, chat"]["state"] == {"answer": {"name": "Ada"}}
        results = [m["content"] for m in found["turns"]["messages"] if m["role"] == "tool"]
        assert results == ['{"found": null}', "An error occurred."]
