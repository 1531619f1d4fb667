"""The log of a choice's tool calls, and the rules that assign fragments to calls.

A fragment may have an index, an id, a name and a piece of the arguments. Servers leave out, repeat
and mix up each of the four, so none of them decides alone. First, this table finds a call:

    the fragment has                its call is
    -----------------------------   ---------------------------------------------------------
    a known index                   that of the index, or of its id if that is another call's
    a new index, and a name         a new one
    a new index, and a known id     that of the id
    a new index, and a new id       a new one
    a new index, and neither        the last one opened if its arguments are open, else a new one
    no index, and a known id        that of the id
    no index, a new id and a name   a new one, unless the last one opened has no name yet
    no index, and anything else     the last one opened

Then the rules of ``call_rules.py`` decide whether the fragment continues that call or begins
another. A piece without a name that equals the whole closed arguments repeats them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit._core.calls import CallUpdate
from streamkit._core.states import States, states_of
from streamkit.errors import LimitExceededError
from streamkit.families.chat.log.call_rules import (
    Verdict,
    begins,
    name_of,
    piece_of,
    verdict_on,
)
from streamkit.families.chat.log.tool_call import CallMark, ToolCallLog
from streamkit.limits import DEFAULTS, Limits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamkit.types import ChoiceDeltaToolCall

__all__ = ["ToolCallsLog"]


class ToolCallsLog:
    """The log of the tool calls of one choice, keyed and never positional."""

    __slots__ = (
        "_by_id",
        "_by_index",
        "_heads",
        "_highest",
        "_last_head",
        "_last_placed",
        "_limits",
        "_opened",
        "_places",
        "marks",
    )

    def __init__(self, limits: Limits = DEFAULTS) -> None:
        self.marks: States[CallMark] = States()
        """The current states of the calls, in the order of their indices."""
        self._limits = limits
        self._highest = -1
        self._last_placed = -1  # the index of the last of the marks
        self._by_index: dict[int, ToolCallLog] = {}
        self._by_id: dict[str, ToolCallLog] = {}
        self._opened: list[ToolCallLog] = []
        self._places: dict[int, int] = {}  # the place in `marks`, by index; -1 before it is known
        self._heads: dict[str, ToolCallLog] = {}  # calls that wait for their arguments, by id
        self._last_head: ToolCallLog | None = None  # the last of them, if none was opened since

    def append(
        self, fragments: Sequence[ChoiceDeltaToolCall]
    ) -> tuple[CallUpdate[ToolCallLog], ...]:
        """Append the fragments of one delta and return their additions."""
        updates: list[CallUpdate[ToolCallLog]] = []
        for fragment in fragments:
            updates.append(self._append(fragment, updates))
        touched = {update.call.index: update.call for update in updates}
        for index, call in touched.items():
            place = self._places[index]
            if place < 0:
                self._place(call)
            else:
                self.marks = self.marks.replaced(place, call.mark())
        return tuple(updates)

    def grown_by_pieces(self, index: int) -> ToolCallLog | None:
        """Return the call to which a fragment of an index and a piece alone belongs, if known."""
        call = self._by_index.get(index)
        if call is None or call is not self._opened[-1] or self._last_head is not None:
            return None
        return None if call.arguments.has_half else call

    def append_piece(self, call: ToolCallLog, piece: str) -> tuple[CallUpdate[ToolCallLog]]:
        """Append a piece to a call that ``grown_by_pieces`` has returned, as ``append`` does.

        The piece has no half of a character, and is not as long as the arguments: then it may be
        these again.
        """
        text = call.arguments
        text.append_whole(piece)
        self.marks = self.marks.replaced(self._places[call.index], call.mark())
        return (CallUpdate(call, piece, text.length, opened=False),)

    def _place(self, call: ToolCallLog) -> None:
        """Put the mark of a new call among the others."""
        last = len(self.marks)
        if self._last_placed < call.index:
            self._last_placed = call.index
            self._places[call.index] = last
            self.marks = self.marks.replaced(last, call.mark())
            return
        marks = sorted((*self.marks, call.mark()), key=_index)
        self.marks = states_of(marks)
        self._places.update((mark.call.index, place) for place, mark in enumerate(marks))

    def _append(
        self, fragment: ChoiceDeltaToolCall, before: Sequence[CallUpdate[ToolCallLog]]
    ) -> CallUpdate[ToolCallLog]:
        """Append a fragment; ``before`` has the updates of earlier fragments of the same delta."""
        found = call = self._look_for(fragment)
        opened = False
        body = fragment.function or fragment.custom
        if found is None:
            pass
        elif fragment.id or (body is not None and body.name):
            verdict = verdict_on(found, fragment, before)
            if verdict is Verdict.HEAD:
                self._wait(fragment)
                return CallUpdate(found, "", found.arguments.length, opened)
            call = found if verdict is Verdict.SAME else None
        elif found is not self._opened[-1] or self._last_head is not None:
            call = self._owner_of_tail(found, fragment)
        if call is None:
            call, opened = self._open(fragment), True
        if fragment.id and not call.id:
            self._by_id[fragment.id] = call
        added = call.add(fragment)
        return CallUpdate(call, added, call.arguments.length, opened)

    def _look_for(self, fragment: ChoiceDeltaToolCall) -> ToolCallLog | None:
        """Return the call that the first table finds, or None for a new call."""
        index, id = fragment.index, fragment.id
        if id and id in self._heads and begins(fragment):
            return None
        call = None if index is None else self._by_index.get(index)
        if call is not None:
            return self._by_id.get(id, call) if id and call.id and id != call.id else call
        if not self._opened:
            return None
        last = self._opened[-1]
        if index is not None:
            if name_of(fragment):
                return None
            call = self._by_id.get(id) if id else last if last.is_open() else None
            if call is not None:
                self._lead(index, call)
            return call if id or piece_of(fragment) else last
        if id and id in self._by_id:
            return self._by_id[id]
        return None if id and name_of(fragment) and last.name else last

    def _owner_of_tail(
        self, call: ToolCallLog, fragment: ChoiceDeltaToolCall
    ) -> ToolCallLog | None:
        """Return the call of a fragment without id and name, for which ``call`` was found.

        Returns None when the head of its call is waiting. Closed arguments take no piece while the
        arguments of the last call are open.
        """
        if not piece_of(fragment) or not call.is_whole():
            return call
        if self._last_head is not None and begins(fragment):
            return None
        last = self._opened[-1]
        if not last.is_open():
            return call
        if fragment.index is not None:
            self._by_index[fragment.index] = last
        return last

    def _wait(self, head: ChoiceDeltaToolCall) -> None:
        """Hold a head until its arguments come."""
        call = self._heads.get(head.id) if head.id else self._last_head
        if call is None:
            call = ToolCallLog(0, self._limits)
        call.add(head)
        self._last_head = call
        if call.id and len(self._heads) < self._limits.tool_calls:
            self._heads[call.id] = call

    def _open(self, fragment: ChoiceDeltaToolCall) -> ToolCallLog:
        index = fragment.index
        if index is None or index in self._places:
            index = self._highest + 1
        if len(self._opened) >= self._limits.tool_calls:
            raise LimitExceededError(
                "tool_calls", self._limits.tool_calls, f"the server opened a tool call {index}"
            )
        call = self._head_of(fragment) or ToolCallLog(index, self._limits)
        call.index = index
        self._highest = max(self._highest, index)
        self._places[index] = -1
        self._opened.append(call)
        self._by_index[index if fragment.index is None else fragment.index] = call
        if call.id or fragment.id:
            self._by_id[call.id or fragment.id or ""] = call
        return call

    def _head_of(self, fragment: ChoiceDeltaToolCall) -> ToolCallLog | None:
        """Return the head that has waited for this fragment, if any."""
        head, self._last_head = self._last_head, None
        if fragment.id:
            head = self._heads.pop(fragment.id, None)
        name = name_of(fragment)
        if head is None or (name and head.name and name != head.name):
            return None
        self._heads.pop(head.id, None)
        return head

    def _lead(self, index: int, call: ToolCallLog) -> None:
        """Register an index that is not the call's own as an index of the call."""
        if len(self._by_index) < self._limits.tool_calls:
            self._by_index[index] = call


def _index(mark: CallMark) -> int:
    return mark.call.index
