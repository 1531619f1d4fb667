"""The log of a streamed message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from msgspec import Struct
from msgspec.structs import replace

from streamkit._core.construction import construct
from streamkit._core.copying import copied
from streamkit._core.merge import EMPTY, Fields, Rules, merged, resolved
from streamkit._core.wire import as_sent
from streamkit.errors import LimitExceededError
from streamkit.families.messages.block import BlockLog, BlockMark, Kind, new_block
from streamkit.types.messages import ParsedMessage

if TYPE_CHECKING:
    from streamkit._core.wire import Wire
    from streamkit.limits import Limits
    from streamkit.structured.reader import Reader
    from streamkit.types.messages import Message, RawMessageDeltaEvent

__all__ = ["MessageLog", "MessageMark"]

_REPORTS = Rules(lists="replaced", indexed=frozenset())
"""The rules for the fields of a message besides its content: totals so far, and whole lists."""


_Message = cast("type[ParsedMessage[Any]]", ParsedMessage)  # the same, for type checkers


# Visible to the garbage collector, because its log keeps one.
class MessageMark(Struct, frozen=True):
    """The state of a message at one moment."""

    log: MessageLog
    fields: Fields
    count: int
    """The number of blocks."""
    growing: tuple[BlockMark, ...]
    """The states of the open blocks, where the newest one may be older."""
    newest: BlockLog | None = None
    """The block whose text grew last, if nothing else has changed since."""
    end: int = 0
    """The length of its text."""

    def grown_to(self, end: int) -> MessageMark:
        """Return the state when the text of the newest block had a length."""
        return replace(self, end=end)

    @property
    def stop_reason(self) -> str | None:
        """The reason that the message ended, as the server names it; None before it is known."""
        reason = self.fields.get("stop_reason")
        return reason if isinstance(reason, str) else None


class MessageLog:
    """The blocks of a message in the order in which they began, and its other fields.

    Blocks are found by the index of their events. A second start on an index begins another block,
    and so does a delta for which no block is open. Without an index an event is about the block
    that began last.
    """

    def __init__(self, reader: Reader, limits: Limits) -> None:
        self._reader = reader
        self._limits = limits
        self._open: dict[int, BlockLog] = {}
        self.growth: MessageMark | None = None
        """The state since which one text has grown, and nothing else; None after other changes."""
        self.blocks: list[BlockLog] = []
        self.fields: Fields = EMPTY
        """The fields of the message besides its content, as plain data that is never changed."""
        self.is_begun = False
        """Whether the message itself has started."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing of the message has come."""
        return not (self.is_begun or self.blocks or self.fields)

    def start(self, message: Message) -> list[BlockLog]:
        """Take the start of the message and return its blocks, which are mostly still to come."""
        if self.is_begun:  # some proxies send it twice
            return []
        self.is_begun = True
        fields = as_sent(message)
        fields.pop("content", None)
        self.fields = merged(copied(fields), self.fields, _REPORTS, self._limits)
        return [self.open(None, block) for block in message.content]

    def open(self, index: int | None, block: Wire) -> BlockLog:
        """Begin a block."""
        if len(self.blocks) >= self._limits.parts:
            raise LimitExceededError(
                "parts", self._limits.parts, f"the server opened a block {len(self.blocks)}"
            )
        log = BlockLog(len(self.blocks), block, self._reader, self._limits)
        self.blocks.append(log)
        self.growth = None
        self._open[log.place if index is None else index] = log
        return log

    def block(self, index: int | None, kind: Kind) -> BlockLog:
        """Return the open block to which a delta of a kind belongs; begin one if there is none."""
        # A hot path: nearly all deltas continue the block that is open.
        block = self._find(None) if index is None else self._open.get(index)
        if block is not None and (block.kind == kind or block.takes(kind)):
            return block
        return self.open(index, new_block(kind))

    def stop(self, index: int | None) -> BlockLog | None:
        """Take the end of a block and return it; None if no such block is open."""
        block = self._find(index)
        self.growth = None
        if block is not None:
            self._open = {key: other for key, other in self._open.items() if other is not block}
        return block

    def append(self, event: RawMessageDeltaEvent) -> None:
        """Take new values of the message's fields; a null leaves the earlier value."""
        new = as_sent(event)
        delta: object = new.pop("delta", None)
        if isinstance(delta, dict):
            new |= delta
        for name in ("type", "content"):  # the blocks have events of their own
            new.pop(name, None)
        self.fields = merged(self.fields, new, _REPORTS, self._limits)

    def mark(self) -> MessageMark:
        """Return the present state of the message; a block that has stopped never changes."""
        growing = tuple([block.mark() for block in self._open.values()])
        return MessageMark(self, self.fields, len(self.blocks), growing)

    def mark_change(self) -> MessageMark:
        """Return the present state, after a change of any kind."""
        self.growth = None
        return self.mark()

    def mark_growth(self, block: BlockLog) -> MessageMark:
        """Return the present state but for the length of an open block's text, which grows.

        As long as nothing else changes, it stays the same.
        """
        # A hot path.
        mark = self.growth
        if mark is None or mark.newest is not block:
            mark = self.growth = replace(self.mark(), newest=block)
        return mark

    def growth_at(self, index: int, block: BlockLog) -> MessageMark | None:
        """Return the same for the block that is open at an index; None if that is another one."""
        return self.mark_growth(block) if self._open.get(index) is block else None

    def as_of(self, mark: MessageMark) -> ParsedMessage[Any]:
        """Return the message as of a mark, parsed as far as it had arrived."""
        message = construct(_Message, resolved(mark.fields))
        growing = {block.place: block for block in mark.growing}
        if mark.newest is not None:
            place = mark.newest.place
            growing[place] = replace(growing[place], end=mark.end)
        content: list[Any] = [
            block.build(growing.get(block.place)) for block in self.blocks[: mark.count]
        ]
        message.content = content
        return message

    def build(self) -> ParsedMessage[Any]:
        """Return the message so far, parsed as far as it has arrived."""
        return self.as_of(self.mark())

    def _find(self, index: int | None) -> BlockLog | None:
        if index is not None:
            return self._open.get(index)
        return next(reversed(self._open.values())) if self._open else None
