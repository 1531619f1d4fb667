"""Both packages agree on streams of a real server, except where the peer fails."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import BaseModel

import streamkit
from streamkit import recording
from streamkit.recording import Recording
from tests.differential.agreement import Agreement, alone
from tests.differential.listening import hear_peer, hear_streamkit
from tests.differential.wire import sse, without_other_choices

FOLDER = Path(__file__).parent.parent / "recordings"
RECORDINGS = {name: recording.shipped(name) for name in recording.shipped_names()} | {
    path.stem: recording.load(path) for path in sorted(FOLDER.glob("*.sse"))
}
STREAMS = {name: one for name, one in RECORDINGS.items() if one.streamed}
ONE_CHOICE = [name for name, one in STREAMS.items() if one.request.get("n", 1) == 1]
CHOICES = [name for name, one in STREAMS.items() if one.request.get("n", 1) > 1]
KILLED = "text_server_killed"


class Described(BaseModel):
    name: str
    age: int
    tags: list[str]
    kind: Literal["person", "place"]


class Born(BaseModel):
    name: str
    year: int


MODELS: dict[str, type[BaseModel]] = {"person": Described, "p": Born}
"""The type of the response format by the name of the schema in the request."""


def test_there_are_recordings_of_every_kind() -> None:
    assert len(ONE_CHOICE) == 12
    assert len(CHOICES) == 3


@pytest.mark.diagonal
@pytest.mark.parametrize("typed", [False, True], ids=["as recorded", "typed"])
@pytest.mark.parametrize("name", [name for name in ONE_CHOICE if name != KILLED])
def test_streamkit_says_what_the_openai_package_says(name: str, typed: bool) -> None:
    params = params_of(STREAMS[name], typed=typed)
    peer = hear_peer(pieces_of(STREAMS[name]), params)
    ours = hear_streamkit(pieces_of(STREAMS[name]), params)
    agreement_on(params).check(peer, ours)


@pytest.mark.parametrize("typed", [False, True], ids=["as recorded", "typed"])
@pytest.mark.parametrize("name", CHOICES)
def test_streamkit_says_of_each_choice_what_the_openai_package_says_of_it_alone(
    name: str, typed: bool
) -> None:
    params = params_of(STREAMS[name], typed=typed)
    ours = hear_streamkit(pieces_of(STREAMS[name]), params)
    for index in range(params["n"]):
        peer = hear_peer([choice_alone(STREAMS[name], index)], params)
        agreement_on(params).check(alone(peer, 0), alone(ours, index))


@pytest.mark.parametrize("name", CHOICES)
def test_c01_the_openai_package_fails_when_choice_1_comes_first(name: str) -> None:
    peer = hear_peer(pieces_of(STREAMS[name]), params_of(STREAMS[name]))
    assert isinstance(peer.error, IndexError)
    ours = hear_streamkit(pieces_of(STREAMS[name]), params_of(STREAMS[name]))
    assert ours.error is None


def test_c17_the_openai_package_takes_half_an_answer_for_a_whole_one() -> None:
    params = params_of(STREAMS[KILLED])
    peer = hear_peer(pieces_of(STREAMS[KILLED]), params)
    assert peer.error is None
    assert peer.final_error is None
    ours = hear_streamkit(pieces_of(STREAMS[KILLED]), params)
    assert isinstance(ours.error, streamkit.StreamTruncatedError)
    assert ours.error.completion is not None
    (said,) = peer.completion["choices"]
    assert ours.error.completion.choices[0].message.content == said["message"]["content"]
    agreement_on(params).check_events(peer, ours)


@pytest.mark.parametrize("name", [name for name in ONE_CHOICE if name != KILLED])
def test_c20_the_openai_package_loses_what_comes_with_the_last_chunk(name: str) -> None:
    params = params_of(STREAMS[name])
    peer = hear_peer(pieces_of(STREAMS[name]), params)
    ours = hear_streamkit(pieces_of(STREAMS[name]), params)
    assert "timings" not in peer.completion
    assert ours.completion["timings"]["predicted_n"] > 0


def params_of(one: Recording, *, typed: bool = False) -> dict[str, Any]:
    """Return the parameters of ``stream()``; ``typed`` asks for models and strict tools."""
    params = {name: value for name, value in one.request.items() if name != "stream"}
    if "ignore_eos" in params:
        params["extra_body"] = {"ignore_eos": params.pop("ignore_eos")}
    if typed and "json_schema" in params.get("response_format", {}):
        params["response_format"] = MODELS[params["response_format"]["json_schema"]["name"]]
    if typed and "tools" in params:
        params["tools"] = [
            tool | {"function": tool["function"] | {"strict": True}} for tool in params["tools"]
        ]
    return params


def pieces_of(one: Recording) -> list[bytes]:
    return [read.data for read in one.reads]


def choice_alone(one: Recording, index: int) -> bytes:
    """Return the stream as it would be without the other choices."""
    data = [line.removeprefix("data: ") for line in one.body.decode().splitlines()]
    chunks = [json.loads(text) for text in data if text.startswith("{")]
    return sse(without_other_choices(chunks, index))


def agreement_on(params: dict[str, Any]) -> Agreement:
    json_mode = isinstance(params.get("response_format"), dict)
    return Agreement(json_mode=json_mode, late_fields=["timings", "created"])
