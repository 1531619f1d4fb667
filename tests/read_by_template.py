"""Streams read frame by frame, by templates and by full decoding, to be compared."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from streamkit._core.pipeline import Pipeline
from streamkit._core.templates import Templates
from streamkit.errors import OpenAIError
from streamkit.families.chat.call import CompletionCall
from streamkit.families.messages.call import MessageCall
from streamkit.families.messages.log import MessageMark
from streamkit.families.responses.call import ResponseCall
from streamkit.families.responses.log.response import ResponseMark

if TYPE_CHECKING:
    import pytest

Protocol: TypeAlias = Literal["chat", "messages", "responses"]

RECORDINGS = Path(__file__).parent / "recordings"
FOLDERS: dict[Protocol, str] = {"chat": "", "messages": "anthropic", "responses": "responses"}


def numbered() -> bytes:
    """Return a stream of Responses whose events are numbered and padded, as OpenAI's are."""
    response: dict[str, Any] = {"id": "resp_1", "object": "response", "status": "in_progress"}
    events: list[dict[str, Any]] = [{"type": "response.created", "response": response}]
    items: list[dict[str, Any]] = [
        {"type": "reasoning", "id": "rs_1", "summary": []},
        {"type": "message", "id": "msg_1", "role": "assistant", "content": []},
        {"type": "function_call", "id": "fc_1", "call_id": "c", "name": "f", "arguments": ""},
    ]
    kinds: list[list[tuple[str, dict[str, Any]]]] = [
        [("reasoning_summary_text", {"summary_index": 0})],
        [
            ("output_text", {"content_index": 0, "logprobs": []}),
            ("refusal", {"content_index": 1}),
        ],
        [("function_call_arguments", {})],
    ]
    for index, (item, texts) in enumerate(zip(items, kinds, strict=True)):
        events.append({"type": "response.output_item.added", "output_index": index, "item": item})
        for kind, where in texts:
            at = {"item_id": item["id"], "output_index": index, **where}
            for piece in ('{"k', "ey", '": "', "\u00e9", "a\n", '"}'):
                padding = "0123456789"[: len(events) * 7 % 10]
                more = {"delta": piece, "obfuscation": padding}
                events.append({"type": f"response.{kind}.delta", **at, **more})
    done = {**response, "status": "completed"}
    events.append({"type": "response.completed", "response": done})
    return b"".join(
        b"event: %b\ndata: %b\n\n"
        % (event["type"].encode(), json.dumps({"sequence_number": number, **event}).encode())
        for number, event in enumerate(events, 95)
    )


STREAMS: dict[str, tuple[Protocol, bytes]] = {
    "responses: numbered": ("responses", numbered()),
    **{
        f"{protocol}: {path.stem}": (protocol, path.read_bytes())
        for protocol, folder in FOLDERS.items()
        for path in sorted((RECORDINGS / folder).glob("*.sse"))
    },
}
"""The recordings by their names, with their protocols, and a stream with numbers and padding."""

MESSAGES = [{"role": "user", "content": "Hi."}]


class Observed(NamedTuple):
    """The findings of a reader of a stream."""

    events: list[tuple[str, Any]]
    """Each event as it was read at once, after the count of the parts with content before it."""
    late: list[tuple[str, Any]]
    """The same events, read at the end."""
    error: tuple[str, str, Any, Any, Any]


def pipeline(protocol: Protocol, content_came: Any = None) -> Pipeline[Any]:
    """Return a pipeline like the one that a client makes for a call without a format."""
    call: Any
    if protocol == "chat":
        call = CompletionCall({"model": "m", "messages": MESSAGES, "n": 2}, stream=True)
    elif protocol == "messages":
        call = MessageCall({"model": "m", "max_tokens": 9, "messages": MESSAGES}, stream=True)
    else:
        call = ResponseCall({"model": "m", "input": "Hi."}, stream=True)
    made: Pipeline[Any] = call.streamed().pipelines()(content_came=content_came)
    return made


def frames(body: bytes) -> list[bytes]:
    """Return the frames of a body, each with its blank line."""
    *whole, rest = body.split(b"\n\n")
    return [frame + b"\n\n" for frame in whole] + ([rest] if rest else [])


def frames_read_by_template(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Return a list to which each frame is added that a template reads."""
    hit: list[bytes] = []
    read: Any = Templates[Any, Any].read

    def noted(templates: Templates[Any, Any], frame: bytes) -> Any:
        part: Any = read(templates, frame)
        if part is not None:
            hit.append(frame)
        return part

    monkeypatch.setattr(Templates, "read", noted)
    return hit


def by_template(protocol: Protocol, parts: Iterable[bytes]) -> Observed:
    """Return the findings of a stream that reads as all streams do."""
    return observed(protocol, parts, uses_templates=True)


def decoded(protocol: Protocol, parts: Iterable[bytes]) -> Observed:
    """Return the findings of a stream that decodes each frame as a whole."""
    return observed(protocol, parts, uses_templates=False)


def observed(protocol: Protocol, reads: Iterable[bytes], *, uses_templates: bool) -> Observed:
    """Return all that a reader of a stream can find."""
    with_content: list[None] = []
    read = pipeline(protocol, lambda: with_content.append(None))
    if not uses_templates:
        read._read_by_template = nothing  # pyright: ignore[reportPrivateUsage] - the one way
        sse: Any = read._sse  # pyright: ignore[reportPrivateUsage] - as above
        sse.around_frames = nothing
    emitted: list[Any] = []
    events: list[tuple[str, Any]] = []
    said: tuple[str, str, Any, Any, Any] = ("", "", None, None, None)

    def take(some: Iterable[Any]) -> None:
        for event in some:
            emitted.append(event)
            events.append((f"{len(with_content)} {type(event).__name__}", content_of(event)))

    try:
        for data in reads:
            take(read.read(data))
            if read.done:
                break
        take(read.end())
    except OpenAIError as error:
        read.fail(error)
        partial: Any = error.partial
        said = (
            type(error).__name__,
            str(error),
            error.events_received,
            error.bytes_received,
            partial and content_of(partial),
        )
    events.append(("the end", read.events_received))
    late = [(type(event).__name__, content_of(event)) for event in emitted]
    return Observed(events, late, said)


def nothing(frame: bytes) -> None:
    """Return None for a frame, as if no template fitted."""


def content_of(event: Any) -> Any:
    """Return all of an event: its content, its repr and the state of the answer after it."""
    mark = getattr(event, "mark", None)
    state: Any = None
    if isinstance(mark, MessageMark):
        state = mark.log.as_of(mark).to_dict()
    elif isinstance(mark, ResponseMark):
        state = mark.log.as_of(event).to_dict()
    return event.to_dict(), repr(event), getattr(event, "model_extra", None), state
