"""The calls of a program's own tools: their order, their results, and the wait for approval."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any

from streamkit._core.growing_text import whole_characters
from streamkit._core.said import said
from streamkit.errors import StreamkitError
from streamkit.families._common.tool_run import Run
from streamkit.families._common.turn_events import (
    ToolFailedEvent,
    ToolHeldEvent,
    ToolResultEvent,
    ToolStartedEvent,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from streamkit._http.watch import ToolWatch
    from streamkit.families._common.tool_run import ToolTerms, WholeCall
    from streamkit.families._common.turn_events import ToolEvent
    from streamkit.structured.tool import Tool

__all__ = ["ToolRunsBase"]


class ToolRunsBase(ABC):
    """The calls of one stream, each of which runs once its arguments are whole.

    Args:
        tools: The tools by name.
        terms: The terms on which they are run.
        on_news: A function that is called, without the lock, when there are events to take.
    """

    def __init__(
        self,
        tools: Mapping[str, Tool],
        terms: ToolTerms,
        on_news: Callable[[], object] | None = None,
    ) -> None:
        self._tools = tools
        self._terms = terms
        self._on_news = on_news
        self._waiting: deque[Run] = deque()
        self._held: list[Run] = []  # not by id: some servers leave ids out, or repeat them
        self._running: set[Run] = set()
        self._news: deque[ToolEvent] = deque()
        self._error: Exception | None = None
        self.watch: ToolWatch | None = None
        """The watch over the calls, if an instrument follows them."""
        self.failure: Exception | None = None
        """The error of a tool that ended the stream, once ``take`` has raised it."""
        self._is_closed = False
        self._lock = threading.RLock()

    @property
    def is_busy(self) -> bool:
        """Whether a call has not ended yet, or has ended with events to take."""
        return bool(self._running or self._waiting or self._held or self.has_news)

    @property
    def has_news(self) -> bool:
        """Whether there are events to take, or an error."""
        return bool(self._news) or self._error is not None

    def begin(self, call: WholeCall) -> None:
        """Run the tool of a call: at once, when another has ended, or when it is approved."""
        run, tool = Run(call), self._tools.get(call.name)
        try:
            run.prepare(tool)
        except Exception as error:
            self._fail_unmade(run, error)
            return
        with self._lock:
            if not self._is_closed:
                self._hold_or_queue(run, hold=tool is not None and tool.needs_approval)
        self._notify()

    def take(self) -> ToolEvent | None:
        """Return the next event, or None; after the last one raise the error of a tool."""
        with self._lock:
            if self._news:
                return self._news.popleft()
            self.failure, self._error = self._error or self.failure, None
            if self.failure is not None:
                raise self.failure
        return None

    def decide(self, call: Any, refusal: str | None) -> bool:
        """Approve or refuse a held call; return false if it is not held.

        ``call`` is an event of the call, or its id.
        """
        with self._lock:
            run = next((each for each in self._held if each.is_meant_by(call)), None)
        if run is not None:
            self._decide(run, refusal)
        return run is not None

    def close(self) -> None:
        """Stop all calls, and make no more of them."""
        with self._lock:
            self._news.clear()
            self._stop_all()
        self._notify()

    @abstractmethod
    def _launch(self, run: Run) -> None:
        """Start a tool, whose end ``_return`` or ``_fail`` is called with."""

    @abstractmethod
    def _limit(self, run: Run, seconds: float) -> None:
        """Start the clock of a call, at whose end ``_expire`` is called."""

    def _stop_all(self) -> None:
        self._is_closed = True
        runs = [*self._running]
        self._running.clear()
        self._waiting.clear()
        self._held.clear()
        for run in runs:
            run.is_over = True
            run.stop()

    def _notify(self) -> None:
        """Wake whoever waits for events."""
        if self._on_news is not None and (self.has_news or not self.is_busy):
            self._on_news()

    def _hold_or_queue(self, run: Run, *, hold: bool) -> None:
        if hold:
            self._held.append(run)
            decide = partial(self._decide, run)
            self._add(ToolHeldEvent(*run.place, run.arguments, decide, _part=run.call.part))
        else:
            self._waiting.append(run)
            self._start_waiting()

    def _decide(self, run: Run, refusal: str | None) -> None:
        with self._lock:
            if run not in self._held:
                return  # it was decided before
            self._held.remove(run)
            if refusal is None:
                self._waiting.append(run)
                self._start_waiting()
        if refusal is not None:
            self._fail_unmade(run, StreamkitError(refusal))
        self._notify()

    def _fail_unmade(self, run: Run, error: Exception) -> None:
        with self._lock:
            if self._is_closed:
                return
            self._running.add(run)
        self._fail(run, error)

    def _start_waiting(self) -> None:
        while self._waiting and len(self._running) < self._terms.max_concurrent:
            run = self._waiting.popleft()
            self._running.add(run)
            self._add(ToolStartedEvent(*run.place, run.arguments, _part=run.call.part))
            if self._terms.timeout is not None:
                self._limit(run, self._terms.timeout)
            if self.watch is not None:
                call = run.call
                run.watch = self.watch.around(call.name, call.tool_call_id, run.text, run.work)
                run.work = run.watch
            self._launch(run)

    def _return(self, run: Run, result: Any, output: str) -> None:
        """Take the result of a tool."""
        self._end(run, lambda: ToolResultEvent(*run.place, result, output, _part=run.call.part))

    def _fail(self, run: Run, error: Exception) -> None:
        """Take the error of a tool."""
        if self._terms.on_error == "raise":
            with self._lock:
                if not run.is_over and not self._is_closed:
                    self._stop_all()
                    self._error = error
            self._notify()
            return
        output = _told(error)
        self._end(run, lambda: ToolFailedEvent(*run.place, error, output, _part=run.call.part))

    def _expire(self, run: Run) -> None:
        seconds = self._terms.timeout
        error = TimeoutError(f"{run.call.name} took longer than {seconds} seconds")
        if run.watch is not None:
            run.watch.failed(error)
        self._fail(run, error)

    def _end(self, run: Run, event: Callable[[], ToolEvent]) -> None:
        with self._lock:
            if run.is_over or self._is_closed:
                return
            run.is_over = True
            self._running.discard(run)
            self._add(event())
            self._start_waiting()
        run.stop()
        self._notify()

    def _add(self, event: ToolEvent) -> None:
        if not self._is_closed:
            self._news.append(event)


def _told(error: Exception) -> str:
    kind = "" if isinstance(error, StreamkitError) else f"{type(error).__name__}: "
    return whole_characters(f"Error: {kind}{said(error)}")
