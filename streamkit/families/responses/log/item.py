"""The log of one item of a response's output."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from msgspec import Struct

from streamkit._core.states import States, TrackedStates
from streamkit.errors import LimitExceededError
from streamkit.families.responses.log.kinds import (
    ARGUMENTS,
    COMMAND,
    INPUT,
    Kind,
    kind_of_part,
    kinds_of_item,
    type_of_item,
)
from streamkit.families.responses.log.part import PartLog, PartMark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamkit._core.reading import Reading
    from streamkit._core.wire import Wire
    from streamkit.limits import Limits

__all__ = ["ItemLog", "ItemMark", "Stage"]

Stage: TypeAlias = Literal["begins", "grows", "ends"]
"""The change of a part that an event reports."""

_OF_CALLS = (ARGUMENTS, INPUT)
"""The texts that are there with their item, even if empty: a call without arguments is a call."""

_READ_PHASES = (None, "", "final_answer")
"""The phases of the messages that hold the answer; the others comment on the work."""


class ItemLog:
    """An item: its fields as the server last sent them, and its texts as they grow."""

    __slots__ = (
        *("_limits", "_mark", "_reader", "_states", "ended", "id"),
        *("implied", "index", "is_answer", "kind", "parts", "position", "whole"),
    )

    def __init__(
        self, whole: Wire, position: int, index: int | None, reader: Reading, limits: Limits
    ) -> None:
        self._reader = reader
        self._limits = limits
        self._mark: ItemMark | None = None
        self._states: TrackedStates[tuple[Kind, int], PartMark] = TrackedStates()  # of the parts
        self.kind = type_of_item(whole)
        self.position = position
        """The number of items that were opened before this one."""
        self.index = index
        """The ``output_index``, if the server sends it."""
        self.id: str | None = None
        self.implied = False
        """Whether the item was opened by an event about a part of it, before its own event."""
        self.ended = False
        self.is_answer = True
        """Whether the texts are to be parsed: they are no comments on the work."""
        self.parts: dict[tuple[Kind, int], PartLog] = {}
        self.take(whole)

    @property
    def place(self) -> int:
        """The item's place in the output."""
        return self.position if self.index is None else self.index

    @property
    def call_id(self) -> str:
        """The id of the call, or of the item where a call has none of its own."""
        return getattr(self.whole, "call_id", None) or self.id or ""

    @property
    def name(self) -> str:
        """The name of the called function or tool."""
        return getattr(self.whole, "name", None) or ""

    @property
    def tool(self) -> str:
        """The name of the function with its namespace, if that is not its name as well."""
        name, space = self.name, getattr(self.whole, "namespace", None)
        return f"{space}.{name}" if space and space != name else name

    def take(self, whole: Wire) -> None:
        """Take the item as the server sent it; its id is only a label and may change."""
        self.whole = whole
        self.id = getattr(whole, "id", None) or self.id
        self.is_answer = getattr(whole, "phase", None) in _READ_PHASES

    def part(self, kind: Kind, index: int | None, stage: Stage = "grows") -> PartLog:
        """Return the part at an index, else the one opened last, else a new one.

        Args:
            kind: The kind of its text.
            index: The index in the event, if there is one.
            stage: What the event says of the part. One that ``begins`` is not another that has a
                text; one that ``ends`` may be one whose whole text came before.
        """
        if index is not None and (known := self.parts.get((kind, index))):
            return known
        if index is None or stage != "begins":  # some servers count on with every delta
            last: PartLog | None = None
            for part in reversed(self.parts.values()):
                if part.kind is kind:
                    if not part.ended and not (stage == "begins" and part.text.length):
                        return part
                    last = last or part
            if stage == "ends" and index is None and last is not None:
                return last
        if index is None or index < 0:
            index = max((part.index for part in self.parts.values()), default=-1) + 1
        return self._open(kind, index)

    def complete(self) -> None:
        """Take the texts in the whole item: what deltas did not bring is added to its parts."""
        for kind in kinds_of_item(self.kind):
            value: object = getattr(self.whole, kind.field)
            if kind is COMMAND:
                commands: list[str] = getattr(value, "commands", [])
                for index, command in enumerate(commands):
                    self.part(kind, index, "begins").completed(command)
            elif kind.part is None and (value or self.parts or kind in _OF_CALLS):
                self.part(kind, 0, "begins").completed(value)
        for part, whole in self.matched():
            part.take(whole)

    def matched(self) -> Iterator[tuple[PartLog, Wire]]:
        """Yield the logs of the parts in the item's lists, which are opened where they miss.

        The order of the parts of a kind decides: a list has no gaps, and indices may have some.
        """
        for field in {kind.field: None for kind in kinds_of_item(self.kind) if kind.part}:
            wholes = cast("list[Wire]", getattr(self.whole, field, None) or [])
            known: dict[Kind, Iterator[PartLog]] = {}
            for index, whole in enumerate(wholes):
                kind = kind_of_part(whole)
                if kind is None or kind.item != self.kind:
                    continue
                rest = known.setdefault(kind, iter(self.in_order(kind)))
                part = next(rest, None) or self._open(kind, index)
                yield part, whole

    def in_order(self, kind: Kind) -> list[PartLog]:
        """Return the parts of a kind in the order of their indices."""
        return sorted((part for part in self.parts.values() if part.kind is kind), key=_index)

    def changed(self, part: PartLog | None = None) -> None:
        """Take note that the item differs from its last mark: in one part, or in any."""
        self._mark = None
        if part is None:
            self._states.forget()
        else:
            self._states.change((part.kind, part.index))

    def mark(self) -> ItemMark:
        """Return the present state of the item."""
        if self._mark is None:
            parts = self._states.present(self.parts, lambda key: self.parts[key].mark())
            self._mark = ItemMark(self, self.whole, parts)
        return self._mark

    def _open(self, kind: Kind, index: int) -> PartLog:
        while (kind, index) in self.parts:
            index += 1
        if len(self.parts) >= self._limits.parts:
            raise LimitExceededError(
                "parts", self._limits.parts, "the server sent another part of an item"
            )
        part = self.parts[kind, index] = PartLog(self, kind, index, self._reader, self._limits)
        self._states.add((kind, index))
        self._mark = None
        return part


class ItemMark(Struct, frozen=True):
    """The state of an item at one moment."""

    item: ItemLog
    whole: Any
    parts: States[PartMark]


def _index(part: PartLog) -> int:
    return part.index
