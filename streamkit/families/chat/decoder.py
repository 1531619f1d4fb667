"""Server-sent events to chunks, and which choices of an answer have spoken and finished."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, TypeVar, cast

from streamkit._core.object_decoder import ObjectDecoder
from streamkit._core.reports import ended_with_error, report_in, reported
from streamkit.errors import LimitExceededError, StreamDecodeError
from streamkit.families.chat.answer_shapes import WholeMessages, unwrapped
from streamkit.limits import DEFAULTS, Limits
from streamkit.types import ChatCompletionChunk
from streamkit.types.speech import DETAILS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from streamkit._core.answer_decoder import OnTruncated
    from streamkit.types import ChoiceDelta, ChunkChoice

__all__ = ["ChunkDecoder"]

C = TypeVar("C", bound=ChatCompletionChunk)

_log = logging.getLogger("streamkit")


class ChunkDecoder(ObjectDecoder[C]):
    """Decodes the chunks of one streamed completion; the machine of ``decode``."""

    def __init__(
        self,
        type_: type[C],
        *,
        choices: int = 1,
        on_truncated: OnTruncated = "error",
        limits: Limits = DEFAULTS,
    ) -> None:
        super().__init__(type_, on_truncated=on_truncated, limits=limits)
        self._decode = self._strictly
        self._choices = choices
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
    def has_ended(self) -> bool:
        """Whether as many choices as were asked for have finished, and all that have begun."""
        return not (self._silent or self._unfinished or len(self._finished) < self._choices)

    def decode(self, data: str | bytes, event: str = "message", /) -> C | None:
        """Take the data of an event and return the chunk in them, if there is one."""
        if self.done:
            return None
        chunk: C | None
        try:
            chunk = self._decode(data)
        except (ValueError, RecursionError):
            # Not all of it fits the type.
            chunk = self._decode_leniently(data, event)
            if chunk is None:
                return None
        else:
            self.received += 1
        choices = chunk.choices
        if not choices and not self._is_part(chunk, data):
            return None
        for choice in choices or ():
            # A hot place: most chunks go on with a choice that is known to be open.
            if choice.finish_reason or choice.index not in self._unfinished:
                self._take_note(choice, data)
        return chunk

    def close(self) -> Iterable[C]:
        """Take the end of the body, or ``[DONE]``."""
        super().close()
        # An answer may be empty; not so where something else was said in its place.
        if not (self._unfinished or self._finished or (self._silent and not self._has_skipped)):
            raise self._no_answer("an answer")
        return ()

    def _missing(self) -> str:
        finished = f"{len(self._finished)} of {self._choices} choices finished"
        return f"no [DONE], and {finished}{self._quoted()}"

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

    def _decode_after_messages(self, data: str | bytes) -> C:
        """The chunk; its deltas go on with what whole messages began."""
        chunk = self._strictly(data)
        for choice in chunk.choices or ():
            if _speaks(choice.delta) or _thoughts(choice.delta):
                self._messages.goes_on(choice.index)
        return chunk

    def _built(self, value: object, data: str | bytes, event: str) -> C:
        report = report_in(value, event)
        if report is not None:
            raise reported(data, report)
        value = unwrapped(value)
        if isinstance(value, dict):
            value = self._messages.as_chunk(cast("dict[str, Any]", value))
            if not self._messages.is_empty:
                self._decode = self._decode_after_messages
        chunk = super()._built(value, data, event)
        if "choices" in chunk.model_extra:
            raise StreamDecodeError("the choices of a chunk are no list of objects", received=data)
        return chunk


def _speaks(delta: ChoiceDelta | None) -> bool:
    """Whether anything of a message is in it, besides what the model thinks."""
    return delta is not None and bool(
        delta.content or delta.refusal or delta.tool_calls or delta.function_call or delta.audio
    )


def _thoughts(delta: ChoiceDelta | None) -> list[str]:
    """The fields of a delta in which the model thinks."""
    return [name for name in _THOUGHTS if getattr(delta, name, None)]


_THOUGHTS = ("reasoning_content", "reasoning", DETAILS)
