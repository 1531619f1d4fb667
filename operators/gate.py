"""The operator that holds text back until a check lets it pass."""

from __future__ import annotations

from inspect import isawaitable, iscoroutine, iscoroutinefunction
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from streamkit._core.arguments import require_callable, require_count
from streamkit._core.events import AttemptResetEvent
from streamkit._core.machine import Machine
from streamkit._rx.composition import composed
from streamkit._rx.operator_input import OperatorInput
from streamkit.errors import TextWithheldError
from streamkit.families._common.text_events import ContentDeltaEvent, ContentDoneEvent
from streamkit.families._common.texts import TEXTS
from streamkit.operators.lift import lift
from streamkit.operators.map_async import map_async

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from reactivex import Observable

__all__ = ["Window", "WindowsMachine", "gate"]

E = TypeVar("E")


def gate(
    check: Callable[[str], bool] | Callable[[str], Awaitable[bool]], *, window: int = 200
) -> Callable[[Observable[E]], Observable[E]]:
    """Hold content back, a window at a time, until a check of it returns true.

        --"Hel"--"lo "--"wor"--"ld"---------|
        [      gate(check, window=6)        ]
        ---------("Hel","lo ")--("wor","ld",|)

    When the check returns false, the stream ends with ``TextWithheldError``, the source is disposed
    of, and what was held is not emitted. An error of the check ends it as well. Text that was not
    checked when the source fails is not emitted either. All other events are held with the text
    before them, so the order stays; only content is checked.

    The check gets what is held of one text, and before it up to ``window`` characters that have
    passed, so that a word at the border of two windows is seen whole. An async check is awaited on
    the running event loop, while the source waits. Any other is called where the events are
    emitted. The operator takes the events of any protocol, or the pieces of one text as strings.

    Args:
        check: A function of a text, which returns whether the text may pass.
        window: The number of characters to hold before a check; the end of a text is checked, too.

    Raises:
        ValueError: ``window`` is below 1.
    """
    require_callable("check", check)
    require_count("window", window)
    windows = lift(lambda: WindowsMachine(window), takes=TEXTS, name="gate")
    stages: list[Callable[[Observable[Any]], Observable[Any]]]
    if iscoroutinefunction(check) or iscoroutinefunction(type(check).__call__):
        awaited = cast("Callable[[str], Awaitable[bool]]", check)

        async def pass_later(held: Window) -> Window:
            for text in held.texts:
                if not await awaited(text):
                    raise TextWithheldError(content=text)
            return held

        stages = [windows, map_async(pass_later, max_concurrent=1), lift(_Opened)]
    else:
        stages = [windows, lift(lambda: _Opened(cast("Callable[[str], bool]", check)))]
    operator: Callable[[Observable[E]], Observable[E]] = composed(stages)
    return lambda source: operator(_INPUT.source(source))


_INPUT = OperatorInput("gate", TEXTS)


class Window(NamedTuple):
    """Events that pass together, and the texts to be checked before."""

    events: Sequence[Any]
    texts: Sequence[str]


class WindowsMachine(Machine[Any, Window]):
    """The machine that holds events until there is a window of text."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._held: list[Any] = []
        self._pieces: dict[tuple[int | str, ...], list[str]] = {}
        self._room: dict[tuple[int | str, ...], int] = {}  # characters until the window is full
        self._before: dict[tuple[int | str, ...], str] = {}

    def feed(self, value: Any, /) -> Sequence[Window]:
        """Hold an event; return the window that is full, or what need not be checked."""
        if isinstance(value, AttemptResetEvent):
            # The text that was emitted is void, and so is what is held.
            self._held.clear()
            self._pieces.clear()
            self._room.clear()
            self._before.clear()
        self._held.append(value)
        is_done = isinstance(value, ContentDoneEvent)
        if isinstance(value, ContentDeltaEvent | str):
            place, piece = ((), value) if isinstance(value, str) else (value.place, value.delta)
            self._pieces.setdefault(place, []).append(piece)
            self._room[place] = self._room.get(place, self._size) - len(piece)
            is_done = self._room[place] <= 0
        return self.close() if is_done or not self._pieces else ()

    def close(self) -> Sequence[Window]:
        """Return what is held."""
        texts: list[str] = []
        for place, pieces in self._pieces.items():
            text = self._before.get(place, "") + "".join(pieces)
            self._before[place] = text[-self._size :]
            texts.append(text)
        held, self._held = self._held, []
        self._pieces.clear()
        self._room.clear()
        return (Window(held, texts),) if held else ()


class _Opened(Machine[Window, Any]):
    """The machine that emits the events of a window, after a check if there is one."""

    def __init__(self, check: Callable[[str], bool] | None = None) -> None:
        self._check = check

    def feed(self, value: Window, /) -> Sequence[Any]:
        """Return the events; raise ``TextWithheldError`` if the check fails."""
        if self._check is not None:
            for text in value.texts:
                passes: object = self._check(text)
                if isawaitable(passes):  # it would count as true
                    if iscoroutine(passes):
                        passes.close()
                    raise TypeError("a check of gate that is to be awaited is an `async def`")
                if not passes:
                    raise TextWithheldError(content=text)
        return value.events
