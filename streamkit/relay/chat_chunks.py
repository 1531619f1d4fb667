"""Chunks of a chat completion, made from an answer of any protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

from streamkit._core.wire import plain
from streamkit.families._common import answer_events as answers
from streamkit.families._common import text_events as texts
from streamkit.families._common import turn_events as turns
from streamkit.relay.base import safe_text
from streamkit.relay.left_calls import LeftCallsEncoder, is_custom
from streamkit.relay.sources import source_of
from streamkit.relay.sse_frames import DONE, HEADERS, frame

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from streamkit._core.events import AttemptResetEvent
    from streamkit.families._common.end_event import EndEvent
    from streamkit.relay.base import ErrorText, Handler
    from streamkit.relay.calls import Call

__all__ = ["ChatChunkEncoder"]

_REASONS = frozenset({"stop", "length", "tool_calls", "content_filter"})


class ChatChunkEncoder(LeftCallsEncoder):
    """A machine that turns an answer of any protocol into the chunks of a chat completion.

    All choices are sent, each with its texts joined: ``content``, ``refusal`` and
    ``reasoning_content``. Of the turns of ``run_tools``, only calls that the program leaves to its
    reader are sent, and the finish reason of the last turn. Tools that the model's server runs, and
    preliminary images, have no place in a chunk.

    An error, a cut and a cancellation are an ``error`` object, which clients raise; ``[DONE]`` does
    not follow. So is a second attempt after the first has sent something, because a chunk that
    was sent cannot be taken back.

    Args:
        include_usage: Whether a last chunk without choices has the usage, as a request asks for.
        error_text: Returns the text of an error for the reader; by default it is a general one.
    """

    headers: ClassVar[Mapping[str, str]] = HEADERS

    def __init__(self, *, include_usage: bool = False, error_text: ErrorText = safe_text) -> None:
        super().__init__(error_text=error_text)
        self._include_usage = include_usage
        self._before = b""  # the beginning of a chunk, up to its choices
        self._choices: set[int] = set()
        self._numbers: dict[int, dict[Call, int]] = {}  # of the calls of each choice
        self._pieces: dict[tuple[str, object], bytes] = {}  # the frames up to the piece, by text

    def _chunk_of(self, choice: int, delta: dict[str, Any], **fields: Any) -> bytes:
        before = self._before
        if not before:
            head = self._head
            fixed = {
                "id": head.id or "chatcmpl",
                "object": "chat.completion.chunk",
                "created": head.created or 0,
                "model": head.model or "unknown",
            }
            before = self._before = b"data: " + _json(fixed).removesuffix(b"}") + b',"choices":['
        return before + _json({"index": choice, "delta": delta, **fields}) + b"]}\n\n"

    def _begin_choice(self, choice: int) -> list[bytes]:
        # The `openai` package fails at a choice that comes before one of a lower index.
        begun = [each for each in range(choice + 1) if each not in self._choices]
        self._choices.update(begun)
        return [self._chunk_of(each, {"role": "assistant"}) for each in begun]

    def _begin_turn(self, event: turns.TurnStartedEvent) -> Sequence[bytes]:  # noqa: ARG002 - as in the base
        self._pieces.clear()
        return ()

    def _begin_again(self, event: AttemptResetEvent) -> Sequence[bytes]:
        super()._begin_again(event)
        if not self._choices:
            return ()
        self._has_ended = True
        return [_error("The answer began anew.", "attempt_reset")]

    # Texts

    def _piece(self, kind: str, event: Any, piece: str) -> Sequence[bytes]:
        # A hot path: the frame of a piece is there but for the piece.
        key = (kind, event._part or event.choice_index)  # noqa: SLF001 - of this package
        before = self._pieces.get(key)
        if before is not None:
            return (before + _json(piece) + b"}}]}\n\n",) if piece else ()
        if not piece:
            return ()
        choice = event.choice_index
        chunk = self._chunk_of(choice, {_FIELDS[kind]: ""})
        before = self._pieces[key] = chunk.removesuffix(b'""}}]}\n\n')
        return [*self._begin_choice(choice), before + _json(piece) + b"}}]}\n\n"]

    def _whole(self, kind: str, event: Any, text: str) -> Sequence[bytes]:
        """Return all of a text that had no pieces."""
        is_shown = (kind, event._part or event.choice_index) in self._pieces  # noqa: SLF001 - as above
        return () if is_shown else self._piece(kind, event, text)

    # Calls

    def _grown(self, call: Call, event: Any) -> list[bytes]:
        choice = event.choice_index
        numbers = self._numbers.setdefault(choice, {})
        kind, field = ("custom", "input") if is_custom(event) else _FUNCTION
        frames: list[bytes] = []
        if not call.is_open:
            call.is_open = True
            numbers[call] = len(numbers)
            begun = {"id": call.id, "type": kind, kind: {"name": call.name, field: ""}}
            frames += self._begin_choice(choice)
            frames.append(self._chunk_of(choice, _called(numbers[call], begun)))
        piece = "".join(call.pieces)
        call.pieces.clear()
        if piece:
            frames.append(self._chunk_of(choice, _called(numbers[call], {kind: {field: piece}})))
        return frames

    def _finished(self, call: Call, event: Any, text: str) -> list[bytes]:  # noqa: ARG002 - as in the base
        return []

    # Everything else

    def _logprobs(self, event: Any) -> Sequence[bytes]:
        choice = event.choice_index
        name = "refusal" if isinstance(event, texts.LogprobsRefusalDeltaEvent) else "content"
        said = {name: plain(getattr(event, name), "json", drop_none=True)}
        return [*self._begin_choice(choice), self._chunk_of(choice, {}, logprobs=said)]

    def _annotation(self, event: answers.AnnotationEvent) -> Sequence[bytes]:
        annotation = plain(event.annotation, "json", drop_none=True)
        found = source_of(annotation)
        if found is None or "url" not in found:
            return ()
        cited = {"type": "url_citation", "url_citation": found}
        choice = event.choice_index
        return [*self._begin_choice(choice), self._chunk_of(choice, {"annotations": [cited]})]

    def _counted(self, event: answers.UsageEvent) -> Sequence[bytes]:
        self._usage = event.usage
        return ()

    def _end(self, end: EndEvent) -> Sequence[bytes]:
        if end.status != "complete" or "cancelled" in self._reasons.values():
            kind = "cancelled" if end.status == "complete" else end.status
            return [_error(self._error_text(end), kind)]
        frames = self._held_calls()
        for choice, reason in sorted(self._reasons.items()):
            finish = reason if reason in _REASONS else "stop"
            frames += self._begin_choice(choice)
            frames.append(self._chunk_of(choice, {}, finish_reason=finish))
        if self._include_usage:
            frames.append(self._usage_chunk())
        return [*frames, DONE]

    def _usage_chunk(self) -> bytes:
        usage = self.usage
        counts = {
            "prompt_tokens": usage.input_tokens,
            "completion_tokens": usage.output_tokens,
            "total_tokens": usage.input_tokens + usage.output_tokens,
            "prompt_tokens_details": {"cached_tokens": usage.cached_tokens},
            "completion_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        }
        self._chunk_of(0, {})  # which makes the beginning, if this is the first chunk
        return self._before + b'],"usage":' + _json(counts) + b"}\n\n"

    handlers: ClassVar[Mapping[type, Handler]] = {
        **LeftCallsEncoder.handlers,
        texts.LogprobsContentDeltaEvent: _logprobs,
        texts.LogprobsRefusalDeltaEvent: _logprobs,
        answers.AnnotationEvent: _annotation,
        answers.UsageEvent: _counted,
    }


_json = msgspec.json.encode
_FUNCTION = ("function", "arguments")
_FIELDS = {"content": "content", "reasoning": "reasoning_content", "refusal": "refusal"}
"""The fields of a chunk's delta for the kinds of texts."""


def _called(number: int, call: dict[str, Any]) -> dict[str, Any]:
    return {"tool_calls": [{"index": number, **call}]}


def _error(text: str, kind: str) -> bytes:
    return frame({"error": {"message": text, "type": kind, "code": kind}})
