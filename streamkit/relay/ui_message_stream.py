"""The UI message stream of Vercel's AI SDK, as its versions 5, 6 and 7 read it."""

# Facts of the reader, from the package `ai`: an unknown type, a missing field or a null ends the
# stream with an error; a piece of a text must stand between its start and its end; an end of the
# body without `finish` passes for success. So each text is ended, and each stream as well.

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

from streamkit._core.json.view import plain as plain_view
from streamkit._core.wire import plain
from streamkit.families._common import answer_events as answers
from streamkit.families._common import path_events as paths
from streamkit.families._common import text_events as texts
from streamkit.families._common import turn_events as turns
from streamkit.families._common.encoding import encoded
from streamkit.relay.base import safe_text
from streamkit.relay.objects import GrowingObject
from streamkit.relay.sources import source_of
from streamkit.relay.sse_frames import DONE, HEADERS, frame
from streamkit.relay.ui_calls import UICallsEncoder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from streamkit._core.events import AttemptResetEvent
    from streamkit.families._common.end_event import EndEvent
    from streamkit.families._common.part_event import Part
    from streamkit.relay.base import ErrorText, Handler

__all__ = ["Objects", "UIMessageEncoder"]

Objects: TypeAlias = Literal["text", "whole"]
"""How JSON content is sent: as text, which the browser parses, or as ``data-object`` parts with
the whole value so far."""

_REASONS: Mapping[str, str] = {
    "stop": "stop",
    "length": "length",
    "content_filter": "content-filter",
    "tool_calls": "tool-calls",
}


class UIMessageEncoder(UICallsEncoder):
    """A machine that turns the events of one choice into a UI message stream.

    Texts and thoughts become text and reasoning parts, calls tool parts, citations sources, and the
    turns of ``run_tools`` steps. The metadata have the model and the usage. Other events are
    ``data-`` parts: ``data-item`` and ``data-path`` have values of ``items`` and ``select``, and
    ``data-patch``, which is transient, the operations of ``patches``.

    An error is an ``error`` chunk before the finish, and a cancellation an ``abort`` chunk, because
    the reader takes a stream that merely ends for a whole answer.

    Args:
        choice: The index of the choice, because a message has one answer.
        message_id: The id of the message; by default that of the answer.
        objects: How JSON content is sent. With ``"whole"``, events must have ``parsed``.
        error_text: Returns the text of an error for the reader; by default it is a general one.
    """

    headers: ClassVar[Mapping[str, str]] = {**HEADERS, "x-vercel-ai-ui-message-stream": "v1"}

    def __init__(
        self,
        *,
        choice: int = 0,
        message_id: str | None = None,
        objects: Objects = "text",
        error_text: ErrorText = safe_text,
    ) -> None:
        super().__init__(choice=choice, message_id=message_id, error_text=error_text)
        if objects not in ("text", "whole"):
            raise ValueError(f"objects must be 'text' or 'whole', not {objects!r}")
        self._shows_objects = objects == "whole"
        self._objects: dict[Part, GrowingObject] = {}
        self._sources = 0

    def _begin_again(self, event: AttemptResetEvent) -> Sequence[bytes]:
        super()._begin_again(event)
        frames = [*self._begin(), *self._flush(at_end=True), *self._end_texts()]
        frames += [self._broken(call) for call in self._calls.unfinished()]
        return [*frames, frame({"type": "data-reset", "data": {"attempt": event.attempt}})]

    def _content(self, event: texts.ContentDeltaEvent) -> Sequence[bytes]:
        if self._shows_objects and event.choice_index == self._choice and event.parsed is not None:
            return self._object(event.place, event)
        return super()._content(event)

    def _content_done(self, event: texts.ContentDoneEvent[Any]) -> Sequence[bytes]:
        if self._objects.pop(event.place, None) is None:
            return super()._content_done(event)
        if event.parsed is None:
            return ()
        return [self._object_frame(event.place, plain(event.parsed, "json"))]

    def _object(self, place: Part, event: texts.ContentDeltaEvent) -> Sequence[bytes]:
        growing = self._objects.get(place)
        frames: list[bytes] = []
        if growing is None:
            growing = self._objects[place] = GrowingObject()
            frames += [*self._begin(), *self._flush(), *self._end_texts("reasoning")]
        if growing.grown(event.delta):
            frames.append(self._object_frame(place, plain_view(event.parsed)))
        return frames

    def _object_frame(self, place: Part, value: Any) -> bytes:
        return frame({"type": "data-object", "id": self._part_id("object", place), "data": value})

    def _finish_choice(self, event: answers.FinishEvent) -> Sequence[bytes]:
        if event.choice_index == self._choice:
            self._reasons[event.choice_index] = event.reason
        return () if self._turn else self._flush()

    def _annotation(self, event: answers.AnnotationEvent) -> Sequence[bytes]:
        if event.choice_index != self._choice:
            return ()
        self._sources += 1
        annotation = plain(event.annotation, "json", drop_none=True)
        source_id = f"source:{self._sources}"
        found = source_of(annotation)
        if found is None:
            data: dict[str, Any] = {"type": "data-annotation", "data": annotation}
        elif "url" in found:
            data = {"type": "source-url", "sourceId": source_id, **found}
        else:
            data = {"type": "source-document", "sourceId": source_id, **found}
        return [*self._begin(), frame(data)]

    def _image(self, event: answers.ImagePartialEvent) -> Sequence[bytes]:
        if event.choice_index != self._choice:
            return ()
        part_id = self._part_id("image", event.place)
        data = {"type": "data-image", "id": part_id, "data": {"b64": event.b64}}
        return [*self._begin(), frame(data)]

    def _counted(self, event: answers.UsageEvent) -> Sequence[bytes]:
        self._usage = event.usage
        return ()

    def _located(self, event: Any) -> Sequence[bytes]:
        if event.choice_index != self._choice:
            return ()
        kind = event.type.partition(".")[0]
        data = {name: value for name, value in encoded(event).items() if name not in _ENVELOPE}
        data["pointer"] = event.pointer
        return [*self._begin(), frame({"type": f"data-{kind}", "data": data})]

    def _patch(self, event: paths.PatchEvent) -> Sequence[bytes]:
        if event.choice_index != self._choice:
            return ()
        data = {"operations": event.operations}
        return [*self._begin(), frame({"type": "data-patch", "data": data, "transient": True})]

    def _turn_done(self, event: turns.TurnDoneEvent[Any]) -> Sequence[bytes]:  # noqa: ARG002 - its coming says all
        return [*self._flush(at_end=True), *self._end_texts(), *self._end_step()]

    def _end(self, end: EndEvent) -> Sequence[bytes]:
        frames = [*(() if self._is_begun else self._begin())]
        frames += [*self._flush(at_end=True), *self._end_texts()]
        frames += [self._broken(call) for call in self._calls.unfinished()]
        reason = self._reasons.get(self._choice, "")
        if end.status == "cancelled" or (end.status == "complete" and reason == "cancelled"):
            frames.append(frame({"type": "abort", "reason": self._error_text(end)}))
            return [*frames, DONE]
        if end.status == "complete":
            finish = _REASONS.get(reason, "other")
        else:
            frames.append(frame({"type": "error", "errorText": self._error_text(end)}))
            finish = "error"
        frames += self._end_step()
        last: dict[str, Any] = {"type": "finish", "finishReason": finish}
        usage = self.usage
        if usage.input_tokens or usage.output_tokens:
            last["messageMetadata"] = {"usage": _counts(usage)}
        return [*frames, frame(last), DONE]

    handlers: ClassVar[Mapping[type, Handler]] = {
        **UICallsEncoder.handlers,
        texts.ContentDeltaEvent: _content,
        texts.ContentDoneEvent: _content_done,
        turns.TurnDoneEvent: _turn_done,
        answers.AnnotationEvent: _annotation,
        answers.ImagePartialEvent: _image,
        answers.FinishEvent: _finish_choice,
        answers.UsageEvent: _counted,
        paths.ItemDoneEvent: _located,
        paths.PathDoneEvent: _located,
        paths.PatchEvent: _patch,
    }


_ENVELOPE = frozenset({"type", "choice_index", "part", "location"})


def _counts(usage: Any) -> dict[str, int]:
    return {
        "inputTokens": usage.input_tokens,
        "outputTokens": usage.output_tokens,
        "totalTokens": usage.input_tokens + usage.output_tokens,
        "reasoningTokens": usage.reasoning_tokens,
        "cachedInputTokens": usage.cached_tokens,
    }
