"""The events of AG-UI, as its clients 0.0.59 and 1.0 read them."""

# Facts of the client: a piece must stand between a start and an end, a run must not finish while
# anything is open, nothing may be null, and a stream that merely ends passes for success. A text is
# ended before a call begins, because older clients know one open thing at a time; an id that is
# opened again continues its message.

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from streamkit._core.json.path import pointer
from streamkit._core.wire import plain
from streamkit.families._common import answer_events as answers
from streamkit.families._common import path_events as paths
from streamkit.families._common import text_events as texts
from streamkit.families._common import tool_events as tools
from streamkit.families._common import turn_events as turns
from streamkit.families._common.encoding import encoded, json_bytes
from streamkit.relay.ag_ui_parts import AGUIPartsEncoder, custom
from streamkit.relay.base import safe_text
from streamkit.relay.calls import Call, Calls
from streamkit.relay.objects import WholePatches, prefixed
from streamkit.relay.sse_frames import HEADERS, frame

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from streamkit._core.events import AttemptResetEvent, Event
    from streamkit.families._common.end_event import EndEvent
    from streamkit.families._common.part_event import Part
    from streamkit.relay.base import ErrorText, Handler

__all__ = ["AGUIEncoder"]


class AGUIEncoder(AGUIPartsEncoder):
    """A machine that turns the events of all choices into the events of an AG-UI run.

    Each text is a message of its own, so choices do not mix; a call is in the message before it.
    The turns of ``run_tools`` are steps, and their results ``TOOL_CALL_RESULT`` events. The finish
    reasons are in the ``result`` of ``RUN_FINISHED``. An event that AG-UI does not have is a
    ``CUSTOM`` one.

    An error, a cut and a cancellation are a ``RUN_ERROR``, whose ``code`` says which, because the
    client takes a stream that merely ends for a whole run.

    Args:
        input: The ``RunAgentInput`` of the request, whose ids the run has.
        state: The name in the agent's state under which JSON content grows, each value as soon as
            it is whole; by default the content is text alone.
        error_text: Returns the text of an error for the reader; by default it is a general one.
    """

    headers: ClassVar[Mapping[str, str]] = HEADERS

    def __init__(
        self,
        *,
        input: Mapping[str, Any] | None = None,
        state: str | None = None,
        error_text: ErrorText = safe_text,
    ) -> None:
        super().__init__(input=input or {}, error_text=error_text)
        self._state = state
        self._calls = Calls()
        self._objects: dict[Part, WholePatches] = {}

    def _begin_run(self) -> list[bytes]:
        frames = super()._begin_run()
        if self._state is not None:
            state = self._input.get("state")
            snapshot: object = cast("object", state) if isinstance(state, dict) else {}
            frames.append(frame({"type": "STATE_SNAPSHOT", "snapshot": snapshot}))
        return frames

    def _begin_again(self, event: AttemptResetEvent) -> Sequence[bytes]:
        super()._begin_again(event)
        frames = [*self._begin(), *self._end_all()]
        self._messages.clear()
        self._objects.clear()
        return [*frames, custom("attempt.reset", {"attempt": event.attempt})]

    def _content(self, event: texts.ContentDeltaEvent) -> Sequence[bytes]:
        frames = super()._content(event)
        return frames if self._state is None else [*frames, *self._patched(event.place, event)]

    def _content_done(self, event: texts.ContentDoneEvent[Any]) -> Sequence[bytes]:
        frames = super()._content_done(event)
        patches = self._objects.pop(event.place, None)
        if patches is None:
            return frames
        return [*frames, *self._patch_frames(event.place, patches.finish())]

    def _patched(self, place: Part, event: texts.ContentDeltaEvent) -> Sequence[bytes]:
        patches = self._objects.get(place)
        if patches is None:
            within = event._reader.within  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - of this package
            patches = self._objects[place] = WholePatches(within)
        return self._patch_frames(place, patches.take(event.delta))

    def _patch_frames(self, place: Part, operations: Sequence[dict[str, Any]]) -> list[bytes]:
        if not operations:
            return []
        name = self._state or ""
        own = (name,) if place in ((), (0,)) else (f"{name}:{'.'.join(map(str, place))}",)
        delta = prefixed(operations, pointer(own))
        return [frame({"type": "STATE_DELTA", "delta": delta})]

    # Calls

    def _call_piece(self, event: tools.FunctionToolCallArgumentsDeltaEvent) -> Sequence[bytes]:
        return self._more(event, event.arguments_delta)

    def _input_piece(
        self, event: tools.CustomToolCallInputDeltaEvent | tools.ServerToolDeltaEvent
    ) -> Sequence[bytes]:
        return self._more(event, event.input_delta)

    def _more(self, event: Any, piece: str) -> Sequence[bytes]:
        call = self._calls.of(event, self._scope)
        if call.is_done:
            return ()
        call.pieces.append(piece)
        return self._grown(call, event.choice_index) if call.name else ()

    def _grown(self, call: Call, choice: int) -> list[bytes]:
        """Return the pieces of a call's arguments that have not been sent."""
        frames: list[bytes] = []
        if not call.is_open:
            call.is_open = True
            frames += [*self._begin(), *self._end_texts(choice)]
            parent = self._messages.get(choice) or self._message_id("content", (choice,))
            start = {"toolCallId": call.id, "toolCallName": call.name or "unknown"}
            frames.append(frame({"type": "TOOL_CALL_START", **start, "parentMessageId": parent}))
        piece = "".join(call.pieces)
        call.pieces.clear()
        if piece:
            frames.append(frame({"type": "TOOL_CALL_ARGS", "toolCallId": call.id, "delta": piece}))
        return frames

    def _call_done(self, event: tools.FunctionToolCallArgumentsDoneEvent) -> Sequence[bytes]:
        return self._done(event, event.arguments)[1]

    def _input_done(self, event: tools.CustomToolCallInputDoneEvent) -> Sequence[bytes]:
        return self._done(event, event.input)[1]

    def _server_tool_done(self, event: tools.ServerToolDoneEvent) -> Sequence[bytes]:
        call, frames = self._done(event, event.input)
        output = event.output
        content = output if isinstance(output, str) else json_bytes(output or {}).decode()
        return [*frames, _result(call, content)]

    def _done(self, event: Any, text: str) -> tuple[Call, list[bytes]]:
        """Return the call, and its end, with the whole text of one that had no pieces."""
        call = self._calls.of(event, self._scope)
        if call.is_done:
            return call, []
        if not call.is_open:
            call.pieces[:] = [text]
            call.name = call.name or "unknown"
        frames = self._grown(call, event.choice_index)
        call.is_done = True
        return call, [*frames, frame({"type": "TOOL_CALL_END", "toolCallId": call.id})]

    def _held(self, event: turns.ToolHeldEvent) -> Sequence[bytes]:
        call, frames = self._done(event, event.arguments)
        return [*frames, custom(event.type, {"toolCallId": call.id})]

    def _started(self, event: turns.ToolStartedEvent) -> Sequence[bytes]:
        return self._done(event, event.arguments)[1]

    def _tool_result(self, event: turns.ToolResultEvent) -> Sequence[bytes]:
        call, frames = self._done(event, event.arguments)
        return [*frames, _result(call, event.output)]

    def _tool_failed(self, event: turns.ToolFailedEvent) -> Sequence[bytes]:
        call, frames = self._done(event, event.arguments)
        return [*frames, _result(call, self._error_of_tool(event.error))]

    # Everything else

    def _annotation(self, event: answers.AnnotationEvent) -> Sequence[bytes]:
        value = plain(event.annotation, "json", drop_none=True)
        return [*self._begin(), custom("annotation", value)]

    def _as_custom(self, event: Event) -> Sequence[bytes]:
        data = {name: value for name, value in encoded(event).items() if name != "type"}
        return [*self._begin(), custom(getattr(event, "type", "event"), data)]

    def _counted(self, event: answers.UsageEvent) -> Sequence[bytes]:
        self._usage = event.usage
        return ()

    def _turn_done(self, event: turns.TurnDoneEvent[Any]) -> Sequence[bytes]:  # noqa: ARG002 - its coming says all
        return [*self._end_all(), *self._end_step()]

    def _end_all(self) -> list[bytes]:
        frames = super()._end_all()
        for call in self._calls.unfinished():
            call.is_done = True
            frames.append(frame({"type": "TOOL_CALL_END", "toolCallId": call.id}))
        return frames

    def _end(self, end: EndEvent) -> Sequence[bytes]:
        frames = [*self._begin(), *self._end_all(), *self._end_step()]
        usage = self._usages()
        is_cancelled = "cancelled" in (end.status, self._reasons.get(0))
        if end.status != "complete" or is_cancelled:
            code = "cancelled" if is_cancelled else end.status
            data = {"message": self._error_text(end), "code": code, **usage}
            return [*frames, frame({"type": "RUN_ERROR", **data})]
        reasons = {str(choice): reason for choice, reason in sorted(self._reasons.items())}
        result: dict[str, Any] = {"finishReason": self._reasons.get(0, "other")}
        if len(reasons) > 1:
            result["finishReasons"] = reasons
        data = {"type": "RUN_FINISHED", **self._run, "outcome": {"type": "success"}}
        return [*frames, frame({**data, "result": result, **usage})]

    def _usages(self) -> dict[str, Any]:
        usage = self.usage
        if not (usage.input_tokens or usage.output_tokens):
            return {}
        counts = {
            "model": self._head.model or "unknown",
            "inputTokens": usage.input_tokens,
            "outputTokens": usage.output_tokens,
            "totalTokens": usage.input_tokens + usage.output_tokens,
            "reasoningTokens": usage.reasoning_tokens,
            "cachedInputTokens": usage.cached_tokens,
        }
        return {"usage": [counts]}

    handlers: ClassVar[Mapping[type, Handler]] = {
        **AGUIPartsEncoder.handlers,
        texts.ContentDeltaEvent: _content,
        texts.ContentDoneEvent: _content_done,
        tools.FunctionToolCallArgumentsDeltaEvent: _call_piece,
        tools.FunctionToolCallArgumentsDoneEvent: _call_done,
        tools.CustomToolCallInputDeltaEvent: _input_piece,
        tools.CustomToolCallInputDoneEvent: _input_done,
        tools.ServerToolDeltaEvent: _input_piece,
        tools.ServerToolDoneEvent: _server_tool_done,
        turns.ToolHeldEvent: _held,
        turns.ToolStartedEvent: _started,
        turns.ToolResultEvent: _tool_result,
        turns.ToolFailedEvent: _tool_failed,
        turns.TurnDoneEvent: _turn_done,
        answers.AnnotationEvent: _annotation,
        answers.ImagePartialEvent: _as_custom,
        answers.UsageEvent: _counted,
        paths.ItemDoneEvent: _as_custom,
        paths.PathDoneEvent: _as_custom,
        paths.PatchEvent: _as_custom,
    }


def _result(call: Call, content: str) -> bytes:
    ids = {"messageId": f"{call.id}:result", "toolCallId": call.id}
    return frame({"type": "TOOL_CALL_RESULT", **ids, "content": content, "role": "tool"})
