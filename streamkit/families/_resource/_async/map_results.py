"""The results of many requests, for a client on the running loop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from streamkit._http.async_paced import AsyncPacedSender
from streamkit._rx.async_input import observe_input_async, require_input_async
from streamkit._rx.iteration import iterate
from streamkit._rx.mapping import mapped
from streamkit._rx.numbered import NumberedInput
from streamkit.errors import StreamClosedError, StreamkitError
from streamkit.types import Wire

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from types import TracebackType
    from typing import Self

    from reactivex import Observable, abc

    from streamkit._http._async.transport import AsyncTransport
    from streamkit.families._common.map_result import MapProgress, MapResult
    from streamkit.families._resource.map_job import MapJob

__all__ = ["AsyncMapResults"]

A = TypeVar("A", bound=Wire)
T = TypeVar("T")


class AsyncMapResults(Generic[A, T]):
    """The results of ``map``, for one ``async for``; nothing is sent before it begins.

    Leaving the loop ends the requests that are under way, and closes the input. An error of the
    input is raised after the results of the requests before it.
    """

    def __init__(self, requests: Any, job: MapJob[A, T], transport: AsyncTransport) -> None:
        require_input_async(requests, "map", "requests")
        self._requests = requests
        self._job = job
        self._transport = transport
        self._has_begun = False
        self._begun: NumberedInput[Mapping[str, Any]] | None = None

    @property
    def progress(self) -> MapProgress:
        """The progress until now; any task may read it."""
        return self._job.progress

    @property
    def observable(self) -> Observable[MapResult[A, T]]:
        """The results as an observable, for one subscription in place of the loop."""
        from streamkit._rx.observable import RequestObservable

        return RequestObservable(self._subscribe)

    def __aiter__(self) -> AsyncIterator[MapResult[A, T]]:
        return aiter(iterate(self.observable, buffer=self._job.max_concurrent))

    async def close(self) -> None:
        """End the requests; the loop, wherever it runs, then raises ``StreamClosedError``."""
        self._has_begun = True
        if self._begun is not None:
            self._begun.end(StreamClosedError("the results were closed before the last one came"))

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

    def _subscribe(
        self,
        observer: abc.ObserverBase[MapResult[A, T]],
        scheduler: abc.SchedulerBase | None = None,
    ) -> abc.DisposableBase:
        from reactivex.disposable import (
            CompositeDisposable,
            Disposable,
            SingleAssignmentDisposable,
        )

        if self._has_begun:
            observer.on_error(StreamkitError(_READ_BEFORE))
            return Disposable()
        self._has_begun = True
        job = self._job
        sender = AsyncPacedSender(self._transport, job.max_concurrent)
        requests = NumberedInput(observe_input_async(self._requests))
        self._begun = requests
        subscription = SingleAssignmentDisposable()
        everything = CompositeDisposable(subscription, Disposable(sender.end))

        async def send(numbered: tuple[int, Mapping[str, Any]]) -> MapResult[A, T]:
            return await self._send(sender, *numbered)

        def on_next(result: MapResult[A, T]) -> None:
            if result.error is not None and job.raises:
                everything.dispose()
                observer.on_error(result.error)
            else:
                observer.on_next(result)

        def on_completed() -> None:
            if requests.failure is not None:
                observer.on_error(requests.failure)
            else:
                observer.on_completed()

        results = mapped(requests, send, job.max_concurrent, ordered=job.ordered)
        subscription.disposable = results.subscribe(
            on_next, observer.on_error, on_completed, scheduler=scheduler
        )
        return everything

    async def _send(
        self, sender: AsyncPacedSender, index: int, request: Mapping[str, Any]
    ) -> MapResult[A, T]:
        job = self._job
        job.begin()
        try:
            call = job.call(request)
            response = await sender.send(call.request)
            answer = call.parsed(response, self._transport.config.limits)
        except Exception as error:
            return job.failed(index, request, error)
        return job.answered(index, request, answer)


_READ_BEFORE = (
    "the results of a map are read once, because each reading would send all requests again: keep"
    " them in a list, or call map again"
)
