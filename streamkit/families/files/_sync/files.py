# Made from ../_async/files.py by .ci/unasync.py: change it there.
"""``client.files``: uploaded files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit._http.exchange import SyncExchange
from streamkit.families._resource._sync.resource import SyncResource
from streamkit.families.files import files as calls
from streamkit.families.files.binary_content import BinaryContent

if TYPE_CHECKING:
    from typing import Unpack

    from reactivex import Observable

    from streamkit.families._resource.listing import SyncCursorPage
    from streamkit.families._resource.params import RequestOptions
    from streamkit.families.files.files import FileCreateParams, FileListParams, FileWaitParams
    from streamkit.types import FileDeleted, FileObject

__all__ = ["Files"]


class Files(SyncResource):
    """Uploaded files."""

    def create(self, **params: Unpack[FileCreateParams]) -> FileObject:
        """Upload a file; a file on disk is sent in pieces and never in memory as a whole."""
        return self._send(calls.create(params))

    def retrieve(self, file_id: str, **params: Unpack[RequestOptions]) -> FileObject:
        """Fetch the description of a file."""
        return self._send(calls.retrieve(file_id, params))

    def list(self, **params: Unpack[FileListParams]) -> SyncCursorPage[FileObject]:
        """Return the descriptions of the files, the newest first."""
        return self._list(calls.list_(params))

    def delete(self, file_id: str, **params: Unpack[RequestOptions]) -> FileDeleted:
        """Delete a file."""
        return self._send(calls.delete_(file_id, params))

    def content(self, file_id: str, **params: Unpack[RequestOptions]) -> BinaryContent:
        """Fetch the bytes of a file."""
        return BinaryContent(SyncExchange(self._transport, calls.content(file_id, params)).send())

    def wait_for_processing(self, id: str, **params: Unpack[FileWaitParams]) -> FileObject:
        """Wait until a file is processed, and return it, also when the processing failed.

        Raises ``PollTimeoutError`` after half an hour, or after ``max_wait_seconds``.
        """
        return self._poll(calls.wait_for_processing(id, params))

    def observe_wait_for_processing(
        self, id: str, **params: Unpack[FileWaitParams]
    ) -> Observable[FileObject]:
        """Return a cold observable of the states that ``wait_for_processing`` receives."""
        return self._observe_poll(calls.wait_for_processing(id, params))
