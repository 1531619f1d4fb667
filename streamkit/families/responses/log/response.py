"""The log of a streamed response.

Strategy: servers leave ids and indices out, change them, or send events of an item before the item.
So an event finds its item by the id it names, else by the index, else it is the item of its kind
that was opened last; what is missing is opened. Ids are labels, which may change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from streamkit._core.copying import copied
from streamkit._core.states import States, TrackedStates
from streamkit.errors import LimitExceededError
from streamkit.families.responses.log.item import ItemLog, ItemMark
from streamkit.families.responses.log.kinds import new_item, type_of_item
from streamkit.families.responses.log.snapshot import Snapshot, retyped
from streamkit.limits import DEFAULTS, Limits
from streamkit.types.responses.response import Response

if TYPE_CHECKING:
    from streamkit._core.reading import Reading
    from streamkit._core.wire import Wire
    from streamkit.families.responses.log.item import Stage
    from streamkit.families.responses.log.kinds import Kind
    from streamkit.families.responses.log.part import PartLog
    from streamkit.types.responses.parsed import ParsedResponse

__all__ = ["ResponseLog", "ResponseMark"]


class ResponseMark(Struct, frozen=True):
    """The state of a response at one moment, besides the text that grows."""

    log: ResponseLog
    response: Response
    items: States[ItemMark]
    """The items, in the order of the output."""


class ResponseLog:
    """The append-only log of a response, readable as of any moment."""

    def __init__(self, reader: Reading, limits: Limits = DEFAULTS) -> None:
        self._reader = reader
        self._limits = limits
        self.response = Response()
        """The fields of the response, as its last event had them, without its output."""
        self.items: list[ItemLog] = []
        """The items in the order in which they were opened."""
        self._growing: PartLog | None = None  # whose length the mark does not know
        self._output: list[ItemLog] | None = None
        self._is_sorted = False  # whether that is the order of their places
        self._states: TrackedStates[ItemLog, ItemMark] = TrackedStates()  # of the output's items
        self._by_id: dict[str, ItemLog] = {}
        self._by_index: dict[int, ItemLog] = {}
        self._by_call: dict[str, ItemLog | None] = {}
        self._mark: ResponseMark | None = None

    @property
    def output(self) -> list[ItemLog]:
        """The items in the order of the output."""
        if self._output is None:
            self._output = sorted(self.items, key=_place)
            self._is_sorted = True
            self._states.forget()
        return self._output

    def take(self, response: Response, status: str | None = None) -> None:
        """Take the response of an event, and its status if the response lacks it."""
        self.response = _newer(self.response, response, status)
        self._mark = None

    def open(self, whole: Wire, index: int | None) -> ItemLog:
        """Take an item as it begins, and the texts it begins with."""
        whole = copied(whole)
        kind, id = type_of_item(whole), getattr(whole, "id", None)
        item = self._placed(kind, id, index, begins=True)
        if item is None:
            item = self._open(whole, index)
        else:
            self._place(item, whole, index)
        item.complete()
        return item

    def close(self, whole: Wire, index: int | None) -> ItemLog:
        """Take an item as it ended."""
        whole = copied(whole)
        item = self._ended(whole, index) or self._open(whole, index)
        self._place(item, whole, index)
        item.complete()
        item.ended = True
        return item

    def finish(self, response: Response, status: str | None = None) -> None:
        """Take the response as it ended; an empty output does not undo the items that came."""
        self.take(response, status)
        if not response.output:
            return
        rest: dict[str, list[ItemLog]] = {}
        for item in self.output:
            rest.setdefault(item.kind, []).append(item)
        final: list[ItemLog] = []
        for index, whole in enumerate(copied(response.output)):
            known = _matched(rest.get(type_of_item(whole), []), whole)
            item = known or self._open(whole, index)
            item.take(whole)
            item.complete()
            item.changed()
            final.append(item)
        self._output = final
        self._is_sorted = False
        self._states.forget()
        self._mark = None

    def part(
        self,
        kind: Kind,
        id: str | None,
        output_index: int | None,
        index: int | None,
        stage: Stage = "grows",
    ) -> PartLog:
        """Return the log of the text that an event names, which then grows.

        Args:
            kind: The kind of the text.
            id: The id of its item, if the event has it.
            output_index: The index of its item, if the event has it.
            index: The index of the part in the item, if the event has it.
            stage: What the event says of the part.
        """
        item = self._placed(kind.item, id, output_index)
        if item is None:
            item = self._open(new_item(kind, id), output_index)
            item.implied = True
        part = item.part(kind, index, stage)
        self._turn_to(part)
        return part

    def named(self, kind: str, id: str | None, index: int | None) -> ItemLog | None:
        """Return the item of a type that an event names, if there is one."""
        return self._placed(kind, id, index)

    def mark(self) -> ResponseMark:
        """Return the present state of the response; deltas of one text share it."""
        if self._mark is None:
            items = self._states.present(self.output, ItemLog.mark)
            self._mark = ResponseMark(self, self.response, items)
        return self._mark

    def now(self, *, final: bool = False) -> ParsedResponse[Any]:
        """Return the response so far, or the whole one, parsed."""
        self._turn_to(None)
        return Snapshot(self.mark(), self._reader, final=final).response()

    def as_of(self, event: Any) -> ParsedResponse[Any]:
        """Return the response after an event of its stream, parsed as far as it had arrived."""
        return Snapshot(event.mark, self._reader, event).response()

    def _turn_to(self, part: PartLog | None) -> None:
        """Take note of the text that grows from now on."""
        if self._growing is not None:
            self._change(self._growing.item, self._growing)
        if part is not None:
            self._change(part.item, part)
        self._growing = part
        self._mark = None

    def _change(self, item: ItemLog, part: PartLog | None = None) -> None:
        """Take note that an item differs from its last mark: in one part, or in any."""
        item.changed(part)
        self._states.change(item)

    def _placed(
        self, kind: str, id: str | None, index: int | None, *, begins: bool = False
    ) -> ItemLog | None:
        """Return the item that an event names, or None if it must be opened.

        Where an item ``begins``, it is only one that was opened for want of this event.
        """
        named = self._by_id.get(id) if id else None
        if named is not None and (named.kind != kind or not _agree(named.index, index)):
            named = None
        placed = None if index is None else self._by_index.get(index)
        if placed is not None and placed.kind != kind:
            placed = None
        if begins:
            item = named or placed
            return item if item is not None and (item.implied or item is named) else None
        if named is not None or placed is not None:
            return named or placed
        for item in reversed(self.items):
            if item.kind == kind and not item.ended and _agree(item.index, index):
                return item
        return None

    def _ended(self, whole: Wire, index: int | None) -> ItemLog | None:
        called = self._by_call.get(getattr(whole, "call_id", None) or "")
        kind = type_of_item(whole)
        if called is not None and called.kind == kind and not called.ended:
            return called
        item = self._placed(kind, whole_id(whole), index)
        return None if item is not None and item.ended and item.id != whole_id(whole) else item

    def _place(self, item: ItemLog, whole: Wire, index: int | None) -> None:
        """Take an item as the server sent it, with the names that lead to it from now on."""
        place = item.place
        item.take(whole)
        item.implied = False
        if item.index is None:
            item.index = index
        if item.id:
            self._by_id[item.id] = item
        if index is not None:
            self._by_index[index] = item
        call_id: str | None = getattr(whole, "call_id", None)
        if call_id and self._by_call.setdefault(call_id, item) is not item:
            self._by_call[call_id] = None  # an id that two calls have names neither
        if item.place != place or not self._is_sorted:
            self._output = None
        self._turn_to(None)
        self._change(item)

    def _open(self, whole: Wire, index: int | None) -> ItemLog:
        if len(self.items) >= self._limits.objects:
            raise LimitExceededError(
                "objects", self._limits.objects, "the server sent another item of a response"
            )
        item = ItemLog(whole, len(self.items), index, self._reader, self._limits)
        self.items.append(item)
        output = self._output
        if output is not None and self._is_sorted:
            if output and output[-1].place > item.place:
                self._output = None
            else:
                output.append(item)
                self._states.add(item)
        self._place(item, whole, index)
        return item


def whole_id(whole: Wire) -> str | None:
    """Return the id of an item, if it has one."""
    return getattr(whole, "id", None) or None


def _matched(rest: list[ItemLog], whole: Wire) -> ItemLog | None:
    """Take the item of a whole response out of the rest: by its id, its call's id, or its place."""
    id, call_id = whole_id(whole), getattr(whole, "call_id", None)
    for place, item in enumerate(rest):
        if (id and item.id == id) or (call_id and item.call_id == call_id):
            return rest.pop(place)
    return rest.pop(0) if rest else None


def _agree(known: int | None, index: int | None) -> bool:
    """Return whether two indices may be those of one item: a missing one may be any."""
    return known is None or index is None or known == index


def _place(item: ItemLog) -> int:
    return item.place


def _newer(old: Response, new: Response, status: str | None) -> Response:
    """Return the newer response; some servers send what identifies it only once, or nothing."""
    if new == Response():
        new = old
    return retyped(
        Response,
        new,
        id=new.id or old.id,
        model=new.model or old.model,
        output=[],  # the items are in the log
        created_at=new.created_at or old.created_at,
        status=status or new.status,
    )
