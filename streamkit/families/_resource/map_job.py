"""The requests of ``map``: their parameters, their results, and their progress. No I/O."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sized
from typing import TYPE_CHECKING, Any, Generic, TypedDict, TypeVar, cast

from streamkit._core.arguments import require_count, require_flag, require_plain, require_word
from streamkit.errors import StreamkitError
from streamkit.families._common.final import Usage
from streamkit.families._common.map_result import MapProgress, MapResult
from streamkit.families._resource.params import is_left_out
from streamkit.types import Wire

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamkit.families._common.final import Final
    from streamkit.families._common.map_result import OnError
    from streamkit.families._resource.checked_call import CheckedCall
    from streamkit.families._resource.mapped_calls import MappedCalls

__all__ = ["MAX_CONCURRENT", "MapJob", "MapOptions"]

A = TypeVar("A", bound=Wire)
T = TypeVar("T")

MAX_CONCURRENT = 8
"""The maximum number of requests at once, by default."""


class MapOptions(TypedDict, total=False):
    """The options of ``map``, besides the parameters that its requests share."""

    max_concurrent: int
    """The maximum number of requests at once, 8 by default."""
    ordered: bool
    """Whether results come in the order of their requests; by default they come as they arrive."""
    on_error: OnError
    """With "yield", the default, a request that fails has a result with its error; with "raise"
    the loop ends with it."""
    on_progress: Callable[[MapProgress], object] | None
    """A function that is called when a request has ended, one call at a time; with a blocking
    client on the thread of the request."""


class MapJob(Generic[A, T]):
    """What the requests of one ``map`` have in common.

    The constructor raises an error for options and parameters that would fail with every request.

    Args:
        requests: The input.
        params: The options, and the parameters that all requests share.
        calls: The calls of the protocol.
    """

    def __init__(self, requests: object, params: Mapping[str, Any], calls: MappedCalls[A]) -> None:
        shared: dict[str, Any] = {name: _restartable(value) for name, value in params.items()}
        for name, compiled in calls.formats.items():
            if not (shared.get(name) is None or is_left_out(shared[name])):
                shared[name] = compiled(shared[name])
        self.max_concurrent: int = shared.pop("max_concurrent", MAX_CONCURRENT)
        self.ordered: bool = shared.pop("ordered", False)
        self._on_progress: Callable[[MapProgress], object] | None = shared.pop("on_progress", None)
        on_error: OnError = shared.pop("on_error", "yield")
        require_count("max_concurrent", self.max_concurrent)
        require_flag("ordered", self.ordered)
        require_word("on_error", on_error, ("yield", "raise"))
        if self._on_progress is not None:
            require_plain("on_progress", self._on_progress)
        self.raises = on_error == "raise"
        """Whether the first error ends the results."""
        self._shared = shared
        self._calls = calls
        self._tally = _Tally(len(requests) if isinstance(requests, Sized) else None)
        self.call({})

    @property
    def progress(self) -> MapProgress:
        """The progress until now."""
        return self._tally.progress()

    def call(self, request: Mapping[str, Any]) -> CheckedCall[Any, A]:
        """Return the call of a request; its parameters override those that all share."""
        # Whoever annotates this knows its type; what comes at run time may be anything.
        if not isinstance(cast("object", request), Mapping):
            raise TypeError(
                f"a request is a mapping of parameters, and not {type(request).__name__}"
            )
        params = {**self._shared, **request}
        return self._calls.call({name: params[name] for name in params.keys() - _OF_STREAMS})

    def begin(self) -> None:
        """Count a request that begins."""
        self._tally.begin()

    def answered(self, index: int, request: Mapping[str, Any], answer: A) -> MapResult[A, T]:
        """Count and return the result of a request that was answered."""
        return self._ended(MapResult(index, request, None, self._calls.final(answer)))

    def failed(self, index: int, request: Mapping[str, Any], error: Exception) -> MapResult[A, T]:
        """Count and return the result of a request that ended with an error."""
        return self._ended(MapResult(index, request, error, self._partial(error)))

    def _ended(self, result: MapResult[A, T]) -> MapResult[A, T]:
        self._tally.end(result, self._on_progress)
        return result

    def _partial(self, error: Exception) -> Final[T] | None:
        """Return the whole answer that an error says does not fit; None if there is none."""
        partial: Any = getattr(error, "partial", None)
        if partial is None:
            return None
        try:
            return self._calls.final(partial)
        except (AttributeError, TypeError, StreamkitError):  # it is another kind of object
            return None


class _Tally:
    """The counts of one ``map``; any thread may call."""

    def __init__(self, total: int | None) -> None:
        self._total = total
        self._lock = threading.Lock()
        self._calling = threading.RLock()
        self._began_at: float | None = None
        self._begun = self._done = self._failed = 0
        self._usage = Usage()

    def begin(self) -> None:
        """Count a request that begins."""
        with self._lock:
            self._begun += 1
            if self._began_at is None:
                self._began_at = time.monotonic()

    def end(
        self, result: MapResult[Any, Any], call: Callable[[MapProgress], object] | None
    ) -> None:
        """Count a request that has ended, and report it."""
        with self._calling:
            with self._lock:
                self._done += 1
                self._failed += result.error is not None
                if result.usage is not None:
                    self._usage = _sum(self._usage, result.usage)
            if call is not None:
                call(self.progress())

    def progress(self) -> MapProgress:
        """Return the counts and the time passed."""
        with self._lock:
            began = self._began_at
            return MapProgress(
                done=self._done,
                failed=self._failed,
                running=self._begun - self._done,
                total=self._total,
                usage=self._usage,
                seconds=0.0 if began is None else time.monotonic() - began,
            )


def _sum(one: Usage, other: Usage) -> Usage:
    return Usage(
        one.input_tokens + other.input_tokens,
        one.cached_tokens + other.cached_tokens,
        one.output_tokens + other.output_tokens,
        one.reasoning_tokens + other.reasoning_tokens,
    )


def _restartable(value: object) -> object:
    """Return a value that every request can read from its beginning."""
    return [*cast("Iterable[object]", value)] if isinstance(value, Iterator) else value


_OF_STREAMS = {"on_truncated", "partial_strings", "stream", "stream_options"}
"""The parameters of streams; the answers of ``map`` come as a whole."""
