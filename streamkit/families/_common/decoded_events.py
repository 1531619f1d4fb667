"""The events that only a decoded stream has: heads of chunks, and types that are not known here."""

from __future__ import annotations

from typing import Any, cast

from msgspec import Struct

from streamkit._core.events import Event
from streamkit.families._common.answer_events import AnswerChunkEvent

__all__ = ["NO_HEAD", "ChunkHeadEvent", "Head", "UnknownEvent", "head_of"]


class Head(Struct, frozen=True, omit_defaults=True):
    """The identity of an answer, of any protocol."""

    id: str | None = None
    """The id of the answer: of the completion, the response or the message."""
    model: str | None = None
    created: int | None = None
    """The time of the answer in seconds since 1970, if its server says so."""


class ChunkHeadEvent(AnswerChunkEvent, frozen=True, gc=False, eq=False):
    """The chunk event of a decoded stream, in which only the heads of the chunks were kept."""

    _aliases = frozenset({"snapshot"})
    chunk: Head

    @property
    def snapshot(self) -> None:
        """None: the other events are what there is of the answer."""
        return None


class UnknownEvent(Event, frozen=True, gc=True, eq=False):
    """A decoded event of a type that this version, or this program, does not know."""

    type: str
    data: dict[str, Any]
    """The members of the event besides its type."""

    @property
    def place(self) -> tuple[int | str, ...]:
        """The part of the answer, if the event names one."""
        part: object = self.data.get("part")
        return tuple(cast("list[int | str]", part)) if isinstance(part, list) else ()

    def to_dict(self, *, delta: bool = False) -> dict[str, Any]:  # noqa: ARG002 - as of every event
        """Return the event as it was encoded."""
        return {"type": self.type, **self.data}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, UnknownEvent) and self.to_dict() == other.to_dict()

    __hash__ = None  # as for every event


def head_of(event: AnswerChunkEvent) -> Head:
    """Return what the chunk of an event says of the identity of its answer."""
    # A hot path: most chunks of Responses and Messages are of a type that has no head. A chunk of a
    # chat that was not read is not made for its head.
    chunk: Any = event._identified  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - for this
    kind: type[Any] = chunk.__class__
    if kind is Head:
        return chunk if chunk.id is not None else NO_HEAD
    names = _holders.get(kind)
    if names is None:
        names = _holders[kind] = _holders_in(kind)
    for name in names:
        source = getattr(chunk, name, None) if name else chunk
        id_, model = getattr(source, "id", None), getattr(source, "model", None)
        if isinstance(id_, str) and isinstance(model, str):
            created: Any = getattr(source, "created", None) or getattr(source, "created_at", None)
            is_time = isinstance(created, int | float) and created
            return Head(id_, model, int(created) if is_time else None)
    return NO_HEAD


NO_HEAD = Head()
"""The head of a chunk that says nothing of the identity of its answer."""
_holders: dict[type, tuple[str, ...]] = {}


def _holders_in(kind: type[Any]) -> tuple[str, ...]:
    """Return the names of the fields that may hold the head; an empty one is the object itself."""
    fields: tuple[str, ...] = getattr(kind, "__struct_fields__", ("id", "response", "message"))
    own = ("",) if "id" in fields else ()
    return (*own, *(name for name in ("response", "message") if name in fields))
