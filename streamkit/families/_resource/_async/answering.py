"""The base of the resources of answers, for a client on the running loop."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, TypeVar

from streamkit._http.async_exchange import AsyncExchange
from streamkit.families._resource._async.streaming import AsyncStreamingResource
from streamkit.types import Wire

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    import httpx

    from streamkit._http._async.transport import AsyncTransport
    from streamkit._rx.async_input import AsyncInput
    from streamkit.families._common.turns import AnyTool, Turns
    from streamkit.families._resource._async.answer_stream import AsyncAnswerStream
    from streamkit.families._resource._async.map_results import AsyncMapResults
    from streamkit.families._resource._async.tool_stream import AsyncToolStream
    from streamkit.families._resource.checked_call import CheckedCall
    from streamkit.families._resource.mapped_calls import MappedCalls

__all__ = ["AsyncAnsweringResource"]

P = TypeVar("P", bound=Wire)
M = TypeVar("M", bound=Wire)


class AsyncAnsweringResource(AsyncStreamingResource, ABC):
    """A resource of answers that come whole or as streams, for one request or for many."""

    def __init__(self, transport: AsyncTransport) -> None:
        super().__init__(transport)
        self._limits = transport.config.limits

    @abstractmethod
    async def _open_events(self, call: Any) -> AsyncAnswerStream[Any, Any, Any]:
        """Send a call and return the stream of its events."""

    @abstractmethod
    def _turns(self, params: Mapping[str, Any], tools: Iterable[AnyTool]) -> Turns:
        """Return the turns of a conversation."""

    async def _plain(self, call: CheckedCall[P, Any]) -> P:
        """Send a call and return its answer as received."""
        return call.plain(await self._response(call), self._limits)

    async def _parsed(self, call: CheckedCall[Any, M]) -> M:
        """Send a call and return its answer parsed."""
        return call.parsed(await self._response(call), self._limits)

    async def _response(self, call: CheckedCall[Any, Any]) -> httpx.Response:
        return await AsyncExchange(self._transport, call.request).send()

    def _map(
        self,
        requests: AsyncInput[Mapping[str, Any]],
        params: Mapping[str, Any],
        calls: MappedCalls[M],
    ) -> AsyncMapResults[M, Any]:
        """Return the results of many requests, which share parameters."""
        from streamkit.families._resource._async.map_results import AsyncMapResults
        from streamkit.families._resource.map_job import MapJob

        return AsyncMapResults(requests, MapJob(requests, params, calls), self._transport)

    def _conversation(
        self, params: Mapping[str, Any], tools: Iterable[AnyTool]
    ) -> Callable[[], Awaitable[AsyncToolStream[Any]]]:
        """Return a function that begins a conversation, after a check of its parameters."""
        from streamkit.families._resource._async.tool_stream import conversation

        return conversation(self._turns, params, tools, self._open_events, self._transport)
