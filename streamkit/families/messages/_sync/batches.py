# Made from ../_async/batches.py by .ci/unasync.py: change it there.
"""``client.messages.batches``: batches of messages, which are answered within a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.families._resource._sync.resource import SyncResource
from streamkit.families._resource._sync.streaming import StreamingResource
from streamkit.families.messages import batches as calls

if TYPE_CHECKING:
    from typing import Unpack

    from reactivex import Observable

    from streamkit.families._resource._sync.stream import Stream
    from streamkit.families._resource.listing import SyncCursorPage
    from streamkit.families._resource.params import RequestOptions
    from streamkit.families.messages.batches import (
        BatchCreateAndPollParams,
        BatchCreateParams,
        BatchListParams,
        BatchPollParams,
    )
    from streamkit.types.messages import (
        DeletedMessageBatch,
        MessageBatch,
        MessageBatchIndividualResponse,
    )

__all__ = ["Batches"]


class Batches(StreamingResource, SyncResource):
    """Batches of messages."""

    _package = "anthropic"

    def create(self, **params: Unpack[BatchCreateParams]) -> MessageBatch:
        """Create a batch of requests, each with a ``custom_id`` and the ``params`` of a message."""
        return self._send(calls.create(params))

    def retrieve(self, batch_id: str, **params: Unpack[RequestOptions]) -> MessageBatch:
        """Fetch a batch, whose ``request_counts`` show its progress."""
        return self._send(calls.retrieve(batch_id, params))

    def list(self, **params: Unpack[BatchListParams]) -> SyncCursorPage[MessageBatch]:
        """Return the batches, the newest first."""
        return self._list(calls.list_batches(params))

    def cancel(self, batch_id: str, **params: Unpack[RequestOptions]) -> MessageBatch:
        """Request the cancellation of the requests that have not begun."""
        return self._send(calls.cancel(batch_id, params))

    def delete(self, batch_id: str, **params: Unpack[RequestOptions]) -> DeletedMessageBatch:
        """Delete a batch that has ended."""
        return self._send(calls.delete(batch_id, params))

    def results(
        self, batch_id: str, **params: Unpack[RequestOptions]
    ) -> Stream[MessageBatchIndividualResponse]:
        """Return a stream of the results of a batch that has ended, in any order."""
        return self._open(calls.results(batch_id, params))

    def observe_results(
        self, batch_id: str, **params: Unpack[RequestOptions]
    ) -> Observable[MessageBatchIndividualResponse]:
        """Return a cold observable of the results."""
        return self._observe(calls.results(batch_id, params))

    def poll(self, batch_id: str, **params: Unpack[BatchPollParams]) -> MessageBatch:
        """Wait until a batch has ended, and return it."""
        return self._poll(calls.poll(batch_id, params))

    def create_and_poll(self, **params: Unpack[BatchCreateAndPollParams]) -> MessageBatch:
        """Create a batch, wait until it has ended, and return it."""
        return self._poll(calls.create_and_poll(params))

    def observe_poll(
        self, batch_id: str, **params: Unpack[BatchPollParams]
    ) -> Observable[MessageBatch]:
        """Return a cold observable of the states that ``poll`` receives."""
        return self._observe_poll(calls.poll(batch_id, params))

    def observe_create_and_poll(
        self, **params: Unpack[BatchCreateAndPollParams]
    ) -> Observable[MessageBatch]:
        """Return a cold observable of a batch's states; every subscription creates a batch."""
        return self._observe_poll(calls.create_and_poll(params))
