# Made from ../_async/answering.py by .ci/unasync.py: change it there.
"""The base of the resources of answers, for a client that blocks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, TypeVar

from streamkit._http.exchange import SyncExchange
from streamkit.families._resource._sync.streaming import StreamingResource
from streamkit.types import Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import httpx

    from streamkit._http._sync.transport import SyncTransport
    from streamkit._rx.input import Input
    from streamkit.families._common.turns import AnyTool, Turns
    from streamkit.families._resource._sync.answer_stream import AnswerStream
    from streamkit.families._resource._sync.map_results import MapResults
    from streamkit.families._resource._sync.tool_stream import ToolStream
    from streamkit.families._resource.checked_call import CheckedCall
    from streamkit.families._resource.mapped_calls import MappedCalls

__all__ = ["AnsweringResource"]

P = TypeVar("P", bound=Wire)
M = TypeVar("M", bound=Wire)


class AnsweringResource(StreamingResource, ABC):
    """A resource of answers that come whole or as streams, for one request or for many."""

    def __init__(self, transport: SyncTransport) -> None:
        super().__init__(transport)
        self._limits = transport.config.limits

    @abstractmethod
    def _open_events(self, call: Any) -> AnswerStream[Any, Any, Any]:
        """Send a call and return the stream of its events."""

    @abstractmethod
    def _turns(self, params: Mapping[str, Any], tools: Iterable[AnyTool]) -> Turns:
        """Return the turns of a conversation."""

    def _plain(self, call: CheckedCall[P, Any]) -> P:
        """Send a call and return its answer as received."""
        return call.plain(self._response(call), self._limits)

    def _parsed(self, call: CheckedCall[Any, M]) -> M:
        """Send a call and return its answer parsed."""
        return call.parsed(self._response(call), self._limits)

    def _response(self, call: CheckedCall[Any, Any]) -> httpx.Response:
        return SyncExchange(self._transport, call.request).send()

    def _map(
        self,
        requests: Input[Mapping[str, Any]],
        params: Mapping[str, Any],
        calls: MappedCalls[M],
    ) -> MapResults[M, Any]:
        """Return the results of many requests, which share parameters."""
        from streamkit.families._resource._sync.map_results import MapResults
        from streamkit.families._resource.map_job import MapJob

        return MapResults(requests, MapJob(requests, params, calls), self._transport)

    def _conversation(
        self, params: Mapping[str, Any], tools: Iterable[AnyTool]
    ) -> Callable[[], ToolStream[Any]]:
        """Return a function that begins a conversation, after a check of its parameters."""
        from streamkit.families._resource._sync.tool_stream import conversation

        return conversation(self._turns, params, tools, self._open_events, self._transport)
