"""Server-sent events to objects of one wire type, whatever the protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

from streamkit._core.answer_decoder import AnswerDecoder, OnTruncated
from streamkit._core.construction import construct
from streamkit._core.decoding import NestingError, WireDecoder, loads
from streamkit._core.reports import reported
from streamkit._core.wire import Wire
from streamkit.errors import LimitExceededError, StreamDecodeError
from streamkit.limits import DEFAULTS, Limits

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ObjectDecoder", "no_object"]

W = TypeVar("W", bound=Wire)


class ObjectDecoder(AnswerDecoder[W]):
    """Decodes the data of each event as a JSON object of one type.

    It takes any object for a part of an answer. A family whose objects say more extends it.

    Args:
        type_: The type of the objects.
        ends: Whether an object says that no other follows; by default only ``[DONE]`` does.
        on_truncated: What a stream that ends before its answer is.
        limits: What is taken from the server at most.
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
        self._has_ended = False

    @property
    def is_answered(self) -> bool:
        """Whether any event has come."""
        return self.received > 0

    @property
    def has_ended(self) -> bool:
        """Whether an object said that no other follows."""
        return self._has_ended

    def decode(self, data: str | bytes, event: str = "message", /) -> W | None:
        """Take the data of an event and return the object in them, if there is one."""
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
        """The same where the data do not fit the type; only then can there be an error in them."""
        self.received += 1
        if self._is_empty(data):
            return None
        try:
            value = loads(data, self._limits.json_depth)
        except NestingError as error:
            raise LimitExceededError(
                "json_depth", self._limits.json_depth, "nesting in an event", received=data
            ) from error
        except ValueError as error:
            raise no_object(data) from error
        return self._built(value, data, event)

    def _built(self, value: object, data: str | bytes, _event: str) -> W:
        """The object that decoded JSON is; ``data`` are its text, for errors."""
        if not isinstance(value, dict):
            raise no_object(data)
        part = construct(self._type, cast("dict[str, object]", value))
        if error := part.model_extra.get("error"):
            raise reported(data, error)
        return part


def no_object(data: str | bytes) -> StreamDecodeError:
    """The error for data that are no JSON object."""
    return StreamDecodeError("the server sent an event that is no JSON object", received=data)
