"""Batches of messages, which the API answers within a day.

Source: https://docs.anthropic.com/en/api/creating-message-batches.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from msgspec import field

from streamkit._core.wire import Wire
from streamkit.types.messages.message import Message
from streamkit.types.shared import ErrorObject

__all__ = [
    "DeletedMessageBatch",
    "ErrorResponse",
    "MessageBatch",
    "MessageBatchCanceledResult",
    "MessageBatchErroredResult",
    "MessageBatchExpiredResult",
    "MessageBatchIndividualResponse",
    "MessageBatchRequestCounts",
    "MessageBatchResult",
    "MessageBatchSucceededResult",
]


class MessageBatchRequestCounts(Wire):
    """The numbers of a batch's requests by their state; all but ``processing`` are 0 until then."""

    canceled: int = 0
    errored: int = 0
    expired: int = 0
    processing: int = 0
    succeeded: int = 0


class MessageBatch(Wire):
    """A batch of requests."""

    id: str = ""
    archived_at: str | None = None
    cancel_initiated_at: str | None = None
    created_at: str = ""
    ended_at: str | None = None
    expires_at: str = ""
    processing_status: str = ""
    """``in_progress``, ``canceling`` or ``ended``."""
    request_counts: MessageBatchRequestCounts = field(default_factory=MessageBatchRequestCounts)
    results_url: str | None = None
    """The address of the results, once the batch has ended; ``results`` reads them."""
    type: str = "message_batch"

    @property
    def status(self) -> str:
        """Another name for ``processing_status``."""
        return self.processing_status


class DeletedMessageBatch(Wire):
    """The confirmation that a batch was deleted."""

    id: str = ""
    type: str = "message_batch_deleted"


class ErrorResponse(Wire):
    """An error as the API answers with it."""

    error: ErrorObject = field(default_factory=ErrorObject)
    type: str = "error"


class MessageBatchSucceededResult(Wire, tag_field="type", tag="succeeded"):
    """The message that answers a request."""

    type: ClassVar[Literal["succeeded"]] = "succeeded"
    message: Message = field(default_factory=Message)


class MessageBatchErroredResult(Wire, tag_field="type", tag="errored"):
    """The error of a request."""

    type: ClassVar[Literal["errored"]] = "errored"
    error: ErrorResponse = field(default_factory=ErrorResponse)


class MessageBatchCanceledResult(Wire, tag_field="type", tag="canceled"):
    """The request was not sent to the model, because the batch was canceled."""

    type: ClassVar[Literal["canceled"]] = "canceled"


class MessageBatchExpiredResult(Wire, tag_field="type", tag="expired"):
    """The request was not sent to the model within a day."""

    type: ClassVar[Literal["expired"]] = "expired"


MessageBatchResult = (
    MessageBatchSucceededResult
    | MessageBatchErroredResult
    | MessageBatchCanceledResult
    | MessageBatchExpiredResult
)
"""The result of a request of any kind, distinguished by ``type``."""


class MessageBatchIndividualResponse(Wire):
    """The result of one request of a batch; results come in any order."""

    custom_id: str = ""
    """The caller's id of the request."""
    result: MessageBatchResult = field(default_factory=MessageBatchCanceledResult)
