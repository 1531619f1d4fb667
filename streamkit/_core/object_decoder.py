"""The decoder of server-sent events into objects of one wire type, in any protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from streamkit._core.answer_decoder import AnswerDecoder, OnTruncated
from streamkit._core.construction import construct
from streamkit._core.decoding import NestingError, WireDecoder, loads
from streamkit._core.reports import reported
from streamkit._core.wire import Wire
from streamkit.errors import LimitExceededError, StreamDecodeError
from streamkit.limits import DEFAULTS, Limits

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ObjectDecoder", "no_object", "object_in"]

W = TypeVar("W", bound=Wire)


class ObjectDecoder(AnswerDecoder[W]):
    """A decoder that reads the data of each event as a JSON object of one type.

    Any object counts as a part of an answer. A family whose objects have more meaning extends it.

    Args:
        type_: The type of the objects.
        ends: Returns whether an object is the last one; by default only ``[DONE]`` ends a stream.
        on_truncated: The treatment of a stream that ends before its answer.
        limits: The maximum amounts that are accepted from the server.
    """

    def __init__(
        self,
        type_: type[W],
        *,
        ends: Callable[[W], bool] | None = None,
        on_truncated: OnTruncated = "error",
        limits: Limits = DEFAULTS,
    ) -> None:
        super().__init__(on_truncated=on_truncated, limits=limits)
        self._type = type_
        self._strictly: Callable[[str | bytes], W] = WireDecoder(type_).decode_strictly
        self._ends = ends

    @property
    def is_answered(self) -> bool:
        """Whether any event has come."""
        return self.received > 0

    def decode(self, data: str | bytes, event: str = "message", /) -> W | None:
        """Decode the data of an event; return the object in them, if there is one."""
        if self.done:
            return None
        part: W | None
        try:
            part = self._strictly(data)
        except (ValueError, RecursionError):
            part = self._decode_leniently(data, event)
            if part is None:
                return None
        else:
            self.received += 1
        if self._ends is not None and self._ends(part):
            self._has_ended = True
        return part

    def _decode_leniently(self, data: str | bytes, event: str) -> W | None:
        """Decode data that do not fit the type exactly; only such data can report an error."""
        self.received += 1
        if self._is_empty(data):
            return None
        return self._built(value_in(data, self._limits), data, event)

    def _built(self, value: object, data: str | bytes, _event: str) -> W:
        """Build the object of decoded JSON, whose text is ``data``, for errors."""
        if not isinstance(value, dict):
            raise no_object(data)
        part = construct(self._type, cast("dict[str, object]", value))
        if error := part.model_extra.get("error"):
            raise reported(data, error)
        return part


def object_in(data: str | bytes, limits: Limits) -> dict[str, Any]:
    """Return the JSON object in the data of an event; raise an error for any other data."""
    value: object = value_in(data, limits)
    if not isinstance(value, dict):
        raise no_object(data)
    return cast("dict[str, Any]", value)


def value_in(data: str | bytes, limits: Limits) -> Any:
    """Return the JSON value in the data of an event; raise an error for any other data."""
    try:
        return loads(data, limits.json_depth)
    except NestingError as error:
        raise LimitExceededError(
            "json_depth", limits.json_depth, "nesting in an event", received=data
        ) from error
    except ValueError as error:
        raise no_object(data) from error


def no_object(data: str | bytes) -> StreamDecodeError:
    """Return the error for data that are no JSON object."""
    return StreamDecodeError("the server sent an event that is no JSON object", received=data)
