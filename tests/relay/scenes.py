"""Streams of every kind, as the events that a relay gets, and the error that ends them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from streamkit import (
    APIError,
    Final,
    LimitExceededError,
    StreamClosedError,
    StreamTruncatedError,
    Usage,
    read,
)
from streamkit._core.text import TextLog
from streamkit.events import (
    AnnotationEvent,
    AttemptResetEvent,
    CustomToolCallInputDeltaEvent,
    CustomToolCallInputDoneEvent,
    FinishEvent,
    FunctionToolCallArgumentsDeltaEvent,
    FunctionToolCallArgumentsDoneEvent,
    ImagePartialEvent,
    ItemDoneEvent,
    PatchEvent,
    ServerToolDeltaEvent,
    ServerToolDoneEvent,
    ToolFailedEvent,
    ToolHeldEvent,
    ToolResultEvent,
    ToolStartedEvent,
    TurnDoneEvent,
    TurnStartedEvent,
    end_of,
)
from streamkit.structured.reader import Reader
from tests.families.common.answers import (
    ANSWERS,
    Answer,
    Person,
    as_chat,
    as_message,
    as_response,
    sse,
)

__all__ = ["SCENES", "SECRET", "Scene", "answered", "relayed"]

SECRET = "sk-secret"
"""A text in errors that no relay may send."""

_FRAMES = {"chat": as_chat, "responses": as_response, "messages": as_message}


@dataclass(frozen=True)
class Scene:
    """The events of a stream, and how it ended."""

    events: list[Any]
    error: BaseException | None = None
    text: str = ""
    """The text of the first choice."""


def answered(answer: Answer, family: str = "chat", **options: Any) -> list[Any]:
    """Return the common events of an answer."""
    wire = b"".join(_FRAMES[family](answer))
    return [*read([wire], family, **options)]  # type: ignore[call-overload]  # any family


def relayed(encoder: Any, scene: Scene) -> bytes:
    """Return all that an encoder makes of a scene."""
    frames = [frame for event in scene.events for frame in encoder.feed(event)]
    return b"".join([*frames, *encoder.feed(end_of(scene.error))])


def _two_choices() -> list[Any]:
    def chunk(index: int, delta: dict[str, Any], reason: str | None = None) -> bytes:
        choice = {"index": index, "delta": delta, "finish_reason": reason}
        return sse(
            {"id": "c", "object": "chat.completion.chunk", "model": "m", "choices": [choice]}
        )

    wire = [chunk(n, {"content": text}) for text in ("Yes", ", sir") for n in (1, 0)]
    ends = [chunk(n, {}, "stop") for n in (0, 1)]
    return [*read([*wire, *ends, b"data: [DONE]\n\n"], choices=2)]


def _turns() -> list[Any]:
    calls = answered(ANSWERS["calls"])
    first, second = [
        (0, event.index, event.name, event.tool_call_id, event.arguments)
        for event in calls
        if event.type.endswith("arguments.done")
    ]
    final: Final[Any] = Final("", "", "", None, [], Usage(1), "tool_calls", None)
    return [
        TurnStartedEvent(1),
        *calls,
        ToolHeldEvent(*first, None, lambda _: None),
        ToolStartedEvent(*second, None),
        ToolStartedEvent(*first, None),
        ToolResultEvent(*first, {"found": None}, '{"found": null}'),
        ToolFailedEvent(*second, KeyError(SECRET), "Error"),
        TurnDoneEvent(1, final),
    ]


def _server_tool() -> list[Any]:
    place = (0, 0, "web_search", "web_search", "ws_1")
    return [
        ServerToolDeltaEvent(*place, "searching", "", TextLog(), 0),
        ServerToolDoneEvent(*place, "completed", '{"q":"x"}', {"found": [1]}),
        AnnotationEvent(0, {"type": "url_citation", "url": "https://a.example", "title": "A"}),
        AnnotationEvent(0, {"type": "file_citation", "filename": "a.md", "file_id": "f"}),
        AnnotationEvent(0, {"type": "odd", "n": 1}),
        *answered(ANSWERS["text"]),
    ]


def _custom() -> list[Any]:
    log = TextLog()
    pieces = [log.append(piece) for piece in ("ls ", "-l")]
    return [
        *(CustomToolCallInputDeltaEvent(0, 0, "sh", "c", piece, log, 5) for piece in pieces),
        CustomToolCallInputDoneEvent(0, 0, "sh", "c", "ls -l"),
        FinishEvent(0, "tool_calls", "tool_calls"),
    ]


def _nameless() -> list[Any]:
    return [
        FunctionToolCallArgumentsDeltaEvent(0, 0, "", "", "{}", TextLog(), 2, Reader()),
        FunctionToolCallArgumentsDoneEvent(0, 0, "", "", "{}", None),
        FinishEvent(0, "weird", "weird"),
    ]


_TEXT = answered(ANSWERS["text"])
_CALLS = answered(ANSWERS["calls"])
_BEGUN = _TEXT[:4]  # with "Good " in it
_RESET = AttemptResetEvent(2, 0.0, APIError(SECRET))
_CUT_CALL = replace(ANSWERS["calls"], calls={"call_1": ['{"name":']}, reason="length")

SCENES: dict[str, Scene] = {
    **{
        f"{name}, {family}": Scene(answered(answer, family), text=answer.content)
        for family in _FRAMES
        for name, answer in ANSWERS.items()
    },
    "an object": Scene(answered(ANSWERS["structured"], format=Person)),
    "two choices": Scene(_two_choices(), text="Yes, sir"),
    "an error": Scene(_BEGUN, APIError(SECRET), "Good "),
    "an error of the program": Scene(_BEGUN, KeyError(SECRET), "Good "),
    "a cut": Scene(_BEGUN, StreamTruncatedError(SECRET), "Good "),
    "a limit": Scene(_BEGUN, LimitExceededError("stream_bytes", 1, "2 bytes"), "Good "),
    "a cancellation": Scene(_BEGUN, StreamClosedError("closed"), "Good "),
    "a cancelled call": Scene(_CALLS[:5], StreamClosedError("closed")),
    "an error at once": Scene([], APIError(SECRET)),
    "nothing": Scene([]),
    "turns": Scene([*_turns(), TurnStartedEvent(2), *_TEXT]),
    "turns with the same ids": Scene([*_turns(), TurnStartedEvent(2), *_turns()[1:]]),
    "a second attempt": Scene([*_BEGUN, _RESET, *_TEXT]),
    "a second attempt in a call": Scene([*_CALLS[:6], _RESET, *_CALLS]),
    "a server's tool": Scene(_server_tool(), text="Good day!"),
    "a custom tool": Scene(_custom()),
    "a call that is cut": Scene(answered(_CUT_CALL)),
    "a call without a name": Scene(_nameless()),
    "values at paths": Scene(
        [
            PatchEvent(0, [{"op": "add", "path": "", "value": None}]),
            ItemDoneEvent(0, None, _location=("a", 0)),
            ImagePartialEvent(0, 0, "AA=="),
            FinishEvent(0, "stop", "stop"),
        ]
    ),
}
