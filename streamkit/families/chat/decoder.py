"""The decoder from server-sent events to chunks, which tracks the choices of an answer."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar, cast

from streamkit._core.decoding import WireDecoder
from streamkit._core.late_template import LateFill
from streamkit._core.logger import logger
from streamkit._core.object_decoder import ObjectDecoder
from streamkit._core.reports import ended_with_error, report_in, reported
from streamkit.errors import LimitExceededError, StreamDecodeError
from streamkit.families.chat.answer_shapes import WholeMessages, unwrapped
from streamkit.families.chat.hole import CHANGING, Filling, gist_of, hole_of, putting
from streamkit.families.chat.unknown_fields import (
    decode_with_unknown_fields,
    has_unknown_fields,
)
from streamkit.limits import DEFAULTS, Limits
from streamkit.types import ChatCompletionChunk
from streamkit.types.speech import DETAILS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from collections.abc import Set as AbstractSet

    from streamkit._core.answer_decoder import OnTruncated
    from streamkit._core.template import Fill, Hole
    from streamkit.types import ChoiceDelta, ChunkChoice

__all__ = ["ChunkDecoder"]

C = TypeVar("C", bound=ChatCompletionChunk)


class ChunkDecoder(ObjectDecoder[C]):
    """The decoder of the chunks of one streamed completion; the machine of ``decode``."""

    changing = CHANGING

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
        self._reader = WireDecoder(type_)
        self._choices = choices
        self._silent: set[int] = set()  # choices that were opened and have at most thoughts so far
        self._unfinished: set[int] = set()
        self._finished: set[int] = set()
        self._has_skipped = False
        self._thoughts: dict[int, set[str]] = {}  # by silent choice: the fields that had thoughts

    @property
    def is_answered(self) -> bool:
        """Whether any choice has arrived."""
        return bool(self._silent or self._unfinished or self._finished)

    @property
    def has_ended(self) -> bool:
        """Whether all choices that have begun are finished, and at least as many as requested."""
        return not (self._silent or self._unfinished or len(self._finished) < self._choices)

    def decode(self, data: str | bytes, event: str = "message", /) -> C | None:
        """Return the chunk in the data of an event, or None when it has no chunk."""
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
            # A hot path: most chunks continue a choice that is known to be open.
            if choice.finish_reason or choice.index not in self._unfinished:
                self._take_note(choice, data)
        return chunk

    def hole(self, part: C) -> Hole | None:
        """Return the piece of text in a chunk that continues a choice, and is noted as such."""
        return hole_of(part)

    def fill(self, part: C, _hole: Hole, /) -> Fill[C]:
        """Return a function of a piece and a padding that makes such a chunk."""
        return Filling(part)

    def reread(self, data: bytes) -> C | None:
        """Decode data that resemble those of an earlier chunk, and take no note of them."""
        return self._reread(data)

    def gist(self, part: C) -> object:
        """Return the chunk without its piece and the values that may change."""
        return gist_of(part)

    def late_fill(self, part: C, start: int, changing: AbstractSet[str]) -> LateFill[C]:
        """Return a function that decodes the chunks of frames like this chunk's."""
        like = Filling(part).like if changing.isdisjoint(("id", "model", "created")) else None
        decode = self._reread if has_unknown_fields(part) else self._reader.decode
        return LateFill(decode, putting(part), start, like)

    def close(self) -> Iterable[C]:
        """End the answer, at the end of the body or at ``[DONE]``.

        Raises an error when no answer has come.
        """
        super().close()
        # An answer may be empty, but not when something else came in its place.
        if not (self._unfinished or self._finished or (self._silent and not self._has_skipped)):
            raise self._no_answer("an answer")
        return ()

    def _reread(self, data: bytes) -> C:
        try:
            return self._decode_with_unknown(data)
        except (ValueError, RecursionError):
            return self._reader.decode_leniently(data, self._limits.json_depth)

    def _decode_with_unknown(self, data: str | bytes) -> C:
        """Return a chunk that may have fields which its types do not know, and nothing else odd."""
        try:
            return decode_with_unknown_fields(data, self._type, self._limits.json_depth)
        except (ValueError, RecursionError):
            return self._strictly(data)

    def _missing(self) -> str:
        known = len(self._finished | self._unfinished | self._silent)
        choices = max(self._choices, known)
        finished = f"{len(self._finished)} of {choices} choices finished"
        return f"no [DONE], and {finished}{self._quoted()}"

    @cached_property
    def _messages(self) -> WholeMessages:
        """The whole messages in the stream, of which most streams have none."""
        return WholeMessages(self._has_spoken, self._thoughts_of)

    def _has_spoken(self, index: int) -> bool:
        return index in self._unfinished or index in self._finished

    def _thoughts_of(self, index: int) -> Collection[str]:
        return self._thoughts.get(index, ())

    def _is_part(self, chunk: ChatCompletionChunk, data: str | bytes) -> bool:
        """Return whether an object without choices is still a chunk."""
        # The shape decides because Azure sends chunks whose `object` is "".
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
        logger().debug("skipped event %d, which is no chunk", self.received)
        return False

    def _skip(self, data: str | bytes) -> None:
        """Remember data that are no answer, unless an answer has begun."""
        if not (self._unfinished or self._finished):
            self._has_skipped = True
            self._pass_over(data)

    def _take_note(self, choice: ChunkChoice, data: str | bytes) -> None:
        """Record whether a choice has begun and whether it has finished."""
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
                if choice.delta is None:  # the choice may have something else in its place
                    self._skip(data)
        known = len(self._finished) + len(self._unfinished) + len(self._silent)
        if known > self._limits.choices:
            raise LimitExceededError(
                "choices", self._limits.choices, f"the server sent a choice {index}"
            )

    def _decode_after_messages(self, data: str | bytes) -> C:
        """Return the chunk, and note the deltas that continue whole messages."""
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
                self.fits_templates = False
        chunk = super()._built(value, data, event)
        if "choices" in chunk.model_extra:
            raise StreamDecodeError("the choices of a chunk are no list of objects", received=data)
        if self.fits_templates and has_unknown_fields(chunk):
            self._decode = self._decode_with_unknown  # they come in each chunk
        return chunk


def _speaks(delta: ChoiceDelta | None) -> bool:
    """Return whether a delta has a part of a message other than thoughts."""
    return delta is not None and bool(
        delta.content or delta.refusal or delta.tool_calls or delta.function_call or delta.audio
    )


def _thoughts(delta: ChoiceDelta | None) -> list[str]:
    """Return the names of the fields of a delta that have thoughts."""
    return [name for name in _THOUGHTS if getattr(delta, name, None)]


_THOUGHTS = ("reasoning_content", "reasoning", DETAILS)
