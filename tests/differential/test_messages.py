"""Streams of messages give the same events and messages as in the ``anthropic`` package."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import anthropic
import pytest
from anthropic import _exceptions  # pyright: ignore[reportPrivateUsage] - where they are all
from hypothesis import given, settings
from pydantic import BaseModel

import streamkit
from streamkit.errors import StreamkitError
from tests.differential.message_streams import DOCUMENTED, message
from tests.message_peer import peer_data, peer_run
from tests.message_streams import frames, run, text, types, whole

RECORDINGS = sorted((Path(__file__).parents[1] / "recordings" / "anthropic").glob("*.sse"))
STREAMS, WITHOUT_THOROUGH = 1000, 25
"""The number of generated streams that are compared with ``--thorough``, and without."""


class City(BaseModel):
    city: str


@pytest.mark.parametrize("events", DOCUMENTED.values(), ids=DOCUMENTED)
def test_a_documented_stream_is_read_as_the_package_reads_it(events: list[Any]) -> None:
    agree(frames(events))


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_a_recorded_stream_is_read_as_the_package_reads_it(path: Path) -> None:
    agree(path.read_bytes())


def test_a_generated_stream_is_read_as_the_package_reads_it(thorough: bool) -> None:
    compared, wanted = 0, STREAMS if thorough else WITHOUT_THOROUGH

    @settings(max_examples=wanted)
    @given(message())
    def compare(events: list[Any]) -> None:
        nonlocal compared
        agree(frames(events))
        compared += 1

    compare()
    assert compared >= wanted


@pytest.mark.parametrize("type_", [City, dict[str, Any], list[int] | City], ids=repr)
def test_a_text_is_parsed_as_the_package_parses_it(type_: Any) -> None:
    stream = whole(*text('{"ci', 'ty": ', '"Rome"}'))
    _, expected = peer_run(stream, output_format=type_)
    events, got = run(stream, output_format=type_)
    assert got.parsed_output == expected.parsed_output
    theirs, _ = peer_run(stream)
    partial = [event.parsed_snapshot() for event in theirs if event.type == "text"]
    ours: list[Any] = [event.parsed_snapshot() or {} for event in events if event.type == "text"]
    assert ours == partial


def test_the_errors_have_the_names_of_the_package() -> None:
    theirs = {
        name
        for name, kind in vars(_exceptions).items()
        if isinstance(kind, type) and issubclass(kind, anthropic.APIError)
    }
    assert {name for name in theirs if not hasattr(streamkit, name)} == set()
    for name in theirs:
        bases = {base.__name__ for base in getattr(anthropic, name).__mro__} & theirs
        ours = getattr(streamkit, name)
        assert issubclass(ours, StreamkitError)
        assert bases <= {base.__name__ for base in ours.__mro__}, name


def agree(body: bytes) -> None:
    """Check that the events, the message and the raw events say what the package says."""
    theirs, expected = peer_run(body)
    ours, got = run(body)
    assert not isinstance(expected, Exception), expected
    assert not isinstance(got, Exception), got
    assert types(ours) == types(theirs)
    for mine, other in zip(ours, theirs, strict=True):
        says(mine.to_dict(), peer_data(other))
    says(got.to_dict(), peer_data(expected))


def says(ours: Any, theirs: Any, name: str = "") -> None:
    """Check that our plain data say all that the package's say; nulls say nothing."""
    if name in {"input", "snapshot"} and isinstance(theirs, dict):
        # The package shows a number before its last digit has come.
        assert _within(ours, theirs), (ours, theirs)
    elif isinstance(theirs, Mapping):
        for key, value in cast("Mapping[str, Any]", theirs).items():
            if value is not None:
                says(ours.get(key), value, key)
    elif isinstance(theirs, list):
        items = cast("list[Any]", theirs)
        assert len(ours) == len(items)
        for mine, other in zip(ours, items, strict=True):
            says(mine, other)
    else:
        assert ours == theirs, name


def _within(ours: Any, theirs: Any) -> bool:
    """Return whether a value is the other one, or the beginning of it."""
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        fields = cast("Mapping[str, Any]", theirs)
        return all(
            key in fields and _within(value, fields[key])
            for key, value in cast("Mapping[str, Any]", ours).items()
        )
    if isinstance(ours, list) and isinstance(theirs, list):
        mine, other = cast("list[Any]", ours), cast("list[Any]", theirs)
        return len(mine) <= len(other) and all(map(_within, mine, other))
    return bool(ours == theirs)
