"""The operator that turns chunks into chunk events, each with the completion so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit._core.arguments import require
from streamkit._core.dumped import DictLike
from streamkit._rx.lifted import lifted
from streamkit._rx.operator_input import OperatorInput
from streamkit.families.chat.accumulator import Accumulator
from streamkit.families.chat.dumped import Dumped
from streamkit.limits import DEFAULTS, Limits
from streamkit.types import ChatCompletionChunk

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable

    from streamkit._core.machine import Machine
    from streamkit.families.chat.dumped import AnyChunk
    from streamkit.families.chat.events import ChunkEvent

__all__ = ["accumulate"]


def accumulate(
    *, limits: Limits = DEFAULTS
) -> Callable[[Observable[AnyChunk]], Observable[ChunkEvent]]:
    """Add each chunk to a completion, and emit an event with both.

        --Chunk(H)-----------Chunk(i)------------|
        [              accumulate()              ]
        --ChunkEvent("H")----ChunkEvent("Hi")----|

    A ``snapshot`` is built when it is read, and shows the completion at the time of its event. An
    error of the stream is passed on with the part that had arrived as its ``completion``. More
    choices, tool calls or fields than ``limits`` allow are an error.

    Chunks may also be dicts, or objects of another library that dump to dicts, such as those of the
    ``openai`` package; then an answer that stops before its end is a ``StreamTruncatedError``.
    """
    require("limits", limits, Limits, "Limits")

    def machine() -> Machine[Any, ChunkEvent]:
        return Accumulator(limits=limits)

    taken = OperatorInput("accumulate", ChatCompletionChunk, also=lambda: DictLike)
    return lifted(machine, taken, lambda: Dumped(machine(), limits))
