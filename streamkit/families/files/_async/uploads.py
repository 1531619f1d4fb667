"""The base of the resources to which a client on the running loop uploads files."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from streamkit._rx.async_push import observe_async
from streamkit.families._resource._async.resource import AsyncResource
from streamkit.families.files.async_upload_stream import AsyncUploadStream
from streamkit.types import Wire

if TYPE_CHECKING:
    from reactivex import Observable, abc

    from streamkit.families.files.batch_upload import BatchUpload, Job, UploadProgress
    from streamkit.families.files.upload_plan import UploadPlan
    from streamkit.types import FileObject

__all__ = ["AsyncUploadingResource"]

W = TypeVar("W", bound=Wire)


class AsyncUploadingResource(AsyncResource):
    """A resource that uploads files, for a client on the running loop."""

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

    def _observe_upload(self, plan: UploadPlan[W]) -> Observable[UploadProgress | W]:
        import reactivex
        from reactivex import operators as rx

        def begin(_scheduler: abc.SchedulerBase) -> Observable[UploadProgress | W]:
            batch = plan.batch()

            async def open_stream() -> AsyncUploadStream:
                return self._upload_stream(plan, batch)

            def go_on(_scheduler: abc.SchedulerBase) -> Observable[UploadProgress | W]:
                return self._observe_poll(plan.poll(batch.file_ids))

            progress: Observable[UploadProgress | W] = observe_async(open_stream)
            return reactivex.concat(progress, reactivex.defer(go_on)).pipe(
                rx.do_action(on_error=batch.fail)
            )

        return reactivex.defer(begin)

    def _upload_stream(self, plan: UploadPlan[W], batch: BatchUpload) -> AsyncUploadStream:
        async def send(job: Job) -> FileObject:
            return await self._send(plan.call(job))

        return AsyncUploadStream(batch, send, plan.max_concurrency)
