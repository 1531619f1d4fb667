"""The log of one text in an item of a response."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from streamkit._core.copying import copied
from streamkit._core.packed import PackedList
from streamkit._core.text import TextLog
from streamkit.types.responses.content import Logprob

if TYPE_CHECKING:
    from streamkit._core.reading import Reading
    from streamkit._core.wire import Wire
    from streamkit.families.responses.log.item import ItemLog
    from streamkit.families.responses.log.kinds import Kind
    from streamkit.limits import Limits
    from streamkit.types.responses.content import Annotation

__all__ = ["PartLog", "PartMark"]


class PartLog:
    """A text of an item: a part of its content or summary, its arguments, input or code."""

    __slots__ = (
        *("_limits", "annotations", "ended", "index", "item", "joined_at", "kind", "logprobs"),
        *("reader", "text", "whole"),
    )

    def __init__(
        self, item: ItemLog, kind: Kind, index: int, reader: Reading, limits: Limits
    ) -> None:
        self._limits = limits
        self.item = item
        self.reader = reader
        self.kind = kind
        self.index = index
        """The place of the part in its list; 0 where the item has no list."""
        self.text = TextLog(limits)
        self.annotations: list[Annotation] = []
        self.logprobs = PackedList(Logprob)
        self.whole: Wire | None = None
        """The part as the server last sent it, with fields that have no log."""
        self.joined_at = 0
        """The characters that need not be shown, since the stream was joined after their time."""
        self.ended = False
        """Whether the event with the whole text came, or was made."""

    @property
    def address(self) -> tuple[int | str, ...]:
        """The part's address in the response, which no other part has."""
        return self.item.position, self.kind.field, self.index

    def completed(self, text: object) -> PartLog:
        """Take the whole text; return the part that has it.

        What no delta brought is added. Where the stream was joined after the text had begun, that
        is the beginning, and the part is another: events before this one are positions in the old.
        Where the deltas differ from the text they count, since they were shown.
        """
        known = self.text.length
        if not isinstance(text, str) or len(text) <= known:
            return self
        shown = self.text.first(known)
        if text.startswith(shown):
            self.text.append(text[known:])
            return self
        return self._begun_earlier(text) if text.endswith(shown) else self

    def take(self, whole: Wire) -> PartLog:
        """Take the part as the server sent it, which no reader has; return that with its text."""
        part = self.completed(getattr(whole, self.kind.text))
        part.whole = whole
        return part

    def annotate(self, annotation: Annotation) -> None:
        """Take an annotation that came in an event of its own."""
        self.annotations.append(copied(annotation))

    def _begun_earlier(self, text: str) -> PartLog:
        part = PartLog(self.item, self.kind, self.index, self.reader, self._limits)
        part.joined_at = len(part.text.append(text))
        part.annotations, part.logprobs = self.annotations, self.logprobs
        part.ended = self.ended
        self.item.parts[self.kind, self.index] = part
        return part

    def mark(self) -> PartMark:
        """Return the present state of the part."""
        return PartMark(
            self, self.text.length, self.whole, len(self.annotations), self.logprobs.length
        )


# Visible to the garbage collector, as the states of items and of responses are, because the logs
# keep their last states, which lead back to them.
class PartMark(Struct, frozen=True):
    """The state of a part at one moment."""

    part: PartLog
    end: int
    whole: Any
    annotations: int
    """The number of annotations that came in events of their own."""
    logprobs: int
