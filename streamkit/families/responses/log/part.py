"""The log of one text in an item of a response."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from streamkit._core.text import TextLog

if TYPE_CHECKING:
    from streamkit._core.reading import Reading
    from streamkit._core.wire import Wire
    from streamkit.families.responses.log.item import ItemLog
    from streamkit.families.responses.log.kinds import Kind
    from streamkit.limits import Limits
    from streamkit.types.responses.content import Annotation, Logprob

__all__ = ["PartLog", "PartMark"]


class PartLog:
    """A text of an item: a part of its content or summary, its arguments, input or code."""

    __slots__ = (
        *("annotations", "ended", "index", "item", "kind", "logprobs", "reader", "text"),
        "whole",
    )

    def __init__(
        self, item: ItemLog, kind: Kind, index: int, reader: Reading, limits: Limits
    ) -> None:
        self.item = item
        self.reader = reader
        self.kind = kind
        self.index = index
        """The place of the part in its list; 0 where the item has no list."""
        self.text = TextLog(limits)
        self.annotations: list[Annotation] = []
        self.logprobs: list[Logprob] = []
        self.whole: Wire | None = None
        """The part as the server last sent it, with fields that have no log."""
        self.ended = False
        """Whether the event with the whole text came, or was made."""

    @property
    def address(self) -> tuple[int | str, ...]:
        """The part's address in the response, which no other part has."""
        return self.item.position, self.kind.field, self.index

    def complete(self, text: object) -> str:
        """Take the whole text; append and return the end of it that no delta brought.

        Where the deltas differ from the text they count, since they were shown.
        """
        known = self.text.length
        if not isinstance(text, str) or len(text) <= known:
            return ""
        if known and not text.startswith(self.text.first(known)):
            return ""
        return self.text.append(text[known:])

    def take(self, whole: Wire) -> None:
        """Take the part as the server sent it."""
        self.whole = whole
        self.complete(getattr(whole, self.kind.text))

    def mark(self) -> PartMark:
        """Return the present state of the part."""
        return PartMark(
            self, self.text.length, self.whole, len(self.annotations), len(self.logprobs)
        )


class PartMark(Struct, frozen=True, gc=False):
    """The state of a part at one moment."""

    part: PartLog
    end: int
    whole: Any
    annotations: int
    """The number of annotations that came in events of their own."""
    logprobs: int
