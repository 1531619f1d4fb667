"""The events of an answer, each with its time and the frame that it came in."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from streamkit._core.machine import Machine
from streamkit.errors import StreamkitError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from streamkit._core.pipeline import Pipeline
    from streamkit._sources.reading import FamilyName
    from streamkit._trace.frames import Frame

__all__ = ["Moment", "Moments"]


class Moment(Struct, frozen=True, gc=False):
    """An event of a stream, and when it was emitted."""

    seconds: float
    frame: int | None
    """The index of the frame; None for an event that was kept without its bytes."""
    event: Any


class Moments(Machine["Frame", Moment]):
    """The reader of an answer's frames as common events, which notes the error that ends it.

    Frames that follow the end of the answer, or its error, have no events.

    Args:
        family: The protocol of the answer.
        choices: The number of choices that were requested.
    """

    def __init__(self, family: FamilyName, choices: int = 1) -> None:
        self.error: Exception | None = None
        """The error that the answer ended with."""
        self._count = 0
        self._seconds = 0.0
        self._pipeline = _pipeline(family, choices)

    @property
    def is_done(self) -> bool:
        """Whether the event came that ends the answer."""
        return self.error is None and self._pipeline.done

    def feed(self, value: Frame, /) -> Sequence[Moment]:
        """Take a frame and return its events."""
        index, self._count = self._count, self._count + 1
        self._seconds = value.seconds
        if self.error is not None or self._pipeline.done:
            return ()
        return self._moments(partial(self._pipeline.read, value.data), index)

    def close(self) -> Sequence[Moment]:
        """Take the end of the body, and return the events that it completes."""
        if self.error is not None:
            return ()
        return self._moments(self._pipeline.end, max(0, self._count - 1))

    def _moments(self, decode: Callable[[], Iterable[Any]], index: int) -> Sequence[Moment]:
        moments: list[Moment] = []
        try:
            moments.extend(Moment(self._seconds, index, event) for event in decode())
        except StreamkitError as error:
            self._pipeline.fail(error)
            self.error = error
        return moments


def _pipeline(family: FamilyName, choices: int) -> Pipeline[Any]:
    from streamkit._sources.calls import call_of

    options: dict[str, Any] = {"on_truncated": "error", "partial_strings": True}
    call = call_of(family, None, (), choices, think_tags=None, **options)
    return call.in_common().pipelines()()
