"""The common events of calls of custom tools, which ``stream()`` does not yield."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from streamkit.families._common.events import (
    CustomToolCallInputDeltaEvent,
    CustomToolCallInputDoneEvent,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamkit._core.calls import CallLog
    from streamkit.families.chat.log import ChoiceUpdate

__all__ = ["CustomCalls", "has_custom_call"]

CustomCallEvent: TypeAlias = CustomToolCallInputDeltaEvent | CustomToolCallInputDoneEvent


class CustomCalls:
    """The custom calls of all choices that are not done yet."""

    def __init__(self) -> None:
        self._open: dict[tuple[int, CallLog], None] = {}  # in the order in which they were opened

    def take(self, update: ChoiceUpdate) -> Iterator[CustomCallEvent]:
        """Yield the events of the additions to a choice; if it finishes, its calls are done."""
        for added in update.calls:
            call = added.call
            if call.type == "custom":
                self._open[update.index, call] = None
                yield CustomToolCallInputDeltaEvent(
                    update.index,
                    call.index,
                    call.name,
                    call.id,
                    added.arguments_delta,
                    call.arguments,
                    added.end,
                )
        if update.finish_reason:
            yield from self._done(update.index)

    def close(self) -> Iterator[CustomCallEvent]:
        """Yield the done events of the remaining calls."""
        for index in sorted({index for index, _ in self._open}):
            yield from self._done(index)

    def _done(self, index: int) -> Iterator[CustomCallEvent]:
        for key in [key for key in self._open if key[0] == index]:
            del self._open[key]
            call = key[1]
            whole = call.arguments.close()
            yield CustomToolCallInputDoneEvent(index, call.index, call.name, call.id, whole)


def has_custom_call(update: ChoiceUpdate) -> bool:
    """Return whether an update adds to a call of a custom tool."""
    updates: tuple[Any, ...] = update.calls
    return any(added.call.type == "custom" for added in updates)
