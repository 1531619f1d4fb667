"""The texts of an answer are freed when its events and its stream are released."""

# The events, and most states of an answer, are invisible to the garbage collector, which is faster:
# none of these may be in a cycle.

from __future__ import annotations

import gc
from collections.abc import Callable

import pytest

from streamkit._core.text import TextLog
from streamkit.families.assistants.follower import RunFollower
from tests.assistant_streams import body as run_body
from tests.pipelines import run_pipeline
from tests.read_by_template import STREAMS, Protocol, frames, observed, pipeline


def of(protocol: Protocol) -> list[list[bytes]]:
    return [frames(body) for family, body in STREAMS.values() if family == protocol]


def begun(protocol: Protocol) -> None:
    """Read the first half of each stream, and leave it."""
    for reads in of(protocol):
        half = pipeline(protocol)
        for read in reads[: len(reads) // 2]:
            for event in half.read(read):
                event.to_dict()


def whole(protocol: Protocol) -> None:
    for reads in of(protocol):
        observed(protocol, reads, uses_templates=True)


def run() -> None:
    follower = RunFollower()
    half = run_pipeline(follower)
    body = run_body("r:created", "m:new", "s:new", "m:0+H", "s:0+1", "m:0+i", "s:1+2", done=False)
    for read in frames(body):
        assert [*half.read(read), *follower.emitted]
    assert [message.to_json() for message in follower.events.messages()]


READERS: dict[str, Callable[[], None]] = {
    "a chat's beginning": lambda: begun("chat"),
    "a chat": lambda: whole("chat"),
    "a message's beginning": lambda: begun("messages"),
    "a message": lambda: whole("messages"),
    "a response's beginning": lambda: begun("responses"),
    "a response": lambda: whole("responses"),
    "a run's beginning": run,
}


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_no_text_stays_in_memory_when_its_stream_is_released(read: Callable[[], None]) -> None:
    read()  # what is made once for all streams
    before = logs()
    read()
    assert logs() <= before


def logs() -> set[int]:
    gc.collect()
    return {id(each) for each in gc.get_objects() if type(each) is TextLog}
