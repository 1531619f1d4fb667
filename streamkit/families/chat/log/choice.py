"""The log of one choice of a streamed completion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from msgspec import UNSET, Struct
from msgspec.structs import replace

from streamkit._core.calls import CallUpdate
from streamkit._core.merge import EMPTY, Fields, adds_nothing_again, merged, resolved
from streamkit._core.packed import PackedList
from streamkit._core.states import States
from streamkit._core.text import TextLog
from streamkit.families.chat.log.heading import ChoiceHeading, continued, has_other_reasoning
from streamkit.families.chat.log.rules import DELTAS, PER_TOKEN
from streamkit.families.chat.log.tool_call import CallMark, ToolCallLog
from streamkit.families.chat.log.tool_calls import ToolCallsLog
from streamkit.limits import DEFAULTS, Limits
from streamkit.types import (
    ChatCompletionTokenLogprob,
    ChoiceLogprobs,
    ParsedChatCompletionMessage,
    ParsedChoice,
    construct,
)
from streamkit.types.speech import DETAILS, thought_in

if TYPE_CHECKING:
    from streamkit._core.reading import Reading
    from streamkit.types import ChoiceDelta, ChoiceDeltaFunctionCall, ChunkChoice

__all__ = ["CUT_SHORT", "ChoiceLog", "ChoiceUpdate"]

CUT_SHORT = ("length", "content_filter")
"""The finish reasons of an answer that was cut short."""


class ChoiceMark(Struct, frozen=True, kw_only=True, gc=False):
    """The state of a choice at one moment, besides its content and its reasoning."""

    heading: ChoiceHeading
    refusal_end: int
    calls: States[CallMark]
    logprobs_ends: tuple[int | None, int | None]
    """The numbers of log probabilities of content and refusal; None when no such field came."""


class ChoiceUpdate(Struct, frozen=True, kw_only=True, gc=False):
    """The additions of a chunk to one choice, and the state of the choice after it."""

    index: int
    choice: ChoiceLog
    content: str | None = None
    """The text added to the content; None when the chunk had no such field."""
    content_end: int
    reasoning: str | None = None
    """The text added to the reasoning; None when the chunk had no such field."""
    reasoning_end: int
    mark: ChoiceMark
    """The rest of the choice; updates that add nothing to it share the mark."""
    refusal: str | None = None
    calls: tuple[CallUpdate[ToolCallLog], ...] = ()
    logprobs: ChoiceLogprobs | None = None
    finish_reason: str | None = None
    """The finish reason in this chunk; the heading has the latest one of any chunk."""

    def with_content(self, content: str | None, end: int) -> ChoiceUpdate:
        """Return the update of a later chunk that added this to the content, and nothing else."""
        return ChoiceUpdate(
            index=self.index,
            choice=self.choice,
            content=content,
            content_end=end,
            reasoning_end=self.reasoning_end,
            mark=self.mark,
        )


class ChoiceLog:
    """The append-only log of one choice, readable as of any mark."""

    __slots__ = (
        "_function_call",
        "_limits",
        "_logprobs_ends",
        "_mark",
        "_tool_calls",
        "content",
        "heading",
        "index",
        "logprobs_content",
        "logprobs_refusal",
        "reasoning",
        "refusal",
    )

    def __init__(self, index: int, limits: Limits = DEFAULTS) -> None:
        self._limits = limits
        self.index = index
        self.reasoning = TextLog(limits)
        """The reasoning from ``reasoning_content``, ``reasoning``, or else from the details."""
        self.content = TextLog(limits)
        self.refusal = TextLog(limits)
        self.logprobs_content = PackedList(ChatCompletionTokenLogprob)
        self.logprobs_refusal = PackedList(ChatCompletionTokenLogprob)
        self._logprobs_ends: tuple[int | None, int | None] = (None, None)
        self._tool_calls = ToolCallsLog(limits)
        self._function_call: ToolCallLog | None = None
        self.heading = ChoiceHeading()
        self._mark = ChoiceMark(
            heading=self.heading,
            refusal_end=0,
            calls=self._tool_calls.marks,
            logprobs_ends=self._logprobs_ends,
        )

    @property
    def finish_reason(self) -> str | None:
        """The reason for the end of the choice; None before the end."""
        return self.heading.finish_reason

    @property
    def calls(self) -> States[CallMark]:
        """The current state of the tool calls, in the order of their indices."""
        return self._tool_calls.marks

    @property
    def is_whole(self) -> bool:
        """Whether the answer can be parsed: it is no refusal and was not cut short."""
        return self.finish_reason not in CUT_SHORT and not self.refusal.length

    @property
    def is_empty(self) -> bool:
        """Whether the choice has no answer: no content, refusal, call or audio."""
        call = self.heading.function_call
        return not (
            self.content.length
            or self.refusal.length
            or self.calls
            or (call is not None and (call.name or call.end))
            or self.heading.fields.get("audio")
        )

    def has_whole_content(self) -> bool:
        """Return whether the content can be parsed, even if a later part of the answer was cut."""
        return self.is_whole or (not self.refusal.length and self.content.is_whole_json())

    def append(self, choice: ChunkChoice) -> ChoiceUpdate:
        """Append the part of a chunk for this choice and return its additions."""
        # A hot path: nearly every chunk has a piece of content and nothing else.
        reasoning = content = refusal = thought = None
        calls: tuple[CallUpdate[ToolCallLog], ...] = ()
        heading, delta, logprobs = self.heading, choice.delta, choice.logprobs
        is_rare = bool(choice.finish_reason) or choice.unknown_fields is not UNSET
        if delta is not None:
            if delta.content is not None:
                content = self.content.append(delta.content)
                is_rare = is_rare or not heading.has_content
            if delta.refusal is not None:
                refusal = self.refusal.append(delta.refusal)
                is_rare = is_rare or not heading.has_refusal
            if delta.tool_calls:
                calls = self._tool_calls.append(delta.tool_calls)
            if delta.reasoning_content is not None or delta.reasoning is not None:
                reasoning = self.reasoning.append(delta.reasoning_content or delta.reasoning or "")
                is_rare = is_rare or has_other_reasoning(delta, heading.reasoning_name)
            if delta.unknown_fields is not UNSET:
                is_rare = True
                if not reasoning and (thought := self._thought_in_details(delta)):
                    reasoning = self.reasoning.append(thought)
            elif (
                (delta.role and delta.role != heading.role)
                or delta.annotations is not None
                or delta.audio is not None
            ):
                is_rare = True
            if delta.function_call is not None:
                self._append_function_call(delta.function_call)
        if logprobs is not None:
            self._append_logprobs(logprobs)
        if is_rare:
            self.heading = continued(
                self.heading, choice, self._limits, thinks_in_details=bool(thought)
            )
        mark = self._mark
        if self.heading is mark.heading and refusal is None and logprobs is None and not calls:
            return ChoiceUpdate(
                index=self.index,
                choice=self,
                content=content,
                content_end=self.content.length,
                reasoning=reasoning,
                reasoning_end=self.reasoning.length,
                mark=mark,
            )
        self._mark = ChoiceMark(
            heading=self.heading,
            refusal_end=self.refusal.length,
            calls=self._tool_calls.marks,
            logprobs_ends=self._logprobs_ends,
        )
        return ChoiceUpdate(
            index=self.index,
            choice=self,
            content=content,
            content_end=self.content.length,
            reasoning=reasoning,
            reasoning_end=self.reasoning.length,
            mark=self._mark,
            refusal=refusal,
            calls=calls,
            logprobs=logprobs,
            finish_reason=choice.finish_reason,
        )

    def append_content(self, piece: str) -> ChoiceUpdate:
        """Append a piece of the content, which is not the first one, and return it as an update."""
        text = self.content
        content = text.append(piece)
        return ChoiceUpdate(
            index=self.index,
            choice=self,
            content=content,
            content_end=text.length,
            reasoning_end=self.reasoning.length,
            mark=self._mark,
        )

    def thinks_in(self, name: str) -> bool:
        """Return whether the reasoning has come in the delta's field of this name, and no other."""
        return self.heading.reasoning_name == name

    def append_reasoning(self, piece: str) -> ChoiceUpdate:
        """Append a piece of the reasoning, which is not the first one, as an update."""
        text = self.reasoning
        reasoning = text.append(piece)
        return ChoiceUpdate(
            index=self.index,
            choice=self,
            content_end=self.content.length,
            reasoning=reasoning,
            reasoning_end=text.length,
            mark=self._mark,
        )

    def append_refusal(self, piece: str) -> ChoiceUpdate:
        """Append a piece of the refusal, which is not the first one, as an update."""
        text = self.refusal
        refusal = text.append(piece)
        mark = self._mark
        self._mark = ChoiceMark(
            heading=mark.heading,
            refusal_end=text.length,
            calls=mark.calls,
            logprobs_ends=mark.logprobs_ends,
        )
        return ChoiceUpdate(
            index=self.index,
            choice=self,
            content_end=self.content.length,
            reasoning_end=self.reasoning.length,
            mark=self._mark,
            refusal=refusal,
        )

    def grown_call(self, index: int) -> ToolCallLog | None:
        """Return the call to which a fragment of an index and a piece alone belongs, if known."""
        return self._tool_calls.grown_by_pieces(index)

    def append_arguments(self, call: ToolCallLog, piece: str) -> ChoiceUpdate:
        """Append a piece to a call that ``grown_call`` has returned, and return it as an update."""
        calls = self._tool_calls.append_piece(call, piece)
        mark = self._mark
        self._mark = ChoiceMark(
            heading=mark.heading,
            refusal_end=mark.refusal_end,
            calls=self._tool_calls.marks,
            logprobs_ends=mark.logprobs_ends,
        )
        return ChoiceUpdate(
            index=self.index,
            choice=self,
            content=None,
            content_end=self.content.length,
            reasoning_end=self.reasoning.length,
            mark=self._mark,
            calls=calls,
        )

    def adds_nothing_again(self, part: ChunkChoice) -> bool:
        """Return whether the unknown fields of the last part add nothing if they come again."""
        heading, in_choice = self.heading, part.unknown_fields or EMPTY
        in_delta: Fields = (part.delta and part.delta.unknown_fields) or EMPTY
        return (
            not in_delta.get(DETAILS)  # the thoughts in them are said once more
            and adds_nothing_again(in_choice, heading.choice_extra, DELTAS)
            and adds_nothing_again(in_delta, heading.delta_extra, DELTAS)
        )

    def mark_after(self, mark: ChoiceMark, part: ChunkChoice) -> ChoiceMark:
        """Return the mark after a part that has nothing new but values that replace the last ones.

        These are values of unknown fields.
        """
        delta = part.delta
        if part.unknown_fields is UNSET and (delta is None or delta.unknown_fields is UNSET):
            return mark
        heading = continued(mark.heading, part, self._limits, thinks_in_details=False)
        return replace(mark, heading=heading)

    def replace_values(self, part: ChunkChoice) -> ChoiceMark:
        """Take such a part, and return the mark after it."""
        self._mark = mark = self.mark_after(self._mark, part)
        self.heading = mark.heading
        return mark

    def build(self, update: ChoiceUpdate, reader: Reading, *, final: bool) -> ParsedChoice[Any]:
        """Return the wire type of the choice as of ``update``.

        The content and arguments are parsed as whole values when ``final``, else as far as they go.
        """
        mark, heading = update.mark, update.mark.heading
        message = construct(_Message, resolved(heading.fields))
        if heading.delta_extra:
            message.add_unknown(resolved(heading.delta_extra))
        message.role = heading.role
        if heading.reasoning_name:
            reasoning = self.reasoning.first(update.reasoning_end)
            setattr(message, heading.reasoning_name, reasoning)
        if heading.has_content:
            message.content = self.content.first(update.content_end)
        if heading.has_refusal:
            message.refusal = self.refusal.first(mark.refusal_end)
        if update.content_end and not mark.refusal_end:
            message.parsed = (
                self._parsed(reader)
                if final
                else reader.partial_content(self.content, update.content_end)
            )
        if heading.function_call is not None:
            message.function_call = heading.function_call.build_old_kind()
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
            index=update.index,
            finish_reason=heading.finish_reason,
            message=message,
            logprobs=self._logprobs(mark),
        )
        if heading.choice_extra:
            choice.add_unknown(resolved(heading.choice_extra))
        return choice

    def _parsed(self, reader: Reading) -> object:
        return reader.content(self.content).value if self.has_whole_content() else None

    def _parsed_arguments(self, call: ToolCallLog, reader: Reading) -> object:
        if call.type != "function" or not (self.is_whole or call.is_whole()):
            return None
        return reader.arguments(call.name, call.arguments).value

    def _append_function_call(self, call: ChoiceDeltaFunctionCall) -> None:
        if self._function_call is None:
            self._function_call = ToolCallLog(0, self._limits)
        self._function_call.add_body(call)
        self.heading = replace(self.heading, function_call=self._function_call.mark())

    def _thought_in_details(self, delta: ChoiceDelta) -> str:
        """Return the reasoning in ``reasoning_details``, unless another field has brought it."""
        if self.reasoning.length and not self.heading.thinks_in_details:
            return ""
        details: object = getattr(delta, DETAILS, None)
        return thought_in(details) if details else ""

    def _append_logprobs(self, logprobs: ChoiceLogprobs) -> None:
        content_end, refusal_end = self._logprobs_ends
        if logprobs.content is not None:
            content_end = self.logprobs_content.extend(logprobs.content)
        if logprobs.refusal is not None:
            refusal_end = self.logprobs_refusal.extend(logprobs.refusal)
        self._logprobs_ends = content_end, refusal_end
        if logprobs.unknown_fields is not UNSET:
            old = self.heading.logprobs_extra
            extra = merged(old, logprobs.model_extra, PER_TOKEN, self._limits)
            self.heading = replace(self.heading, logprobs_extra=extra)

    def _logprobs(self, mark: ChoiceMark) -> ChoiceLogprobs | None:
        extra = mark.heading.logprobs_extra
        content_end, refusal_end = mark.logprobs_ends
        if content_end is None and refusal_end is None and not extra:
            return None
        logprobs = ChoiceLogprobs(
            content=None if content_end is None else self.logprobs_content.first(content_end),
            refusal=None if refusal_end is None else self.logprobs_refusal.first(refusal_end),
        )
        logprobs.add_unknown(resolved(extra))
        return logprobs


_Message = cast("type[ParsedChatCompletionMessage[Any]]", ParsedChatCompletionMessage)
