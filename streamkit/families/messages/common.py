"""The common events of a message, and its final answer in the common vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from streamkit._core.machine import Machine
from streamkit._core.wire import Wire, json_of, plain
from streamkit.families._common.events import (
    AnnotationEvent,
    CommonEvent,
    ContentDeltaEvent,
    ContentDoneEvent,
    FinishEvent,
    FunctionToolCallArgumentsDeltaEvent,
    FunctionToolCallArgumentsDoneEvent,
    RawChunkEvent,
    ReasoningDeltaEvent,
    ReasoningDoneEvent,
    RefusalDoneEvent,
    ServerToolDeltaEvent,
    ServerToolDoneEvent,
    UsageEvent,
)
from streamkit.families._common.final import Final, FinalToolCall, Usage
from streamkit.families.messages.events import (
    CitationEvent,
    CompactionEvent,
    ContentBlockStopEvent,
    InputJsonEvent,
    MessageStopEvent,
    MessageStreamEvent,
    SignatureEvent,
    TextEvent,
    ThinkingEvent,
)
from streamkit.types.messages import (
    McpToolUseBlock,
    ParsedTextBlock,
    ParsedToolUseBlock,
    RawContentBlockStartEvent,
    RawMessageDeltaEvent,
    RawMessageStartEvent,
    RedactedThinkingBlock,
    ServerToolUseBlock,
    ThinkingBlock,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from streamkit.families.messages.block import BlockLog
    from streamkit.families.messages.log import MessageMark
    from streamkit.types.messages import ParsedMessage

__all__ = ["CommonMessageEvents", "final"]

_REASONS: Mapping[str, str] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "tool_use": "tool_calls",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "content_filter",
    "pause_turn": "pause",
    "compaction": "pause",
}
_USES = (ServerToolUseBlock, McpToolUseBlock)


class CommonMessageEvents(Machine["Sequence[MessageStreamEvent[Any]]", CommonEvent[Any]]):
    """A machine that turns the events of a message into common ones.

    A chunk event comes first for each event of the server. A call begins with an empty piece, and
    a tool of the server is done when the block with its result is whole. The finish comes last,
    with the end of the message.
    """

    def __init__(self) -> None:
        self._calls: dict[int, int] = {}  # the indices of calls by the places of their blocks
        self._usage = Usage()

    def feed(self, value: Sequence[MessageStreamEvent[Any]], /) -> Sequence[CommonEvent[Any]]:
        """Return the common events of some events of the stream."""
        made: list[CommonEvent[Any]] = []
        for event in value:
            # A hot path: the kinds of events in the order of their frequency.
            if isinstance(event, TextEvent):
                if event.text:
                    made.append(_content(event))
            elif isinstance(event, InputJsonEvent):
                if event.partial_json:
                    made.append(self._piece(event.block, event.partial_json, event.end, event))
            elif isinstance(event, ThinkingEvent):
                if event.thinking:
                    made.append(_thought(event))
            elif isinstance(event, CitationEvent):
                part = (event.index,)
                made.append(AnnotationEvent(0, event.citation, _part=part, _raw=event))
            elif not isinstance(event, SignatureEvent | CompactionEvent):
                mark: MessageMark = event.mark
                made.append(RawChunkEvent(event, mark.log, mark, _raw=event))
                made += self._following(event, mark)
        return made

    def _following(
        self, event: MessageStreamEvent[Any], mark: MessageMark
    ) -> Iterator[CommonEvent[Any]]:
        """Yield the events after the chunk event of an event that is no piece."""
        match event:
            case ContentBlockStopEvent():
                yield from self._whole(event)
            case RawContentBlockStartEvent():
                block = mark.log.blocks[mark.count - 1]
                if block.kind == "input":
                    yield self._piece(block, "", 0, event)
            case RawMessageStartEvent() | RawMessageDeltaEvent():
                usage = _usage(mark.fields.get("usage"))
                if usage != self._usage:
                    self._usage = usage
                    yield UsageEvent(usage, _raw=event)
            case MessageStopEvent():
                reason = mark.stop_reason
                if reason == "refusal":
                    refusal = _refusal(event.message)
                    yield RefusalDoneEvent(0, refusal, _part=("refusal",), _raw=event)
                if reason:
                    yield FinishEvent(0, _REASONS.get(reason, reason), reason, _raw=event)
            case _:
                pass

    def _piece(self, block: BlockLog, piece: str, end: int, raw: object) -> CommonEvent[Any]:
        """Return the event of a new piece of a call's input."""
        at, index = (block.place,), self._index(block)
        if isinstance(block.begun, _USES):
            return ServerToolDeltaEvent(
                *(0, index, _kind(block), block.name, block.id, "", piece, block.text, end),
                _part=at,
                _raw=raw,
            )
        return FunctionToolCallArgumentsDeltaEvent(
            *(0, index, block.name, block.id, piece, block.text, end, block.reader),
            _part=at,
            _raw=raw,
        )

    def _whole(self, event: ContentBlockStopEvent[Any]) -> Iterator[CommonEvent[Any]]:
        """Yield the event of a whole block."""
        block, at = event.content_block, (event.index,)
        if isinstance(block, ParsedTextBlock):
            if block.text:
                yield ContentDoneEvent(0, block.text, block.parsed_output, _part=at, _raw=event)
        elif isinstance(block, ParsedToolUseBlock):
            log = event.block
            arguments = log.written()
            if arguments is not log.text:  # the input came with the start of the block
                yield FunctionToolCallArgumentsDeltaEvent(
                    *(0, self._index(log), block.name, block.id, arguments.first(arguments.length)),
                    *(arguments, arguments.length, log.reader),
                    _part=at,
                    _raw=event,
                )
            yield FunctionToolCallArgumentsDoneEvent(
                *(0, self._index(log), block.name, block.id),
                arguments.first(arguments.length) or "{}",
                block.parsed_input if log.reader.reads_arguments(block.name) else None,
                _part=at,
                _raw=event,
            )
        elif isinstance(block, ThinkingBlock):
            if block.thinking or block.signature:
                signature = block.signature or None
                yield ReasoningDoneEvent(
                    0, block.thinking, signature=signature, _part=at, _raw=event
                )
        elif isinstance(block, RedactedThinkingBlock):
            yield ReasoningDoneEvent(0, "", encrypted=block.data, _part=at, _raw=event)
        elif (use_id := getattr(block, "tool_use_id", None)) is not None:
            yield self._result(block, str(use_id), event)

    def _result(
        self, block: Wire, use_id: str, event: ContentBlockStopEvent[Any]
    ) -> ServerToolDoneEvent:
        """Return the event of the result of a tool that the server has run."""
        output = plain(getattr(block, "content", None), "json", drop_none=True)
        uses = (log for log in event.mark.log.blocks if log.id == use_id and log.kind == "input")
        use = next(uses, None)
        if use is None:
            name = str(getattr(block, "type", "")).removesuffix("_tool_result")
            index = self._index(event.block)
            return ServerToolDoneEvent(
                *(0, index, name, name, use_id, "", "", output), _part=(event.index,), _raw=event
            )
        text = use.written()
        return ServerToolDoneEvent(
            *(0, self._index(use), _kind(use), use.name, use_id, ""),
            text.first(text.length) or "{}",
            output,
            _part=(use.place,),
            _raw=event,
        )

    def _index(self, block: BlockLog) -> int:
        return self._calls.setdefault(block.place, len(self._calls))


def final(message: ParsedMessage[Any]) -> Final[Any]:
    """Return a message as the final answer."""
    content, reason = message.content, message.stop_reason
    calls = [
        FinalToolCall(block.id, block.name, _arguments(block), block.parsed_input)
        for block in content
        if isinstance(block, ParsedToolUseBlock)
    ]
    return Final(
        "".join([block.text for block in content if isinstance(block, ParsedTextBlock)]),
        "".join([block.thinking for block in content if isinstance(block, ThinkingBlock)]),
        _refusal(message) if reason == "refusal" else "",
        message.parsed_output,
        calls,
        _usage(message.usage.to_dict()),
        reason and _REASONS.get(reason, reason),
        message,
    )


def _content(event: TextEvent) -> ContentDeltaEvent:
    block, at = event.block, (event.index,)
    return ContentDeltaEvent(
        0, event.text, block.text, event.end, block.reader, _part=at, _raw=event
    )


def _thought(event: ThinkingEvent) -> ReasoningDeltaEvent:
    at = (event.index,)
    return ReasoningDeltaEvent(0, event.thinking, event.block.text, event.end, _part=at, _raw=event)


def _kind(block: BlockLog) -> str:
    return "mcp" if isinstance(block.begun, McpToolUseBlock) else block.name


def _arguments(block: ParsedToolUseBlock) -> str:
    if block.input_json.strip() or not block.input:
        return block.input_json or "{}"
    return json_of(block.input)


def _refusal(message: ParsedMessage[Any]) -> str:
    details = message.stop_details
    return (details and details.explanation) or ""


def _usage(fields: object) -> Usage:
    counts = _mapping(fields)
    cached = _count(counts, "cache_read_input_tokens")
    written = _count(counts, "cache_creation_input_tokens")
    return Usage(
        _count(counts, "input_tokens") + cached + written,
        cached,
        _count(counts, "output_tokens"),
        _count(_mapping(counts.get("output_tokens_details")), "thinking_tokens"),
    )


def _mapping(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else _EMPTY


_EMPTY: Mapping[str, object] = {}


def _count(counts: Mapping[str, object], name: str) -> int:
    count = counts.get(name)
    return count if isinstance(count, int) else 0
