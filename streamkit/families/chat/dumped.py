"""The machine that reads chunks of other libraries, before a machine that takes ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar, cast

from streamkit._core.dumped import json_writer
from streamkit._core.machine import Machine
from streamkit.families.chat.decoder import ChunkDecoder
from streamkit.limits import DEFAULTS, Limits
from streamkit.types import ChatCompletionChunk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

__all__ = ["AnyChunk", "Dumped"]

B = TypeVar("B")


class _ModelDump(Protocol):
    @property
    def model_dump(self) -> Any: ...


class _ToDict(Protocol):
    @property
    def to_dict(self) -> Any: ...


AnyChunk: TypeAlias = "ChatCompletionChunk | Mapping[str, Any] | _ModelDump | _ToDict"
"""A chunk of ours, or one of another library."""


class Dumped(Machine[Any, B]):
    """A machine that takes chunks as dicts, or as objects that dump to one, of any library.

    They are judged as if they came from the wire: an error among them is raised, and an answer that
    stops before its end was cut, which a foreign iterator does not show.
    """

    def __init__(self, inner: Machine[ChatCompletionChunk, B], limits: Limits = DEFAULTS) -> None:
        self._inner = inner
        self._decoder = ChunkDecoder(ChatCompletionChunk, limits=limits)
        self._writers: dict[type[object], Callable[[Any], bytes] | None] = {}

    def feed(self, value: Any, /) -> Sequence[B]:
        """Take a chunk of another library and return the events of the other machine."""
        kind = cast("type[object]", type(value))
        if kind not in self._writers:
            self._writers[kind] = json_writer(kind)
        write = self._writers[kind]
        chunk = None if write is None else self._decoder.decode(write(value))
        return () if chunk is None else self._inner.feed(chunk)

    def close(self) -> Iterable[B]:
        """Return the other machine's last events; raise if the answer was cut."""
        self._decoder.close()
        return self._inner.close()

    def fail(self, error: Exception, /) -> None:
        """Let both machines add evidence to an error of the stream."""
        self._decoder.fail(error)
        self._inner.fail(error)
