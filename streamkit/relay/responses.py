"""The events of a response, made from an answer of any protocol."""

# Facts of the reader, from the package `openai`: the first event has the response, whose id stays;
# an index of the output is used once; a piece needs its item and its part before it; and each item
# is whole before the response is. A stream that merely ends passes for a whole one.

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from streamkit._core.wire import plain
from streamkit.families._common import answer_events as answers
from streamkit.families._common import text_events as texts
from streamkit.relay.base import safe_text
from streamkit.relay.left_calls import is_custom
from streamkit.relay.response_items import CALLS
from streamkit.relay.response_parts import ResponsePartsEncoder, at
from streamkit.relay.sources import source_of
from streamkit.relay.sse_frames import HEADERS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from streamkit._core.events import AttemptResetEvent
    from streamkit.families._common.end_event import EndEvent
    from streamkit.relay.base import ErrorText, Handler
    from streamkit.relay.calls import Call
    from streamkit.relay.response_items import Growing, OpenItem

__all__ = ["ResponsesEncoder"]

_REASONS = {"length": "max_output_tokens", "content_filter": "content_filter"}
"""The reasons of a response that is incomplete, by the finish reason."""


class ResponsesEncoder(ResponsePartsEncoder):
    """A machine that turns the events of one choice into the stream of a response.

    Texts and refusals are parts of a message, thoughts a reasoning item, and each call an item of
    its own; citations are annotations. Of the turns of ``run_tools``, only calls that the program
    leaves to its reader are sent. Tools that the model's server runs, and preliminary images, have
    no place in the output.

    An answer that was cut short by a limit or a filter ends with ``response.incomplete``. An error,
    a cut and a cancellation are a ``response.failed`` and then an ``error`` event, which the
    package ``openai`` raises. So is a second attempt after the first has sent something, because an
    event that was sent cannot be taken back.

    Args:
        choice: The index of the choice, because a response has one answer.
        request: The parameters of the request, which a response repeats.
        error_text: Returns the text of an error for the reader; by default it is a general one.
    """

    headers: ClassVar[Mapping[str, str]] = HEADERS

    def __init__(
        self,
        *,
        choice: int = 0,
        request: Mapping[str, Any] | None = None,
        error_text: ErrorText = safe_text,
    ) -> None:
        super().__init__(choice=choice, request=request or {}, error_text=error_text)
        self._made: dict[Call, OpenItem] = {}

    def _begin_again(self, event: AttemptResetEvent) -> Sequence[bytes]:
        super()._begin_again(event)
        if not self._output:
            return ()
        self._has_ended = True
        return self._failed("The answer began anew.", "attempt_reset")

    # Calls

    def _grown(self, call: Call, event: Any) -> list[bytes]:
        frames: list[bytes] = []
        type_, prefix, field, events = CALLS[is_custom(event)]
        if not call.is_open:
            call.is_open = True
            named = {"call_id": call.id, "name": call.name, field: ""}
            frames = self._close_texts()
            self._made[call], begun = self._open_item(prefix, type_, **named)
            frames += begun
        item = self._made[call]
        piece = "".join(call.pieces)
        call.pieces.clear()
        if piece:
            place = {"item_id": item.id, "output_index": item.index}
            frames.append(self._frame(f"{events}.delta", **place, delta=piece))
        return frames

    def _finished(self, call: Call, event: Any, text: str) -> list[bytes]:
        item = self._made[call]
        _, _, field, events = CALLS[is_custom(event)]
        item.fields[field] = text
        place = {"item_id": item.id, "output_index": item.index}
        named = {} if is_custom(event) else {"name": call.name}
        done = self._frame(f"{events}.done", **place, **named, **{field: text})
        return [done, *self._close_item(item)]

    # Everything else

    def _logprobs(self, event: texts.LogprobsContentDeltaEvent) -> Sequence[bytes]:
        if self._cited is not None:
            self._cited.fields["logprobs"] += plain(event.content, "json", drop_none=True)
        return ()

    def _annotation(self, event: answers.AnnotationEvent) -> Sequence[bytes]:
        part, item = self._cited, self._message
        annotation = _annotation(plain(event.annotation, "json", drop_none=True), part)
        if part is None or item is None or annotation is None:
            return ()
        notes: list[Any] = part.fields["annotations"]
        notes.append(annotation)
        numbered = {"annotation_index": len(notes) - 1, "annotation": annotation}
        type_ = "response.output_text.annotation.added"
        return [self._frame(type_, **at(item, part), **numbered)]

    def _counted(self, event: answers.UsageEvent) -> Sequence[bytes]:
        self._usage = event.usage
        return ()

    def _end(self, end: EndEvent) -> Sequence[bytes]:
        reason = self._reasons.get(self._choice, "")
        frames = [*self._begin()]
        if end.status != "complete" or reason == "cancelled":
            code = "cancelled" if end.status == "complete" else end.status
            return [*frames, *self._failed(self._error_text(end), code)]
        frames += [*self._held_calls(), *self._close_texts()]
        for item in self._output:
            if item.fields["status"] == "in_progress":  # a call without an end
                frames += self._close_item(item)
        usage = self._usage_now()
        cut_by = None if self._has_refused else _REASONS.get(reason)
        if cut_by is None:
            whole = self._response("completed", **usage)
            return [*frames, self._frame("response.completed", response=whole)]
        if self._output:
            self._output[-1].fields["status"] = "incomplete"
        cut = self._response("incomplete", incomplete_details={"reason": cut_by}, **usage)
        return [*frames, self._frame("response.incomplete", response=cut)]

    def _failed(self, text: str, code: str) -> list[bytes]:
        for item in self._output:
            if item.fields["status"] == "in_progress":
                item.fields["status"] = "incomplete"
        error = {"code": code, "message": text}
        failed = self._response("failed", error=error, **self._usage_now())
        return [
            self._frame("response.failed", response=failed),
            self._frame("error", **error, error={"type": code, **error}),
        ]

    def _usage_now(self) -> dict[str, Any]:
        usage = self.usage
        counts = {
            "input_tokens": usage.input_tokens,
            "input_tokens_details": {"cached_tokens": usage.cached_tokens},
            "output_tokens": usage.output_tokens,
            "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
            "total_tokens": usage.input_tokens + usage.output_tokens,
        }
        return {"usage": counts}

    handlers: ClassVar[Mapping[type, Handler]] = {
        **ResponsePartsEncoder.handlers,
        texts.LogprobsContentDeltaEvent: _logprobs,
        answers.AnnotationEvent: _annotation,
        answers.UsageEvent: _counted,
    }


def _annotation(annotation: Any, part: Growing | None) -> dict[str, Any] | None:
    """Return an annotation of any protocol as that of a response, or None if it cites nothing."""
    found = source_of(annotation)
    if found is None or part is None:
        return None
    fields = cast("dict[str, Any]", annotation)
    if fields.get("type") in ("file_citation", "container_file_citation", "file_path"):
        return fields
    start, end = (fields.get(name, part.length) for name in ("start_index", "end_index"))
    if "url" in found:
        place = {"start_index": start, "end_index": end}
        return {"type": "url_citation", "title": "", **place, **found}
    name = found.get("filename", found["title"])
    return {"type": "file_citation", "filename": name, "file_id": "", "index": end}
