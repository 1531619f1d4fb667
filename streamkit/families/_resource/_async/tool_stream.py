"""The stream of a conversation in which the model calls the program's tools."""

from __future__ import annotations

from collections import deque
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from streamkit._core.arguments import require_iterable
from streamkit.errors import StreamClosedError, TurnLimitError
from streamkit.families._common.async_tool_runs import AsyncToolRuns
from streamkit.families._common.tool_run import WHOLE_CALLS
from streamkit.families._common.turn_events import (
    ToolFailedEvent,
    ToolResultEvent,
    TurnDoneEvent,
    TurnStartedEvent,
)
from streamkit.families._common.turns import restartable
from streamkit.families._resource._async.managers import AsyncStreamManager

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
    from types import TracebackType
    from typing import Self

    from streamkit._http._async.transport import AsyncTransport
    from streamkit._http.watch import AgentWatch
    from streamkit.families._common.events import CommonEvent
    from streamkit.families._common.final import Final
    from streamkit.families._common.turn_events import TurnEvent
    from streamkit.families._common.turns import AnyTool, Turns
    from streamkit.families._resource._async.answer_stream import AsyncAnswerStream

__all__ = ["AsyncToolStream", "conversation"]

T = TypeVar("T")


def conversation(
    kind: Callable[[Mapping[str, Any], Sequence[AnyTool]], Turns],
    params: Mapping[str, Any],
    tools: Iterable[AnyTool],
    open_turn: Callable[[Any], Awaitable[Any]],
    transport: AsyncTransport,
) -> Callable[[], Awaitable[AsyncToolStream[Any]]]:
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

    async def opened() -> AsyncToolStream[Any]:
        turns, instrument = begin(), transport.instrument
        watch = None
        if instrument is not None:
            watch = instrument.agent(transport.config, turns.call().request)
        stream: AsyncToolStream[Any] = AsyncToolStream(turns, open_turn, watch)
        try:
            await stream.begin_turn()
        except BaseException as error:
            if watch is not None:
                watch.ended(turns.count, error)
            raise
        return stream

    return opened


class AsyncToolStream(Generic[T]):
    """The common events of all turns of a conversation, as an async iterator.

    A tool runs as soon as its own arguments are whole. Its events are emitted between those of the
    answer, and the next request is sent when all of its tools have ended. Leaving it early ends
    the request and cancels the tools.
    """

    def __init__(
        self,
        turns: Turns,
        open_turn: Callable[[Any], Awaitable[Any]],
        watch: AgentWatch | None = None,
    ) -> None:
        self._turns = turns
        self._open_turn = open_turn
        self._watch = watch
        self._runs = AsyncToolRuns(turns.tools, turns.terms)
        self._runs.watch = watch
        self._manager: AsyncStreamManager[Any] | None = None
        self._stream: AsyncAnswerStream[Any, CommonEvent[T], T] | None = None
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

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> CommonEvent[T] | TurnEvent[T]:
        try:
            event = await self._next()
        except Exception as error:
            await self._end(error)
            raise
        if event is None:
            raise StopAsyncIteration
        return event

    async def begin_turn(self) -> None:
        """Send the next request."""
        turns = self._turns
        if turns.is_at_limit:
            raise TurnLimitError(limit=turns.limit, answer=self._last.raw, history=self.messages)
        opened = AsyncStreamManager(partial(self._open_turn, turns.call()))
        self._manager = opened
        turns.count += 1
        with nullcontext() if self._watch is None else self._watch.within():
            self._stream = await opened.__aenter__()
        if self._failure is not None:  # it was closed meanwhile
            await opened.close()
        self._ready.append(TurnStartedEvent(turns.count))

    async def until_done(self) -> Self:
        """Read the stream to its end; raise the error that ends it."""
        async for _ in self:
            pass
        return self

    async def get_final(self) -> Final[T]:
        """Read the stream to its end and return the last answer."""
        await self.until_done()
        final: Final[T] = self._last
        return final

    async def close(self) -> None:
        """Close the stream and cancel the tools; from any task, any number of times."""
        await self._end(StreamClosedError("the stream was closed before the last answer ended"))

    aclose = close

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def _next(self) -> CommonEvent[T] | TurnEvent[T] | None:
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
                await self._read(self._stream)
            elif self._runs.is_busy:
                await self._runs.wait()
            elif self._final is not None:
                self._end_turn(self._final)
            elif self._goes_on:
                await self.begin_turn()
            else:
                self._ended()
                return None
        raise self._failure

    async def _read(self, stream: AsyncAnswerStream[Any, CommonEvent[T], T]) -> None:
        """Take the next event of an answer, or its end."""
        event = await anext(stream.common, None)
        if event is None:
            self._final = await stream.get_final()
            self._stream = None
            await stream.close()
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

    async def _end(self, failure: Exception) -> None:
        if self._failure is None and (self._goes_on or self._stream or self._final):
            self._failure = failure
        self._runs.close()
        try:
            if self._manager is not None:
                await self._manager.close()
        finally:
            self._ended()

    def _ended(self) -> None:
        if self._watch is not None:
            self._watch.ended(self._turns.count, self._failure)
