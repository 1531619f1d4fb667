"""The decoder of server-sent events to the events of a response, which knows when it has ended."""

from __future__ import annotations

import functools
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeAlias, cast, get_args

from streamkit._core.answer_decoder import AnswerDecoder, OnTruncated
from streamkit._core.compiled import decoder
from streamkit._core.construction import construct
from streamkit._core.logger import logger
from streamkit._core.object_decoder import object_in
from streamkit._core.reports import report_in, reported
from streamkit._core.unknown_members import UnknownMembers
from streamkit._core.unknown_scalars import with_unknown_scalars
from streamkit.errors import APIError, LimitExceededError, StreamDecodeError
from streamkit.limits import DEFAULTS, Limits
from streamkit.types.responses.state_events import (
    ResponseCompletedEvent,
    ResponseErrorEvent,
    ResponseFailedEvent,
    ResponseIncompleteEvent,
    ResponseStateEvent,
)
from streamkit.types.responses.stream_event import UnknownResponseEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from streamkit.types.responses.response import Response

__all__ = ["ENDED", "EventDecoder", "failure"]

ENDED = frozenset({"cancelled", "completed", "failed", "incomplete"})
"""The statuses of a response that has ended."""

_NOTED = frozenset(
    {
        *(ResponseCompletedEvent, ResponseIncompleteEvent, ResponseFailedEvent),
        *(ResponseErrorEvent, UnknownResponseEvent),
    }
)
"""The types of events that end an answer, or may."""


class EventDecoder(AnswerDecoder[Any]):
    """A decoder of the events of one response.

    An event goes by the ``type`` in its data, since many servers name no event beside them. The
    answer ends with a last event: ``[DONE]``, which some servers send, does not replace it.
    Templates do not read a stream: its events are flat, and to find a piece, a number and a padding
    in one costs more than to decode it.

    Args:
        types: The union of the types of the events.
        on_truncated: The treatment of a stream that ends before its answer.
        limits: The maximum amounts that are accepted from the server.
    """

    def __init__(
        self, types: Any, *, on_truncated: OnTruncated = "error", limits: Limits = DEFAULTS
    ) -> None:
        super().__init__(on_truncated=on_truncated, limits=limits)
        self._types, strictly, otherwise = _decoding(types)
        self._strictly: Callable[[bytes | str], Any] = strictly
        self._unknown = UnknownMembers(strictly, otherwise, limits.json_depth)
        self._error: APIError | None = None

    @property
    def is_complete(self) -> bool:
        """Whether the answer would be whole if the stream ended now."""
        return self._has_ended or (self._on_truncated == "accept" and self._is_answered)

    def decode(self, data: str | bytes, event: str = "message", /) -> Any:
        """Decode the data of an event; return None for data that are no event of a response."""
        if self.done:
            return None
        try:
            part = self._strictly(data)
        except (ValueError, RecursionError):
            # Not all of it fits the type of the event.
            part = self._decode_leniently(data, event)
            if part is None:
                return None
        else:
            self.received += 1
        if type(part) in _NOTED:  # `isinstance` costs more than the decoding of a delta
            self._take_note(part)
        self._is_answered = True
        return part

    def close(self) -> Iterable[Any]:
        """End the answer; raise the error that the server reported, or that it is incomplete."""
        if self._error is not None:
            raise self._error
        return super().close()

    def _take_note(self, part: Any) -> None:
        """End the answer if the event is the last, whatever a newer version may call it."""
        if isinstance(part, ResponseErrorEvent):
            self._error = _reported(part)
        elif isinstance(part, ResponseFailedEvent):
            self._error = failure(part.response)
        elif isinstance(part, UnknownResponseEvent):
            response: object = part.model_extra.get("response")
            if not isinstance(response, dict):
                return
            if cast("dict[str, Any]", response).get("status") not in ENDED:
                return
        self._has_ended = self.done = True

    def _decode_leniently(self, data: str | bytes, event: str) -> Any:
        """Decode data that do not fit the type exactly; only such data can report an error."""
        self.received += 1
        if self._is_empty(data):
            return None
        unknown = self._unknown
        if unknown.have_come:
            with suppress(ValueError, RecursionError):
                part = unknown.decode(data)
                self._strictly = unknown.read
                return part
        try:
            fields = object_in(data, self._limits)
        except StreamDecodeError as error:
            if event == "error" and not isinstance(error, LimitExceededError):
                raise reported(data) from None
            raise
        name = fields.get("type") or (event if event != "message" else None)
        type_ = self._types.get(name) if isinstance(name, str) else None
        if type_ is not None:
            with suppress(ValueError, RecursionError):
                part = unknown.first(data, type_, fields)
                self._strictly = unknown.read
                return part
            return construct(type_, {**fields, "type": name})
        if fields.get("object") == "response":
            return self._whole(fields)
        report = report_in(fields, event)
        if report is not None:
            raise reported(data, report)
        if not isinstance(name, str):
            self._pass_over(data)
            logger().debug("skipped event %d, which has no type", self.received)
            return None
        return construct(UnknownResponseEvent, {**fields, "type": name})

    def _whole(self, fields: dict[str, Any]) -> ResponseStateEvent:
        """Return the last event for a response that came whole, in place of a stream."""
        status = fields.get("status")
        name = f"response.{status if status in ENDED else 'completed'}"
        type_ = self._types.get(name, ResponseCompletedEvent)
        return cast("ResponseStateEvent", construct(type_, {"type": name, "response": fields}))

    def _missing(self) -> str:
        return f"no last event of a response{self._quoted()}"

    def _names_error(self, event: str) -> bool:  # noqa: ARG002 - of the base class
        # The data say whether they are an error: the event itself is to be delivered first.
        return False


def failure(response: Response) -> APIError:
    """Return the error of a response that failed."""
    error = response.error
    if error is None:
        return APIError(f"the response ended with the status {response.status or 'failed'!r}")
    return APIError(error.message or f"the response failed: {error.code}", body=error.to_dict())


def _reported(event: ResponseErrorEvent) -> APIError:
    nested: object = event.model_extra.get("error")
    if isinstance(nested, dict):
        return reported(b"", cast("object", nested))
    fields: dict[str, Any] = {"message": event.message, "code": event.code, "param": event.param}
    return reported(b"", fields if event.message else {**event.model_extra, **fields})


_Decode: TypeAlias = "Callable[[bytes | str], Any]"


@functools.cache
def _decoding(types: Any) -> tuple[dict[str, Any], _Decode, _Decode]:
    """Return the types of events, their decoder, and the decoder of those with unknown fields.

    These are fields of deltas.
    """
    by_name = {type_.type: type_ for type_ in get_args(types)}
    deltas = {name: type_ for name, type_ in by_name.items() if name.endswith(".delta")}
    strictly = decoder(types).decode
    return by_name, strictly, with_unknown_scalars(strictly, deltas, {})
