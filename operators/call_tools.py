"""The operator that runs the tools that a model calls, while its answer goes on."""

# Strategy: on an event loop, tools are tasks, and emit as they end. Elsewhere they are threads, and
# the thread of the source emits their events between its own, so that no two threads emit at once.
# After the end of the source the tools' threads emit, one at a time; but if `subscribe` has not
# returned yet, it returns when the last tool has ended, and the source's thread emits until then.

from __future__ import annotations

import threading
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from streamkit._core.events import AttemptResetEvent
from streamkit._rx.loop import running_loop
from streamkit._rx.operator_input import OperatorInput
from streamkit.families._common.texts import EVENTS
from streamkit.families._common.tool_run import MAX_CONCURRENT, WHOLE_CALLS, ToolTerms
from streamkit.families._common.tool_runs import ToolRuns
from streamkit.structured.tool import tools_by_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from reactivex import Observable, abc

    from streamkit._http.watch import ToolWatch
    from streamkit.families._common.tool_run import OnToolError
    from streamkit.families._common.tool_runs_base import ToolRunsBase
    from streamkit.families._common.turn_events import ToolEvent
    from streamkit.structured.tool import Tool

__all__ = ["call_tools"]

E = TypeVar("E")


def call_tools(
    tools: Mapping[str, Callable[..., Any] | Tool] | Iterable[Callable[..., Any] | Tool],
    *,
    max_concurrent: int = MAX_CONCURRENT,
    timeout: float | None = None,
    on_error: OnToolError = "report",
) -> Callable[[Observable[E]], Observable[E | ToolEvent]]:
    """Run each tool that the model calls as soon as its arguments are whole, and pass events on.

        --a1(--a1)--a2--a2)--text----------|
        [           call_tools           ]
        --a1(--a1)S1--a2--a2)S2--R1--text--R2|

    The operator adds ``tool.started``, ``tool.result`` and ``tool.failed``, and ``tool.held`` for a
    tool with ``needs_approval``, which runs after ``event.approve()``. The end of the source waits
    for the tools. Disposal, and an error of the source, cancel them: a task is cancelled, the
    result of a thread is dropped. Calls of other tools are passed on and not made.

    On an event loop, coroutine functions are awaited on the loop; elsewhere, on a thread of theirs.
    Other functions run on threads.

    Args:
        tools: Functions, or ``Tool``s, by name or with names of their own.
        max_concurrent: The maximum number of tools that run at once; further ones wait.
        timeout: The maximum seconds of a call, after which it fails with a ``TimeoutError``.
        on_error: "report" emits ``tool.failed``, whose ``output`` is for the model; "raise" ends
            the stream with the error.
    """
    handled, others = tools_by_name(tools)
    if others:
        raise TypeError("call_tools takes functions and Tools, and a definition has no handler")
    terms = ToolTerms(max_concurrent, timeout, on_error)

    def operator(source: Observable[E]) -> Observable[E | ToolEvent]:
        _INPUT.source(source)
        from streamkit._rx.observable import Observable

        def subscribe(
            observer: abc.ObserverBase[Any], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            subscription: _Subscription[E] = _Subscription(handled, terms, observer)
            return subscription.begin(source, scheduler)

        return Observable(subscribe)

    return operator


_INPUT = OperatorInput("call_tools", EVENTS)


class _Subscription(Generic[E]):
    def __init__(
        self, tools: Mapping[str, Tool], terms: ToolTerms, observer: abc.ObserverBase[Any]
    ) -> None:
        self._tools = tools
        self._terms = terms
        self._observer = observer
        self._runs: ToolRunsBase | None = None  # none before the first call
        self._is_on_loop = False
        self._has_ended = False  # the source
        self._is_over = False
        self._turn = threading.Lock()
        self._subscribed_by = threading.get_ident()
        self._context = copy_context()

    def begin(
        self, source: Observable[E], scheduler: abc.SchedulerBase | None
    ) -> abc.DisposableBase:
        from reactivex.disposable import (
            CompositeDisposable,
            Disposable,
            SingleAssignmentDisposable,
        )

        self._source = SingleAssignmentDisposable()
        self._source.disposable = source.subscribe(
            self._on_next, self._on_error, self._on_completed, scheduler=scheduler
        )
        return CompositeDisposable(Disposable(self._dispose), self._source)

    def _on_next(self, value: Any) -> None:
        if type(value) not in _INPUT.admitted:
            try:
                _INPUT.admit(value)
            except TypeError as error:
                self._fail(error)
                return
        self._observer.on_next(value)
        if isinstance(value, WHOLE_CALLS):
            if value.name in self._tools:
                (self._runs or self._new_runs()).begin(value)
        elif isinstance(value, AttemptResetEvent) and self._runs is not None:
            self._runs.close()  # the calls of the lost attempt are void
            self._runs = None
        if self._runs is not None and self._runs.has_news:
            self._emit()

    def _on_error(self, error: Exception) -> None:
        if self._runs is not None:
            self._emit()
        if not self._is_over:
            self._dispose()
            self._observer.on_error(error)

    def _on_completed(self) -> None:
        runs = self._runs
        if isinstance(runs, ToolRuns) and self._is_within_subscribe():
            while runs.is_busy and not self._is_over:
                runs.wait()
                self._emit()
        self._has_ended = True
        self._emit()

    def _new_runs(self) -> ToolRunsBase:
        if running_loop() is not None:
            from streamkit.families._common.async_tool_runs import AsyncToolRuns

            self._is_on_loop = True
            self._runs = AsyncToolRuns(self._tools, self._terms, self._on_news)
        else:
            self._runs = ToolRuns(self._tools, self._terms, self._on_news)
        self._runs.watch = self._context.run(_watch)
        return self._runs

    def _on_news(self) -> None:
        if self._is_on_loop or self._has_ended:
            self._emit()

    def _emit(self) -> None:
        """Emit what the tools have done; complete if nothing is left to do."""
        runs = self._runs
        # One thread emits at a time; whoever finds it busy leaves its events to it.
        while not self._is_over and self._turn.acquire(blocking=False):
            try:
                while not self._is_over and runs is not None and (event := runs.take()) is not None:
                    self._observer.on_next(event)
                is_done = self._has_ended and not (runs is not None and runs.is_busy)
                if is_done and not self._is_over:
                    self._is_over = True
                    self._observer.on_completed()
            except Exception as error:
                if runs is None or error is not runs.failure:
                    raise
                self._fail(error)
            finally:
                self._turn.release()
            if runs is None or not runs.has_news:
                return

    def _fail(self, error: Exception) -> None:
        if not self._is_over:
            self._dispose()
            self._observer.on_error(error)

    def _dispose(self) -> None:
        self._is_over = True
        self._source.dispose()
        if self._runs is not None:
            self._runs.close()

    def _is_within_subscribe(self) -> bool:
        """Return whether ``subscribe`` works off the source on this thread, and returns after."""
        from reactivex.scheduler import CurrentThreadScheduler

        trampoline = CurrentThreadScheduler.singleton()
        return threading.get_ident() == self._subscribed_by and not trampoline.schedule_required()


def _watch() -> ToolWatch | None:
    """Return the watch over the calls, if all clients are followed: an event has no client."""
    from streamkit._http.transport import Transport

    instrument = Transport.instrument
    return None if instrument is None else instrument.tools()
