"""One choice of a streamed completion, as it arrives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from msgspec import Struct

from streamkit.log.merge import EMPTY, merged, resolved
from streamkit.log.text import TextLog
from streamkit.log.tool_calls import CallMark, CallUpdate, ToolCallsLog
from streamkit.types import (
    ChatCompletionTokenLogprob,
    ChoiceDelta,
    ChoiceLogprobs,
    ParsedChatCompletionMessage,
    ParsedChoice,
    construct,
)
from streamkit.types.base import plain

if TYPE_CHECKING:
    from streamkit.log.reading import Reading
    from streamkit.log.tool_calls import ToolCallLog
    from streamkit.types import ChunkChoice

__all__ = ["CUT_SHORT", "ChoiceLog", "ChoiceMark", "ChoiceUpdate"]

CUT_SHORT = ("length", "content_filter")
"""The finish reasons after which an answer is not whole."""


class ChoiceUpdate(Struct, frozen=True, gc=False):
    """What a chunk added to one choice, and the choice as it was then."""

    index: int
    choice: ChoiceLog
    content: str | None
    content_end: int
    refusal: str | None
    refusal_end: int
    calls: tuple[CallUpdate, ...]
    logprobs: ChoiceLogprobs | None
    logprobs_content_end: int
    logprobs_refusal_end: int
    finish_reason: str | None


class ChoiceMark(Struct, frozen=True, gc=False):
    """A choice as of a moment; it holds no choice, so that no cycle hides from the collector."""

    index: int
    role: str
    content_end: int | None
    refusal_end: int | None
    calls: tuple[CallMark, ...]
    logprobs_content_end: int | None
    logprobs_refusal_end: int | None
    finish_reason: str | None
    delta_extra: Mapping[str, Any]
    choice_extra: Mapping[str, Any]
    logprobs_extra: Mapping[str, Any]


class ChoiceLog:
    """Everything that came for one choice: append-only, readable as of any mark."""

    __slots__ = (
        "_choice_extra",
        "_delta_extra",
        "_has_content",
        "_has_refusal",
        "_logprobs_extra",
        "_role",
        "_tool_calls",
        "content",
        "finish_reason",
        "index",
        "logprobs_content",
        "logprobs_refusal",
        "refusal",
    )

    def __init__(self, index: int) -> None:
        self.index = index
        self.content = TextLog()
        self.refusal = TextLog()
        self.logprobs_content: list[ChatCompletionTokenLogprob] | None = None
        self.logprobs_refusal: list[ChatCompletionTokenLogprob] | None = None
        self.finish_reason: str | None = None
        self._role = "assistant"
        self._has_content = False
        self._has_refusal = False
        self._tool_calls: ToolCallsLog | None = None
        self._delta_extra: Mapping[str, Any] = EMPTY
        self._choice_extra: Mapping[str, Any] = EMPTY
        self._logprobs_extra: Mapping[str, Any] = EMPTY

    @property
    def calls(self) -> tuple[CallMark, ...]:
        """The tool calls as they are now, in the order of their indices."""
        return self._tool_calls.marks if self._tool_calls else ()

    @property
    def is_whole(self) -> bool:
        """Whether there is content to parse: the model neither refused nor was cut short."""
        return self.finish_reason not in CUT_SHORT and not self.refusal.length

    def has_whole_content(self) -> bool:
        """Whether the content can be parsed: also if what was cut short is what came after it."""
        return self.is_whole or (not self.refusal.length and self.content.is_whole_json())

    def append(self, choice: ChunkChoice) -> ChoiceUpdate:
        """Take what a chunk says of this choice."""
        content = refusal = None
        calls: tuple[CallUpdate, ...] = ()
        delta = choice.delta
        if delta is not None:
            if delta.content is not None:
                self._has_content = True
                content = self.content.append(delta.content)
            if delta.refusal is not None:
                self._has_refusal = True
                refusal = self.refusal.append(delta.refusal)
            if delta.tool_calls:
                if self._tool_calls is None:
                    self._tool_calls = ToolCallsLog()
                calls = self._tool_calls.append(delta.tool_calls)
            if delta.role:
                self._role = delta.role
            if _has_rare_fields(delta):
                self._delta_extra = merged(self._delta_extra, _rare_fields(delta))
        if choice.logprobs is not None:
            self._append_logprobs(choice.logprobs)
        if choice.finish_reason:
            self.finish_reason = choice.finish_reason
        if vars(choice):
            self._choice_extra = merged(self._choice_extra, choice.model_extra)
        return ChoiceUpdate(
            self.index,
            self,
            content,
            self.content.length,
            refusal,
            self.refusal.length,
            calls,
            choice.logprobs,
            0 if choice.logprobs is None else len(self.logprobs_content or ()),
            0 if choice.logprobs is None else len(self.logprobs_refusal or ()),
            choice.finish_reason or None,
        )

    def mark(self) -> ChoiceMark:
        """The choice as it is now."""
        return ChoiceMark(
            self.index,
            self._role,
            self.content.length if self._has_content else None,
            self.refusal.length if self._has_refusal else None,
            self.calls,
            None if self.logprobs_content is None else len(self.logprobs_content),
            None if self.logprobs_refusal is None else len(self.logprobs_refusal),
            self.finish_reason,
            self._delta_extra,
            self._choice_extra,
            self._logprobs_extra,
        )

    def build(self, mark: ChoiceMark, reader: Reading, *, final: bool) -> ParsedChoice[Any]:
        """The wire type of the choice as of ``mark``.

        What is to be parsed is read as a whole when ``final``, else as far as it goes.
        """
        message = construct(_Message, resolved(mark.delta_extra))
        message.role = mark.role
        if mark.content_end is not None:
            message.content = self.content.upto(mark.content_end)
        if mark.refusal_end is not None:
            message.refusal = self.refusal.upto(mark.refusal_end)
        if mark.content_end and not mark.refusal_end:
            message.parsed = (
                self._parsed(reader)
                if final
                else reader.partial_content(self.content, mark.content_end)
            )
        if mark.calls:
            message.tool_calls = [
                call.build(
                    self._parsed_arguments(call.call, reader)
                    if final
                    else reader.partial_arguments(call.name, call.call.arguments, call.end)
                )
                for call in mark.calls
            ]
        choice: ParsedChoice[Any] = ParsedChoice(
            index=mark.index,
            finish_reason=mark.finish_reason,
            message=message,
            logprobs=self._logprobs(mark),
        )
        vars(choice).update(resolved(mark.choice_extra))
        return choice

    def _parsed(self, reader: Reading) -> object:
        return reader.content(self.content).value if self.has_whole_content() else None

    def _parsed_arguments(self, call: ToolCallLog, reader: Reading) -> object:
        whole = self.is_whole or call.is_whole()
        return reader.arguments(call).value if whole else None

    def _append_logprobs(self, logprobs: ChoiceLogprobs) -> None:
        if logprobs.content is not None:
            self.logprobs_content = self.logprobs_content or []
            self.logprobs_content += logprobs.content
        if logprobs.refusal is not None:
            self.logprobs_refusal = self.logprobs_refusal or []
            self.logprobs_refusal += logprobs.refusal
        if vars(logprobs):
            self._logprobs_extra = merged(self._logprobs_extra, logprobs.model_extra)

    def _logprobs(self, mark: ChoiceMark) -> ChoiceLogprobs | None:
        if (
            mark.logprobs_content_end is None
            and mark.logprobs_refusal_end is None
            and not mark.logprobs_extra
        ):
            return None
        logprobs = ChoiceLogprobs(
            content=_upto(self.logprobs_content, mark.logprobs_content_end),
            refusal=_upto(self.logprobs_refusal, mark.logprobs_refusal_end),
        )
        vars(logprobs).update(resolved(mark.logprobs_extra))
        return logprobs


_Message = cast("type[ParsedChatCompletionMessage[Any]]", ParsedChatCompletionMessage)


def _has_rare_fields(delta: ChoiceDelta) -> bool:
    return (
        delta.reasoning_content is not None
        or delta.reasoning is not None
        or delta.audio is not None
        or delta.annotations is not None
        or delta.function_call is not None
        or bool(vars(delta))
    )


def _rare_fields(delta: ChoiceDelta) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "reasoning_content": delta.reasoning_content,
        "reasoning": delta.reasoning,
        "audio": plain(delta.audio, drop_none=True),
        "annotations": plain(delta.annotations, drop_none=True),
        "function_call": plain(delta.function_call, drop_none=True),
    }
    return fields | delta.model_extra


def _upto(
    logprobs: list[ChatCompletionTokenLogprob] | None, end: int | None
) -> list[ChatCompletionTokenLogprob] | None:
    return None if logprobs is None or end is None else logprobs[:end]
