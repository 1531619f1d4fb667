"""Server-sent events to chunks."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, TypeVar, cast, overload

from streamkit._core.answer_decoder import SSE, AnswerDecoder, OnTruncated
from streamkit._core.decoding import loads
from streamkit._core.reports import ended_with_error, is_error, report_in, reported
from streamkit.errors import LimitExceededError, StreamDecodeError, StreamTruncatedError
from streamkit.families.chat.answer_shapes import WholeMessages, unwrapped
from streamkit.limits import DEFAULTS, Limits
from streamkit.operators.lift import lift
from streamkit.types import ChatCompletionChunk, NestingError, Wire, WireDecoder, construct
from streamkit.types.speech import DETAILS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from reactivex import Observable

    from streamkit.types import ChoiceDelta, ChunkChoice

__all__ = ["ChunkDecoder", "decode"]

W = TypeVar("W", bound=Wire)

_log = logging.getLogger("streamkit")


@overload
def decode(
    *, choices: int = 1, on_truncated: OnTruncated = "error", limits: Limits = DEFAULTS
) -> Callable[[Observable[SSE]], Observable[ChatCompletionChunk]]: ...
@overload
def decode(
    type_: type[W],
    *,
    choices: int = 1,
    on_truncated: OnTruncated = "error",
    limits: Limits = DEFAULTS,
) -> Callable[[Observable[SSE]], Observable[W]]: ...
def decode(
    type_: type[Any] = ChatCompletionChunk,
    *,
    choices: int = 1,
    on_truncated: OnTruncated = "error",
    limits: Limits = DEFAULTS,
) -> Callable[[Observable[SSE]], Observable[Any]]:
    """Decode each event's data; ``[DONE]`` completes, and an error in the stream is an error.

        --{"id":..}-----{"id":..}-----[DONE]--
        [          decode(Chunk)             ]
        --Chunk---------Chunk---------|

    Without ``[DONE]`` the stream is complete once as many choices as were asked for (``choices``)
    have a finish reason; else ``StreamTruncatedError``. Raises ``APIError`` for an error the server
    reports in mid-stream, be it in the choice, ``StreamDecodeError`` for data that are no JSON
    object, and its subclass ``LimitExceededError`` for a depth of nesting or choices beyond
    ``limits``. A whole completion is read as a chunk, and so is a chunk in an envelope. An event
    without data is skipped; a JSON object that is no chunk is skipped and logged at DEBUG. If
    nothing came but such, ``[DONE]`` raises ``APIResponseValidationError`` that quotes it.
    """
    return lift(
        lambda: ChunkDecoder(type_, choices=choices, on_truncated=on_truncated, limits=limits),
        takes=SSE,
        name="decode",
    )


class ChunkDecoder(AnswerDecoder[W]):
    """The machine of ``decode``."""

    def __init__(
        self,
        type_: type[W],
        *,
        choices: int = 1,
        on_truncated: OnTruncated = "error",
        limits: Limits = DEFAULTS,
    ) -> None:
        self._type = type_
        self._strictly = self._decode = WireDecoder(type_).decode_strictly
        self._is_chat = issubclass(type_, ChatCompletionChunk)
        self._choices = choices
        self._on_truncated = on_truncated
        self._limits = limits
        self._silent: set[int] = set()  # choices that were opened, and of which nothing was said
        self._unfinished: set[int] = set()
        self._finished: set[int] = set()
        self._has_skipped = False
        self._thoughts: dict[int, set[str]] = {}  # of silent choices: the fields that had some
        self._messages = WholeMessages(self._has_spoken, self._thoughts_of)

    @property
    def is_answered(self) -> bool:
        """Whether any choice has come."""
        return bool(self._silent or self._unfinished or self._finished)

    @property
    def is_complete(self) -> bool:
        """Whether the answer would be whole if the stream ended now."""
        return (
            self.done
            or self._on_truncated == "accept"
            or not (self._silent or self._unfinished or len(self._finished) < self._choices)
        )

    def feed(self, value: SSE, /) -> Sequence[W]:
        """Take an event and return its chunk, if it has one."""
        name = value.event
        if name != "message" and is_error(name) and not self.done:
            self.received += 1
            raise reported(value.data)
        chunk = self.decode(value.data, name)
        return () if chunk is None else (chunk,)

    def decode(self, data: str | bytes, event: str = "message") -> W | None:
        """The chunk in the data of an event that is no error by its type, if there is one."""
        if self.done:
            return None
        self.received += 1
        if len(data) < _SHORT:
            stripped = data.strip()
            if not stripped:
                return None
            if stripped[:6] in _DONE:
                self.done = True
                return None
        try:
            chunk: Any = self._decode(data)
        except (ValueError, RecursionError):
            # Not all of it fits the type; only then can there be an error in it.
            chunk = self._decode_leniently(data, event)
        if self._is_chat:
            choices = chunk.choices
            if not choices and not self._is_part(chunk, data):
                return None
            for choice in choices or ():
                # A hot place: most chunks go on with a choice that is known to be open.
                if choice.finish_reason or choice.index not in self._unfinished:
                    self._take_note(choice, data)
        decoded: W = chunk
        return decoded

    def close(self) -> Iterable[W]:
        """Take the end of the body, or ``[DONE]``."""
        if not (self.received or self.is_complete):
            raise StreamDecodeError("the stream ended without an event")
        if not self.is_complete:
            raise StreamTruncatedError(
                f"the stream was cut after {self.received} events: no [DONE], and "
                f"{len(self._finished)} of {self._choices} choices finished" + self._quoted()
            )
        # An answer may be empty; not so where something else was said in its place.
        has_spoken = self._unfinished or self._finished or (self._silent and not self._has_skipped)
        if self._is_chat and not has_spoken:
            raise self._no_answer("an answer")
        return ()

    def _has_spoken(self, index: int) -> bool:
        return index in self._unfinished or index in self._finished

    def _thoughts_of(self, index: int) -> Collection[str]:
        return self._thoughts.get(index, ())

    def _is_part(self, chunk: ChatCompletionChunk, data: str | bytes) -> bool:
        """Whether an object without choices is a chunk all the same."""
        # Judged by its shape, for Azure sends chunks whose `object` is "".
        if (
            chunk.choices is not None
            or chunk.usage is not None
            or chunk.object == "chat.completion.chunk"
            or (chunk.id is not None and chunk.model is not None)
        ):
            if not self.is_answered:
                self._pass_over(data)
            return True
        self._skip(data)
        _log.debug("skipped event %d, which is no chunk", self.received)
        return False

    def _skip(self, data: str | bytes) -> None:
        """Remember what was no answer, unless one has come."""
        if not (self._unfinished or self._finished):
            self._has_skipped = True
            self._pass_over(data)

    def _take_note(self, choice: ChunkChoice, data: str | bytes) -> None:
        """Remember which choices have spoken, and which have finished."""
        index = choice.index
        if choice.finish_reason:
            if error := ended_with_error(index, choice.finish_reason):
                raise error
            self._finished.add(index)
            self._silent.discard(index)
            self._unfinished.discard(index)
        elif index not in self._finished:
            if _speaks(choice.delta):
                self._silent.discard(index)
                self._unfinished.add(index)
            else:
                self._silent.add(index)
                for name in _thoughts(choice.delta):
                    self._thoughts.setdefault(index, set()).add(name)
                if choice.delta is None:  # there may be something else in its place
                    self._skip(data)
        known = len(self._finished) + len(self._unfinished) + len(self._silent)
        if known > self._limits.choices:
            raise LimitExceededError(
                "choices", self._limits.choices, f"the server sent a choice {index}"
            )

    def _decode_after_messages(self, data: str | bytes) -> W:
        """The chunk; its deltas go on with what whole messages began."""
        chunk: Any = self._strictly(data)
        for choice in chunk.choices or ():
            if _speaks(choice.delta) or _thoughts(choice.delta):
                self._messages.goes_on(choice.index)
        decoded: W = chunk
        return decoded

    def _decode_leniently(self, data: str | bytes, event: str) -> W:
        try:
            value = loads(data, self._limits.json_depth)
        except NestingError as error:
            raise LimitExceededError(
                "json_depth", self._limits.json_depth, "nesting in an event", received=data
            ) from error
        except ValueError as error:
            raise _no_object(data) from error
        if self._is_chat:
            report = report_in(value, event)
            if report is not None:
                raise reported(data, report)
            value = unwrapped(value)
        if not isinstance(value, dict):
            raise _no_object(data)
        fields = cast("dict[str, Any]", value)
        if self._is_chat:
            fields = self._messages.as_chunk(fields)
            if not self._messages.is_empty:
                self._decode = self._decode_after_messages
        chunk = construct(self._type, fields)
        extra = chunk.model_extra
        if extra.get("error"):
            raise reported(data, extra["error"])
        if "choices" in extra:
            raise StreamDecodeError("the choices of a chunk are no list of objects", received=data)
        return chunk


def _no_object(data: str | bytes) -> StreamDecodeError:
    return StreamDecodeError("the server sent an event that is no JSON object", received=data)


def _speaks(delta: ChoiceDelta | None) -> bool:
    """Whether anything of a message is in it, besides what the model thinks."""
    return delta is not None and bool(
        delta.content or delta.refusal or delta.tool_calls or delta.function_call or delta.audio
    )


def _thoughts(delta: ChoiceDelta | None) -> list[str]:
    """The fields of a delta in which the model thinks."""
    return [name for name in _THOUGHTS if getattr(delta, name, None)]


_THOUGHTS = ("reasoning_content", "reasoning", DETAILS)


_SHORT = 16
_DONE = ("[DONE]", b"[DONE]")
