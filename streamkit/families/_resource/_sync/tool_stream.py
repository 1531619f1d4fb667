# Made from ../_async/tool_stream.py by .ci/unasync.py: change it there.
"""The stream of a conversation in which the model calls the program's tools."""

from __future__ import annotations

from collections import deque
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from streamkit._core.arguments import require_iterable
from streamkit.errors import StreamClosedError, TurnLimitError
from streamkit.families._common.tool_run import WHOLE_CALLS
from streamkit.families._common.tool_runs import ToolRuns
from streamkit.families._common.turn_events import (
    ToolFailedEvent,
    ToolResultEvent,
    TurnDoneEvent,
    TurnStartedEvent,
)
from streamkit.families._common.turns import restartable
from streamkit.families._resource._sync.managers import StreamManager

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from types import TracebackType
    from typing import Self

    from streamkit._http._sync.transport import SyncTransport
    from streamkit._http.watch import AgentWatch
    from streamkit.families._common.events import CommonEvent
    from streamkit.families._common.final import Final
    from streamkit.families._common.turn_events import TurnEvent
    from streamkit.families._common.turns import AnyTool, Turns
    from streamkit.families._resource._sync.answer_stream import AnswerStream

__all__ = ["ToolStream", "conversation"]

T = TypeVar("T")


def conversation(
    kind: Callable[[Mapping[str, Any], Sequence[AnyTool]], Turns],
    params: Mapping[str, Any],
    tools: Iterable[AnyTool],
    open_turn: Callable[[Any], Any],
    transport: SyncTransport,
) -> Callable[[], ToolStream[Any]]:
    """Return a function that begins a conversation, each time from the start.

    Parameters that would fail later raise their error here, before any request.

    Args:
        kind: The turns of a protocol.
        params: The parameters of ``run_tools``.
        tools: Its tools.
        open_turn: A function that sends the call of a turn and returns its stream.
        transport: The transport of the client, whose instrument follows the conversation.
    """
    require_iterable("tools", tools, "functions, Tools or definitions")
    begin = partial(kind, restartable(params), [*tools])
    begin().call()

    def opened() -> ToolStream[Any]:
        turns, instrument = begin(), transport.instrument
        watch = None
        if instrument is not None:
            watch = instrument.agent(transport.config, turns.call().request)
        stream: ToolStream[Any] = ToolStream(turns, open_turn, watch)
        try:
            stream.begin_turn()
        except BaseException as error:
            if watch is not None:
                watch.ended(turns.count, error)
            raise
        return stream

    return opened


class ToolStream(Generic[T]):
    """The common events of all turns of a conversation, as an iterator.

    A tool runs as soon as its own arguments are whole. Its events are emitted between those of the
    answer, and the next request is sent when all of its tools have ended. Leaving it early ends
    the request and cancels the tools.
    """

    def __init__(
        self,
        turns: Turns,
        open_turn: Callable[[Any], Any],
        watch: AgentWatch | None = None,
    ) -> None:
        self._turns = turns
        self._open_turn = open_turn
        self._watch = watch
        self._runs = ToolRuns(turns.tools, turns.terms)
        self._runs.watch = watch
        self._manager: StreamManager[Any] | None = None
        self._stream: AnswerStream[Any, CommonEvent[T], T] | None = None
        self._ready: deque[CommonEvent[T] | TurnEvent[T]] = deque()
        self._results: list[ToolResultEvent | ToolFailedEvent] = []
        self._final: Final[T] | None = None  # of a turn whose tools may still run
        self._last: Any = None  # of the last whole turn
        self._goes_on = True
        self._failure: Exception | None = None

    @property
    def messages(self) -> list[Any]:
        """The history up to the last whole turn, as the parameter of a request takes it.

        It is complete: the messages that were given, each answer, and the results of its calls.
        """
        return [*self._turns.messages]

    @property
    def turn(self) -> int:
        """The number of requests so far."""
        return self._turns.count

    def approve(self, call: Any) -> None:
        """Let a held call be made.

        Args:
            call: An event of the call, such as ``tool.held``, or its id.
        """
        self._decide(call, None)

    def refuse(self, call: Any, reason: str = "The call was refused.") -> None:
        """Let a held call fail without being made; the model gets the reason."""
        self._decide(call, reason)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> CommonEvent[T] | TurnEvent[T]:
        try:
            event = self._next()
        except Exception as error:
            self._end(error)
            raise
        if event is None:
            raise StopIteration
        return event

    def begin_turn(self) -> None:
        """Send the next request."""
        turns = self._turns
        if turns.is_at_limit:
            raise TurnLimitError(limit=turns.limit, answer=self._last.raw, history=self.messages)
        opened = StreamManager(partial(self._open_turn, turns.call()))
        self._manager = opened
        turns.count += 1
        with nullcontext() if self._watch is None else self._watch.within():
            self._stream = opened.__enter__()
        if self._failure is not None:  # it was closed meanwhile
            opened.close()
        self._ready.append(TurnStartedEvent(turns.count))

    def until_done(self) -> Self:
        """Read the stream to its end; raise the error that ends it."""
        for _ in self:
            pass
        return self

    def get_final(self) -> Final[T]:
        """Read the stream to its end and return the last answer."""
        self.until_done()
        final: Final[T] = self._last
        return final

    def close(self) -> None:
        """Close the stream and cancel the tools; from any thread, any number of times."""
        self._end(StreamClosedError("the stream was closed before the last answer ended"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _next(self) -> CommonEvent[T] | TurnEvent[T] | None:
        """Return the next event, or None after the last."""
        while self._failure is None:
            if self._ready:
                return self._ready.popleft()
            event = self._runs.take()
            if event is not None:
                if isinstance(event, ToolResultEvent | ToolFailedEvent):
                    self._results.append(event)
                return event
            if self._stream is not None:
                self._read(self._stream)
            elif self._runs.is_busy:
                self._runs.wait()
            elif self._final is not None:
                self._end_turn(self._final)
            elif self._goes_on:
                self.begin_turn()
            else:
                self._ended()
                return None
        raise self._failure

    def _read(self, stream: AnswerStream[Any, CommonEvent[T], T]) -> None:
        """Take the next event of an answer, or its end."""
        event = next(stream.common, None)
        if event is None:
            self._final = stream.get_final()
            self._stream = None
            stream.close()
            return
        self._ready.append(event)
        elsewhere = self._turns.elsewhere
        if isinstance(event, WHOLE_CALLS) and event.name not in elsewhere:
            self._runs.begin(event)

    def _end_turn(self, final: Final[T]) -> None:
        self._goes_on = self._turns.add(final, self._results)
        self._last = final
        self._results, self._final = [], None
        self._ready.append(TurnDoneEvent(self._turns.count, final))

    def _decide(self, call: Any, refusal: str | None) -> None:
        if not self._runs.decide(call, refusal):
            call_id = call if isinstance(call, str) else call.tool_call_id
            raise ValueError(f"no call with the id {call_id!r} waits for an approval")

    def _end(self, failure: Exception) -> None:
        if self._failure is None and (self._goes_on or self._stream or self._final):
            self._failure = failure
        self._runs.close()
        try:
            if self._manager is not None:
                self._manager.close()
        finally:
            self._ended()

    def _ended(self) -> None:
        if self._watch is not None:
            self._watch.ended(self._turns.count, self._failure)
