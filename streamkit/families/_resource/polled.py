"""What the resources of each client have in common that polls: how a plan is carried out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import closing
from typing import TYPE_CHECKING, TypeVar

from streamkit._rx.push import observe, observe_async
from streamkit.families._resource.resource import AsyncResource, SyncResource
from streamkit.families.files.upload_stream import AsyncUploadStream, UploadStream
from streamkit.polling import observe_polling, poll_until_done, poll_until_done_async
from streamkit.types import Wire

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from reactivex import Observable, abc

    from streamkit.families._resource.poll_plan import PollPlan
    from streamkit.families.files.batch_upload import BatchUpload, Job, UploadProgress
    from streamkit.families.files.upload_plan import UploadPlan
    from streamkit.polling import Reply
    from streamkit.types import FileObject

__all__ = ["AsyncPolledResource", "ObservedPolling", "SyncPolledResource"]

W = TypeVar("W", bound=Wire)


class ObservedPolling(ABC):
    """Polling as cold observables, of either client.

    Those of the async client run on the running loop. The other's run on the scheduler given to
    ``subscribe``; without one, ``subscribe`` waits and returns when the polling has ended.
    """

    def _observe_poll(self, plan: PollPlan[W]) -> Observable[W]:
        return observe_polling(plan.polling, self._ask(plan))

    def _observe_upload(self, plan: UploadPlan[W]) -> Observable[UploadProgress | W]:
        import reactivex
        from reactivex import operators as rx

        def begin(_scheduler: abc.SchedulerBase) -> Observable[UploadProgress | W]:
            batch = plan.batch()

            def go_on(_scheduler: abc.SchedulerBase) -> Observable[UploadProgress | W]:
                return self._observe_poll(plan.poll(batch.file_ids))

            progress: Observable[UploadProgress | W] = self._observe_progress(plan, batch)
            return reactivex.concat(progress, reactivex.defer(go_on)).pipe(
                rx.do_action(on_error=batch.fail)
            )

        return reactivex.defer(begin)

    @abstractmethod
    def _ask(self, plan: PollPlan[W]) -> Callable[[W | None], Reply[W] | Awaitable[Reply[W]]]: ...

    @abstractmethod
    def _observe_progress(
        self, plan: UploadPlan[W], batch: BatchUpload
    ) -> Observable[UploadProgress]: ...


class SyncPolledResource(SyncResource, ObservedPolling):
    """A part of the API that polls, for a client that blocks."""

    def _poll(self, plan: PollPlan[W]) -> W:
        return poll_until_done(plan.polling, self._ask(plan))

    def _upload_and_poll(self, plan: UploadPlan[W]) -> W:
        batch = plan.batch()
        with batch.named():
            self._upload(plan, batch)
            return self._poll(plan.poll(batch.file_ids))

    def _upload_and_start(self, plan: UploadPlan[W]) -> W:
        batch = plan.batch()
        with batch.named():
            self._upload(plan, batch)
            return self._send(plan.poll(batch.file_ids).call(None))

    def _upload(self, plan: UploadPlan[W], batch: BatchUpload) -> None:
        with closing(self._upload_stream(plan, batch)) as stream:
            for _ in stream:
                pass

    def _ask(self, plan: PollPlan[W]) -> Callable[[W | None], Reply[W]]:
        return lambda first: plan.reply(self._exchange(plan.call(first)))

    def _observe_progress(
        self, plan: UploadPlan[W], batch: BatchUpload
    ) -> Observable[UploadProgress]:
        return observe(lambda: self._upload_stream(plan, batch))

    def _upload_stream(self, plan: UploadPlan[W], batch: BatchUpload) -> UploadStream:
        return UploadStream(batch, lambda job: self._send(plan.call(job)), plan.max_concurrency)


class AsyncPolledResource(AsyncResource, ObservedPolling):
    """A part of the API that polls, for a client on the running loop."""

    async def _poll(self, plan: PollPlan[W]) -> W:
        return await poll_until_done_async(plan.polling, self._ask(plan))

    async def _upload_and_poll(self, plan: UploadPlan[W]) -> W:
        batch = plan.batch()
        with batch.named():
            await self._upload(plan, batch)
            return await self._poll(plan.poll(batch.file_ids))

    async def _upload_and_start(self, plan: UploadPlan[W]) -> W:
        batch = plan.batch()
        with batch.named():
            await self._upload(plan, batch)
            return await self._send(plan.poll(batch.file_ids).call(None))

    async def _upload(self, plan: UploadPlan[W], batch: BatchUpload) -> None:
        async with self._upload_stream(plan, batch) as stream:
            async for _ in stream:
                pass

    def _ask(self, plan: PollPlan[W]) -> Callable[[W | None], Awaitable[Reply[W]]]:
        async def ask(first: W | None) -> Reply[W]:
            return plan.reply(await self._exchange(plan.call(first)))

        return ask

    def _observe_progress(
        self, plan: UploadPlan[W], batch: BatchUpload
    ) -> Observable[UploadProgress]:
        async def open_stream() -> AsyncUploadStream:
            return self._upload_stream(plan, batch)

        return observe_async(open_stream)

    def _upload_stream(self, plan: UploadPlan[W], batch: BatchUpload) -> AsyncUploadStream:
        def send(job: Job) -> Awaitable[FileObject]:
            return self._send(plan.call(job))

        return AsyncUploadStream(batch, send, plan.max_concurrency)
