"""The common events of chunks that a template reads are those of full decoding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from streamkit._core.templates import Templates
from streamkit.families.chat.call import CompletionCall
from tests.read_by_template import frames, frames_read_by_template
from tests.sse_bodies import DONE, part

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "Hi."}]}


def with_usage(text: str, total: int) -> bytes:
    counts = b'"prompt_tokens":1,"completion_tokens":%d,"total_tokens":%d' % (total, total + 1)
    return part(text).replace(b"{", b'{"usage":{%b},' % counts, 1)


PLAIN = [part(f"word {number} ") for number in range(20)]
BODIES = {
    "text alone": PLAIN,
    "a usage at the end": [*PLAIN, with_usage("", 9)],
    "a usage in between": [*PLAIN, with_usage("a", 9), *PLAIN],
    "a usage in each, another in between": [
        *[with_usage(f"word {number} ", 7) for number in range(20)],
        with_usage("b", 9),
        with_usage("c", 7),
        with_usage("d", 7),
    ],
    "another usage in each": [with_usage(f"word {number} ", number) for number in range(99)],
    "another usage in each of two choices": [
        with_usage(f"word {number} ", number).replace(b'"index":0', b'"index":%d' % (number % 2))
        for number in range(20)
    ],
    "another usage in each, and in between one again, a zero and none": [
        with_usage(f"word {number} ", number if number % 7 else number // 7)
        if number % 9
        # A server that leaves it out, between others.
        else part(f"word {number} ")
        for number in range(99)
    ],
    "a usage in each, none in between": [
        *[with_usage(f"word {number} ", 7) for number in range(20)],
        part("b"),
        with_usage("c", 7),
    ],
}


def events_of(body: Sequence[bytes]) -> list[Any]:
    """Return the common events of a stream with a frame in each read."""
    made: Any = CompletionCall(ASKED, stream=True).streamed().in_common().pipelines()()
    read: Callable[[bytes], Sequence[Any]] = made.read
    return [event.to_dict() for frame in body for event in read(frame)]


def no_template(_templates: object, _frame: bytes) -> None:
    """Read nothing, in place of ``Templates.read``."""


@pytest.mark.parametrize("parts", BODIES.values(), ids=BODIES)
def test_the_common_events_do_not_depend_on_templates(
    parts: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    body = frames(b"".join([*parts, part("", "stop"), DONE]))
    with monkeypatch.context() as patch:
        hits = frames_read_by_template(patch)
        by_template = events_of(body)
        assert hits
    monkeypatch.setattr(Templates, "read", no_template)
    assert by_template == events_of(body)
