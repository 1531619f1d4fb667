# Made from ../_async/uploads.py by .ci/unasync.py: change it there.
"""The base of the resources to which a client that blocks uploads files."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from streamkit._rx.push import observe
from streamkit.families._resource._sync.resource import SyncResource
from streamkit.families.files.upload_stream import UploadStream
from streamkit.types import Wire

if TYPE_CHECKING:
    from reactivex import Observable, abc

    from streamkit.families.files.batch_upload import BatchUpload, Job, UploadProgress
    from streamkit.families.files.upload_plan import UploadPlan
    from streamkit.types import FileObject

__all__ = ["UploadingResource"]

W = TypeVar("W", bound=Wire)


class UploadingResource(SyncResource):
    """A resource that uploads files, for a client that blocks."""

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
        with self._upload_stream(plan, batch) as stream:
            for _ in stream:
                pass

    def _observe_upload(self, plan: UploadPlan[W]) -> Observable[UploadProgress | W]:
        import reactivex
        from reactivex import operators as rx

        def begin(_scheduler: abc.SchedulerBase) -> Observable[UploadProgress | W]:
            batch = plan.batch()

            def open_stream() -> UploadStream:
                return self._upload_stream(plan, batch)

            def go_on(_scheduler: abc.SchedulerBase) -> Observable[UploadProgress | W]:
                return self._observe_poll(plan.poll(batch.file_ids))

            progress: Observable[UploadProgress | W] = observe(open_stream)
            return reactivex.concat(progress, reactivex.defer(go_on)).pipe(
                rx.do_action(on_error=batch.fail)
            )

        return reactivex.defer(begin)

    def _upload_stream(self, plan: UploadPlan[W], batch: BatchUpload) -> UploadStream:
        def send(job: Job) -> FileObject:
            return self._send(plan.call(job))

        return UploadStream(batch, send, plan.max_concurrency)
