"""The operator that maps each item by a function that takes time, several at the same time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, overload

from streamkit._core.arguments import require_callable, require_count, require_flag
from streamkit._rx.mapping import mapped
from streamkit._rx.operator_input import OperatorInput

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from reactivex import Observable

__all__ = ["map_async"]

A = TypeVar("A")
B = TypeVar("B")


@overload
def map_async(
    function: Callable[[A], Awaitable[B]], *, max_concurrent: int = ..., ordered: bool = ...
) -> Callable[[Observable[A]], Observable[B]]: ...
@overload
def map_async(
    function: Callable[[A], B], *, max_concurrent: int = ..., ordered: bool = ...
) -> Callable[[Observable[A]], Observable[B]]: ...
def map_async(
    function: Callable[[Any], Any], *, max_concurrent: int = 8, ordered: bool = True
) -> Callable[[Observable[Any]], Observable[Any]]:
    """Emit the result of a function for each item, with several calls at the same time.

        --a-b----c-----------|
        [   map_async(f)     ]
        ------------fafb---fc|

    An async function is awaited on the running event loop; any other runs on a thread. When the
    function raises, or the source fails, the calls that run are cancelled, and the error is
    emitted; disposal cancels them as well. A thread cannot be interrupted: its result is dropped.

    Without a free place a source waits: a stream is not read on, and a source that emits on a
    thread waits on it. A source that cannot wait (a subject fed on the event loop) is ahead by at
    most 100,000 items; beyond that the observer gets ``SlowConsumerError``. A result that waits for
    an earlier one keeps its place.

    Args:
        function: A function of an item.
        max_concurrent: The maximum number of calls at the same time; with 1, one after another.
        ordered: Whether results are emitted in the order of their items, or as they come.

    Raises:
        ValueError: ``max_concurrent`` is below 1.
    """
    require_callable("function", function)
    require_count("max_concurrent", max_concurrent)
    require_flag("ordered", ordered)

    def operator(source: Observable[Any]) -> Observable[Any]:
        return mapped(_INPUT.source(source), function, max_concurrent, ordered=ordered)

    return operator


_INPUT = OperatorInput("map_async")
