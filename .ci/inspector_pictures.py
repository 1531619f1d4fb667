"""Remakes the pictures of the inspector in docs/pictures, in the Chromium of this machine."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace
from playwright.sync_api import Page, sync_playwright

from streamkit.inspector import Inspector
from streamkit.recording import Cassette, Failure, Read, Recording, shipped

FOLDER = Path(__file__).parent.parent / "docs" / "pictures"
URL = "https://api.example.com/v1/chat/completions"
SIZE = 1280, 640
SKY = (
    "Sunlight holds every colour. Air scatters blue light far more than red, so it comes to us from"
    " all over the sky. At dusk the light crosses more air, loses its blue on the way, and what is"
    " left is red."
)


def main() -> None:
    """Take the pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        page = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]})
        with Inspector(Cassette(_tools())) as inspector:
            page.goto(f"{inspector.url}#/stream/1")
            _take(page, "tools", event=24)
        cut, whole = _sky(pace=0.09, stop=24), _sky(pace=0.04)
        with Inspector(Cassette((cut,)), Cassette((whole,))) as inspector:
            page.goto(f"{inspector.url}#/stream/1")
            _take(page, "cut")
            page.goto(f"{inspector.url}#/compare")
            page.get_by_role("slider").wait_for()
            page.get_by_role("slider").fill("450")
            _take(page, "side-by-side")
        browser.close()


def _take(page: Page, name: str, *, event: int | None = None) -> None:
    page.locator(".where:not(:empty)").wait_for()
    if event is not None:
        page.get_by_role("slider").fill(str(event))
    page.wait_for_load_state("networkidle")
    page.evaluate("document.activeElement.blur()")
    page.screenshot(path=FOLDER / f"inspector-{name}.png", full_page=True)


def _tools() -> tuple[Recording, ...]:
    """Return a recorded answer with two calls, and the request of the turn after it."""
    asks = replace(shipped("tools_parallel"), url=URL)
    results = [
        {"role": "tool", "tool_call_id": key, "content": said}
        for key, said in zip(_ids(asks), ('{"sky": "clear", "celsius": 21}', "14:05"), strict=False)
    ]
    body = {**asks.request, "messages": [*asks.request["messages"], *results]}
    return asks, replace(_sky(pace=0.03, stop=9), request=body)


def _ids(recording: Recording) -> list[str]:
    found: list[str] = []
    for line in recording.body.splitlines():
        if line.startswith(b"data: {"):
            for choice in msgspec.json.decode(line[6:])["choices"]:
                calls = choice["delta"].get("tool_calls", ())
                found += [call["id"] for call in calls if "id" in call]
    return found


def _sky(*, pace: float, stop: int | None = None) -> Recording:
    """Return an answer of words at a pace, with a pause after the first sentence, and maybe cut."""
    words = [word + " " for word in SKY.split(" ")]
    reads: list[Read] = []
    now = 0.4
    for number, word in enumerate(words[:stop]):
        now += pace * (1 + number % 3 / 2) + (0.8 if number == 4 else 0)
        reads.append(Read(round(now, 3), _chunk({"content": word})))
    if stop is None:
        usage = {"prompt_tokens": 14, "completion_tokens": 43, "total_tokens": 57}
        last = _chunk({}, "stop") + _chunk(None, usage=usage) + b"data: [DONE]\n\n"
        reads.append(Read(round(now + pace, 3), last))
    request = {
        "model": "example-1",
        "stream": True,
        "temperature": 0.2 if stop is None else 1.0,
        "messages": [{"role": "user", "content": "Why is the sky blue, and red at dusk?"}],
    }
    ended = round(now + (pace if stop is None else 1.5), 3)
    options: dict[str, Any] = {"answered": 0.35, "ended": ended, "url": URL}
    if stop is not None:
        options |= {"end": "error", "failure": Failure("ReadError", "the connection was reset")}
    return Recording(request=request, reads=tuple(reads), **options)


def _chunk(delta: Any, finish: str | None = None, **more: Any) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    choices = [] if delta is None else [choice]
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1795000000}
    data = {**head, "model": "example-1", "choices": choices, **more}
    return b"data: " + msgspec.json.encode(data) + b"\n\n"


if __name__ == "__main__":
    main()
