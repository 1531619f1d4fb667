"""The emitter of the arguments of calls, which are parsed when they are whole."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, TypeVar

from streamkit._core.machine import Machine
from streamkit._core.reading import NOTHING_READ

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from streamkit._core.calls import CallLog, CallUpdate
    from streamkit._core.reading import Reading
    from streamkit.errors import ParseError

__all__ = ["ArgumentsParser"]

A = TypeVar("A")
B = TypeVar("B")


class ArgumentsParser(Machine[A, B]):
    """A machine that emits each piece of the arguments of function calls, and each whole once.

    A call is done at the end, or earlier, once another has opened and its own JSON is closed.
    """

    def __init__(self, reader: Reading) -> None:
        self._reader = reader
        self._newest: CallLog | None = None
        self._open: dict[CallLog, None] = {}  # in the order in which they were opened
        self._error: ParseError | None = None

    def close(self) -> Iterable[B]:
        """Emit the calls that are not done yet, in the order of their indices."""
        calls, self._open = sorted(self._open, key=_index), {}
        for call in calls:
            if call.type == "function":  # some servers send the type late
                yield self._done(call)
        error, self._error = self._error, None
        if error is not None:
            raise error

    def ends_nothing(self, call: CallLog) -> bool:
        """Return whether a piece of a call is emitted, and shows no call to be done."""
        return call is self._newest and call in self._open and call.type == "function"

    def _take(self, updates: Sequence[CallUpdate[Any]]) -> list[B]:
        """Emit the additions to calls, then the calls that these show to be done.

        A done call is whole, and is not the one opened last.
        """
        events = [self._piece(update) for update in updates if update.call.type == "function"]
        touched: set[CallLog] = set()
        opened = False
        for update in updates:
            call = update.call
            touched.add(call)
            if update.opened:
                opened, self._newest = True, call
            if update.opened or update.arguments_delta.strip():
                self._open[call] = None  # a call that was done may continue all the same
        candidates = self._open if opened else [call for call in self._open if call in touched]
        done = [call for call in candidates if call is not self._newest and call.is_whole()]
        for call in done:
            del self._open[call]
        events += [self._done(call) for call in done if call.type == "function"]
        return events

    def _done(self, call: CallLog) -> B:
        whole = call.arguments.close()
        outcome = NOTHING_READ
        if self._is_whole() or call.is_whole():
            outcome = self._reader.arguments(call.name, call.arguments)
        self._error = self._error or outcome.error
        return self._whole(call, whole, outcome.value)

    @abstractmethod
    def _is_whole(self) -> bool:
        """Return whether the answer was not cut short, so that its calls are whole at its end."""

    @abstractmethod
    def _piece(self, update: CallUpdate[Any]) -> B:
        """Make the event of a piece."""

    @abstractmethod
    def _whole(self, call: CallLog, arguments: str, parsed: Any) -> B:
        """Make the event of a call that is done."""


def _index(call: CallLog) -> int:
    return call.index
